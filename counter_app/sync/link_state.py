"""How things stand between this counter and the centre: a closed set, each with the words the screen shows."""

from __future__ import annotations

from enum import Enum


class LinkState(Enum):
    """``sentence`` says what it means for the work at the desk; nothing here ever stops reception."""

    UNKNOWN = ("unknown", "Đang kiểm tra kết nối với hệ thống trung tâm")
    ONLINE = ("online", "Đang kết nối trung tâm")
    OFFLINE = ("offline", "Mất mạng – vẫn làm việc bình thường, dữ liệu được giữ trên máy và tự gửi khi có mạng")
    PORTAL = ("portal", "Mạng yêu cầu đăng nhập – mở trình duyệt để đăng nhập mạng; dữ liệu vẫn được giữ trên máy")
    SERVER_TROUBLE = ("server-trouble", "Hệ thống trung tâm đang gặp sự cố – vẫn làm việc bình thường, máy tự thử lại")
    NOT_TRUSTED = ("not-trusted", "Không xác thực được hệ thống trung tâm (chứng thư không đúng) – hãy báo bộ phận CNTT")
    FENCED = ("fenced", "Máy này đã bị ngừng quyền trên hệ thống trung tâm – dữ liệu vẫn còn, hãy báo bộ phận CNTT")
    UPGRADE_NEEDED = ("upgrade-needed", "Cần cập nhật phần mềm để tiếp tục nhận dữ liệu – dữ liệu đã nhập vẫn được gửi")

    def __init__(self, key: str, sentence: str) -> None:
        self.key = key
        self.sentence = sentence

    @property
    def works(self) -> bool:
        return self is LinkState.ONLINE
