"""What can go wrong between the counter and the gateway, each with a sentence for the person at the desk.

A time-out means *unknown*, never *failed*: whatever was sent is sent again with the same key.
"""

from __future__ import annotations

from counter_app.sync.link_state import LinkState
from onestop.errors import EnvironmentFault, UserError
from onestop.wire import Problem


class NotReached(EnvironmentFault):
    """No usable answer: no network, a time-out, a torn or foreign reply. ``link`` says what it looks like."""

    def __init__(self, link: LinkState = LinkState.OFFLINE, why: str = "") -> None:
        super().__init__("central-unreachable", link.sentence, why=why)
        self.link = link
        self.why = why


class ServerFailed(NotReached):
    """500: the gateway fell over what it was given, or over itself. Whether it was what it was given is found out by giving it
    less."""

    def __init__(self, why: str) -> None:
        super().__init__(LinkState.SERVER_TROUBLE, why)


class Alarm(NotReached):
    """The gateway's answer breaks a rule that holds the data together (an incomplete ack, a feed with a hole, a page that cannot be
    read). Nothing of it was used. ``sentence`` tells staff; ``what`` is counted."""

    def __init__(self, what: str, sentence: str) -> None:
        super().__init__(LinkState.SERVER_TROUBLE, what)
        self.what = what
        self.sentence = sentence


class Busy(NotReached):
    """The gateway asked us to come back later (429, 503). ``after`` in seconds, None when it did not say; ``reason``: its code."""

    def __init__(self, after: float | None, reason: str = "") -> None:
        super().__init__(LinkState.SERVER_TROUBLE, reason or "busy")
        self.after = after
        self.reason = reason


class HistoryDiverged(NotReached):
    """409: the gateway does not know the history we saw; it was restored from an older backup. Nothing was applied."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(LinkState.SERVER_TROUBLE, "history-diverged")
        self.problem = problem


class Refused(UserError):
    """The gateway understood and said no (a problem document of its own). The code and the sentence are the gateway's."""

    def __init__(self, status: int, problem: Problem) -> None:
        super().__init__(problem.code or f"http-{status}", problem.detail or "Hệ thống trung tâm từ chối yêu cầu này.")
        self.status = status
        self.left = problem.left
