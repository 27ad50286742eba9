"""Rows 26–30: full disks, disks that fail, a store that is held, a damaged file, the power."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from counter_app.runtime.clock import SystemClock
from counter_app.runtime.paths import Profile
from counter_app.runtime.secrets import load_or_create_key
from counter_app.services.receive import receive
from counter_app.services.rescue import rescue
from counter_app.services.workstation import Workstation
from counter_app.store.connection import connect
from counter_app.store.engine import open_store
from counter_app.store.errors import StoreFault
from counter_app.store.reserve import LOW
from tests.faults import powercut
from tests.faults.hand import a_form
from tests.faults.test_kills import number
from tests.faults.tracing import WRITES, Hand, sample


class Nothing(Exception):
    """Rolls a trial back."""


def key_of(hand: Hand) -> bytes:
    return load_or_create_key(Profile(hand.profile), lambda new: "2468")


def goes_on(hand: Hand, reopened: Callable[[Hand], Workstation], printed: list[str], checked) -> None:
    """With the fault gone the counter works; all that was on paper is there, nothing twice."""
    after = hand.run("receive", "sync")
    assert after.code == 0, after.stderr
    assert after.codes and after.codes[0] not in printed
    station = reopened(hand)
    with station.store.read() as reader:
        assert all(reader.dossier_by_code(code) for code in printed), "on paper and not in the store"
        assert reader.verify_audit() is None
    checked(station, printed=[*printed, *after.codes])


@pytest.mark.parametrize(("call", "file"), [("pwrite64", "store.db-wal"), ("write", "witness.json"), ("fdatasync", "witness.json")])
def test_row_26_no_space(hand: Hand, reopened, checked, seen, full: bool, call: str, file: str) -> None:
    """ENOSPC from one moment on."""
    first = hand.run("receive", calls=WRITES)
    printed = first.codes
    points = [c.nth for c in first.calls if c.name == call and c.file == file]
    told: set[str] = set()
    before = 0
    for nth in sample(points, 3, full=full):
        run = hand.run("receive:2", calls=WRITES, inject=f"{call}:error=ENOSPC:when={nth}+")
        assert run.refused, (nth, run.said, run.stderr)
        told |= set(run.refused)
        printed += run.codes  # before that moment, which this run may have reached later than the first one
        before += len(run.codes)
    assert told <= {"disk-full", "store-unwritable"}
    seen(
        "ENOSPC from {call} of {file} on ({n} moments, two receptions each): told `{told}` in every run; {before}",
        call=call,
        file=file,
        n=len(sample(points, 3, full=full)),
        told="`, `".join(sorted(told)),
        before=f"{before} codes given before that moment, all in the store" if before else "no code had been given before that moment",
    )
    goes_on(hand, reopened, printed, checked)


def test_row_26_a_file_may_not_grow(hand: Hand, reopened, checked, seen) -> None:
    """RLIMIT_FSIZE: the system refuses in the middle of a day's work."""
    size = (hand.profile / "store.db").stat().st_size
    script = f'ulimit -f {size // 1024 + 64}; exec "$0" -m tests.faults.hand "$@"'
    done = subprocess.run(
        ["bash", "-c", script, os.sys.executable, str(hand.profile), "receive:60"],
        capture_output=True,
        text=True,
        env=os.environ | hand.env,
        cwd=Path(__file__).parents[2],
        check=False,
        timeout=100,
    )
    said = [powercut.re.sub(r"\s", "", line) for line in done.stdout.splitlines()]
    codes = [line.split('"code":"')[1].split('"')[0] for line in said if '"code"' in line]
    refused = [line for line in said if '"refused"' in line]
    assert codes and refused, done.stdout + done.stderr
    assert all("disk-full" in line for line in refused)
    seen("the file could not grow after {n} dossiers: `disk-full` for the other {m}, the {n} stayed", n=len(codes), m=len(refused))
    goes_on(hand, reopened, codes, checked)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MB, where this machine lets us make one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("a small disk can be made by root only (tmpfs); RLIMIT_FSIZE and ENOSPC are tested everywhere")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_row_26_the_whole_disk_is_full(hand: Hand, reopened, checked, seen, small_disk: Path) -> None:
    """Store, log and witness together on a disk that somebody else fills."""
    moved = Hand(small_disk / "profile", small_disk / "witness", {"COUNTER_APP_WITNESS_DIR": str(small_disk / "witness")})
    shutil.move(hand.profile, moved.profile)
    shutil.move(hand.witness, moved.witness)
    ballast = small_disk / "ballast"

    def leave(room: int) -> None:
        ballast.unlink(missing_ok=True)
        free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
        ballast.write_bytes(bytes(max(0, free - room)))

    leave(LOW + 300_000)
    run = moved.run("receive:60")
    assert run.codes and run.refused and set(run.refused) == {"disk-full"}, (run.said[-2:], run.stderr)
    assert (small_disk / "profile" / "store.db").stat().st_size, "there was room left when it was told"
    leave(0)
    none = moved.run("receive:3", "sync")
    assert not none.codes and set(none.refused) <= {"disk-full", "store-unwritable"}
    ballast.unlink()
    seen(
        "a disk that fills up: told after {n} dossiers with {room} MB left, before the next code; "
        "full to the last byte: nothing promised; "
        "with room again it goes on",
        n=len(run.codes),
        room=LOW >> 20,
    )
    goes_on(moved, reopened, run.codes, checked)


@pytest.mark.parametrize(("call", "file"), [("fsync", "store.db-wal"), ("fdatasync", "witness.json"), ("fsync", "store.db")])
def test_row_27_fsync_fails(hand: Hand, reopened, checked, seen, full: bool, call: str, file: str) -> None:
    first = hand.run("receive:3", calls=WRITES)
    printed = first.codes
    points = [c.nth for c in first.calls if c.name == call and c.file == file]
    assert points
    told: set[str] = set()
    for nth in sample(points, 4, full=full):
        run = hand.run("receive:3", calls=WRITES, inject=f"{call}:error=EIO:when={nth}")
        told |= set(run.refused)
        assert len(run.codes) + len(run.refused) in (1, 3), (run.said, run.stderr)
        printed += run.codes
    assert told <= {"store-unwritable"}
    assert told or file == "store.db", "nobody was told"
    seen(
        "EIO from {call} of {file} at {n} moments: {told}; what was shown stayed",
        call=call,
        file=file,
        n=len(sample(points, 4, full=full)),
        told=f"told `{told.pop()}`" if told else "the log keeps everything, tried again later",
    )
    goes_on(hand, reopened, printed, checked)


def test_row_28_the_store_is_held_by_another_program(hand: Hand, reopened, checked, seen) -> None:
    holder = connect(hand.profile / "store.db", key_of(hand))
    holder.execute("BEGIN IMMEDIATE")
    try:
        run = hand.run("receive")
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    assert run.refused == ["store-locked"] and not run.codes, (run.said, run.stderr)
    seen("held for longer than the wait of 5 s: `store-locked`, nothing stored")
    goes_on(hand, reopened, [], checked)


def test_row_30_power_cut_at_any_write(hand: Hand, reopened, checked, seen, full: bool, tmp_path: Path) -> None:
    """Every write, sync and truncation of saves, a synchronisation and a close; from each moment two disks: all unforced writes
    forgotten, and some sectors of them arrived."""
    store = hand.profile / "store.db"
    files = {store, store.with_name("store.db-wal"), *hand.witness.rglob("witness.json")}
    base = {path: path.read_bytes() for path in files if path.exists()}
    with open_store(store, key_of(hand), witness=next(hand.witness.rglob("witness.json")).parent, clock=SystemClock()).read() as reader:
        known = {code for (code,) in reader._all("SELECT code FROM code_issued")}
    base = {path: path.read_bytes() for path in files if path.exists()}
    run = hand.run("receive:6" if full else "receive:2", "sync", "receive", calls=powercut.CALLS, files=False, text=100_000)
    events = powercut.read_record((hand.profile.parent / f"{hand.profile.name}.trace").read_text(), files)
    assert sum(event.kind == "told" for event in events) == len(run.said) and len(run.codes) >= 3
    assert {event.path.name for event in events if event.kind == "write"} == {"store.db", "store.db-wal", "witness.json"}
    final = powercut.Disk(dict(base))
    for event in events:
        final.take(event)
    for path in files:  # the record is complete: replayed whole it is what lies on the disk
        replayed = final._applied(path, final.loose.get(path, []))
        assert replayed == (path.read_bytes() if path.exists() else b""), path.name

    image = tmp_path / "image"
    powercut.copy_profile(hand.profile, image / "profile")
    witness = next(hand.witness.rglob("witness.json"))
    moved = {
        store: image / "profile" / "store.db",
        store.with_name("store.db-wal"): image / "profile" / "store.db-wal",
        witness: image / "witness" / "witness.json",
    }
    key, rng, opened = key_of(hand), random.Random(30), 0
    for at, disk in powercut.cuts(base, events):
        told = [powercut.re.search(r'"code": "([^"]+)"', text) for text in disk.told]
        promised = [match[1] for match in told if match]
        for variant in (disk.forgotten(), disk.mixed(rng)):
            powercut.lay_out(variant, moved)
            survives(moved[store], key, image / "witness", promised, known, at)
            opened += 1
    seen(
        "{cuts} moments × 2 disks: {opened} images opened, each whole, each with every dossier that had been shown, none with a "
        "number twice",
        cuts=len(events) + 1,
        opened=opened,
    )
    goes_on(hand, reopened, run.codes, checked)


def survives(path: Path, key: bytes, witness: Path, promised: list[str], known: set[str], at: int) -> None:
    """The real store opens this disk; what a person saw is there; its next number is new."""
    store = open_store(path, key, witness=witness, clock=SystemClock())
    try:
        assert not store.rolled_back, f"cut {at}: an honest crash was called a rollback"
        with store.read() as reader:
            for code in promised:
                dossier = reader.dossier_by_code(code)
                assert dossier is not None, f"cut {at}: {code} was shown and is gone"
                assert reader.outbox(entity=dossier.id, states=("new", "sent", "acked")), f"cut {at}: {code} has no op"
            issued = {code for (code,) in reader._all("SELECT code FROM code_issued")}
        assert known <= issued
        assert store.check() == [], f"cut {at}"
        with pytest.raises(Nothing), store.write() as unit:
            fresh = unit.issue_code(store.clock.now()).code
            assert fresh not in {*promised, *issued}
            assert not promised or number(fresh) > max(map(number, promised))
            raise Nothing
    finally:
        store.close()


def damaged(hand: Hand, change: Callable[[bytearray], bytes | bytearray], name: str = "store.db") -> None:
    path = hand.profile / name
    path.write_bytes(change(bytearray(path.read_bytes())))


def flip(raw: bytearray) -> bytearray:
    raw[len(raw) // 2] ^= 0x10
    return raw


def zero_page(raw: bytearray) -> bytearray:
    raw[4096:6144] = bytes(2048)
    return raw


@pytest.mark.parametrize(
    ("change", "what"),
    [(flip, "one bit flipped"), (zero_page, "a page zeroed"), (lambda raw: raw[:-3000], "cut short"), (lambda raw: b"", "empty")],
    ids=["flip", "zero", "short", "empty"],
)
def test_row_29_a_damaged_file_is_noticed_and_kept(hand: Hand, seen, change, what: str) -> None:
    hand.run("receive:3")
    damaged(hand, change)
    before = (hand.profile / "store.db").read_bytes()
    with pytest.raises(StoreFault) as caught:
        open_store(hand.profile / "store.db", key_of(hand), witness=hand.witness, clock=SystemClock())
    assert caught.value.code == "store-damaged"
    assert (hand.profile / "store.db").read_bytes() == before, "evidence and unsent work stay as found"
    seen("{what}: `store-damaged`, the file left as found", what=what)


@pytest.mark.parametrize("what", ["missing", "cut"])
def test_row_29_the_log_is_gone(hand: Hand, reopened, checked, seen, what: str) -> None:
    """A killed counter leaves its last saves in the log; without it the file is older than the witness."""
    sent = hand.run("receive", "sync").codes
    calls = hand.run("receive", calls=("write",), files=False).calls
    telling = next(call for call in calls if "receive" in call.line)
    run = hand.run("receive:3", calls=("write",), files=False, inject=f"write:signal=SIGKILL:when={telling.nth + 4}")
    assert run.killed
    lost = run.codes  # shown, and only in the log (the last one alone would look like a death before its commit)
    log = hand.profile / "store.db-wal"
    assert lost and log.stat().st_size > 0
    if what == "missing":
        log.unlink()
    else:
        log.write_bytes(log.read_bytes()[: 32 + 100])
    station = reopened(hand)
    with station.store.read() as reader:
        notice = reader.notice()
    assert station.store.rolled_back and notice is not None and notice["code"] == "store-rolled-back"
    code = receive(station.desk, a_form())[0].dossier.code
    assert number(code) > max(number(c) for c in [*sent, *lost]), "the witness protects the numbers"
    seen("log {what}: noticed as a rollback, numbers go on above the witness, staff told which numbers have no dossier", what=what)
    checked(station, printed=[*sent, code])


def zero_root(hand: Hand, table: str) -> None:
    """Overwrite the first page of a table."""
    db = connect(hand.profile / "store.db", key_of(hand))
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    (size,) = db.execute("PRAGMA page_size").fetchone()
    db.close()
    page, size = int(page), int(size)
    raw = bytearray((hand.profile / "store.db").read_bytes())
    raw[size * (page - 1) : size * page] = bytes(size)
    (hand.profile / "store.db").write_bytes(raw)


@pytest.mark.parametrize("table", ["dossier", "meta", "code_issued"])
def test_row_29_what_can_be_read_is_salvaged(hand: Hand, reopened, checked, seen, table: str) -> None:
    sent = hand.run("receive:2", "sync").codes
    unsent = hand.run("receive:3").codes
    zero_root(hand, table)
    assert hand.run("receive").refused == ["store-damaged"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COUNTER_APP_WITNESS_DIR", str(hand.witness))
        done = rescue(hand.profile, lambda new: "2468")
    assert done.damaged and done.kept is not None and (done.kept / "store.db").exists(), "the old file is kept"
    assert done.ops == 3
    if not done.enrolled:
        seen("page of `{table}` lost: file kept, {n} unsent ops salvaged; the machine has to be enrolled again", table=table, n=done.ops)
        return
    station = reopened(hand)
    with station.store.read() as reader:
        assert reader.outbox_summary().waiting == 3
    clocked = receive(station.desk, a_form())[0].dossier
    code = clocked.code or clocked.provisional_code
    assert code not in {*sent, *unsent}
    seen("page of `{table}` lost: file kept, 3 of 3 unsent ops salvaged and sent, the rest pulled again", table=table)
    checked(station, printed=[*sent, *unsent, code])
