"""Invented papers of the desk: short, typical and extreme."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from counter_app.printing.desk_documents import (
    AccountLine,
    AccountListDoc,
    CashNoteDoc,
    HandoverOneDoc,
    MoneyLine,
    PostLine,
    PostListDoc,
    ReportDoc,
    ReportLine,
)
from counter_app.printing.documents import ComponentLine, HandoverSlipDoc, Party, Reprint
from tests.printing.desk_parts import BARE, DOSSIER, LONG, SLIP, UNIT, s10
from tests.printing.samples import AT, DUE, HEADER, LONG_ADDRESS, LONG_NAME, LONG_PROCEDURE, handover, start_of


def handover_back() -> HandoverSlipDoc:
    """Results that come back to the counter, counted line by line: one did not."""
    slip = handover(5)
    lines = tuple(replace(line, received=n != 3, remark="Chưa có kết quả, phòng giữ lại" if n == 3 else line.remark)
                  for n, line in enumerate(slip.lines))
    return replace(slip, direction="results-back", from_unit=slip.to_unit, from_person="Đỗ Minh Quân", to_unit=slip.from_unit,
                   to_person="Phạm Thu Hằng", lines=lines)


def handover_post() -> HandoverSlipDoc:
    """Results to the post without a list of items."""
    return replace(handover(3), direction="post", to_unit="Bưu chính công ích", to_person="")


def cash_note() -> CashNoteDoc:
    """Two fees, one of them taken."""
    lines = (
        MoneyLine(
            name="Phí thẩm định cấp giấy phép xây dựng", kind="Phí", due=150_000, collected=150_000, receipt_no="0004512", method="Tiền mặt"
        ),
        MoneyLine(name="Lệ phí cấp giấy phép xây dựng", kind="Lệ phí", due=75_000, outstanding=75_000),
    )
    return CashNoteDoc(
        **DOSSIER,
        payer="Trần Văn Quyết",
        phone="0987 654 321",
        lines=lines,
        due=225_000,
        collected=150_000,
        outstanding=75_000,
        in_words="Một trăm năm mươi nghìn đồng",
        cashier="Phạm Thu Hằng",
    )


def refund_note() -> CashNoteDoc:
    """The fee goes back because the dossier was withdrawn."""
    line = MoneyLine(name="Phí thẩm định cấp giấy phép xây dựng", kind="Phí", due=150_000, collected=150_000, refunded=150_000,
                     outstanding=150_000, receipt_no="0004512", method="Tiền mặt")
    return replace(cash_note(), form="refund-note", lines=(line,), due=150_000, refunded=150_000)


def cash_note_extreme() -> CashNoteDoc:
    """Thirty fees with long names and the largest sums."""
    lines = tuple(
        MoneyLine(
            name=f"{start_of(LONG_PROCEDURE, 40 + 4 * n)} – khoản {n}",
            kind="Phí" if n % 2 else "Lệ phí",
            due=9_999_999_000 + n,
            collected=9_999_999_000 if n % 3 else 0,
            outstanding=n if n % 3 else 9_999_999_000 + n,
            receipt_no="0004512, 0004513, 0004514" if n % 5 == 0 else "",
            method="Chuyển khoản",
        )
        for n in range(1, 31)
    )
    return CashNoteDoc(
        **LONG,
        payer=LONG_NAME,
        phone="0258 3 822 111 – máy lẻ 204",
        lines=lines,
        due=299_999_970_465,
        collected=199_999_980_000,
        outstanding=99_999_990_465,
        cashier="Phạm Thu Hằng",
        in_words="Một trăm chín mươi chín tỷ chín trăm chín mươi chín triệu chín trăm tám mươi nghìn đồng",
    )


def post_list(count: int = 6) -> PostListDoc:
    """Results that go with the postman; every third label is stuck on by hand."""
    names, addresses = (
        ("Nguyễn Thị Ngọc Thuỷ", "Lê An", LONG_NAME),
        ("12 đường Yersin, phường Nha Trang, tỉnh Khánh Hòa", "Ấp 2, xã Mẫu", LONG_ADDRESS),
    )
    extreme = count > 20
    lines = tuple(
        PostLine(
            item=s10(n) if n % 3 else "",
            code=f"H32.15-261123-{n:04d}",
            receiver=names[n % (3 if extreme else 2)],
            address=addresses[n % (3 if extreme else 2)],
            phone="0912 345 678",
            content="Giấy phép xây dựng số 245/GPXD",
            remark="hỏa tốc" if n == 2 else "",
        )
        for n in range(1, count + 1)
    )
    return PostListDoc(
        header=HEADER,
        title_code=SLIP,
        made_at=AT + timedelta(hours=6),
        slip_no=SLIP,
        from_unit=UNIT,
        from_person="Phạm Thu Hằng",
        to_unit="Bưu chính công ích",
        to_person="Võ Thành Tâm",
        lines=lines,
        copies=("Liên 1: Bên giao", "Liên 2: Bưu chính"),
        reprint=Reprint(n=1, at=AT, user="Phạm Thu Hằng") if extreme else None,
    )


def handover_one() -> HandoverOneDoc:
    """One dossier to a department."""
    return HandoverOneDoc(
        **DOSSIER,
        slip_no=SLIP,
        address="Số 8, tổ dân phố Phước Hưng, phường Nha Trang, tỉnh Khánh Hòa",
        limit="10 ngày làm việc",
        submitter=Party(name="Trần Văn Quyết", phone="0987 654 321"),
        internal_deadline=DUE - timedelta(days=1),
        set_count=1,
        components=(
            ComponentLine(name="Đơn đề nghị cấp giấy phép xây dựng", originals=1),
            ComponentLine(name="Giấy chứng nhận quyền sử dụng đất", copies=1, note="đã đối chiếu bản chính"),
            ComponentLine(name="Bản vẽ thiết kế xây dựng", originals=2),
        ),
        from_unit=UNIT,
        from_person="Phạm Thu Hằng",
        to_unit="Phòng Quản lý xây dựng, Sở Xây dựng",
        to_person="Đỗ Minh Quân",
        handed_at=AT + timedelta(hours=6),
        copies=("Liên 1: Bên giao", "Liên 2: Bên nhận"),
    )


def handover_one_short() -> HandoverOneDoc:
    """Nothing known yet of the other side."""
    return HandoverOneDoc(**BARE, from_unit=UNIT)


def handover_one_extreme() -> HandoverOneDoc:
    """Sixty papers."""
    papers = tuple(
        ComponentLine(name=f"{start_of(LONG_PROCEDURE, 30 + 3 * n)} – giấy tờ thứ {n}", originals=n % 3, copies=(n + 1) % 4)
        for n in range(1, 61)
    )
    return replace(
        handover_one(),
        **{k: v for k, v in LONG.items() if k != "header"},
        components=papers,
        address=LONG_ADDRESS,
        subject=LONG_PROCEDURE,
        submitter=Party(name=LONG_NAME, phone="0987 654 321"),
        to_unit=start_of(LONG_PROCEDURE, 150),
    )


def a_line(name: str, n: int) -> ReportLine:
    """Figures that add up."""
    online, direct, carried, early, on_time, late, overdue = 3 * n, 11 * n, n, 4 * n, 8 * n, n // 3, n // 4
    received, settled = online + direct + carried, early + on_time + late
    return ReportLine(
        name=name,
        received=received,
        online=online,
        direct=direct,
        carried=carried,
        settled=settled,
        early=early,
        on_time=on_time,
        late=late,
        open=received - settled,
        pending=received - settled - overdue,
        overdue=overdue,
    )


def add_up(lines: tuple[ReportLine, ...]) -> ReportLine:
    """The line of totals."""
    names = [name for name in ReportLine.__slots__ if name != "name"]
    return ReportLine(name="", **{name: sum(getattr(line, name) for line in lines) for name in names})


def report(fields: int = 6) -> ReportDoc:
    """A month's report of ``fields`` fields."""
    names = ("Hộ tịch", "Chứng thực", "Đất đai", "Đăng ký hộ kinh doanh", "Hoạt động xây dựng", "Thành lập và hoạt động của doanh nghiệp")
    lines = tuple(a_line(names[n] if n < len(names) else f"{start_of(LONG_PROCEDURE, 60)} {n}", 7 + 13 * n) for n in range(fields))
    return ReportDoc(
        header=HEADER,
        title_code="2026-11",
        made_at=AT,
        period="Tháng 11 năm 2026",
        agency=UNIT,
        recipient="Sở Khoa học và Công nghệ tỉnh Khánh Hòa",
        lines=lines,
        total=add_up(lines),
        as_of=AT,
        last_contact=AT - timedelta(minutes=12),
        author="Huỳnh Công Trường",
    )


def accounts(count: int = 3, *, adding: bool = False) -> AccountListDoc:
    """A list of staff."""
    long = count > 20
    lines = tuple(
        AccountLine(
            subsystem="Một cửa điện tử – tiếp nhận" if n % 2 else "Trả kết quả",
            name="Trần Văn Quyết" if not long or n % 3 else LONG_NAME,
            id_no="083088001234",
            new_name="" if adding or n % 4 == 3 else "Lê Thị Ngọc Thuỷ",
            new_id_no="" if adding or n % 4 == 3 else "001099012345",
            unit="Phòng Văn hóa – Xã hội" if adding else "",
            note="từ ngày 01/12/2026" if n == 1 else "",
        )
        for n in range(1, count + 1)
    )
    return AccountListDoc(
        form="accounts-add" if adding else "accounts-change", header=HEADER, made_at=AT, agency=UNIT,
        recipient="Sở Khoa học và Công nghệ tỉnh Khánh Hòa", lines=lines)


def all_samples() -> dict[str, tuple[Any, str]]:
    """Name of picture → (document, paper), for forms that are pages."""
    small = CashNoteDoc(**BARE, payer="Lê An", lines=(MoneyLine(name="Lệ phí", due=8000, collected=8000),), due=8000, collected=8000,
                        in_words="Tám nghìn đồng")
    return {
        "cash-note-a5": (cash_note(), "A5"), "cash-note-a5-short": (small, "A5"), "cash-note-a4-extreme": (cash_note_extreme(), "A4"),
        "refund-note-a5": (refund_note(), "A5"),
        "handover-one-a4": (handover_one(), "A4"), "handover-one-a4-short": (handover_one_short(), "A4"),
        "handover-one-a4-extreme": (handover_one_extreme(), "A4"),
        "post-list-a4": (post_list(), "A4"), "post-list-a4-short": (post_list(1), "A4"), "post-list-a4-extreme": (post_list(60), "A4"),
        "report-a4": (report(), "A4"), "report-a4-short": (report(0), "A4"), "report-a4-extreme": (report(60), "A4"),
        "accounts-change-a4": (accounts(), "A4"), "accounts-change-a4-extreme": (accounts(60), "A4"),
        "accounts-add-a4": (accounts(2, adding=True), "A4"),
        "handover-back-a4": (handover_back(), "A4"), "handover-post-a4": (handover_post(), "A4"),
    }
