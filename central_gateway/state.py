"""What every request needs, made once per process."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from central_gateway import schema
from central_gateway.db import Database
from central_gateway.pokes import Pokes
from central_gateway.security import Keys, Passwords
from central_gateway.services import identity
from central_gateway.services.blobs import Blobs
from central_gateway.services.catalogue import Cache
from central_gateway.services.finish import Finisher
from central_gateway.services.life import Life
from central_gateway.services.tries import Tries
from central_gateway.services.witness import Witness
from central_gateway.settings import Settings


@dataclass(frozen=True)
class Gateway:
    """The open gateway. ``close`` it when done."""

    settings: Settings
    database: Database
    keys: Keys
    passwords: Passwords
    life: Life
    witness: Witness
    blobs: Blobs
    pokes: Pokes
    tries: Tries
    catalogue: Cache = field(default_factory=Cache)
    finisher: Finisher = field(default_factory=Finisher)

    @property
    def epoch(self) -> int:
        """Which life of the database this is, at most half a second ago."""
        return self.life.now().epoch

    def close(self) -> None:
        """Close the database."""
        self.finisher.close()
        self.witness.checkpoint(self.life.epoch, now=True)
        self.database.close()


def open_gateway(settings: Settings) -> Gateway:
    """Open the database, bring its schema up to date and read who we are. Raises UserError ``schema-newer``,
    ``database-url-invalid``, ``witness-foreign``, ``witness-unreadable``, EnvironmentFault ``database-unreachable``,
    ``witness-unwritable``."""
    database = Database(settings)
    if database.is_sqlite and not settings.blobs:
        settings = replace(settings, blobs=f"{database.url.database}.blobs")
    try:
        schema.upgrade(database)
        identity.epoch(database)
        keys = Keys(identity.seed(database))
        witness = Witness(settings.witness, keys.public_text)
        database.engine = database.engine.execution_options(witness=witness)  # where numbers are given it must be at hand
        life = Life(database)
        life.now()  # known from now on, also while the database cannot be reached
        return Gateway(settings, database, keys, Passwords(settings), life, witness, Blobs(settings), Pokes(database),
                       Tries(settings), Cache(identity.mark_key(database)))
    except BaseException:
        database.close()
        raise
