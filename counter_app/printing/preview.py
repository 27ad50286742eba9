"""Look at a template before an office uses it: the page with invented facts, or the line and the reason why it cannot be used."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from counter_app.printing import desk_pages, pdf
from counter_app.printing.documents import Header
from counter_app.printing.kinds import vocabularies
from counter_app.printing.letters import BlankDoc
from counter_app.printing.logo import logo_problem
from counter_app.printing.templates import FormTemplate, read_template
from counter_app.printing.words import moment_in_words, place_and_date, short_moment
from onestop.errors import UserError
from onestop.vntime import VN_TZ

_AT = datetime(2027, 1, 5, 8, 5, tzinfo=VN_TZ)
_DUE = datetime(2027, 3, 12, 17, 0, tzinfo=VN_TZ)
_CODE = "H99.99-270105-0001"
_HEADER = Header(parent="Ủy ban nhân dân tỉnh Ví Dụ", unit="Trung tâm Phục vụ hành chính công", place="Ví Dụ")
_WORDS = {
    "owner": "Nguyễn Văn Mẫu", "submitter": "Trần Thị Ví Dụ", "collector": "Trần Thị Ví Dụ", "payer": "Nguyễn Văn Mẫu",
    "receiver": "Phạm Thu Hằng", "officer": "Phạm Thu Hằng", "signer": "Lê Hoàng Nam",
    "procedure": "Thủ tục dùng để xem thử mẫu (9.999999)", "procedure_name": "Thủ tục dùng để xem thử mẫu",
    "procedure_code": "9.999999", "phone": "0900 000 001", "submitter_phone": "0900 000 002", "email": "xemthu@example.vn",
    "address": "Số 1, đường Ví Dụ, phường Mẫu, tỉnh Ví Dụ", "id_no": "••••••••2345", "sets": "1", "limit": "10 ngày làm việc",
    "reason": "Lý do dùng để xem thử mẫu.", "count": "3", "count_words": "ba", "slip_no": "H99.99-1-270105-0001",
    "name": "Giấy tờ dùng để xem thử mẫu", "originals": "1", "copies": "", "electronic": "", "note": "", "remark": "",
    "unit": "Trung tâm Phục vụ hành chính công", "provisional": "", "provisional_only": "", "both_codes": "", "code": _CODE,
    "code_only": _CODE, "shown_code": _CODE, "qr": _CODE, "item": "EE999999999VN", "item_spaced": "EE 99 999 999 9 VN",
}
_MOMENTS = ("received", "returned", "asked", "refused", "extended", "stopped", "asked_at", "old_due", "handed", "made", "at")
_LATER = ("due", "new_due", "internal")


def preview_pages(path: Path, paper: str = "") -> bytes:
    """The PDF of the template in ``path`` with invented facts, on ``paper`` (default: its first).

    Raises UserError ``form-file-invalid`` (with ``line``), ``logo-invalid``, ``paper-not-supported``."""
    template = read_template(path)
    problem = logo_problem(template)
    if problem is not None:
        raise problem
    paper = paper or next(iter(template.papers))
    if paper not in template.papers:
        raise UserError("paper-not-supported", f"Mẫu này chỉ in được trên khổ {' hoặc '.join(template.papers)}.", paper=paper)
    if template.purpose in desk_pages.OTHERWISE:
        return desk_pages.preview(template, example_facts(template), paper)
    document = BlankDoc(header=_HEADER, form=template.key, made_at=_AT, copies=("Xem thử",))
    return pdf.build(document, template, paper, office_facts=example_facts(template))


def example_facts(template: FormTemplate) -> dict[str, Any]:
    """Invented facts for everything a template may speak of; the name of the fact where nothing better is known."""
    vocabulary = vocabularies()[template.form]
    facts: dict[str, Any] = {name: _word(name) for name in vocabulary.facts}
    facts |= {"parent": _HEADER.parent.upper(), "unit_head": _HEADER.unit.upper(), "place": _HEADER.place, "copy": "Xem thử",
              "place_date": place_and_date(_HEADER.place, _AT), "number": template.number, "basis": template.basis}
    for name, row in vocabulary.lists.items():
        facts[name] = [{key: str(number) if key == "seq" else _word(key, number) for key in row} for number in (1, 2, 3)]
    return facts


def _word(name: str, number: int = 1) -> str:
    if name in ("code", "item") and number > 1:
        return _CODE[:-1] + str(number)
    if name in _WORDS:
        return _WORDS[name]
    if name in _MOMENTS or name in _LATER:
        return moment_in_words(_AT if name in _MOMENTS else _DUE)
    if name.endswith(("_short", "_day")):
        return short_moment(_AT)
    return f"‹{name}›"
