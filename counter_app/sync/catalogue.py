"""Bring the published rules: immutable documents named by their sha256, checked before they are kept."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import zstandard

from counter_app.sync.client import GatewayClient
from counter_app.sync.errors import NotReached
from counter_app.sync.link_state import LinkState
from onestop.errors import EnvironmentFault, UserError
from onestop.wire import AUD_MANIFEST, CatalogueDocs, CatalogueGet, ManifestReply, manifest_digest

if TYPE_CHECKING:
    from counter_app.store.engine import Store

_AT_ONCE = 200
_ETAG, _MANIFEST = "catalogue_etag", "catalogue_manifest"
_MOST_FILE = 64 * 1024 * 1024


class CatalogueFile(msgspec.Struct):
    """A copy for machines without a line: the manifest as the gateway signed it, and every document it names."""

    manifest: ManifestReply
    docs: dict[str, str]


def pull_catalogue(store: Store, client: GatewayClient, etag: str) -> bool:
    """Make the catalogue equal to the manifest unless we hold ``etag`` already. Documents first, then the manifest in one
    transaction: a torn download never leaves half a catalogue in force. Returns whether anything changed."""
    with store.read() as reader:
        if reader.meta_get(_ETAG) == etag:
            return False
    manifest = client.call("GET", "/v1/catalogue/manifest", ManifestReply, deadline=30.0)
    if signed_at(store, manifest) is None:
        raise NotReached(LinkState.SERVER_TROUBLE, "manifest-not-genuine")
    with store.read() as reader:
        missing = sorted(set(reader.missing_docs(manifest.entries)))
    docs: dict[str, str | bytes] = {}
    for start in range(0, len(missing), _AT_ONCE):
        wanted = missing[start:start + _AT_ONCE]
        reply = client.call("POST", "/v1/catalogue/get", CatalogueDocs, body=CatalogueGet(sha256=wanted), deadline=30.0)
        for digest, text in reply.docs.items():
            if not _right(digest, text):
                raise NotReached(LinkState.SERVER_TROUBLE, "catalogue-digest")
        docs |= reply.docs
    if set(missing) - set(docs):
        raise NotReached(LinkState.SERVER_TROUBLE, "catalogue-incomplete")
    _take(store, manifest, docs, etag)
    return True


def signed_at(store: Store, manifest: ManifestReply) -> int | None:
    """When our gateway signed this manifest (seconds since 1970); None: it did not."""
    import jwt  # not needed before the window is up
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    with store.read() as reader:
        enrolment = reader.enrolment()
    assert enrolment is not None
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(enrolment.gateway_key))
    try:
        claims = jwt.decode(manifest.signature, key, algorithms=["EdDSA"], audience=AUD_MANIFEST, options={"verify_iat": False})
    except jwt.InvalidTokenError:
        return None
    fits = claims.get("digest") == manifest_digest(manifest.entries) and claims.get("etag") == manifest.etag
    return int(claims["iat"]) if fits and isinstance(claims.get("iat"), int) else None


def export_catalogue(store: Store, target: Path) -> int:
    """Write the catalogue in force here to a file for other machines of the province; returns how many documents. Raises UserError
    ``catalogue-missing`` (never synchronised), EnvironmentFault ``file-unwritable``."""
    with store.read() as reader:
        raw = reader.meta_get(_MANIFEST)
        manifest = msgspec.json.decode(raw, type=ManifestReply) if raw else ManifestReply(etag="", entries=[])
        docs = reader.catalogue_texts([entry.sha256 for entry in manifest.entries])
    if not docs:
        raise UserError("catalogue-missing", "Máy này chưa có danh mục của trung tâm. Hãy đồng bộ một lần rồi xuất lại.")
    content = zstandard.ZstdCompressor(level=6).compress(msgspec.json.encode(CatalogueFile(manifest, docs)))
    part = target.with_name(target.name + ".part")
    try:
        part.write_bytes(content)
        part.replace(target)
    except OSError:
        raise EnvironmentFault("file-unwritable", "Không ghi được tệp vào nơi đã chọn.") from None
    return len(docs)


def import_catalogue(store: Store, source: Path) -> bool:
    """Take the catalogue from such a file, with the checks of one from the gateway; returns whether anything changed. Raises UserError
    ``catalogue-file-invalid`` (damaged, altered, of another province), ``catalogue-older`` than the one in force here."""
    invalid = UserError("catalogue-file-invalid", "Tệp danh mục bị hỏng, bị sửa hoặc không phải của tỉnh này. Danh mục cũ vẫn dùng được.")
    try:
        content = zstandard.ZstdDecompressor().decompress(source.read_bytes(), max_output_size=_MOST_FILE)
        given = msgspec.json.decode(content, type=CatalogueFile)
    except OSError:
        raise UserError("file-unreadable", "Không đọc được tệp đã chọn.") from None
    except (zstandard.ZstdError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise invalid from None
    at = signed_at(store, given.manifest)
    named = {entry.sha256 for entry in given.manifest.entries}
    if at is None or set(given.docs) != named or not all(_right(*doc) for doc in given.docs.items()):
        raise invalid
    with store.read() as reader:
        raw = reader.meta_get(_MANIFEST)
        if reader.meta_get(_ETAG) == given.manifest.etag:
            return False
    if raw and at < (signed_at(store, msgspec.json.decode(raw, type=ManifestReply)) or 0):
        raise UserError("catalogue-older", "Danh mục trong tệp cũ hơn danh mục đang dùng trên máy này. Không thay đổi gì.")
    _take(store, given.manifest, dict(given.docs), given.manifest.etag)
    return True


def _take(store: Store, manifest: ManifestReply, docs: dict[str, str | bytes], etag: str) -> None:
    with store.write() as unit:
        unit.save_catalogue(manifest.entries, docs)
        unit.meta_set(_ETAG, etag)
        unit.meta_set(_MANIFEST, msgspec.json.encode(manifest).decode())


def _right(digest: str, text: str) -> bool:
    return hashlib.sha256(text.encode()).hexdigest() == digest
