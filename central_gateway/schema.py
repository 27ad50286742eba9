"""Bring the database to the schema of this program, or refuse one that is newer than the program."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from central_gateway.db import Database, fault
from onestop.errors import UserError

_LOCK = 0x6D6F7463


def upgrade(database: Database) -> None:
    """Run the missing migrations in one transaction; several processes starting together wait for each other.

    Raises UserError ``schema-newer`` (nothing is touched), EnvironmentFault ``database-unreachable``.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    script = ScriptDirectory.from_config(config)
    try:
        with database.write() as conn:
            if not database.is_sqlite:
                conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            current = MigrationContext.configure(conn).get_current_revision()
            if current is not None and current not in {revision.revision for revision in script.walk_revisions()}:
                raise UserError(
                    "schema-newer",
                    "Cơ sở dữ liệu do phiên bản mới hơn của chương trình tạo ra. Hãy cài phiên bản mới; dữ liệu được giữ nguyên.",
                    found=current,
                )
            config.attributes["connection"] = conn
            command.upgrade(config, "head")
    except DBAPIError as error:
        raise fault(error) from None
