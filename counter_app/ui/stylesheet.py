"""The stylesheet, built from tokens: only what palette and Fusion cannot say. Sizes come from the font."""

from __future__ import annotations

from counter_app.ui.theme import BASE_POINTS, Theme

_SHEET = """
QToolTip {{ background: {text}; color: {surface}; border: 0; padding: {u1}px {u2}px; }}
QLabel, QCheckBox, QRadioButton {{ background: transparent; }}

QLabel[textRole="title"] {{ font-size: {pt_title}pt; font-weight: 600; color: {text}; }}
QLabel[textRole="section"] {{ font-size: {pt_section}pt; font-weight: 600; color: {text}; }}
QLabel[textRole="label"] {{ font-size: {pt_small}pt; font-weight: 500; color: {text_muted}; }}
QLabel[textRole="value"] {{ color: {text}; }}
QLabel[textRole="strong"] {{ font-weight: 600; color: {text}; }}
QLabel[textRole="muted"] {{ font-size: {pt_small}pt; color: {text_muted}; }}
QLabel[textRole="error"] {{ font-size: {pt_small}pt; color: {danger}; }}
QLabel[textRole="code"] {{ font-size: {pt_section}pt; font-weight: 600; color: {text}; }}
QLabel[textRole="display"] {{ font-size: {pt_display}pt; font-weight: 600; color: {text}; }}

QLineEdit, QTextEdit, QPlainTextEdit, QSpinBox, QComboBox {{
  background: {surface}; color: {text}; border: 1px solid {border_strong}; border-radius: {r}px;
  padding: {pad_y}px {u2}px; selection-background-color: {selection}; selection-color: {text}; }}
QLineEdit, QTextEdit, QPlainTextEdit {{ placeholder-text-color: {text_muted}; }}
QLineEdit, QSpinBox, QComboBox {{ min-height: {line}px; }}
QLineEdit:hover, QComboBox:hover, QSpinBox:hover {{ border-color: {text_muted}; }}
QLineEdit:focus, QTextEdit:focus, QPlainTextEdit:focus, QSpinBox:focus, QComboBox:focus {{
  border: 2px solid {focus}; padding: {pad_y1}px {u2_1}px; }}
QLineEdit[invalid="true"], QTextEdit[invalid="true"], QPlainTextEdit[invalid="true"], QComboBox[invalid="true"] {{
  border-color: {danger}; }}
QLineEdit:disabled, QTextEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled, QSpinBox:disabled {{
  background: {sunken}; color: {text_disabled}; border-color: {border}; }}
QLineEdit[readOnly="true"], QTextEdit[readOnly="true"], QPlainTextEdit[readOnly="true"] {{
  background: {sunken}; border-color: {border}; }}
QComboBox::drop-down {{ border: 0; width: {em}px; }}
QComboBox::down-arrow {{ image: url("{chevron}"); width: {icon}px; height: {icon}px; }}
QComboBox QAbstractItemView {{ background: {surface}; border: 1px solid {border}; padding: {u1}px; outline: 0; }}

QPushButton {{ background: {surface}; color: {text}; border: 1px solid {border_strong}; border-radius: {r}px;
  padding: {pad_y}px {u3}px; min-height: {line2}px; font-weight: 500; }}
QPushButton:hover {{ background: {hover}; }}
QPushButton:pressed {{ background: {sunken}; }}
QPushButton:focus {{ border: 2px solid {focus}; padding: {pad_y1}px {u3_1}px; }}
QPushButton:disabled {{ color: {text_disabled}; border-color: {border}; background: {sunken}; }}
QPushButton[kind="primary"] {{ background: {accent}; color: {on_accent}; border-color: {accent}; }}
QPushButton[kind="primary"]:hover {{ background: {accent_hover}; }}
QPushButton[kind="primary"]:pressed {{ background: {accent_pressed}; }}
QPushButton[kind="primary"]:focus {{ border-color: {text}; }}
QPushButton[kind="primary"]:disabled {{ color: {text_disabled}; border-color: {border}; background: {sunken}; }}
QPushButton[kind="danger"] {{ color: {danger}; border-color: {danger}; }}
QPushButton[kind="danger"]:hover {{ background: {danger_soft}; }}
QPushButton[kind="quiet"] {{ background: transparent; border-color: transparent; }}
QPushButton[kind="quiet"]:hover {{ background: {hover}; }}
QPushButton[kind="quiet"]:focus {{ border-color: {focus}; }}
QPushButton[kind="quiet"]:disabled {{ background: transparent; }}
QPushButton::menu-indicator {{ image: none; }}
QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: {r}px; padding: {u1}px; }}
QToolButton:hover {{ background: {hover}; }}
QToolButton:focus {{ border-color: {focus}; }}
QToolButton:checked {{ background: {accent_soft}; color: {accent}; }}

QCheckBox, QRadioButton {{ spacing: {u1_5}px; padding: 1px 0; }}
QCheckBox::indicator, QRadioButton::indicator {{ width: {box}px; height: {box}px; border: 1px solid {border_strong};
  background: {surface}; }}
QCheckBox::indicator {{ border-radius: 3px; }}
QRadioButton::indicator {{ border-radius: {box_r}px; }}
QCheckBox::indicator:hover, QRadioButton::indicator:hover {{ border-color: {accent}; }}
QCheckBox::indicator:checked {{ background: {accent}; border-color: {accent}; image: url("{check}"); }}
QRadioButton::indicator:checked {{ border-color: {accent}; image: url("{dot}"); }}
QCheckBox::indicator:indeterminate {{ background: {accent_soft}; border-color: {accent}; }}
QCheckBox:focus, QRadioButton:focus {{ color: {accent}; }}
QCheckBox::indicator:focus, QRadioButton::indicator:focus {{ border: 2px solid {focus}; width: {box_f}px; height: {box_f}px; }}
QCheckBox:disabled, QRadioButton:disabled {{ color: {text_disabled}; }}
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {{ border-color: {border}; background: {sunken}; }}

QFrame[panel="card"] {{ background: {surface}; border: 1px solid {border}; border-radius: {r2}px; }}
QFrame[panel="popup"] {{ background: {surface}; border: 1px solid {border_strong}; border-radius: {r2}px; }}
QFrame[panel="line"] {{ background: {border}; border: 0; }}
QWidget#topBar, QWidget#statusBar, QWidget#navRail {{ background: {surface}; }}
QWidget#topBar {{ border-bottom: 1px solid {border}; }}
QWidget#statusBar {{ border-top: 1px solid {border}; }}
QWidget#navRail {{ border-right: 1px solid {border}; }}
QWidget#detailsPane {{ background: {surface}; }}

QTableView, QListView, QTreeView {{ background: {surface}; border: 0; outline: 0; gridline-color: {border};
  alternate-background-color: {surface}; selection-background-color: {selection}; selection-color: {text}; }}
QTableView::item {{ padding: 0 {u2}px; border: 0; border-bottom: 1px solid {border}; }}
QTableView::item:hover {{ background: {hover}; }}
QTableView::item:selected {{ background: {selection}; color: {text}; }}
QHeaderView {{ background: {surface}; border: 0; }}
QHeaderView::section {{ background: {surface}; color: {text_muted}; border: 0; border-bottom: 1px solid {border};
  padding: {u1}px {u2_3}px; font-size: {pt_small}pt; font-weight: 500; }}
QListView::item:selected {{ background: {selection}; color: {text}; }}

QScrollArea {{ background: transparent; border: 0; }}
QScrollArea > QWidget > QWidget#scrollBody {{ background: transparent; }}
QScrollBar:vertical {{ background: transparent; width: {bar}px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: {bar}px; margin: 0; }}
QScrollBar::handle {{ background: {border_strong}; border-radius: {bar_r}px; margin: 2px; min-height: {em2}px; min-width: {em2}px; }}
QScrollBar::handle:hover {{ background: {text_muted}; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{
  background: transparent; width: 0; height: 0; }}

QMenu {{ background: {surface}; border: 1px solid {border_strong}; padding: {u1}px; }}
QMenu::item {{ padding: {u1}px {u4}px {u1}px {u2}px; border-radius: {r}px; min-height: {line}px; }}
QMenu::item:selected {{ background: {accent_soft}; color: {text}; }}
QMenu::item:disabled {{ color: {text_disabled}; }}
QMenu::separator {{ height: 1px; background: {border}; margin: {u1}px 0; }}
QSplitter::handle {{ background: {border}; }}
QDialog {{ background: {window}; }}
QTabBar::tab {{ padding: {u1}px {u3}px; color: {text_muted}; border: 0; border-bottom: 2px solid transparent; font-weight: 500; }}
QTabBar::tab:selected {{ color: {text}; border-bottom-color: {accent}; }}
QTabBar::tab:focus {{ color: {accent}; }}
QTabWidget::pane {{ border: 0; border-top: 1px solid {border}; }}
QProgressBar {{ background: {sunken}; border: 0; border-radius: {bar_r}px; max-height: {u2}px; text-align: center; color: transparent; }}
QProgressBar::chunk {{ background: {accent}; border-radius: {bar_r}px; }}
"""


def build_stylesheet(theme: Theme) -> str:
    """The stylesheet of ``theme``. Pure text work; the chevron, tick and dot are the only files it names."""
    from counter_app.ui.assets import asset_dir

    tokens = theme.tokens
    names = {slot: getattr(tokens, slot) for slot in tokens.__slots__}
    points, unit, em = BASE_POINTS * theme.font_scale, theme.unit, theme.em
    pad_y = max(1, round(unit * (0.75 if theme.density == "comfortable" else 0.35)))
    bar = max(8, round(em * 0.55))
    box = round(em * 0.8)
    shade = "dark" if theme.dark else "light"
    chevron, check, dot = ((asset_dir("themes") / f"{part}-{shade}.svg").as_posix() for part in ("chevron", "check", "dot"))
    return _SHEET.format(
        **names,
        pt_title=round(points * 1.5, 2), pt_section=round(points * 1.12, 2), pt_small=round(points * 0.9, 2),
        pt_display=round(points * 2.0, 2),
        u1=round(unit), u2=round(unit * 2), u2_3=round(unit * 2) + 3, u2_1=max(0, round(unit * 2) - 1), u3=round(unit * 3),
        u3_1=max(0, round(unit * 3) - 1), u4=round(unit * 4),
        pad_y=pad_y, pad_y1=max(0, pad_y - 1), line=round(em), line2=round(em) + 2, em=round(em), em2=round(em * 2), icon=theme.icon_size,
        r=max(4, round(unit * 1.25)), r2=max(6, round(unit * 2)), bar=bar, bar_r=max(2, (bar - 4) // 2),
        chevron=chevron, check=check, dot=dot, u1_5=round(unit * 1.5), box=box, box_r=box // 2 + 1, box_f=box - 2,
    )  # fmt: skip
