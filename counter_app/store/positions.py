"""Where this counter stands in each partition's feed. ``position``: how far we pulled. ``hi``: the highest place ever seen, by
pull or by the answer to a push; it goes out with every request, so that a restored gateway is noticed."""

from __future__ import annotations

from counter_app.store.session import Session, WriteSession
from onestop.feed import Position

_UPSERT = (
    "INSERT INTO {0} (part, seq, chain) VALUES (?, ?, ?) ON CONFLICT(part) DO UPDATE SET seq = excluded.seq, "
    "chain = excluded.chain WHERE excluded.seq >= {0}.seq"
)


class PositionReads(Session):
    """Read positions."""

    def positions(self) -> list[Position]:
        """The pull cursor of each partition."""
        return [Position(*row) for row in self._all("SELECT part, seq, chain FROM position ORDER BY part")]

    def position(self, part: str) -> Position:
        """The pull cursor of one partition (seq 0: nothing pulled yet)."""
        row = self._one("SELECT part, seq, chain FROM position WHERE part = ?", part)
        return Position(*row) if row else Position(part)

    def hi(self) -> list[Position]:
        """The highest position ever seen of each partition: the ``Sync-Position`` header."""
        return [Position(*row) for row in self._all("SELECT part, seq, chain FROM hi ORDER BY part")]

    def snapshot_progress(self, part: str) -> tuple[str, str] | None:
        """(as_of, after) of an unfinished bootstrap."""
        raw = self.meta_get(f"snapshot:{part}")
        if not raw:
            return None
        as_of, _, after = raw.partition("|")
        return as_of, after

    def quarantined_pulls(self) -> int:
        """How many pulled items could not be read so far."""
        row = self._one("SELECT count(*) FROM pull_quarantine")
        return row[0] if row else 0


class Positions(PositionReads, WriteSession):
    """Move them."""

    def raise_hi(self, pos: Position) -> None:
        """Remember a position seen, if it is higher than what we know."""
        self._run(_UPSERT.format("hi"), pos.part, pos.seq, pos.chain)

    def set_position(self, pos: Position) -> None:
        """Advance the pull cursor (never back: a late reply changes nothing)."""
        self._run(_UPSERT.format("position"), pos.part, pos.seq, pos.chain)
        self.raise_hi(pos)

    def forget_cursor(self, part: str | None = None) -> None:
        """Pull everything (of one partition) again from the start. The outbox stays, and so does what we prove: were it dropped, a
        gateway put back at the same time would not be noticed, and acked ops it lost not sent again (docs/protocol.md,
        ``keep-proof``)."""
        self._run("DELETE FROM position WHERE part = coalesce(?, part)", part)
        self._run("DELETE FROM meta WHERE key LIKE 'snapshot:%' AND key = coalesce('snapshot:' || ?, key)", part)

    def forget_positions(self) -> None:
        """The gateway began a new history: nothing we saw of the old one proves anything."""
        self.forget_cursor()
        self._run("DELETE FROM hi")
