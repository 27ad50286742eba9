"""``python -m benchmarks [--quick] [--json FILE] [NAME…]``: run every module of this package that has ``run(quick)`` and print one
table. Exit code 1 when a target is missed."""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import sys
import time
from pathlib import Path

import benchmarks
from benchmarks.report import Row, document, table

#: What the benchmarks are made with.
_BESIDE = (
    "__main__", "bare_gateway", "link", "material", "paper_child", "pouch",
    "profile", "province", "report", "scenes", "window_child",
)


def main() -> int:
    """Run the named benchmarks (all without a name)."""
    every = sorted(m.name for m in pkgutil.iter_modules(benchmarks.__path__) if m.name not in _BESIDE)
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(every))
    parser.add_argument("--quick", action="store_true", help="smaller sizes: seconds instead of minutes")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--markdown", type=Path, help="also write the table with the machine's description to this file")
    args = parser.parse_args()
    if unknown := set(args.names) - set(every):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    rows: list[Row] = []
    for name in args.names or every:
        module = importlib.import_module(f"benchmarks.{name}")
        if not hasattr(module, "run"):
            continue
        start = time.perf_counter()
        rows += module.run(quick=args.quick)
        print(f"{name}: {time.perf_counter() - start:.1f} s", file=sys.stderr)
        # After each: the long ones come late, and what is measured is not lost when they are stopped.
        if args.markdown:
            args.markdown.write_text(document(rows), encoding="utf-8")
        if args.json:
            args.json.write_text(json.dumps([row.as_json() for row in rows], ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(table(rows))
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
