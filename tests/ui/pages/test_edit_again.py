"""What was set aside is opened, corrected with the keyboard and goes as a new op; a value that does not fit is told at its field."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from counter_app.services.correct import correct
from counter_app.ui.pages.edit_dialog import EditDialog
from counter_app.ui.pages.sync_presenter import build_sync_page
from onestop.codec import decode_op
from onestop.states import State
from tests.ui.pages.stage import in_window
from tests.ui.pages.test_sync import Engine


@pytest.fixture
def page(stage, qtbot):
    stage.ctx.sync = Engine()
    stage.bench.sign_in("truong.nt")
    window, view = in_window(stage, "sync", build_sync_page)
    qtbot.addWidget(window)
    return view


def set_aside(stage, changes):
    dossier = stage.bench.with_status(State.PROCESSING)
    correct(stage.bench.desk, dossier.id, changes, "gõ nhầm")
    with stage.bench.store.write() as unit:
        (item,) = unit.outbox()
        unit.quarantine(item.op, "gateway-fails", "Trung tâm gặp lỗi với thay đổi này.")
    return dossier, item.op


def opened(page) -> EditDialog:
    page.presenter.refresh()
    page.edit_button.click()
    return page.findChild(EditDialog)


def test_set_aside_is_corrected_and_goes_as_a_new_op(page, stage, qtbot):
    dossier, old = set_aside(stage, {"owner.phone": "0911111111", "due_at": "2026-12-30T17:00:00+07:00"})
    dialog = opened(page)
    assert dialog.text("owner.phone") == "0911111111" and dialog.text("due_at") == "30/12/2026 17:00" and dialog.text("reason") == "gõ nhầm"
    dialog.fields["due_at"].editor.setText("mai")
    qtbot.keyClick(dialog.fields["due_at"].editor, Qt.Key.Key_Return)
    assert dialog.isVisible() and "30/11/2026" in dialog.fields["due_at"].editor.accessibleDescription()
    dialog.fields["due_at"].editor.setText("31/12/2026 17:00")
    dialog.fields["owner.phone"].editor.setText("0922222222")
    qtbot.keyClick(dialog.fields["owner.phone"].editor, Qt.Key.Key_Return)
    with stage.bench.store.read() as reader:
        (item,) = reader.outbox()
        shown = reader.dossier(dossier.id)
        op = decode_op(reader.op_bytes(item.op))
    assert item.op != old and item.state == "new" and op.replaces == old and op.data.reason == "gõ nhầm"
    assert shown.owner.phone == "0922222222" and f"{shown.due_at:%d/%m/%Y}" == "31/12/2026"
    assert not page.edit_button.isVisible() and stage.ctx.sync.woken
