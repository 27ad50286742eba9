"""When the sums of both sides differ: every copy is doubted until a whole fresh snapshot has said it again (sync.md §2.7).

A doubted copy has its version written negative: the next one of whatever version takes its place, the sum leaves it out, and after a
kill the next snapshot goes on from there. What the snapshot did not say again leaves the lists, but only when what remains has exactly
the sum the gateway named: then nothing is missing, and what is left over is none of its states. It is kept aside, never thrown away.
"""

from __future__ import annotations

from dataclasses import dataclass

from counter_app.store.former import KINDS
from counter_app.store.outbox import Outbox
from counter_app.store.rows import UNFINISHED
from counter_app.store.session import Session

#: Ours: copies of the partition, and of partitions that this counter does not follow at all.
_HERE = "(agency = ?1 OR agency NOT IN (SELECT part FROM position UNION SELECT part FROM hi))"
_DOUBTED = f"server_version < 0 AND {_HERE}"
#: A copy of a former life of the gateway is for the salvage to judge.
_FORMER = "SELECT id FROM former WHERE kind = ?2 AND stale = 1"
_NAMES = {"dossier": "coalesce(code, provisional_code, id)", "slip": "number", "review": "id"}
#: Codes that a notice names; the rest is counted.
_NAMED = 20


@dataclass(frozen=True, slots=True)
class Disowned:
    """What the gateway does not have: (kind, id) of what left its place, codes and numbers people know, how many copies in all, and how
    many of our ops go again."""

    entities: tuple[tuple[str, str], ...] = ()
    names: tuple[str, ...] = ()
    copies: int = 0
    again: int = 0


class DoubtReads(Session):
    """Is there any doubt?"""

    def doubted(self, part: str) -> bool:
        """Is the snapshot that says everything again still to end?"""
        return self.meta_get(f"doubted:{part}") is not None


class Doubts(Outbox, DoubtReads):
    """Doubt, and end it."""

    def doubt(self, part: str) -> None:
        """From now on nothing that was pulled of ``part`` is believed until a snapshot says it again, which begins anew."""
        self.forget_cursor(part)
        self.meta_set(f"doubted:{part}", "1")
        for kind in KINDS:
            self._run(f"UPDATE {kind} SET server_version = -server_version "
                      f"WHERE server_version > 0 AND server IS NOT NULL AND {_HERE}", part)
        self._run("UPDATE pull_quarantine SET v = -v WHERE part = ? AND v > 0", part)

    def believe(self, part: str) -> None:
        """The fresh snapshot did not explain the difference either: what was here stays as it was."""
        for kind in KINDS:
            self._run(f"UPDATE {kind} SET server_version = -server_version WHERE {_DOUBTED}", part)
        self._run("UPDATE OR REPLACE pull_quarantine SET v = -v WHERE part = ? AND v < 0", part)
        self._run("DELETE FROM meta WHERE key = ?", f"doubted:{part}")

    def disown(self, part: str) -> Disowned:
        """Everything that is still doubted leaves the lists and is kept aside. An entity that an op of ours speaks of stays, without a copy
        of the gateway's; acked ops of it are sent again, a gateway that has them says so."""
        names: list[str] = []
        entities: list[tuple[str, str]] = []
        copies = again = 0
        at = int(self.store.clock.now().timestamp())
        for kind in KINDS:
            gone = f"{_DOUBTED} AND id NOT IN ({_FORMER})"
            rows = self._all(f"SELECT n, id, {_NAMES[kind]} FROM {kind} WHERE {gone}", part, kind)
            copies += len(rows)
            entities += [(kind, entity) for _, entity, _ in rows]
            names += [name for _, _, name in rows if kind != "review"]
            self._run("INSERT INTO disowned (kind, id, part, v, at, raw) SELECT ?2, id, ?1, -server_version, ?3, server "
                      f"FROM {kind} WHERE {gone}", part, kind, at)
            leaving = []
            for n, entity, _ in rows:
                again += self._run("UPDATE outbox SET state = 'new', ack_v = NULL, next_try_at = 0, code = '', message = '' "
                                   "WHERE entity = ? AND target = ? AND state = 'acked'", entity, kind).rowcount
                if self._spoken_of(kind, entity):
                    self._run(f"UPDATE {kind} SET data = coalesce(data, server), server = NULL, server_version = 0 WHERE n = ?", n)
                    self._refresh(kind, entity)
                else:
                    leaving.append(n)
            self._forget(kind, leaving)
        aside = self._all("SELECT kind, id, v, raw FROM pull_quarantine WHERE part = ? AND v < 0", part)
        self._many("INSERT INTO disowned (kind, id, part, v, at, raw) VALUES (?, ?, ?, ?, ?, ?)",
                   [(kind, entity, part, -v, at, raw) for kind, entity, v, raw in aside])
        self._run("DELETE FROM pull_quarantine WHERE part = ? AND v < 0", part)
        self._run("DELETE FROM meta WHERE key = ?", f"doubted:{part}")
        return Disowned(tuple(entities), tuple(names[:_NAMED]), copies + len(aside), again)

    def _spoken_of(self, kind: str, entity: str) -> bool:
        return self._one(f"SELECT 1 FROM outbox WHERE {UNFINISHED} AND (entity = ?1 AND target = ?2 OR review = ?1) LIMIT 1",
                         entity, kind) is not None

    def _forget(self, kind: str, rows: list[int]) -> None:
        """Rows leave their table, and what is found by them."""
        if kind == "dossier" and rows:
            self._index_without(rows)
        entities = self._all(f"SELECT DISTINCT entity FROM review WHERE n IN ({', '.join(map(str, rows))})") if kind == "review" else []
        self._many(f"DELETE FROM {kind} WHERE n = ?", [(n,) for n in rows])
        top = self._one("SELECT coalesce(max(n), 0) FROM dossier")
        if top and top[0] < int(self.meta_get("search_to") or 0):
            self.meta_set("search_to", str(top[0]))
        for (entity,) in entities:
            for other in ("dossier", "slip"):
                self._refresh(other, entity)
