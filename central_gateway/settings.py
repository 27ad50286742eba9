"""What an installation of the gateway decides. Everything has a value that is right for a province."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """``database`` is an SQLAlchemy URL (PostgreSQL or SQLite). Sizes in bytes, times in the unit of their name. Counters
    that speak a protocol older than ``oldest_proto`` may only hand over their work (426). ``witness``: folder of the witness file
    (``services.witness``), empty for none. ``blobs``: folder of the attachments (empty: none are taken; with SQLite one beside the
    database), shared by all workers; unfinished ones go after ``blob_days``.
    ``push_permits``: pushes at work at once in a process (0: two a core), ``push_queue`` more wait; a device may push ``device_rate``
    times a second (``device_burst`` at once) and read ten times as often.
    ``wrong_burst`` wrong passwords of a device (or enrolment codes from an address) are judged at once, then one in ``wrong_seconds``
    (``services.tries``)."""

    database: str
    oldest_proto: str = "1.0"
    witness: str = ""
    blobs: str = ""
    max_blob_bytes: int = 50_000_000
    blob_days: int = 30
    access_seconds: int = 15 * 60
    assertion_seconds: int = 5 * 60
    clock_leeway_seconds: int = 120
    enrol_code_hours: int = 72
    lease_days: int = 60
    max_wire_bytes: int = 1024 * 1024
    max_body_bytes: int = 1024 * 1024
    compress_from_bytes: int = 1024
    lock_timeout_ms: int = 2000
    statement_timeout_ms: int = 0
    push_permits: int = 0
    push_queue: int = 64
    device_rate: float = 20
    device_burst: float = 200
    pool_size: int = 16
    failed_sign_ins: int = 5
    wrong_burst: int = 10
    wrong_seconds: float = 60
    idle_days: int = 365
    argon2_memory_kib: int = 64 * 1024
    argon2_passes: int = 3
