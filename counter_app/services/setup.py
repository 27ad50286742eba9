"""Make a profile: the store is created and encrypted, the device enrolled, the catalogue and the agency's dossiers pulled."""

from __future__ import annotations

import secrets
import socket
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from counter_app.runtime.secrets import PinProvider, pin_from_env
from counter_app.runtime.settings import GATEWAY_CA, GATEWAY_URL, Settings
from counter_app.services.fields import one_line
from counter_app.services.workstation import Workstation, open_profile_store, open_workstation, profile_at
from counter_app.sync.central import enrol
from counter_app.sync.errors import NotReached
from counter_app.sync.link_state import LinkState
from onestop.errors import EnvironmentFault, UserError

_NOT_THERE = "Không nối được tới hệ thống trung tâm nên chưa đăng ký được máy. Hãy kiểm tra địa chỉ và mạng rồi làm lại."
_MISSED = {
    LinkState.PORTAL: "Địa chỉ này trả lời bằng một trang web, không phải hệ thống trung tâm; chưa đăng ký được máy. "
                      "Hãy kiểm tra địa chỉ, hoặc mở trình duyệt để đăng nhập mạng, rồi làm lại.",
    LinkState.SERVER_TROUBLE: "Địa chỉ này không trả lời như hệ thống trung tâm, hoặc hệ thống đang gặp sự cố; chưa đăng ký được máy. "
                              "Hãy kiểm tra địa chỉ rồi làm lại.",
    LinkState.NOT_TRUSTED: "Chứng thư của hệ thống trung tâm không đúng; chưa đăng ký được máy. "
                           "Hãy báo bộ phận CNTT (có thể cần --ca TỆP CHỨNG THƯ GỐC CỦA TỈNH).",
}
"""At enrolment nothing works yet: the sentences of the running counter ("you can go on") would be wrong."""


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        # Passwords and people's data never travel in the clear; a gateway on this very PC is the exception (demo, tests).
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1"))
        return safe and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def initialise(directory: Path | None, *, url: str, code: str, name: str = "", ca: Path | None = None,
               ask_pin: PinProvider = pin_from_env) -> Workstation:
    """Enrol this machine at ``url`` with the one-time ``code`` and return it opened, after a first sync.

    The device key is made here and never leaves the encrypted store. Raises ``gateway-url-invalid``, ``ca-unreadable``,
    ``already-enrolled``, ``central-unreachable``, the gateway's refusal of the code, and the store's faults; a failed attempt
    may be repeated (a used code needs a new one).
    """
    address = url.strip().rstrip("/")
    if not _is_address(address):
        raise UserError("gateway-url-invalid", "Địa chỉ hệ thống trung tâm không đúng. Địa chỉ bắt đầu bằng https:// rồi đến tên máy chủ.")
    if ca is not None and not ca.is_file():
        raise UserError("ca-unreadable", "Không có tệp chứng thư gốc ở đường dẫn đã cho.")
    device_name = one_line("name", name, 100) or socket.gethostname()[:100]
    profile = profile_at(directory).ensure()
    store = open_profile_store(profile, ask_pin)
    try:
        with store.read() as reader:
            if reader.enrolment() is not None:
                raise UserError("already-enrolled", "Máy này đã được đăng ký. Muốn đăng ký lại, hãy dùng thư mục hồ sơ máy khác.")
            incarnation = reader.incarnation()
        key = Ed25519PrivateKey.generate()
        try:
            reply = enrol(address, code.strip(), device_name, key, incarnation, ca)
        except NotReached as missed:
            raise EnvironmentFault(missed.code, _MISSED.get(missed.link, _NOT_THERE), link=missed.link.key) from missed
        settings = Settings(profile.settings_file)
        settings.set(GATEWAY_URL, address)
        if ca:
            settings.set(GATEWAY_CA, str(ca.resolve()))
        with store.write() as unit:
            unit.meta_set("device_key", key.private_bytes_raw().hex())
            unit.meta_set("pepper", secrets.token_hex(16))
            unit.save_enrolment(reply)
    finally:
        store.close()
    station = open_workstation(profile.dir, ask_pin)
    try:
        station.engine.run_once()
        station.reload_published()
    except BaseException:
        station.close()
        raise
    return station
