"""The desk's own papers as plain values: no national form exists for any of them, so provinces shape them in their template files.

As ``documents``: everything is decided when a document is made, a form only lays it out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from counter_app.printing.documents import ComponentLine, Header, Party, Reprint
from onestop.vntime import vn_date


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paper:
    """What all of them have. ``form``: the key of the form; ``title_code`` stands in bars, in the foot and in the file's title;
    ``made_at`` decides the version."""

    form: str = ""
    header: Header
    title_code: str = ""
    made_at: datetime
    copies: tuple[str, ...] = ("",)
    legal_basis: str = ""
    reprint: Reprint | None = None

    @property
    def form_date(self) -> date:
        """The day that decides which version of the form holds."""
        return vn_date(self.made_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class _DossierPaper(_Paper):
    """A paper about one dossier."""

    code: str = ""
    provisional_code: str = ""
    qr: str = ""
    unit_name: str = ""
    owner: str = ""
    procedure_name: str = ""
    procedure_code: str = ""
    received_at: datetime
    due_at: datetime | None = None
    hotline: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverOneDoc(_DossierPaper):
    """"Giấy bàn giao hồ sơ" of one dossier: travels with the folder to the department and back, so it is signed twice."""

    form: str = "handover-one"
    slip_no: str = ""
    address: str = ""
    submitter: Party | None = None
    subject: str = ""
    limit: str = ""
    internal_deadline: datetime | None = None
    components: tuple[ComponentLine, ...] = ()
    set_count: int = 1
    from_unit: str = ""
    from_person: str = ""
    to_unit: str = ""
    to_person: str = ""
    handed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyLine:
    """One fee or charge in whole đồng. ``kind``: "Phí" or "Lệ phí"; ``receipt_no``: of the tax-approved receipt, typed at the till."""

    name: str
    kind: str = ""
    due: int = 0
    collected: int = 0
    refunded: int = 0
    outstanding: int = 0
    receipt_no: str = ""
    method: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CashNoteDoc(_DossierPaper):
    """The internal note of money taken (``refund`` False) or given back: never a tax receipt, and says so."""

    form: str = "cash-note"
    payer: str = ""
    phone: str = ""
    lines: tuple[MoneyLine, ...] = ()
    due: int = 0
    collected: int = 0
    refunded: int = 0
    outstanding: int = 0
    in_words: str = ""
    cashier: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostLine:
    """One item that goes with the post. ``item``: its S10 code, empty when the label is stuck on by hand."""

    item: str = ""
    code: str = ""
    receiver: str = ""
    phone: str = ""
    address: str = ""
    content: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostListDoc(_Paper):
    """The list the postman signs for: every item with its code, and where it goes."""

    form: str = "post-list"
    slip_no: str
    from_unit: str = ""
    from_person: str = ""
    to_unit: str = ""
    to_person: str = ""
    lines: tuple[PostLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PostalLabelDoc(_Paper):
    """What is stuck on one item: sender, receiver, item code, and which dossier is inside."""

    form: str = "postal-label"
    item: str = ""
    code: str = ""
    sender: str = ""
    sender_place: str = ""
    sender_phone: str = ""
    receiver: str = ""
    phone: str = ""
    address: str = ""
    content: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverLabelDoc(_DossierPaper):
    """What is stuck on the folder: the code to scan, whose it is, until when."""

    form: str = "cover-label"
    set_count: int = 1
    handover_unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSheetDoc(_Paper):
    """Several labels of one ``form`` on sheets of stickers. ``skip``: stickers already gone from the first sheet."""

    labels: tuple[PostalLabelDoc, ...] | tuple[CoverLabelDoc, ...] = ()
    skip: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketDoc(_DossierPaper):
    """The slip of paper from a receipt printer that reminds of the day; form 01 remains the receipt."""

    form: str = "ticket"
    return_method: str = ""
    fees: str = ""
    lookup_url: str = ""
    lookup_secret: str = ""
    receiver: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """One row of the settling report; the names follow columns (3)–(13) of biểu II.06a/VPCP/KSTT."""

    name: str
    received: int = 0
    online: int = 0
    direct: int = 0
    carried: int = 0
    settled: int = 0
    early: int = 0
    on_time: int = 0
    late: int = 0
    open: int = 0
    pending: int = 0
    overdue: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDoc(_Paper):
    """The report on receiving and settling dossiers in a period, with the counter's own figures."""

    form: str = "report"
    period: str
    agency: str
    recipient: str = ""
    lines: tuple[ReportLine, ...] = ()
    total: ReportLine
    as_of: datetime
    last_contact: datetime | None = None
    by: Literal["day", "minute"] = "day"
    author: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """One line of a list of staff accounts; see ``services.account_lists``."""

    subsystem: str = ""
    name: str = ""
    id_no: str = ""
    new_name: str = ""
    new_id_no: str = ""
    unit: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountListDoc(_Paper):
    """The list of accounts to change or to add, signed by the head of the office."""

    form: str = "accounts-change"
    agency: str
    recipient: str = ""
    lines: tuple[AccountLine, ...] = ()
