"""What a running counter does not carry about with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.store.conftest import Bench, receive

ROOT = Path(__file__).resolve().parents[2]
_CHILD = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from counter_app.store.rows import ListFilter
from tests.store.conftest import NOW, Bench, receive
store = Bench(Path(sys.argv[2]), bytes.fromhex(sys.argv[3])).open()
dossier = receive(store)
with store.read() as reader:
    assert reader.list_dossiers(ListFilter(statuses=(2,))) and reader.counts(NOW).received_today == 2
    assert reader.list_dossiers(ListFilter(overdue=True, due_soon=True, now=NOW)) == []
    assert reader.list_slips() == [] and reader.find(dossier.code)
print(sorted(name for name in sys.modules if name.partition(".")[0] in ("sqlalchemy", "alembic")))
"""


def test_saving_lists_and_search_need_no_sqlalchemy(bench: Bench) -> None:
    """It is for new files and upgrades; in a window it would be 20 MB."""
    receive(bench.enrolled())
    bench.close()
    done = subprocess.run([sys.executable, "-c", _CHILD, str(ROOT), str(bench.folder), bench.key.hex()], capture_output=True, text=True,
                          check=False, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr
