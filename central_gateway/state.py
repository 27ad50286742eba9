"""What every request needs, made once per process."""

from __future__ import annotations

from dataclasses import dataclass, field

from central_gateway import schema
from central_gateway.db import Database
from central_gateway.security import Keys, Passwords
from central_gateway.services import identity
from central_gateway.services.catalogue import Cache
from central_gateway.settings import Settings


@dataclass(frozen=True)
class Gateway:
    """The open gateway. ``close`` it when done."""

    settings: Settings
    database: Database
    keys: Keys
    epoch: int
    passwords: Passwords
    catalogue: Cache = field(default_factory=Cache)

    def close(self) -> None:
        """Close the database."""
        self.database.close()


def open_gateway(settings: Settings) -> Gateway:
    """Open the database, bring its schema up to date and read who we are. Raises UserError ``schema-newer``,
    ``database-url-invalid``, EnvironmentFault ``database-unreachable``."""
    database = Database(settings)
    try:
        schema.upgrade(database)
        return Gateway(settings, database, Keys(identity.seed(database)), identity.epoch(database), Passwords(settings),
                       Cache(identity.mark_key(database)))
    except BaseException:
        database.close()
        raise
