"""Papers of the office, about no single dossier: the report of a period, lists of staff accounts. Their prints are in this PC's log."""

from __future__ import annotations

from counter_app.domain.periods import Period
from counter_app.printing.desk_documents import AccountLine, AccountListDoc, ReportDoc, ReportLine
from counter_app.services.account_lists import AccountList
from counter_app.services.desk import Desk
from counter_app.services.paper import Paper, header
from counter_app.services.report_figures import Figures, report_figures


def report(desk: Desk, period: Period, *, recipient: str = "") -> Paper:
    """The settling report of a period (biểu II.06a/VPCP/KSTT) with this counter's figures. Raises ``period-not-begun``."""
    found = report_figures(desk, period)
    document = ReportDoc(
        header=header(desk), title_code=period.key, made_at=desk.now(), period=period.text_vi, agency=desk.unit.name, recipient=recipient,
        lines=tuple(_line(name, figures) for name, figures in found.lines.items()), total=_line("", found.total), as_of=found.as_of,
        last_contact=found.last_contact, by=desk.settings.lateness_by, author=desk.staff.name if desk.staff else "")
    return Paper("report", "", 1, period.key, document)


def account_list(desk: Desk, accounts: AccountList, *, recipient: str = "") -> Paper:
    """A list of accounts to change or to add. Only those who keep accounts or head the section make one: raises ``role-missing``."""
    staff = desk.require()
    if not {"head", "admin"} & set(staff.roles):
        desk.require(head=True)
    lines = tuple(AccountLine(subsystem=row.subsystem, name=row.name, id_no=row.id_no, new_name=row.new_name, new_id_no=row.new_id_no,
                              unit=row.unit, note=row.note) for row in accounts.rows)
    form = f"accounts-{accounts.kind}"
    document = AccountListDoc(form=form, header=header(desk), made_at=desk.now(), agency=desk.unit.name, recipient=recipient, lines=lines)
    return Paper(form, "", 1, "", document)


def _line(name: str, figures: Figures) -> ReportLine:
    return ReportLine(
        name=name, received=figures.received, online=figures.online, direct=figures.direct, carried=figures.carried,
        settled=figures.settled, early=figures.early, on_time=figures.on_time, late=figures.late, open=figures.open,
        pending=figures.pending, overdue=figures.overdue)
