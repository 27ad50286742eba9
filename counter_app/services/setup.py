"""Make a profile: the store is created and encrypted, the device enrolled, the catalogue and the agency's dossiers pulled."""

from __future__ import annotations

import secrets
import socket
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from counter_app.runtime.secrets import PinProvider, pin_from_env
from counter_app.runtime.settings import GATEWAY_CA, GATEWAY_URL, Settings
from counter_app.services.workstation import Workstation, open_profile_store, open_workstation, profile_at
from counter_app.sync.central import enrol
from onestop.errors import UserError


def initialise(directory: Path | None, *, url: str, code: str, name: str = "", ca: Path | None = None,
               ask_pin: PinProvider = pin_from_env) -> Workstation:
    """Enrol this machine at ``url`` with the one-time ``code`` and return it opened, after a first sync.

    The device key is made here and never leaves the encrypted store. Raises ``already-enrolled``, NotReached, the gateway's
    refusal of the code, and the store's faults; a failed attempt may be repeated (a used code needs a new one).
    """
    address = url.strip().rstrip("/")
    if not address.startswith(("https://", "http://")):
        raise UserError("gateway-url-invalid", "Địa chỉ hệ thống trung tâm phải bắt đầu bằng https://")
    profile = profile_at(directory).ensure()
    store = open_profile_store(profile, ask_pin)
    try:
        with store.read() as reader:
            if reader.enrolment() is not None:
                raise UserError("already-enrolled", "Máy này đã được đăng ký. Muốn đăng ký lại, hãy dùng thư mục hồ sơ máy khác.")
            incarnation = reader.incarnation()
        key = Ed25519PrivateKey.generate()
        reply = enrol(address, code.strip(), name or socket.gethostname(), key, incarnation, ca)
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
