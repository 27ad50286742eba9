"""Devices and tokens."""

from __future__ import annotations

import time

import jwt
import pytest
from sqlalchemy import select, update

from central_gateway.tables import device
from central_gateway.tables import enrol_code as enrol_codes
from onestop.wire import AUD_ACCESS, EnrolReply, HelloReply
from tests.gateway.counter import Counter, problem
from tests.gateway.province import NHA_TRANG, VAN_NINH


def enrol_body(counter: Counter, code: str) -> dict:
    return {"code": code, "device_name": "Quầy", "public_key": counter.public_key, "incarnation": counter.inc}


def test_a_counter_learns_who_it_is(counter: Counter, gateway) -> None:
    reply = counter.reply
    assert (reply.agency, reply.agency_name, reply.epoch) == (NHA_TRANG, "Trung tâm phường Nha Trang", 1)
    assert reply.gateway_key == gateway.keys.public_text
    assert reply.settings.numbering == "lane"


def test_hello_tells_where_things_stand(counter: Counter) -> None:
    counter.push_one(counter.create())
    reply = counter.call("GET", "/v1/hello")
    hello = counter.ok(reply, HelloReply)
    assert (hello.epoch, hello.heads, hello.device_state) == (1, str(counter.position), "active")
    assert [row.username for row in hello.staff] == ["lan", "minh", "quantri"]
    assert b"argon2" not in reply.content
    assert reply.headers["Sync-Head"] == str(counter.position)
    assert reply.headers["Sync-Epoch"] == "1"
    assert reply.headers["Durable-Through"] == f"{NHA_TRANG}=0"


def test_a_code_works_once_but_a_lost_reply_can_be_asked_again(client, enrol_code) -> None:
    code = enrol_code()
    first, second = Counter(client), Counter(client)
    one = first.enrol(code.lower().replace("-", " "))
    again = first.ok(first.call("POST", "/v1/enrol", enrol_body(first, code)), EnrolReply)
    assert again == one
    problem(second.call("POST", "/v1/enrol", enrol_body(second, code)), 403, "enrol-code-invalid")


def test_wrong_and_old_codes(client, enrol_code, gateway) -> None:
    counter = Counter(client)
    for code in ("", "ABCD-ABCD-ABCD-ABCD", "x" * 10_000, "\x00"):
        problem(counter.call("POST", "/v1/enrol", enrol_body(counter, code)), 403, "enrol-code-invalid")
    code = enrol_code()
    with gateway.database.write() as conn:
        conn.execute(update(enrol_codes).values(expires_at="2020-01-01T00:00:00+07:00"))
    problem(counter.call("POST", "/v1/enrol", enrol_body(counter, code)), 403, "enrol-code-invalid")



@pytest.mark.parametrize("key", ["", "AAAA", "không phải base64"])
def test_a_bad_key(client, enrol_code, key: str) -> None:
    counter = Counter(client)
    body = enrol_body(counter, enrol_code()) | {"public_key": key}
    problem(counter.call("POST", "/v1/enrol", body), 422, "public-key-invalid")


def test_the_code_itself_is_not_kept(enrol_code, gateway) -> None:
    code = enrol_code()
    with gateway.database.read() as conn:
        assert code not in str(conn.execute(select(enrol_codes)).all())


def test_assertions_that_do_not_count(counter: Counter, new_counter) -> None:
    now = int(time.time())
    other = new_counter()
    for claims, code in [
        ({"exp": now - 600, "iat": now - 660}, "assertion-expired"),
        ({"iat": now + 600, "exp": now + 660}, "assertion-expired"),
        ({"exp": now + 3600}, "assertion-invalid"),
        ({"aud": AUD_ACCESS}, "assertion-invalid"),
        ({"iss": str(other.device), "sub": str(other.device)}, "assertion-invalid"),
        ({"iss": "9999", "sub": "9999"}, "device-unknown"),
        ({"iss": "x"}, "assertion-invalid"),
    ]:
        problem(counter.call("POST", "/v1/token", {"assertion": counter.assertion(**claims)}), 401, code)
    problem(counter.call("POST", "/v1/token", {"assertion": "rác"}), 401, "assertion-invalid")


def test_tokens_that_do_not_count(counter: Counter, gateway, new_counter) -> None:
    good = counter.token
    unsigned = jwt.encode({"sub": "1", "inc": counter.inc, "aud": AUD_ACCESS, "exp": int(time.time()) + 60}, None, "none")
    old = gateway.keys.access_token(counter.device, counter.inc, -10)
    for token, code in [("x", "token-invalid"), (unsigned, "token-invalid"), (old, "token-expired"),
                        (counter.assertion(), "token-invalid"), (new_counter().token, "token-invalid")]:
        reply = counter.call("GET", "/v1/hello", headers={"Authorization": f"Bearer {token}"})
        problem(reply, 401, code)
        assert reply.headers["WWW-Authenticate"] == "Bearer"
    problem(counter.call("GET", "/v1/hello", headers={"Authorization": "Basic eDp5"}), 401, "token-missing")
    assert counter.call("GET", "/v1/hello", headers={"Authorization": f"Bearer {good}"}).status_code == 200


def test_a_new_database_file_gets_its_own_token(counter: Counter, gateway) -> None:
    counter.inc = "f" * 32
    problem(counter.call("GET", "/v1/hello"), 401, "token-invalid")
    counter.sign_on()
    assert counter.call("GET", "/v1/hello").status_code == 200
    with gateway.database.read() as conn:
        assert conn.execute(select(device.c.incarnation)).scalar_one() == "f" * 32


def test_a_fenced_device_learns_so_and_can_do_nothing_else(counter: Counter, gateway) -> None:
    with gateway.database.write() as conn:
        conn.execute(update(device).values(state="fenced"))
    assert counter.ok(counter.call("GET", "/v1/hello"), HelloReply).device_state == "fenced"
    problem(counter.push_raw([]), 403, "device-fenced")
    problem(counter.call("GET", "/v1/pull", params={"part": counter.part}), 403, "device-fenced")


def test_another_agency_is_closed(counter: Counter) -> None:
    for path in ("/v1/pull", "/v1/snapshot"):
        problem(counter.call("GET", path, params={"part": VAN_NINH}), 403, "wrong-partition")
