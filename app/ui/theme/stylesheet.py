"""The one style sheet of the application, for controls that stand still."""

from __future__ import annotations

from app.ui.theme.tokens import (
    RADIUS_CARD,
    RADIUS_CONTROL,
    RADIUS_FIELD,
    RADIUS_POPOVER,
    Metrics,
    Tokens,
)


def build_stylesheet(tokens: Tokens, metrics: Metrics, scale: float = 1.0) -> str:
    """The sheet for one theme at one text size (`scale` 0.8 to 2.0)."""
    parts = (_grounds(tokens), _fields(tokens, metrics), _bars(tokens), _menus(tokens, metrics, scale))
    return "\n".join(parts)


def _grounds(tokens: Tokens) -> str:
    return f"""
QWidget[ground="window"] {{ background: {tokens.window}; }}
QWidget[ground="surface"] {{ background: {tokens.surface}; }}
QWidget[ground="raised"] {{ background: {tokens.raised}; }}
QWidget[ground="inset"] {{ background: {tokens.inset}; }}
QFrame[kind="card"] {{
    background: {tokens.surface}; border: 1px solid {tokens.border}; border-radius: {RADIUS_CARD}px;
}}
QFrame[kind="line"] {{ background: {tokens.border}; border: 0; }}
QDialog {{ background: {tokens.raised}; }}
QLabel {{ background: transparent; }}
QLabel[tone="text"] {{ color: {tokens.text}; }}
QLabel[tone="text2"] {{ color: {tokens.text2}; }}
QLabel[tone="text3"] {{ color: {tokens.text3}; }}
QLabel[tone="accent"] {{ color: {tokens.accent_text}; }}
QLabel[tone="green"] {{ color: {tokens.green}; }}
QLabel[tone="yellow"] {{ color: {tokens.yellow}; }}
QLabel[tone="red"] {{ color: {tokens.red}; }}
QAbstractItemView {{
    background: {tokens.surface}; border: 0; outline: 0;
    selection-background-color: {tokens.selected}; selection-color: {tokens.text};
}}
QAbstractItemView[painted="true"] {{ selection-background-color: transparent; }}
QScrollArea, QScrollArea > QWidget > QWidget[clear="true"] {{ background: transparent; border: 0; }}
QSplitter::handle {{ background: {tokens.border}; }}
QToolTip {{
    background: {tokens.text}; color: {tokens.surface}; border: 0; padding: 4px 8px;
}}"""


def _fields(tokens: Tokens, metrics: Metrics) -> str:
    inner = metrics.field - 2
    form = metrics.field_form - 2
    return f"""
QLineEdit, QComboBox, QSpinBox, QDateEdit, QTimeEdit {{
    background: {tokens.surface}; color: {tokens.text}; border: 1px solid {tokens.border_strong};
    border-radius: {RADIUS_FIELD}px; padding: 0 8px; min-height: {inner}px; max-height: {inner}px;
    selection-background-color: {tokens.selected}; selection-color: {tokens.text};
}}
QLineEdit[extent="form"] {{ min-height: {form}px; max-height: {form}px; }}
QLineEdit[edge="line"] {{ border-color: {tokens.line}; }}
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDateEdit:focus, QTimeEdit:focus {{
    border: 2px solid {tokens.accent}; padding: 0 7px;
    min-height: {inner - 2}px; max-height: {inner - 2}px;
}}
QLineEdit[extent="form"]:focus {{ min-height: {form - 2}px; max-height: {form - 2}px; }}
QLineEdit[wrong="true"] {{ border: 1px solid {tokens.red}; }}
QLineEdit[bare="true"], QLineEdit[bare="true"]:focus {{ border: 0; background: transparent; padding: 0; }}
QLineEdit:disabled, QComboBox:disabled, QSpinBox:disabled {{
    color: {tokens.text3}; border-color: {tokens.line};
}}
QComboBox::drop-down {{ border: 0; width: 24px; }}
QPlainTextEdit, QTextEdit {{
    background: {tokens.surface}; color: {tokens.text}; border: 1px solid {tokens.line};
    border-radius: {RADIUS_FIELD}px; padding: 5px 7px;
    selection-background-color: {tokens.selected}; selection-color: {tokens.text};
}}
QPlainTextEdit:focus, QTextEdit:focus {{ border: 2px solid {tokens.accent}; padding: 4px 6px; }}
QPlainTextEdit[bare="true"], QTextEdit[bare="true"], QPlainTextEdit[bare="true"]:focus, QTextEdit[bare="true"]:focus {{
    border: 0; background: transparent; padding: 0;
}}"""


def _bars(tokens: Tokens) -> str:
    return f"""
QProgressBar {{ background: {tokens.pressed}; border: 0; border-radius: 2px; max-height: 4px; min-height: 4px; }}
QProgressBar::chunk {{ background: {tokens.accent}; border-radius: 2px; }}
QProgressBar[extent="panel"] {{ max-height: 6px; min-height: 6px; border-radius: 3px; }}
QProgressBar[extent="panel"]::chunk {{ border-radius: 3px; }}
QProgressBar[tone="green"]::chunk {{ background: {tokens.green_fill}; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {tokens.line}; border-radius: 3px; }}
QScrollBar::handle:vertical {{ margin: 2px; min-height: 32px; }}
QScrollBar::handle:horizontal {{ margin: 2px; min-width: 32px; }}
QScrollBar::handle:hover, QScrollBar::handle:pressed {{ background: {tokens.border_strong}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}"""


def _menus(tokens: Tokens, metrics: Metrics, scale: float) -> str:
    inner = metrics.menu_row - 10
    return f"""
QMenu {{
    background: {tokens.raised}; color: {tokens.text}; border: 1px solid {tokens.border};
    border-radius: {RADIUS_POPOVER}px; padding: 6px;
}}
QMenu::item {{ padding: 5px {round(10 * scale)}px 5px 10px; min-height: {inner}px; border-radius: {RADIUS_CONTROL}px; }}
QMenu::item:selected {{ background: {tokens.selected}; }}
QMenu::separator {{ height: 1px; background: {tokens.border}; margin: 6px 0; }}
QMenuBar {{ background: {tokens.window}; color: {tokens.text}; }}
QMenuBar::item:selected {{ background: {tokens.hover}; }}"""
