"""How scans, saves and prints may end: closed lists, each member with its Vietnamese sentence.

Everything a person is told about an outcome starts here; colour, icon and sound are added by the screen
(``counter_app.ui.notify``), and a test holds that no member lacks any of them. Decisions are made on members, never on sentences.
"""

from __future__ import annotations

from enum import Enum


class Outcome(Enum):
    """Base of the outcome lists. The value is a stable kebab-case code (logs, tests, command line)."""

    def __new__(cls, code: str, sentence: str) -> Outcome:
        """Keep the code as the value, so that ``ScanOutcome("not-found")`` works."""
        member = object.__new__(cls)
        member._value_ = code
        member.sentence = sentence
        return member

    sentence: str
    """What happened and, where there is something to do, what to do. May hold ``{facts}``."""

    def say(self, **facts: object) -> str:
        """The sentence with its facts filled in; a fact that was not given is left out rather than failing."""
        return " ".join(self.sentence.format_map(_Facts(facts)).split()).replace(" .", ".").replace(" ,", ",")


class _Facts(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return ""


class ScanOutcome(Outcome):
    """What became of one scanned or typed code."""

    FOUND_LOCAL = "found-local", "Đã mở hồ sơ {code}."
    FOUND_CENTRAL = "found-central", "Đã mở hồ sơ {code}, lấy từ hệ thống trung tâm."
    ASKING_CENTRAL = "asking-central", "Máy này chưa có hồ sơ {code}. Đang hỏi hệ thống trung tâm…"
    NOT_FOUND = "not-found", "Không có hồ sơ {code}. Hãy kiểm tra lại mã trên giấy hẹn hoặc tìm theo tên."
    OFFLINE_NOT_FOUND = "offline-not-found", "Máy này chưa có hồ sơ {code} và đang mất mạng. Hãy quét lại khi có mạng."
    SEVERAL_FOUND = "several-found", "Có {count} hồ sơ khớp. Hãy chọn trong danh sách."
    PERSON_UNKNOWN = "person-unknown", "Người này chưa có hồ sơ nào trên máy. Có thể tiếp nhận hồ sơ mới."
    FILLED_CARD = "filled-card", "Đã điền thông tin từ thẻ căn cước. Hãy đối chiếu với thẻ trước khi lưu."
    CARD_GARBLED = "card-garbled", "Thẻ căn cước đọc được nhưng chữ có dấu bị sai. Hãy sửa các ô được đánh dấu hoặc đọc thẻ bằng camera."
    CARD_EXPIRED = "card-expired", "Đã điền thông tin, nhưng thẻ căn cước đã hết hạn. Vẫn tiếp tục được; hãy nhắc công dân đổi thẻ."
    SLIP_OPENED = "slip-opened", "Đã mở phiếu bàn giao {code}."
    SLIP_CONFIRMED = "slip-confirmed", "Đã xác nhận phiếu bàn giao {code}, {count} hồ sơ."
    ADDED_TO_LIST = "added-to-list", "Đã thêm hồ sơ {code} vào danh sách ({count})."
    ALREADY_IN_LIST = "already-in-list", "Hồ sơ {code} đã có trong danh sách."
    LINE_CHECKED = "line-checked", "Đã kiểm hồ sơ {code}, {count} trên {total} hồ sơ của phiếu."
    NOT_ALLOWED_HERE = "not-allowed-here", "Hồ sơ {code} đang ở trạng thái “{state}”, chưa làm được bước này."
    UNWANTED_HERE = "unwanted-here", "Ở bước này không dùng được {what}. Nội dung vừa quét vẫn được giữ để chép lại."
    UNKNOWN_TEXT = "unknown-text", "Đã đọc được nhưng không phải mã của chương trình. Có thể chép lại hoặc tìm theo nội dung này."
    OTHER_PROVINCE = "other-province", "Mã {code} thuộc {province}. Hãy hướng dẫn công dân đến nơi đã cấp giấy hẹn."
    OTHER_AGENCY = "other-agency", "Hồ sơ {code} thuộc {agency}. Chỉ xem được, không xử lý tại quầy này."
    OTHER_SYSTEM = "other-system", "Thủ tục này do hệ thống khác quản lý. {hint}"
    PROVISIONAL_FOUND = "provisional-found", "Số tạm {code} nay là hồ sơ {final}. Đã mở hồ sơ."
    POSTAL_FOUND = "postal-found", "Bưu gửi {code} ứng với hồ sơ đã mở."
    POSTAL_UNKNOWN = ("postal-unknown", "Mã bưu gửi {code} chưa gắn với hồ sơ nào. Khi trả kết quả qua bưu chính, hãy quét mã này ở trang "
                      "Trả kết quả.")
    POSTAL_ADDED = "postal-added", "Bưu gửi {item} đi với hồ sơ {code}."
    POSTAL_REFUSED = "postal-refused", "Chưa nhận mã bưu gửi {code}. {why}"
    TRACKING_OPENED = "tracking-opened", "Đã đọc đường dẫn tra cứu và mở hồ sơ {code}."
    UNREADABLE = "unreadable", "Không đọc được mã nào trong hình. Hãy đưa gần hơn, giữ yên và tránh chói."
    DEVICE_LOST = "device-lost", "Máy quét vừa bị ngắt. Hãy cắm lại; trong khi chờ có thể gõ mã."
    SCANNER_REFUSED = "scanner-refused", "Không mở được cổng máy quét. Có thể chương trình khác đang dùng hoặc máy chưa cấp quyền."


class SaveOutcome(Outcome):
    """What became of something a person saved."""

    SAVED_WAITING = "saved-waiting", "Đã lưu trên máy, chờ gửi."
    SAVED_OFFLINE = "saved-offline", "Đã lưu trên máy. Đang mất mạng, sẽ tự gửi khi có mạng."
    SENT = "sent", "Đã gửi về trung tâm."
    CONFIRMED = "confirmed", "Trung tâm đã xác nhận."
    NUMBER_PROVISIONAL = "number-provisional", "Đã lưu với số tạm {code}. Số chính thức sẽ có khi kết nối lại; số tạm dùng được mãi."
    NEEDS_PERSON = "needs-person", "Trung tâm không nhận thay đổi này. Cần người xử lý trong mục Đồng bộ."
    CORRECTED_HERE = "corrected-here", "Đã sửa và ghi lý do. Hãy in lại giấy tờ cần thay."
    UNDONE = "undone", "Đã hoàn tác."
    FIELDS_WRONG = "fields-wrong", "Chưa lưu: còn {count} ô cần sửa. Nội dung đã nhập vẫn được giữ."
    REFUSED = "refused", "Chưa lưu. {reason}"
    DISK_FULL = "disk-full", "Chưa lưu được vì ổ đĩa đã đầy. Hãy dọn ổ đĩa rồi bấm lưu lại; nội dung vẫn còn trên màn hình."
    STORE_FAULT = "store-fault", "Chưa lưu được do lỗi kho dữ liệu trên máy. Nội dung vẫn còn trên màn hình; hãy báo người phụ trách."
    SETTLED = "settled", "Đã ghi quyết định. {reason}"
    EXPORTED = ("exported", "Đã xuất {count} thao tác ra tệp {name}; chúng vẫn chờ gửi trên máy này. Mang tệp sang máy có mạng của đơn vị, "
                "vào Đồng bộ, bấm Nhập từ tệp.")
    EXPORTED_PART = ("exported-part", "Đã xuất {count} thao tác ra tệp {name}. Không xuất được vì đã hỏng trên đĩa của máy: {names}. "
                     "Hãy nhập lại các thay đổi đó trên hồ sơ và báo bộ phận CNTT.")
    IMPORTED = "imported", "Đã nhận {count} thao tác mới trong {total} thao tác của tệp. Máy đang gửi về trung tâm."
    PARKED = "parked", "Đã cất tạm hồ sơ đang nhập."


class PrintOutcome(Outcome):
    """What became of a print job."""

    PREPARING = "preparing", "Đang chuẩn bị bản in…"
    QUEUED = "queued", "Đã gửi tới máy in {printer}."
    PRINTING = "printing", "Đang in trên {printer}…"
    DONE = "done", "Đã in xong {document}."
    REPRINTED = "reprinted", "Đã in lại {document}, bản in lại lần {count}."
    SAVED_PDF = "saved-pdf", "Bản in số {copy} đã lưu vào {folder}."
    PRINTER_ERROR = "printer-error", "Máy in {printer} báo lỗi: {reason}. Hồ sơ đã lưu an toàn."
    PRINTER_GONE = "printer-gone", "Không thấy máy in {printer}. Hồ sơ đã lưu an toàn; có thể đổi máy in hoặc lưu PDF."
    NO_PRINTER = "no-printer", "Máy này chưa có máy in. Hồ sơ đã lưu an toàn; có thể lưu PDF."
    PAPER_NEEDED = "paper-needed", "Máy in {printer} hết giấy hoặc kẹt giấy. Hãy nạp giấy rồi bấm In lại."
    CANCELLED = "cancelled", "Lệnh in đã bị hủy, chưa có gì được in. Hãy bấm In lại nếu cần."
    NOT_PRINTED = "not-printed", "Chưa in được: {reason}. Hồ sơ đã lưu an toàn."
    UNKNOWN = "unknown", "Không rõ bản in đã ra chưa. Hãy nhìn máy in; nếu chưa có, bấm In lại."


ALL_OUTCOMES: tuple[type[Outcome], ...] = (ScanOutcome, SaveOutcome, PrintOutcome)
"""Every closed list, for tests of completeness."""
