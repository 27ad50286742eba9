"""Looking at what is masked: allowed for work, and written down."""

from __future__ import annotations

from typing import Literal

from counter_app.services.desk import Desk
from onestop.errors import UserError


def reveal_id(desk: Desk, dossier_id: str, who: Literal["owner", "submitter"] = "owner") -> str:
    """The whole identity number of a dossier's owner or submitter. The look is in the access log before it is given
    (NĐ 13/2023 on personal data: who saw what, when). Raises ``not-signed-in``, ``dossier-unknown``."""
    staff = desk.require()
    with desk.store.write() as unit:
        dossier = unit.dossier(dossier_id)
        if dossier is None:
            raise UserError("dossier-unknown", "Không có hồ sơ này trên máy.")
        unit.audit(staff.id, "reveal-id", dossier_id, {"who": who}, at=desk.now())
    party = dossier.owner if who == "owner" else dossier.submitter
    return party.id_no if party else ""
