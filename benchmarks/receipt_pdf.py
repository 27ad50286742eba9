"""A usual receipt (two copies, A4) as PDF once the library is loaded: time and size, against a bare reportlab canvas.

The bare one draws the same lines of text, in the same fonts, from ready coordinates, and reportlab's own Code 128 on two pages: no
layout, no table, no QR, no check of the bars. Both take turns, so that both see the same machine.
"""

from __future__ import annotations

import io
from datetime import datetime
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.report import Row, p95
from counter_app.printing import fonts
from counter_app.printing.documents import ComponentLine, Header, Party, ReceiptDoc
from counter_app.printing.pdf import render
from onestop.vntime import VN_TZ

_PAPERS = (
    "Đơn đề nghị cấp giấy phép xây dựng",
    "Giấy chứng nhận quyền sử dụng đất",
    "Bản vẽ thiết kế xây dựng",
    "Bản cam kết bảo đảm an toàn đối với công trình liền kề",
)


def run(quick: bool = False) -> list[Row]:
    """Milliseconds and kB of one receipt, each with a code and a name of its own (nothing is reused)."""
    documents = [_receipt(number) for number in range(20 if quick else 100)]
    pages = _lines(render(documents[0]))
    _bare(pages, documents[0].code)
    ours, bare, sizes = [], [], []
    for document in documents:
        start = perf_counter()
        content = render(document)
        ours.append((perf_counter() - start) * 1000)
        start = perf_counter()
        _bare(pages, document.code)
        bare.append((perf_counter() - start) * 1000)
        sizes.append(len(content) / 1000)
    return [
        Row("receipt as PDF, warm (median)", median(ours), "ms", 60.0),
        Row("receipt as PDF, warm (p95)", p95(ours), "ms", 120.0),
        Row("receipt as PDF, against a bare canvas of the same lines", median(ours), "ms", 4.0, baseline=median(bare)),
        Row("receipt as PDF, size", max(sizes), "kB", 80.0),
    ]


def _lines(content: bytes) -> list[list[tuple[float, float, str, str, float]]]:
    """Where every run of letters stands on our own pages: x, y, font, text, size."""
    from pypdf import PdfReader

    pages = []
    for page in PdfReader(io.BytesIO(content)).pages:
        found: list[tuple[float, float, str, str, float]] = []

        def visit(text: str, page_matrix: Any, matrix: Any, font: Any, size: float, found: list[Any] = found) -> None:
            if text.strip() and font:
                x, y = page_matrix[4] + matrix[4], page_matrix[5] + matrix[5]
                found.append((x, y, str(font["/BaseFont"]).rpartition("+")[2], text.strip("\n"), size))

        page.extract_text(visitor_text=visit)
        pages.append(found)
    return pages


def _bare(pages: list[list[tuple[float, float, str, str, float]]], code: str) -> bytes:
    from reportlab.graphics.barcode.code128 import Code128
    from reportlab.pdfgen.canvas import Canvas

    fonts.register()
    out = io.BytesIO()
    canvas = Canvas(out, pageCompression=1)
    for lines in pages:
        for x, y, font, text, size in lines:
            canvas.setFont(font, size)
            canvas.drawString(x, y, text)
        Code128(code, barWidth=0.72, barHeight=28).drawOn(canvas, 85, 700)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _receipt(number: int) -> ReceiptDoc:
    return ReceiptDoc(
        header=Header(parent="Văn phòng UBND tỉnh Khánh Hòa", unit="Trung tâm Phục vụ hành chính công", place="Khánh Hòa"),
        code=f"H32.15-261123-{number + 1:04d}",
        procedure_code="1.013225",
        procedure_name="Cấp giấy phép xây dựng mới",
        owner=Party(name=f"Nguyễn Thị Ngọc Thuỷ {number}", id_no="001099012345", phone="0912 345 678", address="Phường Nha Trang"),
        components=tuple(ComponentLine(name=name, originals=1, copies=number % 2) for name in _PAPERS),
        limit="10 ngày làm việc",
        received_at=datetime(2026, 11, 23, 8, 5, tzinfo=VN_TZ),
        due_at=datetime(2026, 12, 8, 17, 0, tzinfo=VN_TZ),
        return_method="Tại bộ phận một cửa",
        receiver="Phạm Thu Hằng",
        hotline="0258 3 822 111",
    )
