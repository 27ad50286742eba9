"""PouchDB ⇄ express-pouchdb on the same documents: what a general replication library does in our place. Installed from npm into a
folder of its own for the run; where there is no npm or no registry, the comparison is left out with a message."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).parent / "pouchdb"


@dataclass(frozen=True, slots=True)
class Pouch:
    """Documents a second, up and down."""

    push: float
    pull: float


def measure(folder: Path, documents: Sequence[bytes], batch: int) -> Pouch | None:
    """Replicate ``documents`` (JSON objects with ``id``) up in batches of ``batch`` and down in batches of 1,000."""
    if not (shutil.which("npm") and shutil.which("node")):
        print("PouchDB: npm is not installed here, the comparison is left out")
        return None
    home = folder / "pouchdb"
    shutil.copytree(_HERE, home, dirs_exist_ok=True)
    done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=home, capture_output=True, text=True, timeout=300)
    if done.returncode:
        print("PouchDB: npm could not install it here, the comparison is left out")
        return None
    lines = home / "documents.jsonl"
    with lines.open("w", encoding="utf-8") as file:
        for raw in documents:
            body = json.loads(raw)
            body["_id"] = body.pop("id")
            file.write(json.dumps(body, ensure_ascii=False) + "\n")
    for name in ("server", "client"):
        (home / name).mkdir(exist_ok=True)
    server = subprocess.Popen(["node", "server.js", "server"], cwd=home, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert server.stdout is not None
        port = json.loads(server.stdout.readline())["port"]
        client = subprocess.run(["node", "client.js", f"http://127.0.0.1:{port}", "client", lines.name, str(batch)], cwd=home,
                                capture_output=True, text=True, timeout=900, check=True)
        told = json.loads(client.stdout.strip().splitlines()[-1])
    finally:
        server.kill()
        server.wait()
        if server.stdout is not None:
            server.stdout.close()
    assert told["docs"] == len(documents)
    return Pouch(told["docs"] / told["push"], told["docs"] / told["pull"])
