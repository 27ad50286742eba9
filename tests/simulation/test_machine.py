"""Hypothesis chooses the schedule, and shrinks one that fails to its shortest form."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.simulation.clock import injected
from tests.simulation.counter import SimulatedCounter
from tests.simulation.line import FAULTS
from tests.simulation.run import settle
from tests.simulation.world import World

WHO = st.sampled_from([0, 1])


class Schedule(RuleBasedStateMachine):
    """The same moves as the seeded runner's; what is chosen inside one (whose dossier, which field) comes from the seed."""

    @initialize(seed=st.integers(0, 10_000))
    def begin(self, seed: int) -> None:
        self.world = World(seed)
        self.around = injected(self.world.time, seed)
        self.around.__enter__()

    def counter(self, who: int) -> SimulatedCounter:
        return self.world.counters[who]

    @rule(who=WHO)
    def receives(self, who: int) -> None:
        self.world.people.receive(self.counter(who))

    @rule(who=WHO)
    def works(self, who: int) -> None:
        self.world.people.work(self.counter(who))

    @rule(who=WHO)
    def syncs(self, who: int) -> None:
        self.world.sync(self.counter(who))

    @rule(who=WHO, fault=st.sampled_from(FAULTS), at=st.integers(0, 5))
    def syncs_in_trouble(self, who: int, fault: str, at: int) -> None:
        self.world.sync(self.counter(who), fault, at)

    @rule(who=WHO)
    def fetches_a_number(self, who: int) -> None:
        self.world.spare(self.counter(who))

    @rule(who=WHO)
    def late_request_arrives(self, who: int) -> None:
        self.world.late(self.counter(who))

    @rule(who=WHO)
    def is_killed(self, who: int) -> None:
        self.world.kill(self.counter(who))

    @rule(who=WHO)
    def image(self, who: int) -> None:
        self.world.image(self.counter(who))

    @rule(who=WHO, disk=st.booleans())
    def counter_is_put_back(self, who: int, disk: bool) -> None:
        self.world.put_back(self.counter(who), disk=disk)

    @rule(who=WHO, minutes=st.sampled_from([0, 3, -90, 1500]))
    def clock_is_moved(self, who: int, minutes: int) -> None:
        self.world.clock(self.counter(who), minutes)

    @rule(minutes=st.sampled_from([7, 240, 1440]))
    def time_passes(self, minutes: int) -> None:
        self.world.passes(minutes)

    @rule()
    def backup(self) -> None:
        self.world.backup()

    @rule(which=st.integers(0, 3), how=st.sampled_from(["announced", "restarted", "snapshot"]))
    def gateway_is_put_back(self, which: int, how: str) -> None:
        self.world.put_back_gateway(which, how)

    @rule()
    def recovery_is_finished(self) -> None:
        self.world.finish()

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            settle(self.world)
        finally:
            self.around.__exit__(None, None, None)
            self.world.close()


TestSchedule = pytest.mark.xdist_group("simulation-machine")(Schedule.TestCase)
Schedule.TestCase.settings = settings(max_examples=12, stateful_step_count=25, deadline=None, derandomize=True, database=None,
                                      suppress_health_check=list(HealthCheck))
