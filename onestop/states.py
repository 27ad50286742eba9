"""The national states of a dossier (TrangThaiHoSo 1–10), the moves between them and what they mean for the clock.

The numbers are those of the national portal's exchange. A number outside 1–10 comes from the centre: it is stored and shown as
it is and never dropped, it only allows no move of ours.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class State(IntEnum):
    """National states; `state_name` gives the words."""

    REGISTERED = 1
    ACCEPTED = 2
    REFUSED = 3
    PROCESSING = 4
    SUPPLEMENT = 5
    FINANCIAL = 6
    WITHDRAWAL = 7
    STOPPED = 8
    DONE = 9
    RETURNED = 10

    @property
    def name_vi(self) -> str:
        """The official name."""
        return _NAMES[self]


_NAMES = {
    State.REGISTERED: "Mới đăng ký",
    State.ACCEPTED: "Được tiếp nhận",
    State.REFUSED: "Không được tiếp nhận",
    State.PROCESSING: "Đang xử lý",
    State.SUPPLEMENT: "Yêu cầu bổ sung giấy tờ",
    State.FINANCIAL: "Yêu cầu thực hiện nghĩa vụ tài chính",
    State.WITHDRAWAL: "Công dân yêu cầu rút hồ sơ",
    State.STOPPED: "Dừng xử lý",
    State.DONE: "Đã xử lý xong",
    State.RETURNED: "Đã trả kết quả",
}

MOVES: dict[State, frozenset[State]] = {
    State.REGISTERED: frozenset({State.ACCEPTED, State.REFUSED, State.SUPPLEMENT}),
    State.ACCEPTED: frozenset({State.PROCESSING, State.SUPPLEMENT, State.FINANCIAL, State.WITHDRAWAL, State.STOPPED}),
    State.REFUSED: frozenset(),
    State.PROCESSING: frozenset({State.SUPPLEMENT, State.FINANCIAL, State.WITHDRAWAL, State.STOPPED, State.DONE}),
    State.SUPPLEMENT: frozenset({State.ACCEPTED, State.PROCESSING, State.WITHDRAWAL, State.STOPPED}),
    State.FINANCIAL: frozenset({State.PROCESSING, State.STOPPED}),
    State.WITHDRAWAL: frozenset({State.STOPPED, State.PROCESSING}),
    State.STOPPED: frozenset(),
    State.DONE: frozenset({State.RETURNED}),
    State.RETURNED: frozenset(),
}
"""Which state may follow which. 3, 8 and 10 are final; 10 is undone only by a correcting entry (`can_correct`)."""


class Clock(StrEnum):
    """What the time limit does in a state."""

    NOT_STARTED = "not-started"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


class Group(StrEnum):
    """Groups of the progress report. ``NOT_ACCEPTED`` (1 and 3) was never received and is in none of its columns."""

    NOT_ACCEPTED = "not-accepted"
    PROCESSING = "processing"
    PAUSED = "paused"
    DONE = "done"

    @property
    def name_vi(self) -> str:
        """The heading used in reports."""
        return _GROUP_NAMES[self]


_GROUP_NAMES = {
    Group.NOT_ACCEPTED: "Chưa hoặc không tiếp nhận",
    Group.PROCESSING: "Đang xử lý",
    Group.PAUSED: "Tạm dừng",
    Group.DONE: "Đã xử lý",
}


def known(state: int) -> State | None:
    """The national state with this number, or None for a number of the centre's own."""
    try:
        return State(state)
    except ValueError:
        return None


def state_name(state: int) -> str:
    """The name shown to people; an unknown number is shown as such."""
    national = known(state)
    return _NAMES[national] if national else f"Trạng thái {int(state)} (hệ thống trung tâm)"


def can_move(a: int, b: int) -> bool:
    """May a dossier go from state ``a`` to ``b`` by an ordinary step? Unknown states allow nothing."""
    source, target = known(a), known(b)
    return source is not None and target is not None and target in MOVES[source]


def can_correct(a: int, b: int) -> bool:
    """May a correcting entry with a reason take a dossier from ``a`` back to ``b``? Only a result noted as returned by mistake."""
    return (a, b) == (State.RETURNED, State.DONE)


def is_final(state: int) -> bool:
    """Nothing follows: refused, stopped, returned."""
    national = known(state)
    return national is not None and not MOVES[national]


def clock(state: int) -> Clock:
    """What the time limit does. It pauses only on a legal ground (papers, payment); an asked withdrawal and a state of the
    centre's own leave it running, so that no deadline is lost from sight."""
    national = known(state)
    if national is State.REGISTERED:
        return Clock.NOT_STARTED
    if national in (State.SUPPLEMENT, State.FINANCIAL):
        return Clock.PAUSED
    if national in (State.REFUSED, State.STOPPED, State.DONE, State.RETURNED):
        return Clock.STOPPED
    return Clock.RUNNING


def report_group(state: int, *, withdrawn: bool = False) -> Group:
    """The column of the progress report: "Đã xử lý" = 9, 10 and withdrawn ones; "Tạm dừng" = 5, 6, 8; the rest is being
    processed. ``withdrawn``: a stopped dossier that its owner took back."""
    national = known(state)
    if national in (State.DONE, State.RETURNED) or (national is State.STOPPED and withdrawn):
        return Group.DONE
    if national in (State.SUPPLEMENT, State.FINANCIAL, State.STOPPED):
        return Group.PAUSED
    if national in (State.REGISTERED, State.REFUSED):
        return Group.NOT_ACCEPTED
    return Group.PROCESSING
