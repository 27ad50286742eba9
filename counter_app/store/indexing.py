"""The search index and the dossiers that are not in it yet.

Writing one dossier's words touches five pages of the file, a quarter of a save; the words of thirty at once touch hardly more.
So dossiers made here wait: those with a row number above ``search_to`` are compared word by word when somebody searches
(their words are in them, nothing is stored twice), and go into the index together, at the latest with the next page pulled.
"""

from __future__ import annotations

from counter_app.store.filing import NONE, Filing, FilingReads, Found, found_by
from counter_app.store.words import DossierColumns, columns_of, hash_key, letters, long_words, search_words

#: At most so many dossiers are outside the index (each costs a search some 20 µs).
WAITING_MAX = 32
#: Pages of the index joined in one step, and how many new dossiers are not worth one.
MERGE_PAGES, _MERGE_FROM = 250, 5_000
#: A dossier's row in the index has this number less its own: FTS5 reads forwards, the newest come first.
TURN = 1 << 40
_INSERT = f"INSERT INTO dossier_fts(rowid, words) VALUES ({TURN} - ?, ?)"
_REPLACE = f"INSERT OR REPLACE INTO dossier_fts(rowid, words) VALUES ({TURN} - ?, ?)"
_REMOVE = f"DELETE FROM dossier_fts WHERE rowid = {TURN} - ?"
_WAITING = "SELECT n, plain(coalesce(data, server)) FROM dossier WHERE n > ? ORDER BY n DESC"
_HITS = f"SELECT {TURN} - rowid FROM dossier_fts WHERE dossier_fts MATCH ? ORDER BY rowid LIMIT ?"
_LEARN = "INSERT INTO word (word, own) VALUES (?, ?) ON CONFLICT (word) DO UPDATE SET own = max(own, excluded.own)"


class IndexReads(FilingReads):
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


class Indexing(IndexReads, Filing):
    """Keep the index."""

    #: Words first met in this transaction: those that dossiers have themselves, and the long ones.
    learnt: tuple[set[str], set[str]]

    def _index_waiting(self) -> None:
        """Take in the dossiers that wait."""
        self._index([(n, columns_of("dossier", raw)) for n, raw in self._all(_WAITING, self._search_to())])  # type: ignore[misc]

    def _index(self, rows: list[tuple[int, DossierColumns]], found: list[Found] | None = None) -> None:
        """Take in dossiers with the row numbers after the highest in the index, newest first. ``found``: by what, where it is known."""
        if rows:
            self._write(_INSERT, rows, found)
            self.meta_set("search_to", str(rows[0][0]))

    def _index_again(self, rows: list[tuple[int, DossierColumns]]) -> None:
        """Dossiers in the index whose words have changed."""
        self._write(_REPLACE, sorted(rows, key=lambda row: -row[0]))

    def _index_without(self, rows: list[int]) -> None:
        """Dossiers that are here no more."""
        self._many(_REMOVE, [(n,) for n in rows])
        self._file([(n, NONE) for n in rows])

    def merge_index(self, pages: int = MERGE_PAGES) -> bool:
        """One step of joining the pieces that the index grew in: a search looks into each. Begun when the index has grown by a quarter
        since the last time; ``pages`` bounds the work, so that whoever saves meanwhile waits hardly longer. Returns whether there is more
        to do."""
        merged, now = int(self.meta_get("merged_to") or 0), self._search_to()
        under_way = self.meta_get("merging") == "1"
        if not under_way and now < merged + merged // 4 + _MERGE_FROM:
            return False
        before = self._db.total_changes
        self._run("INSERT INTO dossier_fts(dossier_fts, rank) VALUES ('merge', ?)", pages if under_way else -pages)
        if under_way and self._db.total_changes - before < 2:  # as FTS5 says that nothing is left
            self.meta_set("merging", "0")
            self.meta_set("merged_to", str(now))
            return False
        if not under_way:
            self.meta_set("merging", "1")
        return True

    def _write(self, statement: str, rows: list[tuple[int, DossierColumns]], found: list[Found] | None = None) -> None:
        if found is None:
            key = self._hash_key()
            found = [found_by(c, key) for _, c in rows]
        self._many_at_once(statement, [(n, by.text) for (n, _), by in zip(rows, found, strict=True)])
        named = len(self._known_procedures().lines)
        numbers = [self._procedure_number(c.procedure_code, c.procedure_name) for _, c in rows]
        self._file([(n, number | by.bits) for (n, _), number, by in zip(rows, numbers, found, strict=True)])
        own, long = self.store.known_words(self)
        theirs = set(" ".join([by.mine for by in found]).split())
        # A procedure's words are learnt when it gets its number.
        others = {by.rest for number, by in zip(numbers, found, strict=True) if number > named}
        mine = letters(theirs, own) - self.learnt[0]
        new = long_words(theirs.union(*map(str.split, others)), long) - self.learnt[1] | mine
        self._many(_LEARN, [(word, int(word in mine)) for word in sorted(new)])
        self.learnt[0].update(mine)
        self.learnt[1].update(new)
