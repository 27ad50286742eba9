"""Invented labels of letters and folders, and tickets: short, typical and extreme."""

from __future__ import annotations

from typing import Any

from counter_app.printing.desk_documents import CoverLabelDoc, LabelSheetDoc, PostalLabelDoc, TicketDoc
from tests.printing.desk_parts import BARE, DOSSIER, ITEM, LONG, LONG_CODE, OLD_CODE, UNIT, s10
from tests.printing.samples import AT, CODE, HEADER, LONG_ADDRESS, LONG_NAME, LONG_PROCEDURE, start_of


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
    return CoverLabelDoc(**LONG, handover_unit=start_of(LONG_PROCEDURE, 120), set_count=12)


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


def tickets() -> dict[str, tuple[TicketDoc, str]]:
    """Name of picture → (document, roll)."""
    return {f"ticket-{roll}{suffix}": (document, roll) for roll in ("80", "58")
            for suffix, document in (("", ticket()), ("-short", ticket_short()), ("-extreme", ticket_extreme()))}


def all_samples() -> dict[str, tuple[Any, str]]:
    """Name of picture → (sheet of labels, size)."""
    covers = cover_labels().labels
    return {
        "postal-label-100x75": (postal_labels(), "100x75"), "postal-label-80x50": (postal_labels(postal_label(item="")), "80x50"),
        "postal-label-100x150-extreme": (postal_labels(extreme_postal()), "100x150"),
        "postal-label-80x50-extreme": (postal_labels(extreme_postal()), "80x50"),
        "postal-label-a4-14": (postal_labels(*(postal_label(item=s10(n)) for n in range(9)), extreme_postal(), skip=3), "a4-14"),
        "cover-label-100x75": (cover_labels(), "100x75"), "cover-label-80x50-extreme": (cover_labels(cover_extreme()), "80x50"),
        "cover-label-a4-8": (cover_labels(cover_short(), *covers, cover_extreme()), "a4-8"),
        "cover-label-a4-24": (cover_labels(cover_short(), *covers * 3, cover_extreme(), skip=4), "a4-24"),
    }
