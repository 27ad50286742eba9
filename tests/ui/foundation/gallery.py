"""All building blocks on a few sheets, with invented people, for pictures and for checks that walk over everything."""

from datetime import date

from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QLineEdit, QPlainTextEdit, QRadioButton, QVBoxLayout, QWidget

from counter_app.domain.outcomes import PrintOutcome, ScanOutcome
from counter_app.ui.notify import notice
from counter_app.ui.page import Page, PageSpec
from counter_app.ui.theme import set_text_role, spacing
from counter_app.ui.widgets import (
    CHIP_WIDTH,
    CODE_WIDTH,
    DATE_WIDTH,
    Banner,
    Card,
    Chip,
    Choice,
    Column,
    ComboSearch,
    DataTable,
    DateEdit,
    DetailRow,
    EmptyState,
    FormField,
    KeyButton,
    MoneyEdit,
    MoneyLabel,
    QueueStrip,
    ScanPanel,
    StatusChip,
    field_row,
    row,
)

STATES = (
    Chip("Đang xử lý", "info", "clock"),
    Chip("Quá hạn", "danger", "calendar-x-2"),
    Chip("Đã xử lý xong", "success", "file-check-2"),
    Chip("Chờ bổ sung", "warning", "file-warning"),
    Chip("Đã trả kết quả", "neutral", "check"),
)
NAMES = ("Nguyễn Văn An", "Trần Thị Bích Ngọc", "Lê Hoàng Phúc", "Phạm Thị Thuỳ Dương", "Võ Đình Khôi", "Công ty TNHH Sen Việt")
WORKS = (
    "Đăng ký khai sinh",
    "Đăng ký biến động quyền sử dụng đất, quyền sở hữu tài sản gắn liền với đất",
    "Cấp giấy phép xây dựng mới đối với nhà ở riêng lẻ",
    "Đăng ký thành lập hộ kinh doanh",
)
ROWS = [
    (f"000.00.12.H15-26020{i % 3 + 1}-{i + 1:04}", NAMES[i % 6], WORKS[i % 4], date(2026, 2, 3 + i % 20), 25_000 * i, STATES[i % 5])
    for i in range(40)
]
COLUMNS = [
    Column("Mã hồ sơ", lambda r: r[0], "code", CODE_WIDTH),
    Column("Chủ hồ sơ", lambda r: r[1], width=11, stretch=1),
    Column("Thủ tục", lambda r: r[2], width=16, stretch=2),
    Column("Hẹn trả", lambda r: f"{r[3]:%d/%m/%Y}", "date", DATE_WIDTH),
    Column("Trạng thái", kind="chip", chip=lambda r: r[5], width=CHIP_WIDTH),
]
COUNTS = {"received-today": 128, "due-soon": 6, "overdue": 2, "ready": 41, "unsent": 12}


def table() -> DataTable:
    made = DataTable(COLUMNS, name="Hồ sơ", empty_title="Chưa có hồ sơ nào")
    made.set_rows(ROWS, total=1234)
    return made


class Overview(Page):
    """A page as pages are: counters, last scan, list, details."""

    def __init__(self) -> None:
        super().__init__("Tổng quan", "Thứ Ba, 03/02/2026")
        self.add_header_widget(KeyButton("Tiếp nhận", "file-plus", "F2", "primary"))
        strip = QueueStrip()
        strip.set_counts(COUNTS)
        self.body.addWidget(strip)
        self.body.addWidget(ScanPanel())
        self.table = table()
        self.body.addWidget(self.table, 1)

    def primary_focus(self) -> QWidget:
        return self.table

    def details(self) -> QWidget:
        panel = QWidget()
        column = QVBoxLayout(panel)
        column.setContentsMargins(spacing(4), spacing(4), spacing(4), spacing(4))
        column.addWidget(set_text_role(QLabel(ROWS[0][0]), "code"))
        column.addWidget(StatusChip("Đang xử lý", "info", "clock"))
        for label, value in (
            ("Chủ hồ sơ", ROWS[0][1]),
            ("Thủ tục", WORKS[1]),
            ("Hẹn trả", "16:00 03/02/2026"),
            ("Số giấy tờ", "001•••••2345"),
        ):
            column.addWidget(DetailRow(label, value))
        column.addWidget(KeyButton("Trả kết quả", "hand-coins", "F4", "primary"))
        column.addWidget(KeyButton("In lại", "printer", "F9"))
        column.addStretch(1)
        return panel


def page_specs() -> list[PageSpec]:
    return [
        PageSpec("home", "Tổng quan", "layout-dashboard", "", Overview),
        PageSpec("receive", "Tiếp nhận", "file-plus", "F2", Overview),
        PageSpec("return", "Trả kết quả", "hand-coins", "F4", Overview),
        PageSpec("handover", "Bàn giao", "arrow-left-right", "F5", Overview),
        PageSpec("outbox", "Đồng bộ", "refresh-cw", "", Overview, True),
        PageSpec("settings", "Cài đặt", "settings", "", Overview, True),
    ]


def form_sheet() -> QWidget:
    """Fields with and without errors, choices, buttons of each weight."""
    sheet = QWidget()
    column = QVBoxLayout(sheet)
    column.setContentsMargins(spacing(6), spacing(4), spacing(6), spacing(4))
    column.setSpacing(spacing(3))
    card = Card("Chủ hồ sơ", "quét thẻ căn cước để điền nhanh")
    number = FormField("Số định danh", QLineEdit("00109901234"), required=True)
    number.set_error("Số định danh phải có 12 chữ số, đang có 11.")
    born = DateEdit(lambda: date(2026, 2, 3))
    born.set_date(date(1999, 1, 1))
    gender = QComboBox()
    gender.addItems(["Nam", "Nữ"])
    card.body.addLayout(
        field_row(
            FormField("Họ và tên", QLineEdit("Nguyễn Văn An"), required=True),
            number,
            FormField("Ngày sinh", born, hint="như trên thẻ"),
            FormField("Giới tính", gender),
            stretches=(3, 2, 1, 1),
        )
    )
    procedure = ComboSearch(
        lambda _text: [Choice(i, name, "Lĩnh vực Hộ tịch", f"1.00{i}873") for i, name in enumerate(WORKS)], "Gõ mã hoặc tên, không cần dấu"
    )
    card.add(FormField("Thủ tục", procedure, required=True))
    checked = QCheckBox("Nộp thay người khác")
    checked.setChecked(True)
    desk = QRadioButton("Tại quầy")
    desk.setChecked(True)
    card.body.addLayout(row(checked, QCheckBox("Trả bản gốc"), desk, QRadioButton("Bưu chính"), 1, gap=5))
    column.addWidget(card)
    fees = Card("Phí, lệ phí")
    fee = MoneyEdit()
    fee.set_amount(50_000)
    locked, disabled = QLineEdit("H15 – Hà Tĩnh"), QLineEdit()
    locked.setReadOnly(True)
    disabled.setEnabled(False)
    fees.body.addLayout(
        field_row(FormField("Lệ phí", fee), FormField("Nơi thu", locked, label_at="top"), FormField("Số biên lai", disabled))
    )
    note = QPlainTextEdit("Ghi chú dài vừa phải để xem khoảng cách dòng của ô nhiều dòng.")
    note.setTabChangesFocus(True)
    note.setFixedHeight(spacing(18))
    fees.add(FormField("Ghi chú", note))
    fees.body.addLayout(row(1, MoneyLabel(1_250_000)))
    column.addWidget(fees)
    disabled_button = KeyButton("In lại", "printer", "F9")
    disabled_button.setEnabled(False)
    column.addLayout(
        row(
            KeyButton("Lưu và in", "save", "Ctrl+Enter", "primary"),
            KeyButton("Cất tạm", "pause"),
            KeyButton("Bỏ qua", "x", "", "quiet"),
            KeyButton("Từ chối", "ban", "", "danger"),
            disabled_button,
            1,
        )
    )
    column.addStretch(1)
    sheet.procedure = procedure
    return sheet


def message_sheet() -> QWidget:
    """Everything that speaks."""
    sheet = QWidget()
    column = QVBoxLayout(sheet)
    column.setSpacing(spacing(3))
    for text, role, icon, action in (
        ("Mất mạng. Tiếp nhận, in và trả kết quả vẫn làm bình thường.", "warning", "cloud-off", "Xem việc chờ gửi"),
        ("Có 2 hồ sơ cần người xử lý vì trung tâm không nhận thay đổi.", "danger", "git-merge", "Xem"),
        ("Danh mục thủ tục vừa được cập nhật.", "info", "info", ""),
    ):
        banner = Banner()
        banner.show_banner(text, role, icon, action)
        column.addWidget(banner)
    code = ROWS[0][0]
    for shown, detail, actions in (
        (notice(ScanOutcome.FOUND_LOCAL, code=code), "Máy quét · 08:05", ()),
        (notice(ScanOutcome.OFFLINE_NOT_FOUND, code=code), "", (("name", "Tìm theo tên"), ("copy", "Chép lại"))),
        (notice(ScanOutcome.NOT_FOUND, code=code), "Máy quét · 08:06", (("name", "Tìm theo tên"),)),
        (notice(PrintOutcome.PRINTER_GONE, printer="HP M404"), "", (("again", "In lại"), ("other", "Đổi máy in"), ("pdf", "Lưu PDF"))),
    ):
        panel = ScanPanel()
        panel.show_notice(shown, detail, actions)
        column.addWidget(panel)
    chips = QHBoxLayout()
    for chip in STATES:
        chips.addWidget(StatusChip(chip.text, chip.role, chip.icon))
    chips.addStretch(1)
    column.addLayout(chips)
    column.addWidget(EmptyState("inbox", "Chưa có hồ sơ nào chờ", "Quét giấy hẹn, hoặc bấm F2 để tiếp nhận hồ sơ mới.", "Tiếp nhận"), 1)
    return sheet
