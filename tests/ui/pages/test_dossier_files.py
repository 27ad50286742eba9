"""Tệp đính kèm: seen with how far they are, added by button or drop, opened, saved, taken off with a reason."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDropEvent

from counter_app.sync.central import Central
from counter_app.ui import a11y
from counter_app.ui.dialogs.questions import ReasonDialog
from counter_app.ui.pages import dossier_files
from counter_app.ui.pages.dossier_presenter import build_dossier_page
from onestop.states import State
from tests.ui.pages.stage import in_window

SCAN = b"%PDF-1.4 " + b"giay to " * 40_000


@pytest.fixture
def opened(stage, qtbot, tmp_path):
    """The page with a dossier, and a scan to put there."""
    dossier = stage.bench.with_status(State.ACCEPTED)
    window, view = in_window(stage, "dossier", build_dossier_page)
    qtbot.addWidget(window)
    stage.ctx.central = stage.ctx.central or Central(None)  # type: ignore[arg-type]
    view.presenter.open(dossier.id)
    file = tmp_path / "Giấy chứng nhận đất.pdf"
    file.write_bytes(SCAN)
    return view, dossier, file


def dropped(view, *files: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    event = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    view.files.dropEvent(event)


def test_a_dropped_scan_is_linked_and_shown_on_its_way(opened, stage, qtbot, pictures):
    view, dossier, file = opened
    assert not view.files.lines and "kéo" in view.files.header._remark.text()
    dropped(view, file)
    (line,) = view.files._shown
    assert line.name == file.name and line.state == "uploading" and "320 KB · đang tải lên" in line.detail
    now = stage.bench.dossier(dossier.id)
    assert [one.name for one in now.attachments] == [file.name] and now.events[-1].kind == "attachment-added"
    assert a11y.unnamed(view) == [] and not stage.failed
    qtbot.wait(200)
    pictures(view.window(), "dossier-files")


def test_it_is_saved_and_opened_from_our_own_copy(opened, stage, tmp_path, monkeypatch):
    view, _, file = opened
    dropped(view, file)
    (line,) = view.files._shown
    file.unlink()
    view.presenter._filing.save(line.sha256, tmp_path / "lưu.pdf")
    assert (tmp_path / "lưu.pdf").read_bytes() == SCAN
    shown: list[Path] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(Path(url.toLocalFile())) or True)
    view.files.lines[line.sha256][0].click()
    (copy,) = shown
    assert copy.read_bytes() == SCAN and file.stem not in copy.name
    view.presenter._filing._forget()
    assert not copy.exists() and not stage.failed


def test_what_could_run_is_not_opened(opened, stage, tmp_path):
    view, _, _ = opened
    program = tmp_path / "bieu-mau.exe"
    program.write_bytes(b"MZ")
    dropped(view, program)
    view.files.open_requested.emit(view.files._shown[0].sha256)
    assert [error.code for error in stage.failed] == ["file-kind-not-shown"]


def test_a_bad_file_leaves_the_good_ones(opened, stage, tmp_path):
    view, _, file = opened
    empty = tmp_path / "trống.pdf"
    empty.touch()
    dropped(view, file, empty)
    assert [error.code for error in stage.failed] == ["file-empty"]
    assert [line.name for line in view.files._shown] == [file.name] and view.files.add_button.isEnabled()


def test_taken_off_with_a_reason(opened, stage):
    view, dossier, file = opened
    dropped(view, file)
    view.files.lines[view.files._shown[0].sha256][2].click()
    (dialog,) = (d for d in view.window().findChildren(ReasonDialog) if d.isVisible())
    dialog.reason_given.emit("Quét nhầm trang", None)
    assert not view.files._shown and stage.bench.dossier(dossier.id).events[-1].kind == "attachment-removed"


def test_sizes_in_words():
    assert [dossier_files.size_text(n) for n in (12, 5_400, 2_340_000)] == ["12 byte", "5 KB", "2,3 MB"]
