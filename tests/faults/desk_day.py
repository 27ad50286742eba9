"""A counter at work, as a process that may be killed at any moment: ``python -m tests.faults.desk_day PROFILE SEED PACE``.

It takes people in, corrects, moves, attaches, settles and speaks to the gateway in an order drawn from the seed, with pauses up to
PACE seconds, until its stdin ends. Each line it writes is what a person could have seen by then: codes on paper, ops shown as sent.
"""

from __future__ import annotations

import os
import random
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from counter_app.services import attachments, lifecycle, reviews
from counter_app.services.correct import correct
from counter_app.services.receive import receive
from counter_app.services.workstation import Workstation, open_workstation
from onestop.errors import UserError
from tests.faults.hand import a_form, say, sign_in


class Day:
    """``step`` does one thing. A refusal is a fact of life here; any other exception ends the process, and so the run."""

    def __init__(self, station: Workstation, seed: str) -> None:
        self.station, self.rng = station, random.Random(seed)
        self.acked: set[str] = set()
        self.scan = station.profile.dir / "scan.jpg"

    def step(self) -> None:
        acts: dict[Callable[[], None], int] = {self.sync: 8, self.take_in: 5, self.correct: 3, self.move: 3, self.attach: 1, self.settle: 1}
        (act,) = self.rng.choices(list(acts), list(acts.values()))
        try:
            act()
            if act not in (self.sync, self.take_in):
                say(word=act.__name__)
        except UserError as error:
            say(word=act.__name__, refused=error.code)

    def take_in(self) -> None:
        for _ in range(self.rng.randint(1, 3)):
            dossier = receive(self.station.desk, a_form())[0].dossier
            say(word="receive", code=dossier.code or dossier.provisional_code)

    def correct(self) -> None:
        path, value = self.rng.choice(
            [
                ("owner.phone", f"09{self.rng.randrange(10**8):08d}"),
                ("owner.address", f"Số {self.rng.randint(1, 99)} Trần Phú"),
                ("owner.name", self.rng.choice(["Nguyễn Văn Ân", "Nguyễn Văn Anh"])),
            ]
        )
        correct(self.station.desk, self._any("dossier"), {path: value}, "gõ nhầm")

    def move(self) -> None:
        desk, one = self.station.desk, self._any("dossier")
        self.rng.choice(
            [
                lambda: lifecycle.ask_supplement(desk, one, ("Bản sao giấy khai sinh",), "thiếu"),
                lambda: lifecycle.answer_supplement(desk, one),
                lambda: lifecycle.ask_payment(desk, one, "chưa nộp lệ phí"),
                lambda: lifecycle.payment_done(desk, one),
                lambda: lifecycle.withdraw(desk, one, "công dân xin rút"),
            ]
        )()

    def attach(self) -> None:
        self.scan.write_bytes(self.rng.randbytes(self.rng.randint(1, 400_000)))
        attachments.attach(self.station.desk, self._any("dossier"), [self.scan])

    def settle(self) -> None:
        one = self._any("review")
        with self.station.store.read() as reader:
            review = reader.review(one)
            assert review is not None
            offered = reviews.choices(review, reader.dossier(review.entity))
        reviews.settle(self.station.desk, one, self.rng.choice(offered).decision)

    def sync(self) -> None:
        report = self.station.engine.run_once()
        with self.station.store.read() as reader:
            epoch = reader.epoch()
            acked = {item.op for item in reader.outbox(states=("acked",), limit=100_000)}
        say(word="sync", link=report.link.key, epoch=epoch, acked=sorted(acked - self.acked))
        self.acked = acked

    def _any(self, kind: str) -> str:
        with self.station.store.read() as reader:
            found = [identity for (identity,) in reader._all(f"SELECT id FROM {kind}")]
        if not found:
            raise UserError("nothing-there", "Chưa có gì.")
        return self.rng.choice(found)


def main(profile: Path, seed: str, pace: float) -> None:
    station = open_workstation(profile, lambda new: "2468")
    sign_in(station.desk)
    station.client.base_url = os.environ["HAND_URL"]
    over = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        over.set()
        station.engine.stop()

    threading.Thread(target=wait, daemon=True).start()
    day = Day(station, seed)
    try:
        while not over.wait(day.rng.random() * pace):
            day.step()
    finally:
        station.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
