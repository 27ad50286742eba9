"""How each outcome looks and sounds. One table; a test holds that no outcome is missing.

Colour never speaks alone: each outcome also has an icon and its sentence. Sounds differ for found, not found and warning, so
that a person who looks at the paper knows without looking up.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from counter_app.domain.outcomes import Outcome, PrintOutcome, SaveOutcome, ScanOutcome


class Sound(StrEnum):
    """Names of the sounds; ``NONE`` is silence on purpose. The player knows the files."""

    FOUND = "found"
    ADDED = "added"
    NOT_FOUND = "not-found"
    WARNING = "warning"
    ERROR = "error"
    SAVED = "saved"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Notice:
    """What the screen shows and plays: status role, icon name, sentence, sound."""

    role: str
    icon: str
    sentence: str
    sound: Sound


_S, _V, _P = ScanOutcome, SaveOutcome, PrintOutcome

_LOOKS: dict[Outcome, tuple[str, str, Sound]] = {
    _S.FOUND_LOCAL: ("success", "circle-check", Sound.FOUND),
    _S.FOUND_CENTRAL: ("success", "cloud-check", Sound.FOUND),
    _S.ASKING_CENTRAL: ("info", "cloud", Sound.NONE),
    _S.NOT_FOUND: ("danger", "circle-x", Sound.NOT_FOUND),
    _S.OFFLINE_NOT_FOUND: ("warning", "cloud-off", Sound.NOT_FOUND),
    _S.SEVERAL_FOUND: ("info", "list-checks", Sound.FOUND),
    _S.PERSON_UNKNOWN: ("info", "user", Sound.NOT_FOUND),
    _S.FILLED_CARD: ("success", "id-card", Sound.FOUND),
    _S.CARD_GARBLED: ("warning", "id-card", Sound.WARNING),
    _S.CARD_EXPIRED: ("warning", "calendar-x-2", Sound.WARNING),
    _S.SLIP_OPENED: ("success", "clipboard-list", Sound.FOUND),
    _S.SLIP_CONFIRMED: ("success", "clipboard-check", Sound.FOUND),
    _S.ADDED_TO_LIST: ("success", "plus", Sound.ADDED),
    _S.ALREADY_IN_LIST: ("warning", "list-checks", Sound.WARNING),
    _S.LINE_CHECKED: ("success", "list-checks", Sound.ADDED),
    _S.NOT_ALLOWED_HERE: ("warning", "ban", Sound.WARNING),
    _S.UNWANTED_HERE: ("warning", "circle-alert", Sound.WARNING),
    _S.UNKNOWN_TEXT: ("warning", "circle-help", Sound.WARNING),
    _S.OTHER_PROVINCE: ("warning", "map-pin", Sound.WARNING),
    _S.OTHER_AGENCY: ("info", "building-2", Sound.WARNING),
    _S.OTHER_SYSTEM: ("warning", "server", Sound.WARNING),
    _S.PROVISIONAL_FOUND: ("success", "hash", Sound.FOUND),
    _S.POSTAL_FOUND: ("success", "package-open", Sound.FOUND),
    _S.POSTAL_UNKNOWN: ("warning", "package", Sound.NOT_FOUND),
    _S.POSTAL_ADDED: ("success", "package", Sound.ADDED),
    _S.POSTAL_REFUSED: ("warning", "package", Sound.WARNING),
    _S.TRACKING_OPENED: ("success", "link", Sound.FOUND),
    _S.UNREADABLE: ("danger", "scan-line", Sound.ERROR),
    _S.DEVICE_LOST: ("danger", "usb", Sound.ERROR),
    _S.SCANNER_REFUSED: ("warning", "usb", Sound.WARNING),
    _V.SAVED_WAITING: ("success", "save", Sound.SAVED),
    _V.SAVED_OFFLINE: ("success", "cloud-off", Sound.SAVED),
    _V.SENT: ("info", "cloud-upload", Sound.NONE),
    _V.CONFIRMED: ("success", "cloud-check", Sound.NONE),
    _V.NUMBER_PROVISIONAL: ("info", "hash", Sound.SAVED),
    _V.NEEDS_PERSON: ("danger", "git-merge", Sound.WARNING),
    _V.CORRECTED_HERE: ("success", "file-pen-line", Sound.SAVED),
    _V.UNDONE: ("info", "undo-2", Sound.NONE),
    _V.FIELDS_WRONG: ("danger", "circle-alert", Sound.ERROR),
    _V.REFUSED: ("danger", "ban", Sound.ERROR),
    _V.DISK_FULL: ("danger", "database", Sound.ERROR),
    _V.STORE_FAULT: ("danger", "database", Sound.ERROR),
    _V.SETTLED: ("success", "check", Sound.SAVED),
    _V.EXPORTED: ("success", "download", Sound.SAVED),
    _V.EXPORTED_PART: ("warning", "triangle-alert", Sound.WARNING),
    _V.IMPORTED: ("success", "cloud-upload", Sound.SAVED),
    _V.PARKED: ("info", "pause", Sound.NONE),
    _P.PREPARING: ("info", "file-text", Sound.NONE),
    _P.QUEUED: ("info", "printer", Sound.NONE),
    _P.PRINTING: ("info", "printer", Sound.NONE),
    _P.DONE: ("success", "printer-check", Sound.NONE),
    _P.REPRINTED: ("success", "printer-check", Sound.NONE),
    _P.SAVED_PDF: ("success", "download", Sound.NONE),
    _P.PRINTER_ERROR: ("danger", "printer-x", Sound.ERROR),
    _P.PRINTER_GONE: ("danger", "printer-x", Sound.ERROR),
    _P.NO_PRINTER: ("warning", "printer-x", Sound.WARNING),
    _P.PAPER_NEEDED: ("warning", "printer-x", Sound.WARNING),
    _P.CANCELLED: ("warning", "circle-slash-2", Sound.WARNING),
    _P.NOT_PRINTED: ("danger", "printer-x", Sound.ERROR),
    _P.UNKNOWN: ("warning", "circle-help", Sound.WARNING),
}


def notice(outcome: Outcome, **facts: object) -> Notice:
    """The look, sentence (with ``facts`` filled in) and sound of an outcome. Raises KeyError for one without an entry."""
    role, icon, sound = _LOOKS[outcome]
    return Notice(role, icon, outcome.say(**facts), sound)
