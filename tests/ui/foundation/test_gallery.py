"""Pictures of everything, light and dark, and the checks that need everything: names, tab order, room on a small screen."""

from datetime import UTC, datetime

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from counter_app.ui import a11y
from counter_app.ui.dialogs import CommandPalette, ConfirmDialog, LockScreen, PinDialog, ReasonDialog, SignInView, show_error
from counter_app.ui.main_window import MainWindow
from counter_app.ui.theme import apply_theme, colour
from counter_app.ui.widgets.top_bar import LinkView
from onestop.errors import EnvironmentFault
from tests.ui.foundation.gallery import form_sheet, message_sheet, page_specs

NOW = datetime(2026, 2, 3, 1, 5, tzinfo=UTC)
MODES = pytest.mark.parametrize("mode", ["light", "dark"])


def frame(qtbot, width=1366, height=768) -> MainWindow:
    window = MainWindow(page_specs())
    qtbot.addWidget(window)
    window.resize(width, height)
    window.set_user("Trần Thị Bích Ngọc", "Trung tâm Phục vụ hành chính công tỉnh Hà Tĩnh")
    window.set_link(LinkView.OFFLINE, 12)
    window.set_last_sync(NOW, NOW)
    window.set_status("Quầy 03 · Máy in HP M404 sẵn sàng · Máy quét USB")
    window.show()
    window.show_page("home")
    QApplication.processEvents()
    return window


def looks_drawn(path, background) -> None:
    """The picture is not one flat colour and its corner has the colour of the theme."""
    from PySide6.QtGui import QImage

    image = QImage(str(path))
    colours = {image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}
    assert len(colours) > 10
    assert image.pixelColor(image.width() - 2, image.height() - 2).lightness() == pytest.approx(background.lightness(), abs=12)


@MODES
def test_frame(app, qtbot, keep_picture, mode):
    apply_theme(app, mode)
    window = frame(qtbot)
    window.toast.show_message("Đã bàn giao 12 hồ sơ cho Phòng Tư pháp", undo=lambda: None)
    looks_drawn(keep_picture(window, f"foundation-frame-{mode}"), colour("surface"))
    assert a11y.unnamed(window) == []


@MODES
@pytest.mark.parametrize("sheet", [form_sheet, message_sheet], ids=["form", "messages"])
def test_sheets(app, qtbot, keep_picture, mode, sheet):
    apply_theme(app, mode)
    made = sheet()
    qtbot.addWidget(made)
    made.resize(1100, 660)
    made.show()
    if hasattr(made, "procedure"):
        made.procedure.open_list()
    QApplication.processEvents()
    looks_drawn(keep_picture(made, f"foundation-{sheet.__name__.split('_')[0]}-{mode}"), colour("window"))
    assert a11y.unnamed(made) == []
    assert a11y.tab_order_faults(made) == []


@MODES
def test_dialogs(app, qtbot, keep_picture, mode):
    apply_theme(app, mode)
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    window = frame(qtbot)
    fault = EnvironmentFault("printer-gone", "Không thấy máy in HP M404. Hãy kiểm tra dây và nguồn, rồi bấm In lại.")
    dialogs = {
        "confirm": ConfirmDialog(
            "Hủy phiếu bàn giao?", "Phiếu đã in và có người ký. Việc này không hoàn tác được.", "Hủy phiếu", parent=parent
        ),
        "reason": ReasonDialog("Sửa hồ sơ đã tiếp nhận", "Giấy hẹn phải in lại sau khi sửa.", categories=((1, "Nhập sai"),), parent=parent),
        "pin": PinDialog(new=True, parent=parent),
        "palette": CommandPalette(window.commands, window),
    }
    for name, dialog in dialogs.items():
        dialog.open()
        QApplication.processEvents()
        looks_drawn(keep_picture(dialog, f"foundation-{name}-{mode}"), colour("window"))
        dialog.close()
    dialog = show_error(fault, parent, retry="In lại")
    QApplication.processEvents()
    looks_drawn(keep_picture(dialog, f"foundation-error-{mode}"), colour("window"))
    dialog.close()


@MODES
def test_gates(app, qtbot, keep_picture, mode):
    apply_theme(app, mode)
    window = frame(qtbot)
    sign_in = SignInView("Trung tâm Phục vụ hành chính công tỉnh Hà Tĩnh")
    sign_in.set_offline_days(7)
    sign_in.show_message("Sai tên đăng nhập hoặc mật khẩu. Còn 3 lần thử.")
    window.show_overlay(sign_in)
    QApplication.processEvents()
    looks_drawn(keep_picture(window, f"foundation-sign-in-{mode}"), colour("window"))
    window.hide_overlay()
    window.show_overlay(LockScreen("Trần Thị Bích Ngọc"))
    QApplication.processEvents()
    looks_drawn(keep_picture(window, f"foundation-lock-{mode}"), colour("window"))


@pytest.mark.parametrize(("scale", "density"), [(1.0, "comfortable"), (1.0, "compact"), (1.25, "compact")])
def test_nothing_is_cut_on_a_small_screen(app, qtbot, keep_picture, scale, density):
    apply_theme(app, "light", scale, density)
    window = frame(qtbot)
    window.setFixedSize(1366, 768)
    QApplication.processEvents()
    keep_picture(window, f"foundation-small-{scale}-{density}")
    assert window.minimumSizeHint().width() <= 1366
    assert window.minimumSizeHint().height() <= 768
    view = window.current_page().table.view
    last = view.model().columnCount() - 1
    assert view.columnViewportPosition(last) + view.columnWidth(last) <= view.viewport().width() + 1
    # The words of the link and the name of the person are complete.
    assert window.top.link.width() >= window.top.link.sizeHint().width()
    assert window.top.user.width() >= window.top.user.sizeHint().width()


def test_a_change_of_theme_reaches_what_is_already_open(app, qtbot):
    window = frame(qtbot)
    before = window.grab().toImage()
    apply_theme(app, "dark", 1.25)
    QApplication.processEvents()
    after = window.grab().toImage()
    assert before.pixelColor(700, 760).lightness() > 200 > 60 > after.pixelColor(700, 760).lightness()
    view = window.current_page().table.view
    assert view.rowHeight(0) > 33
