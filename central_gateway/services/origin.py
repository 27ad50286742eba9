"""Ops that another machine of the agency hands in for one that cannot: a signed export (``onestop.wire.PushRequest``)."""

from __future__ import annotations

from dataclasses import dataclass

import jwt
from sqlalchemy import Connection, select

from central_gateway import security
from central_gateway.errors import Refused
from central_gateway.services import devices
from central_gateway.services.incoming import Incoming
from central_gateway.tables import device
from onestop.wire import AUD_STUCK

MOST_OPS = 1000


@dataclass(frozen=True, slots=True)
class Origin:
    """The machine that made the ops. ``digests``: sha256 of each op it signed for. ``fenced``: it may no longer speak itself."""

    device: int
    incarnation: str
    digests: frozenset[str]
    fenced: bool

    def covers(self, works: list[Incoming]) -> None:
        """Raises Refused 403 ``origin-mismatch`` when an op was not signed for: then nothing is applied."""
        if any(work.digest not in self.digests for work in works):
            raise Refused(403, "origin-mismatch", "Tệp thao tác không khớp với chữ ký của máy đã xuất. Hãy xuất lại tệp trên máy đó.")


def verify(conn: Connection, token: str, part: str) -> Origin:
    """Who made the ops of an export, and which. Raises Refused 403 ``origin-invalid``: not signed by a device of this gateway that
    serves, or not long ago served, ``part``."""
    try:
        number = int(jwt.decode(token, options={"verify_signature": False})["iss"])
        row = conn.execute(select(device).where(device.c.id == number)).first() if 0 < number < 2**31 else None
        if row is None or not devices.may_push(conn, number, row.agency, part):
            raise _invalid()
        claims = jwt.decode(token, security.public_key(row.public_key), ["EdDSA"], audience=AUD_STUCK,
                            options={"require": ["iss", "sub", "aud", "iat", "inc", "ops"], "verify_iat": False})
        digests = claims["ops"]
        if claims["sub"] != claims["iss"] or not isinstance(digests, list) or len(digests) > MOST_OPS:
            raise _invalid()
        return Origin(number, security.incarnation(str(claims["inc"])), frozenset(map(str, digests)), row.state != devices.ACTIVE)
    except (jwt.InvalidTokenError, KeyError, ValueError, TypeError, RecursionError):
        raise _invalid() from None


def _invalid() -> Refused:
    return Refused(403, "origin-invalid", "Tệp thao tác không do máy của đơn vị này xuất ra hoặc đã bị sửa. Không có gì được nhận.")
