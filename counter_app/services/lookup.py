"""Look a scanned or typed text up: at once in the cache, else at the centre; the answer says which, and as of when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from counter_app.domain.outcomes import ScanOutcome
from counter_app.domain.provinces import ELSEWHERE, province_block, province_name
from counter_app.scanner.classify import (
    CitizenCard,
    DossierCode,
    OtherCard,
    PostalItem,
    ProvisionalCode,
    Scan,
    SlipNumber,
    TrackingUrl,
    classify,
)
from counter_app.services.desk import Desk
from onestop.codec import decode
from onestop.errors import EnvironmentFault
from onestop.model import Dossier, Slip

if TYPE_CHECKING:
    from counter_app.sync.central import Central


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupResult:
    """``provenance`` says where the answer comes from; ``as_of`` how old it is (None: it is this PC's own state).
    ``several`` are dossiers of one person (an ID card was shown); ``scan`` is what was understood of the text; ``province``: whose
    code it is, where the outcome says that it is another's."""

    scan: Scan
    outcome: ScanOutcome
    dossier: Dossier | None = None
    slip: Slip | None = None
    several: tuple[Dossier, ...] = ()
    provenance: Literal["cache", "central", "none"] = "cache"
    as_of: datetime | None = None
    ask_central: str = ""
    province: str = ELSEWHERE


def look_up(desk: Desk, text: str) -> LookupResult:
    """Answer from the cache alone, in milliseconds. ``ask_central`` holds the code to ask the centre for when the cache does
    not know it (the caller asks in the background and drops a late answer)."""
    scan = classify(text, desk.codes)
    with desk.store.read() as reader:
        match scan:
            case DossierCode(code=code) | ProvisionalCode(code=code) | TrackingUrl(code=code):
                found = reader.dossier_by_code(code)
                if found:
                    return LookupResult(scan=scan, outcome=_found(desk, scan, found), dossier=found)
                block = _elsewhere(desk, code)
                outcome = ScanOutcome.OTHER_PROVINCE if block else ScanOutcome.NOT_FOUND
                province = _province(desk, block) if block else ELSEWHERE
                return LookupResult(scan=scan, outcome=outcome, provenance="none", ask_central=code, province=province)
            case SlipNumber(number=number):
                slip = reader.slip_by_number(number)
                if slip:
                    return LookupResult(scan=scan, outcome=ScanOutcome.SLIP_OPENED, slip=slip)
                return LookupResult(scan=scan, outcome=ScanOutcome.NOT_FOUND, provenance="none", ask_central=number)
            case CitizenCard(card=card):
                several = tuple(reader.dossiers_by_id_no(card.id_no))
                garbled = "garbled" in card.warnings
                return LookupResult(scan=scan, outcome=ScanOutcome.CARD_GARBLED if garbled else ScanOutcome.FILLED_CARD, several=several)
            case PostalItem(code=code):
                several = tuple(reader.dossiers_by_postal_code(code))
                outcome = ScanOutcome.POSTAL_FOUND if several else ScanOutcome.POSTAL_UNKNOWN
                return LookupResult(scan=scan, outcome=outcome, several=several, dossier=several[0] if len(several) == 1 else None)
            case OtherCard():
                return LookupResult(scan=scan, outcome=ScanOutcome.UNWANTED_HERE, provenance="none")
    return LookupResult(scan=scan, outcome=ScanOutcome.UNKNOWN_TEXT, provenance="none")


def ask_central(desk: Desk, local: LookupResult, central: Central) -> LookupResult:
    """The centre's answer to what the cache did not know. Nothing is stored: another agency's dossier is shown, not kept
    (data minimisation). With no network the answer is OFFLINE_NOT_FOUND; never raises for that."""
    try:
        reply = central.lookup(local.ask_central)
    except EnvironmentFault:
        return replace(local, outcome=ScanOutcome.OFFLINE_NOT_FOUND, provenance="none")
    if not reply.found:
        return replace(local, provenance="central", as_of=reply.as_of)
    answer = replace(local, outcome=ScanOutcome.FOUND_CENTRAL, provenance="central", as_of=reply.as_of)
    if reply.kind == "slip":
        return replace(answer, slip=decode(Slip, bytes(reply.data)))
    return replace(answer, dossier=decode(Dossier, bytes(reply.data)))


def _found(desk: Desk, scan: Scan, dossier: Dossier) -> ScanOutcome:
    if dossier.agency != desk.agency:
        return ScanOutcome.OTHER_AGENCY
    if isinstance(scan, ProvisionalCode) and dossier.code:
        return ScanOutcome.PROVISIONAL_FOUND
    return ScanOutcome.TRACKING_OPENED if isinstance(scan, TrackingUrl) else ScanOutcome.FOUND_LOCAL


def _elsewhere(desk: Desk, code: str) -> str:
    """The first block of a code's agency where it is not our province's (Hxx differs); empty for our own."""
    parsed = desk.codes.parse(code)
    if parsed is None or not parsed.agency:
        return ""
    ours = desk.agency.split(".")[0]
    parts = parsed.agency.split(".")
    return "" if ours in parts else province_block(parsed.agency) or parts[0]


def _province(desk: Desk, block: str) -> str:
    """What the catalogue calls it, else the national list."""
    unit = desk.catalogue.units.get(block)
    return unit.name if unit else province_name(block)
