"""What people do at the desks, chosen by the world's chance."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from counter_app.services.clock_guard import confirm_clock
from counter_app.services.correct import correct
from counter_app.services.fees import add_fee
from counter_app.services.lifecycle import (
    ask_payment,
    payment_done,
    refuse,
    register_result,
    return_result,
    stop,
    withdraw,
)
from counter_app.services.receive import ReceiveForm, receive
from counter_app.services.reviews import choices, open_reviews, settle
from onestop.errors import UserError
from onestop.model import Party

if TYPE_CHECKING:
    from tests.simulation.counter import SimulatedCounter
    from tests.simulation.world import World

#: Few dossiers, so that both desks have to do with the same ones.
_CHOICE = 5


class People:
    """They work with whatever their counter shows them; what the program refuses they leave."""

    def __init__(self, world: World) -> None:
        self.world, self.rng = world, world.rng

    def receive(self, counter: SimulatedCounter) -> None:
        """Somebody hands in a dossier and gets a receipt. Fails when its number is on another paper already."""
        number = self.rng.randrange(30)
        owner = Party(name="Nguyễn Văn An", id_no=f"001099{number:06d}", dob="1999", gender="male", address="Số 1 Trần Phú")
        try:
            dossier = receive(counter.desk, ReceiveForm(procedure="1.004873", owner=owner, acknowledge_missing=True))[0].dossier
        except UserError as refused:
            self.world.say(f"{counter.name} receives: {refused.code}")
            if refused.code == "clock-unsure":
                confirm_clock(counter.desk)
            return
        code = dossier.code or dossier.provisional_code
        assert code is not None
        self.world.say(f"{counter.name} receives {code} ({dossier.id[-6:]})")
        self.world.prints(counter, code, dossier.id)
        self._made(counter, dossier.id)

    def work(self, counter: SimulatedCounter) -> None:
        """Something is done with a dossier that is there."""
        with counter.store.read() as reader:
            known = [identity for (identity,) in reader._all("SELECT id FROM dossier ORDER BY id")][-_CHOICE:]
        if not known:
            return
        identity = self.rng.choice(known)
        name, act = self.rng.choice(self._acts())
        try:
            act(counter.desk, identity)
            told = "done"
        except UserError as refused:
            told = refused.code
        self.world.say(f"{counter.name}: {name} of {identity[-6:]}: {told}")
        self._made(counter, identity)

    def decide(self, counter: SimulatedCounter) -> int:
        """Every open review this counter shows is settled, one way or another. Returns how many."""
        with counter.store.read() as reader:
            waiting = sorted(open_reviews(reader, counter.desk), key=lambda item: item[0].id)
        settled = 0
        for review, _, dossier in waiting:
            decision = self.rng.choice(choices(review, dossier)).decision
            try:
                settle(counter.desk, review.id, decision)
                told, settled = decision, settled + 1
            except UserError as refused:
                told = refused.code
            self.world.say(f"{counter.name} decides {review.code} of {review.entity[-6:]}: {told}")
        return settled

    def _acts(self) -> list[tuple[str, Callable[[Any, str], Any]]]:
        rng = self.rng
        return [
            ("result", lambda desk, one: register_result(desk, one, number=str(rng.randrange(100)))),
            ("return", lambda desk, one: return_result(desk, one, collector_name="Nguyễn Văn An")),
            ("withdraw", lambda desk, one: withdraw(desk, one, "Công dân xin rút")),
            ("refuse", lambda desk, one: refuse(desk, one, "Không đúng thẩm quyền")),
            ("stop", lambda desk, one: stop(desk, one, "Công dân đề nghị dừng")),
            ("payment", lambda desk, one: ask_payment(desk, one, "Nộp thuế")),
            ("paid", lambda desk, one: payment_done(desk, one)),
            ("phone", lambda desk, one: correct(desk, one, {"owner.phone": f"09{rng.randrange(10**8):08d}"}, "Ghi nhầm")),
            ("address", lambda desk, one: correct(desk, one, {"owner.address": f"Số {rng.randrange(99)} Lê Lợi"}, "Ghi nhầm")),
            ("name", lambda desk, one: correct(desk, one, {"owner.name": f"Trần Thị {rng.choice('ABC')}"}, "Ghi nhầm")),
            ("fee", lambda desk, one: add_fee(desk, one, code="LP", amount=rng.randrange(1, 9) * 1000, name="Lệ phí")),
        ]

    def _made(self, counter: SimulatedCounter, identity: str) -> None:
        with counter.store.read() as reader:
            ops = {op for (op,) in reader._all("SELECT op_id FROM outbox WHERE entity = ? AND state = 'new'", identity)}
        self.world.alive |= ops | ({identity} if ops else set())
