"""Row numbers of dossiers that have all words: look up the few telling ones, judge the rest by the procedure.

FTS5 intersects by leap-frogging: each word in turn jumps to the next dossier that has it, and passes by all between. With the words of a
name and of a procedure at a million dossiers that is a million postings (20 ms). "Mỹ" and "Hòa" alone leave some thousand
dossiers; which procedure those belong to is asked of ``filing``, and it says of nearly all whether "xác nhận" is in them. Only
where a word that people bear may stand in the dossier or not is the dossier read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest
from typing import Any, NamedTuple

from counter_app.store.filing import BLOCK, NAME_BITS, NONE, NUMBER, OTHER, RARE
from counter_app.store.indexing import TURN, IndexReads
from counter_app.store.words import code_words, procedure_words

#: How far back the 64th newest hit of a word lies tells how common the word is (0.1 ms; counting all hits takes 5).
_DEPTH = 64
_NTH = f"SELECT {TURN} - rowid FROM dossier_fts WHERE dossier_fts MATCH ? ORDER BY rowid LIMIT 1 OFFSET {_DEPTH - 1}"
_HITS = f"SELECT {TURN} - rowid FROM dossier_fts WHERE dossier_fts MATCH ? AND rowid > {TURN} - ? ORDER BY rowid LIMIT ?"
_OWN = "SELECT 1 FROM word WHERE word = ? AND own = 1"
_OWN_BEGINS = "SELECT 1 FROM word WHERE word >= ?1 AND word < ?1 || char(0x10ffff) AND own = 1 LIMIT 1"
_WORDS = """SELECT n, own_words, code, provisional_code, procedure_code, procedure_name FROM dossier
    WHERE n IN (SELECT value FROM json_each(?))"""
#: What it costs, in µs: begin to read a list of hits, jump in it, pass one of its hits by; find out a hit's procedure, for that
#: read a block; read a dossier.
_BEGIN, _JUMP, _PASS, _ASK, _BLOCK, _READ = 40.0, 0.025, 0.006, 0.7, 4.0, 20.0
#: Shares are estimates: of those with a word at least this part is taken to have it by themselves.
_UNSURE = 0.15
#: Hits are judged so many at a time. After so many the guess was bad (words that hardly ever go together).
_CHUNK, _ENOUGH = 200, 6000
#: So many choices of words are enough for an estimate.
_GROUPS = 40
#: Shares of words kept in memory.
_REMEMBERED = 4096

Wanted = list[tuple[str, bool]]


def fits(have: str, wanted: Wanted) -> bool:
    """Do these words, between single spaces, have every wanted one (as a beginning, where that is enough)?"""
    line = f" {have} "
    return all([(f" {word}" if begins else f" {word} ") in line for word, begins in wanted])


class _Term(NamedTuple):
    """What part of the dossiers has a word, what part by themselves, the word in FTS5's language, and its bit."""

    share: float
    own: float
    text: str
    bit: int


@dataclass(frozen=True, slots=True)
class _Question:
    """The words; those only a procedure can have (bits); which words the procedures have, of those with all the latter; and what part
    of the dossiers has procedures with just these words."""

    wanted: Wanted
    must: int
    having: dict[int, int]
    groups: dict[int, float]
    #: Bit of a whole word → its bit in ``filing``, for the commonest names.
    names: dict[int, int]

    def left(self, bits: int) -> tuple[int, Wanted]:
        """What is not in ``bits``: as bits of ``filing``, and the words that only the dossier itself can tell."""
        asked = sum(name for bit, name in self.names.items() if not bits & bit)
        return asked, [word for i, word in enumerate(self.wanted) if not bits >> i & 1 and 1 << i not in self.names]

    def having_all(self, asked: Sequence[_Term], terms: Sequence[_Term] = ()) -> tuple[float, float, float]:
        """What part of the dossiers has these words; what part of them all belongs to a procedure that fits; and has to be read
        (``terms``: all words)."""
        every, proved = (1 << len(self.wanted)) - 1, sum(term.bit for term in asked)
        told = proved | sum(self.names)
        named = [term for term in terms if term.bit in self.names and not proved & term.bit]
        have = fit = read = 0.0
        for bits, share in self.groups.items():
            for term in asked:
                if not bits & term.bit:
                    share *= term.own
            have += share
            if bits & self.must == self.must:
                fit += share
                if bits | told != every:
                    for term in named:
                        if not bits & term.bit:
                            share *= term.own
                    read += share
        return have, fit, read

    def telling(self, terms: list[_Term], top: int, limit: int, known: int) -> list[_Term]:
        """Which words are worth looking up: so many of those that dossiers may have, the most telling first, and perhaps the rarest of
        the procedure's. ``top``: how many dossiers there are; ``known``: so many blocks of ``filing`` have been read already."""
        block = _BLOCK * max(0.0, 1.0 - known * BLOCK / max(top, 1))
        reach = min(float(top), limit / max(self.having_all(terms)[1], 1e-9))
        own = sorted((term for term in terms if not self.must & term.bit), key=lambda term: self.having_all([term])[1])
        theirs = sorted(term for term in terms if self.must & term.bit)[:1]
        best: tuple[float, list[_Term]] = (float("inf"), [])
        for some in range(len(own) + 1):
            for more in ([], theirs) if theirs else ([],):
                asked = sorted(own[:some] + more)
                if asked:
                    have, _, read = self.having_all(asked, terms)
                    cost = sum(_BEGIN + reach * (asked[0].share * _JUMP + term.share * _PASS) for term in asked)
                    if len(asked) < len(terms):
                        cost += reach * have * _ASK + min(reach * have, reach / BLOCK) * block + reach * read * _READ
                    best = min(best, (cost, asked))
        return best[1]


class Narrowing(IndexReads):
    """Find by all words."""

    def _all_words(self, wanted: Wanted, limit: int) -> list[int]:
        """The newest row numbers in the index that have every word (word, may be a beginning)."""
        top, wanted = self._search_to(), list(dict.fromkeys(wanted))
        texts = [self._term(word, begins) for word, begins in wanted]
        if not all(texts):
            return []
        shares = [self._share(text, top) for text in texts]
        every = self._known_procedures().having(wanted)
        common = self._procedure_shares(top)
        groups: dict[int, float] = {}
        for n, bits in every.items():
            groups[bits] = groups.get(bits, 0.0) + common.get(n, RARE)
        groups = dict(nlargest(_GROUPS, groups.items(), key=lambda group: group[1]))
        groups[0] = max(1.0 - sum(groups.values()), 0.0)
        must = sum(1 << i for i, (word, begins) in enumerate(wanted) if not self._may_be_own(word, begins))
        terms = []
        for i, (share, text) in enumerate(zip(shares, texts, strict=True)):
            own = max(share - sum(part for bits, part in groups.items() if bits >> i & 1), share * _UNSURE)
            terms.append(_Term(share, 0.0 if must >> i & 1 else own, text, 1 << i))
        having = {n: bits for n, bits in every.items() if bits & must == must}
        if must and not having:
            return []
        names = {1 << i: NAME_BITS[word] for i, (word, begins) in enumerate(wanted)
                 if not begins and word in NAME_BITS and not must >> i & 1}
        question = _Question(wanted, must, having, groups, names)
        asked = question.telling(terms, top, limit, len(self.kept().blocks)) if min(shares) else sorted(terms)
        found: list[int] = []
        below = self._judge(question, asked, limit, top + 1, found, _ENOUGH)
        if below:  # from there on by the index alone
            self._judge(question, sorted(terms), limit, below, found, None)
        return found

    def _may_be_own(self, word: str, begins: bool) -> bool:
        """Is there a dossier that has this word itself, not in its procedure?"""
        return not word.isalpha() or self._one(_OWN_BEGINS if begins else _OWN, word) is not None

    def _judge(self, question: _Question, asked: list[_Term], limit: int, below: int, found: list[int], enough: int | None) -> int:
        """Add to ``found`` what has the words ``asked`` and all others, newest first, up to ``limit``. Returns the row below which
        nothing was looked at because there were ``enough`` (0: all was)."""
        proved = sum(term.bit for term in asked)
        if proved == (1 << len(question.wanted)) - 1:
            found += [n for near in self._hits(asked, below, limit - len(found)) for n in near]
            return 0
        left = {n: question.left(bits | proved) for n, bits in question.having.items()}
        other = None if question.must else question.left(proved)
        seen = 0
        for near in self._hits(asked, below, -1):
            fit: list[int] = []
            unread: dict[int, Wanted | None] = {}
            blocks = self._blocks({n // BLOCK for n in near})
            for n in near:
                value = blocks[n // BLOCK][n % BLOCK]
                number = value & NUMBER
                open_ = left.get(number, other)
                if open_ is None or number == NONE:
                    continue
                if number == OTHER:
                    unread[n] = None
                elif value & open_[0] != open_[0]:
                    continue
                elif open_[1]:
                    unread[n] = open_[1]
                fit.append(n)
            if unread:
                fitting = self._that_fit(unread, question.wanted)
                fit = [n for n in fit if n not in unread or n in fitting]
            found += fit[: limit - len(found)]
            seen += len(near)
            if len(found) >= limit:
                break
            if enough and seen >= enough:
                return near[-1]
        return 0

    def _hits(self, asked: list[_Term], below: int, limit: int) -> Iterator[list[int]]:
        """Row numbers under ``below`` that have these words, newest first, some at a time."""
        rows: Any = self._db.execute(_HITS, (" AND ".join(term.text for term in asked), below, limit))
        try:
            while near := [n for (n,) in rows.fetchmany(_CHUNK)]:
                yield near
        finally:
            rows.close()

    def _that_fit(self, unread: dict[int, Wanted | None], wanted: Wanted) -> set[int]:
        """Those of these rows that have the words which are still open (None: all of them, the procedure's too)."""
        found = set()
        for n, own, code, provisional, procedure, name in self._all(_WORDS, f"[{','.join(map(str, unread))}]"):
            words, line = unread[n], f"{own} {code_words(code, provisional)}"
            if words is None:
                words, line = wanted, f"{line} {procedure_words(procedure, name)}"
            if fits(line, words):
                found.add(n)
        return found

    def _term(self, word: str, begins: bool) -> str:
        """One word of the query; a long beginning becomes the words that begin so (empty: there are none)."""
        if not begins:
            return f'"{word}"'
        if len(word) < 4 or not word.isalpha():
            return f'"{word}"*'
        rows = self._all("SELECT word FROM word WHERE word >= ?1 AND word < ?1 || char(0x10ffff) LIMIT 41", word)
        if len(rows) > 40:
            return f'"{word}"*'
        return "(" + " OR ".join(f'"{w}"' for (w,) in rows) + ")" if rows else ""

    def _share(self, term: str, top: int) -> float:
        """What part of the newest dossiers has this word (0: hardly any). Remembered until the index has grown by a thirtieth."""
        shares: dict[str, tuple[int, float]] = self.store.secret("word_shares", dict)
        known = shares.get(term)
        if known is not None and 0 <= top - known[0] <= top // 30:
            return known[1]
        row = self._one(_NTH, term)
        share = 0.0 if row is None else _DEPTH / max(top - row[0] + 1, _DEPTH)
        if len(shares) >= _REMEMBERED:
            shares.clear()
        shares[term] = top, share
        return share
