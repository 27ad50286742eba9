"""The words on the wire for attachments: files named by the sha256 of their bytes, sent in parts beside the ops."""

from __future__ import annotations

import msgspec

from onestop.wire import Whole

#: Attachments: parts go up (and come down) as bytes of this type, at most so many at a time.
OCTETS = "application/offset+octet-stream"
H_OFFSET = "Upload-Offset"
H_LENGTH = "Upload-Length"
PART_BYTES = 1024 * 1024


class BlobRequest(msgspec.Struct, kw_only=True):
    """``POST /v1/blobs``: an attachment is to come, named by the sha256 of its bytes."""

    sha256: str
    size: Whole
    media_type: str = ""


class BlobReply(msgspec.Struct, kw_only=True):
    """``offset``: how many bytes the gateway holds; ``complete``: all of them, and their digest is right. Parts go to
    ``PATCH /v1/blobs/{sha256}`` as ``application/offset+octet-stream`` with ``Upload-Offset`` and ``Content-Digest``."""

    sha256: str
    offset: Whole
    complete: bool = False
