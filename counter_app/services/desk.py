"""The desk: what every use case stands on. Built once by the composition root (or the command line) and handed around;
there is no global."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from counter_app.domain.procedure import Catalogue, Unit
from onestop.calendar import WorkCalendar
from onestop.codes import CodeBook
from onestop.errors import UserError
from onestop.rights import allowed
from onestop.vntime import to_vn
from onestop.wire import AgencySettings, StaffRow

if TYPE_CHECKING:
    from counter_app.runtime.clock import Clock
    from counter_app.store.engine import Store


@dataclass(frozen=True, slots=True)
class Changes:
    """What a use case changed, so that screens decide themselves whether to refresh."""

    dossiers: frozenset[str] = frozenset()
    slips: frozenset[str] = frozenset()
    reviews: frozenset[str] = frozenset()

    def __or__(self, other: Changes) -> Changes:
        return Changes(self.dossiers | other.dossiers, self.slips | other.slips, self.reviews | other.reviews)


def no_listener(changes: Changes) -> None:
    """The default listener: nobody watches (command line)."""


@dataclass
class Desk:
    """Store, clock and published rules of one counter, and who works at it now (``staff`` None: nobody signed in).

    ``changed`` is called after each COMMIT with what changed; the window turns it into a signal and wakes the sync.
    """

    store: Store
    clock: Clock
    agency: str
    device: int
    settings: AgencySettings
    catalogue: Catalogue
    calendar: WorkCalendar
    codes: CodeBook
    staff: StaffRow | None = None
    changed: Callable[[Changes], None] = field(default=no_listener)

    def now(self) -> datetime:
        """Trusted now in Vietnamese time, to the second: what is printed and sent."""
        return to_vn(self.clock.now()).replace(microsecond=0)

    def today(self) -> date:
        return self.now().date()

    @property
    def cutoff(self) -> time:
        """Until when a same-day procedure is answered on the day itself (the 15:00 rule; a setting of the agency)."""
        return time.fromisoformat(self.settings.same_day_cutoff)

    def take_published(self, catalogue: Catalogue, calendar: WorkCalendar, codes: CodeBook) -> None:
        """Work by newer published rules from now on."""
        self.catalogue, self.calendar, self.codes = catalogue, calendar, codes

    @property
    def unit(self) -> Unit:
        """The receiving unit itself, for headers and slips."""
        return self.catalogue.units.get(self.agency) or Unit(id=self.agency, name=self.agency)

    def require(self, kind: str = "", action: str = "", *, head: bool = False) -> StaffRow:
        """Who acts, if they may make an op of ``kind`` (and ``action``) by the table both sides share; ``head``: only the
        head of the section decides this. Raises UserError ``not-signed-in`` or ``role-missing``."""
        if self.staff is None:
            raise UserError("not-signed-in", "Chưa đăng nhập. Hãy đăng nhập rồi làm lại; nội dung đã nhập vẫn còn.")
        if (kind and not allowed(self.staff.roles, kind, action)) or (head and "head" not in self.staff.roles):
            raise UserError("role-missing", "Tài khoản này không có quyền làm việc đó. Hãy nhờ phụ trách bộ phận.", kind=kind)
        return self.staff
