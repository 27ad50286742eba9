"""Work for a person: what the centre did not take as it was sent. Both values are kept; deciding is an op of its own."""

from __future__ import annotations

from counter_app.services.desk import Changes, Desk
from onestop.errors import UserError
from onestop.model import Review
from onestop.ops import SettleReview
from onestop.text import clean_line

DECISIONS = ("theirs",)
"""What may be decided here: keep what the centre holds. (Carrying the own value through is a correction made anew.)"""


def settle(desk: Desk, review_id: str, decision: str = "theirs", *, note: str = "") -> tuple[Review, Changes]:
    """Decide an open review. ``theirs``: the centre's value stays, our refused change is given up (it remains in the log), and
    the dossier's later changes go on. Raises ``review-unknown``, ``review-settled``, ``decision-unknown``."""
    staff = desk.require("review.settle")
    if decision not in DECISIONS:
        raise UserError(
            "decision-unknown", "Chỉ có thể chọn giữ giá trị của trung tâm. Muốn ghi giá trị khác, hãy đính chính hồ sơ sau đó."
        )
    with desk.store.write() as unit:
        review = unit.review(review_id)
        if review is None:
            raise UserError("review-unknown", "Không có việc này trên máy; có thể đã được quyết định ở nơi khác.")
        if review.status != "open":
            raise UserError("review-settled", "Việc này đã được quyết định.")
        done = unit.submit(SettleReview(decision=decision, note=clean_line(note, 300)), entity=review_id, by=staff.id, at=desk.now())
    changes = Changes(dossiers=frozenset({review.entity}), reviews=frozenset({review_id}))
    desk.changed(changes)
    assert isinstance(done.state, Review)
    return done.state, changes


def try_again(desk: Desk, op_id: str) -> Changes:
    """Send a change again that was set aside because the centre failed on it: the same bytes, the same key. Raises
    ``op-not-there`` when it is no longer set aside."""
    staff = desk.require("review.settle")
    with desk.store.write() as unit:
        unit.release(op_id)
        unit.audit(staff.id, "op-released", "", {"op": op_id}, at=desk.now())
    changes = Changes()
    desk.changed(changes)
    return changes
