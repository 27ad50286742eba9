"""A usual receipt (two copies, A4) as PDF once the library is loaded: time and size."""

from __future__ import annotations

from datetime import datetime
from statistics import median
from time import perf_counter

from benchmarks.report import Row
from counter_app.printing.documents import ComponentLine, Header, Party, ReceiptDoc
from counter_app.printing.pdf import render
from onestop.vntime import VN_TZ


def run(quick: bool = False) -> list[Row]:
    """Median milliseconds of one receipt, each with a code and a name of its own (nothing is reused), and kB."""
    documents = [_receipt(number) for number in range(20 if quick else 100)]
    render(documents[0])
    times, sizes = [], []
    for document in documents:
        start = perf_counter()
        content = render(document)
        times.append((perf_counter() - start) * 1000)
        sizes.append(len(content) / 1000)
    return [Row("receipt as PDF, warm", median(times), "ms", 60), Row("receipt as PDF, size", max(sizes), "kB", 80)]


def _receipt(number: int) -> ReceiptDoc:
    papers = ("Đơn đề nghị cấp giấy phép xây dựng", "Giấy chứng nhận quyền sử dụng đất", "Bản vẽ thiết kế xây dựng",
              "Bản cam kết bảo đảm an toàn đối với công trình liền kề")
    return ReceiptDoc(
        header=Header(parent="Văn phòng UBND tỉnh Khánh Hòa", unit="Trung tâm Phục vụ hành chính công", place="Khánh Hòa"),
        code=f"000.00.16.H32-261123-{number:04d}", procedure_code="1.013225", procedure_name="Cấp giấy phép xây dựng mới",
        owner=Party(name=f"Nguyễn Thị Ngọc Thuỷ {number}", id_no="001099012345", phone="0912 345 678", address="Phường Nha Trang"),
        components=tuple(ComponentLine(name=name, originals=1, copies=number % 2) for name in papers), limit="10 ngày làm việc",
        received_at=datetime(2026, 11, 23, 8, 5, tzinfo=VN_TZ), due_at=datetime(2026, 12, 8, 17, 0, tzinfo=VN_TZ),
        return_method="Tại bộ phận một cửa", receiver="Phạm Thu Hằng",
    )
