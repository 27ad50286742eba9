"""What is on paper, as plain values: independent of the store, of services and of any layout.

Field lists follow the forms of TT 01/2018 and TT 03/2025/TT-VPCP (see ``resources/forms``). Everything is already
decided when a document is made; a form only lays it out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from onestop.vntime import vn_date

IdDisplay = Literal["full", "masked", "last4"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The head of every form: the two lines of the issuing office, and the place named beside the date."""

    parent: str
    unit: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A person or organisation as it appears on paper. ``authority``: the paper that lets a submitter act for the owner."""

    name: str
    id_no: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    authority: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentLine:
    """One paper of the dossier with how many originals (bản chính) and copies (bản sao) were handed in."""

    name: str
    originals: int = 0
    copies: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reprint:
    """The mark of a reprint: "Bản in lại lần n, dd/mm/yyyy HH:mm, người in". ``n`` counts reprints, from 1."""

    n: int
    at: datetime
    user: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptDoc:
    """Form 01, "Giấy tiếp nhận hồ sơ và hẹn trả kết quả".

    ``code`` is the official code; ``provisional_code`` stands alone while there is none, and is named beside the
    official one later, so that the slip in the citizen's hand can still be matched. ``qr`` is the text of the QR code
    (default: the bare code; never put an ID number in it). ``due_at`` None: the date is told later.
    ``lookup_secret`` is the second code some provinces issue for look-ups by the citizen.
    """

    header: Header
    owner: Party
    procedure_name: str
    procedure_code: str
    received_at: datetime
    code: str = ""
    provisional_code: str = ""
    qr: str = ""
    copies: tuple[str, ...] = ("Liên 1: Lưu", "Liên 2: Giao người nộp")
    unit_name: str = ""
    submitter: Party | None = None
    id_display: IdDisplay = "masked"
    subject: str = ""
    components: tuple[ComponentLine, ...] = ()
    set_count: int = 1
    limit: str = ""
    due_at: datetime | None = None
    return_method: str = ""
    fees: str = "Không"
    book_no: str = ""
    book_seq: str = ""
    receiver: str = ""
    hotline: str = ""
    lookup_url: str = ""
    lookup_secret: str = ""
    legal_basis: str = ""
    reprint: Reprint | None = None

    @property
    def form(self) -> str:
        """The form's key."""
        return "01"

    @property
    def title_code(self) -> str:
        """The code in bars and in the file's title: the official one, else the provisional one."""
        return self.code or self.provisional_code

    @property
    def form_date(self) -> date:
        """The day that decides which version of the form holds: that of the reception, not of the printing."""
        return vn_date(self.received_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlStep:
    """One block of the control sheet: who gave to whom, when, and whether in time. Empty parts are filled by hand."""

    from_unit: str = ""
    to_unit: str = ""
    at: datetime | None = None
    giver: str = ""
    receiver: str = ""
    outcome: Literal["early", "on-time", "late"] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlSheetDoc:
    """Form 06 (05 before September 2025), "Phiếu kiểm soát quá trình giải quyết hồ sơ": the statutory record of every
    hand-over; it travels with the folder. ``blocks``: how many blocks are on paper at least, empty ones included."""

    header: Header
    code: str
    received_at: datetime
    provisional_code: str = ""
    qr: str = ""
    unit_name: str = ""
    owner: str = ""
    procedure_name: str = ""
    due_at: datetime | None = None
    steps: tuple[ControlStep, ...] = ()
    blocks: int = 12
    copies: tuple[str, ...] = ("",)
    legal_basis: str = ""
    reprint: Reprint | None = None

    @property
    def form(self) -> str:
        """The form's key."""
        return "06"

    @property
    def title_code(self) -> str:
        """See ``ReceiptDoc.title_code``."""
        return self.code or self.provisional_code

    @property
    def form_date(self) -> date:
        """See ``ReceiptDoc.form_date``."""
        return vn_date(self.received_at)


Direction = Literal["to-department", "results-back", "post"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverLine:
    """One dossier of a handover slip. ``internal_deadline``: when the department must bring the result back."""

    code: str
    owner: str
    procedure: str
    component_count: int = 0
    set_count: int = 1
    internal_deadline: datetime | None = None
    due_at: datetime | None = None
    remark: str = ""
    received: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverSlipDoc:
    """The bulk "Phiếu bàn giao hồ sơ" (no national form exists): one code for the slip, one for each line."""

    header: Header
    slip_no: str
    direction: Direction
    from_unit: str
    from_person: str
    to_unit: str
    handed_at: datetime
    to_person: str = ""
    lines: tuple[HandoverLine, ...] = ()
    note: str = ""
    copies: tuple[str, ...] = ("Liên 1: Bên giao", "Liên 2: Bên nhận")
    legal_basis: str = ""
    reprint: Reprint | None = None

    @property
    def form(self) -> str:
        """The form's key."""
        return "handover"

    @property
    def title_code(self) -> str:
        """The slip number."""
        return self.slip_no

    @property
    def form_date(self) -> date:
        """The day of the hand-over."""
        return vn_date(self.handed_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnSlipDoc:
    """"Phiếu trả kết quả": who collected the result and on what identity, what was given back, what was paid."""

    header: Header
    code: str
    owner: str
    procedure_name: str
    procedure_code: str
    received_at: datetime
    returned_at: datetime
    collector: Party
    provisional_code: str = ""
    qr: str = ""
    unit_name: str = ""
    relation: str = "Chủ hồ sơ"
    id_display: IdDisplay = "masked"
    due_at: datetime | None = None
    result: str = ""
    originals: tuple[str, ...] = ()
    fees: str = "Không"
    returned_by: str = ""
    hotline: str = ""
    copies: tuple[str, ...] = ("Liên 1: Lưu",)
    legal_basis: str = ""
    reprint: Reprint | None = None

    @property
    def form(self) -> str:
        """The form's key."""
        return "return"

    @property
    def title_code(self) -> str:
        """See ``ReceiptDoc.title_code``."""
        return self.code or self.provisional_code

    @property
    def form_date(self) -> date:
        """The day of the return."""
        return vn_date(self.returned_at)


Document = ReceiptDoc | ControlSheetDoc | HandoverSlipDoc | ReturnSlipDoc
