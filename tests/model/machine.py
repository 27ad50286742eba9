"""The protocol as pure functions on tuples: one gateway, two counters. A dossier is one op, numbered in the order of issue;
a set of ops is a bit mask; a feed, a position and a chain value are the tuple of ops they stand for (two chains are equal
exactly when their tuples are)."""

from __future__ import annotations

from typing import NamedTuple

#: More than a lane can have used before a restore in this model: what the time of day allows.
FLOOR = 3


class Gateway(NamedTuple):
    """``lane``: the next lane of the database. ``durable``: how long the feed was when last backed up off-site."""

    epoch: int = 1
    feed: tuple[int, ...] = ()
    lane: int = 2
    recovering: bool = False
    salvaged: int = 0
    adopted: int = 0
    durable: int = 0


class Counter(NamedTuple):
    """``seen``: the highest position ever seen; ``at``: the pull cursor. Own ops are waiting, acked, or done (acked and not
    kept). ``copies``: states as pulled; ``former``: those of a former epoch the gateway may have lost. ``lanes``: (lane, numbers
    used), newest last."""

    epoch: int = 1
    at: tuple[int, ...] = ()
    seen: tuple[int, ...] = ()
    waiting: int = 0
    acked: int = 0
    done: int = 0
    copies: int = 0
    former: int = 0
    lanes: tuple[tuple[int, int], ...] = ()

    @property
    def holds(self) -> int:
        return self.waiting | self.acked | self.done | self.copies | self.former


class Request(NamedTuple):
    """A push on the wire."""

    epoch: int
    seen: tuple[int, ...]
    ops: int


Rules = frozenset[str]


def bits(mask: int) -> tuple[int, ...]:
    """The ops of a set, oldest first."""
    return tuple(k for k in range(mask.bit_length()) if mask >> k & 1)


def mask_of(feed: tuple[int, ...]) -> int:
    """The ops of a feed."""
    mask = 0
    for k in feed:
        mask |= 1 << k
    return mask


def diverged(gateway: Gateway, epoch: int, seen: tuple[int, ...], off: Rules) -> bool:
    """Did the caller see another history than this gateway has?"""
    if "epoch-and-chain" in off:
        return False
    if epoch != gateway.epoch or len(seen) > len(gateway.feed):
        return True
    return "chain" not in off and gateway.feed[: len(seen)] != seen


def noticed(gateway: Gateway, epoch: int) -> Gateway:
    """A caller proved a history of this epoch (or a later one) that we do not have: a new epoch begins. An older epoch alone
    says nothing new."""
    if epoch >= gateway.epoch:
        return gateway._replace(epoch=epoch + 1, recovering=True, durable=0)
    return gateway


def renewed(counter: Counter, gateway: Gateway, off: Rules) -> Counter:
    """The counter meets a new epoch: positions forgotten, kept ops sent again, every copy one the gateway may have lost."""
    former = 0 if "salvage" in off else counter.former | counter.copies
    return counter._replace(epoch=gateway.epoch, at=(), seen=(), waiting=counter.waiting | counter.acked, acked=0, copies=0,
                            former=former, done=counter.done)


def received(gateway: Gateway, request: Request, off: Rules) -> Gateway:
    """A push arrives. Unchanged when it is refused."""
    if "check-before-push" not in off and diverged(gateway, request.epoch, request.seen, off):
        return noticed(gateway, request.epoch)
    feed = gateway.feed
    for k in bits(request.ops):
        known = k in feed
        if known and gateway.adopted >> k & 1 and "replay-is-known" in off:
            known = False
        if not known or "op-id" in off:
            feed += (k,)
    return gateway._replace(feed=feed)


def push(counter: Counter, gateway: Gateway, off: Rules) -> tuple[Counter, Gateway, bool]:
    """Request and reply. The third value: was it taken (else the counter met a new epoch)?"""
    request = Request(counter.epoch, counter.seen, counter.waiting)
    after = received(gateway, request, off)
    if "check-before-push" not in off and diverged(gateway, request.epoch, request.seen, off):
        return renewed(counter, after, off), after, False
    kept = counter.acked | counter.waiting
    counter = counter._replace(waiting=0, acked=kept)
    if "retain-acked" in off:
        counter = counter._replace(acked=0, done=counter.done | kept)
    if "ack-position" not in off and len(after.feed) >= len(counter.seen):
        counter = counter._replace(seen=after.feed)
    return counter, after, True


def pull(counter: Counter, gateway: Gateway, own: int, off: Rules) -> tuple[Counter, Gateway]:
    """Pages to the end, then what a restore may have lost is handed in. ``own``: ops ever issued by this device."""
    if diverged(gateway, counter.epoch, counter.seen, off):
        gateway = noticed(gateway, counter.epoch)
        return renewed(counter, gateway, off), gateway
    new = mask_of(gateway.feed[len(counter.at):])
    if "own-echo" in off:
        new &= ~own
    durable = mask_of(gateway.feed[: gateway.durable])
    covered = counter.acked & durable
    counter = counter._replace(at=gateway.feed, seen=gateway.feed, copies=counter.copies | new, acked=counter.acked & ~covered,
                               done=counter.done | covered)
    if counter.former:
        gateway = salvage(gateway, counter.former & ~mask_of(gateway.feed), off)
        counter = counter._replace(copies=counter.copies | counter.former, former=0)
    return counter, gateway


def salvage(gateway: Gateway, copies: int, off: Rules) -> Gateway:
    """Copies of a former epoch: kept until the recovery is finished, taken at once after."""
    if gateway.recovering:
        return gateway._replace(salvaged=gateway.salvaged | copies)
    return gateway if "late-salvage" in off else adopt(gateway, copies)


def adopt(gateway: Gateway, copies: int) -> Gateway:
    """States nobody replayed become states of the new epoch."""
    new = copies & ~mask_of(gateway.feed)
    return gateway._replace(feed=gateway.feed + bits(new), adopted=gateway.adopted | new)


def finish(gateway: Gateway) -> Gateway:
    """The operator's word, or all reported."""
    return adopt(gateway, gateway.salvaged)._replace(recovering=False, salvaged=0)


def restored(backup: Gateway, current: Gateway, announced: bool) -> Gateway:
    """Back to ``backup``; the announced way begins a new epoch and asks for copies."""
    if not announced:
        return backup
    return backup._replace(epoch=max(backup.epoch, current.epoch) + 1, recovering=True, salvaged=0, durable=0)
