"""A counter's profile with many dossiers, opened by the real program in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.material import AGENCY, pages
from counter_app.runtime.paths import Profile
from counter_app.runtime.secrets import load_or_create_key
from counter_app.runtime.settings import GATEWAY_URL, Settings
from counter_app.store.engine import open_store
from onestop.wire import AgencySettings, EnrolReply

ROOT = Path(__file__).parents[1]


def environment(folder: Path) -> dict[str, str]:
    """No keyring (a PIN opens the store, its 0.2 s of argon2id included), no screen needed, nothing of the person's own. Byte code
    is kept, as it is where the program is installed."""
    return {
        **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
        "PYTHONPATH": str(ROOT),
        "QT_QPA_PLATFORM": os.environ.get("BENCHMARK_QPA", "offscreen"),
        "HOME": str(folder),
        "COUNTER_APP_PIN": "246813",
        "COUNTER_APP_WITNESS_DIR": str(folder / "witness"),
        "COUNTER_APP_MACHINE_SETTINGS": str(folder / "none.json"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }


def fill(folder: Path, count: int) -> Path:
    """An enrolled profile with ``count`` dossiers, its gateway out of reach."""
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    profile = Profile(folder / "profile", folder / "witness").ensure()
    key = load_or_create_key(profile, lambda new: "246813")
    store = open_store(profile.store_path, key, witness=folder / "witness")
    with store.write() as unit:
        unit.save_enrolment(
            EnrolReply(device=7, agency=AGENCY, agency_name="Trung tâm", gateway_key="k", epoch=1, settings=AgencySettings())
        )
        unit.meta_set("device_key", bytes(range(32)).hex())
        unit.meta_set("pepper", "00" * 16)
    for items, position in pages(count, size=2000):
        with store.write() as unit:
            unit.apply_page(AGENCY, items, position)
    store.close()
    Settings(profile.settings_file).set(GATEWAY_URL, "http://127.0.0.1:9")
    return profile.dir


def child(what: str, *words: str, env: dict[str, str]) -> dict[str, Any]:
    """Run ``benchmarks.window_child``; its last line as JSON, with ``seconds`` and ``ready`` counted from the start of
    the process."""
    start = time.time()
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.window_child", what, *words], env=env, capture_output=True, text=True, timeout=120, cwd=ROOT
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    told = json.loads(done.stdout.strip().splitlines()[-1])
    return {**told, "seconds": told["at"] - start, "ready": told.get("ready", told["at"]) - start}
