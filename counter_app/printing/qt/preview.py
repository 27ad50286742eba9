"""The finished pages on the screen, exactly as the printer gets them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QBuffer, QByteArray, QEvent, QIODevice, QObject, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtPdf import QPdfDocument
from PySide6.QtPdfWidgets import QPdfView
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QLabel, QPushButton, QStackedWidget, QToolButton, QVBoxLayout, QWidget

Decorate = Callable[[QAbstractButton, str, str], object]
SMALLEST, LARGEST, STEP = 0.25, 4.0, 1.25
_BROKEN = "Không mở được trang in này. Hãy tạo lại bản in."
_EMPTY = "Chưa có gì để xem. Chọn một hồ sơ rồi chọn mẫu cần in."


class PreviewWidget(QWidget):
    """Pages of a PDF with zoom, page count and the two things people do next.

    Emits ``print_requested`` and ``save_requested`` (only while pages are shown) and ``page_changed(page, pages)``, from 1.
    ``decorate(button, icon name, colour role)`` lets the window put its own icons on the buttons (``ui.icons.set_icon``).
    The pages stay in memory: nothing is written to disk.
    """

    print_requested = Signal()
    save_requested = Signal()
    page_changed = Signal(int, int)

    def __init__(self, parent: QWidget | None = None, *, decorate: Decorate | None = None) -> None:
        super().__init__(parent)
        self._buffer = QBuffer(self)
        self._document = QPdfDocument(self)
        self._view = QPdfView(self)
        self._view.setPageMode(QPdfView.PageMode.MultiPage)
        self._view.setZoomMode(QPdfView.ZoomMode.FitInView)
        self._view.setFrameShape(QFrame.Shape.NoFrame)
        self._view.setDocument(self._document)
        self._view.viewport().installEventFilter(self)
        self._view.setAccessibleName("Trang in xem trước")
        self._words = QLabel(_EMPTY, alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._words)
        self._stack.addWidget(self._view)
        self._page_label = QLabel()
        self._zoom_label = QLabel()
        self._build(decorate)
        navigator = self._view.pageNavigator()
        navigator.currentPageChanged.connect(self._tell_page)
        self._view.zoomFactorChanged.connect(self._tell_zoom)
        self._view.zoomModeChanged.connect(self._tell_zoom)
        self.clear()

    def _build(self, decorate: Decorate | None) -> None:
        def tool(words: str, sign: str, icon: str, work: Callable[[], None]) -> QToolButton:
            button = QToolButton(text=sign, toolTip=words, accessibleName=words, focusPolicy=Qt.FocusPolicy.StrongFocus)
            button.clicked.connect(work)
            if decorate:
                decorate(button, icon, "text")
            return button

        def push(words: str, kind: str, icon: str, signal: Signal) -> QPushButton:
            button = QPushButton(words, accessibleName=words, autoDefault=False)
            button.setProperty("kind", kind)
            button.clicked.connect(signal)
            if decorate:
                decorate(button, icon, "on_accent" if kind == "primary" else "text")
            return button

        self.previous_button = tool("Trang trước", "‹", "chevron-left", lambda: self._turn(-1))
        self.next_button = tool("Trang sau", "›", "chevron-right", lambda: self._turn(+1))
        self.zoom_out_button = tool("Thu nhỏ", "–", "minus", lambda: self._zoom(1 / STEP))
        self.zoom_in_button = tool("Phóng to", "+", "plus", lambda: self._zoom(STEP))
        self.fit_page_button = tool("Vừa cả trang", "Vừa trang", "file-text", self.fit_page)
        self.fit_width_button = tool("Vừa chiều rộng", "Vừa rộng", "arrow-left-right", self.fit_width)
        for button in (self.fit_page_button, self.fit_width_button):
            button.setCheckable(True)
        self.save_button = push("Lưu PDF", "secondary", "download", self.save_requested)
        self.print_button = push("In", "primary", "printer", self.print_requested)
        self._page_label.setAccessibleName("Số trang")
        self._zoom_label.setAccessibleName("Cỡ xem")
        self._bar = QWidget()
        bar = QHBoxLayout(self._bar)
        bar.setContentsMargins(0, 0, 0, 0)
        for widget in (self.previous_button, self._page_label, self.next_button):
            bar.addWidget(widget)
        bar.addSpacing(self.fontMetrics().height())
        for widget in (self.zoom_out_button, self._zoom_label, self.zoom_in_button, self.fit_page_button, self.fit_width_button):
            bar.addWidget(widget)
        bar.addStretch(1)
        bar.addWidget(self.save_button)
        bar.addWidget(self.print_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._bar)
        layout.addWidget(self._stack, 1)

    # ---- what the window calls

    def show_pdf(self, content: bytes, title: str = "") -> bool:
        """Show finished pages, the first one on top; ``title`` for screen readers. False (and words instead of pages) when the
        content is no PDF. Zoom stays as the person left it."""
        self._close()
        self._buffer.setData(QByteArray(content))
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self._document.load(self._buffer)
        if self._document.status() is not QPdfDocument.Status.Ready or not self._document.pageCount():
            self._close()
            self._show_words(_BROKEN)
            return False
        self._view.setAccessibleName(f"Trang in xem trước: {title}" if title else "Trang in xem trước")
        self._stack.setCurrentWidget(self._view)
        self._view.pageNavigator().jump(0, QPointF(), self._view.pageNavigator().currentZoom())
        self._enable(True)
        self._tell_page()
        return True

    def clear(self) -> None:
        """Back to the sentence that nothing is chosen; the pages are forgotten."""
        self._close()
        self._show_words(_EMPTY)

    def pages(self) -> int:
        """How many pages are shown."""
        return self._document.pageCount()

    def current_page(self) -> int:
        """The page in sight, from 1; 0 without pages."""
        return self._view.pageNavigator().currentPage() + 1 if self.pages() else 0

    def fit_page(self) -> None:
        """A whole page at a time."""
        self._view.setZoomMode(QPdfView.ZoomMode.FitInView)
        self._tell_zoom()

    def fit_width(self) -> None:
        """As wide as the room allows: reading size."""
        self._view.setZoomMode(QPdfView.ZoomMode.FitToWidth)
        self._tell_zoom()

    def zoom(self) -> float:
        """Size on the screen ÷ size on paper."""
        return self._zoom_now()

    # ---- inside

    def _close(self) -> None:
        self._document.close()
        self._buffer.close()
        self._buffer.setData(QByteArray())

    def _show_words(self, words: str) -> None:
        self._words.setText(words)
        self._stack.setCurrentWidget(self._words)
        self._enable(False)
        self._page_label.clear()
        self._tell_zoom()

    def _enable(self, on: bool) -> None:
        self._bar.setVisible(on)
        for button in self._bar.findChildren(QAbstractButton):
            button.setEnabled(on)

    def _turn(self, by: int) -> None:
        navigator = self._view.pageNavigator()
        page = min(max(navigator.currentPage() + by, 0), self.pages() - 1)
        navigator.jump(page, QPointF(), navigator.currentZoom())

    def _zoom(self, by: float) -> None:
        bars = (self._view.horizontalScrollBar(), self._view.verticalScrollBar())
        middles = [(bar.value() + bar.pageStep() / 2) / max(bar.maximum() + bar.pageStep(), 1) for bar in bars]
        factor = min(max(self._zoom_now() * by, SMALLEST), LARGEST)
        self._view.setZoomMode(QPdfView.ZoomMode.Custom)
        self._view.setZoomFactor(factor)
        for bar, middle in zip(bars, middles, strict=True):  # what the person looks at stays in the middle
            bar.setValue(round(middle * (bar.maximum() + bar.pageStep()) - bar.pageStep() / 2))

    def _zoom_now(self) -> float:
        """The factor in force. QPdfView keeps the one of its fitting modes to itself, so it is worked out as Qt does."""
        mode = self._view.zoomMode()
        if mode is QPdfView.ZoomMode.Custom or not self.pages():
            return self._view.zoomFactor()
        size = self._document.pagePointSize(max(self._view.pageNavigator().currentPage(), 0))
        margins, port, dpi = self._view.documentMargins(), self._view.viewport().size(), self.screen().logicalDotsPerInch()
        across = (port.width() - margins.left() - margins.right()) / (size.width() / 72 * dpi)
        if mode is QPdfView.ZoomMode.FitToWidth:
            return max(across, SMALLEST)
        return max(min(across, (port.height() - self._view.pageSpacing()) / (size.height() / 72 * dpi)), SMALLEST)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl and the wheel zoom; a resized view tells its new size."""
        if event.type() is QEvent.Type.Wheel and isinstance(event, QWheelEvent) and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if event.angleDelta().y():
                self._zoom(STEP if event.angleDelta().y() > 0 else 1 / STEP)
            return True
        if event.type() is QEvent.Type.Resize:
            self._tell_zoom()
        return super().eventFilter(watched, event)

    @Slot()
    def _tell_page(self) -> None:
        page, pages = self.current_page(), self.pages()
        if not pages:
            return
        self._page_label.setText(f"Trang {page}/{pages}")
        self.previous_button.setEnabled(page > 1)
        self.next_button.setEnabled(page < pages)
        # What is on paper is read aloud too: a picture alone says nothing to a screen reader.
        self._view.setAccessibleDescription(self._document.getAllText(page - 1).text())
        self.page_changed.emit(page, pages)
        self._tell_zoom()

    @Slot()
    def _tell_zoom(self) -> None:
        mode = self._view.zoomMode()
        self.fit_page_button.setChecked(mode is QPdfView.ZoomMode.FitInView)
        self.fit_width_button.setChecked(mode is QPdfView.ZoomMode.FitToWidth)
        factor = self._zoom_now()
        self._zoom_label.setText(f"{factor * 100:.0f} %" if self.pages() else "")
        self.zoom_out_button.setEnabled(self.pages() > 0 and factor > SMALLEST * 1.01)
        self.zoom_in_button.setEnabled(self.pages() > 0 and factor < LARGEST * 0.99)
