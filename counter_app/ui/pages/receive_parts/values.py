"""What stands in the form, as typed: a flat dict of JSON types, so that a half-filled form can be parked whole, also with text
that could not be saved. Here it becomes a `ReceiveForm`, and a stored dossier becomes typed text again. Qt-free."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import datetime, time
from itertools import count
from typing import Any

from counter_app.domain.procedure import Procedure
from counter_app.services.receive import ReceiveForm
from counter_app.ui.texts import parse_date
from onestop.codec import builtins
from onestop.errors import InvalidFields
from onestop.model import Component, Dossier, Party, Submitter
from onestop.vntime import VN_TZ, to_vn

Values = dict[str, Any]
SUBMITTER = ("name", "id_no", "phone", "address", "authority")
OTHER_CODE = "KHAC"
"""Papers that no list knows are ``KHAC-1``, ``KHAC-2``… of their dossier."""
OWNER = ("id_no", "name", "dob", "gender", "address", "phone", "email")

_CLOCK = re.compile(r"(?<![0-9])([0-9]{1,2})\s*(?:[:hHgG]|giờ)\s*([0-9]{2})?(?![0-9])")


def blank() -> Values:
    """An untouched form."""
    return {"procedure": "", "owner.kind": "person", **{f"owner.{key}": "" for key in OWNER}, "submitter": False,
            **{f"submitter.{key}": "" for key in SUBMITTER}, "channel": "counter", "postal_code": "", "subject": "", "set_count": 1,
            "components": {}, "others": [], "return_method": "counter", "return_address": "", "received_at": "", "fees": []}


def is_blank(values: Values) -> bool:
    """Is there nothing worth keeping? (What the procedure prefills counts as nothing.)"""
    plain = blank()
    typed = ("procedure", "others", "subject", "postal_code", "return_address", "received_at", *(f"owner.{key}" for key in OWNER),
             *(f"submitter.{key}" for key in SUBMITTER))
    return all(values.get(key, plain[key]) == plain[key] for key in typed)


def title_of(values: Values, procedure: Procedure | None) -> str:
    """How a parked form is called in the list: the owner, and what it is about."""
    who = " ".join(str(values.get("owner.name", "")).split())[:60]
    what = procedure.name if procedure else ""
    return " · ".join(part for part in (who or "Chưa có tên", what) if part)


def prefilled(procedure: Procedure) -> dict[str, list[int]]:
    """Originals and copies the published list asks for; papers that are only sometimes needed start at nothing."""
    return {rule.code: [rule.originals, rule.copies] if rule.required else [0, 0] for rule in procedure.components}


def parse_moment(text: str, now: datetime) -> datetime | None:
    """A moment as people type it: ``14:30``, ``14h30 20/11``, ``20/11/2026 14:30``. Without a day it is today. None when it is no
    moment; empty text is ``now``."""
    text = text.strip()
    if not text:
        return now
    match = _CLOCK.search(text)
    if match is None:
        return None
    rest = (text[: match.start()] + " " + text[match.end() :]).strip(" ,;-–")
    day = parse_date(rest, now.date()) if rest else now.date()
    hour, minute = int(match[1]), int(match[2] or 0)
    if day is None or hour > 23 or minute > 59:
        return None
    return datetime.combine(day, time(hour, minute), VN_TZ)


def to_form(values: Values, procedure: Procedure | None, now: datetime, *, acknowledge_missing: bool = False) -> ReceiveForm:
    """What is typed as a form to be checked. Raises InvalidFields for a moment of reception that is none."""
    received_at = parse_moment(values["received_at"], now)
    if received_at is None:
        raise InvalidFields({"received_at": "Ghi cả giờ và ngày, ví dụ 14:30 20/11."})
    names = {rule.code: rule.name for rule in procedure.components} if procedure else {}
    submitter = None
    if values["submitter"] or (values["owner.kind"] == "organisation" and any(values[f"submitter.{key}"].strip() for key in SUBMITTER)):
        submitter = Submitter(**{key: values[f"submitter.{key}"] for key in SUBMITTER})
    owner = Party(kind=values["owner.kind"], id_no=values["owner.id_no"], name=values["owner.name"],
                  dob=values["owner.dob"].strip() or None if values["owner.kind"] == "person" else None,
                  gender=values["owner.gender"] or None if values["owner.kind"] == "person" else None,
                  address=values["owner.address"], phone=values["owner.phone"], email=values["owner.email"].strip() or None)
    listed = tuple(Component(code=code, name=names.get(code, ""), originals=counts[0], copies=counts[1])
                   for code, counts in values["components"].items())
    return ReceiveForm(
        procedure=values["procedure"], owner=owner, submitter=submitter, channel=values["channel"], subject=values["subject"],
        set_count=values["set_count"], return_method=values["return_method"],
        return_address=values["return_address"] if values["return_method"] == "post" else "",
        postal_code=values["postal_code"] if values["channel"] == "post" else "",
        components=(*listed, *_others(values, {component.code for component in listed})),
        received_at=received_at if values["received_at"].strip() else None, fee_codes_collected=tuple(values["fees"]),
        acknowledge_missing=acknowledge_missing)


def _others(values: Values, taken: set[str]) -> list[Component]:
    """Papers that no list knows, under codes that are free in this dossier."""
    free = (code for number in count(1) if (code := f"{OTHER_CODE}-{number}") not in taken)
    return [Component(code=next(free), name=name, originals=originals, copies=copies)
            for name, originals, copies in values.get("others", ())]


def from_dossier(dossier: Dossier) -> Values:
    """A stored dossier as it would have been typed, for a correction."""
    owner, submitter = dossier.owner, dossier.submitter
    return blank() | {
        "procedure": dossier.procedure_code, "owner.kind": owner.kind, **{f"owner.{key}": getattr(owner, key) or "" for key in OWNER},
        "owner.dob": shown_dob(owner.dob), "submitter": submitter is not None,
        **{f"submitter.{key}": getattr(submitter, key) if submitter else "" for key in SUBMITTER}, "channel": dossier.channel,
        "subject": dossier.subject, "set_count": dossier.set_count, "return_method": dossier.return_method,
        "return_address": dossier.return_address, "postal_code": dossier.postal_codes[0] if dossier.postal_codes else "",
        "components": {c.code: [c.originals, c.copies] for c in dossier.components},
        "received_at": f"{to_vn(dossier.received_at):%H:%M %d/%m/%Y}"}


def corrections(dossier: Dossier, form: ReceiveForm) -> dict[str, Any]:
    """Field paths whose value in ``form`` (already cleaned) is not the stored one, with the new value as JSON types."""
    owner = asdict(form.owner)
    wanted: dict[str, Any] = {f"owner.{key}": owner[key] for key in ("kind", *OWNER)}
    kept = {c.code: c for c in dossier.components}
    components = [builtins(Component(code=c.code, name=c.name, originals=c.originals, copies=c.copies,
                                     note=kept[c.code].note if c.code in kept else c.note))
                  for c in form.components or () if c.originals or c.copies]
    wanted |= {"submitter": builtins(form.submitter) if form.submitter else None, "subject": form.subject, "set_count": form.set_count,
               "channel": form.channel, "return_method": form.return_method, "return_address": form.return_address,
               "components": components}
    changed = {path: value for path, value in wanted.items() if builtins(_at(dossier, path)) != value}
    if form.procedure != dossier.procedure_code:
        changed["procedure"] = form.procedure
    return changed


def _at(dossier: Dossier, path: str) -> Any:
    return getattr(dossier.owner, path.removeprefix("owner.")) if path.startswith("owner.") else getattr(dossier, path)


def shown_dob(dob: str | None) -> str:
    """``1999-01-31`` as ``31/01/1999``; a year stays a year."""
    parts = (dob or "").split("-")
    return "/".join(reversed(parts)) if len(parts) == 3 else dob or ""
