import threading

import pytest
from PySide6.QtCore import QObject

from counter_app.ui.background import CancelToken, InlineRunner, TaskRunner


@pytest.fixture
def runner(app):
    made = TaskRunner()
    yield made
    assert made.shutdown(10)


def test_the_work_runs_elsewhere_and_the_answer_arrives_on_the_gui_thread(runner, qtbot):
    seen = {}
    runner.run_task(lambda: threading.current_thread().name, lambda name: seen.update(work=name, done=threading.current_thread()))
    qtbot.waitUntil(lambda: "done" in seen)
    assert seen["work"].startswith("counter-task")
    assert seen["done"] is threading.main_thread()


def test_an_exception_arrives_as_an_answer(runner, qtbot):
    errors = []
    runner.run_task(lambda: 1 // 0, None, errors.append)
    qtbot.waitUntil(lambda: len(errors) == 1)
    assert isinstance(errors[0], ZeroDivisionError)


def test_an_exception_nobody_waits_for_goes_to_one_place(app, qtbot):
    errors = []
    runner = TaskRunner(on_unhandled=errors.append)
    runner.run_task(lambda: 1 // 0)
    qtbot.waitUntil(lambda: len(errors) == 1)
    assert runner.shutdown(10)


def test_a_superseded_answer_is_dropped(runner, qtbot):
    gate, answers = threading.Event(), []
    first = runner.run_task(lambda: gate.wait(10) and "old", answers.append, key="search")
    runner.run_task(lambda: "new", answers.append, key="search")
    assert first.cancelled
    qtbot.waitUntil(lambda: len(answers) == 1)
    gate.set()
    qtbot.waitUntil(lambda: runner.busy == 0)
    assert answers == ["new"]


def test_a_cancelled_answer_and_one_whose_owner_is_gone_are_dropped(runner, qtbot):
    import shiboken6

    gate, answers, owner, token = threading.Event(), [], QObject(), CancelToken()
    runner.run_task(lambda: gate.wait(10), answers.append, owner=owner)
    runner.run_task(lambda: gate.wait(10), answers.append, token=token)
    shiboken6.delete(owner)
    token.cancel()
    gate.set()
    qtbot.waitUntil(lambda: runner.busy == 0)
    assert answers == []


def test_two_at_once_and_no_thread_stays(app, qtbot):
    runner = TaskRunner()
    both = threading.Barrier(2, timeout=10)
    done = []
    for _ in range(2):
        runner.run_task(both.wait, done.append)
    qtbot.waitUntil(lambda: len(done) == 2)
    assert runner.shutdown(10)
    workers = [thread for thread in threading.enumerate() if thread.name.startswith("counter-task")]
    for thread in workers:
        thread.join(10)
    assert not any(thread.is_alive() for thread in workers)
    assert runner.run_task(lambda: 1, done.append).cancelled
    assert len(done) == 2


def test_shutdown_drops_answers_and_says_when_a_task_would_not_end(app):
    runner, gate, answers = TaskRunner(), threading.Event(), []
    started = threading.Event()
    runner.run_task(lambda: (started.set(), gate.wait(10)), answers.append)
    assert started.wait(10)
    assert runner.shutdown(0.01) is False
    gate.set()
    assert runner.shutdown(10) is True
    app.processEvents()
    assert answers == []


def test_the_inline_runner_keeps_the_same_rules():
    answers, errors = [], []
    runner = InlineRunner()
    runner.run_task(lambda: 1, answers.append)
    runner.run_task(lambda: 1 // 0, answers.append, errors.append)
    with pytest.raises(ZeroDivisionError):
        runner.run_task(lambda: 1 // 0)
    held = InlineRunner(hold=True)
    held.run_task(lambda: "old", answers.append, key="k")
    held.run_task(lambda: "new", answers.append, key="k")
    held.release()
    assert answers == [1, "new"]
    assert len(errors) == 1


def test_a_task_that_may_wait_begins_later_and_not_after_the_end(runner, qtbot):
    began: list[str] = []
    runner.run_task(lambda: began.append("later"), after_ms=60)
    runner.run_task(lambda: began.append("now"))
    qtbot.waitUntil(lambda: len(began) == 2)
    assert began == ["now", "later"]
    runner.run_task(lambda: began.append("too late"), after_ms=30)
    runner.shutdown()
    qtbot.wait(80)
    assert began == ["now", "later"]
