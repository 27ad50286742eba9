"""Two thousand counters come back after an outage, in virtual time, with the counters' own ``Backoff`` and the gateway's own ``Gate``.

One gateway core: a batch takes 25 ms, a refusal 1 ms, a new TLS connection 4 ms. ``ideal`` = all batches back to back. Baselines in the
same run: every refused counter comes back after a fixed 30 s; full jitter up to 300 s.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median, quantiles

from benchmarks.report import Row
from central_gateway.services.admission import Gate, retry_after
from counter_app.sync.backoff import SPREAD_CAP, Backoff
from counter_app.sync.engine import TURN_SECONDS

BATCH, REFUSAL, TLS = 0.025, 0.001, 0.004
Wait = Callable[[random.Random, int, Backoff, float], float]


@dataclass(frozen=True, slots=True)
class Seen:
    """``last``: when everybody was through; ``first99``: by then 99 % had a batch in; ``starved``: the slowest first batch over the
    median one; ``slowest``: the same of a counter's last batch."""

    last: float
    ideal: float
    refused: float
    first99: float
    starved: float
    slowest: float


def slots(_rng: random.Random, _tries: int, backoff: Backoff, asked: float) -> float:
    """What a counter does: never sooner than asked, up to 20 % later."""
    return backoff.failed(asked)


def fixed(_rng: random.Random, _tries: int, _backoff: Backoff, _asked: float) -> float:
    """Every 30 seconds."""
    return 30.0


def full_jitter(rng: random.Random, tries: int, _backoff: Backoff, _asked: float) -> float:
    """Exponential, all of it random."""
    return rng.uniform(0, min(300, 2**tries))


def simulate(counters: int, batches: int, rng: random.Random, wait: Wait = slots, *, spread: bool = True) -> Seen:
    """``spread``: the first try after the outage has a moment of its own (``Breaker.hold``)."""
    gate = Gate(permits=2, queue=64, cost=BATCH)
    backoffs = [Backoff(rng) for _ in range(counters)]
    left, tries, first, through = [batches] * counters, [0] * counters, [math.inf] * counters, [0.0] * counters
    events = [(rng.uniform(0, SPREAD_CAP) if spread else rng.uniform(0, 1), n, False) for n in range(counters)]
    heapq.heapify(events)
    core, refused, asked, last = 0.0, 0, 0, 0.0
    while events:
        now, n, done = heapq.heappop(events)
        if done:
            gate.leave(BATCH * gate.permits)
            left[n] -= 1
            tries[n], first[n], through[n], last = 0, min(first[n], now), now, now
            backoffs[n].worked()
            if left[n]:
                heapq.heappush(events, (now + rng.uniform(*TURN_SECONDS), n, False))
            continue
        asked += 1
        slot = gate.enter(now)
        core = max(core, now) + (REFUSAL if slot else BATCH) + (TLS if not tries[n] and left[n] == batches else 0)
        if not slot:
            heapq.heappush(events, (core, n, True))
            continue
        refused += 1
        tries[n] += 1
        heapq.heappush(events, (now + wait(rng, tries[n], backoffs[n], float(retry_after(slot))), n, False))
    ideal = counters * (batches * BATCH + TLS)
    return Seen(last, ideal, refused / asked, quantiles(first, n=100)[98], max(first) / median(first), last / median(through))


def run(quick: bool) -> list[Row]:
    """The rows."""
    counters = 500 if quick else 2000
    ours = simulate(counters, 2, random.Random(1))
    thirty = simulate(counters, 2, random.Random(1), fixed, spread=False)
    jitter = simulate(counters, 2, random.Random(1), full_jitter, spread=False)
    return [
        Row(f"herd of {counters:,}: last one through", ours.last, "s", 1.2, baseline=ours.ideal),
        Row(f"herd of {counters:,}: last one, against fixed 30 s", ours.last, "s", 1.0, baseline=thirty.last),
        Row(f"herd of {counters:,}: last one, against full jitter", ours.last, "s", 1.0, baseline=jitter.last),
        Row(f"herd of {counters:,}: 99 % have their first batch in", ours.first99, "s", 1.1, baseline=ours.ideal),
        Row(f"herd of {counters:,}: refused requests", ours.refused * 100, "%", 50),
    ]
