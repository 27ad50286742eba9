"""The search index and the dossiers that are not in it yet.

Writing one dossier's words touches five pages of the file, a quarter of a save; the words of thirty at once touch hardly more.
So dossiers made here wait: those with a row number above ``search_to`` are compared word by word when somebody searches
(their words are in them, nothing is stored twice), and go into the index together, at the latest with the next page pulled.
"""

from __future__ import annotations

from counter_app.store.session import Session, WriteSession
from counter_app.store.words import columns_of, hash_key, long_words, search_words

#: At most so many dossiers are outside the index (each costs a search some 20 µs).
WAITING_MAX = 32
FTS_INSERT = "INSERT INTO dossier_fts(rowid, words) VALUES (?, ?)"
FTS_REPLACE = "INSERT OR REPLACE INTO dossier_fts(rowid, words) VALUES (?, ?)"
_WAITING = "SELECT n, coalesce(data, server) FROM dossier WHERE n > ? ORDER BY n DESC"
_HITS = "SELECT rowid FROM dossier_fts WHERE dossier_fts MATCH ? ORDER BY rowid DESC LIMIT ?"


class IndexReads(Session):
    """Find row numbers by words."""

    def _hash_key(self) -> bytes:
        return self.store.secret("blind_index", lambda: hash_key(self.meta_get("blind_index") or ""))

    def _search_to(self) -> int:
        """The highest row number in the index."""
        return int(self.meta_get("search_to") or 0)

    def _waiting(self) -> list[tuple[int, str]]:
        """(row number, words) of the dossiers outside the index, newest first."""
        key = self._hash_key()
        return [(n, search_words(columns_of("dossier", raw), key)) for n, raw in self._all(_WAITING, self._search_to())]  # type: ignore[arg-type]

    def _word_hits(self, word: str, limit: int) -> list[int]:
        """The newest row numbers that have this whole word."""
        new = [n for n, words in self._waiting() if word in words.split()]
        return (new + [n for (n,) in self._all(_HITS, f'"{word}"', limit)])[:limit]


class Indexing(IndexReads, WriteSession):
    """Keep the index."""

    #: Long words first met in this transaction.
    learnt: set[str]

    def _index_waiting(self) -> None:
        """Take in the dossiers that wait."""
        waiting = self._waiting()
        if waiting:
            self._many(FTS_INSERT, waiting[::-1])
            self._learn([words for _, words in waiting])
            self.meta_set("search_to", str(waiting[0][0]))

    def _learn(self, lines: list[str]) -> None:
        """Remember the long words of search lines."""
        known = self.store.known_words(self)
        fresh = set().union(*(long_words(line, known) for line in lines)) - self.learnt
        self._many("INSERT OR IGNORE INTO word (word) VALUES (?)", [(w,) for w in sorted(fresh)])
        self.learnt |= fresh
