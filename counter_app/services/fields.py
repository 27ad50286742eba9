"""One typed line of a form, made clean and judged. Nothing is ever cut silently: too long is a sentence, and the text stays."""

from __future__ import annotations

import unicodedata

from onestop.errors import InvalidFields
from onestop.text import clean_line

MAX_REASON = 1000

_NOUNS = {
    "owner.address": "Địa chỉ chủ hồ sơ", "owner.email": "Thư điện tử", "submitter.id_no": "Số định danh người nộp",
    "submitter.address": "Địa chỉ người nộp", "submitter.authority": "Căn cứ nộp thay", "subject": "Nội dung hồ sơ",
    "return_address": "Địa chỉ nhận kết quả", "components": "Tên giấy tờ", "reason": "Lý do", "items": "Giấy tờ cần bổ sung",
    "remarks": "Ghi chú", "note": "Ghi chú", "name": "Tên", "authority": "Căn cứ nhận thay", "originals": "Bản chính trả lại",
    "to_person": "Người nhận", "person": "Người nhận bàn giao", "approver": "Người phê duyệt", "kind": "Loại kết quả",
    "number": "Số kết quả", "receipt_no": "Số biên lai",
}
"""How a sentence calls the field."""
_SIGNS = frozenset("₫€№™℅⅓⅔⅛⅜⅝⅞←↑→↓−∙√∞≈≠≤≥■□▪●○◦")
"""Signs of everyday texts that the document font has, beyond letters, digits and punctuation."""


def bounded(field: str, text: str, limit: int, bad: dict[str, str]) -> str:
    """``text`` in NFC on one line; what is wrong with it goes to ``bad[field]``."""
    cleaned = clean_line(text, len(text) * 3)  # composing may lengthen, never beyond three times
    if len(cleaned) > limit:
        bad[field] = f"Dài {len(cleaned)} ký tự, tối đa {limit}. Hãy rút gọn."
    elif strange := _unprintable(cleaned):
        bad[field] = f"{_NOUNS.get(field, 'Ô này')} có ký tự không in được trên giấy ({strange}). Hãy gõ lại bằng chữ."
    return cleaned


def one_line(field: str, text: str, limit: int) -> str:
    """As ``bounded`` for a single field. Raises InvalidFields."""
    bad: dict[str, str] = {}
    cleaned = bounded(field, text, limit, bad)
    if bad:
        raise InvalidFields(bad)
    return cleaned


def reason_text(text: str, missing: str = "Phải ghi rõ lý do.") -> str:
    """Every request, refusal, apology and correction carries a concrete reason (forms 02–05). Raises InvalidFields
    ``reason-missing``, ``reason-too-long``, ``invalid-fields`` for signs that no paper can carry."""
    cleaned = clean_line(text, len(text) * 3)
    if len(cleaned) < 3:
        raise InvalidFields({"reason": missing}, code="reason-missing")
    if len(cleaned) > MAX_REASON:
        raise InvalidFields({"reason": f"Lý do dài {len(cleaned)} ký tự, tối đa {MAX_REASON}."}, code="reason-too-long")
    return one_line("reason", cleaned, MAX_REASON)


def person_name(field: str, text: str, limit: int, bad: dict[str, str], empty: str) -> str:
    """A name that can be printed. ``empty``: the sentence when there is none."""
    name = bounded(field, text, limit, bad)
    if len(name) > limit:
        return name
    if not name:
        bad.setdefault(field, empty)
    elif not all(ch.isascii() or _on_paper(ch) for ch in name):
        bad[field] = "Tên có ký tự không in được trên giấy (biểu tượng, ký tự lạ). Hãy gõ lại bằng chữ."
    return name


def _on_paper(ch: str) -> bool:
    """A letter, mark, digit or punctuation of a script the document font has (Latin with all its marks, Greek, Cyrillic)."""
    known = ch < "\u0530" or "\u1e00" <= ch <= "\u1eff" or "\u2010" <= ch <= "\u205e"
    return known and unicodedata.category(ch)[0] in "LMNPZ"


def _unprintable(text: str) -> str:
    """The signs of ``text`` that would be boxes on paper, the first three of them; empty when all can be printed."""
    strange = dict.fromkeys(ch for ch in text if not (ch.isascii() or _on_paper(ch) or ch in _SIGNS or _western(ch)))
    return " ".join(list(strange)[:3])


def _western(ch: str) -> bool:
    """Signs of the western alphabets: °, ±, ×, ©."""
    return "\u00a0" <= ch < "\u0530" and unicodedata.category(ch) != "Cn"
