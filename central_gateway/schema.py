"""Bring the database to the schema of this program, or refuse one that is newer than the program."""

from __future__ import annotations

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from central_gateway.db import Database, fault, must_retry, sqlstate
from onestop.errors import UserError

#: Another process was quicker: what we were about to make is there (table, column, name, key).
_RACED = {"42P07", "42701", "42710", "23505"}
_TRIES = 10
_alembic = threading.Lock()  # its context is one per process


def upgrade(database: Database) -> None:
    """Run the missing migrations in one transaction. Of several processes that start together the first to commit wins; the others
    are rolled back whole and find it done. (No advisory lock: not every engine of docs/operations/scale.md has one.)

    Raises UserError ``schema-newer`` (nothing is touched), EnvironmentFault ``database-unreachable``.
    """
    for left in reversed(range(_TRIES)):
        try:
            with _alembic:
                _upgrade(database)
            return
        except CommandError:  # the row of alembic_version was another's
            if not left:
                raise
        except DBAPIError as error:
            if not left or error.connection_invalidated or not (sqlstate(error) in _RACED or must_retry(error)):
                raise fault(error) from None


def _upgrade(database: Database) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    script = ScriptDirectory.from_config(config)
    with database.write() as conn:
        current = MigrationContext.configure(conn).get_current_revision()
        if current is not None and current not in {revision.revision for revision in script.walk_revisions()}:
            raise UserError(
                "schema-newer",
                "Cơ sở dữ liệu do phiên bản mới hơn của chương trình tạo ra. Hãy cài phiên bản mới; dữ liệu được giữ nguyên.",
                found=current,
            )
        config.attributes["connection"] = conn
        command.upgrade(config, "head")
