"""Everything of one counter that needs no screen, built once: the window and the command line both stand on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from counter_app.runtime.clock import Anchor, SystemClock
from counter_app.runtime.paths import Profile, profile_at, reserve_bytes
from counter_app.runtime.secrets import PinProvider, load_or_create_key, pin_from_env
from counter_app.runtime.settings import ATTACHMENT_KBITS, GATEWAY_CA, GATEWAY_URL, METERED_LINE, PLAIN_STORE, SYNC_SECONDS, Settings
from counter_app.services.desk import Desk
from counter_app.services.identity_copy import keep_identity
from counter_app.services.published import load_calendar_doc, load_catalogue, load_codes_doc
from counter_app.store.engine import Store, open_store
from counter_app.store.unit import Reader
from counter_app.sync.allowance import Allowance
from counter_app.sync.central import Central
from counter_app.sync.client import GatewayClient, Identity
from counter_app.sync.engine import SyncEngine
from onestop.codec import decode
from onestop.errors import UserError

#: Gives the store's key; raises what `load_or_create_key` raises.
Unlock = Callable[[Profile, PinProvider], bytes]


@dataclass
class Workstation:
    """One opened profile. ``close`` in any order of trouble: it stops the sync and folds the store's log. ``metered``: whether the system
    says that the line is paid by volume (the window knows; a command takes it that it is not)."""

    profile: Profile
    settings: Settings
    store: Store
    desk: Desk
    client: GatewayClient
    central: Central
    engine: SyncEngine
    metered: Callable[[], bool] = lambda: False

    def __post_init__(self) -> None:
        self.engine.allow(self._allowance)

    def _allowance(self) -> Allowance:
        """What attachments may take of the line, by this PC's settings."""
        said = self.settings.get(METERED_LINE)
        return Allowance(self.settings.get(ATTACHMENT_KBITS) * 125, said == "yes" or (said == "system" and self.metered()))

    def reload_published(self) -> None:
        """Take the newest catalogue, calendar, codes and agency settings into use."""
        with self.store.read() as reader:
            enrolment = reader.enrolment()
            assert enrolment is not None
            self.desk.agency, self.desk.settings = enrolment.agency, enrolment.settings
            self.desk.take_published(load_catalogue(reader, self.desk.agency), load_calendar_doc(reader),
                                     load_codes_doc(reader, _agencies(reader)))

    def close(self) -> None:
        self.engine.stop()
        self.client.close()
        self.store.close()


def open_profile_store(profile: Profile, ask_pin: PinProvider = pin_from_env, unlock: Unlock = load_or_create_key) -> Store:
    """The profile's store, made if it is not there yet. Raises the key's and the store's faults."""
    settings = Settings(profile.settings_file)
    plain = settings.get(PLAIN_STORE)
    key = None if plain else unlock(profile, ask_pin)
    store = open_store(profile.store_path, key, witness=profile.witness_dir, clock=SystemClock(), backups=profile.backups, plain=plain,
                       reserve=reserve_bytes())
    keep_identity(store, key)
    return store


def open_workstation(directory: Path | None, ask_pin: PinProvider = pin_from_env, *, unlock: Unlock = load_or_create_key) -> Workstation:
    """Open an enrolled profile. ``unlock``: where the key comes from (the window had it unwrapped meanwhile). Raises ``not-enrolled``
    besides what opening the store raises."""
    profile = profile_at(directory)
    if not profile.store_path.exists():
        raise UserError("not-enrolled", "Chưa có hồ sơ máy ở đây. Hãy đăng ký máy: counter-app init --gateway ĐỊA_CHỈ --enrol MÃ.")
    settings = Settings(profile.settings_file)
    store = open_profile_store(profile, ask_pin, unlock)
    try:
        with store.read() as reader:
            enrolment = reader.enrolment()
            if enrolment is None:
                raise UserError("not-enrolled", "Máy này chưa được đăng ký. Hãy chạy: counter-app init --gateway ĐỊA_CHỈ --enrol MÃ.")
            identity = Identity(enrolment.device, reader.incarnation(), bytes.fromhex(reader.meta_get("device_key") or ""),
                                enrolment.ticket)
            desk = Desk(store=store, clock=store.clock, agency=enrolment.agency, device=enrolment.device, settings=enrolment.settings,
                        catalogue=load_catalogue(reader, enrolment.agency), calendar=load_calendar_doc(reader),
                        codes=load_codes_doc(reader, _agencies(reader)))
            kept = reader.meta_get("clock_anchor")
        clock = store.clock
        if kept:
            clock.restore(decode(Anchor, kept))
        ca = settings.get(GATEWAY_CA)
        client = GatewayClient(settings.get(GATEWAY_URL), identity, Path(ca) if ca else None, on_date=clock.note_gateway)
        engine = SyncEngine(store, client, desk.agency, store.clock, pause=settings.get(SYNC_SECONDS))
        with store.write() as unit:
            unit.reset_sent()
        return Workstation(profile, settings, store, desk, client, Central(client), engine)
    except BaseException:
        store.close()
        raise


def _agencies(reader: Reader) -> list[str]:
    return [doc.code for doc in reader.catalogue("agency")]
