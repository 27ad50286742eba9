"""Many common words at once: look up the few telling ones, read the columns of those dossiers, compare the rest.

FTS5 intersects by leap-frogging: each word in turn jumps to the next dossier that has it. With the words of a name and of a
procedure at a million dossiers every jump is short and there are 100,000 of them (20 ms). "Mỹ" and "Hòa" alone leave some
hundred dossiers, and whether those also say "xác nhận" stands in their columns.
"""

from __future__ import annotations

from typing import Any

from counter_app.store.indexing import IndexReads
from counter_app.store.words import code_words, procedure_words

#: How far back the 64th newest hit of a word lies tells how common the word is (0.1 ms; counting all hits takes 5).
_SAMPLE = 64
_NTH = f"SELECT rowid FROM dossier_fts WHERE dossier_fts MATCH ? ORDER BY rowid DESC LIMIT 1 OFFSET {_SAMPLE - 1}"
_HITS = "SELECT rowid FROM dossier_fts WHERE dossier_fts MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?"
_WORDS = """SELECT n, own_words, procedure_code, procedure_name, code, provisional_code FROM dossier
    WHERE n IN (SELECT value FROM json_each(?)) ORDER BY n DESC"""
#: What it costs, in µs: go through a hit of the rarest word; jump in another word's hits, or pass one of them by; read and compare
#: a dossier.
_HIT, _JUMP, _PASS, _READ = 0.25, 0.9, 0.01, 9.0
#: Read so many dossiers at once, and no more than so many for one question (words that hardly ever go together).
_CHUNK, _ENOUGH = 120, 1200
_NEWEST = 1 << 62
#: Shares of words kept in memory.
_REMEMBERED = 4096


def fits(have: str, wanted: list[tuple[str, bool]]) -> bool:
    """Do these words, between single spaces, have every wanted one (as a beginning, where that is enough)?"""
    line = f" {have} "
    return all([(f" {word}" if begins else f" {word} ") in line for word, begins in wanted])


class Narrowing(IndexReads):
    """Row numbers of dossiers that have all words."""

    def _all_words(self, wanted: list[tuple[str, bool]], terms: list[str], limit: int) -> list[int]:
        """The newest row numbers in the index that fit ``wanted`` (word, may be a beginning); ``terms`` are the same words in
        FTS5's language."""
        if len(terms) <= 3:
            return self._every(terms, limit)
        top = self._search_to()
        share = sorted((self._share(term, top), term, word) for term, word in dict(zip(terms, wanted, strict=True)).items())
        if not share[0][0]:  # hardly any hits: nothing to jump over
            return self._every([term for _, term, _ in share], limit)
        telling = _telling(top, [part for part, _, _ in share])
        return self._narrowed([t for _, t, _ in share], [w for _, _, w in share[telling:]], telling, limit)

    def _share(self, term: str, top: int) -> float:
        """What part of the newest dossiers has this word (0: hardly any). Remembered until the index has grown by a thirtieth."""
        shares: dict[str, tuple[int, float]] = self.store.secret("word_shares", dict)
        known = shares.get(term)
        if known is not None and 0 <= top - known[0] <= top // 30:
            return known[1]
        row = self._one(_NTH, term)
        share = 0.0 if row is None else _SAMPLE / max(top - row[0] + 1, _SAMPLE)
        if len(shares) >= _REMEMBERED:
            shares.clear()
        shares[term] = top, share
        return share

    def _every(self, terms: list[str], limit: int, below: int = _NEWEST) -> list[int]:
        return [n for (n,) in self._all(_HITS, " AND ".join(terms), below, limit)]

    def _narrowed(self, terms: list[str], rest: list[tuple[str, bool]], telling: int, limit: int) -> list[int]:
        """Those that have the first ``telling`` of ``terms`` by the index and ``rest`` by their columns."""
        if not rest:
            return self._every(terms, limit)
        found: list[int] = []
        below = _NEWEST
        rows: Any = self._db.execute(_HITS, (" AND ".join(terms[:telling]), _NEWEST, _ENOUGH))
        seen = 0
        while len(found) < limit and (near := [n for (n,) in rows.fetchmany(_CHUNK)]):
            found += self._that_fit(near, rest)
            seen, below = seen + len(near), near[-1]
        rows.close()
        if len(found) < limit and seen == _ENOUGH:  # from there on by the index alone
            found += self._every(terms, limit - len(found), below)
        return found[:limit]

    def _that_fit(self, near: list[int], wanted: list[tuple[str, bool]]) -> list[int]:
        found = []
        beside: dict[tuple[str, str], list[tuple[str, bool]]] = {}  # the words that a procedure does not have
        for n, own, procedure, name, code, provisional in self._all(_WORDS, "[" + ",".join(map(str, near)) + "]"):
            missing = beside.get((procedure, name))
            if missing is None:
                line = procedure_words(procedure, name)
                missing = beside[(procedure, name)] = [one for one in wanted if not fits(line, [one])]
            if not missing or fits(own, missing) or fits(f"{own} {code_words(code, provisional)}", missing):
                found.append(n)
        return found


def _telling(top: int, shares: list[float]) -> int:
    """How many of the words, rarest first, are worth looking up in the index rather than in the dossiers they leave."""
    spent, left, best = 0.0, float(top), (float("inf"), 0)
    for count, part in enumerate(shares, 1):
        spent += top * part * _HIT if count == 1 else max(left * _JUMP, top * part * _PASS)
        left *= part
        best = min(best, (spent + left * _READ * (count < len(shares)), count))
    return best[1]
