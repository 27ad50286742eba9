"""Rows 1–5 and 48: a counter's process dies (SIGKILL) at its writes, its syncs, its sends and its reads."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from counter_app.services import paper
from counter_app.services.receive import receive
from counter_app.services.workstation import Workstation
from tests.faults.checker import ask
from tests.faults.hand import a_form
from tests.faults.tracing import WRITES, Call, Hand, Run, sample


def number(code: str) -> int:
    return int(code.rpartition("-")[2])


def witness_done(calls: list[Call]) -> int:
    """Index of the first witness sync that returned (or past the end)."""
    return next(
        (i for i, call in enumerate(calls) if call.file == "witness.json" and call.name == "fdatasync" and call.line.endswith("= 0")),
        len(calls),
    )


def saving(run: Run) -> tuple[list[Call], list[Call]]:
    """The calls of the save of one dossier: up to and with the witness's sync, and from there to the end of its commit."""
    at = witness_done(run.calls)
    assert at < len(run.calls), "the save forces the witness to the disk"
    folded = next(i for i in range(at + 1, len(run.calls)) if run.calls[i].file == "store.db")  # the close folds the log into the file
    page = max(i for i in range(at + 1, folded) if run.calls[i].file == "store.db-wal" and run.calls[i].name == "pwrite64")
    commit = next(i for i in range(page, folded) if run.calls[i].name == "fsync")
    assert commit - at > 10, "the pages of the log and their sync"
    return run.calls[: at + 1], run.calls[at + 1 : commit + 1]


def lives_on(hand: Hand, reopened: Callable[[Hand], Workstation], printed: list[str], checked, *, skips: int) -> None:
    """The next start is no rollback, goes on above every number on paper, and everything reaches the gateway."""
    after = hand.run("receive")
    assert after.code == 0, after.stderr
    (code,) = after.codes
    assert code not in printed
    assert len({*printed, code}) == len(printed) + 1
    assert number(code) <= number(printed[0]) + len(printed) + skips, "more numbers skipped than kills"
    station = reopened(hand)
    assert not station.store.rolled_back
    with station.store.read() as reader:
        assert reader.notice() is None
        assert reader.verify_audit() is None
        assert [reader.dossier_by_code(c) is not None for c in printed] == [True] * len(printed)
    checked(station, printed=[*printed, code])


def test_row_01_killed_before_the_outbox_commits(hand: Hand, reopened, checked, seen, full: bool) -> None:
    first = hand.run("receive", calls=WRITES)
    printed = first.codes
    before, _ = saving(first)
    points = sample(before, 7, full=full)
    for call in points:
        run = hand.kill(call, "receive")
        assert run.killed and not run.codes, (call.point, run.said, run.stderr)
        with_it = hand.run("receive")
        assert with_it.code == 0 and number(with_it.codes[0]) - number(printed[-1]) in (1, 2), call.point
        printed += with_it.codes
    seen("killed at {n} of {m} writes and syncs before the commit: nothing printed", n=len(points), m=len(before))
    seen("numbers skipped: {n}", n=number(printed[-1]) - number(printed[0]) + 1 - len(printed))
    lives_on(hand, reopened, printed, checked, skips=len(points))


def test_row_02_killed_between_witness_and_commit(hand: Hand, reopened, checked, seen, full: bool) -> None:
    first = hand.run("receive", calls=WRITES)
    printed = first.codes
    _, committing = saving(first)
    points = sample(committing, 8, full=full)
    skipped = late = 0
    for call in points:
        run = hand.kill(call, "receive")
        assert run.killed, (call.point, run.said, run.stderr)
        if run.codes:  # a save that wrote fewer pages than the first: its commit was over by then
            printed += run.codes
            late += 1
            continue
        testified = witness_done(run.calls) < len(run.calls)
        with_it = hand.run("receive")
        step = number(with_it.codes[0]) - number(printed[-1])
        assert step == (2 if testified else 1), (call.point, "a number the witness knows is skipped, never used again")
        skipped += testified
        printed += with_it.codes
    assert skipped and late <= len(points) // 4, "kills fell between witness and commit"
    seen(
        "killed at {n} of {m} writes between witness and commit: {s} numbers skipped, none twice",
        n=len(points) - late,
        m=len(committing),
        s=skipped,
    )
    lives_on(hand, reopened, printed, checked, skips=skipped)


def test_row_03_killed_after_the_commit_before_the_print(hand: Hand, reopened, checked, seen) -> None:
    shown = hand.run("receive", calls=("write",), files=False)
    printed = shown.codes
    telling = next(call for call in shown.calls if "receive" in call.line)
    run = hand.kill(telling, "receive", files=False, calls=("write",))
    assert run.killed and not run.codes
    station = reopened(hand)
    with station.store.read() as reader:
        waiting = reader.outbox()
        dossiers = [reader.dossier(item.entity) for item in waiting]
    (silent,) = [d for d in dossiers if d.code not in printed]
    assert number(silent.code) == number(printed[0]) + 1
    assert paper.receipt(station.desk, silent)  # "in lại"
    assert number(receive(station.desk, a_form())[0].dossier.code) == number(silent.code) + 1
    seen("the dossier nobody saw is there, its receipt prints, the next number follows")
    checked(station, printed=[*printed, silent.code])


MOMENTS = ("half-sent", "sent", "applied", "half-answered")


def test_row_04_killed_while_sending_and_before_the_answer_is_stored(
    hand: Hand, reopened, line, checked, seen, gateway_up, full: bool
) -> None:
    first = hand.run("receive:2", "sync", calls=WRITES)
    printed = first.codes
    duplicates = 0
    for when in MOMENTS:
        run = hand.dies(line, "/v1/push", when, "receive:2", "sync")
        assert run.killed and len(run.codes) == 2, (when, run.said, run.stderr)
        printed += run.codes
        known = ask(gateway_up, "SELECT count(*) FROM op")[0][0]
        again = hand.run("sync")
        assert (again.said[0]["link"], again.said[0]["pushed"]) == ("online", 2), when
        there = ask(gateway_up, "SELECT count(*) FROM op")[0][0]
        assert there - known == (0 if when in ("applied", "half-answered") else 2), when
        duplicates += there == known
    seen("killed with the request half sent, sent, applied, half answered: the same bytes again, {d} times `duplicate`", d=duplicates)
    stored = [call for call in first.calls if call.file == "store.db-wal"]
    points = sample(stored[len(stored) // 2 :], 4, full=full)
    for call in points:
        printed += hand.kill(call, "receive:2", "sync").codes
    seen("killed at {n} writes while the answer was stored", n=len(points))
    station = reopened(hand)
    checked(station, printed=printed)
    assert ask(gateway_up, "SELECT op_id FROM feed GROUP BY op_id, id HAVING count(*) > 1") == []


def test_row_04_killed_at_a_call_on_the_network(hand: Hand, reopened, checked, seen, gateway_up, full: bool) -> None:
    """Each connect, send and receive of a cycle that carries two ops."""
    first = hand.run("receive:2", "sync", env={"HAND_COUNTS": "1"})
    printed, killed, calls = first.codes, 0, first.said[-1]["calls"]
    assert calls > 8
    points = sample(list(range(1, calls + 1)), 5, full=full)
    for nth in points:
        run = hand.run("receive:2", "sync", env={"HAND_DIES_AT": str(nth)})
        assert run.killed or run.said[-1]["link"] == "online", (nth, run.said, run.stderr)  # an answer may come in fewer pieces
        assert len(run.codes) == 2
        killed += run.killed
        printed += run.codes
    assert killed >= len(points) - 2, "the calls were no longer made"
    seen("killed at {n} of {m} connects, sends and receives of a cycle", n=killed, m=calls)
    checked(reopened(hand), printed=printed)
    assert ask(gateway_up, "SELECT op_id FROM feed GROUP BY op_id, id HAVING count(*) > 1") == []


def test_row_05_killed_while_a_pulled_page_is_written(hand: Hand, reopened, counter, checked, seen, gateway_up, full: bool) -> None:
    other = counter()
    kept = killed = 0
    points: list[int] = []
    for turn in range(200 if full else 5):
        for _ in range(6):
            receive(other.desk, a_form())
        assert other.engine.run_once().ok
        if not points:
            run = hand.run("sync", calls=WRITES)
            calls = [call.nth for call in run.calls if call.name == "pwrite64"]
            assert len(calls) > 20
            points = [0, *sample(list(range(1, len(calls) + 12)), 199 if full else 4, full=False)]
            continue
        if turn == len(points):
            break
        killed += hand.run("sync", calls=WRITES, inject=f"pwrite64:signal=SIGKILL:when={points[turn]}").killed
        station = reopened(hand)
        kept += page_is_whole(station, gateway_up)
        station.close()
    seen("killed at {n} writes of a page: cursor and rows agreed each time", n=killed)
    assert kept and killed >= 2
    checked(reopened(hand), other)


def page_is_whole(station: Workstation, gateway) -> int:
    """Everything up to the cursor is there, nothing beyond it. Returns how many rows were compared."""
    with station.store.read() as reader:
        seq = reader.position("H32.15").seq
        here = dict(reader._all("SELECT id, server_version FROM dossier"))
    rows = ask(gateway, "SELECT seq, id, version FROM feed WHERE part = 'H32.15' AND kind = 'dossier' ORDER BY seq")
    for at, identity, version in rows:
        if at <= seq:
            assert here.get(identity, 0) >= version, "the cursor is ahead of the rows"
    newest = {identity: version for at, identity, version in rows if at <= seq}
    beyond = [identity for at, identity, _ in rows if at > seq and here.get(identity, 0) > newest.get(identity, 0)]
    assert not beyond, "rows beyond the cursor"
    return len(rows)


@pytest.mark.parametrize("path", ["/v1/hello", "/v1/push", "/v1/pull"])
def test_row_48_killed_in_the_middle_of_a_sync_again_and_again(hand: Hand, reopened, line, checked, seen, path: str) -> None:
    printed: list[str] = []
    for when in MOMENTS:
        run = hand.dies(line, path, when, "receive:3", "sync")
        assert run.killed, (when, run.said)
        printed += run.codes
    station = reopened(hand)
    with station.store.read() as reader:
        summary = reader.outbox_summary()
    assert summary.waiting == 0 or summary.oldest is not None, "how old the oldest unsent is"
    seen("killed {n} times in {path}; {w} ops waited with their age, then all were sent", n=len(MOMENTS), path=path, w=summary.waiting)
    checked(station, printed=printed)
