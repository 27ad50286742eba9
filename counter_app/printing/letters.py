"""Forms 02–05 and 07 as plain values: what was asked, refused, put off or stopped, and the register. As ``documents``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from counter_app.printing.documents import Header, Party, Reprint
from onestop.vntime import vn_date


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterDoc:
    """A paper to the citizen about a dossier in which something happened. ``happened_at`` is the day on it; the version of the form is
    that of the day of reception. ``notice_no``: the office's own number, empty: written by hand."""

    header: Header
    code: str = ""
    provisional_code: str = ""
    qr: str = ""
    notice_no: str = ""
    unit_name: str = ""
    owner: Party
    procedure_name: str
    procedure_code: str = ""
    subject: str = ""
    received_at: datetime
    due_at: datetime | None = None
    happened_at: datetime
    reason: str = ""
    officer: str = ""
    office_phone: str = ""
    website: str = ""
    signer: str = ""
    signer_title: str = ""
    copies: tuple[str, ...] = ("",)
    legal_basis: str = ""
    reprint: Reprint | None = None

    @property
    def title_code(self) -> str:
        """See ``ReceiptDoc.title_code``."""
        return self.code or self.provisional_code

    @property
    def form_date(self) -> date:
        """The day of reception."""
        return vn_date(self.received_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementDoc(LetterDoc):
    """Form 02, "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ": all gaps at once. ``approver``: who allowed to ask a second time; ``answer_by``:
    until when, if the office said so."""

    items: tuple[str, ...] = ()
    stage: Literal["intake", "appraisal"] = "intake"
    number_of_request: int = 1
    approver: str = ""
    answer_by: datetime | None = None

    @property
    def form(self) -> str:
        """The form's key."""
        return "02"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalDoc(LetterDoc):
    """Form 03, "Phiếu từ chối tiếp nhận giải quyết hồ sơ": never without a reason."""

    submitter: str = ""

    @property
    def form(self) -> str:
        """The form's key."""
        return "03"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApologyDoc(LetterDoc):
    """Form 04: apology, and the new day. ``agency``: who is late; ``old_due_at``: promised before this extension; ``times``: which
    extension it is; ``first_due_at``: promised at the reception."""

    agency: str = ""
    first_due_at: datetime | None = None
    times: int = 1
    old_due_at: datetime | None = None
    new_due_at: datetime | None = None
    place_return: str = ""
    approver: str = ""

    @property
    def form(self) -> str:
        """The form's key."""
        return "04"


@dataclass(frozen=True, slots=True, kw_only=True)
class StopDoc(LetterDoc):
    """Form 05 (new in 2025), "Thông báo dừng giải quyết hồ sơ". ``asked_at``: when the citizen asked to withdraw, if they did; ``stage``:
    how far it was; ``papers``: what goes back."""

    asked_at: datetime | None = None
    ask_reason: str = ""
    stage: str = ""
    fee_outcome: str = ""
    papers: tuple[str, ...] = ()

    @property
    def form(self) -> str:
        """The form's key."""
        return "05"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterLine:
    """One dossier of the register."""

    code: str
    procedure: str
    sets: int
    owner: str
    contact: str
    agency: str
    received_at: datetime
    due_at: datetime | None = None
    result_at: datetime | None = None
    returned_at: datetime | None = None
    method: str = ""
    collector: str = ""
    note: str = ""
    officer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterDoc:
    """Form 07 (06 before September 2025), "Sổ theo dõi hồ sơ": every dossier received from ``first`` to ``last``, both included."""

    header: Header
    first: date
    last: date
    made_at: datetime
    unit_name: str = ""
    period: str = ""
    book_no: str = ""
    lines: Sequence[RegisterLine] = ()
    copies: tuple[str, ...] = ("",)
    legal_basis: str = ""
    reprint: Reprint | None = None

    @property
    def form(self) -> str:
        """The form's key."""
        return "07"

    @property
    def title_code(self) -> str:
        """The days, for the foot and the file's title."""
        return f"{self.first:%d/%m/%Y} – {self.last:%d/%m/%Y}" if self.first != self.last else f"{self.first:%d/%m/%Y}"

    @property
    def form_date(self) -> date:
        """The last day of the register decides which form holds."""
        return self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankDoc:
    """Form ``form`` to be filled in by hand when power or server are away."""

    header: Header
    form: str
    made_at: datetime
    copies: tuple[str, ...] = ("",)
    legal_basis: str = ""
    reprint: Reprint | None = None

    @property
    def title_code(self) -> str:
        """None yet."""
        return ""

    @property
    def form_date(self) -> date:
        """Today's form."""
        return vn_date(self.made_at)
