"""One counter: real store, real services, real sync, on a simulated line and clock. It can be killed, copied and put back."""

from __future__ import annotations

import base64
import random
import shutil
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from counter_app.services.desk import Desk
from counter_app.services.numbers import fetch_spare
from counter_app.services.published import load_calendar_doc, load_catalogue, load_codes_doc
from counter_app.store.engine import open_store
from counter_app.sync.central import Central
from counter_app.sync.client import Identity
from counter_app.sync.engine import SyncEngine
from counter_app.sync.report import SyncReport
from onestop.errors import UserError
from onestop.wire import EnrolReply, EnrolRequest
from tests.simulation.clock import DeskClock
from tests.simulation.line import Line, SimulatedClient

URL = "http://gateway"


class SimulatedCounter:
    """``folder`` is its disk: ``profile`` with the store, and ``witness``."""

    def __init__(self, name: str, folder: Path, line: Line, clock: DeskClock, rng: random.Random) -> None:
        self.name, self.folder, self.line, self.clock, self.rng = name, folder, line, clock, rng
        self.image: Path | None = None
        self._lives = 0

    @property
    def path(self) -> Path:
        return self.folder / "profile" / "store.db"

    def enrol(self, code: str) -> None:
        """As ``counter-app init`` does."""
        store = open_store(self.path, None, plain=True, witness=self.folder / "witness", clock=self.clock)
        key = Ed25519PrivateKey.generate()
        with store.read() as reader:
            client = self._client(Identity(0, reader.incarnation(), key.private_bytes_raw()))
        public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
        reply = client.call("POST", "/v1/enrol", EnrolReply, authorised=False, body=EnrolRequest(
            code=code, device_name=self.name, public_key=public, incarnation=client.identity.incarnation))
        with store.write() as unit:
            unit.meta_set("device_key", key.private_bytes_raw().hex())
            unit.meta_set("pepper", "00" * 16)
            unit.save_enrolment(reply)
        store.close()

    def open(self) -> None:
        """Start the program."""
        self.store = open_store(self.path, None, plain=True, witness=self.folder / "witness", clock=self.clock)
        with self.store.read() as reader:
            enrolment = reader.enrolment()
            assert enrolment is not None
            identity = Identity(enrolment.device, reader.incarnation(), bytes.fromhex(reader.meta_get("device_key") or ""),
                                enrolment.ticket)
        self.desk = Desk(store=self.store, clock=self.clock, agency=enrolment.agency, device=enrolment.device,
                         settings=enrolment.settings, **self._published(enrolment.agency))
        self.client = self._client(identity)
        self.central = Central(self.client)
        self.engine = SyncEngine(self.store, self.client, enrolment.agency, self.clock, rng=self.rng)
        with self.store.write() as unit:
            unit.reset_sent()
        self._sit_down()

    def sync(self) -> SyncReport:
        """One cycle. Time since the last one passed: waits are over."""
        report = self.engine.run_once()
        if report.ok:
            self.clock.is_anchored = True
        self.engine.breaker.worked()
        return report

    def take_published(self) -> None:
        """The catalogue that came with the first sync."""
        self.desk.take_published(**self._published(self.desk.agency))
        self._sit_down()

    def fetch_spare(self) -> str:
        """As the background of the window does."""
        try:
            return "one" if fetch_spare(self.desk, self.central) else "not needed"
        except UserError as refused:
            return refused.code

    def kill(self) -> None:
        """SIGKILL: what is on the disk stays, nothing is folded or told. The next life begins on a copy of it."""
        self._lives += 1
        target = self.folder.with_name(f"{self.name}-{self._lives}")
        self._copy(self.folder, target)
        self.close()
        self.folder = target
        self.open()

    def close(self) -> None:
        self.client.close()
        self.store.close()

    def take_image(self) -> None:
        """A copy of the whole disk while the program runs."""
        self.image = self.folder.with_name(f"{self.name}-image-{self._lives}")
        shutil.rmtree(self.image, ignore_errors=True)
        self._copy(self.folder, self.image)

    def put_back(self, *, disk: bool, boot: str = "") -> None:
        """The image comes back: the database only, or the whole disk (then the PC is started)."""
        assert self.image is not None
        self.close()
        part = "" if disk else "profile"
        shutil.rmtree(self.folder / part)
        self._copy(self.image / part, self.folder / part)
        if disk:
            self.clock.boots(boot)
        self.open()

    @staticmethod
    def _copy(source: Path, target: Path) -> None:
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("*-shm", "*.reserve"))

    def _client(self, identity: Identity) -> SimulatedClient:
        client = SimulatedClient(URL, identity)
        client.line = self.line
        return client

    def _published(self, agency: str) -> dict:
        with self.store.read() as reader:
            agencies = [doc.code for doc in reader.catalogue("agency")]
            return {"catalogue": load_catalogue(reader, agency), "calendar": load_calendar_doc(reader),
                    "codes": load_codes_doc(reader, agencies)}

    def _sit_down(self) -> None:
        """The head of the section, who may do everything."""
        with self.store.read() as reader:
            self.desk.staff = next((one.row for one in reader.staff_list() if "head" in one.row.roles), None)
