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


def pull_catalogue(store: Store, client: GatewayClient, etag: str) -> bool:
    """Make the catalogue equal to the manifest unless we hold ``etag`` already. Documents first, then the manifest in one
    transaction: a torn download never leaves half a catalogue in force. Returns whether anything changed."""
    if store.catalogue_etag() == etag:
        return False
    manifest = client.call("GET", "/v1/catalogue/manifest", ManifestReply, deadline=30.0)
    missing = sorted({e.sha256 for e in manifest.entries} - store.catalogue_digests())
    docs: dict[str, str] = {}
    for start in range(0, len(missing), _AT_ONCE):
        wanted = missing[start:start + _AT_ONCE]
        reply = client.call("POST", "/v1/catalogue/get", CatalogueDocs, body=CatalogueGet(sha256=wanted), deadline=30.0)
        for digest, text in reply.docs.items():
            if hashlib.sha256(text.encode()).hexdigest() != digest:
                raise NotReached(LinkState.SERVER_TROUBLE, "catalogue-digest")
        docs |= reply.docs
    if set(missing) - set(docs):
        raise NotReached(LinkState.SERVER_TROUBLE, "catalogue-incomplete")
    store.save_catalogue(manifest, docs)
    return True
