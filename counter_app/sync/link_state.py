"""How things stand between this counter and the centre: a closed set, each with the words the screen shows."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from counter_app.store.engine import Store
    from counter_app.store.unit import Reader

_KEY = "last_link"


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


def keep_link(store: Store, link: LinkState) -> None:
    """Remember how the last cycle went, for a command that asks without a cycle of its own. Raises the store's faults."""
    with store.read() as reader:
        if reader.meta_get(_KEY) == link.key:
            return
    with store.write() as unit:
        unit.meta_set(_KEY, link.key)


def last_link(reader: Reader) -> LinkState:
    """How the last cycle of any process went."""
    kept = reader.meta_get(_KEY)
    return next((link for link in LinkState if link.key == kept), LinkState.UNKNOWN)
