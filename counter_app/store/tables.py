"""The tables of the counter's store. Alembic's migrations make the same ones; a test compares them.

Moments are whole seconds since 1970 in ``INTEGER`` columns (they sort and index small); the JSON beside them keeps the
spelling with the offset. The large JSON columns stand last, so that lists read only the first page of a row.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text, text

from counter_app.store.rows import CLOCK_RUNS, PRINTS, RESTING, STOPPED, UNFINISHED

metadata = MetaData()

meta = Table("meta", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False), sqlite_with_rowid=False)


def _entity(name: str, *columns: Column) -> Table:
    """``server``: the server's copy as it came. ``data``: server copy + own uncovered ops, NULL when there are none.
    ``pending``: ops not yet answered. ``sync``: 0 confirmed, 1 sent, 2 saved, 3 needs a person. ``n`` is the row number
    the full-text index knows (VACUUM would renumber a hidden one)."""
    return Table(
        name,
        metadata,
        Column("n", Integer, primary_key=True),
        Column("id", Text, nullable=False, unique=True),
        *columns,
        Column("server_version", Integer, nullable=False, server_default=text("0")),
        Column("pending", Integer, nullable=False, server_default=text("0")),
        Column("sync", Integer, nullable=False, server_default=text("0")),
        Column("server", LargeBinary),
        Column("data", LargeBinary),
    )


dossier = _entity(
    "dossier",
    #: With the codes, all that can be typed to find a dossier: search reads these columns of many, and no more than
    #: some 200 bytes of a large row are on its first page.
    Column("procedure_code", Text, nullable=False),
    Column("own_words", Text, nullable=False),
    Column("procedure_name", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("code", Text),
    Column("provisional_code", Text),
    Column("status", Integer, nullable=False),
    Column("received_at", Integer, nullable=False),
    Column("due_at", Integer),
    Column("returned_at", Integer),
    Column("holder", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("owner_name", Text, nullable=False),
)
Index("dossier_code", dossier.c.code)
Index("dossier_provisional", dossier.c.provisional_code, sqlite_where=text("provisional_code IS NOT NULL"))
Index("dossier_received", dossier.c.received_at)
#: A new dossier is in one of these, never in both; in the three final states, which hold nearly everything, it is in none.
Index("dossier_resting", dossier.c.status, dossier.c.received_at, sqlite_where=text(RESTING))
Index("dossier_stopped", dossier.c.received_at, sqlite_where=text(STOPPED))
Index("dossier_due", dossier.c.due_at, dossier.c.status, sqlite_where=text(CLOCK_RUNS))
Index("dossier_returned", dossier.c.returned_at, sqlite_where=text("returned_at IS NOT NULL"))
Index("dossier_person", dossier.c.received_at, sqlite_where=text("sync = 3"))

#: Folded words of code, provisional code, names and procedure, and blind hashes of identity numbers. Contentless: the words live
#: in the dossier itself. A row's number is ``indexing.TURN`` less the dossier's, so that the newest come first: FTS5 reads its lists
#: forwards a quarter faster than backwards. Hashes are random: as an ordinary index each pulled page would rewrite most of its
#: pages (a third of the time of a first synchronisation); FTS5 collects and merges.
FTS_DDL = (
    "CREATE VIRTUAL TABLE dossier_fts USING fts5(words, content='', contentless_delete=1, detail=none, prefix='1 2 3', tokenize='ascii')"
)

#: Every word of four letters or more that search knows. FTS5 keeps lists of beginnings up to three letters; for a longer one it
#: would join the lists of all words first (60 ms for "nguye" at a million dossiers), so those are looked up here instead. ``own`` 1:
#: a dossier has the word by itself, not in its procedure; of those also the short ones.
word = Table(
    "word",
    metadata,
    Column("word", Text, primary_key=True),
    Column("own", Integer, nullable=False),
    sqlite_with_rowid=False,
)
#: The procedures of this store's dossiers (numbers from 1, without a gap), and for each dossier in the index the number of its
#: procedure and bits of the commonest names: four bytes, ``filing.BLOCK`` dossiers in a row.
procedure = Table(
    "procedure",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
)
filed = Table("filed", metadata, Column("block", Integer, primary_key=True), Column("numbers", LargeBinary, nullable=False))

slip = _entity(
    "slip",
    Column("number", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("to_unit", Text, nullable=False),
    Column("from_unit", Text, nullable=False),
    Column("made_at", Integer, nullable=False),
    Column("status", Text, nullable=False),
)
Index("slip_number", slip.c.number)
Index("slip_made", slip.c.made_at)
slip_line = Table(
    "slip_line",
    metadata,
    Column("slip", Text, ForeignKey("slip.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("dossier", Text, nullable=False),
    Column("open", Integer, nullable=False),
    sqlite_with_rowid=False,
)
Index("slip_line_dossier", slip_line.c.dossier)

review = _entity(
    "review",
    Column("agency", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("opened_at", Integer, nullable=False),
)
Index("review_entity", review.c.entity)
Index("review_open", review.c.opened_at, sqlite_where=text("status = 'open'"))

outbox = Table(
    "outbox",
    metadata,
    Column("dseq", Integer, primary_key=True),
    Column("op_id", Text, nullable=False),
    Column("inc", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("base", Integer),
    Column("state", Text, nullable=False, server_default=text("'new'")),
    Column("created_at", Integer, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_try_at", Integer, nullable=False, server_default=text("0")),
    Column("ack_v", Integer),
    Column("ack_seq", Integer),
    Column("ack_chain", Text),
    Column("review", Text),
    Column("code", Text),
    Column("message", Text),
    #: The op a person made of this one when it was refused or could not be sent (state ``void``).
    Column("replaced_by", Text),
    Column("payload_hash", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)
#: Every index costs a page more in each save: what waits is found through the outbox, not through an index on the dossier.
#: A new op is in one index; answers are looked up among what is unfinished, by reading that index through (0.1 ms a thousand).
Index("outbox_unfinished", outbox.c.entity, outbox.c.dseq, outbox.c.op_id, outbox.c.state, sqlite_where=text(UNFINISHED))
Index("outbox_acked", outbox.c.entity, outbox.c.dseq, sqlite_where=text("state = 'acked'"))
Index("outbox_review", outbox.c.review, sqlite_where=text("review IS NOT NULL"))


def _positions(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("part", Text, primary_key=True),
        Column("seq", Integer, nullable=False),
        Column("chain", Text, nullable=False),
        sqlite_with_rowid=False,
    )


position, hi = _positions("position"), _positions("hi")

pull_quarantine = Table(
    "pull_quarantine",
    metadata,
    Column("part", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("v", Integer, primary_key=True),
    Column("why", Text, nullable=False),
    Column("at", Integer, nullable=False),
    Column("raw", LargeBinary, nullable=False),
)

#: Copies that the gateway turned out not to have (a false item came once): out of every list, kept for whoever looks into it.
disowned = Table(
    "disowned",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("v", Integer, nullable=False),
    Column("at", Integer, nullable=False),
    Column("raw", LargeBinary, nullable=False),
)

#: After a restore of the gateway: what its former life had given us, until the new one holds as much. ``stale``: the entity's own
#: ``server`` is still that copy, of no version the new gateway knows; ``data`` keeps it once another took its place. ``sent``: the
#: gateway has been given it.
former = Table(
    "former",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("part", Text, nullable=False),
    Column("v", Integer, nullable=False),
    Column("stale", Integer, nullable=False, server_default=text("1")),
    Column("sent", Integer, nullable=False, server_default=text("0")),
    Column("data", LargeBinary),
    sqlite_with_rowid=False,
)
#: Ops of another machine, brought here as a signed export (``origin``) to be sent from here, byte for byte.
carried = Table(
    "carried",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("op_id", Text, nullable=False, unique=True),
    Column("part", Text, nullable=False),
    Column("device", Integer, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'new'")),
    Column("created_at", Integer, nullable=False),
    Column("next_try_at", Integer, nullable=False, server_default=text("0")),
    Column("code", Text, nullable=False, server_default=text("''")),
    Column("message", Text, nullable=False, server_default=text("''")),
    Column("origin", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)

#: Attachments made here: the file is in ``BlobFiles`` under its digest. ``op``: the newest op that links it; while that is in the outbox
#: the file stays. ``state``: ``new`` (to be sent), ``sent`` (the gateway has it whole), ``refused`` (``code``: why).
blob = Table(
    "blob",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("sent", Integer, nullable=False, server_default=text("0")),
    Column("state", Text, nullable=False, server_default=text("'new'")),
    Column("op", Text, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("code", Text, nullable=False, server_default=text("''")),
    Column("message", Text, nullable=False, server_default=text("''")),
    sqlite_with_rowid=False,
)

lease = Table(
    "lease",
    metadata,
    Column("lease", Text, primary_key=True),
    Column("agency", Text, nullable=False),
    Column("lane", Integer, nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("valid_from", Text, nullable=False),
    Column("valid_to", Text, nullable=False),
    Column("token", Text, nullable=False),
    sqlite_with_rowid=False,
)
code_issued = Table(
    "code_issued",
    metadata,
    Column("code", Text, primary_key=True),
    Column("entity", Text, nullable=False, server_default=text("''")),
    Column("lease", Text),
    Column("date", Text, nullable=False),
    Column("n", Integer, nullable=False),
    Column("at", Integer, nullable=False),
    sqlite_with_rowid=False,
)

staff = Table(
    "staff",
    metadata,
    Column("username", Text, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("row", LargeBinary, nullable=False),
    Column("password_hash", Text),
    Column("verified_at", Integer),
    Column("failed_in_row", Integer, nullable=False, server_default=text("0")),
    Column("locked_local", Text, nullable=False, server_default=text("''")),
    Column("last_sign_in", Integer),
    sqlite_with_rowid=False,
)
sign_in = Table(
    "sign_in",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("username", Text, nullable=False),
    Column("at", Integer, nullable=False),
    Column("ok", Integer, nullable=False),
    Column("failed_in_row", Integer, nullable=False),
    Column("reported", Integer, nullable=False, server_default=text("0")),
)
Index("sign_in_unreported", sign_in.c.n, sqlite_where=text("reported = 0"))

catalogue_doc = Table(
    "catalogue_doc",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("v", Integer, nullable=False),
    Column("valid_from", Text),
    Column("valid_to", Text),
    Column("active", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
Index("catalogue_kind", catalogue_doc.c.kind, catalogue_doc.c.code, catalogue_doc.c.v)

draft = Table(
    "draft",
    metadata,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("at", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
audit = Table(
    "audit",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("at", Integer, nullable=False),
    Column("staff", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("chain", Text, nullable=False),
)
Index("audit_prints", audit.c.entity, audit.c.n, sqlite_where=text(PRINTS))
