"""The two faces of the store: a Reader sees one consistent moment, a Unit is one transaction that happens whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from counter_app.store.arriving import ArrivingReads
from counter_app.store.blobs import BlobReads, Blobs
from counter_app.store.carried import Carried, CarriedReads
from counter_app.store.doubt import DoubtReads, Doubts
from counter_app.store.epoch import EpochReads, Epochs
from counter_app.store.feed_in import FeedIn
from counter_app.store.journal import JournalReads
from counter_app.store.lists import ListReads
from counter_app.store.numbering import Numbering, NumberingReads
from counter_app.store.outbox import OutboxReads
from counter_app.store.people import People, PeopleReads
from counter_app.store.positions import PositionReads
from counter_app.store.reports import ReportReads
from counter_app.store.search import SearchReads
from counter_app.store.submit import Submitting

if TYPE_CHECKING:
    from counter_app.store.engine import Store


class Reader(ArrivingReads, ListReads, SearchReads, JournalReads, OutboxReads, PositionReads, EpochReads, NumberingReads, PeopleReads,
             CarriedReads, BlobReads, ReportReads, DoubtReads):
    """Read everything as of one moment."""


class Unit(Submitting, Epochs, Doubts, FeedIn, Numbering, People, Carried, Blobs, Reader):
    """Read and write; also everything a Reader can."""

    def __init__(self, store: Store, db: Any) -> None:
        super().__init__(store, db)
        self.submitted = 0
        self.hlc = 0
        self.numbers = None
        self.unclaimed = {}
        self.learnt = set(), set()
