"""The tables of the gateway, for PostgreSQL and SQLite alike. Migrations create them; this module describes them.

Partition (``part``) = the receiving agency. JSON documents are stored as the exact text that goes over the wire, so that
reading a page of the feed costs no parsing. Moments are ISO 8601 text in Vietnamese time (``onestop.vntime.iso``),
which sorts, reads the same on both engines and needs no zone database; days are ``yyyy-mm-dd`` text.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)

metadata = MetaData()

#: ``key`` → ``value``: ``epoch``, ``state`` (``services.life``), ``server`` (the database server this epoch began on), ``recovery``
#: (why and when the newest recovery began, JSON), ``lanes:<agency>`` (after a restore: lanes given anew begin here, until when),
#: ``gateway_key`` (Ed25519 seed, base64), ``mark_key``, ``durable:<part>`` (what the off-site backup covers).
meta = Table("meta", metadata, Column("key", String(64), primary_key=True), Column("value", Text, nullable=False))

#: Agencies this gateway serves (partitions). ``settings`` = ``onestop.wire.AgencySettings`` as JSON.
agency = Table(
    "agency", metadata,
    Column("id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("settings", Text, nullable=False),
)

device = Table(
    "device", metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("agency", String(64), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("public_key", String(64), nullable=False, unique=True),
    Column("incarnation", String(64), nullable=False),
    Column("state", String(16), nullable=False, server_default="active"),
    Column("enrolled_at", String(32), nullable=False),
    Column("last_seen", String(32)),
    Column("unread", Integer, nullable=False, server_default="0"),
    sqlite_autoincrement=True,
)

#: Agencies a device served before it was moved: ops it made there are taken until ``until`` (day).
device_scope = Table(
    "device_scope", metadata,
    Column("device", Integer, primary_key=True, autoincrement=False),
    Column("part", String(64), primary_key=True),
    Column("until", String(10), nullable=False),
)

#: Incarnations that two machines used at once (a cloned PC): whoever speaks for one is told to begin a new one.
forked = Table(
    "forked", metadata,
    Column("device", Integer, primary_key=True, autoincrement=False),
    Column("incarnation", String(64), primary_key=True),
    Column("at", String(32), nullable=False),
)

#: One-time enrolment codes; only the sha256 of the code is kept.
enrol_code = Table(
    "enrol_code", metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("agency", String(64), nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("expires_at", String(32), nullable=False),
    Column("used_at", String(32)),
    Column("device", Integer),
)

#: Staff accounts. ``pw_hash`` is an argon2id string, ``roles`` a JSON list, ``locked`` empty or why
#: (``wrong-passwords``, ``idle-year``, ``admin``). ``username`` is lower case.
staff = Table(
    "staff", metadata,
    Column("id", String(64), primary_key=True),
    Column("username", String(64), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("title", Text, nullable=False, server_default=""),
    Column("agency", String(64), nullable=False, index=True),
    Column("roles", Text, nullable=False),
    Column("pw_hash", Text, nullable=False),
    Column("failed_in_row", Integer, nullable=False, server_default="0"),
    Column("locked", String(32), nullable=False, server_default=""),
    Column("locked_at", String(32)),
    Column("created_at", String(32), nullable=False),
    Column("last_sign_in", String(32)),
    Column("version", Integer, nullable=False, server_default="1"),
)

#: Sign-in reports already counted, so that a report sent twice counts once.
sign_in_seen = Table(
    "sign_in_seen", metadata,
    Column("device", Integer, primary_key=True, autoincrement=False),
    Column("username", String(64), primary_key=True),
    Column("at", String(40), primary_key=True),
)

#: Immutable catalogue documents: ``kind`` agency, procedure, calendar, codes, field. ``body`` is the exact JSON text whose
#: sha256 is in the manifest.
catalogue_doc = Table(
    "catalogue_doc", metadata,
    Column("kind", String(16), primary_key=True),
    Column("code", String(64), primary_key=True),
    Column("v", Integer, primary_key=True, autoincrement=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("body", Text, nullable=False),
    Column("valid_from", String(10)),
    Column("valid_to", String(10)),
)

#: Every op ever answered with its result (``onestop.wire.OpResult`` as JSON): the constraint is the deduplication. ``dseq`` is 0
#: where it proves nothing about the incarnation (unreadable ops, ops another machine brought); else it is taken once.
op = Table(
    "op", metadata,
    Column("op_id", String(64), primary_key=True),
    Column("part", String(64), nullable=False),
    Column("device", Integer, nullable=False),
    Column("incarnation", String(64), nullable=False),
    Column("dseq", BigInteger, nullable=False),
    Column("payload_hash", String(64), nullable=False),
    Column("result", Text, nullable=False),
    Column("received_at", String(32), nullable=False),
    Index("uq_op_dseq", "device", "incarnation", "dseq", unique=True, postgresql_where=text("dseq > 0"), sqlite_where=text("dseq > 0")),
)
#: An op with a place of its own. The number is written out: with a parameter there, no engine takes the partial index.
placed = op.c.dseq > literal_column("0")

#: Dossiers, slips and reviews (``kind``) as they stand; ids are unique over the kinds. ``code``: the official dossier code,
#: unique over all agencies (the last wall against a number printed twice). ``data`` = the entity as JSON with ``version``. ``mark``:
#: keyed hash of (agency, procedure, owner's identity number), by which the same case received at two desks is found.
entity = Table(
    "entity", metadata,
    Column("id", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("part", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("code", String(64), unique=True),
    Column("mark", BigInteger),
    Column("data", Text, nullable=False),
    Index("ix_entity_part", "part", "kind", "id"),
    Index("ix_entity_mark", "mark", postgresql_where=text("mark IS NOT NULL"), sqlite_where=text("mark IS NOT NULL")),
)

#: Other printed texts that lead to an entity for ever: provisional codes, slip numbers, codes refused as a clash.
alias = Table(
    "alias", metadata,
    Column("text", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
)

feed = Table(
    "feed", metadata,
    Column("part", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("op_id", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("id", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("chain", String(16), nullable=False),
    Column("data", Text, nullable=False),
    Column("committed_at", String(32), nullable=False),
)

#: One row a partition, locked last in every push: what makes the feed gap-free. ``held`` (how many) and ``xor`` are the sum
#: (``onestop.feed.Sum``, ``xor`` as 16 hex digits) over the current states of the partition. Feed rows up to ``pruned`` are gone
#: (their chain is in ``feed_chain``), chain values up to ``forgotten`` too.
feed_head = Table(
    "feed_head", metadata,
    Column("part", String(64), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("chain", String(16), nullable=False),
    Column("held", BigInteger, nullable=False, server_default="0"),
    Column("xor", String(16), nullable=False, server_default="0" * 16),
    Column("pruned", BigInteger, nullable=False, server_default="0"),
    Column("forgotten", BigInteger, nullable=False, server_default="0"),
)

#: What is left of feed rows that were dropped: enough for a counter cut off for months to prove its position. ``day`` = when the
#: row was committed.
feed_chain = Table(
    "feed_chain", metadata,
    Column("part", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("chain", String(16), nullable=False),
    Column("day", String(10), nullable=False),
)

#: What an authenticated device sent and nobody could read: the bytes as they came (at most 1 MiB) and why.
dead_letter = Table(
    "dead_letter", metadata,
    Column("device", Integer, primary_key=True, autoincrement=False),
    Column("sha256", String(64), primary_key=True),
    Column("agency", String(64), nullable=False),
    Column("at", String(32), nullable=False, index=True),
    Column("reason", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
)

#: Attachments that are complete in the blob folder, by the agencies whose counters brought them: those may read them.
blob = Table(
    "blob", metadata,
    Column("part", String(64), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("device", Integer, nullable=False),
    Column("at", String(32), nullable=False),
)

#: Lanes. A (agency, lane) is leased to one device for ever: a lane is never given to another for dates it covered.
lease = Table(
    "lease", metadata,
    Column("id", String(64), primary_key=True),
    Column("agency", String(64), nullable=False),
    Column("lane", Integer, nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("valid_from", String(10), nullable=False),
    Column("valid_to", String(10), nullable=False),
    Column("device", Integer, nullable=False, index=True),
    Column("incarnation", String(64), nullable=False),
    UniqueConstraint("agency", "lane", name="uq_lease_agency_lane"),
    CheckConstraint("first = 2000 + lane * 200 AND last = first + 199", name="ck_lease_range"),
)

number_pool = Table(
    "number_pool", metadata,
    Column("agency", String(64), primary_key=True),
    Column("date", String(10), primary_key=True),
    Column("last", Integer, nullable=False),
)

#: Numbers given online, by the op that asked.
number_issued = Table(
    "number_issued", metadata,
    Column("op", String(64), primary_key=True),
    Column("agency", String(64), nullable=False),
    Column("date", String(10), nullable=False),
    Column("n", Integer, nullable=False),
    Column("code", String(64), nullable=False),
    Column("entity", String(64), nullable=False),
    Column("device", Integer),
    UniqueConstraint("agency", "date", "n", name="uq_number_issued"),
)

#: Lease requests already answered (idempotent by ``op``): hash of the request and the reply as JSON.
answered = Table(
    "answered", metadata,
    Column("op", String(64), primary_key=True),
    Column("device", Integer, nullable=False),
    Column("request_hash", String(64), nullable=False),
    Column("reply", Text, nullable=False),
)

#: After a restore: states that counters still hold and this database lost, until the recovery ends. ``variant`` tells copies apart of
#: which neither contains the other.
salvage = Table(
    "salvage", metadata,
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("part", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("variant", Integer, primary_key=True, autoincrement=False),
    Column("v", Integer, nullable=False),
    Column("data", Text, nullable=False),
    Column("device", Integer, nullable=False),
)

#: Who has told everything it holds in an epoch: copies (``salvaged_at``) and lanes (``lanes_at``).
reported = Table(
    "reported", metadata,
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("device", Integer, primary_key=True, autoincrement=False),
    Column("salvaged_at", String(32)),
    Column("lanes_at", String(32)),
)
