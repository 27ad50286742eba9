"""Hồ sơ: what is shown, which actions are there, and that each one does its work and is written down."""

from dataclasses import replace
from datetime import timedelta

import pytest

from counter_app.domain.outcomes import SaveOutcome, ScanOutcome
from counter_app.scanner.classify import DossierCode
from counter_app.services import lifecycle
from counter_app.services.lookup import LookupResult
from counter_app.ui import a11y
from counter_app.ui.pages.dossier_actions import available
from counter_app.ui.pages.dossier_presenter import build_dossier_page
from onestop.states import State
from tests.desk import NOW, make_desk
from tests.ui.pages.stage import in_window, make_stage

ALL = ("reception", "return", "cashier", "head")


def actions(dossier, roles=ALL, agency="H32.15"):
    return {a.id: a for a in available(dossier, roles, agency)}


@pytest.fixture
def opened(stage, qtbot):
    """A page in a window; call it with a state."""

    def show(status):
        dossier = stage.bench.with_status(status)
        window, view = in_window(stage, "dossier", build_dossier_page)
        qtbot.addWidget(window)
        view.presenter.open(dossier.id)
        return view, dossier

    return show


def test_state_decides_what_is_there(bench):
    accepted, done = bench.with_status(State.ACCEPTED), bench.with_status(State.DONE)
    assert {"handover", "supplement", "correct", "print-01"} <= set(actions(accepted)) and "return" not in actions(accepted)
    assert actions(done)["return"].primary and "handover" not in actions(done)
    assert "extend" not in actions(bench.with_status(State.RETURNED))


def test_missing_right_says_why(bench):
    stop = actions(bench.with_status(State.PROCESSING), ("reception",))["stop"]
    assert "phụ trách" in stop.why


def test_another_agencys_dossier_is_only_looked_at(bench):
    assert actions(bench.with_status(State.DONE), agency="H32.01") == {}


def test_unknown_state_of_the_centre_is_shown_as_it_is(stage):
    dossier = replace(stage.bench.with_status(State.PROCESSING), status=42, version=99)
    stage.bench.pull(dossier)
    view = build_dossier_page(stage.ctx)
    view.presenter.open(dossier.id)
    assert "42" in view.state.chip().text and "supplement" not in view.actions.buttons


def test_id_is_masked_and_a_look_is_written_down(opened, stage):
    view, dossier = opened(State.DONE)
    assert view.owner_id.text() != dossier.owner.id_no
    view.owner_id.button.click()
    assert view.owner_id.text() == dossier.owner.id_no
    with stage.bench.store.read() as reader:
        entry = reader.audit_tail(1)[0]
    assert (entry.action, entry.entity) == ("reveal-id", dossier.id) and dossier.owner.id_no not in str(entry.facts)


def test_supplement_once_then_with_an_approver(opened, stage, qtbot):
    view, dossier = opened(State.ACCEPTED)
    view.presenter.do("supplement")
    dialog = _dialog(view)
    dialog.editors["items"].setPlainText("Bản sao giấy khai sinh")
    dialog.editors["reason"].setPlainText("Thiếu giấy khai sinh của con")
    dialog.confirm()
    assert stage.bench.dossier(dossier.id).status == State.SUPPLEMENT and stage.outcomes == [SaveOutcome.SAVED_WAITING]
    assert [(p.form, p.document.items) for p in stage.printer.papers] == [("02", ("Bản sao giấy khai sinh",))]
    assert view.presenter.command("supplement")  # F6: the papers came; F6 twice by mistake must not say so
    assert stage.bench.dossier(dossier.id).status == State.SUPPLEMENT and "Bản sao giấy khai sinh" in _dialog(view).text()
    _dialog(view).confirm()
    assert stage.bench.dossier(dossier.id).status == State.ACCEPTED
    view.presenter.do("supplement")
    assert "approver" in _dialog(view).editors


@pytest.mark.parametrize(("action", "form"), [("extend", "04"), ("stop", "05")])
def test_the_paper_of_a_step_is_printed_unless_it_is_left_for_later(opened, stage, action, form):
    view, dossier = opened(State.PROCESSING)
    stage.bench.sign_in("truong.nt")
    for choice in ("later", "print-now"):
        if choice == "print-now" and action != "extend":  # the dossier is closed by now
            view.presenter.do("print-" + form)
            break
        view.presenter.do(action)
        dialog = _dialog(view)
        dialog.editors["reason"].setPlainText("Lý do cụ thể của bước này")
        if action == "extend":
            days = 30 if choice == "later" else 60
            dialog.editors["due_at"].set_date((dossier.due_at + timedelta(days=days)).date())
        dialog.editors["print"].setCurrentIndex(dialog.editors["print"].findData(choice))
        dialog.confirm()
        if choice == "later":
            assert stage.printer.papers == []
    assert [p.form for p in stage.printer.papers] == [form]


def test_the_focus_stays_with_the_actions_when_they_change(opened, stage):
    view, dossier = opened(State.ACCEPTED)
    view.focus_action()
    assert view.window().focusWidget() in view.actions.buttons.values()
    lifecycle.ask_supplement(stage.bench.desk, dossier.id, ("Bản sao trích lục",), "Thiếu giấy tờ theo quy định")
    view.presenter.open(dossier.id)
    assert view.window().focusWidget() in view.actions.buttons.values()
    assert view.actions.minimumSizeHint().width() <= view.actions.width()


def test_refused_input_stays_in_the_form(opened, stage):
    view, dossier = opened(State.ACCEPTED)
    stage.bench.sign_in("truong.nt")
    view.presenter.do("extend")
    dialog = _dialog(view)
    dialog.editors["due_at"].set_date((dossier.due_at - timedelta(days=1)).date())
    dialog.editors["reason"].setPlainText("Chờ ý kiến của Sở")
    dialog.confirm()
    assert dialog.isVisible() and "sau ngày hẹn" in dialog.fields["due_at"].error()
    assert dialog.values()["reason"] == "Chờ ý kiến của Sở" and stage.bench.dossier(dossier.id).due_at == dossier.due_at


def test_correction_opens_the_reception_form(opened, stage):
    view, dossier = opened(State.ACCEPTED)
    view.presenter.do("correct")
    assert stage.went == [("correct_dossier", dossier.id)]


def test_f9_prints_the_receipt_again(opened, stage):
    view, dossier = opened(State.PROCESSING)
    assert view.presenter.command("print")
    assert [(p.form, p.copy_no) for p in stage.printer.papers] == [("01", dossier.prints.get("01", 0) + 1)]


def test_f4_goes_to_the_return(opened, stage):
    view, dossier = opened(State.DONE)
    assert view.presenter.command("return") and stage.went == [("return_dossier", dossier.id)]
    assert not view.presenter.command("handover")


def test_the_centres_dossier_is_shown_not_kept(stage):
    foreign = replace(stage.bench.with_status(State.DONE), id="f" * 32, agency="H32.01", code="H32.01-261120-0009")
    answer = LookupResult(
        scan=DossierCode(foreign.code, "B"), outcome=ScanOutcome.FOUND_CENTRAL, dossier=foreign, provenance="central", as_of=NOW
    )
    view = build_dossier_page(stage.ctx)
    view.presenter.show_answer(answer)
    assert "trung tâm" in view._source.text() and not view.actions.buttons and view.sync.isHidden()


def test_history_names_who_and_where(opened):
    view, dossier = opened(State.DONE)
    from counter_app.ui.pages.dossier_facts import build_facts

    facts = build_facts(
        view.presenter._ctx.desk, dossier, sync="confirmed", reviews=0, names={dossier.events[0].by: "Phạm Thị Phong Lan"}, source=""
    )
    assert facts.history[-1].what == "Tiếp nhận hồ sơ" and facts.history[-1].who == "Phạm Thị Phong Lan · quầy 902"


def test_names_for_everything(opened):
    view, _ = opened(State.ACCEPTED)
    assert a11y.unnamed(view) == []


def test_picture(app, tmp_path, qtbot, pictures):
    bench = make_desk(tmp_path, demo=6000, username="truong.nt")
    stage = make_stage(bench)
    window, view = in_window(stage, "dossier", build_dossier_page)
    qtbot.addWidget(window)
    with bench.store.read() as reader:
        rows = [reader.dossier(r.id) for r in reader.list_dossiers(limit=400)]
    view.presenter.open(
        max((d for d in rows if d.status == State.PROCESSING), key=lambda d: (len(d.fees), len(d.events), bool(d.submitter))).id
    )
    pictures(window, "dossier")
    bench.close()


def _dialog(view):
    from counter_app.ui.pages.dossier_dialogs import FieldsDialog

    return [d for d in view.window().findChildren(FieldsDialog) if d.isVisible()][-1]


def test_a_financial_duty_pauses_and_its_fulfilment_goes_on(opened, stage):
    view, dossier = opened(State.PROCESSING)
    assert "payment" in actions(dossier)
    lifecycle.ask_payment(stage.bench.desk, dossier.id, "Nộp thuế trước bạ")
    asked = stage.bench.dossier(dossier.id)
    assert (asked.status, asked.events[-1].kind) == (State.FINANCIAL, "payment-ask")
    view.presenter.open(dossier.id)
    view.presenter.do("payment-done")
    now = stage.bench.dossier(dossier.id)
    assert (now.status, now.events[-1].kind) == (State.PROCESSING, "payment-done")
    assert now.due_at >= dossier.due_at or now.due_at > stage.bench.desk.now()


def test_a_withdrawal_may_be_declined_by_the_head(opened, stage):
    _, dossier = opened(State.PROCESSING)
    lifecycle.withdraw(stage.bench.desk, dossier.id, "Công dân đổi ý")
    stage.bench.sign_in("truong.nt")
    assert "keep-withdrawn" in actions(stage.bench.dossier(dossier.id))
    lifecycle.keep_withdrawn(stage.bench.desk, dossier.id, "Đã có kết quả thẩm định")
    assert stage.bench.dossier(dossier.id).status == State.PROCESSING


def test_a_dossier_on_an_open_slip_offers_the_slip_instead_of_another_one(stage, qtbot):
    bench = stage.bench
    dossier = next(d for d in [bench.with_status(State.ACCEPTED)])
    with bench.store.read() as reader:
        slip = reader.open_slip_of(dossier.id)
    if slip is None:
        from counter_app.services import handover

        slip, _ = handover.create_slip(bench.desk, "out", "H32.15.02", [dossier.id])
    window, view = in_window(stage, "dossier", build_dossier_page)
    qtbot.addWidget(window)
    view.presenter.open(dossier.id)
    assert "handover" not in view.actions.buttons
    assert slip.number in view.actions.buttons["slip"].action.text and view.actions.buttons["slip"].action.primary
    assert view.presenter.command("handover")
    assert stage.went == [("open_slip", slip.id)]
