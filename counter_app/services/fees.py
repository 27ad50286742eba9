"""Money at the desk: an append-only ledger per dossier. What is printed here is an internal note, never a tax receipt."""

from __future__ import annotations

from dataclasses import replace

from counter_app.domain.fees import money_vi
from counter_app.services.desk import Changes, Desk
from counter_app.services.fields import one_line
from onestop.errors import InvalidFields, UserError
from onestop.ids import uuid7_hex
from onestop.ledger import held
from onestop.model import Dossier, FeeEntry
from onestop.ops import RecordFee

MAX_AMOUNT = 10_000_000_000


def add_fee(desk: Desk, dossier_id: str, *, code: str, entry: str = "collected", amount: int | None = None, kind: str = "le_phi",
            name: str = "", method: str = "cash", receipt_no: str = "") -> tuple[Dossier, Changes]:
    """Record one row: ``due``, ``collected``, ``refunded`` or ``cancelled``. Without ``amount`` the published one is taken.
    ``receipt_no`` is the number of the tax-approved receipt, typed or scanned. Raises InvalidFields (also for a refund of more than
    was taken for that fee), ``fee-unknown``."""
    staff = desk.require("fee.record")
    code, name = one_line("code", code, 60), one_line("name", name, 200)
    method, receipt_no = one_line("method", method, 40), one_line("receipt_no", receipt_no, 60)
    if entry not in ("due", "collected", "refunded", "cancelled"):
        raise InvalidFields({"entry": "Loại ghi sổ không đúng."})
    with desk.store.write() as unit:
        dossier = unit.dossier(dossier_id)
        if dossier is None:
            raise UserError("dossier-unknown", "Không có hồ sơ này trên máy.")
        asked = next((f for f in dossier.fees if f.code == code), None)
        if asked is None and (amount is None or not name):
            raise UserError("fee-unknown", "Khoản thu này không có trong hồ sơ. Hãy nhập tên và số tiền.")
        value = asked.amount if amount is None and asked else amount
        if value is None or not 0 <= value <= MAX_AMOUNT:
            raise InvalidFields({"amount": "Số tiền không đúng."})
        if entry == "refunded" and value > (most := max(0, held(dossier.fees, code))):
            why = f"mới thu {money_vi(most)}, không hoàn được {money_vi(value)}" if most else "chưa thu khoản nào, không có gì để hoàn"
            raise InvalidFields({"amount": f"Khoản “{asked.name if asked else name}” {why}."}, code="refund-too-large")
        base = asked or FeeEntry(id="", kind="phi" if kind == "phi" else "le_phi", code=code, name=name, amount=value)
        row = replace(base, id=uuid7_hex(), amount=value, entry=entry, method=method, receipt_no=receipt_no, at=desk.now(), by=staff.id)
        done = unit.submit(RecordFee(entry=row), entity=dossier_id, by=staff.id, at=desk.now())
    changes = Changes(dossiers=frozenset({dossier_id}))
    desk.changed(changes)
    assert isinstance(done.state, Dossier)
    return done.state, changes
