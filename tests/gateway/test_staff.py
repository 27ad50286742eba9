"""Staff sign-in and its locks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from central_gateway.services import staff
from central_gateway.tables import staff as accounts
from onestop.errors import UserError
from onestop.vntime import iso, utc_now
from onestop.wire import HelloReply, SignInReply
from tests.gateway.counter import Counter, problem
from tests.gateway.province import NHA_TRANG, PASSWORD


def attempt(counter: Counter, username: str = "lan", password: str = PASSWORD):
    return counter.call("POST", "/v1/staff/sign-in", {"username": username, "password": password})


def row(counter: Counter, username: str = "lan"):
    hello = counter.ok(counter.call("GET", "/v1/hello"), HelloReply)
    return next(item for item in hello.staff if item.username == username)


def report(counter: Counter, *items: tuple[int, bool, int], now: datetime | None = None) -> None:
    moment = now or utc_now()
    body = [{"username": "lan", "at": iso(moment - timedelta(seconds=s)), "ok": ok, "failed_in_row": n} for s, ok, n in items]
    assert counter.call("POST", "/v1/staff/reports", body).status_code == 200


def test_the_right_password(counter: Counter) -> None:
    reply = attempt(counter, " LAN ")
    got = counter.ok(reply, SignInReply).staff
    assert (got.id, got.roles, got.locked) == ("lan", ["reception"], "")
    assert got.last_sign_in is not None
    assert b"argon2" not in reply.content


def test_wrong_names_and_passwords_look_alike(counter: Counter) -> None:
    for username, password in (("lan", "sai"), ("ai-do", "sai"), ("", ""), ("lan\x00", PASSWORD), ("lan", "x" * 5000), ("x" * 9999, "")):
        problem(attempt(counter, username, password), 401, "sign-in-wrong")


def test_five_wrong_passwords_in_a_row_lock(counter: Counter) -> None:
    before = row(counter)
    for _ in range(4):
        problem(attempt(counter, password="sai"), 401, "sign-in-wrong")
    assert attempt(counter).status_code == 200  # the row is broken
    for _ in range(4):
        problem(attempt(counter, password="sai"), 401, "sign-in-wrong")
    problem(attempt(counter, password="sai"), 403, "account-locked")
    problem(attempt(counter), 403, "account-locked")
    after = row(counter)
    assert (after.locked, after.version) == ("wrong-passwords", before.version + 1)


def test_guesses_at_the_same_time_all_count(counter: Counter) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: attempt(counter, password="sai"), range(8)))
    problem(attempt(counter), 403, "account-locked")


def test_a_year_without_sign_in_locks(counter: Counter, gateway) -> None:
    for days, locked in ((364, ""), (366, "idle-year")):
        with gateway.database.write() as conn:
            conn.execute(update(accounts).where(accounts.c.id == "lan").values(last_sign_in=iso(utc_now() - timedelta(days=days))))
        assert row(counter).locked == locked
    problem(attempt(counter), 403, "account-locked")
    with gateway.database.write() as conn:
        staff.set_lock(conn, "lan", locked=False)
    assert attempt(counter).status_code == 200


def test_an_account_of_another_agency_does_not_work_here(counter: Counter) -> None:
    problem(attempt(counter, "hoa"), 403, "staff-other-agency")
    for _ in range(6):  # whatever the password: neither an answer to a guess nor a lock for a colleague elsewhere
        problem(attempt(counter, "hoa", "sai"), 403, "staff-other-agency")


def test_sign_ins_of_an_offline_counter_count_once(counter: Counter, new_counter) -> None:
    now = utc_now()
    for _ in range(3):  # the same report, sent again because its reply was lost
        report(counter, (50, False, 1), (40, False, 2), (30, False, 3), now=now)
    assert row(counter).locked == ""
    report(new_counter(), (25, False, 1), (20, False, 2))
    assert row(counter).locked == "wrong-passwords"


def test_a_right_password_offline_breaks_the_row_and_counts_as_sign_in(counter: Counter, gateway) -> None:
    with gateway.database.write() as conn:
        conn.execute(update(accounts).where(accounts.c.id == "lan").values(last_sign_in=iso(utc_now() - timedelta(days=300))))
    report(counter, (40, True, 0), (50, False, 4), (30, False, 1))
    problem(attempt(counter, password="sai"), 401, "sign-in-wrong")
    assert row(counter).locked == ""
    assert utc_now() - row(counter).last_sign_in < timedelta(minutes=5)


def test_a_lock_of_the_counter_locks_everywhere(counter: Counter, new_counter) -> None:
    report(counter, (10, False, 5))
    problem(attempt(new_counter()), 403, "account-locked")


def test_reports_about_others_are_left_alone(counter: Counter) -> None:
    body = [{"username": name, "at": "2026-01-01T00:00:00+07:00", "ok": False, "failed_in_row": 9} for name in ("hoa", "ai", "", "\x00")]
    assert counter.call("POST", "/v1/staff/reports", body).status_code == 200
    problem(counter.call("POST", "/v1/staff/reports", {"username": "lan"}), 422, "body-invalid")


def test_what_an_account_must_have(gateway) -> None:
    good = {"username": "moi", "name": "Mới", "agency_id": NHA_TRANG, "roles": ["return"], "password": PASSWORD}
    for change, code in [({"username": "có dấu"}, "username-invalid"), ({"username": ""}, "username-invalid"),
                         ({"username": "LAN"}, "username-taken"), ({"roles": []}, "role-unknown"), ({"roles": ["vua"]}, "role-unknown"),
                         ({"password": "ngắn"}, "password-too-short"), ({"agency_id": "H99"}, "agency-unknown")]:
        with gateway.database.write() as conn, pytest.raises(UserError) as refused:
            staff.add(conn, **good | change, passwords=gateway.passwords)
        assert refused.value.code == code
    with gateway.database.write() as conn:
        assert staff.add(conn, **good, passwords=gateway.passwords).username == "moi"
        with pytest.raises(UserError, match="staff-unknown"):
            staff.set_lock(conn, "ai-do", locked=True)
