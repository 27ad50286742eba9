"""Rows 8–15 and 25: torn, doubled, late, foreign, flipped and dead replies on the way between a real counter and a real gateway."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

import msgspec
import pytest

from counter_app.services.workstation import Workstation
from counter_app.sync.client import GatewayClient
from counter_app.sync.errors import NotReached
from counter_app.sync.link_state import LinkState
from onestop.wire import HelloReply, PullReply, PushReply
from tests.faults import proxy as line_faults
from tests.faults.checker import ask, cycle
from tests.faults.moves import ends, ops, take_in, waiting
from tests.faults.proxy import Exchange, FaultProxy, with_header

PUSH = ("POST", "/v1/push")


class Replay:
    """Serves the same raw reply to everybody, with the caller's own request id and cut where ``cut`` says."""

    def __init__(self, reply: bytes) -> None:
        self.reply, self.cut = reply, 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                with connection, suppress(OSError):
                    request = b""
                    while b"\r\n\r\n" not in request:
                        request += connection.recv(65536)
                    reply = with_header(self.reply, "Request-Id", line_faults.header(request, "Request-Id"))
                    connection.sendall(reply[: self.cut])

    def close(self) -> None:
        self._socket.close()


def test_row_08_a_reply_torn_at_every_byte_never_counts(station: Workstation, line: FaultProxy, seen, full: bool) -> None:
    """Against the client's own judgement, with a reply the gateway really gave to a push."""
    take_in(station, 2)
    assert station.engine.run_once().ok
    (captured,) = [reply for reply in line.replies if b'"results"' in line_faults.body_of(reply)]
    replay = Replay(with_header(captured, "Connection", "close"))
    client = GatewayClient(replay.url, station.client.identity)
    whole = len(with_header(replay.reply, "Request-Id", "0" * 32))
    try:
        for replay.cut in range(0, whole, 1 if full else 3):
            with pytest.raises(NotReached):
                client.call("GET", "/v1/x", PushReply, authorised=False, deadline=5.0)
        replay.cut = whole
        assert len(client.call("GET", "/v1/x", PushReply, authorised=False, deadline=5.0).results) == 2
    finally:
        client.close()
        replay.close()
    seen(
        "a real push reply of {n} bytes cut at {m} places: none counted; whole it counts", n=whole, m=len(range(0, whole, 1 if full else 3))
    )


@pytest.mark.parametrize("place", [0, 7, 40, 200, 0.5, -1])
def test_row_08_torn_after_the_commit_goes_again(station: Workstation, line: FaultProxy, gateway_up, checked, seen, place: float) -> None:
    """Inside the status line, the headers, the body, before the last byte."""
    codes = take_in(station, 2)
    before = ops(gateway_up)

    def fault(exchange: Exchange) -> None:
        reply = exchange.forward()
        exchange.send(reply[: int(len(reply) * place) if 0 < place < 1 else int(place)])
        exchange.close()

    rule = line.rule(*PUSH, fault)
    cycle(gateway_up, station, ok=False)
    assert rule.hits == 1
    assert (ops(gateway_up) - before, waiting(station)) == (2, 2)
    report = cycle(gateway_up, station, ok=True)
    assert (report.pushed, ops(gateway_up) - before, waiting(station)) == (2, 2, 0)
    seen("torn on the line after the commit: unknown, the resend was answered `duplicate`")
    checked(station, printed=codes)


@pytest.mark.parametrize(("fault", "there"), [(line_faults.rst_after, 2), (line_faults.rst_before, 0)], ids=["after", "before"])
def test_row_09_reset(station: Workstation, line: FaultProxy, gateway_up, checked, seen, fault, there: int) -> None:
    codes = take_in(station, 2)
    before = ops(gateway_up)
    rule = line.rule(*PUSH, fault, times=3)
    cycle(gateway_up, station, ok=False)
    assert rule.hits >= 1
    assert (ops(gateway_up) - before, waiting(station)) == (there, 2)
    line.heal()
    assert cycle(gateway_up, station, ok=True).pushed == 2
    assert ops(gateway_up) - before == 2
    seen("RST: {there} of 2 ops at the gateway, after the resend 2", there=there)
    checked(station, printed=codes)


def test_row_10_a_request_doubled_at_once_and_later(station: Workstation, line: FaultProxy, gateway_up, checked, seen) -> None:
    codes = take_in(station, 2)
    before = ops(gateway_up)
    line.rule(*PUSH, line_faults.dup)
    assert cycle(gateway_up, station, ok=True).pushed == 2
    late = next(request for request in reversed(line.requests) if request.startswith(b"POST /v1/push"))
    for _ in range(3):
        codes += take_in(station)
        cycle(gateway_up, station, ok=True)
    head = ask(gateway_up, "SELECT seq, chain FROM feed_head WHERE part = 'H32.15'")
    reply = line.ask(late)
    results = msgspec.json.decode(line_faults.body_of(reply), type=PushReply).results
    assert [r.s for r in results] == ["duplicate", "duplicate"]
    assert {(r.seq, r.chain) for r in results} == set(head), "where the feed stands now: never less than what the op stands at"
    assert ask(gateway_up, "SELECT seq, chain FROM feed_head WHERE part = 'H32.15'") == head
    assert ops(gateway_up) - before == 5
    seen("doubled at once and after three more pushes: stored answers, the head did not move")
    checked(station, printed=codes)


def test_row_11_the_reply_of_another_request(station: Workstation, line: FaultProxy, gateway_up, checked, seen) -> None:
    codes = take_in(station)
    assert cycle(gateway_up, station, ok=True).pushed == 1
    (old,) = [reply for reply in line.replies if b'"results"' in line_faults.body_of(reply)]
    codes += take_in(station)

    def stale(exchange: Exchange) -> None:
        exchange.send(old)

    line.rule(*PUSH, stale)
    assert cycle(gateway_up, station, ok=False).link is LinkState.SERVER_TROUBLE
    assert waiting(station) == 1
    seen("an older reply was no answer; the op stayed and went again")
    checked(station, printed=codes)


def test_row_12_replies_in_another_order(station: Workstation, line: FaultProxy, gateway_up, counter, checked, seen) -> None:
    """Two cycles at once share one line: one request is in flight. An older page that comes late changes nothing."""
    other = counter()
    codes = take_in(other, 2)
    cycle(gateway_up, other, ok=True)
    at_once, most = 0, 0
    count = threading.Lock()

    def watched(exchange: Exchange) -> None:
        nonlocal at_once, most
        with count:
            at_once += 1
            most = max(most, at_once)
        line_faults.later(0.1)(exchange)
        with count:
            at_once -= 1

    line.rule("*", "/v1/p", watched, times=20)
    codes += take_in(station, 2)
    threads = [threading.Thread(target=station.engine.run_once) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1, "two requests of one partition in flight"
    with station.store.read() as reader:
        high = reader.position("H32.15")
        held = dict(reader._all("SELECT id, server_version FROM dossier"))
    page = station.client.call("GET", "/v1/pull", PullReply, prove=True, params={"part": "H32.15", "after": "", "limit": "500"})
    with station.store.write() as unit:
        unit.apply_page("H32.15", page.items[:1], type(high)("H32.15", 1, page.items[0].chain))
    with station.store.read() as reader:
        assert reader.position("H32.15") == high
        assert dict(reader._all("SELECT id, server_version FROM dossier")) == held
    seen("never more than one request in flight; an old page applied late moved neither cursor nor versions")
    checked(station, other, printed=codes)


@pytest.mark.parametrize("place", [-1, -40, -200])
def test_row_13_a_byte_of_the_reply_flipped(station: Workstation, line: FaultProxy, gateway_up, checked, seen, place: int) -> None:
    codes = take_in(station, 2)
    rule = line.rule(*PUSH, line_faults.flip_reply(place))
    cycle(gateway_up, station, ok=False)
    assert (rule.hits, waiting(station)) == (1, 2)
    seen("one bit of the reply's body flipped: no ack")
    checked(station, printed=codes)


@pytest.mark.parametrize("place", [-1, -30, -100])
def test_row_13_a_byte_of_the_request_flipped(station: Workstation, line: FaultProxy, gateway_up, checked, seen, place: int) -> None:
    codes = take_in(station, 2)
    before = ops(gateway_up)
    answers: list[bytes] = []

    def fault(exchange: Exchange) -> None:
        request = bytearray(exchange.request)
        request[place] ^= 1
        answers.append(exchange.forward(bytes(request)))
        exchange.send(answers[-1])

    line.rule(*PUSH, fault)
    station.engine.run_once()
    assert answers[0].startswith(b"HTTP/1.1 400") and b"digest-mismatch" in line_faults.body_of(answers[0])
    assert (ops(gateway_up) - before, waiting(station)) == (0, 2)
    seen("one bit of the request flipped: 400 `digest-mismatch`, nothing applied, sent again")
    checked(station, printed=codes)


def test_row_13_flipped_anywhere_in_a_reply_is_never_believed(station: Workstation, line: FaultProxy, seen, full: bool) -> None:
    """Every byte of a real reply: what is believed is what was sent."""
    right = station.client.call("GET", "/v1/hello", HelloReply, prove=True)
    size = len(line.replies[-1])
    refused = 0
    places = range(0, size, 1 if full else 11)
    for place in places:
        line.rules.clear()
        line.rule("GET", "/v1/hello", line_faults.flip_reply(place))
        try:
            got = station.client.call("GET", "/v1/hello", HelloReply, prove=True, deadline=2.0)
        except NotReached:
            refused += 1
        else:  # a bit of a header that means nothing (Vary, Date…)
            assert (got.epoch, got.heads, got.settings) == (right.epoch, right.heads, right.settings)
    seen("one bit flipped at {n} places of a reply: {r} refused, the rest in headers without meaning", n=len(places), r=refused)
    assert refused > len(places) // 2


def test_row_13_a_date_that_is_no_moment(station: Workstation, line: FaultProxy, gateway_up, checked, seen) -> None:
    """Found by the full sweep: one bit turned GMT into a zone nobody knows."""

    def undated(exchange: Exchange) -> None:
        exchange.send(with_header(exchange.forward(), "Date", "Mon, 23 Nov 2026 01:00:00 -0000"))

    line.rule("*", "/v1/", undated, times=100)
    now = station.desk.clock.now()
    assert station.engine.run_once().ok
    assert station.desk.clock.now() >= now
    line.heal()
    seen("a Date without a zone is no time of the gateway")
    checked(station)


def test_row_14_a_black_hole_ends_at_the_deadline_and_the_desk_works(
    station: Workstation, line: FaultProxy, gateway_up, checked, seen
) -> None:
    line.rule("*", "/v1/", line_faults.black_hole, times=1000)
    with pytest.raises(NotReached):
        station.client.call("GET", "/v1/hello", HelloReply, prove=True, deadline=1.0)
    station.engine.pause = 0.1
    station.engine.start()
    hanging = threading.Event()
    while not line.count("GET", "/v1/hello"):
        hanging.wait(0.01)
    codes = take_in(station, 3)  # in this thread, while the sync hangs
    assert all(int(code.rpartition("-")[2]) >= 2000 for code in codes), "numbers of the counter's own lane"
    line.heal()
    assert station.engine.stop(30)
    station.engine._stop.clear()
    seen("deadline kept; three dossiers received with codes of the own lane while the sync hung")
    station.client.close()
    checked(station, printed=codes)


@pytest.mark.parametrize("where", ["headers", "body"])
def test_row_15_a_drip_ends_at_the_deadline(station: Workstation, line: FaultProxy, gateway_up, checked, seen, where: str) -> None:
    def drip(exchange: Exchange) -> None:
        reply = exchange.forward()
        exchange.send(reply[: 20 if where == "headers" else reply.index(b"\r\n\r\n") + 4])
        while not exchange.proxy.ended.wait(0.1):  # it never ends by itself
            exchange.send(b"a")
        exchange.close()

    line.rule("GET", "/v1/hello", drip)
    caught = ends(lambda: station.client.call("GET", "/v1/hello", HelloReply, prove=True, deadline=1.5))
    assert isinstance(caught, NotReached) and caught.link is LinkState.OFFLINE
    line.heal()
    station.client.close()
    seen("{where} at 10 bytes a second without end: given up at the total deadline", where=where)
    checked(station)


def missing(reply: dict) -> dict:
    return reply | {"results": reply["results"][:-1]}


def extra(reply: dict) -> dict:
    return reply | {"results": [*reply["results"], reply["results"][0] | {"op": "0" * 32}]}


def doubled(reply: dict) -> dict:
    return reply | {"results": [*reply["results"][:-1], reply["results"][0]]}


def another_batch(reply: dict) -> dict:
    return reply | {"batch": "0" * 32}


def no_results(reply: dict) -> dict:
    return {name: value for name, value in reply.items() if name != "results"}


@pytest.mark.parametrize("change", [missing, extra, doubled, another_batch, no_results])
def test_row_25_results_that_do_not_fit_are_no_ack(station: Workstation, line: FaultProxy, gateway_up, checked, seen, change) -> None:
    codes = take_in(station, 3)
    rule = line.rule(*PUSH, line_faults.rewrite(change))
    assert cycle(gateway_up, station, ok=False).link is LinkState.SERVER_TROUBLE
    assert (rule.hits, waiting(station)) == (1, 3)
    seen("a 200 with results {what}: no ack", what=change.__name__.replace("_", " "))
    checked(station, printed=codes)
