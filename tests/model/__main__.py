"""``python -m tests.model [--depth N] [--without RULE …] [--table]``"""

from __future__ import annotations

import argparse
import time

from tests.model import table
from tests.model.rules import NAMES
from tests.model.search import explore
from tests.model.world import Budget


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.model", description="Every schedule of the sync protocol up to a depth.")
    parser.add_argument("--depth", type=int, default=table.DEPTH)
    parser.add_argument("--without", action="append", choices=NAMES, default=[], help="leave a rule out (repeat for several)")
    parser.add_argument("--restores", type=int, default=1, help="how often the gateway may be put back")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--table", action="store_true", help="write the table of docs/protocol.md anew")
    args = parser.parse_args()
    budget = Budget(gateway=args.restores)
    began = time.perf_counter()
    found = explore(args.depth, frozenset(args.without), budget, args.processes)
    print(f"depth {found.depth}, {found.states:,} states, {time.perf_counter() - began:.0f} s; counterexample: {found.text}")
    if args.table:
        without = {name: explore(table.DEPTH, frozenset({name}), table.WITHOUT, args.processes) for name in NAMES}
        table.rewrite(table.written(without, found))
    return 1 if found.wrong else 0


raise SystemExit(main())
