"""The first schema: identities, catalogue, ops, entities, feed, lanes and numbers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table. Forward only: a restore goes back, a downgrade never does."""
    op.create_table("agency",
    sa.Column("id", sa.String(length=64), nullable=False),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("settings", sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint("id")
    )
    op.create_table("alias",
    sa.Column("text", sa.String(length=64), nullable=False),
    sa.Column("id", sa.String(length=64), nullable=False),
    sa.Column("kind", sa.String(length=16), nullable=False),
    sa.PrimaryKeyConstraint("text", "id")
    )
    op.create_table("answered",
    sa.Column("op", sa.String(length=64), nullable=False),
    sa.Column("device", sa.Integer(), nullable=False),
    sa.Column("request_hash", sa.String(length=64), nullable=False),
    sa.Column("reply", sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint("op")
    )
    op.create_table("blob",
    sa.Column("part", sa.String(length=64), nullable=False),
    sa.Column("sha256", sa.String(length=64), nullable=False),
    sa.Column("size", sa.BigInteger(), nullable=False),
    sa.Column("device", sa.Integer(), nullable=False),
    sa.Column("at", sa.String(length=32), nullable=False),
    sa.PrimaryKeyConstraint("part", "sha256")
    )
    op.create_table("catalogue_doc",
    sa.Column("kind", sa.String(length=16), nullable=False),
    sa.Column("code", sa.String(length=64), nullable=False),
    sa.Column("v", sa.Integer(), autoincrement=False, nullable=False),
    sa.Column("sha256", sa.String(length=64), nullable=False),
    sa.Column("body", sa.Text(), nullable=False),
    sa.Column("valid_from", sa.String(length=10), nullable=True),
    sa.Column("valid_to", sa.String(length=10), nullable=True),
    sa.PrimaryKeyConstraint("kind", "code", "v")
    )
    op.create_index(op.f("ix_catalogue_doc_sha256"), "catalogue_doc", ["sha256"], unique=False)
    op.create_table("dead_letter",
    sa.Column("device", sa.Integer(), autoincrement=False, nullable=False),
    sa.Column("sha256", sa.String(length=64), nullable=False),
    sa.Column("agency", sa.String(length=64), nullable=False),
    sa.Column("at", sa.String(length=32), nullable=False),
    sa.Column("reason", sa.String(length=64), nullable=False),
    sa.Column("body", sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint("device", "sha256")
    )
    op.create_index(op.f("ix_dead_letter_at"), "dead_letter", ["at"], unique=False)
    op.create_table("device",
    sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
    sa.Column("agency", sa.String(length=64), nullable=False),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("public_key", sa.String(length=64), nullable=False),
    sa.Column("incarnation", sa.String(length=64), nullable=False),
    sa.Column("state", sa.String(length=16), server_default="active", nullable=False),
    sa.Column("enrolled_at", sa.String(length=32), nullable=False),
    sa.Column("last_seen", sa.String(length=32), nullable=True),
    sa.Column("unread", sa.Integer(), server_default="0", nullable=False),
    sa.PrimaryKeyConstraint("id"),
    sa.UniqueConstraint("public_key"),
    sqlite_autoincrement=True
    )
    op.create_index(op.f("ix_device_agency"), "device", ["agency"], unique=False)
    op.create_table("device_scope",
    sa.Column("device", sa.Integer(), autoincrement=False, nullable=False),
    sa.Column("part", sa.String(length=64), nullable=False),
    sa.Column("until", sa.String(length=10), nullable=False),
    sa.PrimaryKeyConstraint("device", "part")
    )
    op.create_table("enrol_code",
    sa.Column("code_hash", sa.String(length=64), nullable=False),
    sa.Column("agency", sa.String(length=64), nullable=False),
    sa.Column("created_at", sa.String(length=32), nullable=False),
    sa.Column("expires_at", sa.String(length=32), nullable=False),
    sa.Column("used_at", sa.String(length=32), nullable=True),
    sa.Column("device", sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint("code_hash")
    )
    op.create_table("entity",
    sa.Column("id", sa.String(length=64), nullable=False),
    sa.Column("kind", sa.String(length=16), nullable=False),
    sa.Column("part", sa.String(length=64), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("code", sa.String(length=64), nullable=True),
    sa.Column("mark", sa.BigInteger(), nullable=True),
    sa.Column("data", sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint("id"),
    sa.UniqueConstraint("code")
    )
    op.create_index("ix_entity_mark", "entity", ["mark"], unique=False, postgresql_where=sa.text("mark IS NOT NULL"),
                    sqlite_where=sa.text("mark IS NOT NULL"))
    op.create_index("ix_entity_part", "entity", ["part", "kind", "id"], unique=False)
    op.create_table("feed",
    sa.Column("part", sa.String(length=64), nullable=False),
    sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column("op_id", sa.String(length=64), nullable=False),
    sa.Column("kind", sa.String(length=16), nullable=False),
    sa.Column("id", sa.String(length=64), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("chain", sa.String(length=16), nullable=False),
    sa.Column("data", sa.Text(), nullable=False),
    sa.Column("committed_at", sa.String(length=32), nullable=False),
    sa.PrimaryKeyConstraint("part", "seq")
    )
    op.create_table("feed_chain",
    sa.Column("part", sa.String(length=64), nullable=False),
    sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column("chain", sa.String(length=16), nullable=False),
    sa.Column("day", sa.String(length=10), nullable=False),
    sa.PrimaryKeyConstraint("part", "seq")
    )
    op.create_table("feed_head",
    sa.Column("part", sa.String(length=64), nullable=False),
    sa.Column("seq", sa.BigInteger(), nullable=False),
    sa.Column("chain", sa.String(length=16), nullable=False),
    sa.Column("held", sa.BigInteger(), server_default="0", nullable=False),
    sa.Column("xor", sa.String(length=16), server_default="0" * 16, nullable=False),
    sa.Column("pruned", sa.BigInteger(), server_default="0", nullable=False),
    sa.Column("forgotten", sa.BigInteger(), server_default="0", nullable=False),
    sa.PrimaryKeyConstraint("part")
    )
    op.create_table("forked",
    sa.Column("device", sa.Integer(), autoincrement=False, nullable=False),
    sa.Column("incarnation", sa.String(length=64), nullable=False),
    sa.Column("at", sa.String(length=32), nullable=False),
    sa.PrimaryKeyConstraint("device", "incarnation")
    )
    op.create_table("lease",
    sa.Column("id", sa.String(length=64), nullable=False),
    sa.Column("agency", sa.String(length=64), nullable=False),
    sa.Column("lane", sa.Integer(), nullable=False),
    sa.Column("first", sa.Integer(), nullable=False),
    sa.Column("last", sa.Integer(), nullable=False),
    sa.Column("valid_from", sa.String(length=10), nullable=False),
    sa.Column("valid_to", sa.String(length=10), nullable=False),
    sa.Column("device", sa.Integer(), nullable=False),
    sa.Column("incarnation", sa.String(length=64), nullable=False),
    sa.CheckConstraint("first = 2000 + lane * 200 AND last = first + 199", name="ck_lease_range"),
    sa.PrimaryKeyConstraint("id"),
    sa.UniqueConstraint("agency", "lane", name="uq_lease_agency_lane")
    )
    op.create_index(op.f("ix_lease_device"), "lease", ["device"], unique=False)
    op.create_table("meta",
    sa.Column("key", sa.String(length=64), nullable=False),
    sa.Column("value", sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint("key")
    )
    op.create_table("number_issued",
    sa.Column("op", sa.String(length=64), nullable=False),
    sa.Column("agency", sa.String(length=64), nullable=False),
    sa.Column("date", sa.String(length=10), nullable=False),
    sa.Column("n", sa.Integer(), nullable=False),
    sa.Column("code", sa.String(length=64), nullable=False),
    sa.Column("entity", sa.String(length=64), nullable=False),
    sa.Column("device", sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint("op"),
    sa.UniqueConstraint("agency", "date", "n", name="uq_number_issued")
    )
    op.create_table("number_pool",
    sa.Column("agency", sa.String(length=64), nullable=False),
    sa.Column("date", sa.String(length=10), nullable=False),
    sa.Column("last", sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint("agency", "date")
    )
    op.create_table("op",
    sa.Column("op_id", sa.String(length=64), nullable=False),
    sa.Column("part", sa.String(length=64), nullable=False),
    sa.Column("device", sa.Integer(), nullable=False),
    sa.Column("incarnation", sa.String(length=64), nullable=False),
    sa.Column("dseq", sa.BigInteger(), nullable=False),
    sa.Column("payload_hash", sa.String(length=64), nullable=False),
    sa.Column("result", sa.Text(), nullable=False),
    sa.Column("received_at", sa.String(length=32), nullable=False),
    sa.PrimaryKeyConstraint("op_id")
    )
    op.create_index("uq_op_dseq", "op", ["device", "incarnation", "dseq"], unique=True, postgresql_where=sa.text("dseq > 0"),
                    sqlite_where=sa.text("dseq > 0"))
    op.create_table("reported",
    sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
    sa.Column("device", sa.Integer(), autoincrement=False, nullable=False),
    sa.Column("salvaged_at", sa.String(length=32), nullable=True),
    sa.Column("lanes_at", sa.String(length=32), nullable=True),
    sa.PrimaryKeyConstraint("epoch", "device")
    )
    op.create_table("salvage",
    sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
    sa.Column("part", sa.String(length=64), nullable=False),
    sa.Column("kind", sa.String(length=16), nullable=False),
    sa.Column("id", sa.String(length=64), nullable=False),
    sa.Column("variant", sa.Integer(), autoincrement=False, nullable=False),
    sa.Column("v", sa.Integer(), nullable=False),
    sa.Column("data", sa.Text(), nullable=False),
    sa.Column("device", sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint("epoch", "part", "kind", "id", "variant")
    )
    op.create_table("sign_in_seen",
    sa.Column("device", sa.Integer(), autoincrement=False, nullable=False),
    sa.Column("username", sa.String(length=64), nullable=False),
    sa.Column("at", sa.String(length=40), nullable=False),
    sa.PrimaryKeyConstraint("device", "username", "at")
    )
    op.create_table("staff",
    sa.Column("id", sa.String(length=64), nullable=False),
    sa.Column("username", sa.String(length=64), nullable=False),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("title", sa.Text(), server_default="", nullable=False),
    sa.Column("agency", sa.String(length=64), nullable=False),
    sa.Column("roles", sa.Text(), nullable=False),
    sa.Column("pw_hash", sa.Text(), nullable=False),
    sa.Column("failed_in_row", sa.Integer(), server_default="0", nullable=False),
    sa.Column("locked", sa.String(length=32), server_default="", nullable=False),
    sa.Column("locked_at", sa.String(length=32), nullable=True),
    sa.Column("created_at", sa.String(length=32), nullable=False),
    sa.Column("last_sign_in", sa.String(length=32), nullable=True),
    sa.Column("version", sa.Integer(), server_default="1", nullable=False),
    sa.PrimaryKeyConstraint("id"),
    sa.UniqueConstraint("username")
    )
    op.create_index(op.f("ix_staff_agency"), "staff", ["agency"], unique=False)
