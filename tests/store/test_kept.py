"""What a connection remembers from one transaction to the next is never older than the file."""

from __future__ import annotations

import pytest

from counter_app.store.engine import Store
from onestop.wire import AgencySettings
from tests.store.conftest import NOW, Bench, a_lease, receive


def code_owners(store: Store) -> dict[str, str]:
    with store.read() as reader:
        return dict(reader._all("SELECT code, entity FROM code_issued"))


def test_another_process_changed_it(bench: Bench) -> None:
    """Settings, lanes, numbers and the log's last line as another program on the same file left them (each has its own connections)."""
    here, there = bench.enrolled(), bench.open()
    assert receive(here).code == "H32.15-261123-2200"
    assert receive(there).code == "H32.15-261123-2201"
    assert receive(here).code == "H32.15-261123-2202"
    with there.write() as unit:
        unit.save_settings(AgencySettings(code_digits=6))
        unit.audit("u1", "settings", "", {}, at=NOW)
    assert receive(here).code == "H32.15-261123-002203"
    with there.write() as unit:
        unit.drop_leases()
    assert receive(here).provisional_code == "TN-7-261123-0001"
    with there.write() as unit:
        unit.save_leases([a_lease("L2", first=3000, last=3199)])
    assert receive(here).code == "H32.15-261123-003000"
    with here.read() as reader:
        assert reader.verify_audit() is None and len(reader.audit_tail()) == 7
        assert [item.dseq for item in reader.outbox()] == [1, 2, 3, 4, 5, 6]


def test_what_was_rolled_back_is_forgotten(store: Store) -> None:
    receive(store)
    with pytest.raises(RuntimeError), store.write() as unit:
        unit.save_settings(AgencySettings(code_digits=6))
        unit.drop_leases()
        unit.audit("u1", "settings", "", {}, at=NOW)
        unit.issue_code(NOW)
        raise RuntimeError("in the middle")
    assert receive(store).code == "H32.15-261123-2201"
    with store.read() as reader:
        assert reader.verify_audit() is None and len(reader.audit_tail()) == 2
    assert len(code_owners(store)) == 2


def test_a_number_is_written_with_its_dossier_or_without_one(store: Store) -> None:
    with store.write() as unit:
        lost, again = unit.issue_code(NOW), unit.issue_code(NOW)
    dossier = receive(store)
    assert lost.code and again.code
    assert code_owners(store) == {lost.code: "", again.code: "", dossier.code: dossier.id}
