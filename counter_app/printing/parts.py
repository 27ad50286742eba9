"""Drawn parts of a page: lines, boxes to tick, dotted lines for handwriting, the foot of every page."""

from __future__ import annotations

from typing import Any

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable

from counter_app.printing import fonts
from counter_app.printing.archive import ArchiveCanvas
from counter_app.printing.documents import Reprint
from counter_app.printing.sheet import MM, Sheet
from counter_app.printing.words import clipped, stamp


class Rule(Flowable):
    """A line: under a head (centred), or across the page."""

    def __init__(self, length: float, align: str = "center", thick: float = 0.6) -> None:
        super().__init__()
        self.length, self.align, self.thick = length, align, thick

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """All the width, 4 points high."""
        self.width = width
        return width, 4

    def draw(self) -> None:
        """The line."""
        self.canv.setLineWidth(self.thick)
        length = min(self.length or self.width, self.width)
        left = {"left": 0.0, "right": self.width - length}.get(self.align, (self.width - length) / 2)
        self.canv.line(left, 2, left + length, 2)


class CopyStart(Flowable):
    """An invisible mark: here starts the next copy (liên), page numbers start again."""

    width = height = 0

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """No room at all."""
        return 0, 0

    def draw(self) -> None:
        """Note the page."""
        starts = getattr(self.canv, "copy_starts", None)
        if starts is not None:
            starts.append(self.canv.getPageNumber())


class Box(Flowable):
    """A box to tick, drawn (the fonts have no such glyph), with its text; ``checked`` draws the tick."""

    def __init__(self, text: str, checked: bool, size: float) -> None:
        super().__init__()
        self.text, self.checked, self.size = text, checked, size

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """As wide as its text."""
        text = self.size * 0.4 + stringWidth(self.text, fonts.SERIF, self.size) if self.text else 0
        self.width = self.size * 0.85 + text
        return self.width, self.size * 1.5

    def draw(self) -> None:
        """Box, tick, text."""
        side, base = self.size * 0.85, self.size * 0.35
        self.canv.setLineWidth(0.6)
        self.canv.rect(0, base - 0.5, side, side)
        if self.checked:
            self.canv.setLineWidth(1.2)
            self.canv.lines([(side * 0.15, base + side * 0.4, side * 0.42, base + side * 0.1),
                             (side * 0.42, base + side * 0.1, side * 0.9, base + side * 0.85)])
        self.canv.setFont(fonts.SERIF, self.size)
        self.canv.drawString(self.size * 1.25, base, self.text)


class Boxes(Flowable):
    """Boxes to tick in a line, after a text."""

    def __init__(self, lead: str, boxes: list[Box], size: float) -> None:
        super().__init__()
        self.lead, self.boxes, self.size = lead, boxes, size

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """One line; more where the boxes do not fit beside each other."""
        self.width, self.places = width, []
        x, row = stringWidth(self.lead, fonts.SERIF, self.size) + self.size * 1.2 if self.lead else 0.0, 0
        for box in self.boxes:
            wide = box.wrap(width, height)[0]
            if x and x + wide > width:
                x, row = 0.0, row + 1
            self.places.append((x, row))
            x += wide + self.size * 2
        self.height = (row + 1) * self.size * 1.5
        return width, self.height

    def draw(self) -> None:
        """Text, then boxes."""
        line = self.size * 1.5
        self.canv.setFont(fonts.SERIF, self.size)
        self.canv.drawString(0, self.height - line + self.size * 0.35, self.lead)
        for box, (x, row) in zip(self.boxes, self.places, strict=True):
            box.drawOn(self.canv, x, self.height - (row + 1) * line)


class Leaders(Flowable):
    """For handwriting: labels, each with dots up to the next one or the margin; ``more`` dotted lines under them. ``known``: what is
    printed already instead of dots."""

    def __init__(self, labels: list[str], known: list[str], size: float, more: int = 0) -> None:
        super().__init__()
        self.labels, self.known, self.size, self.more = labels, known, size, more

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Lines high enough to write on; what would leave less than about 30 mm to write goes on the next line."""
        self.least = self.size * 6.5
        self.width, self.line = width, self.size * 1.7
        fixed = [stringWidth(label, fonts.SERIF, self.size) + self.size * 0.4 for label in self.labels]
        self.rows: list[list[int]] = [[]]
        used = 0.0
        for number, wide in enumerate(fixed):
            if self.rows[-1] and used + wide + self.least > width:
                self.rows.append([])
                used = 0.0
            self.rows[-1].append(number)
            used += wide + self.least
        self.fixed, self.height = fixed, (len(self.rows) + self.more) * self.line
        return width, self.height

    def split(self, width: float, height: float) -> list[Flowable]:
        """A line stays whole; lines below may go on on the next page."""
        fit = int(height // self.line) - len(self.rows)
        if fit < 1 or self.more - fit < 1:
            return []
        return [Leaders(self.labels, self.known, self.size, fit), Leaders([], [], self.size, self.more - fit - (0 if self.labels else 1))]

    def draw(self) -> None:
        """Labels and dots."""
        canvas, y = self.canv, self.height
        for row in self.rows:
            y -= self.line
            room = (self.width - sum(self.fixed[number] for number in row) - self.size * (len(row) - 1)) / max(1, len(row))
            x = 0.0
            for number in row:
                canvas.setFont(fonts.SERIF, self.size)
                canvas.drawString(x, y + self.size * 0.3, self.labels[number])
                x += self.fixed[number]
                if self.known[number]:
                    wide = stringWidth(self.known[number], fonts.SERIF, self.size)
                    canvas.setFont(fonts.SERIF, self.size * min(1.0, room / wide))
                    canvas.drawString(x, y + self.size * 0.3, self.known[number])
                else:
                    dots(canvas, x, x + room, y + self.size * 0.3)
                x += room + self.size
            if not row:
                dots(canvas, 0, self.width, y + self.size * 0.3)
        for _ in range(self.more):
            y -= self.line
            dots(canvas, 0, self.width, y + self.size * 0.3)


def dots(canvas: Any, left: float, right: float, y: float) -> None:
    """A dotted line to write on."""
    canvas.saveState()
    canvas.setLineWidth(0.7)
    canvas.setDash(0.7, 2.2)
    canvas.line(left, y - 1, right, y - 1)
    canvas.restoreState()


class Ruled(Flowable):
    """Dotted lines over the whole width; may break between any two."""

    def __init__(self, count: int, height: float) -> None:
        super().__init__()
        self.count, self.line = count, height

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """``count`` lines."""
        self.width, self.height = width, self.count * self.line
        return width, self.height

    def split(self, width: float, height: float) -> list[Flowable]:
        """As many lines as fit."""
        fit = int(height // self.line)
        return [Ruled(fit, self.line), Ruled(self.count - fit, self.line)] if 0 < fit < self.count else []

    def draw(self) -> None:
        """The lines."""
        for number in range(self.count):
            dots(self.canv, 0, self.width, number * self.line + 3)


class NumberedCanvas(ArchiveCanvas):
    """Writes the foot of every page when all are known: form and code, reprint mark, page of pages of this copy."""

    sheet: Sheet
    mark: str = ""
    foot_code: str = ""
    reprint: Reprint | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.copy_starts: list[int] = []
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:
        """Keep the page until the number of pages is known."""
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Feet, then the file."""
        starts = [*sorted(set(self.copy_starts)), len(self._pages) + 1]
        for number, state in enumerate(self._pages, start=1):
            self.__dict__.update(state)
            first = max((start for start in starts if start <= number), default=1)
            after = min(start for start in starts if start > number)
            if self.sheet.template.papers[self.sheet.geometry.name].foot:
                self._foot(number - first + 1, after - first)
            super().showPage()
        super().save()

    def _foot(self, page: int, pages: int) -> None:
        geometry, sheet = self.sheet.geometry, self.sheet
        y = (geometry.bottom - 5) * MM
        self.setFillGray(0)
        self.setFont(fonts.SERIF, 8)
        left, right = geometry.left * MM, (geometry.width - geometry.right) * MM
        self.drawString(left, y, clipped(" · ".join(part for part in (self.mark, self.foot_code) if part), 100))
        self.drawRightString(right, y, sheet.words("page", page=page, pages=pages))
        below = []
        if self.reprint:
            below.append(clipped(sheet.words("reprint", n=self.reprint.n, at=stamp(self.reprint.at), user=self.reprint.user), 160))
        if sheet.replaced and "replaced" in sheet.template.labels:
            below.append(sheet.template.labels["replaced"])
        self.setFont(fonts.ITALIC, 8)
        for number, text in enumerate(below, start=1):
            self.drawString(left, y - 9 * number, text)
