"""A page to try a printer with: the real form, with invented content that says what it is. It is in no dossier and no log."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from counter_app.printing import documents as paper
from counter_app.services.desk import Desk

_CODE = "H99.99-990101-0001"
_WHO = "BẢN IN THỬ – KHÔNG CÓ GIÁ TRỊ"


def trial_document(desk: Desk, form: str) -> paper.Document:
    """The form ``01``, ``06``, ``handover`` or ``return`` as a try. Raises KeyError for another one."""
    now, lines = desk.now(), (*desk.unit.header_lines, "", "")
    header = paper.Header(parent=lines[0], unit=lines[1] or desk.unit.name.upper(), place=desk.unit.place)
    due = now + timedelta(days=3)
    receipt = paper.ReceiptDoc(
        header=header,
        owner=paper.Party(name=_WHO, id_no="000000000000", address="In thử máy in của quầy"),
        code=_CODE,
        procedure_name="In thử: kiểm tra lề, dấu tiếng Việt và mã vạch",
        procedure_code="0.000000",
        received_at=now,
        due_at=due,
        unit_name=desk.unit.name,
        components=(paper.ComponentLine(name="Ắ ằ ẵ ặ Ế ề ễ ệ Ố ồ ỗ ộ Ứ ừ ữ ự Đ đ", originals=1, copies=1),),
        copies=("In thử",),
        limit="3 ngày làm việc",
        return_method="Tại bộ phận một cửa",
    )
    documents: dict[str, paper.Document] = {
        "01": receipt,
        "06": paper.ControlSheetDoc(
            header=header,
            code=_CODE,
            received_at=now,
            unit_name=desk.unit.name,
            owner=_WHO,
            procedure_name=receipt.procedure_name,
            due_at=due,
            blocks=2,
        ),
        "handover": paper.HandoverSlipDoc(
            header=header,
            slip_no="H99.99-99.1-990101-0001",
            direction="to-department",
            from_unit=desk.unit.name,
            from_person=_WHO,
            to_unit=_WHO,
            handed_at=now,
            copies=("In thử",),
            lines=(paper.HandoverLine(code=_CODE, owner=_WHO, procedure=receipt.procedure_name, due_at=due),),
        ),
        "return": paper.ReturnSlipDoc(
            header=header,
            code=_CODE,
            owner=_WHO,
            procedure_name=receipt.procedure_name,
            procedure_code="0.000000",
            received_at=now,
            returned_at=now,
            collector=paper.Party(name=_WHO),
            copies=("In thử",),
        ),
    }
    return documents[form]


def print_trial(desk: Desk, form: str, queue: str, sheet: str) -> None:
    """Render and hand to ``queue``. Raises what rendering and the queue raise. Takes up to a second: run it off the window's thread."""
    from counter_app.printing import pdf, printers

    content = pdf.render(trial_document(desk, form), "A5" if sheet == "A5" else "A4")
    printers.submit(content, queue, copies=1, paper=sheet, title=f"{form} in-thu")


def save_trial(desk: Desk, form: str, sheet: str, target: Path) -> None:
    """The same into a file. Raises what rendering and writing raise."""
    from counter_app.printing import pdf, printers

    printers.save_pdf(pdf.render(trial_document(desk, form), "A5" if sheet == "A5" else "A4"), target)
