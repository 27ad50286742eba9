"""One invented dossier from reception to return, lived step by step until the present cuts it off."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from central_gateway.demo import words
from central_gateway.demo.history import SLIP_DAYS, History, Present
from central_gateway.demo.people import postal_item
from onestop.model import Dossier, Result, Returned, Supplement


class Life(History):
    """Drives one dossier."""

    def lived(self) -> Dossier:
        """Live it and return it as it stands now."""
        with suppress(Present):
            self._live()
        return replace(self.first, **self.changed, events=tuple(self.events), fees=tuple(self.fees), prints=self.prints,
                       status=self.status, due_at=self.due, supplements=tuple(self.supplements), version=len(self.events))

    # -- steps -------------------------------------------------------------------------------------------------------

    def _live(self) -> None:
        rng, desk = self.rng, self.desk
        self._event("receive", self.first.received_at, self.first.received_by)
        if self.status == 1:
            self._check_online()
            self._print("01")
        else:
            self._print("01")
            if rng.random() < 0.03:
                self._print("01", rng.randint(2, 30))
        if self.first.provisional_code:
            self._assign_code(self._later(rng.randint(30, 300)))
        if rng.random() < 0.008:
            reason, path = rng.choice(words.CORRECT)
            self._event("correct", self._later(rng.randint(3, 90)), self.first.received_by, reason, fields=[path])
        if rng.random() < 0.015:
            self._supplement("intake", 2)
        self._hand_over()
        # What is unusual shows mostly among what is still open.
        branch = rng.random() * (0.4 if self.recent and self.first.limit_unit in ("workday", "day") else 1)
        if branch < 0.016:
            self._withdraw()
            return
        if branch < 0.021:
            self._move("stop", self._later(rng.randint(200, 900)), desk.staff["truong"], 8, rng.choice(words.STOP[1:]))
            return
        if branch < 0.06:
            self._supplement("appraisal", 4)
            if self.status == 8:
                return
        elif branch < 0.16 and any(fee.amount and fee.moment in (2, 4) for fee in self.first.fees):
            self._pay()
        self._result()
        self._return()

    def _check_online(self) -> None:
        staff = self.desk.staff[self.rng.choice(("lan", "hoa"))]
        at = self._later(int(self.rng.triangular(25, 720, 240)))
        if self.rng.random() < 0.08:
            self._move("refuse", at, staff, 3, self.rng.choice(words.REFUSE))
            raise Present
        self._need(at)
        self.due = self.line.due(at, self.first.limit_value, self.first.limit_unit)
        self._move("accept", at, staff, 2, holder=self.first.agency)
        self.changed["holder"] = self.first.agency
        # The original due date is set by the first op that knows one; at reception there was none.

    def _assign_code(self, at: datetime) -> None:
        """Received without a network under a provisional number; the gateway gave the code when it heard of it. What it has
        not heard of yet it does not hold, so such a dossier was received with the network."""
        if at > self.line.now:
            self.changed["provisional_code"] = None
        else:
            self._event("code-assigned", at, self.first.received_by, code=self.first.code)

    def _supplement(self, stage: str, back_to: int) -> None:
        rng, desk = self.rng, self.desk
        reason, items = rng.choice(words.SUPPLEMENT)
        by = desk.staff["lan"]
        at = self._later(rng.randint(20, 240) if stage == "intake" else rng.randint(300, 1500))
        self._need(at)
        asked = Supplement(no=len(self.supplements) + 1, stage=stage, reason=reason, items=items, asked_at=at,
                           asked_by=by, due_before=self.due)
        self.supplements.append(asked)
        self._move("supplement-ask", at, by, 5, reason)
        self._print("02")
        start = self.line.index[at.date()]
        if rng.random() < 0.12:
            self._move("stop", self.line.moment(start + rng.randint(30, 60), 560), desk.staff["truong"], 8, words.STOP[1])
            raise Present
        answered = self.line.moment(start + 1 + int(rng.expovariate(1 / 6)), rng.randint(440, 680), rng.randint(0, 59))
        self._need(answered)
        restarted = self.line.due(answered, self.first.limit_value, self.first.limit_unit)
        if self.version.data["due_policy"] != "restart" and self.due is not None:
            waited = self.line.index[answered.date()] - start
            resumed = self.line.moment(self.line.position(self.due.date()) + waited, self.due.hour * 60 + self.due.minute)
            self.due = min(restarted, resumed)
        else:
            self.due = restarted
        self.supplements[-1] = replace(asked, answered_at=answered, due_after=self.due)
        self._move("supplement-in", answered, desk.staff["hoa"], back_to)

    def _hand_over(self) -> None:
        rng, _desk, unit = self.rng, self.desk, self.version.handover_unit
        by = self.first.received_by
        if self.first.limit_unit in ("same-day", "hour"):
            self._move("handover", self._later(rng.randint(3, 12)), by, 4, holder=unit)
            return
        i = self.line.index[self.at.date()]
        batch = self.line.moment(i, 930) if self.at.hour < 15 else self.line.moment(i + 1, 480)
        self._by_slip("out", unit, batch, by, "handover", 4, holder=unit)

    def _withdraw(self) -> None:
        rng, desk = self.rng, self.desk
        self._move("withdraw-ask", self._later(rng.randint(120, 900)), desk.staff["lan"], 7, rng.choice(words.WITHDRAW))
        self._move("stop", self._later(rng.randint(900, 3800)), desk.staff["truong"], 8, words.STOP[0])
        raise Present

    def _pay(self) -> None:
        rng, desk = self.rng, self.desk
        self._move("payment-ask", self._later(rng.randint(300, 1500)), desk.staff["hoa"], 6, words.PAYMENT)
        at = self.line.moment(self.line.index[self.at.date()] + 2 + int(rng.expovariate(1 / 12)), rng.randint(440, 680))
        self._need(at)
        for fee in self.first.fees:
            if fee.moment == 2 and fee.amount:
                self._collect(fee, at)
        self._move("payment-done", at, desk.staff["hoa"], 4)

    def _result(self) -> None:
        rng, desk = self.rng, self.desk
        assert self.due is not None
        if self.first.limit_unit in ("same-day", "hour"):
            at = self._later(rng.randint(15, 150) if rng.random() < 0.97 else rng.randint(400, 1100))
            self._need(at)
            self._finish(at, desk.staff["minh"], "")
            return
        i, last = self.line.index[self.at.date()], self.line.position(self.due.date())
        late = rng.random()
        if late < 0.11:
            target = last + 1 + int(rng.expovariate(1 / 9))
        elif late < 0.62:
            target = last
        else:
            target = last - int(rng.random() * max(1, (last - i) * 0.6))
        target = max(target, i + 1) if last > i else max(target, i)
        if target > last + 1:
            self._extend(target, rng.random() < 0.4)
        batch = self.line.moment(target, 510 if rng.random() < 0.35 and target > i else 870)
        if batch < self.at:
            batch = self.line.moment(target + 1, 510)
        self._by_slip("back", self.version.handover_unit, batch, desk.staff["minh"], "result", 9)

    def _extend(self, target: int, apologised: bool) -> None:
        """Late: the head signs an apology with a new date on the day it falls due. Where the present day is no working day,
        a few overdue ones were promised for today, so that a look at the program on a Sunday shows something due."""
        desk, line = self.desk, self.line
        assert self.due is not None
        i = line.position(self.due.date())
        at = line.moment(i, 15 * 60 + 20)
        if apologised and at > self.at:
            self._need(at)
            self._new_due(at, line.moment(target, 17 * 60), self.rng.choice(words.EXTEND))
        elif not line.works_today() and desk.off_day_returns < 4 and i < line.past - 1 <= target:
            at = line.moment(line.past - 1, 16 * 60 + 10)
            if self.at < at <= line.now:
                desk.off_day_returns += 1
                self._new_due(at, line.now.replace(hour=11, minute=0, second=0, microsecond=0), words.EXTEND_OFF_DAY)
                raise Present

    def _new_due(self, at: datetime, due: datetime, reason: str) -> None:
        before, self.due = self.due, due
        self._event("extend", at, self.desk.staff["truong"], reason, approver=self.desk.staff["truong"],
                    old_due_at=before.isoformat() if before else "", new_due_at=due.isoformat())

    def _finish(self, at: datetime, by: str, slip: str) -> None:
        data = self.version.data
        number = f"{self.rng.randint(1, 2900)}/{'UBND' if data['by_counter'] else 'KQ'}-{data['field_id']}"
        self.changed["result"] = Result(at=at, kind=data["result_kind"], number=number)
        self._move("result", at, by, 9, slip=slip, holder=self.first.agency)

    def _return(self) -> None:
        rng, desk, first = self.rng, self.desk, self.first
        quick = first.limit_unit in ("same-day", "hour")
        if rng.random() < 0.008:
            raise Present
        if first.return_method == "post":
            self._return_by_post()
            return
        if quick and rng.random() < 0.85:
            at = self._later(rng.randint(2, 45))
        else:
            days = 1 + int(rng.expovariate(1 / 2.2)) if rng.random() < 0.93 else rng.randint(12, 60)
            at = self.line.moment(self.line.index[self.at.date()] + days, self.line.arrival(rng) // 60, rng.randint(0, 59))
        if first.return_method == "online":
            at = self._later(rng.randint(1, 20))
        self._need(at)
        other = first.submitter is not None and rng.random() < 0.7
        person = first.submitter if other and first.submitter else first.owner
        self._hand_back(at, Returned(
            at=at, by=desk.staff["minh"], collector_name=person.name, collector_id_no=person.id_no, phone=person.phone,
            relation="submitter" if other else "owner", authority=first.submitter.authority if other and first.submitter else "",
            originals=tuple(c["name"] for c in self.version.data["components"] if c["originals"] and not c["keep_original"])))

    def _return_by_post(self) -> None:
        i = self.line.index[self.at.date()]
        batch = self.line.moment(i, 960)
        if batch <= self.at:
            batch = self.line.moment(i + 1, 960)
        self._need(batch)
        by = self.desk.staff["minh"]
        at = self.line.moment(self.line.index[batch.date()] + self.rng.randint(1, 3), self.rng.randint(500, 690))
        item = postal_item(self.rng)
        if self.recent:
            self.desk.slips.join("post", words.POST, batch, by, self.first.id, self.first.shown_code)
        self._need(at)
        self._hand_back(at, Returned(at=at, by=by, collector_name=self.first.owner.name, relation="post", phone=self.first.owner.phone,
                                     postal_code=item, note="Bưu chính công ích đã phát"))

    def _hand_back(self, at: datetime, returned: Returned) -> None:
        for fee in self.first.fees:
            if fee.moment == 4 and fee.amount:
                self._collect(fee, at)
        self.changed["returned"] = returned
        if returned.postal_code:
            self.changed["postal_codes"] = (*self.first.postal_codes, returned.postal_code)
        self._move("return", at, returned.by, 10, holder="", relation=returned.relation)
        if returned.relation != "post" and self.rng.random() < 0.5:
            self._print("return")

    def _by_slip(self, direction: Any, unit: str, batch: datetime, by: str, action: str, to: int, holder: str = "") -> None:
        """The move happens when the other side confirms the slip of ``batch``."""
        self._need(batch)
        if self.line.index[batch.date()] < self.line.past - SLIP_DAYS:
            at, number = batch + timedelta(minutes=self.rng.randint(6, 40)), ""
        else:
            draft = self.desk.slips.join(direction, unit, batch, by, self.first.id, self.first.shown_code)
            at, number = draft.confirmed_at, draft.number
        self._need(at)
        if action == "result":
            self._finish(at, by, number)
        else:
            self._move(action, at, by, to, slip=number, holder=holder)
