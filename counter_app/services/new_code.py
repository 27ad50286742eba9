"""A dossier whose printed code turned out to be another's (``code-clash``), or that has none yet, gets a fresh one; its receipt has to
be printed again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counter_app.services.clock_guard import guard_clock
from counter_app.services.desk import Changes, Desk
from counter_app.services.numbers import take_spare
from onestop.errors import UserError
from onestop.model import Dossier
from onestop.ops import AssignCode

if TYPE_CHECKING:
    from counter_app.store.unit import Unit


def new_code(desk: Desk, dossier_id: str) -> tuple[Dossier, Changes]:
    """Give the dossier an official code from the spare number or a lane, today's date in it; with neither, a provisional one. The
    papers that bear the old code are to be replaced: offer to print form 01 again.

    Raises ``dossier-unknown``, ``code-already-assigned`` (nothing is wrong with the one it has), ``numbers-exhausted`` (it has a
    provisional one already, and there is no official number here: the centre gives one), ``clock-unsure``, ``not-signed-in``,
    ``role-missing``.
    """
    staff = desk.require("code.assign")
    with desk.store.write() as unit:
        dossier = unit.dossier(dossier_id)
        if dossier is None:
            raise UserError("dossier-unknown", "Không có hồ sơ này trên máy.")
        done = unit.submit(fresh_code(unit, desk, dossier), entity=dossier_id, by=staff.id, at=desk.now())
    changes = Changes(dossiers=frozenset({dossier_id}))
    desk.changed(changes)
    assert isinstance(done.state, Dossier)
    return done.state, changes


def fresh_code(unit: Unit, desk: Desk, dossier: Dossier) -> AssignCode:
    """The next number of this desk for ``dossier``, taken in the caller's transaction: an official one, or a provisional one where the
    agency says so or none is left, as at a reception. No paper gets a second provisional number. Raises ``code-already-assigned``,
    ``numbers-exhausted``, ``clock-unsure``; then nothing is taken when the caller's transaction ends."""
    if dossier.code is not None:
        raise UserError("code-already-assigned", f"Hồ sơ đã có mã {dossier.code}, không cần cấp mã mới.")
    guard_clock(desk)
    now = desk.now()
    issued = unit.issue_code(now, online=take_spare(unit, desk, now.date()))
    if issued.code is None and dossier.provisional_code is not None:
        raise UserError("numbers-exhausted", "Máy đã hết số trong dải được cấp và chưa lấy được số từ trung tâm. "
                        f"Hồ sơ giữ số tạm {dossier.provisional_code}; hệ thống trung tâm sẽ cấp mã khi có mạng.")
    return AssignCode(code=issued.code, lane=issued.lane, provisional_code=issued.provisional_code)
