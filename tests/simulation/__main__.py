"""``python -m tests.simulation [--seeds N] [--first N] [--steps N] [--seed N] [--hours H]``"""

from __future__ import annotations

import argparse
import multiprocessing
import time

from tests.simulation.run import job
from tests.simulation.template import template


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description="The real programs under seeded schedules of faults.")
    parser.add_argument("--seeds", type=int, default=200, help="how many")
    parser.add_argument("--first", type=int, default=1, help="the first one")
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--seed", type=int, help="replay this one and tell every step")
    parser.add_argument("--hours", type=float, help="go on from --first for so long instead of --seeds")
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    if args.seed is not None:
        made = job((args.seed, args.steps))
        print(made.text if made.wrong else "\n".join([*made.trace, str(made.figures)]))
        return 1 if made.wrong else 0
    began, done, wrong = time.monotonic(), 0, 0
    until = began + args.hours * 3600 if args.hours else None

    def jobs():
        seed = args.first
        while seed < args.first + args.seeds if until is None else time.monotonic() < until:
            yield seed, args.steps
            seed += 1

    template()  # made once, inherited by all
    how = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
    with multiprocessing.get_context(how).Pool(args.processes, maxtasksperchild=200) as pool:
        for made in pool.imap_unordered(job, jobs()) if until is None else _paced(pool, jobs(), args.processes):
            done += 1
            if made.wrong:
                wrong += 1
                print(f"{made.text}\nreplay: python -m tests.simulation --steps {args.steps} --seed {made.seed}\n", flush=True)
    print(f"{done} seeds of {args.steps} steps in {time.monotonic() - began:.0f} s, {wrong} failed")
    return 1 if wrong else 0


def _paced(pool, jobs, ahead: int):
    """Results of an endless row of jobs, never more than a few waiting."""
    waiting: list = []
    for one in jobs:
        waiting.append(pool.apply_async(job, (one,)))
        if len(waiting) >= 2 * ahead:
            yield waiting.pop(0).get()
    for one in waiting:
        yield one.get()


if __name__ == "__main__":
    raise SystemExit(main())
