"""What the program stands on is what it has to be: Qt without the reference fault, an encrypted SQLite with search, a portable lock."""

import re
import sys
from pathlib import Path

import pytest
import sqlcipher3
from PySide6.QtWidgets import QDialog, QLabel, QMessageBox

ROOT = Path(__file__).parent.parent


def test_qt_keeps_its_references_to_none(qtbot):
    """PySide6 6.12.0 lost one per call and ended the process after some 5,000."""
    label = QLabel()
    qtbot.addWidget(label)
    before = sys.getrefcount(None)
    for number in range(20_000):
        label.setText(str(number))
    assert abs(sys.getrefcount(None) - before) < 1_000


def test_the_store_driver_encrypts_and_searches(tmp_path: Path):
    path = tmp_path / "store.db"
    key = "ab" * 32
    connection = sqlcipher3.connect(path)
    connection.execute(f"PRAGMA key = \"x'{key}'\"")
    connection.execute("CREATE VIRTUAL TABLE words USING fts5(folded)")
    connection.execute("INSERT INTO words VALUES ('nguyen van dao')")
    connection.commit()
    assert connection.execute("SELECT count(*) FROM words WHERE words MATCH 'dao*'").fetchone() == (1,)
    connection.close()
    assert b"nguyen" not in path.read_bytes()
    other = sqlcipher3.connect(path)
    other.execute(f"PRAGMA key = \"x'{'cd' * 32}'\"")
    with pytest.raises(sqlcipher3.DatabaseError):
        other.execute("SELECT * FROM words")
    other.close()


def test_a_modal_box_raises(qtbot):
    with pytest.raises(AssertionError, match=r"QMessageBox\.question"):
        QMessageBox.question(None, "Xoá?", "Xoá hồ sơ này?")
    dialog = QDialog()
    qtbot.addWidget(dialog)
    with pytest.raises(AssertionError, match=r"QDialog\.exec"):
        dialog.exec()


def test_the_lock_is_complete_and_names_no_place():
    lock = (ROOT / "requirements.lock").read_text()
    assert "://" not in lock
    assert not re.search(r"^\s*--(index|extra|find|trusted)", lock, re.MULTILINE)
    for entry in re.findall(r"^[a-zA-Z0-9][^\n]*==[^\n]*(?:\n +--hash[^\n]*)*", lock, re.MULTILINE):
        assert "--hash=sha256:" in entry, entry
