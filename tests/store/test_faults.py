"""Bad files and bad disks: a sentence with a stable code, the file as it was, nothing half-saved."""

from __future__ import annotations

import hashlib
import os
import secrets
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from counter_app.store.connection import connect
from counter_app.store.engine import open_store
from counter_app.store.errors import StoreFault
from tests.store.conftest import NOW, Bench, a_dossier, receive

ROOT = Path(__file__).parents[2]


def fails(bench: Bench, code: str, key: bytes | None = None) -> StoreFault:
    """Opening fails with ``code``; the file and its bytes stay."""
    before = {
        f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in bench.path.parent.glob("store.db*") if not f.name.endswith("-shm")
    }
    with pytest.raises(StoreFault) as caught:
        bench.open(key)
    after = {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in bench.path.parent.glob("store.db*") if not f.name.endswith("-shm")}
    assert caught.value.code == code
    assert {k: v for k, v in after.items() if k in before} == before
    assert all(v == hashlib.sha256(b"").hexdigest() for k, v in after.items() if k not in before)
    assert len(caught.value.message) > 40
    return caught.value


@pytest.fixture
def filled(bench: Bench) -> Bench:
    store = bench.enrolled()
    for _ in range(30):
        receive(store)
    bench.close()
    return bench


def test_nothing_in_the_file_is_readable_without_the_key(filled: Bench) -> None:
    raw = filled.path.read_bytes()
    assert b"SQLite" not in raw and "Nguyễn".encode() not in raw and b"H32.15" not in raw
    assert filled.key.hex() not in "".join(f.read_text(errors="ignore") for f in filled.folder.rglob("*") if f.is_file())


def test_wrong_key(filled: Bench) -> None:
    fails(filled, "store-wrong-key", secrets.token_bytes(32))
    (filled.path.parent / "store.db.keymark").unlink()
    fails(filled, "store-wrong-key", secrets.token_bytes(32))
    assert filled.open().path.exists()


@pytest.mark.parametrize("keep", [100, 4096, 4096 * 3, 4096 * 3 + 17, -4096, -1])
def test_truncated_file(filled: Bench, keep: int) -> None:
    raw = filled.path.read_bytes()
    filled.path.write_bytes(raw[:keep])
    fault = fails(filled, "store-damaged")
    assert str(filled.path) in fault.message


@pytest.mark.parametrize("page", [0, 1, 3])
def test_flipped_bytes(filled: Bench, page: int) -> None:
    raw = bytearray(filled.path.read_bytes())
    raw[4096 * page + 300] ^= 0x55
    filled.path.write_bytes(raw)
    fails(filled, "store-damaged")


def test_zeroed_precious_page_is_found_at_start(filled: Bench) -> None:
    db = connect(filled.path, filled.key)
    page = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'outbox'").fetchone()[0]
    db.close()
    raw = bytearray(filled.path.read_bytes())
    raw[4096 * (page - 1) : 4096 * page] = bytes(4096)
    filled.path.write_bytes(raw)
    fails(filled, "store-damaged")


def test_not_a_database_at_all(filled: Bench) -> None:
    filled.path.write_bytes(b"%PDF-1.7 " * 2000)
    fails(filled, "store-damaged")


def test_a_newer_file_is_refused_and_left_alone(filled: Bench) -> None:
    db = connect(filled.path, filled.key)
    db.execute("UPDATE alembic_version SET version_num = '9999'")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    assert fails(filled, "store-newer").facts["revision"] == "9999"


def test_a_plain_file_is_no_encrypted_store(filled: Bench, tmp_path: Path) -> None:
    plain = open_store(tmp_path / "plain.db", None, witness=tmp_path / "w", plain=True, clock=filled.clock)
    plain.close()
    assert sqlite3.connect(tmp_path / "plain.db").execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    with pytest.raises(StoreFault) as caught:
        open_store(tmp_path / "plain.db", filled.key, witness=tmp_path / "w")
    assert caught.value.code == "store-wrong-key"
    with pytest.raises(ValueError, match="plain by an explicit switch"):
        open_store(tmp_path / "x.db", None, witness=tmp_path / "w")


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreFault) as caught:
        open_store(tmp_path / "file" / "store.db", secrets.token_bytes(32), witness=tmp_path / "w")
    assert caught.value.code == "store-unwritable"
    (tmp_path / "folder.db").mkdir()
    with pytest.raises(StoreFault) as caught:
        open_store(tmp_path / "folder.db", secrets.token_bytes(32), witness=tmp_path / "w")
    assert caught.value.code in ("store-unwritable", "store-damaged")


def test_another_process_holds_the_lock(filled: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("counter_app.store.connection.BUSY_MS", 100)
    store = filled.open()
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path\n"
        "from counter_app.store.connection import connect\n"
        "db = connect(Path(sys.argv[2]), bytes.fromhex(sys.argv[3])); db.execute('BEGIN IMMEDIATE')\n"
        "print('held', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(ROOT), str(filled.path), filled.key.hex()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        with pytest.raises(StoreFault) as caught:
            receive(store)
        assert caught.value.code == "store-locked"
        with store.read() as reader:
            assert reader.count("dossier") == 30
        other.kill()
        other.wait()
    assert receive(store).code == "H32.15-261123-2230"


def test_the_file_may_not_grow(filled: Bench) -> None:
    """SQLITE_FULL by the real thing: the file's own limit."""
    store = filled.open()
    db = store.connection()
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count = {pages}")
    store.give_back(db)
    with pytest.raises(StoreFault) as caught, store.write() as unit:
        for n in range(200):
            unit.save_draft(f"d{n}", "t", {"x": "y" * 5000}, at=NOW)
    assert caught.value.code == "disk-full"
    with store.read() as reader:
        assert reader.drafts() == [] and reader.count("dossier") == 30
        assert store.check() == []


_LIMITED = """
import resource, signal, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from tests.store.conftest import Bench, receive, NOW
from counter_app.store.errors import StoreFault
from onestop.errors import UserError
bench = Bench(Path(sys.argv[2]), bytes.fromhex(sys.argv[3]))
store = bench.open()
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), resource.RLIM_INFINITY))
saved = 0
try:
    while saved < 3000:
        receive(store)
        saved += 1
except StoreFault as fault:
    print(fault.code, saved)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
with store.read() as reader:
    assert reader.count("dossier") == 30 + saved, reader.count("dossier")
receive(store)
assert store.check() == []
bench.close()
print("well")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs RLIMIT_FSIZE")
@pytest.mark.parametrize("limit", [300_000, 450_001])
def test_the_disk_is_full_in_the_middle_of_the_day(filled: Bench, limit: int) -> None:
    """The system refuses to write: nothing half-saved, and work goes on once there is room."""
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(ROOT), str(filled.folder), filled.key.hex(), str(limit)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout.splitlines()[0].startswith("disk-full "), done.stdout + done.stderr
    assert done.stdout.splitlines()[1] == "well"


def test_the_witness_cannot_be_written(filled: Bench) -> None:
    store = filled.open()
    witness = store.witness.path
    witness.unlink()
    witness.mkdir()
    with pytest.raises(StoreFault) as caught:
        receive(store)
    assert caught.value.code == "store-unwritable"
    witness.rmdir()
    with store.read() as reader:
        assert reader.count("dossier") == 30
    assert receive(store).code == "H32.15-261123-2230"


def test_a_backup_where_nothing_can_be_written(filled: Bench) -> None:
    store = filled.open()
    (filled.folder / "f").write_text("")
    with pytest.raises(StoreFault) as caught:
        store.backup(filled.folder / "f" / "b.db")
    assert caught.value.code == "store-unwritable"


_CRASH = """
import os, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from tests.store.conftest import Bench, receive
bench = Bench(Path(sys.argv[2]), bytes.fromhex(sys.argv[3]))
store = bench.open()
receive(store)
os.environ["COUNTER_APP_FAILPOINT"] = sys.argv[4]
receive(store, "Người thứ hai")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.parametrize(
    ("point", "kept", "next_number"),
    [
        ("before-witness", 1, "2231"),
        ("after-witness", 1, "2232"),
        ("before-commit", 1, "2232"),
        ("after-commit", 2, "2232"),
    ],
)
def test_killed_while_saving(filled: Bench, point: str, kept: int, next_number: str) -> None:
    """Whole or not at all; a number the witness knows is skipped, never used again; the next start calls nothing a rollback."""
    done = subprocess.run(
        [sys.executable, "-c", _CRASH, str(ROOT), str(filled.folder), filled.key.hex(), point],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    store = filled.open()
    assert not store.rolled_back
    with store.read() as reader:
        assert reader.count("dossier") == 30 + kept
        assert reader.outbox_summary().waiting == 30 + kept
        assert len(reader.find("người thứ hai")) == kept - 1
        assert reader.verify_audit() is None
        assert [item.dseq for item in reader.outbox()] == list(range(1, 31 + kept))
    assert receive(store).code == "H32.15-261123-" + next_number
    assert store.check() == []


def test_a_clean_state_after_an_unclean_end(filled: Bench) -> None:
    """The log of a killed process is replayed, not thrown away."""
    code = _CRASH.replace('os.environ["COUNTER_APP_FAILPOINT"] = sys.argv[4]', "os.kill(os.getpid(), 9)")
    subprocess.run([sys.executable, "-c", code, str(ROOT), str(filled.folder), filled.key.hex(), "-"], check=False, timeout=60)
    assert os.path.getsize(str(filled.path) + "-wal") > 0
    with filled.open().read() as reader:
        assert reader.count("dossier") == 31


def test_an_exception_leaves_nothing(bench: Bench) -> None:
    store = bench.enrolled()
    with pytest.raises(RuntimeError), store.write() as unit:
        unit.save_draft("a", "t", {}, at=NOW)
        raise RuntimeError("in the middle")
    with store.read() as reader:
        assert reader.drafts() == []
    assert a_dossier().code is None
