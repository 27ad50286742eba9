"""Schema upgrades: Alembic inside the package, a backup before each, one transaction."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Engine

#: The revision this program works with, kept here so that an ordinary start does not import Alembic (0.2 s); a test
#: compares it with the scripts.
HEAD = "0001"
KNOWN = frozenset({"0001"})


def alembic_config() -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the file to ``revision`` in one transaction: a crash in the middle leaves the old schema."""
    from alembic import command
    from sqlalchemy.exc import DBAPIError

    config = alembic_config()
    try:
        with engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    except DBAPIError as error:
        raise (error.orig or error) from error
