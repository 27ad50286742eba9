"""Lists, counts, search, people, catalogue, journal, schema."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.store import migrate
from counter_app.store.engine import Store, open_store
from counter_app.store.rows import ListFilter
from counter_app.store.tables import FTS_DDL, metadata
from onestop.errors import UserError
from onestop.model import Party, Returned, Submitter
from onestop.ops import Create
from onestop.wire import CatalogueEntry, SignInReport, StaffRow
from tests.store.conftest import AGENCY, NOW, Bench, a_dossier, receive


def put(store: Store, *dossiers: object) -> None:
    with store.write() as unit:
        for d in dossiers:
            unit.submit(Create(dossier=d), entity=d.id, by="u1", at=NOW)  # type: ignore[arg-type, attr-defined]


@pytest.mark.parametrize(
    "typed",
    [
        "dang thi uoc",
        "ĐẶNG THỊ Ướ",
        "uoc dang",
        "da th uo",
        "Đặng Thị Ước",
        unicodedata.normalize("NFD", "Đặng Thị Ước"),
        "261123-0042",
        "H32.15-261123-00",
        "0042",
        "h32.15-261123-0042",
        "H32.15–261123–0042",
        "khai sinh",
        "001099000042",
        "001 099 000 042",
        "Lò Văn",
        "1.004873",
    ],
)
def test_find(store: Store, typed: str) -> None:
    wanted = a_dossier(
        code="H32.15-261123-0042",
        name="Đặng Thị Ước",
        procedure_name="Đăng ký khai sinh",
        owner=Party(name="Đặng Thị Ước", id_no="001099000042"),
        submitter=Submitter(name="Lò Văn Ỷ", id_no="001099000077"),
    )
    put(store, a_dossier(code="H32.15-261123-9999", name="Trần Bình", procedure_code="2.000001"), wanted)
    with store.read() as reader:
        assert [row.id for row in reader.find(typed)] == [wanted.id]


@pytest.mark.parametrize(
    "typed", ["", "   ", '"', "*", "a*b", "AND", "NOT x", "(", "😀", "\x00", "\ud800", "-", "§", "'; --", "x" * 10_000, "zzz " * 500]
)
def test_find_takes_any_text(store: Store, typed: str) -> None:
    put(store, a_dossier())
    with store.read() as reader:
        assert reader.find(typed) == []
        assert reader.dossier_by_code(typed) is None
        assert reader.slip_by_number(typed) is None
        assert reader.dossiers_by_id_no(typed) == []


@given(text=st.text(max_size=40))
def test_find_never_raises(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    global _shared
    if _shared is None:
        _shared = open_store(tmp_path_factory.mktemp("find") / "s.db", bytes(32), witness=tmp_path_factory.mktemp("w"))
    with _shared.read() as reader:
        assert reader.find(text) == []


_shared: Store | None = None


@pytest.fixture(scope="module", autouse=True)
def _close_shared() -> object:
    yield
    if _shared is not None:
        _shared.close()


def test_identity_numbers_find_owner_and_submitter_and_are_not_words(store: Store) -> None:
    one = a_dossier(owner=Party(name="A", id_no="001099000001"), submitter=Submitter(name="B", id_no="001099000002"))
    put(store, one)
    with store.read() as reader:
        assert (
            [d.id for d in reader.dossiers_by_id_no("001099000001")]
            == [d.id for d in reader.dossiers_by_id_no(" 001099000002")]
            == [one.id]
        )
        assert reader.find("00109900000") == []
        assert reader.dossiers_by_id_no("") == []


def test_postal_items_find_the_dossier_they_brought_or_took(store: Store) -> None:
    brought = a_dossier(postal_codes=("EE123456785VN",))
    taken = a_dossier(status=10, returned=Returned(at=NOW, by="u1", collector_name="X", postal_code="RR000000005VN"))
    put(store, brought, taken)
    with store.read() as reader:
        assert [d.id for d in reader.dossiers_by_postal_code("ee 123 456 785 vn")] == [brought.id]
        assert [d.id for d in reader.dossiers_by_postal_code("RR000000005VN")] == [taken.id]
        assert [r.id for r in reader.find("ee12345678")] == [brought.id]
        for unknown in ("", "§", "EE", "\ud800", "Nguyễn"):
            assert reader.dossiers_by_postal_code(unknown) == []


def test_lists_and_counts(store: Store) -> None:
    today = NOW.date()
    late = a_dossier(status=4, received_at=NOW - timedelta(days=9), due_at=NOW - timedelta(days=2))
    due_today = a_dossier(status=4, received_at=NOW - timedelta(days=5), due_at=NOW + timedelta(hours=2), holder="TNMT")
    paused = a_dossier(status=5, received_at=NOW - timedelta(days=9), due_at=NOW - timedelta(days=3))
    ready = a_dossier(status=9, received_at=NOW - timedelta(days=3))
    returned = a_dossier(status=10, received_at=NOW - timedelta(days=30), returned=Returned(at=NOW, by="u1", collector_name="X"))
    fresh = a_dossier(status=2, due_at=None)
    strange = a_dossier(status=77, received_at=NOW - timedelta(days=1), due_at=NOW - timedelta(hours=1))
    put(store, late, due_today, paused, ready, returned, fresh, strange)
    with store.read() as reader:

        def ids(f: ListFilter | None = None, **page: int) -> list[str]:
            return [row.id for row in reader.list_dossiers(f, **page)]

        assert ids() == [d.id for d in (fresh, strange, ready, due_today, paused, late, returned)]
        assert ids(limit=2, offset=1) == [strange.id, ready.id]
        assert ids(ListFilter(overdue=True, now=NOW)) == [late.id, strange.id]
        assert ids(ListFilter(overdue=True, now=today)) == [late.id]
        assert ids(ListFilter(due_soon=True, now=today)) == [strange.id, due_today.id]
        assert ids(ListFilter(overdue=True, due_soon=True, now=NOW)) == [late.id, strange.id, due_today.id]
        assert ids(ListFilter(ready=True)) == [ready.id]
        assert ids(ListFilter(statuses=(4, 10))) == [due_today.id, late.id, returned.id]
        assert ids(ListFilter(statuses=(4, 5))) == [due_today.id, paused.id, late.id]
        assert ids(ListFilter(holder="TNMT")) == [due_today.id]
        assert ids(ListFilter(received_on=today)) == [fresh.id]
        assert ids(ListFilter(due_before=NOW, due_after=NOW - timedelta(days=2, hours=1), order="due")) == [late.id, strange.id]
        assert len(ids(ListFilter(unsent=True))) == 7 and ids(ListFilter(needs_person=True)) == []
        counts = reader.counts(NOW)
        assert (counts.received_today, counts.due_soon, counts.overdue, counts.ready, counts.unsent, counts.needs_person) == (
            1,
            1,
            2,
            1,
            7,
            0,
        )
        assert reader.counts(today).overdue == 1 and reader.counts(today).due_soon == 2
        assert reader.count_dossiers(ListFilter(statuses=(4,))) == 2
        assert [r.id for r in reader.rows([late.id, "none", fresh.id])] == [late.id, fresh.id]
        row = reader.rows([returned.id])[0]
        assert row.returned_at == NOW and row.received_at.utcoffset() == timedelta(hours=7)


@pytest.mark.parametrize(
    "filter_",
    [
        ListFilter(overdue=True, now=NOW),
        ListFilter(due_soon=True, now=NOW),
        ListFilter(ready=True),
        ListFilter(),
        ListFilter(received_on=NOW.date()),
        ListFilter(statuses=(10,)),
        ListFilter(statuses=(2, 4)),
        ListFilter(statuses=(2, 9)),
        ListFilter(statuses=(9,)),
    ],
)
def test_lists_go_by_an_index(store: Store, filter_: ListFilter) -> None:
    """A scan of a million dossiers would pass every other test."""
    with store.read() as reader:
        seen: list[str] = []
        original = reader._all
        reader._all = lambda sql, *p: seen.append(sql) or seen.extend(r[3] for r in original("EXPLAIN QUERY PLAN " + sql, *p)) or []  # type: ignore[method-assign, func-returns-value]
        reader.list_dossiers(filter_)
    plan = " ".join(seen[1:])
    assert re.search("USING (COVERING )?INDEX dossier_", plan) and not re.search("SCAN dossier(?! USING)", plan), plan


def test_people_and_sign_in(store: Store) -> None:
    rows = [
        StaffRow(id=f"u{n}", username=name, name=name.title(), agency=AGENCY, roles=["reception"]) for n, name in enumerate(["an", "Binh"])
    ]
    with store.write() as unit:
        unit.save_staff(rows)
        unit.staff_verified("AN", "$argon2id$…", NOW)
        assert [unit.staff_failed("an") for _ in range(3)] == [1, 2, 3]
        unit.staff_lock("an", "wrong-passwords")
        unit.add_sign_in_report(SignInReport(username="an", at=NOW, ok=False, failed_in_row=3))
    with store.write() as unit:
        unit.save_staff([replace_row(rows[0], "Nguyễn An")])
        account = unit.staff_by_username(" An ")
        assert account is not None and account.row.name == "Nguyễn An"
        assert (account.password_hash, account.verified_at, account.failed_in_row, account.locked_local) == (
            "$argon2id$…",
            NOW,
            3,
            "wrong-passwords",
        )
        assert unit.staff_by_username("binh") is None and len(unit.staff_list()) == 1
        reports = unit.sign_in_reports()
        assert [(r.username, r.ok, r.failed_in_row) for _, r in reports] == [("an", False, 3)]
        unit.sign_in_reported(reports[-1][0])
        assert unit.sign_in_reports() == []
        unit.staff_verified("an", "h2", NOW)
        account = unit.staff_by_username("an")
        assert account is not None and (account.failed_in_row, account.locked_local) == (0, "")


def replace_row(row: StaffRow, name: str) -> StaffRow:
    return StaffRow(id=row.id, username=row.username, name=name, agency=row.agency, roles=row.roles)


def test_catalogue_switches_in_one_step_and_keeps_old_versions(store: Store) -> None:
    def entry(v: int, start: date | None, end: date | None = None) -> CatalogueEntry:
        return CatalogueEntry(kind="procedure", code="1.1", v=v, sha256=f"sha{v}", valid_from=start, valid_to=end)

    one, two = entry(1, None, date(2026, 12, 31)), entry(2, date(2027, 1, 1))
    with store.write() as unit:
        with pytest.raises(UserError) as caught:
            unit.save_catalogue([one, two], {"sha1": "{}"})
        assert caught.value.code == "catalogue-incomplete" and unit.procedures() == []
        unit.save_catalogue([one, two], {"sha1": '{"n":1}', "sha2": b'{"n":2}'})
    with store.write() as unit:
        assert [d.v for d in unit.procedures(date(2026, 12, 31))] == [1] and [d.body for d in unit.procedures(date(2027, 1, 1))] == [
            b'{"n":2}'
        ]
        assert unit.missing_docs([one, two, entry(3, None)]) == ["sha3"]
        unit.save_catalogue([two], {})
        assert [d.v for d in unit.procedures()] == [2]
        old = unit.catalogue_doc("procedure", "1.1", 1)
        assert old is not None and not old.active


def test_the_log_is_a_chain(store: Store) -> None:
    receive(store)
    with store.write() as unit:
        unit.audit("u1", "reveal-id", "d1", {"field": "id_no"}, at=NOW)
        assert [e.action for e in unit.audit_tail(2)] == ["reveal-id", "dossier.create"] and unit.verify_audit() is None
    with store.write() as unit:
        unit._run("UPDATE audit SET staff = 'u2' WHERE n = 1")
        assert unit.verify_audit() == 1
    assert store.check() == ["audit line 1"]
    with store.write() as unit:
        unit._run("DELETE FROM audit WHERE n = 1")
        assert unit.verify_audit() == 2


def test_drafts(store: Store) -> None:
    with store.write() as unit:
        unit.save_draft("a", "Cũ", {"name": "Đỗ 😀 \ud800"}, at=NOW)
        unit.save_draft("b", "Mới", {}, at=NOW + timedelta(seconds=1))
        unit.save_draft("a", "Cũ", {"name": "x" * 10_000}, at=NOW)
        assert [d[0] for d in unit.drafts()] == ["b", "a"] and len(unit.drafts()[1][2]["name"]) == 10_000
        unit.drop_draft("a")
        assert len(unit.drafts()) == 1


def test_backup_is_whole_encrypted_and_opens_with_the_same_key(bench: Bench) -> None:
    store = bench.enrolled()
    dossier = receive(store)
    copy = store.backup(bench.folder / "b" / "copy.db")
    assert b"SQLite" not in copy.read_bytes()[:100]
    other = open_store(copy, bench.key, witness=bench.folder / "other", clock=bench.clock)
    with other.read() as reader:
        assert reader.dossier(dossier.id) == dossier and not (copy.parent / "copy.db.part").exists()
    other.close()


def test_threads_read_and_write_at_once(store: Store) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def work(n: int) -> str | None:
        made = receive(store, f"Người {n}")
        with store.read() as reader:
            assert reader.dossier(made.id) == made
        return made.code

    with ThreadPoolExecutor(6) as pool:
        codes = list(pool.map(work, range(40)))
    assert len(set(codes)) == 40
    with store.read() as reader:
        assert [i.dseq for i in reader.outbox()] == list(range(1, 41)) and reader.verify_audit() is None


def test_a_reader_sees_one_moment(store: Store) -> None:
    receive(store)
    with store.read() as reader:
        before = reader.count("dossier")
        receive(store)
        assert reader.count("dossier") == before


def test_models_and_migrations_make_the_same_schema(bench: Bench) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from sqlalchemy import create_engine

    store = bench.open()
    script = ScriptDirectory.from_config(migrate.alembic_config())
    assert script.get_current_head() == migrate.HEAD
    assert {r.revision for r in script.walk_revisions()} == migrate.KNOWN
    with store.engine.connect() as connection:
        found = {
            name: " ".join(sql.split())
            for name, sql in connection.exec_driver_sql(
                "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%' "
                "AND name NOT LIKE '%\\_fts\\_%' ESCAPE '\\'"
            )
        }
        context = MigrationContext.configure(
            connection, opts={"include_object": lambda o, name, kind, *_: kind != "table" or "_fts" not in (name or "")}
        )
        assert [d for d in compare_metadata(context, metadata) if d[0] != "remove_index"] == []
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.connect() as connection:
        wanted = {
            name: " ".join(sql.split())
            for name, sql in connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        }
    engine.dispose()
    assert found == {**wanted, "dossier_fts": " ".join(FTS_DDL.split())}


def test_an_upgrade_leaves_a_backup_and_keeps_the_work(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    store = bench.enrolled()
    dossier = receive(store)
    bench.close()
    upgraded: list[str] = []
    monkeypatch.setattr(migrate, "HEAD", "0002")
    monkeypatch.setattr(migrate, "upgrade", lambda engine, revision="head": upgraded.append(revision))
    store = bench.open()
    assert upgraded == ["head"]
    backups = list((bench.path.parent / "backups").glob("before-upgrade-0001-*.db"))
    assert len(backups) == 1
    bench.close()
    monkeypatch.undo()
    old = open_store(backups[0], bench.key, witness=bench.folder / "w2", clock=bench.clock)
    with old.read() as reader:
        assert reader.dossier(dossier.id) == dossier
    old.close()


def test_an_unreadable_record_is_a_sentence(store: Store) -> None:
    dossier = receive(store)
    with store.write() as unit:
        unit._run("UPDATE dossier SET data = ? WHERE id = ?", b'{"id": 1}', dossier.id)
    with pytest.raises(UserError) as caught, store.read() as reader:
        reader.dossier(dossier.id)
    assert caught.value.code == "record-unreadable"
    assert replace(dossier, version=1) == dossier
