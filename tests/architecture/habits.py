"""What the window's room must not do, found in the syntax tree: nested loops, literals that nobody can translate."""

import ast
from collections.abc import Iterator

# Each of these runs an event loop inside ours: other coroutines die or hang for good.
NESTED_LOOPS = {"exec", "exec_", "processEvents"}
BLOCKING_DIALOGS = {
    ("QFileDialog", "getOpenFileName"),
    ("QFileDialog", "getOpenFileNames"),
    ("QFileDialog", "getSaveFileName"),
    ("QFileDialog", "getExistingDirectory"),
    ("QColorDialog", "getColor"),
    ("QInputDialog", "getText"),
    ("QMessageBox", "question"),
    ("QMessageBox", "information"),
    ("QMessageBox", "warning"),
    ("QMessageBox", "critical"),
    ("QMessageBox", "about"),
}
# Others' text must never be read as markup; sorting by a proxy costs a second copy of the truth.
FORBIDDEN_CALLS = {"setHtml", "insertHtml"}
FORBIDDEN_NAMES = {"QSortFilterProxyModel"}

SHOWN_BY_METHOD = {
    "addAction",
    "addMenu",
    "setAccessibleDescription",
    "setAccessibleName",
    "setPlaceholderText",
    "setStatusTip",
    "setText",
    "setTitle",
    "setToolTip",
    "setWhatsThis",
    "setWindowTitle",
}
SHOWN_BY_CLASS = {"QAction", "QCheckBox", "QGroupBox", "QLabel", "QMenu", "QPushButton", "QRadioButton", "QToolButton"}


def offences(source: str) -> list[str]:
    """Each offence in a module of `app.ui` as “line: what”."""
    return [f"{line}: {what}" for node in ast.walk(ast.parse(source)) for line, what in _in_node(node)]


def _in_node(node: ast.AST) -> Iterator[tuple[int, str]]:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) if name in FORBIDDEN_NAMES:
            yield node.lineno, f"{name} is not used here"
        case ast.ImportFrom() if any(alias.name in FORBIDDEN_NAMES for alias in node.names):
            yield node.lineno, "QSortFilterProxyModel is not used here"
        case ast.Call(func=ast.Attribute(attr=name) as function):
            if name in NESTED_LOOPS:
                yield node.lineno, f"{name}() runs a loop inside the loop"
            if isinstance(function.value, ast.Name) and (function.value.id, name) in BLOCKING_DIALOGS:
                yield node.lineno, f"{function.value.id}.{name}() runs a loop inside the loop"
            if name in FORBIDDEN_CALLS:
                yield node.lineno, f"{name}() reads text as markup"
            if name in SHOWN_BY_METHOD:
                yield from _untranslated(node)
        case ast.Call(func=ast.Name(id=name)) if name in SHOWN_BY_CLASS:
            yield from _untranslated(node)
        case _:
            pass


def _untranslated(call: ast.Call) -> Iterator[tuple[int, str]]:
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    for literal in (text for value in values for text in _literals(value)):
        if any(character.isalpha() for character in literal):
            yield call.lineno, f"“{literal}” is shown without tr()"


def _literals(value: ast.expr) -> Iterator[str]:
    """The literal texts that `value` can become; what a call answers is that call's own matter."""
    match value:
        case ast.Constant(value=str() as text):
            yield text
        case ast.JoinedStr(values=parts):
            for part in parts:
                yield from _literals(part)
        case ast.BinOp(left=left, right=right):
            yield from _literals(left)
            yield from _literals(right)
        case ast.IfExp(body=body, orelse=other):
            yield from _literals(body)
            yield from _literals(other)
        case ast.BoolOp(values=values):
            for part in values:
                yield from _literals(part)
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str() as text), attr="format" | "join")):
            yield text
        case _:
            pass
