"""Everything a person reads passes here, so it can be translated."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QCoreApplication

CONTEXT = "etal"


def tr(text: str, /, n: int | None = None, **facts: object) -> str:
    """The text in the person's language, with its facts put in.

    With `n`, write both forms in English, parted by "|": ``tr("{n} change|{n} changes", n=3)``; a translation holds
    the plural forms of its own language. A fact is put in as it is: braces in it do nothing.
    Raises KeyError when the text names a fact that is not given.
    """
    said = QCoreApplication.translate(CONTEXT, text, None, -1 if n is None else n)
    if n is not None:
        if said == text and "|" in text:
            one, many = text.split("|", 1)
            said = one if n == 1 else many
        facts["n"] = n
    return said.format(**facts) if facts else said


def tooltip(text: str) -> str:
    """A text others may have written, made safe for a tooltip: Qt would read "<b>" in it as markup."""
    return "<qt>" + escape(text[:1000]).replace("\n", "<br>") + "</qt>" if text else ""


def plain_action(text: str) -> str:
    """A text others may have written, made safe for a menu or a button: "&" would mark a key."""
    return text[:200].replace("&", "&&").replace("\n", " ")
