"""The internal notes of money taken or given back. Cash at the counter needs a receipt of the tax-approved system (NĐ 123/2020, NĐ
70/2025); these papers are for the folder and the till only, and their template says so in large letters."""

from __future__ import annotations

from datetime import datetime

from counter_app.domain.fees import money_words_vi, totals
from counter_app.printing.desk_documents import CashNoteDoc, MoneyLine
from counter_app.services.desk import Desk
from counter_app.services.paper import Paper, dossier_facts, next_copy, reprint_mark, staff_name
from onestop.errors import UserError
from onestop.model import Dossier, FeeEntry

KIND_WORDS = {"phi": "Phí", "le_phi": "Lệ phí"}
METHOD_WORDS = {"cash": "Tiền mặt", "transfer": "Chuyển khoản", "online": "Trực tuyến", "card": "Thẻ"}


def cash_note(desk: Desk, dossier: Dossier) -> Paper:
    """What was to be paid, was taken and is still owed, fee by fee. Raises ``no-fees`` for a dossier without any."""
    if not dossier.fees:
        raise UserError("no-fees", "Hồ sơ này không có phí, lệ phí nên không có phiếu thu.")
    sums = totals(dossier.fees)
    return _note(desk, dossier, "cash-note", ("collected",), sums.paid)


def refund_note(desk: Desk, dossier: Dossier) -> Paper:
    """What was given back, fee by fee. Raises ``no-refund`` while nothing was."""
    sums = totals(dossier.fees)
    if not sums.refunded:
        raise UserError("no-refund", "Hồ sơ này chưa hoàn khoản nào nên không có phiếu hoàn.")
    return _note(desk, dossier, "refund-note", ("refunded",), sums.refunded)


def _note(desk: Desk, dossier: Dossier, form: str, entries: tuple[str, ...], in_words: int) -> Paper:
    sums = totals(dossier.fees)
    rows = [row for row in dossier.fees if row.entry in entries]
    last = max((row for row in rows if row.at), key=_moment, default=None)
    copy_no = next_copy(dossier.prints, form)
    lines = money_lines(dossier.fees)
    if form == "refund-note":
        lines = tuple(line for line in lines if line.refunded)
    person = dossier.submitter or dossier.owner
    document = CashNoteDoc(
        form=form, **dossier_facts(desk, dossier), made_at=last.at if last and last.at else desk.now(), payer=person.name,
        phone=person.phone or dossier.owner.phone, lines=lines, due=sums.due, collected=sums.collected, refunded=sums.refunded,
        outstanding=sums.outstanding, in_words=money_words_vi(in_words), cashier=staff_name(desk, last.by) if last else "",
        reprint=reprint_mark(desk, copy_no))
    return Paper(form, dossier.id, copy_no, dossier.shown_code, document)


def _moment(row: FeeEntry) -> datetime:
    assert row.at is not None
    return row.at


def money_lines(ledger: tuple[FeeEntry, ...]) -> tuple[MoneyLine, ...]:
    """The ledger fee by fee, in the order the fees came up; all numbers of tax receipts of a fee, each once."""
    found: list[MoneyLine] = []
    for code in dict.fromkeys(row.code for row in ledger):
        rows = [row for row in ledger if row.code == code]
        sums = totals(rows)
        receipts = dict.fromkeys(row.receipt_no for row in rows if row.receipt_no)
        methods = dict.fromkeys(METHOD_WORDS.get(row.method, row.method) for row in rows if row.entry == "collected" and row.method)
        found.append(MoneyLine(
            name=rows[0].name, kind=KIND_WORDS.get(rows[0].kind, ""), due=sums.due, collected=sums.collected, refunded=sums.refunded,
            outstanding=sums.outstanding, receipt_no=", ".join(receipts), method=", ".join(methods)))
    return tuple(found)
