"""A new life of the gateway (it was restored from a backup), as the store meets it; and what it takes to compare both sides."""

from __future__ import annotations

import json
from collections.abc import Mapping

import msgspec

from counter_app.store.former import KINDS, Former, FormerReads
from counter_app.store.outbox import Outbox
from counter_app.store.rows import UNFINISHED
from onestop.feed import Sum, state_mark


class Recovery(msgspec.Struct, frozen=True):
    """How far we are with the gateway's new life. ``replayed``: ops sent again; ``copies``: states given back; ``done``: it has
    all of ours and staff was told."""

    epoch: int
    replayed: int = 0
    copies: int = 0
    done: bool = False


class EpochReads(FormerReads):
    """Where we stand."""

    def epoch(self) -> int | None:
        """The life of the gateway this store knows (None: it never answered)."""
        raw = self.meta_get("epoch")
        return int(raw) if raw else None

    def durable(self) -> dict[str, int]:
        """Partition → the last feed row the gateway's off-site backup covers, as it last said."""
        return json.loads(self.meta_get("durable") or "{}")

    def recovery(self) -> Recovery | None:
        """The newest restore of the gateway this counter knows of."""
        raw = self.meta_get("recovery")
        return msgspec.json.decode(raw, type=Recovery) if raw else None

    def sum_of(self, part: str) -> Sum:
        """The sum over every state of ``part`` as the gateway gave it, also those this program cannot read. Copies of a former
        life of the gateway are not in it, nor doubted ones."""
        aside: dict[tuple[str, str], int] = {
            (kind, entity): v
            for kind, entity, v in self._all("SELECT kind, id, max(v) FROM pull_quarantine WHERE part = ? AND v > 0 "
                                             "GROUP BY kind, id", part)
        }
        count = total = 0
        for kind in KINDS:
            rows = self._all(
                f"SELECT id, server_version FROM {kind} WHERE agency = ? AND server_version > 0 AND server IS NOT NULL "
                "AND id NOT IN (SELECT id FROM former WHERE kind = ? AND stale = 1)", part, kind)
            count += len(rows)
            for entity, v in rows:
                total ^= state_mark(kind, entity, max(v, aside.pop((kind, entity), 0)) if aside else v)
        for (kind, entity), v in aside.items():
            total ^= state_mark(kind, entity, v)
        return Sum(count + len(aside), total)

    def parts_held(self) -> list[str]:
        """The partitions we follow or hold copies of."""
        return [part for (part,) in self._all("SELECT part FROM position UNION SELECT part FROM hi ORDER BY part")]


class Epochs(Outbox, Former, EpochReads):
    """Begin a new one; leave a partition."""

    def begin_epoch(self, epoch: int, durable: Mapping[str, int]) -> int:
        """The gateway was restored: forget where its old life stood, send again every op its backups may not cover, and look at
        every copy we hold as one it may have lost. ``durable`` is what it says its off-site backup covers; what it said in its
        old life counts where that is less (a history written since cannot cover our ops). Returns how many ops go again."""
        before = self.durable()
        parts = {part for (part,) in self._all("SELECT DISTINCT part FROM outbox")}
        replayed = sum(self.replay_after(part, min(durable.get(part, 0), before.get(part, 0))) for part in parts)
        self.set_former_aside()
        self._run("UPDATE blob SET sent = 0, state = 'new', code = '', message = ''")  # which files it has is asked anew
        self.forget_positions()
        self.meta_set("epoch", str(epoch))
        self.meta_set("durable", json.dumps({part: min(seq, before.get(part, 0)) for part, seq in durable.items()}))
        self.meta_set("recovery", msgspec.json.encode(Recovery(epoch, replayed)).decode())
        return replayed

    def note_durable(self, durable: Mapping[str, int]) -> None:
        """What the gateway said, in a hello of the epoch we know."""
        self.meta_set("durable", json.dumps(dict(durable)))

    def note_recovery(self, recovery: Recovery) -> None:
        """How far we are."""
        self.meta_set("recovery", msgspec.json.encode(recovery).decode())

    def drop_part(self, part: str, limit: int = 500) -> int:
        """Forget up to ``limit`` copies of a partition this counter does not serve any more. Returns how many went; nothing goes
        while an op of the partition has no answer or a person has to look at one. Raises nothing: the outbox stays whole."""
        if self.unfinished(part):
            return 0
        gone = 0
        for kind in KINDS:
            rows = self._all(f"SELECT n, id FROM {kind} WHERE agency = ? LIMIT ?", part, limit - gone)
            if kind == "dossier" and rows:
                self._index_without([n for n, _ in rows])
            self._many(f"DELETE FROM {kind} WHERE n = ?", [(n,) for n, _ in rows])
            self._many("DELETE FROM former WHERE kind = ? AND id = ?", [(kind, entity) for _, entity in rows])
            gone += len(rows)
        top = self._one("SELECT coalesce(max(n), 0) FROM dossier")
        if top and top[0] < int(self.meta_get("search_to") or 0):
            self.meta_set("search_to", str(top[0]))
        if gone == 0:
            for table in ("position", "hi", "pull_quarantine"):
                self._run(f"DELETE FROM {table} WHERE part = ?", part)
            self._run("DELETE FROM meta WHERE key IN (?, ?)", f"snapshot:{part}", f"doubted:{part}")
        return gone

    def unfinished(self, part: str) -> bool:
        """Has any op of the partition still to be sent or looked at?"""
        return self._one(f"SELECT 1 FROM outbox WHERE part = ? AND {UNFINISHED} LIMIT 1", part) is not None


def durable_of(text: str) -> dict[str, int]:
    """``Durable-Through`` and ``HelloReply.durable``: ``part=seq`` pieces. What cannot be read counts as nothing."""
    found = {}
    for piece in text.split(";"):
        part, _, seq = piece.strip().partition("=")
        number = seq.partition(":")[0]
        if part and number.isdigit():
            found[part] = int(number)
    return found

