"""Much paper: a thousand receipts in one batch, and the register of ten thousand dossiers, on one core.

Baselines draw the same runs of letters with a bare reportlab canvas from ready coordinates: no template, no layout, no codes checked.
"""

from __future__ import annotations

import gc
import io
import os
from datetime import date, datetime, timedelta
from time import perf_counter, process_time
from typing import Any

import psutil

from benchmarks.receipt_pdf import _bare, _lines, _receipt
from benchmarks.report import Row
from counter_app.printing.documents import Header
from counter_app.printing.letters import RegisterDoc, RegisterLine
from counter_app.printing.pdf import render
from counter_app.printing.templates import load_forms, read_template
from onestop.resources import resource_dir
from onestop.vntime import VN_TZ

_HEADER = Header(parent="Văn phòng UBND tỉnh Khánh Hòa", unit="Trung tâm Phục vụ hành chính công", place="Khánh Hòa")


def run(quick: bool = False) -> list[Row]:
    """Receipts a second, memory of the batch, seconds of a register, and what reading the templates costs at start."""
    return [*_batch(100 if quick else 1000), *_register(1000 if quick else 10_000), *_templates()]


def _batch(count: int) -> list[Row]:
    """One after the other, as a batch goes to a printer: nothing of the last one is kept."""
    process = psutil.Process(os.getpid())
    pages = _lines(render(_receipt(0)))
    for number in range(30):
        render(_receipt(number))
    gc.collect()
    before = process.memory_info().rss
    cpu, start = process_time(), perf_counter()
    most = before
    for number in range(count):
        render(_receipt(number))
        if number % 50 == 0:
            most = max(most, process.memory_info().rss)
    cpu, wall = process_time() - cpu, perf_counter() - start
    bare = process_time()
    for number in range(count // 5):
        _bare(pages, f"H32.15-261123-{number + 1:04d}")
    bare = (process_time() - bare) / (count // 5)
    return [
        Row(f"{count} receipts in one batch, a second of one core", count / cpu, "1/s", 20.0, better="higher"),
        Row(f"{count} receipts in one batch, against a bare canvas", cpu / count * 1000, "ms", 4.0, baseline=bare * 1000),
        Row(f"{count} receipts in one batch, wall clock", count / wall, "1/s", 10.0, better="higher"),
        Row(f"{count} receipts in one batch, memory grown by", (most - before) / 1e6, "MB", 8.0),
    ]


def _register(count: int) -> list[Row]:
    at = datetime(2026, 1, 2, 8, tzinfo=VN_TZ)

    def line(number: int) -> RegisterLine:
        day = at + timedelta(minutes=47 * number)
        return RegisterLine(
            code=f"H32.15-{day:%y%m%d}-{number % 10_000:04d}", sets=1, owner=f"Nguyễn Thị Ngọc Thuỷ {number}",
            procedure=f"Cấp giấy phép xây dựng mới đối với công trình cấp III loại {number % 97}", agency="Sở Xây dựng",
            contact=f"Số {number}, phường Nha Trang; 0912 {number:06d}", received_at=day, due_at=day + timedelta(days=14),
            result_at=day + timedelta(days=10), method="Tại bộ phận một cửa")

    document = RegisterDoc(header=_HEADER, first=date(2026, 1, 1), last=date(2026, 12, 31), made_at=at,
                           lines=[line(number) for number in range(1, count + 1)])
    start = process_time()
    content = render(document)
    taken = process_time() - start
    bare = _bare_register(document)
    return [
        Row(f"register of {count:,} dossiers".replace(",", " "), taken, "s", 20.0 * count / 10_000),
        Row("register, against a bare canvas of the same words", taken, "s", 4.0, baseline=bare),
        Row(f"register of {count:,} dossiers: size".replace(",", " "), len(content) / 1e6, "MB", 6.0 * max(1.0, count / 10_000)),
    ]


def _bare_register(document: RegisterDoc) -> float:
    """The same cells, each as one string at a ready place; no wrapping, no lines."""
    from reportlab.pdfgen.canvas import Canvas

    from counter_app.printing import fonts
    from counter_app.printing.facts import facts_of

    template = load_forms().choose("07", document.last)
    rows: list[dict[str, Any]] = facts_of(document, template)["lines"]
    start = process_time()
    canvas = Canvas(io.BytesIO(), pageCompression=1, pagesize=(842, 595))
    for number, row in enumerate(rows):
        if number % 15 == 0:
            canvas.showPage()
        canvas.setFont(fonts.SERIF, 8.5)
        for column, value in enumerate(row.values()):
            if value:
                canvas.drawString(40 + 50 * column, 550 - 30 * (number % 15), value)
    canvas.save()
    return process_time() - start


def _templates() -> list[Row]:
    paths = sorted(resource_dir("forms").glob("*.json"))
    base = {template.file: template for template in load_forms().templates}
    start = perf_counter()
    for path in paths:
        read_template(path, base)
    return [Row(f"{len(paths)} templates read and checked", (perf_counter() - start) * 1000, "ms", 400.0)]
