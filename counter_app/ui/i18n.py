"""Language of the screen. Source strings are Vietnamese inside ``tr()``; Qt's own words (buttons, menus, file dialog) come from
``qtbase_vi``, which Qt does not ship. Another language is a catalogue ``counter_<language>.qm`` beside it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from counter_app.ui.assets import asset_dir

SOURCE_LANGUAGE = "vi"


def available_languages() -> list[str]:
    """Languages there is a catalogue for, the source language first."""
    found = sorted(path.stem.removeprefix("counter_") for path in asset_dir("i18n").glob("counter_*.qm"))
    return [SOURCE_LANGUAGE, *found]


def install_language(app: QCoreApplication, language: str = SOURCE_LANGUAGE) -> list[QTranslator]:
    """Put ``language`` in force and make vi_VN the default locale (dates, numbers) whatever the language of the words. Repeating it
    replaces what was installed before. Raises FileNotFoundError for a catalogue that is missing or unreadable."""
    QLocale.setDefault(QLocale(QLocale.Language.Vietnamese, QLocale.Country.Vietnam))
    for old in app.findChildren(QTranslator):
        app.removeTranslator(old)
        old.setParent(None)
    wanted = [asset_dir("i18n") / "qtbase_vi.qm"]
    if language != SOURCE_LANGUAGE:
        wanted = [asset_dir("i18n") / f"counter_{language}.qm"]
    installed: list[QTranslator] = []
    for path in wanted:
        translator = QTranslator(app)
        if not translator.load(str(path)):
            raise FileNotFoundError(f"catalogue {path.name} is missing or unreadable")
        app.installTranslator(translator)
        installed.append(translator)
    if language != SOURCE_LANGUAGE:
        own = QTranslator(app)
        if own.load(f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
            app.installTranslator(own)
            installed.append(own)
    return installed
