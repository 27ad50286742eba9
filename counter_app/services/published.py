"""The published rules of this counter, read from what the sync stored (or what ships with the program until then)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import msgspec

from counter_app.domain.procedure import Catalogue, Procedure, Unit
from counter_app.domain.published import bundled_calendar, bundled_codes
from onestop.calendar import WorkCalendar
from onestop.codes import CodeBook
from onestop.errors import UserError

if TYPE_CHECKING:
    from counter_app.store.unit import Reader

log = logging.getLogger(__name__)


def load_catalogue(reader: Reader, counter: str) -> Catalogue:
    """Procedures (as ``counter`` applies them) and units in force. A document that cannot be read is left out and logged by its
    code; the rest works."""
    procedures, units = [], {}
    for doc in reader.catalogue("procedure"):
        try:
            procedures.append(msgspec.json.decode(doc.body, type=Procedure).at(counter))
        except msgspec.MsgspecError:
            log.warning("procedure %s v%s in the catalogue is unreadable", doc.code, doc.v)
    for doc in reader.catalogue("agency"):
        try:
            unit = msgspec.json.decode(doc.body, type=Unit)
            units[unit.id] = unit
        except msgspec.MsgspecError:
            log.warning("agency %s in the catalogue is unreadable", doc.code)
    return Catalogue(tuple(procedures), units)


def load_calendar_doc(reader: Reader) -> WorkCalendar:
    """The newest working calendar of the centre, else the one that ships with the program."""
    docs = reader.catalogue("calendar")
    if docs:
        try:
            return WorkCalendar.from_json(msgspec.json.decode(docs[-1].body))
        except (UserError, msgspec.MsgspecError):
            log.warning("the calendar in the catalogue is unreadable")
    return bundled_calendar()


def load_codes_doc(reader: Reader, agencies: list[str]) -> CodeBook:
    """The newest table of code patterns, knowing ``agencies``."""
    docs = reader.catalogue("codes")
    if docs:
        try:
            return CodeBook.from_json(msgspec.json.decode(docs[-1].body), agencies)
        except (UserError, msgspec.MsgspecError):
            log.warning("the code patterns in the catalogue are unreadable")
    return bundled_codes().with_agencies(agencies)
