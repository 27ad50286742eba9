"""The small forms of the dossier page: what each asks, and the use case it ends in. Qt-free."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from counter_app.domain.outcomes import SaveOutcome
from counter_app.services import fees, lifecycle
from counter_app.services.desk import Desk
from counter_app.ui.pages.dossier_actions import supplement_repeated
from counter_app.ui.pages.dossier_dialogs import Ask
from counter_app.ui.pages.dossier_facts import owed_by_code
from counter_app.ui.texts import date_text, money_text
from onestop.model import Dossier
from onestop.vntime import VN_TZ

METHODS = (("cash", "Tiền mặt"), ("transfer", "Chuyển khoản"))
PRINT_NOW = "print-now"
_REASON = Ask("reason", "Lý do", "long", required=True, hint="Ghi rõ, cụ thể: lý do vào lịch sử hồ sơ và in trên giấy tờ.")


def _print_now(words: str) -> Ask:
    """Whether the statutory paper of this step leaves the printer as soon as it is saved: usually it goes into the citizen's hand."""
    later = "Chưa in (in sau ở “In giấy khác…”)"
    return Ask("print", "Giấy tờ của bước này", "choice", PRINT_NOW, choices=((PRINT_NOW, words), ("later", later)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """``do(values)`` runs the use case; it raises UserError and then nothing happened. ``outcome`` None: plainly saved. ``paper``: the
    form of this step, printed when ``values["print"]`` says so."""

    title: str
    asks: tuple[Ask, ...]
    verb: str
    do: Callable[[dict[str, Any]], Any]
    text: str = ""
    icon: str = "file-pen-line"
    danger: bool = False
    outcome: SaveOutcome | None = None
    paper: str = ""


def form_for(desk: Desk, dossier: Dossier, action_id: str) -> Form:
    """The form of an action of the list. Raises KeyError for an action without one."""
    return _FORMS[action_id](desk, dossier)


def _supplement(desk: Desk, dossier: Dossier) -> Form:
    again = supplement_repeated(dossier)
    asks = [Ask("items", "Giấy tờ cần bổ sung", "long", required=True, hint="Mỗi dòng một giấy tờ; nêu hết trong một lần."), _REASON]
    asks.append(Ask("answer_by", "Hạn bổ sung", "date", hint="In trên phiếu; để trống nếu thủ tục không đặt hạn.", wide=False))
    if again:
        asks.append(
            Ask(
                "approver",
                "Người phê duyệt yêu cầu lần nữa",
                required=True,
                hint="Mỗi bước chỉ được yêu cầu bổ sung một lần; lần nữa phải có người phê duyệt.",
            )
        )
    asks.append(_print_now("In phiếu yêu cầu bổ sung (mẫu 02) ngay"))

    def do(values: dict[str, Any]) -> None:
        day = values.get("answer_by")
        lifecycle.ask_supplement(
            desk,
            dossier.id,
            tuple(values["items"].splitlines()),
            values["reason"],
            approver=values.get("approver", ""),
            answer_by=day_close(desk, day) if day else None,
        )

    return Form(
        title="Yêu cầu bổ sung giấy tờ" + (" lần nữa" if again else ""),
        asks=tuple(asks),
        verb="Yêu cầu bổ sung",
        do=do,
        icon="file-warning",
        paper="02",
    )


def _reason_form(
    title: str, verb: str, icon: str, work: Callable[[Desk, str, str], Any], *, danger: bool, text: str = "", paper: str = "",
    printed: str = "",
) -> Callable[[Desk, Dossier], Form]:
    def make(desk: Desk, dossier: Dossier) -> Form:
        return Form(
            title=title,
            asks=(_REASON, _print_now(printed)) if paper else (_REASON,),
            paper=paper,
            verb=verb,
            icon=icon,
            danger=danger,
            text=text,
            do=lambda values: work(desk, dossier.id, values["reason"]),
        )

    return make


def _extend(desk: Desk, dossier: Dossier) -> Form:
    asks = (
        Ask("due_at", "Ngày hẹn trả mới", "date", required=True, wide=False),
        Ask("approver", "Người phê duyệt", initial=desk.staff.name if desk.staff else "", wide=False),
        _REASON,
        _print_now("In văn bản xin lỗi và gia hạn (mẫu 04) ngay"),
    )
    return Form(
        paper="04",
        title="Gia hạn thời gian trả kết quả",
        asks=asks,
        verb="Gia hạn",
        icon="calendar-plus",
        text=f"Đang hẹn trả {date_text(dossier.due_at)}. Ngày hẹn ban đầu vẫn được giữ trong hồ sơ.",
        do=lambda v: lifecycle.extend(desk, dossier.id, day_close(desk, v["due_at"]), v["reason"], approver=v["approver"]),
    )


def _supplement_in(desk: Desk, dossier: Dossier) -> Form:
    """What was asked for, to be checked against what is on the desk: it cannot be undone, and F6 asked for it a moment ago."""
    asked = next((s for s in reversed(dossier.supplements) if s.answered_at is None), None)
    items = "".join(f"\n•  {item}" for item in asked.items) if asked else ""
    return Form(
        title="Công dân đã bổ sung đủ?",
        asks=(),
        verb="Đã bổ sung đủ",
        text=f"Đã yêu cầu:{items}" if items else "",
        icon="file-plus",
        do=lambda _values: lifecycle.answer_supplement(desk, dossier.id),
    )


def due_form(desk: Desk, dossier: Dossier) -> Form:
    """The procedure wants the new date by hand after a supplement."""
    return Form(
        title="Ngày hẹn trả sau khi bổ sung",
        asks=(Ask("due_at", "Ngày hẹn trả mới", "date", required=True),),
        verb="Ghi nhận bổ sung",
        text="Thủ tục này phải nhập ngày hẹn trả mới sau khi công dân bổ sung giấy tờ.",
        icon="calendar-plus",
        do=lambda v: lifecycle.answer_supplement(desk, dossier.id, due_at=day_close(desk, v["due_at"])),
    )


def _result(desk: Desk, dossier: Dossier) -> Form:
    procedure = desk.catalogue.version(dossier.procedure_code, dossier.procedure_version)
    asks = (
        Ask("kind", "Loại kết quả", initial=procedure.result_kind if procedure else ""),
        Ask("number", "Số, ký hiệu", wide=False),
        Ask("note", "Ghi chú", wide=False),
    )
    return Form(
        title="Kết quả đã về quầy",
        asks=asks,
        verb="Ghi kết quả",
        icon="file-check-2",
        do=lambda v: lifecycle.register_result(desk, dossier.id, kind=v["kind"], number=v["number"], note=v["note"]),
    )


def _fee(desk: Desk, dossier: Dossier) -> Form:
    owed = owed_by_code(dossier.fees)
    asks = (
        Ask(
            "code",
            "Khoản thu",
            "choice",
            owed[0][0].code if owed else None,
            choices=tuple((fee.code, f"{fee.name} – {money_text(rest)}") for fee, rest in owed),
        ),
        Ask("amount", "Số tiền", "money", owed[0][1] if owed else None, required=True, wide=False),
        Ask("method", "Hình thức", "choice", "cash", choices=METHODS, wide=False),
        Ask("receipt_no", "Số biên lai", hint="Biên lai do hệ thống của cơ quan thuế cấp; ở đây chỉ ghi lại số."),
    )
    return Form(
        title="Thu phí, lệ phí",
        asks=asks,
        verb="Ghi đã thu",
        icon="banknote",
        do=lambda v: fees.add_fee(desk, dossier.id, code=v["code"], amount=v["amount"], method=v["method"], receipt_no=v["receipt_no"]),
    )


def day_close(desk: Desk, day: date) -> datetime:
    """The end of work on ``day``: the moment a date given by hand means."""
    return datetime.combine(day, desk.calendar.day_end(day), VN_TZ)


_FORMS: dict[str, Callable[[Desk, Dossier], Form]] = {
    "supplement": _supplement,
    "supplement-in": _supplement_in,
    "extend": _extend,
    "result": _result,
    "collect-fee": _fee,
    "refuse": _reason_form(
        "Từ chối tiếp nhận hồ sơ",
        "Từ chối",
        "ban",
        lifecycle.refuse,
        danger=True,
        text="Không hoàn tác được. Lý do được ghi trên phiếu từ chối (mẫu 03).",
        paper="03",
        printed="In phiếu từ chối (mẫu 03) ngay",
    ),
    "stop": _reason_form(
        "Dừng xử lý hồ sơ",
        "Dừng xử lý",
        "circle-stop",
        lifecycle.stop,
        danger=True,
        text="Không hoàn tác được. Lý do được ghi trên thông báo dừng giải quyết (mẫu 05).",
        paper="05",
        printed="In thông báo dừng giải quyết (mẫu 05) ngay",
    ),
    "payment": _reason_form(
        "Yêu cầu thực hiện nghĩa vụ tài chính",
        "Yêu cầu",
        "banknote",
        lifecycle.ask_payment,
        danger=False,
        text="Thời hạn giải quyết tạm dừng cho đến khi công dân nộp xong.",
    ),
    "keep-withdrawn": _reason_form(
        "Không cho rút hồ sơ", "Không cho rút", "ban", lifecycle.keep_withdrawn, danger=False, text="Hồ sơ tiếp tục được xử lý."
    ),
    "withdraw": _reason_form(
        "Công dân xin rút hồ sơ",
        "Ghi nhận xin rút",
        "undo-2",
        lifecycle.withdraw,
        danger=False,
        text="Hồ sơ chuyển sang trạng thái xin rút; phụ trách bộ phận quyết định dừng xử lý.",
    ),
}
