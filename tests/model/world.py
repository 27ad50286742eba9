"""Everything that can happen to one gateway and two counters, and what must hold whatever happened."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from tests.model.machine import (
    FLOOR,
    Counter,
    Gateway,
    Request,
    Rules,
    bits,
    finish,
    mask_of,
    pull,
    push,
    received,
    restored,
)

NAMES = "AB"


class Budget(NamedTuple):
    """How often each fault may still happen."""

    issues: int = 3
    lost: int = 1
    late: int = 1
    gateway: int = 1
    counter: int = 1
    leases: int = 2


class World(NamedTuple):
    """``proofs``: the witness of each counter. ``lane``: the gateway's witness, the next lane never granted. ``backup`` and ``images``:
    copies that can be put back. ``late``: a push still on the wire. ``owners``: op → counter. ``printed``: codes on paper, as a bit mask.
    ``survives``: what any machine held since the last restore: none of it may be lost."""

    gateway: Gateway = Gateway()
    counters: tuple[Counter, Counter] = (Counter(lanes=((0, 0),)), Counter(lanes=((1, 0),)))
    proofs: tuple[tuple[tuple[int, int], ...], ...] = (((0, 0),), ((1, 0),))
    lane: int = 2
    backup: Gateway | None = None
    images: tuple[tuple[Counter, tuple[tuple[int, int], ...]] | None, ...] = (None, None)
    late: Request | None = None
    owners: tuple[int, ...] = ()
    printed: int = 0
    survives: int = 0
    budget: Budget = Budget()


Step = tuple[str, World | str]


def steps(world: World, off: Rules) -> Iterator[Step]:
    """Every action and the world after it; a text instead of a world is a number printed twice. While the counters cannot be told
    apart only the first one acts."""
    same = world.counters[1] == World().counters[1] and world.images[1] is None and not world.owners and world.gateway.lane == 2 \
        and world.counters[0] == World().counters[0] and world.images[0] is None
    for who in (0,) if same else (0, 1):
        yield from _counter_steps(world, who, off)
    yield from _gateway_steps(world, off)


def _counter_steps(world: World, who: int, off: Rules) -> Iterator[Step]:
    name, budget, counter = NAMES[who], world.budget, world.counters[who]
    if budget.issues:
        yield f"{name} issues", _issue(world, who, off)
    if counter.waiting:
        after, gateway, taken = push(counter, world.gateway, off)
        pushed = _with(world, who, after)._replace(gateway=gateway)
        yield f"{name} pushes", pushed
        if taken and budget.lost:
            yield f"{name} pushes, reply lost", world._replace(gateway=gateway, budget=budget._replace(lost=budget.lost - 1))
        if budget.late:
            request = Request(counter.epoch, counter.seen, counter.waiting)
            yield f"{name} pushes, request comes again later", pushed._replace(
                late=request, budget=budget._replace(late=budget.late - 1))
    after, gateway = pull(counter, world.gateway, _own(world, who), off)
    if after is not counter or gateway is not world.gateway:
        yield f"{name} pulls", _with(world, who, after)._replace(gateway=gateway)
    if budget.leases and not world.gateway.recovering:
        yield f"{name} leases a lane", _lease(world, who, off)
    if budget.counter:
        image = counter, world.proofs[who]
        if world.images[who] != image:
            images = (image, world.images[1]) if who == 0 else (world.images[0], image)
            yield f"image of {name}", world._replace(images=images)
        if world.images[who]:
            yield f"RESTORE {name} (database)", _put_back(world, who, False, off)
            yield f"RESTORE {name} (disk)", _put_back(world, who, True, off)


def _gateway_steps(world: World, off: Rules) -> Iterator[Step]:
    gateway, budget = world.gateway, world.budget
    if budget.gateway:
        kept = gateway._replace(durable=0)
        if world.backup != kept:
            yield "backup", world._replace(backup=kept, gateway=gateway._replace(durable=len(gateway.feed)))
        if world.backup is not None:
            for announced in (True, False):
                back = restored(world.backup, gateway, announced)
                held = world.counters[0].holds | world.counters[1].holds | mask_of(back.feed) | back.salvaged
                word = "announced" if announced else "VM snapshot"
                again = budget.gateway > 1
                yield f"RESTORE gateway ({word})", world._replace(
                    gateway=back, survives=world.survives & held, backup=world.backup if again else None,
                    budget=budget._replace(gateway=budget.gateway - 1))
    if world.late is not None:
        yield "late request arrives", world._replace(gateway=received(gateway, world.late, off), late=None)
    if gateway.recovering:
        yield "operator finishes recovery", world._replace(gateway=finish(gateway))


def _issue(world: World, who: int, off: Rules) -> World | str:
    counter, proof = world.counters[who], dict(world.proofs[who])
    lane, used = counter.lanes[-1]
    number = max(used, 0 if "witness" in off else proof.get(lane, 0)) + 1
    code = 1 << 8 * lane + number
    if world.printed & code:
        return f"number {number} of lane {lane} is printed twice"
    op = len(world.owners)
    changed = counter._replace(waiting=counter.waiting | 1 << op, lanes=(*counter.lanes[:-1], (lane, number)))
    return _with(world, who, changed, _seen(proof, lane, number, off))._replace(
        owners=(*world.owners, who), printed=world.printed | code, survives=world.survives | 1 << op,
        budget=world.budget._replace(issues=world.budget.issues - 1))


def _lease(world: World, who: int, off: Rules) -> World:
    counter, gateway = world.counters[who], world.gateway
    lane = gateway.lane if "fresh-lanes" in off else max(gateway.lane, world.lane)
    changed = _with(world, who, counter._replace(lanes=(*counter.lanes, (lane, 0))), _seen(dict(world.proofs[who]), lane, 0, off))
    return changed._replace(gateway=gateway._replace(lane=lane + 1), lane=max(world.lane, lane + 1),
                            budget=world.budget._replace(leases=world.budget.leases - 1))


def _put_back(world: World, who: int, disk: bool, off: Rules) -> World:
    counter, proof = world.images[who]  # type: ignore[misc]
    if disk:
        lanes = counter.lanes if "floor" in off else tuple((lane, max(used, FLOOR)) for lane, used in counter.lanes)
        counter = counter._replace(lanes=lanes)
    else:  # the witness shows that this file is old: it pulls everything again
        proof = world.proofs[who]
        if "witness" not in off and proof != world.images[who][1]:  # type: ignore[index]
            counter = counter._replace(at=(), seen=() if "keep-proof" in off else counter.seen)
    changed = _with(world, who, counter, proof)
    held = changed.counters[0].holds | changed.counters[1].holds | mask_of(world.gateway.feed) | world.gateway.salvaged
    left = world.budget.counter - 1
    return changed._replace(survives=world.survives & held, images=world.images if left else (None, None),
                            budget=world.budget._replace(counter=left))


def _seen(proof: dict[int, int], lane: int, used: int, off: Rules) -> tuple[tuple[int, int], ...]:
    if "witness-per-lane" in off:
        return ((lane, used),)
    return tuple(sorted({**proof, lane: used}.items()))


def _with(world: World, who: int, counter: Counter, proof: tuple[tuple[int, int], ...] | None = None) -> World:
    first, second = world.counters
    world = world._replace(counters=(counter, second) if who == 0 else (first, counter))
    if proof is not None:
        one, two = world.proofs
        world = world._replace(proofs=(proof, two) if who == 0 else (one, proof))
    return world


def _own(world: World, who: int) -> int:
    return sum(1 << k for k, owner in enumerate(world.owners) if owner == who)


def fault(world: World, off: Rules) -> str | None:
    """What is wrong once every machine could speak to every other without a fault, or None."""
    first, second = world.counters
    gateway, *held = _drained(world.gateway, first._replace(lanes=()), second._replace(lanes=()), world.owners, off)
    missing = world.survives & ~mask_of(gateway.feed)
    if missing:
        return f"lost: dossier {bits(missing)[0]}"
    if len(set(gateway.feed)) != len(gateway.feed):
        return "applied twice: dossier " + str(next(k for k in gateway.feed if gateway.feed.count(k) > 1))
    for name, holds in zip(NAMES, held, strict=True):
        if holds != mask_of(gateway.feed):
            return f"{name} does not show what the gateway holds"
    return None


@cache
def _drained(gateway: Gateway, first: Counter, second: Counter, owners: tuple[int, ...], off: Rules) -> tuple[Gateway, int, int]:
    both = [first, second]
    own = [sum(1 << k for k, owner in enumerate(owners) if owner == who) for who in (0, 1)]
    for _ in range(12):
        before = gateway, *both
        for who in (0, 1):
            if both[who].waiting:
                both[who], gateway, _taken = push(both[who], gateway, off)
            both[who], gateway = pull(both[who], gateway, own[who], off)
        if (gateway, *both) == before:
            if not gateway.recovering:
                break
            gateway = finish(gateway)
    return gateway, both[0].holds, both[1].holds
