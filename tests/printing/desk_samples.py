"""Invented papers of the desk: short, typical and extreme."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from counter_app.printing.desk_documents import (
    AccountLine,
    AccountListDoc,
    CashNoteDoc,
    CoverLabelDoc,
    HandoverOneDoc,
    LabelSheetDoc,
    MoneyLine,
    PostalLabelDoc,
    PostLine,
    PostListDoc,
    ReportDoc,
    ReportLine,
    TicketDoc,
)
from counter_app.printing.documents import ComponentLine, HandoverSlipDoc, Party, Reprint
from tests.printing.samples import AT, CODE, DUE, HEADER, LONG_ADDRESS, LONG_NAME, LONG_PROCEDURE, PROVISIONAL, handover

OLD_CODE = "000.00.16.H59-230505-0001"
LONG_CODE = "H59.16.12-20261123-0092637"
SLIP = "H32.15-99.7-261123-0004"
ITEM = "RR123456785VN"
UNIT = "Trung tâm Phục vụ hành chính công tỉnh Khánh Hòa"
PROCEDURE = "Cấp giấy phép xây dựng mới đối với công trình cấp III, cấp IV và nhà ở riêng lẻ"
DOSSIER: dict[str, Any] = {
    "header": HEADER,
    "title_code": CODE,
    "made_at": AT,
    "code": CODE,
    "unit_name": UNIT,
    "owner": "Nguyễn Thị Ngọc Thuỷ",
    "procedure_name": PROCEDURE,
    "procedure_code": "1.013225",
    "received_at": AT,
    "due_at": DUE,
    "hotline": "0258 3 822 111",
}
BARE: dict[str, Any] = {
    "header": HEADER,
    "title_code": PROVISIONAL,
    "made_at": AT,
    "provisional_code": PROVISIONAL,
    "owner": "Lê An",
    "procedure_name": "Cấp bản sao trích lục hộ tịch",
    "received_at": AT,
}
LONG: dict[str, Any] = {
    **DOSSIER,
    "title_code": LONG_CODE,
    "code": LONG_CODE,
    "provisional_code": PROVISIONAL,
    "owner": LONG_NAME,
    "procedure_name": LONG_PROCEDURE,
    "reprint": Reprint(n=2, at=AT + timedelta(days=2), user="Phạm Thu Hằng"),
}


def s10(serial: int) -> str:
    """An item code with its check digit."""
    from counter_app.domain.postal import s10_check_digit

    return f"EE{serial:08d}{s10_check_digit(f'{serial:08d}')}VN"


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
            name=f"{LONG_PROCEDURE[: 40 + 4 * n]} – khoản {n}",
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


def postal_label(**changes: Any) -> PostalLabelDoc:
    """One item."""
    return PostalLabelDoc(
        **{
            "header": HEADER,
            "title_code": ITEM,
            "made_at": AT,
            "item": ITEM,
            "code": CODE,
            "sender": UNIT,
            "sender_place": "Khánh Hòa",
            "sender_phone": "0258 3 822 111",
            "receiver": "Nguyễn Thị Ngọc Thuỷ",
            "phone": "0912 345 678",
            "address": "Số 8, tổ dân phố Phước Hưng, phường Nha Trang, tỉnh Khánh Hòa",
            "content": "Giấy phép xây dựng số 245/GPXD",
            **changes,
        }
    )


def postal_labels(*labels: PostalLabelDoc, skip: int = 0) -> LabelSheetDoc:
    """Labels on sheets."""
    return LabelSheetDoc(form="postal-label", header=HEADER, title_code=CODE, made_at=AT, labels=labels or (postal_label(),), skip=skip)


def extreme_postal() -> PostalLabelDoc:
    """As long as the fields allow."""
    return postal_label(
        receiver=LONG_NAME, address=LONG_ADDRESS, code=LONG_CODE, content=LONG_PROCEDURE, phone="0258 3 822 111 – máy lẻ 204"
    )


def cover_labels(*labels: CoverLabelDoc, skip: int = 0) -> LabelSheetDoc:
    """Labels of folders."""
    return LabelSheetDoc(
        form="cover-label",
        header=HEADER,
        title_code=CODE,
        made_at=AT,
        skip=skip,
        labels=labels or (CoverLabelDoc(**DOSSIER, handover_unit="Phòng Quản lý xây dựng"),),
    )


def cover_short() -> CoverLabelDoc:
    """Nothing but a provisional number and a name."""
    return CoverLabelDoc(**BARE)


def cover_extreme() -> CoverLabelDoc:
    """As long as the fields allow."""
    return CoverLabelDoc(**LONG, handover_unit=LONG_PROCEDURE[:120], set_count=12)


def ticket(**changes: Any) -> TicketDoc:
    """A usual reminder."""
    return TicketDoc(
        **{
            **DOSSIER,
            "return_method": "Tại quầy của Trung tâm",
            "fees": "75.000 đ (đã thu)",
            "receiver": "Phạm Thu Hằng",
            "lookup_url": "dichvucong.gov.vn",
            "lookup_secret": "K7Q2",
            **changes,
        }
    )


def ticket_short() -> TicketDoc:
    """The least."""
    return TicketDoc(**BARE)


def ticket_extreme() -> TicketDoc:
    """As long as the fields allow, a reprint."""
    return TicketDoc(
        **{**LONG, "code": OLD_CODE, "title_code": OLD_CODE},
        return_method="Qua bưu chính công ích: " + LONG_ADDRESS,
        fees="15.075.000 đ (chưa thu)",
        receiver="Phạm Thu Hằng",
        lookup_url="dichvucong.gov.vn",
        lookup_secret="K7Q2",
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
        ComponentLine(name=f"{LONG_PROCEDURE[: 30 + 3 * n]} – giấy tờ thứ {n}", originals=n % 3, copies=(n + 1) % 4) for n in range(1, 61)
    )
    return replace(
        handover_one(),
        **{k: v for k, v in LONG.items() if k != "header"},
        components=papers,
        address=LONG_ADDRESS,
        subject=LONG_PROCEDURE,
        submitter=Party(name=LONG_NAME, phone="0987 654 321"),
        to_unit=LONG_PROCEDURE[:150],
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
    lines = tuple(a_line(names[n] if n < len(names) else f"{LONG_PROCEDURE[:60]} {n}", 7 + 13 * n) for n in range(fields))
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
    """Name of picture → (document, paper), for forms that are pages or labels."""
    small = CashNoteDoc(**BARE, payer="Lê An", lines=(MoneyLine(name="Lệ phí", due=8000, collected=8000),), due=8000, collected=8000,
                        in_words="Tám nghìn đồng")
    covers = cover_labels().labels
    return {
        "cash-note-a5": (cash_note(), "A5"), "cash-note-a5-short": (small, "A5"), "cash-note-a4-extreme": (cash_note_extreme(), "A4"),
        "refund-note-a5": (refund_note(), "A5"),
        "handover-one-a4": (handover_one(), "A4"), "handover-one-a4-short": (handover_one_short(), "A4"),
        "handover-one-a4-extreme": (handover_one_extreme(), "A4"),
        "post-list-a4": (post_list(), "A4"), "post-list-a4-short": (post_list(1), "A4"), "post-list-a4-extreme": (post_list(60), "A4"),
        "report-a4": (report(), "A4"), "report-a4-short": (report(0), "A4"), "report-a4-extreme": (report(60), "A4"),
        "accounts-change-a4": (accounts(), "A4"), "accounts-change-a4-extreme": (accounts(60), "A4"),
        "accounts-add-a4": (accounts(2, adding=True), "A4"),
        "postal-label-100x75": (postal_labels(), "100x75"), "postal-label-80x50": (postal_labels(postal_label(item="")), "80x50"),
        "postal-label-100x150-extreme": (postal_labels(extreme_postal()), "100x150"),
        "postal-label-80x50-extreme": (postal_labels(extreme_postal()), "80x50"),
        "postal-label-a4-14": (postal_labels(*(postal_label(item=s10(n)) for n in range(9)), extreme_postal(), skip=3), "a4-14"),
        "handover-back-a4": (handover_back(), "A4"), "handover-post-a4": (handover_post(), "A4"),
        "cover-label-100x75": (cover_labels(), "100x75"), "cover-label-80x50-extreme": (cover_labels(cover_extreme()), "80x50"),
        "cover-label-a4-8": (cover_labels(cover_short(), *covers, cover_extreme()), "a4-8"),
        "cover-label-a4-24": (cover_labels(cover_short(), *covers * 3, cover_extreme(), skip=4), "a4-24"),
    }


def tickets() -> dict[str, tuple[TicketDoc, str]]:
    """Name of picture → (document, roll)."""
    return {f"ticket-{roll}{suffix}": (document, roll) for roll in ("80", "58")
            for suffix, document in (("", ticket()), ("-short", ticket_short()), ("-extreme", ticket_extreme()))}
