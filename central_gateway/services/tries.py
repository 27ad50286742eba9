"""Who guesses is slowed: wrong passwords by device and address, wrong enrolment codes by address (decision 0026).

A try takes its place before the password is looked at and gives it back when it was right, so that guesses at the same time all count.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from central_gateway.errors import Refused
from central_gateway.services.admission import Buckets, retry_after
from central_gateway.settings import Settings

_WRONG = frozenset({"sign-in-wrong", "account-locked", "staff-other-agency", "enrol-code-invalid"})
#: An office shares one address: it may be wrong this many times as often as one device.
_OFFICE = 10


class Tries:
    """One per process; forgotten at its end."""

    def __init__(self, settings: Settings) -> None:
        rate, burst = 1 / settings.wrong_seconds, settings.wrong_burst
        self._lock = threading.Lock()
        self._devices, self._codes = Buckets(rate, burst), Buckets(rate, burst)
        self._offices = Buckets(rate * _OFFICE, burst * _OFFICE)

    @contextmanager
    def sign_in(self, device: int, address: str) -> Iterator[None]:
        """Around one sign-in. Raises Refused 429 ``too-many-wrong`` before anything is looked at."""
        with self._counted((self._devices, str(device)), (self._offices, address)):
            yield

    @contextmanager
    def enrol(self, address: str) -> Iterator[None]:
        """Around one enrolment. Raises as ``sign_in``."""
        with self._counted((self._codes, address)):
            yield

    @contextmanager
    def _counted(self, *places: tuple[Buckets, str]) -> Iterator[None]:
        self._take(places)
        try:
            yield
        except Refused as error:
            if error.code not in _WRONG:
                self._give_back(places)
            raise
        except BaseException:
            self._give_back(places)
            raise
        self._give_back(places)

    def _take(self, places: tuple[tuple[Buckets, str], ...]) -> None:
        with self._lock:
            now = time.monotonic()
            for number, (buckets, who) in enumerate(places):
                wait = buckets.take(who, now)
                if wait:
                    for earlier, name in places[:number]:
                        earlier.give_back(name)
                    raise Refused(429, "too-many-wrong", "Đã nhập sai quá nhiều lần. Hãy đợi một lát rồi thử lại.",
                                  headers={"Retry-After": retry_after(wait)})

    def _give_back(self, places: tuple[tuple[Buckets, str], ...]) -> None:
        with self._lock:
            for buckets, who in places:
                buckets.give_back(who)
