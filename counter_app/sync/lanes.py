"""Lanes are believed only when the gateway's signature says the same as the reply: a number printed from a forged or mangled
lane could be printed twice."""

from __future__ import annotations

import base64

from counter_app.sync.errors import NotReached
from counter_app.sync.link_state import LinkState
from onestop.wire import AUD_LEASE, EnrolReply, Lease


def checked(leases: list[Lease], enrolment: EnrolReply) -> list[Lease]:
    """The leases, each verified (Ed25519) against the key learnt at enrolment and against its own plain fields. Raises
    NotReached ``lease-not-genuine``: then nothing of the reply is used, and the lanes held before go on."""
    import jwt  # not needed before the window is up
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(enrolment.gateway_key))
    for lease in leases:
        try:
            claims = jwt.decode(lease.token, key, algorithms=["EdDSA"], audience=AUD_LEASE)
        except jwt.InvalidTokenError:
            raise NotReached(LinkState.SERVER_TROUBLE, "lease-not-genuine") from None
        said = (lease.lease, lease.agency, lease.lane, lease.first, lease.last, lease.valid_from.isoformat(), lease.valid_to.isoformat())
        signed = tuple(claims.get(name) for name in ("lease", "agency", "lane", "first", "last", "valid_from", "valid_to"))
        if said != signed or lease.agency != enrolment.agency or claims.get("device") != enrolment.device:
            raise NotReached(LinkState.SERVER_TROUBLE, "lease-not-genuine")
    return leases
