"""What may be done with a dossier now. Qt-free: state, rights and facts in, a list of actions out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from counter_app.domain.fees import totals
from onestop.model import Dossier
from onestop.rights import allowed
from onestop.states import State, can_move, is_final

_NO_RIGHT = "Tài khoản này không có quyền; hãy nhờ người có quyền."
_HEAD_ONLY = "Chỉ phụ trách bộ phận quyết định việc này."


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do. ``why``: why it cannot be done now (empty: it can). ``primary``: the next sensible step."""

    id: str
    text: str
    icon: str
    key: str = ""
    why: str = ""
    primary: bool = False
    group: int = 0


def supplement_stage(dossier: Dossier) -> str:
    """The stage a request for papers made now belongs to."""
    return "appraisal" if dossier.status == State.PROCESSING else "intake"


def supplement_repeated(dossier: Dossier) -> bool:
    """Was it already asked once in this stage? Then a second time needs an approver."""
    return any(s.stage == supplement_stage(dossier) for s in dossier.supplements)


def available(dossier: Dossier, roles: Collection[str], agency: str, slip: str = "") -> list[Action]:
    """The actions in their order; what the state forbids is absent, what only the person lacks the right for is disabled with
    the reason. On an open slip (``slip``: its number) that slip is the next step, not another one. Another agency's dossier can only
    be looked at."""
    if dossier.agency != agency:
        return []
    status, head = dossier.status, "head" in roles

    def right(kind: str, action: str = "", *, by_head: bool = False) -> str:
        if by_head and not head:
            return _HEAD_ONLY
        return "" if allowed(roles, kind, action) else _NO_RIGHT

    made: list[Action] = []
    if status == State.REGISTERED:
        made.append(Action("accept", "Tiếp nhận hồ sơ", "inbox", "", right("status.transition", "accept"), True))
    if status == State.DONE:
        made.append(Action("return", "Trả kết quả", "hand-coins", "F4", right("status.transition", "return"), not slip))
    if slip:
        made.append(Action("slip", f"Mở phiếu bàn giao {slip}", "clipboard-check", "F5", "", True))
    elif status in (State.ACCEPTED, State.PROCESSING):
        made.append(Action("handover", "Bàn giao", "arrow-left-right", "F5", right("slip.create"), status == State.ACCEPTED))
    if status == State.PROCESSING:
        made.append(Action("result", "Kết quả đã về quầy", "file-check-2", "", right("status.transition", "result"), not slip))
    if status == State.SUPPLEMENT:
        made.append(Action("supplement-in", "Đã bổ sung đủ", "file-plus", "F6", right("status.transition", "supplement-in"), True))
    elif can_move(status, State.SUPPLEMENT):
        again = " lần nữa" if supplement_repeated(dossier) else ""
        made.append(Action("supplement", f"Yêu cầu bổ sung{again}", "file-warning", "F6", right("status.transition", "supplement-ask")))
    if status == State.FINANCIAL:
        made.append(Action("payment-done", "Đã nộp nghĩa vụ tài chính", "banknote", "", right("status.transition", "payment-done"), True))
    if dossier.fees or not is_final(status):
        owed = totals(dossier.fees).outstanding
        why = "Không còn khoản nào phải thu." if not owed else right("fee.record")
        made.append(Action("collect-fee", "Thu phí, lệ phí", "banknote", "F7", why))
    if status != State.REGISTERED:
        count = dossier.prints.get("01", 0)
        made.append(
            Action("print-01", "In lại giấy tiếp nhận" if count else "In giấy tiếp nhận", "printer", "F9", right("print.record"), group=1)
        )
        made.append(
            Action(
                "print-06",
                "In lại phiếu kiểm soát" if dossier.prints.get("06", 0) else "In phiếu kiểm soát",
                "printer",
                "",
                right("print.record"),
                group=1,
            )
        )
    if dossier.returned is not None:
        made.append(
            Action(
                "print-return",
                "In lại phiếu trả kết quả" if dossier.prints.get("return", 0) else "In phiếu trả kết quả",
                "printer",
                "",
                right("print.record"),
                group=1,
            )
        )
    if status != State.REGISTERED:
        made.append(Action("print-more", "In giấy khác…", "file-text", "Ctrl+F9", right("print.record"), group=1))
    why = right("dossier.correct") or ("" if not is_final(status) or head else "Hồ sơ đã kết thúc; chỉ phụ trách được đính chính.")
    made.append(Action("correct", "Đính chính", "file-pen-line", "", why, group=2))
    if not is_final(status) and status not in (State.REGISTERED, State.DONE):
        made.append(Action("extend", "Gia hạn", "calendar-plus", "", right("deadline.extend", by_head=True), group=2))
    if can_move(status, State.FINANCIAL):
        made.append(
            Action("payment", "Yêu cầu nghĩa vụ tài chính", "banknote", "", right("status.transition", "payment-ask"), group=2)
        )
    if status == State.WITHDRAWAL:
        made.append(
            Action("keep-withdrawn", "Không cho rút", "ban", "", right("status.transition", "withdraw-refuse", by_head=True), group=2)
        )
    if can_move(status, State.WITHDRAWAL):
        made.append(Action("withdraw", "Công dân xin rút", "undo-2", "", right("status.transition", "withdraw-ask"), group=2))
    if can_move(status, State.REFUSED):
        made.append(Action("refuse", "Từ chối tiếp nhận", "ban", "", right("status.transition", "refuse"), group=2))
    if can_move(status, State.STOPPED):
        made.append(Action("stop", "Dừng xử lý", "circle-stop", "", right("status.transition", "stop", by_head=True), group=2))
    return made
