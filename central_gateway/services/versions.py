"""Which protocol versions are served. ``Sync-Proto`` is ``major.minor``; a minor version only adds, so one we have not heard of is
served as ours. A version that is too old may still hand over its work: a counter that was away for months is never told to throw
anything away (``docs/decisions/0011-versions-and-retention.md``).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from central_gateway.errors import Refused
from onestop.wire import PROTO

Version = tuple[int, int]

#: When each version was replaced by the next one. Replaced versions are served at least 400 days more.
REPLACED: dict[Version, datetime] = {(1, 0): datetime(2026, 11, 22, tzinfo=UTC)}
SERVED = timedelta(days=400)

_FORM = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})")
#: What every version may always do: say who it is, learn where the gateway stands, hand over its ops.
_ALWAYS = frozenset({"/v1/enrol", "/v1/token", "/v1/hello", "/v1/push"})


def parse(text: str) -> Version:
    """``major.minor``. Raises ValueError."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError("not a protocol version")
    return int(match[1]), int(match[2])


def check(path: str, header: str | None, oldest: str) -> Version:
    """The version of a request for ``path`` (without the header: 1.0). Raises Refused 400 ``proto-malformed``, 426
    ``upgrade-required`` for a version before ``oldest`` or of another major version than ours."""
    try:
        version = parse(header) if header is not None else (1, 0)
    except ValueError:
        raise Refused(400, "proto-malformed", "Máy không cho biết đúng phiên bản giao thức.") from None
    if path in _ALWAYS or not path.startswith("/v1/"):
        return version
    if version < parse(oldest):
        raise _upgrade("Phần mềm trên máy này đã quá cũ: hãy cập nhật. Dữ liệu đã lập trên máy vẫn được gửi lên đầy đủ.")
    if version[0] > parse(PROTO)[0]:
        raise _upgrade("Phần mềm trên máy này mới hơn hệ thống trung tâm. Dữ liệu vẫn được gửi lên; hãy báo quản trị hệ thống.")
    return version


def notices(version: Version) -> dict[str, str]:
    """Headers for a version that was replaced: since when (``Deprecation``, RFC 9745) and until when it is served (``Sunset``,
    RFC 8594)."""
    since = REPLACED.get(version)
    if since is None:
        return {}
    return {"Deprecation": f"@{int(since.timestamp())}", "Sunset": format_datetime(since + SERVED, usegmt=True)}


def _upgrade(message: str) -> Refused:
    return Refused(426, "upgrade-required", message, headers={"Upgrade": f"motcua/{PROTO}"})
