"""Who guesses is slowed: passwords by device and address, enrolment codes by address; others go on meanwhile."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from central_gateway.errors import Refused
from central_gateway.services.tries import Tries
from central_gateway.settings import Settings
from onestop.wire import SignInReply
from tests.gateway.counter import Counter, problem
from tests.gateway.province import PASSWORD
from tests.gateway.test_staff import attempt, row


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, wrong_burst=3, wrong_seconds=3600)


def test_a_device_that_guesses_is_slowed_and_locks_nobody_else(counter: Counter, new_counter) -> None:
    for _ in range(3):
        problem(attempt(counter, password="sai"), 401, "sign-in-wrong")
    for password in ("sai", PASSWORD):
        refused = attempt(counter, password=password)
        problem(refused, 429, "too-many-wrong")
        assert 3000 < int(refused.headers["Retry-After"]) <= 3600
    assert row(counter).locked == ""
    assert attempt(new_counter()).status_code == 200


def test_guesses_at_the_same_time_are_not_all_judged(counter: Counter) -> None:
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: attempt(counter, password="sai"), range(8)))
    assert sorted(reply.status_code for reply in replies) == [401] * 3 + [429] * 5
    assert row(counter).locked == ""


def test_what_is_right_costs_nothing(counter: Counter) -> None:
    for _ in range(5):
        assert counter.ok(attempt(counter), SignInReply).staff.id == "lan"
    for _ in range(5):
        problem(counter.call("POST", "/v1/staff/sign-in", {"username": "lan"}), 422, "body-invalid")
    problem(attempt(counter, password="sai"), 401, "sign-in-wrong")


def test_codes_are_not_guessed_and_an_enrolled_counter_goes_on(counter: Counter, client, enrol_code) -> None:
    stranger = Counter(client)
    body = {"device_name": "Quầy", "public_key": stranger.public_key, "incarnation": "0" * 32}
    for _ in range(3):
        problem(stranger.call("POST", "/v1/enrol", body | {"code": "ABCD-EFGH"}), 403, "enrol-code-invalid")
    problem(stranger.call("POST", "/v1/enrol", body | {"code": enrol_code()}), 429, "too-many-wrong")
    behind = {"X-Forwarded-For": "10.0.0.8"}
    problem(stranger.call("POST", "/v1/enrol", body | {"code": "ABCD-EFGH"}, headers=behind), 403, "enrol-code-invalid")
    assert attempt(counter).status_code == 200


def test_many_devices_of_one_address_share_a_larger_measure() -> None:
    tries = Tries(Settings(database="", wrong_burst=1, wrong_seconds=3600))

    def guess(device: int, address: str) -> str:
        with pytest.raises(Refused) as caught, tries.sign_in(device, address):
            raise Refused(401, "sign-in-wrong", "Sai.")
        return caught.value.code

    assert {guess(device, "10.0.0.7") for device in range(10)} == {"sign-in-wrong"}
    assert guess(3, "10.0.0.8") == guess(99, "10.0.0.7") == "too-many-wrong"
    assert guess(99, "10.0.0.8") == "sign-in-wrong", "what the address refused cost the device nothing"


def test_a_fault_is_no_wrong_try() -> None:
    tries = Tries(Settings(database="", wrong_burst=1, wrong_seconds=3600))
    for error in (ZeroDivisionError(), Refused(503, "busy", "Bận.")):
        with pytest.raises(type(error)), tries.sign_in(1, "a"):
            raise error
    with tries.sign_in(1, "a"), tries.enrol("a"):
        pass
