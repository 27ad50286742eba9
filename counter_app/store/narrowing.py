"""Many common words at once: look up the few telling ones, read those dossiers, compare the rest.

FTS5 intersects by leap-frogging: each word in turn jumps to the next dossier that has it. With the words of a name and of a
procedure at a million dossiers every jump is short and there are 100,000 of them (20 ms). "My" and "Hòa" alone leave some
hundred dossiers, and whether those also say "xác nhận" stands in the dossiers themselves.
"""

from __future__ import annotations

from counter_app.store.indexing import IndexReads
from counter_app.store.words import columns_of, search_words

#: How far back the 64th newest hit of a word lies tells how common the word is (0.1 ms; counting all hits takes 5).
_SAMPLE = 64
_NTH = f"SELECT rowid FROM dossier_fts WHERE dossier_fts MATCH ? ORDER BY rowid DESC LIMIT 1 OFFSET {_SAMPLE - 1}"
_HITS = "SELECT rowid FROM dossier_fts WHERE dossier_fts MATCH ? ORDER BY rowid DESC LIMIT ?"
_BODIES = "SELECT n, coalesce(data, server) FROM dossier WHERE n IN (SELECT value FROM json_each(?)) ORDER BY n DESC"
#: Fewer jumps than this are not worth the trouble; more dossiers than this are not worth reading.
_JUMPS, _READ = 4000, 600


def fits(have: list[str], wanted: list[tuple[str, bool]]) -> bool:
    """Do these words have every wanted one (as a beginning, where that is enough)?"""
    words = set(have)
    return all(begins or word in words for word, begins in wanted) and all(
        any([w.startswith(word) for w in words]) for word, begins in wanted if begins
    )


class Narrowing(IndexReads):
    """Row numbers of dossiers that have all words."""

    def _all_words(self, wanted: list[tuple[str, bool]], terms: list[str], limit: int) -> list[int]:
        """The newest row numbers in the index that fit ``wanted`` (word, may be a beginning); ``terms`` are the same words in
        FTS5's language."""
        return self._few(wanted, terms, limit) if len(terms) > 3 else self._every(terms, limit)

    def _every(self, terms: list[str], limit: int) -> list[int]:
        return [n for (n,) in self._all(_HITS, " AND ".join(terms), limit)]

    def _few(self, wanted: list[tuple[str, bool]], terms: list[str], limit: int) -> list[int]:
        top = self._search_to()
        share = []
        for term in dict.fromkeys(terms):
            row = self._one(_NTH, term)
            if row is None:  # hardly any hits: nothing to jump over
                return self._every(terms, limit)
            share.append((_SAMPLE / max(top - row[0] + 1, _SAMPLE), term))
        share.sort()
        hits = float(top)
        for part, _ in share:
            hits *= part
        if top * share[0][0] * min(1.0, limit / max(hits, 1.0)) < _JUMPS:
            return self._every(terms, limit)
        telling, left = [], float(top)
        for part, term in share:
            telling.append(term)
            left *= part
            if left < _READ / 3:
                break
        if left > _READ or len(telling) == len(share):
            return self._every(terms, limit)
        near = self._every(telling, _READ + 1)
        if len(near) > _READ:  # these words go together more often than by chance
            return self._every(terms, limit)
        return self._that_fit(near, wanted)[:limit]

    def _that_fit(self, near: list[int], wanted: list[tuple[str, bool]]) -> list[int]:
        rows = self._all(_BODIES, "[" + ",".join(map(str, near)) + "]")
        return [n for n, raw in rows if fits(search_words(columns_of("dossier", raw), None)[1].split(), wanted)]  # type: ignore[arg-type]
