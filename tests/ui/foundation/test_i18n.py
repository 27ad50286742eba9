import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import PySide6
import pytest
from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QDialogButtonBox, QLineEdit

from counter_app.ui.assets import asset_dir
from counter_app.ui.i18n import available_languages, install_language

TS = asset_dir("i18n") / "qtbase_vi.ts"
LRELEASE = Path(PySide6.__file__).parent / ("lrelease.exe" if sys.platform == "win32" else "lrelease")


def messages():
    for context in ElementTree.parse(TS).getroot().iter("context"):
        for message in context.iter("message"):
            yield context.findtext("name"), message.findtext("source"), message.find("translation")


def test_qt_speaks_vietnamese(app):
    box = QDialogButtonBox(
        QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel | QDialogButtonBox.StandardButton.Save
    )
    assert {button.text().replace("&", "") for button in box.buttons()} == {"Đồng ý", "Hủy", "Lưu"}
    edit = QLineEdit("x")
    menu = edit.createStandardContextMenu()
    words = " ".join(action.text().replace("&", "") for action in menu.actions())
    assert "Hoàn tác" in words and "Chọn tất cả" in words
    assert "Undo" not in words


def test_dates_and_numbers_are_vietnamese_by_default(app):
    assert QLocale().name() == "vi_VN"


def test_every_translation_is_of_something_qt_says():
    known = []
    for language in ("de", "fr"):
        translator = QTranslator()
        assert translator.load(f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
        known.append(translator)
    for context, source, translation in messages():
        assert any(translator.translate(context, source) for translator in known), (context, source)
        assert translation.text and translation.get("type") is None
        assert source.count("%1") == translation.text.count("%1")


def test_the_compiled_catalogue_is_not_stale(tmp_path):
    fresh = tmp_path / "fresh.qm"
    subprocess.run([LRELEASE, "-silent", TS, "-qm", fresh], check=True, timeout=60)
    assert fresh.read_bytes() == TS.with_suffix(".qm").read_bytes()


def test_an_unknown_language_is_refused(app):
    assert available_languages()[0] == "vi"
    with pytest.raises(FileNotFoundError):
        install_language(app, "xx")
    install_language(app)
