"""The first transaction of an open store: its identity, and whether it is the store the witness remembers."""

from __future__ import annotations

import secrets
import uuid

from msgspec.structs import replace

from counter_app.store.unit import Unit
from counter_app.store.witness import Facts, Witness, facts_from_json, facts_to_json


def begin_life(unit: Unit, witness: Witness) -> bool:
    """Give a new file its incarnation and secrets; notice a file that is older than the witness (restored from a backup).

    A rolled-back store becomes a new incarnation, pulls everything again and keeps its outbox; numbers go on above both
    proofs. Returns whether a rollback was noticed.
    """
    fresh = unit.meta_get("incarnation") is None
    if fresh:
        unit.meta_set("incarnation", str(uuid.uuid4()))
        unit.meta_set("blind_index", secrets.token_hex(32))
        unit.meta_set("search_to", "0")
        unit.meta_set("facts", facts_to_json(Facts(incarnation=unit.incarnation())))
        return False
    record = witness.read()
    own = facts_from_json(unit.meta_get("facts"))
    if record.n == 0 or own.covers(record.now) or own.covers(record.was):
        return False
    lost = _lost(own, record.now)
    take_new_life(
        unit,
        witness,
        "store-rolled-back",
        "Kho dữ liệu trên máy này là bản sao cũ được khôi phục. Chương trình sẽ tải lại toàn bộ từ trung tâm; "
        "các số đã cấp không bị cấp lại." + (f" Số đã cấp nhưng không còn hồ sơ trên máy: {lost}." if lost else ""),
    )
    return True


def take_new_life(unit: Unit, witness: Witness, code: str, message: str, *, give_up_lanes: bool = False) -> str:
    """This store goes on as a new incarnation: it pulls everything again and keeps its outbox; numbers go on above what store and
    witness know. ``give_up_lanes``: another machine may go on numbering with the same lanes (a copy of this disk), so
    only fresh ones are used from now on. Staff is told ``message``. Returns the new incarnation."""
    record = witness.read()
    own = facts_from_json(unit.meta_get("facts"))
    now = replace(own.joined(record.now).newest_day(), incarnation=str(uuid.uuid4()), dseq=own.dseq)
    unit.meta_set("incarnation", now.incarnation)
    unit.meta_set("facts", facts_to_json(now))
    unit.forget_cursor()
    if give_up_lanes:
        unit.drop_leases()
    unit.tell(code, message)
    # ``was`` stays what the witness already held: until this commits, the old file must go on looking rolled back.
    witness.write(record.now, now)
    return now.incarnation


def _lost(own: Facts, seen: Facts) -> str:
    """The numbers the witness saw issued and the store does not know, for people to look for the papers."""
    spans = []
    pairs = [
        *((own.lanes.get(k, ("", 0)), v) for k, v in seen.lanes.items()),
        (own.online, seen.online),
        (own.provisional, seen.provisional),
    ]
    for (own_day, own_high), (day, high) in pairs:
        low = own_high + 1 if own_day == day else None
        if high and (day, high) > (own_day, own_high):
            spans.append(f"{low:04d}–{high:04d} ({day})" if low and low < high else f"{high:04d} ({day})")
    return ", ".join(dict.fromkeys(spans))
