"""Invented letters (forms 02–05), registers (07) and blank forms: short, typical, extreme."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from counter_app.printing.documents import Party, Reprint
from counter_app.printing.letters import ApologyDoc, BlankDoc, RefusalDoc, RegisterDoc, RegisterLine, StopDoc, SupplementDoc
from onestop.vntime import VN_TZ
from tests.printing.samples import AT, CODE, DUE, HEADER, LONG_ADDRESS, LONG_NAME, LONG_PROCEDURE, PROVISIONAL, start_of

OLD = datetime(2024, 3, 4, 9, 0, tzinfo=VN_TZ)
OLD_CODE = "000.00.15.H32-240304-0001"
REASON = "Giấy chứng nhận quyền sử dụng đất chưa có trang bổ sung thể hiện biến động năm 2025; bản vẽ chưa có chữ ký của đơn vị thiết kế."
LONG_REASON = (REASON + " ") * 4


def _common(**more: Any) -> dict[str, Any]:
    return {
        "header": HEADER, "code": CODE, "unit_name": "Trung tâm Phục vụ hành chính công tỉnh Khánh Hòa",
        "owner": Party(name="Nguyễn Thị Ngọc Thuỷ", id_no="001099012345", phone="0912 345 678",
                       address="Số 8, tổ dân phố Phước Hưng, phường Nha Trang, tỉnh Khánh Hòa"),
        "procedure_name": "Cấp giấy phép xây dựng mới đối với công trình cấp III, cấp IV và nhà ở riêng lẻ", "procedure_code": "1.013225",
        "received_at": AT, "due_at": DUE, "happened_at": AT + timedelta(days=2), "reason": REASON, "officer": "Phạm Thu Hằng",
        "office_phone": "0258 3 822 111"} | more


def _least(**more: Any) -> dict[str, Any]:
    return {"header": HEADER, "provisional_code": PROVISIONAL, "owner": Party(name="Lê An"),
    "procedure_name": "Cấp bản sao trích lục hộ tịch",
            "received_at": AT, "happened_at": AT, "reason": "Không thuộc phạm vi giải quyết."} | more


def _most(**more: Any) -> dict[str, Any]:
    return _common(
        owner=Party(name=LONG_NAME, id_no="1500123456-001", phone="0258 3 822 111 – máy lẻ 204", address=LONG_ADDRESS,
                    email="vanphong.tiepnhan.hoso.hanhchinh@congtyxaydungthuysan-dbscl.example.vn"),
        procedure_name=LONG_PROCEDURE, subject=LONG_PROCEDURE, code="H59.16.12-20261123-0092637", provisional_code=PROVISIONAL,
        notice_no="12345", reason=LONG_REASON, website="dichvucong.gov.vn", reprint=Reprint(n=2, at=AT, user="Phạm Thu Hằng")) | more


def _items(count: int) -> tuple[str, ...]:
    return tuple(f"{start_of(LONG_PROCEDURE, 40 + 2 * n)} – mục {n}" for n in range(1, count + 1))


def supplement() -> SupplementDoc:
    """Two things are missing."""
    return SupplementDoc(**_common(items=("Bản vẽ thiết kế có chữ ký, đóng dấu của đơn vị thiết kế (02 bộ)",
                                          "Trang bổ sung Giấy chứng nhận quyền sử dụng đất"), answer_by=DUE + timedelta(days=15)))


def refusal() -> RefusalDoc:
    """Not this office's matter."""
    return RefusalDoc(**_common(submitter="Trần Văn Quyết", copies=("Liên 1: Lưu", "Liên 2: Giao người nộp")))


def apology() -> ApologyDoc:
    """Ten days later."""
    return ApologyDoc(**_common(agency="Sở Xây dựng tỉnh Khánh Hòa", old_due_at=DUE, new_due_at=DUE + timedelta(days=10),
                                happened_at=DUE + timedelta(days=1), place_return="Tại bộ phận một cửa", signer="Lê Hoàng Nam"))


def stop() -> StopDoc:
    """The citizen took it back."""
    return StopDoc(**_common(asked_at=AT + timedelta(days=1), ask_reason="Thay đổi phương án thiết kế", stage="Đang xử lý",
                             fee_outcome="150.000 đ (đã thu)", signer="Lê Hoàng Nam",
                             papers=("Giấy chứng nhận quyền sử dụng đất", "Bản vẽ thiết kế xây dựng")))


def register(count: int = 12, *, long: bool = False) -> RegisterDoc:
    """``count`` dossiers of a month; every fifth one is long."""
    def line(n: int) -> RegisterLine:
        at = datetime(2026, 11, 1 + n % 22, 8, n % 60, tzinfo=VN_TZ)
        big = long and n % 5 == 0
        return RegisterLine(
            code=f"H32.15-2611{1 + n % 22:02d}-{n:04d}", procedure=LONG_PROCEDURE if big else "Cấp giấy phép xây dựng mới", sets=1 + n % 2,
            owner=LONG_NAME if big else f"Nguyễn Văn An {n}", contact=LONG_ADDRESS if big else "Phường Nha Trang; 0912 345 678",
            agency="Sở Xây dựng", received_at=at, due_at=at + timedelta(days=14), result_at=at + timedelta(days=12) if n % 3 else None,
            returned_at=at + timedelta(days=13) if n % 3 == 1 else None, method="Tại bộ phận một cửa",
            collector=f"Nguyễn Văn An {n}" if n % 3 == 1 else "", note="Từ chối 05/11/2026" if n % 7 == 0 else "")
    return RegisterDoc(header=HEADER, first=date(2026, 11, 1), last=date(2026, 11, 30), made_at=AT, unit_name=HEADER.unit, book_no="03",
                       lines=tuple(line(n) for n in range(1, count + 1)))


def register_2018() -> RegisterDoc:
    """A month of 2024: codes, numbers and basis of then."""
    def back(moment: datetime | None) -> datetime | None:
        return moment and moment.replace(year=2024, month=3)
    lines = tuple(replace(line, code=f"000.00.15.H32-2403{line.received_at.day:02d}-{n:04d}", received_at=line.received_at.replace(
        year=2024, month=3), due_at=back(line.due_at), result_at=back(line.result_at), returned_at=back(line.returned_at))
        for n, line in enumerate(register(3).lines, start=1))
    return replace(register(3), lines=lines, first=date(2024, 3, 1), last=date(2024, 3, 31),
                   made_at=datetime(2024, 4, 1, 8, 0, tzinfo=VN_TZ))


def _old(document: Any, **more: Any) -> Any:
    return replace(document, code=OLD_CODE, received_at=OLD, due_at=OLD + timedelta(days=14), happened_at=OLD + timedelta(days=2), **more)


def blank(form: str) -> BlankDoc:
    """A form to be filled in by hand."""
    return BlankDoc(header=HEADER, form=form, made_at=AT)


def all_samples() -> dict[str, tuple[Any, str]]:
    """Name of picture → (document, paper)."""
    later = DUE + timedelta(days=10)
    return {
        "02-a4": (supplement(), "A4"), "02-a5": (supplement(), "A5"), "02-a4-2018": (_old(supplement()), "A4"),
        "02-a4-short": (SupplementDoc(**_least(items=("Tờ khai",))), "A4"),
        "02-a4-extreme": (SupplementDoc(**_most(items=_items(60), number_of_request=2, approver="Lê Hoàng Nam",
                                                answer_by=DUE)), "A4"),
        "03-a4": (refusal(), "A4"), "03-a4-2018": (_old(refusal()), "A4"), "03-a4-short": (RefusalDoc(**_least()), "A4"),
        "03-a5-extreme": (RefusalDoc(**_most(submitter=LONG_NAME)), "A5"),
        "04-a4": (apology(), "A4"),
        "04-a4-2018": (_old(apology(), old_due_at=OLD + timedelta(days=14), new_due_at=OLD + timedelta(days=30)), "A4"),
        "04-a4-short": (ApologyDoc(**_least(new_due_at=later)), "A4"),
        "04-a4-extreme": (ApologyDoc(**_most(agency=LONG_NAME, old_due_at=DUE + timedelta(days=5), first_due_at=DUE, times=3,
                                             new_due_at=later,
                                             place_return=LONG_ADDRESS,
                                             signer="Công Tằng Tôn Nữ Thị Hoàng Anh Thư")), "A4"),
        "05-a4": (stop(), "A4"), "05-a4-2018": (_old(stop(), asked_at=OLD), "A4"), "05-a4-short": (StopDoc(**_least()), "A4"),
        "05-a4-extreme": (StopDoc(**_most(asked_at=AT, ask_reason=LONG_REASON, stage="Đang xử lý", fee_outcome=LONG_REASON,
                                          papers=_items(60))), "A4"),
        "07-a4": (register(), "A4"), "07-a4-short": (register(0), "A4"), "07-a4-extreme": (register(60, long=True), "A4"),
        "07-a4-2018": (register_2018(), "A4"),
        **{f"{form}-{paper.lower()}-blank": (blank(form), paper)
           for form, paper in (("01", "A4"), ("01", "A5"), ("02", "A4"), ("03", "A4"), ("04", "A4"), ("05", "A4"), ("06", "A4"),
           ("07", "A4"),
                               ("return", "A5"), ("handover", "A4"))},
    }
