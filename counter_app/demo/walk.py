"""The main job, walked through by the program itself: receive, print, show the printed page to the camera, look up, hand over,
confirm, sync. Keys go to the real window; the camera path reads the photographed page; nothing is skipped. Every picture and PDF it
leaves is named.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Generator
from itertools import islice
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QObject, QPointF, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QTransform
from PySide6.QtPdf import QPdfDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from counter_app.app import run
from counter_app.app.program import Program
from counter_app.runtime.settings import CAMERA
from counter_app.scanner.classify import classify
from counter_app.scanner.raw import RawScan, Source
from counter_app.services.handover import why_not
from counter_app.store.rows import ListFilter
from counter_app.ui.pages.handover_list import HandoverList
from onestop.states import State, state_name

USER, PASSWORD = "hoa.nt", "MotCua@2026"
#: An invented person's card, as a serial scanner would send it.
CARD = "056192004321||Nguyễn Thị Hải Yến|14081992|Nữ|Số 8 đường Trần Phú, phường Nha Trang, tỉnh Khánh Hòa|15082021"
PROCEDURE = "1.004873"
_STEP_SECONDS = 40.0
_LOOKED_THROUGH = 500

Wait = Callable[[], bool]


class WalkFailed(Exception):
    """A step of the walk did not come to its end; the text names it."""


def run_walk(home: Path) -> int:
    """Walk in the profile of ``home``; 0 when every step came to its end."""
    folder = home / "walk"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    walks: list[Walk] = []

    def begin(program: Program) -> None:
        walks.append(Walk(program, folder))
        walks[0].start()

    code = run(home / "profile", then=begin)
    walk = walks[0] if walks else None
    if code or walk is None or walk.failed:
        print(f"Chưa xong: {walk.failed if walk else 'cửa sổ không mở'}", file=sys.stderr)
        return 1
    print("Đã làm xong một vòng công việc. Các tệp để xem:")
    for path in walk.left:
        print(f"  {path}")
    return 0


class Walk(QObject):
    """Runs the steps one after another on the GUI thread; a step yields what it waits for."""

    def __init__(self, program: Program, folder: Path) -> None:
        super().__init__(program)
        self.failed = ""
        self.left: list[Path] = []
        self._p, self._folder = program, folder
        self._steps = self._all()
        self._doing = ""
        self._wait: Wait = lambda: True
        self._until = 0.0
        self._pdfs: list[Path] = []
        program.printing.told.connect(self._printed)
        self._timer = QTimer(self)
        self._timer.setInterval(50)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        self._timer.start()

    @Slot()
    def _tick(self) -> None:
        try:
            if not self._wait():
                if monotonic() > self._until:
                    raise WalkFailed(self._doing)
                return
            self._doing, self._wait = next(self._steps)
            self._until = monotonic() + _STEP_SECONDS
        except StopIteration:
            self._end()
        except Exception as error:
            self.failed = f"{self._doing} ({type(error).__name__})"
            self._picture("99-dung-lai")
            self._end()

    def _end(self) -> None:
        self._timer.stop()
        self._p.window.confirm_close = False
        self._p.window.close()
        QTimer.singleShot(0, self._p.app, self._p.app.quit)

    # ---- the steps

    def _all(self) -> Generator[tuple[str, Wait], None, None]:
        p = self._p
        yield "mở cửa sổ", lambda: p.window.isVisible() and p.window.is_covered()
        p.window.activateWindow()
        yield "cửa sổ ở trên", p.window.isActiveWindow
        self._picture("01-dang-nhap")
        if not self._at_password():  # else the name of who was here last is filled in
            self._type(USER)
            self._key(Qt.Key.Key_Return)
        self._type(PASSWORD)
        self._key(Qt.Key.Key_Return)
        yield "đăng nhập", lambda: not p.window.is_covered()
        yield "kết nối trung tâm", lambda: p.bridge.link.works
        yield from self._receive()
        dossier_id = self._newest()
        photo = self._folder / "04-anh-chup-giay-tiep-nhan.png"
        made: list[Path] = []
        p.tasks.run_task(lambda: photograph(self._pdfs[0], photo), made.append)
        yield "chụp giấy tiếp nhận", lambda: bool(made)
        self.left.append(photo)
        yield from self._show_to_camera(photo, dossier_id)
        yield from self._hand_over(dossier_id)
        p.sync_now()
        yield "gửi về trung tâm", lambda: self._unsent() == 0
        p.navigator.go("sync")
        yield "trang đồng bộ", self._settled()
        self._picture("09-dong-bo")

    def _receive(self) -> Generator[tuple[str, Wait], None, None]:
        p = self._p
        self._key(Qt.Key.Key_F2)
        yield "trang tiếp nhận", lambda: p.window.current_page_id() == "receive"
        self._type(PROCEDURE)
        self._key(Qt.Key.Key_Return)
        self._scan(CARD)
        yield "điền từ thẻ", self._settled()
        self._picture("02-tiep-nhan")
        before = self._received()
        self._key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        yield "lưu và in", lambda: self._received() > before and bool(self._pdfs)
        yield "in xong", self._settled()
        self._picture("03-da-luu")

    def _show_to_camera(self, photo: Path, dossier_id: str) -> Generator[tuple[str, Wait], None, None]:
        p = self._p
        p.navigator.go("find")
        p.station.settings.set(CAMERA, f"file:{photo}")
        self._key(Qt.Key.Key_F10)
        yield "đọc mã bằng camera", lambda: p.window.current_page_id() == "dossier"
        yield "mở hồ sơ", self._settled()
        self._picture("05-ho-so")
        p.sources.close_camera()

    def _hand_over(self, dossier_id: str) -> Generator[tuple[str, Wait], None, None]:
        p = self._p
        pdfs = len(self._pdfs)
        self._key(Qt.Key.Key_F5)
        yield "trang bàn giao", lambda: p.window.current_page_id() == "handover"
        yield "hồ sơ đang mở vào danh sách", self._settled()
        for code in self._others(dossier_id, 2):
            self._scan(code)
            yield "quét vào danh sách", self._settled()
        self._picture("06-ban-giao")
        self._key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        yield "lập phiếu bàn giao", lambda: len(self._pdfs) > pdfs
        with p.station.store.read() as reader:
            number = reader.open_slip_of(dossier_id).number
        self._scan(number)
        yield "mở phiếu", self._settled()
        self._picture("07-xac-nhan-phieu")
        self._key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        yield "xác nhận phiếu", lambda: state_name(self._status(dossier_id)) == "Đang xử lý"
        yield "sau xác nhận", self._settled()
        self._picture("08-da-xac-nhan")

    # ---- hands and eyes

    def _type(self, text: str) -> None:
        QTest.keyClicks(self._focus(), text)

    def _key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self._focus(), key, modifier)

    def _focus(self) -> QWidget:
        window = self._p.window
        return QApplication.focusWidget() or window.focusWidget() or window

    def _at_password(self) -> bool:
        focus = self._focus()
        return isinstance(focus, QLineEdit) and focus.echoMode() is QLineEdit.EchoMode.Password

    def _scan(self, text: str) -> None:
        """As a serial scanner delivers it."""
        self._p.context.scans.deliver(classify(text, self._p.station.desk.codes), RawScan(text, Source.SERIAL))

    def _settled(self) -> Wait:
        """Half a second later, so that a picture shows what a person would see."""
        at = monotonic() + 0.5
        return lambda: monotonic() >= at

    def _picture(self, name: str) -> None:
        path = self._folder / f"{name}.png"
        picture = self._p.window.grab().toImage()
        self._p.tasks.run_task(lambda: picture.save(str(path)))
        self.left.append(path)

    @Slot(object, object, object)
    def _printed(self, outcome: object, facts: dict, paper: object) -> None:
        if "path" in facts:
            path = Path(facts["path"])
            self._pdfs.append(path)
            self.left.append(path)

    def _received(self) -> int:
        with self._p.station.store.read() as reader:
            return reader.counts(self._p.station.desk.now()).received_today

    def _newest(self) -> str:
        with self._p.station.store.read() as reader:
            return reader.list_dossiers(limit=1)[0].id

    def _others(self, dossier_id: str, count: int) -> list[str]:
        """Codes of other dossiers that wait here for the same department, as they lie beside it on the desk."""
        desk = self._p.station.desk
        pile = HandoverList(desk)
        with desk.store.read() as reader:
            unit = pile.usual_unit(reader.dossier(dossier_id))
            rows = reader.list_dossiers(ListFilter(statuses=(State.ACCEPTED,)), _LOOKED_THROUGH)
            waiting = [reader.dossier(row.id) for row in rows if row.id != dossier_id]
            fit = (d for d in waiting if pile.usual_unit(d) == unit and why_not(desk, reader, d, "out", unit) is None)
            return [dossier.shown_code for dossier in islice(fit, count)]

    def _status(self, dossier_id: str) -> int:
        with self._p.station.store.read() as reader:
            return reader.dossier(dossier_id).status

    def _unsent(self) -> int:
        with self._p.station.store.read() as reader:
            return reader.outbox_summary().waiting


def photograph(pdf: Path, target: Path) -> Path:
    """The first page as a cheap webcam sees it: 1280×720, tilted, a little blurred by scaling down and up. Runs in a worker."""
    document = QPdfDocument()
    document.load(str(pdf))
    size = document.pagePointSize(0)
    page = document.render(0, QSize(round(size.width() * 2.6), round(size.height() * 2.6)))
    document.close()
    top = page.copy(0, 0, page.width(), round(page.height() * 0.46))
    frame = QImage(1280, 720, QImage.Format.Format_RGB32)
    frame.fill(QColor(92, 96, 104))
    painter = QPainter(frame)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setTransform(QTransform().translate(640, 360).rotate(17).translate(-640, -360).translate(30, 40))
    scale = 1000 / top.width()
    painter.scale(scale, scale)
    painter.fillRect(top.rect(), Qt.GlobalColor.white)
    painter.drawImage(QPointF(0, 0), top)
    painter.end()
    soft = frame.scaled(QSize(1100, 619), Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
    soft.scaled(QSize(1280, 720), Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation).save(str(target))
    return target
