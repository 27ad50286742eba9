"""The desk's own papers as named texts: what their templates may speak of. Moments, money and counts are in words here, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from counter_app.domain.postal import spaced
from counter_app.printing.desk_documents import (
    AccountListDoc,
    CashNoteDoc,
    CoverLabelDoc,
    HandoverOneDoc,
    MoneyLine,
    PostalLabelDoc,
    PostListDoc,
    ReportDoc,
    ReportLine,
    TicketDoc,
)
from counter_app.printing.words import clipped, moment_in_words, number_in_words, place_and_date, short_moment, stamp
from onestop.vntime import to_vn

Facts = dict[str, Any]
"""Name → text, or list of rows (each name → text)."""


def facts_of(document: Any) -> Facts:
    """The facts of one of the desk's papers. Raises KeyError for another kind (a mistake of the program)."""
    return {"place_date": place_and_date(document.header.place, document.made_at), **_MAKERS[type(document)](document)}


def money(amount: int) -> str:
    """ "1.250.000": whole đồng as tables have them; the unit stands in the heading. A dash for nothing."""
    return f"{amount:,}".replace(",", ".") if amount else "–"


def count(number: int) -> str:
    """A count of a report; a dash for none keeps a wide table readable."""
    return f"{number:,}".replace(",", ".") if number else "–"


def _day(moment: datetime | None) -> str:
    return f"{to_vn(moment):%d/%m/%Y}" if moment else ""


def _dossier(doc: Any) -> Facts:
    code = f" ({doc.procedure_code})" if doc.procedure_code else ""
    return {
        "code": doc.code,
        "provisional": doc.provisional_code,
        "shown_code": doc.title_code,
        "unit": doc.unit_name,
        "owner": doc.owner,
        "procedure": doc.procedure_name + code,
        "procedure_name": doc.procedure_name,
        "received": moment_in_words(doc.received_at),
        "received_short": short_moment(doc.received_at),
        "due": moment_in_words(doc.due_at) if doc.due_at else "",
        "due_short": short_moment(doc.due_at),
        "due_day": _day(doc.due_at),
        "hotline": doc.hotline,
    }


def _handover_one(doc: HandoverOneDoc) -> Facts:
    submitter = doc.submitter
    rows = [
        {
            "seq": str(number),
            "name": line.name + (f" ({line.note})" if line.note else ""),
            "originals": count(line.originals),
            "copies": count(line.copies),
        }
        for number, line in enumerate(doc.components, start=1)
    ]
    handed = moment_in_words(doc.handed_at) if doc.handed_at else ""
    there = {"from_unit": doc.from_unit, "to_unit": doc.to_unit, "from_person": doc.from_person, "to_person": doc.to_person, "at": handed}
    back = {"from_unit": doc.to_unit, "to_unit": doc.from_unit, "from_person": "", "to_person": "", "at": ""}
    return {
        **_dossier(doc),
        "slip_no": doc.slip_no,
        "address": doc.address,
        "subject": doc.subject,
        "limit": doc.limit,
        "submitter": submitter.name if submitter else "",
        "submitter_phone": submitter.phone if submitter else "",
        "internal": moment_in_words(doc.internal_deadline) if doc.internal_deadline else "",
        "sets": str(doc.set_count),
        **{key: there[key] for key in ("from_unit", "from_person", "to_unit", "to_person")},
        "handed": handed,
        "components": rows,
        "givings": [{**there, "result": ""}],
        "returns": [{**back, "result": ""}],
    }


def _cash(doc: CashNoteDoc) -> Facts:
    rows = [
        {"seq": str(number), "name": line.name, "kind": line.kind, **_sums(line), "receipt_no": line.receipt_no, "method": line.method}
        for number, line in enumerate(doc.lines, start=1)
    ]
    totals = {"seq": "", "name": "", "kind": "", **_sums(doc), "receipt_no": "", "method": ""}
    return {
        **_dossier(doc), "payer": doc.payer, "phone": doc.phone, "lines": rows, "totals": [totals], "in_words": doc.in_words,
        "cashier": doc.cashier, "reason": doc.reason, "made": moment_in_words(doc.made_at),
    }


def _sums(line: MoneyLine | CashNoteDoc) -> dict[str, str]:
    return {"due": money(line.due), "collected": money(line.collected), "refunded": money(line.refunded),
            "outstanding": money(line.outstanding)}


def _post_list(doc: PostListDoc) -> Facts:
    rows = [
        {"seq": str(number), "item": line.item, "item_spaced": spaced(line.item), "code": line.code,
         "receiver": clipped(line.receiver, 120), "address": clipped(line.address, 200), "phone": line.phone,
         "content": clipped(line.content, 100), "remark": line.remark}
        for number, line in enumerate(doc.lines, start=1)
    ]
    return {
        "slip_no": doc.slip_no, "handed": stamp(doc.made_at), "from_unit": doc.from_unit, "from_person": doc.from_person,
        "to_unit": doc.to_unit, "to_person": doc.to_person, "lines": rows, "count": str(len(rows)),
        "count_words": number_in_words(len(rows)),
    }


def _postal_label(doc: PostalLabelDoc) -> Facts:
    return {
        "item": doc.item, "item_spaced": spaced(doc.item), "code": doc.code, "sender": doc.sender, "sender_place": doc.sender_place,
        "sender_phone": doc.sender_phone, "receiver": clipped(doc.receiver, 120), "phone": doc.phone, "address": clipped(doc.address, 300),
        "content": clipped(doc.content, 70),
    }


def _cover(doc: CoverLabelDoc) -> Facts:
    facts = _dossier(doc) | {"sets": str(doc.set_count), "handover_unit": clipped(doc.handover_unit, 70)}
    return facts | {"owner": clipped(doc.owner, 90), "procedure_name": clipped(doc.procedure_name, 120)}


def _ticket(doc: TicketDoc) -> Facts:
    return {**_dossier(doc), "return": clipped(doc.return_method, 160), "fees": doc.fees, "lookup_url": doc.lookup_url,
            "lookup_secret": doc.lookup_secret, "receiver": doc.receiver}


def _report(doc: ReportDoc) -> Facts:
    rows = [{"seq": str(number), **_figures(line)} for number, line in enumerate(doc.lines, start=1)]
    return {
        "period": doc.period, "agency": doc.agency, "recipient": doc.recipient, "lines": rows,
        "totals": [{"seq": "", **_figures(doc.total)}],
        "as_of": stamp(doc.as_of), "last_contact": stamp(doc.last_contact) if doc.last_contact else "", "author": doc.author,
        "by_minute": "1" if doc.by == "minute" else "", "by_day": "1" if doc.by == "day" else "",
    }


_COLUMNS = ("received", "online", "direct", "carried", "settled", "early", "on_time", "late", "open", "pending", "overdue")


def _figures(line: ReportLine) -> dict[str, str]:
    return {"name": line.name, **{column: count(getattr(line, column)) for column in _COLUMNS}}


_ACCOUNT = ("subsystem", "name", "id_no", "new_name", "new_id_no", "unit", "note")


def _accounts(doc: AccountListDoc) -> Facts:
    rows = [{"seq": str(number), **{key: getattr(line, key) for key in _ACCOUNT}} for number, line in enumerate(doc.lines, start=1)]
    return {"agency": doc.agency, "recipient": doc.recipient, "lines": rows, "count": str(len(rows)),
            "count_words": number_in_words(len(rows))}


_MAKERS: dict[type, Callable[[Any], Facts]] = {
    HandoverOneDoc: _handover_one, CashNoteDoc: _cash, PostListDoc: _post_list, PostalLabelDoc: _postal_label, CoverLabelDoc: _cover,
    TicketDoc: _ticket, ReportDoc: _report, AccountListDoc: _accounts,
}
