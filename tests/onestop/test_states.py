from __future__ import annotations

import itertools

import pytest

from onestop.states import Clock, Group, State, can_correct, can_move, clock, is_final, known, report_group, state_name

MOVES = {
    1: {2, 3, 5},
    2: {4, 5, 6, 7, 8},
    3: set(),
    4: {5, 6, 7, 8, 9},
    5: {2, 4, 7, 8},
    6: {4, 8},
    7: {4, 8},
    8: set(),
    9: {10},
    10: set(),
}


def test_all_moves_of_the_field_guide_and_no_other() -> None:
    for a, b in itertools.product(range(-1, 40), repeat=2):
        assert can_move(a, b) == (b in MOVES.get(a, set())), (a, b)


def test_finals_and_the_one_correction() -> None:
    assert [s for s in State if is_final(s)] == [3, 8, 10]
    assert [(a, b) for a in range(12) for b in range(12) if can_correct(a, b)] == [(10, 9)]


def test_every_running_dossier_can_reach_an_end() -> None:
    for start in State:
        reached, todo = {start}, [start]
        while todo:
            todo += [n for n in map(State, MOVES[todo.pop()]) if n not in reached and not reached.add(n)]  # type: ignore[func-returns-value]
        assert any(is_final(s) for s in reached)


def test_unknown_states_are_shown_and_stay_on_the_clock() -> None:
    assert state_name(37) == "Trạng thái 37 (hệ thống trung tâm)" and known(37) is None
    assert state_name(State.SUPPLEMENT) == "Yêu cầu bổ sung giấy tờ" == State.SUPPLEMENT.name_vi
    assert clock(37) is Clock.RUNNING and report_group(37) is Group.PROCESSING and not is_final(37)


@pytest.mark.parametrize(
    ("state", "runs", "group"),
    [
        (1, Clock.NOT_STARTED, Group.NOT_ACCEPTED), (2, Clock.RUNNING, Group.PROCESSING), (3, Clock.STOPPED, Group.NOT_ACCEPTED),
        (4, Clock.RUNNING, Group.PROCESSING), (5, Clock.PAUSED, Group.PAUSED), (6, Clock.PAUSED, Group.PAUSED),
        (7, Clock.RUNNING, Group.PROCESSING), (8, Clock.STOPPED, Group.PAUSED), (9, Clock.STOPPED, Group.DONE),
        (10, Clock.STOPPED, Group.DONE),
    ],
)  # fmt: skip
def test_clock_and_report_group(state: int, runs: Clock, group: Group) -> None:
    assert clock(state) is runs and report_group(state) is group


def test_withdrawn_counts_as_done() -> None:
    assert report_group(8, withdrawn=True) is Group.DONE
