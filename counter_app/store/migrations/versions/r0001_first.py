"""The first schema. Frozen: a later change is a later revision.

Revision ID: 0001
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE audit (
    n INTEGER NOT NULL,
    at INTEGER NOT NULL,
    staff TEXT NOT NULL,
    action TEXT NOT NULL,
    entity TEXT NOT NULL,
    facts TEXT NOT NULL,
    chain TEXT NOT NULL,
    PRIMARY KEY (n)
)""",
    """CREATE INDEX audit_prints ON audit (entity, n) WHERE action = 'print-log'""",
    """CREATE TABLE blob (
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    sent INTEGER DEFAULT 0 NOT NULL,
    state TEXT DEFAULT 'new' NOT NULL,
    op TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    code TEXT DEFAULT '' NOT NULL,
    message TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (sha256)
)
WITHOUT ROWID""",
    """CREATE TABLE carried (
    n INTEGER NOT NULL,
    op_id TEXT NOT NULL,
    part TEXT NOT NULL,
    device INTEGER NOT NULL,
    state TEXT DEFAULT 'new' NOT NULL,
    created_at INTEGER NOT NULL,
    next_try_at INTEGER DEFAULT 0 NOT NULL,
    code TEXT DEFAULT '' NOT NULL,
    message TEXT DEFAULT '' NOT NULL,
    origin TEXT NOT NULL,
    payload BLOB NOT NULL,
    PRIMARY KEY (n),
    UNIQUE (op_id)
)""",
    """CREATE TABLE catalogue_doc (
    sha256 TEXT NOT NULL,
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    v INTEGER NOT NULL,
    valid_from TEXT,
    valid_to TEXT,
    active INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (sha256)
)""",
    """CREATE INDEX catalogue_kind ON catalogue_doc (kind, code, v)""",
    """CREATE TABLE code_issued (
    code TEXT NOT NULL,
    entity TEXT DEFAULT '' NOT NULL,
    lease TEXT,
    date TEXT NOT NULL,
    n INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (code)
)
 WITHOUT ROWID""",
    """CREATE TABLE dossier (
    n INTEGER NOT NULL,
    id TEXT NOT NULL,
    procedure_code TEXT NOT NULL,
    own_words TEXT NOT NULL,
    procedure_name TEXT NOT NULL,
    agency TEXT NOT NULL,
    code TEXT,
    provisional_code TEXT,
    status INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    due_at INTEGER,
    returned_at INTEGER,
    holder TEXT NOT NULL,
    channel TEXT NOT NULL,
    owner_name TEXT NOT NULL,
    server_version INTEGER DEFAULT 0 NOT NULL,
    pending INTEGER DEFAULT 0 NOT NULL,
    sync INTEGER DEFAULT 0 NOT NULL,
    server BLOB,
    data BLOB,
    PRIMARY KEY (n),
    UNIQUE (id)
)""",
    """CREATE INDEX dossier_code ON dossier (code)""",
    """CREATE INDEX dossier_due ON dossier (due_at, status) WHERE status NOT IN (1, 3, 5, 6, 8, 9, 10)""",
    """CREATE INDEX dossier_person ON dossier (received_at) WHERE sync = 3""",
    """CREATE INDEX dossier_provisional ON dossier (provisional_code) WHERE provisional_code IS NOT NULL""",
    """CREATE INDEX dossier_received ON dossier (received_at)""",
    """CREATE INDEX dossier_returned ON dossier (returned_at) WHERE returned_at IS NOT NULL""",
    """CREATE INDEX dossier_resting ON dossier (status, received_at) WHERE status IN (1, 5, 6, 9)""",
    """CREATE INDEX dossier_stopped ON dossier (received_at) WHERE status = 8""",
    """CREATE TABLE disowned (
    n INTEGER NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    part TEXT NOT NULL,
    v INTEGER NOT NULL,
    at INTEGER NOT NULL,
    raw BLOB NOT NULL,
    PRIMARY KEY (n)
)""",
    """CREATE TABLE draft (
    id TEXT NOT NULL,
    title TEXT NOT NULL,
    at INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (id)
)""",
    """CREATE TABLE filed (
    block INTEGER NOT NULL,
    numbers BLOB NOT NULL,
    PRIMARY KEY (block)
)""",
    """CREATE TABLE former (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    part TEXT NOT NULL,
    v INTEGER NOT NULL,
    stale INTEGER DEFAULT 1 NOT NULL,
    sent INTEGER DEFAULT 0 NOT NULL,
    data BLOB,
    PRIMARY KEY (kind, id)
)
 WITHOUT ROWID""",
    """CREATE TABLE hi (
    part TEXT NOT NULL,
    seq INTEGER NOT NULL,
    chain TEXT NOT NULL,
    PRIMARY KEY (part)
)
 WITHOUT ROWID""",
    """CREATE TABLE lease (
    lease TEXT NOT NULL,
    agency TEXT NOT NULL,
    lane INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to TEXT NOT NULL,
    token TEXT NOT NULL,
    PRIMARY KEY (lease)
)
 WITHOUT ROWID""",
    """CREATE TABLE meta (
    "key" TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY ("key")
)
 WITHOUT ROWID""",
    """CREATE TABLE outbox (
    dseq INTEGER NOT NULL,
    op_id TEXT NOT NULL,
    inc TEXT NOT NULL,
    part TEXT NOT NULL,
    entity TEXT NOT NULL,
    target TEXT NOT NULL,
    kind TEXT NOT NULL,
    base INTEGER,
    state TEXT DEFAULT 'new' NOT NULL,
    created_at INTEGER NOT NULL,
    attempts INTEGER DEFAULT 0 NOT NULL,
    next_try_at INTEGER DEFAULT 0 NOT NULL,
    ack_v INTEGER,
    ack_seq INTEGER,
    ack_chain TEXT,
    review TEXT,
    code TEXT,
    message TEXT,
    replaced_by TEXT,
    payload_hash TEXT NOT NULL,
    payload BLOB NOT NULL,
    PRIMARY KEY (dseq)
)""",
    """CREATE INDEX outbox_acked ON outbox (entity, dseq) WHERE state = 'acked'""",
    """CREATE INDEX outbox_review ON outbox (review) WHERE review IS NOT NULL""",
    """CREATE INDEX outbox_unfinished ON outbox (entity, dseq, op_id, state) WHERE state IN ('new', 'sent', 'review', 'quarantined')""",
    """CREATE TABLE position (
    part TEXT NOT NULL,
    seq INTEGER NOT NULL,
    chain TEXT NOT NULL,
    PRIMARY KEY (part)
)
 WITHOUT ROWID""",
    """CREATE TABLE procedure (
    n INTEGER NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (n)
)""",
    """CREATE TABLE pull_quarantine (
    part TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    v INTEGER NOT NULL,
    why TEXT NOT NULL,
    at INTEGER NOT NULL,
    raw BLOB NOT NULL,
    PRIMARY KEY (part, kind, id, v)
)""",
    """CREATE TABLE review (
    n INTEGER NOT NULL,
    id TEXT NOT NULL,
    agency TEXT NOT NULL,
    entity TEXT NOT NULL,
    status TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    server_version INTEGER DEFAULT 0 NOT NULL,
    pending INTEGER DEFAULT 0 NOT NULL,
    sync INTEGER DEFAULT 0 NOT NULL,
    server BLOB,
    data BLOB,
    PRIMARY KEY (n),
    UNIQUE (id)
)""",
    """CREATE INDEX review_entity ON review (entity)""",
    """CREATE INDEX review_open ON review (opened_at) WHERE status = 'open'""",
    """CREATE TABLE sign_in (
    n INTEGER NOT NULL,
    username TEXT NOT NULL,
    at INTEGER NOT NULL,
    ok INTEGER NOT NULL,
    failed_in_row INTEGER NOT NULL,
    reported INTEGER DEFAULT 0 NOT NULL,
    PRIMARY KEY (n)
)""",
    """CREATE INDEX sign_in_unreported ON sign_in (n) WHERE reported = 0""",
    """CREATE TABLE slip (
    n INTEGER NOT NULL,
    id TEXT NOT NULL,
    number TEXT NOT NULL,
    agency TEXT NOT NULL,
    direction TEXT NOT NULL,
    to_unit TEXT NOT NULL,
    from_unit TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    status TEXT NOT NULL,
    server_version INTEGER DEFAULT 0 NOT NULL,
    pending INTEGER DEFAULT 0 NOT NULL,
    sync INTEGER DEFAULT 0 NOT NULL,
    server BLOB,
    data BLOB,
    PRIMARY KEY (n),
    UNIQUE (id)
)""",
    """CREATE INDEX slip_made ON slip (made_at)""",
    """CREATE INDEX slip_number ON slip (number)""",
    """CREATE TABLE staff (
    username TEXT NOT NULL,
    id TEXT NOT NULL,
    "row" BLOB NOT NULL,
    password_hash TEXT,
    verified_at INTEGER,
    failed_in_row INTEGER DEFAULT 0 NOT NULL,
    locked_local TEXT DEFAULT '' NOT NULL,
    last_sign_in INTEGER,
    PRIMARY KEY (username),
    UNIQUE (id)
)
 WITHOUT ROWID""",
    """CREATE TABLE word (
    word TEXT NOT NULL,
    own INTEGER NOT NULL,
    PRIMARY KEY (word)
)
 WITHOUT ROWID""",
    """CREATE TABLE slip_line (
    slip TEXT NOT NULL,
    seq INTEGER NOT NULL,
    dossier TEXT NOT NULL,
    open INTEGER NOT NULL,
    PRIMARY KEY (slip, seq),
    FOREIGN KEY(slip) REFERENCES slip (id) ON DELETE CASCADE
)
 WITHOUT ROWID""",
    """CREATE INDEX slip_line_dossier ON slip_line (dossier)""",
    """CREATE VIRTUAL TABLE dossier_fts USING fts5(words, content='', contentless_delete=1, detail=none,
    prefix='1 2 3', tokenize='ascii')""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
