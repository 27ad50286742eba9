"""A damaged store at the start: the file is set aside as it is, what can be read of it goes into a new one, the rest comes back from
the gateway. Numbers go on above what the witness saw."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from counter_app.runtime.paths import profile_at
from counter_app.runtime.secrets import PinProvider, load_or_create_key, pin_from_env
from counter_app.runtime.settings import PLAIN_STORE, Settings
from counter_app.services.identity_copy import read_identity
from counter_app.services.workstation import open_profile_store
from counter_app.store.check import key_mark
from counter_app.store.errors import StoreFault, unwritable
from counter_app.store.rescue import plant, read_damaged
from counter_app.store.witness import Witness
from onestop.errors import UserError

_TOLD = (
    "Kho dữ liệu trên máy bị hỏng; tệp cũ được giữ tại {kept}. Đã cứu được {ops} thao tác chưa gửi; máy sẽ gửi chúng và tải lại hồ sơ "
    "từ trung tâm. Các số đã cấp không bị cấp lại."
)


@dataclass(frozen=True, slots=True)
class Rescued:
    """``damaged`` False: the store is well, nothing was done. ``kept``: where the old file is. ``ops``: unsent ops carried over;
    ``unread``: sequence numbers up to the last one seen that could not be read (most of them forgotten long ago). ``enrolled`` False:
    the machine's identity was lost too; it has to be enrolled again."""

    damaged: bool
    kept: Path | None = None
    ops: int = 0
    unread: int = 0
    enrolled: bool = True


def rescue(directory: Path | None, ask_pin: PinProvider = pin_from_env) -> Rescued:
    """Look at the profile's store and, if it is damaged, set it aside and make it anew from what can be read. Raises the key's and
    the disk's faults, ``store-not-there``; may be repeated."""
    profile = profile_at(directory)
    if not profile.store_path.exists():
        raise UserError("store-not-there", "Không có kho dữ liệu ở đây.")
    try:
        open_profile_store(profile, ask_pin).close()
        return Rescued(damaged=False)
    except StoreFault as fault:
        if fault.code != "store-damaged":
            raise
    key = None if Settings(profile.settings_file).get(PLAIN_STORE) else load_or_create_key(profile, ask_pin)
    witness = Witness(profile.witness_dir)
    seen = witness.read().now
    witness.close()
    found = read_damaged(profile.store_path, key, seen.dseq)
    found.meta = read_identity(profile.store_path, key) | found.meta
    kept = _set_aside(profile.store_path, profile.backups)
    store = open_profile_store(profile, ask_pin)
    try:
        plant(store, found, seen)
        with store.write() as unit:
            unit.tell("store-recovered", _TOLD.format(kept=kept, ops=found.ops))
            enrolled = unit.enrolment() is not None and bool(unit.meta_get("device_key"))
        return Rescued(True, kept, found.ops, found.lost, enrolled)
    finally:
        store.close()


def _set_aside(path: Path, backups: Path) -> Path:
    folder = backups / f"damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    try:
        folder.mkdir(mode=0o700, parents=True)
        key_mark(path).unlink(missing_ok=True)  # made anew with the store
        for suffix in ("-shm", "-wal", ""):
            source = path.with_name(path.name + suffix)
            if source.exists():
                os.replace(source, folder / source.name)
    except OSError as error:
        raise unwritable(folder) from error
    return folder
