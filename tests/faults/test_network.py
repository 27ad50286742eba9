"""Rows 16–19: names, portals, certificates and tokens that are not what they should be."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from counter_app.services.sign_in import sign_in, sign_out
from counter_app.services.workstation import Workstation
from counter_app.sync.errors import NotReached
from counter_app.sync.link_state import LinkState
from onestop.wire import HelloReply
from tests.faults import proxy as faults
from tests.faults.checker import cycle
from tests.faults.moves import ends, ops, take_in, waiting
from tests.faults.proxy import Exchange, FaultProxy, with_header


def test_row_16_a_name_nobody_knows(station: Workstation, gateway_up, checked, seen, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = take_in(station)

    def unknown(*words: object, **named: object):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", unknown)
        station.client.close()
        station.client.base_url = "https://mot-cua.invalid"
        assert station.engine.run_once().link is LinkState.OFFLINE
    assert waiting(station) == 1
    station.client.close()
    station.client.base_url = gateway_up.url
    seen("unknown name: offline at once; the old address is not used on")
    checked(station, printed=codes)


def test_row_16_a_resolver_that_hangs(station: Workstation, gateway_up, checked, seen, monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()

    def slow(*words: object, **named: object):
        answered.wait(60)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    try:
        with monkeypatch.context() as patch:
            patch.setattr(socket, "getaddrinfo", slow)
            station.client.close()
            station.client.base_url = "https://mot-cua.invalid"
            caught = ends(lambda: station.client.call("GET", "/v1/hello", HelloReply, authorised=False, deadline=1.0))
            assert isinstance(caught, NotReached) and not answered.is_set()
    finally:
        answered.set()
    station.client.close()
    station.client.base_url = gateway_up.url
    seen("the resolver hung; the call ended at its deadline")
    checked(station)


@pytest.mark.parametrize("portal", ["html200", "redirect", "portal511"])
def test_row_17_captive_portal(station: Workstation, line: FaultProxy, gateway_up, checked, seen, portal: str) -> None:
    codes = take_in(station, 2)
    staff = station.desk.staff
    before = ops(gateway_up)
    station.client._access = ("", 0.0)
    line.rule("*", "/", getattr(faults, portal), times=1000)
    asked = len(line.log)
    report = cycle(gateway_up, station, ok=False)
    assert report.link is LinkState.PORTAL
    assert "đăng nhập" in report.link.sentence
    assert len(line.log) - asked == 1, "one request a cycle, no storm"
    assert (ops(gateway_up), waiting(station), station.desk.staff) == (before, 2, staff)
    line.heal()
    seen("{portal}: “Mạng yêu cầu đăng nhập”, one request, nobody signed out, nothing acked", portal=portal)
    checked(station, printed=codes)


@pytest.mark.parametrize("portal", ["html200", "redirect", "portal511"])
def test_row_17_a_portal_in_the_middle_of_a_cycle(station: Workstation, line: FaultProxy, gateway_up, checked, seen, portal: str) -> None:
    codes = take_in(station, 2)
    line.rule("POST", "/v1/push", getattr(faults, portal))
    assert cycle(gateway_up, station, ok=False).link is LinkState.PORTAL
    assert waiting(station) == 2
    seen("{portal} for the push only: no ack", portal=portal)
    checked(station, printed=codes)


class Certificates:
    """A province's own authority and what it signs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CA tinh")])
        self.certificate = self._make(self.name, self.key.public_key(), ca=True)
        self.file = folder / "ca.pem"
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def _make(self, subject: x509.Name, key, *, ca: bool = False, host: str = "127.0.0.1", days: int = 30, issuer=None, by=None):
        now = datetime.datetime.now(datetime.UTC)
        until = now + datetime.timedelta(days=days)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer or self.name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(min(now, until) - datetime.timedelta(days=60))
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key((by or self.key).public_key()), critical=False)
        )
        if ca:
            builder = builder.add_extension(x509.KeyUsage(True, False, False, False, False, True, True, False, False), critical=True)
        else:
            name = x509.IPAddress(ipaddress.ip_address(host)) if host[0].isdigit() else x509.DNSName(host)
            builder = builder.add_extension(x509.SubjectAlternativeName([name]), critical=False)
        return builder.sign(by or self.key, hashes.SHA256())

    def context(self, *, host: str = "127.0.0.1", days: int = 30, self_signed: bool = False) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        made = self._make(
            subject, key.public_key(), host=host, days=days, issuer=subject if self_signed else None, by=key if self_signed else None
        )
        file = self.folder / f"server-{made.serial_number}.pem"
        file.write_bytes(
            made.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


@pytest.fixture
def secure(station: Workstation, gateway_up, tmp_path: Path):
    """Lead the counter through a TLS line; the counter trusts the province's authority only."""
    authority = Certificates(tmp_path)
    lines: list[FaultProxy] = []

    def lead(*, greeting: bytes = b"", **facts) -> FaultProxy:
        made = FaultProxy(gateway_up.port, context=None if greeting else authority.context(**facts), greeting=greeting)
        lines.append(made)
        station.client.close()
        station.client.ca = authority.file
        station.client.base_url = f"https://127.0.0.1:{made.port}"
        return made

    lead.authority = authority
    yield lead
    station.client.close()
    station.client.ca = None
    station.client.base_url = gateway_up.url
    for one in lines:
        one.close()


BAD = {
    "self-signed": ({"self_signed": True}, LinkState.NOT_TRUSTED),
    "other-host": ({"host": "khac.example"}, LinkState.NOT_TRUSTED),
    "expired": ({"days": -5}, LinkState.NOT_TRUSTED),
    "junk": ({"greeting": b"\x15\x03\x03\x00\x02\x02\x28" + b"junk" * 40}, LinkState.NOT_TRUSTED),
    "plain": ({"greeting": b"HTTP/1.1 400 Bad Request\r\n\r\n"}, LinkState.NOT_TRUSTED),
}


@pytest.mark.parametrize("kind", list(BAD))
def test_row_18_a_gateway_that_cannot_be_trusted(station: Workstation, secure, gateway_up, checked, seen, kind: str) -> None:
    codes = take_in(station, 2)
    facts, link = BAD[kind]
    line = secure(**facts)
    report = cycle(gateway_up, station, ok=False)
    assert report.link is link
    assert "chứng thư" in report.link.sentence.lower()
    assert not line.log, "nothing was said to a stranger"
    assert waiting(station) == 2
    secure()
    cycle(gateway_up, station, ok=True)
    seen("{kind}: not trusted, said so, nothing sent; with the right certificate everything went", kind=kind)
    checked(station, printed=codes)


def test_row_18_the_environment_brings_no_authority(
    station: Workstation, secure, gateway_up, checked, seen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    stranger = Certificates(tmp_path / "other")
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(stranger.file))
    line = FaultProxy(gateway_up.port, context=stranger.context())
    secure()
    station.client.base_url = f"https://127.0.0.1:{line.port}"
    try:
        assert cycle(gateway_up, station, ok=False).link is LinkState.NOT_TRUSTED
        assert not line.log
    finally:
        line.close()
    secure()
    cycle(gateway_up, station, ok=True)
    seen("REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE and SSL_CERT_FILE with a stranger's authority: not trusted; the province's own: works")
    checked(station)


def test_row_19_an_expired_token_is_renewed_silently(station: Workstation, line: FaultProxy, gateway_up, checked, seen) -> None:
    codes = take_in(station, 2)
    spoiled: list[str] = []

    def spoil(exchange: Exchange) -> None:
        token = faults.header(exchange.request, "Authorization")
        spoiled.append(token)
        exchange.send(exchange.forward(with_header(exchange.request, "Authorization", token[:-6] + "AAAAAA")))

    line.rule("POST", "/v1/push", spoil)
    tokens = line.count("POST", "/v1/token")
    assert cycle(gateway_up, station, ok=True).pushed == 2
    assert spoiled and line.count("POST", "/v1/token") == tokens + 1
    seen("a token the gateway refused was renewed within the same cycle")
    checked(station, printed=codes)


def test_row_19_a_401_of_somebody_else(station: Workstation, line: FaultProxy, gateway_up, checked, seen) -> None:
    codes = take_in(station, 2)
    staff = station.desk.staff
    line.rule(
        "*",
        "/v1/",
        faults.answer("401 Unauthorized", b"<html>login</html>", Content_Type="text/html", WWW_Authenticate="Basic"),
        times=1000,
    )
    tokens = line.count("POST", "/v1/token")
    report = cycle(gateway_up, station, ok=False)
    assert report.link in (LinkState.SERVER_TROUBLE, LinkState.PORTAL)
    assert (waiting(station), station.desk.staff) == (2, staff)
    assert line.count("POST", "/v1/token") <= tokens + 1
    line.heal()
    seen("a 401 without our problem document changed nothing: nobody signed out, no new token asked in a loop")
    checked(station, printed=codes)


def test_row_19_the_tokens_reply_is_lost(station: Workstation, line: FaultProxy, gateway_up, checked, seen) -> None:
    codes = take_in(station, 2)
    station.client._access = ("", 0.0)
    rule = line.rule("POST", "/v1/token", faults.torn(60), times=2)
    cycle(gateway_up, station, ok=False)
    cycle(gateway_up, station, ok=False)
    assert rule.hits == 2 and waiting(station) == 2
    assert cycle(gateway_up, station, ok=True).pushed == 2
    seen("the token's reply torn twice: asked again, then all was sent")
    checked(station, printed=codes)


def test_row_19_a_wrong_password_counts_once_when_the_verdict_is_lost(
    station: Workstation, line: FaultProxy, gateway_up, checked, seen, counter: Callable[..., Workstation]
) -> None:
    sign_out(station.desk)
    line.rule("POST", "/v1/staff/sign-in", faults.drop_reply)
    with pytest.raises(Exception) as caught:
        sign_in(station.desk, "truong.nt", "MotCua@2026", station.central)
    assert getattr(caught.value, "code", "") in ("offline-sign-in-unknown", "central-unreachable")
    line.heal()
    assert sign_in(station.desk, "truong.nt", "MotCua@2026", station.central).online
    seen("the verdict on a sign-in lost: told as unknown, the next one is judged anew")
    checked(station)
