"""Labels on paper: each one a frame of its page, letters made smaller where the text is long; used stickers are passed over."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from counter_app.printing.labels.sizes import LabelSize
from counter_app.printing.sheet import MM

if TYPE_CHECKING:
    from reportlab.platypus import Flowable

PADDING_MM = 2.5
"""Free edge of every label: sheets are never fed exactly, and rolls wander."""
_SCALES = (1.0, 0.93, 0.86, 0.8, 0.74, 0.68, 0.62, 0.57, 0.52, 0.48)
"""Of the template's letters, tried in turn. Codes keep their size: smaller ones would leave the printer's dots."""

Make = Callable[[float], "list[Flowable]"]
"""A label's content with its letters scaled."""


def label_pages(labels: Sequence[Make], size: LabelSize, *, skip: int = 0, title: str = "", author: str = "",
                subject: str = "") -> bytes:
    """A PDF with every label in a frame of its own, from sticker ``skip`` (counted from 0) of the first sheet on. What does not fit even
    with the smallest letters is cut off at the lower edge of its sticker."""
    from reportlab.platypus import BaseDocTemplate, Frame, FrameBreak, KeepInFrame, PageTemplate, Spacer

    from counter_app.printing.archive import ArchiveCanvas

    wide, tall = (side - 2 * PADDING_MM for side in size.label)
    frames = []
    for number in range(size.count):
        left, top = size.place(number)
        bottom = size.sheet[1] - top - size.label[1]
        frames.append(Frame((left + PADDING_MM) * MM, (bottom + PADDING_MM) * MM, wide * MM, tall * MM, 0, 0, 0, 0, id=f"label{number}"))
    out = io.BytesIO()
    document = BaseDocTemplate(
        out, pagesize=(size.sheet[0] * MM, size.sheet[1] * MM), lang="vi-VN", title=title, author=author, subject=subject,
        creator="Counter App", pageCompression=1)
    document.addPageTemplates(PageTemplate("labels", frames))
    flow: list[Flowable] = []
    for _ in range(skip % size.count):
        flow += [Spacer(0, 0.1), FrameBreak()]
    for number, make in enumerate(labels):
        flow += [FrameBreak()] if number else []
        flow.append(KeepInFrame(wide * MM, tall * MM - 0.5, _fitted(make, wide * MM, tall * MM - 0.5), mode="truncate"))
    document.build(flow, canvasmaker=ArchiveCanvas)
    return out.getvalue()


def _fitted(make: Make, width: float, height: float) -> list[Flowable]:
    """The story with the largest letters that fit."""
    for scale in _SCALES:
        story = make(scale)
        used = sum(flowable.getSpaceBefore() + flowable.wrap(width, height)[1] + flowable.getSpaceAfter() for flowable in story)
        if used <= height:
            break
    return story
