"""Bring the published rules: immutable documents named by their sha256, checked before they are kept."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from counter_app.sync.client import GatewayClient
from counter_app.sync.errors import NotReached
from counter_app.sync.link_state import LinkState
from onestop.wire import CatalogueDocs, CatalogueGet, ManifestReply

if TYPE_CHECKING:
    from counter_app.store.engine import Store

_AT_ONCE = 200
_ETAG = "catalogue_etag"


def pull_catalogue(store: Store, client: GatewayClient, etag: str) -> bool:
    """Make the catalogue equal to the manifest unless we hold ``etag`` already. Documents first, then the manifest in one
    transaction: a torn download never leaves half a catalogue in force. Returns whether anything changed."""
    with store.read() as reader:
        if reader.meta_get(_ETAG) == etag:
            return False
    manifest = client.call("GET", "/v1/catalogue/manifest", ManifestReply, deadline=30.0)
    with store.read() as reader:
        missing = sorted(set(reader.missing_docs(manifest.entries)))
    docs: dict[str, str | bytes] = {}
    for start in range(0, len(missing), _AT_ONCE):
        wanted = missing[start:start + _AT_ONCE]
        reply = client.call("POST", "/v1/catalogue/get", CatalogueDocs, body=CatalogueGet(sha256=wanted), deadline=30.0)
        for digest, text in reply.docs.items():
            if hashlib.sha256(text.encode()).hexdigest() != digest:
                raise NotReached(LinkState.SERVER_TROUBLE, "catalogue-digest")
        docs |= reply.docs
    if set(missing) - set(docs):
        raise NotReached(LinkState.SERVER_TROUBLE, "catalogue-incomplete")
    with store.write() as unit:
        unit.save_catalogue(manifest.entries, docs)
        unit.meta_set(_ETAG, etag)
    return True
