"""Tables drawn directly: a register of ten thousand rows would take a general table engine minutes.

Rows are measured once and shared by the parts a table is split into. The head is repeated on every page; a row is never torn unless it
is higher than a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.platypus import Flowable

_PAD_X, _PAD_TOP, _PAD_BOTTOM = 3.2, 1.5, 3.0
_LEADING = 1.2
_NO_DIGITS = str.maketrans("", "", "0123456789")


@lru_cache(maxsize=4096)
def wrapped(text: str, font: str, size: float, width: float) -> tuple[str, ...]:
    """``text`` in lines of at most ``width`` points; words longer than a line are cut."""
    if not text:
        return ()
    face = pdfmetrics.getFont(font).face
    get, default, room = face.charWidths.get, face.defaultWidth, width * 1000 / size
    if sum(get(ord(char), default) for char in text) <= room:
        return (text,)
    lines: list[str] = []
    line, length, space = "", 0.0, get(32, default)
    for word in text.split(" "):
        wide = sum(get(ord(char), default) for char in word)
        if line and length + space + wide <= room:
            line, length = f"{line} {word}", length + space + wide
            continue
        if line:
            lines.append(line)
        while wide > room and len(word) > 1:
            cut = _cut(word, get, default, room)
            lines.append(word[:cut])
            word = word[cut:]
            wide = sum(get(ord(char), default) for char in word)
        line, length = word, wide
    return (*lines, line) if line else tuple(lines)


def _cut(word: str, get: Any, default: float, room: float) -> int:
    wide = 0.0
    for place, char in enumerate(word):
        wide += get(ord(char), default)
        if wide > room:
            return max(1, place)
    return len(word)


@lru_cache(maxsize=4096)
def number_size(text: str, font: str, size: float, width: float) -> float:
    """The letter size at which a number stays on one line: one cut in two is two numbers. Everything else keeps its size."""
    if not text[-1:].isdigit() or not text.isascii() or text.translate(_NO_DIGITS).strip(".,-/%:+"):
        return size
    face = pdfmetrics.getFont(font).face
    wide = sum(face.charWidths.get(ord(char), face.defaultWidth) for char in text) * size / 1000
    return size if wide <= width else size * width / wide * 0.999


@dataclass(frozen=True, slots=True)
class Text:
    """Some lines of one font in a cell."""

    text: str
    font: str
    size: float
    align: str = "left"
    ready: tuple[str, ...] | None = None

    def lines(self, width: float) -> tuple[str, ...]:
        """The text in lines."""
        if self.ready is not None:
            return self.ready
        return wrapped(self.text, self.font, number_size(self.text, self.font, self.size, width), width)

    def height(self, width: float) -> float:
        """Height in points."""
        return len(self.lines(width)) * self.size * _LEADING

    def cut(self, width: float, room: float) -> tuple[Text, Text]:
        """What fits into ``room``, and the rest."""
        lines = self.lines(width)
        fit = int(room // (self.size * _LEADING))
        return (Text("", self.font, self.size, self.align, lines[:fit]), Text("", self.font, self.size, self.align, lines[fit:]))

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        """Draw below ``top``."""
        y = top - self.size
        canvas.setFont(self.font, number_size(self.text, self.font, self.size, width))
        for line in self.lines(width):
            if self.align == "center":
                canvas.drawCentredString(x + width / 2, y, line)
            elif self.align == "right":
                canvas.drawRightString(x + width, y, line)
            else:
                canvas.drawString(x, y, line)
            y -= self.size * _LEADING


@dataclass(frozen=True, slots=True)
class Drawn:
    """A flowable (a code, a box to tick) in a cell."""

    flowable: Flowable
    align: str = "center"

    def height(self, width: float) -> float:
        """Height in points."""
        return float(self.flowable.wrap(width, 10_000)[1])

    def draw(self, canvas: Any, x: float, top: float, width: float) -> None:
        """Draw below ``top``."""
        wide, high = self.flowable.wrap(width, 10_000)
        self.flowable.drawOn(canvas, x + (max(0.0, width - wide) / 2 if self.align == "center" else 0), top - high)


Cell = Sequence[Text | Drawn]
Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Head:
    """One row of the head: cells as (first column, column after the last, first head row, row after the last, cell)."""

    cells: tuple[tuple[int, int, int, int, Cell], ...]
    heights: tuple[float, ...]


def head_of(titles: list[Cell], groups: list[tuple[int, int, Cell]], widths: Sequence[float]) -> Head:
    """The head of a table; ``groups`` (first column, after last, cell) stand over several columns."""
    def high(cell: Cell, first: int, after: int) -> float:
        return sum(part.height(sum(widths[first:after]) - 2 * _PAD_X) for part in cell) + _PAD_TOP + _PAD_BOTTOM

    grouped = {column for first, after, _ in groups for column in range(first, after)}
    upper = max((high(cell, first, after) for first, after, cell in groups), default=0.0)
    lower = max((high(cell, n, n + 1) for n, cell in enumerate(titles) if n in grouped or not groups), default=0.0)
    tall = max((high(cell, n, n + 1) for n, cell in enumerate(titles) if n not in grouped), default=0.0) if groups else 0.0
    lower = max(lower, tall - upper)
    if not groups:
        return Head(tuple((n, n + 1, 0, 1, cell) for n, cell in enumerate(titles)), (lower,))
    cells = [(first, after, 0, 1, cell) for first, after, cell in groups]
    cells += [(n, n + 1, 1 if n in grouped else 0, 2, cell) for n, cell in enumerate(titles)]
    return Head(tuple(cells), (upper, lower))


class Grid(Flowable):
    """A table. ``least``: height of a row at least (room to write); ``keep_last``: so many rows at the end are totals and stay with the
    row before them."""

    def __init__(self, widths: Sequence[float], head: Head | None, rows: Sequence[Row], *, least: float = 0.0, keep_last: int = 0) -> None:
        super().__init__()
        self.widths, self.head, self.rows, self.least, self.keep_last = tuple(widths), head, rows, least, keep_last
        self.heights = [self._high(row) for row in rows]
        self.sums = [0.0, *accumulate(self.heights)]
        self.first, self.after = 0, len(rows)

    def _part(self, first: int, after: int) -> Grid:
        made = Grid.__new__(Grid)
        Flowable.__init__(made)
        made.widths, made.head, made.rows, made.least, made.keep_last = self.widths, self.head, self.rows, self.least, self.keep_last
        made.heights, made.sums, made.first, made.after = self.heights, self.sums, first, after
        return made

    def _high(self, row: Row) -> float:
        inner = [sum(part.height(width - 2 * _PAD_X) for part in cell) for cell, width in zip(row, self.widths, strict=True)]
        return max(self.least, max(inner, default=0.0) + _PAD_TOP + _PAD_BOTTOM)

    @property
    def _head_height(self) -> float:
        return sum(self.head.heights) if self.head else 0.0

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Width and height of the rows of this part."""
        self.width, self.height = sum(self.widths), self.sums[self.after] - self.sums[self.first] + self._head_height
        return self.width, self.height

    def split(self, width: float, height: float) -> list[Flowable]:
        """What fits, and the rest with the head again."""
        room, after = height - self._head_height, self.first
        while after < self.after and self.sums[after + 1] - self.sums[self.first] <= room:
            after += 1
        if after == self.after:
            return [self]
        if self.keep_last and self.after - after <= self.keep_last:
            after = max(self.first + 1, self.after - self.keep_last - 1) if self.after - self.first > self.keep_last + 1 else after
        if after > self.first:
            return [self._part(self.first, after), self._part(after, self.after)]
        return self._torn(room) if self.heights[self.first] > 500 and room > 100 else []

    def _torn(self, room: float) -> list[Flowable]:
        """The first row is higher than a page: its lines go on on the next one."""
        upper: list[list[Any]] = []
        lower: list[list[Any]] = []
        for cell, width in zip(self.rows[self.first], self.widths, strict=True):
            left, above, below = room - _PAD_TOP - _PAD_BOTTOM, [], []
            for part in cell:
                high = part.height(width - 2 * _PAD_X)
                if below or high <= left:
                    (below if below else above).append(part)
                elif isinstance(part, Text):
                    one, two = part.cut(width - 2 * _PAD_X, left)
                    above.append(one)
                    below.append(two)
                else:
                    below.append(part)
                left -= high
            upper.append(above)
            lower.append(below)
        rest = [lower, *self.rows[self.first + 1 : self.after]]
        return [Grid(self.widths, self.head, [upper], least=0),
                Grid(self.widths, self.head, rest, least=self.least, keep_last=self.keep_last)]

    def draw(self) -> None:
        """Lines first, then every cell in the middle of its row."""
        canvas, x = self.canv, [0.0, *accumulate(self.widths)]
        canvas.setLineWidth(0.5)
        canvas.setFillGray(0)
        y = self.height
        if self.head:
            tops = [y, *(y - done for done in accumulate(self.head.heights))]
            for first, after, upper, lower, cell in self.head.cells:
                canvas.rect(x[first], tops[lower], x[after] - x[first], tops[upper] - tops[lower])
                self._cell(cell, x[first], tops[upper], x[after] - x[first], tops[upper] - tops[lower])
            y = tops[-1]
        top, lines = y, []
        for number in range(self.first, self.after):
            high = self.heights[number]
            for column, cell in enumerate(self.rows[number]):
                self._cell(cell, x[column], y, self.widths[column], high)
            y -= high
            lines.append((0, y, x[-1], y))
        lines += [(edge, top, edge, y) for edge in x] if lines else []
        lines.append((0, top, x[-1], top))
        canvas.lines(lines)

    def _cell(self, cell: Cell, x: float, top: float, width: float, high: float) -> None:
        inner = width - 2 * _PAD_X
        heights = [part.height(inner) for part in cell]
        at = top - (high - sum(heights) + _PAD_TOP - _PAD_BOTTOM) / 2
        for part, tall in zip(cell, heights, strict=True):
            part.draw(self.canv, x + _PAD_X, at, inner)
            at -= tall
