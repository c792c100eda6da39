"""Text operations: their form, checking, normalising, applying and inverting.

An operation walks over a text and is a list of components: ``n`` skips n characters, ``"str"`` inserts, ``{"d": n}``
and ``{"d": "str"}`` delete. Characters are Unicode code points; the rest of the text is kept without a skip. The format
is that of the public ``ot-text-unicode`` type, and so are all results.
"""

from __future__ import annotations

from typing import Final, TypeAlias, cast

from app.text.errors import MalformedOperation, OperationMismatch, OperationTooLarge

Delete: TypeAlias = dict[str, int | str]
Component: TypeAlias = int | str | Delete
Op: TypeAlias = list[Component]

COMPONENTS_MAX: Final = 10_000
"""Components of an operation that comes from outside: a transform takes time in proportion."""

APPLIED_COMPONENTS_MAX: Final = 1_000_000
"""Components of an operation that is applied: transforming and composing may have split what came from outside."""

CARRIED_BYTES_MAX: Final = 256 * 1024
"""UTF-8 bytes of the text that an operation from outside carries, inserted and deleted together."""

COUNT_MAX: Final = 2**31 - 1
"""Characters in one component; far above any text, far below where an encoder overflows."""


def deleted_length(delete: Delete) -> int:
    """Return how many characters a delete component takes away."""
    content = delete["d"]
    return content if isinstance(content, int) else len(content)


def append(op: Op, component: Component) -> None:
    """Add a component at the end of an operation under construction, melted into its last one where both are alike.

    Deletes melt into one that carries its text only if both carry theirs. The order of inserts and deletes is kept: it
    decides how they meet another's insert.
    """
    if not op:
        op.append(component)
        return
    last = op[-1]
    if isinstance(component, int):
        if isinstance(last, int):
            op[-1] = last + component
            return
    elif isinstance(component, str):
        if isinstance(last, str):
            op[-1] = last + component
            return
    elif isinstance(last, dict):
        op[-1] = _joined(last, component)
        return
    op.append(component)


def _joined(first: Delete, second: Delete) -> Delete:
    before, after = first["d"], second["d"]
    if isinstance(before, str) and isinstance(after, str):
        return {"d": before + after}
    return {"d": deleted_length(first) + deleted_length(second)}


def trim(op: Op) -> Op:
    """Take the trailing skip off an operation under construction, and return it."""
    if op and isinstance(op[-1], int):
        op.pop()
    return op


def check_form(value: object, components_max: int = APPLIED_COMPONENTS_MAX) -> Op:
    """Return ``value`` as an operation if it has the form of one, as the public type accepts it.

    Adjacent inserts and adjacent deletes pass here, but not in ``check``.

    Raises:
        MalformedOperation: wrong type, count out of 1..``COUNT_MAX``, empty component, adjacent skips, trailing skip,
            or a lone surrogate in a string.
        OperationTooLarge: more than ``components_max`` components.

    """
    if not isinstance(value, list):
        raise MalformedOperation("not_a_list", "A text operation is a list.")
    if len(value) > components_max:
        raise OperationTooLarge("too_many_components", f"More than {components_max} components.")
    kind: type | None = None
    for index, component in enumerate(value):
        previous, kind = kind, type(component)
        if kind is int:
            _check_count(component, index)
            if previous is int:
                raise MalformedOperation("adjacent_components", f"Component {index} is a second skip in a row.")
        elif kind is str:
            _check_string(component, index)
        else:
            _check_delete(component, index)
    if kind is int:
        raise MalformedOperation("trailing_skip", "The last component is a skip.")
    return cast(Op, value)


def _check_count(count: int, index: int) -> None:
    if not 0 < count <= COUNT_MAX:
        raise MalformedOperation("bad_count", f"Component {index} counts {count} characters.")


def _check_string(content: str, index: int) -> None:
    if not content:
        raise MalformedOperation("empty_component", f"Component {index} is empty.")
    if not content.isascii() and _has_lone_surrogate(content):
        raise MalformedOperation("lone_surrogate", f"Component {index} has half a character (a lone surrogate).")


def _has_lone_surrogate(content: str) -> bool:
    try:
        content.encode()
    except UnicodeEncodeError:
        return True
    return False


def _check_delete(component: object, index: int) -> None:
    content = _deleted_content(component, index)
    if isinstance(content, str):
        _check_string(content, index)
    else:
        _check_count(content, index)


def _deleted_content(component: object, index: int) -> int | str:
    if type(component) is dict and len(component) == 1:
        content = component.get("d")
        if type(content) is int or type(content) is str:
            return content
    raise MalformedOperation("bad_component", f"Component {index} is no skip, insert or delete.")


def check_normal(value: object, components_max: int = APPLIED_COMPONENTS_MAX) -> Op:
    """Return ``value`` as an operation if it is well formed and in normal form.

    Raises:
        MalformedOperation: as ``check_form``, and for two inserts or two deletes in a row.
        OperationTooLarge: more than ``components_max`` components.

    """
    op = check_form(value, components_max)
    previous: type | None = None
    for index, component in enumerate(op):
        kind = type(component)
        if kind is previous:
            raise MalformedOperation("adjacent_components", f"Component {index} belongs to the one before it.")
        previous = kind
    return op


def check(value: object, *, components_max: int = COMPONENTS_MAX, bytes_max: int = CARRIED_BYTES_MAX) -> Op:
    """Return ``value`` as an operation if it may come in from outside: well formed, in normal form, and within limits.

    Normal form is demanded because two replicas can part over adjacent inserts: the public type lets another's insert
    in between on one side only.

    Raises:
        MalformedOperation: as ``check_normal``.
        OperationTooLarge: more than ``components_max`` components, or more than ``bytes_max`` UTF-8 bytes of text.

    """
    op = check_normal(value, components_max)
    carried = 0
    for component in op:
        content = component["d"] if isinstance(component, dict) else component
        if isinstance(content, str):
            carried += len(content) if content.isascii() else len(content.encode())
    if carried > bytes_max:
        raise OperationTooLarge("too_much_text", f"Carries {carried} bytes of text, more than {bytes_max}.")
    return op


def normalize(op: Op) -> Op:
    """Return the same edit in normal form: like neighbours melted, nothing empty, no trailing skip.

    Zero counts and empty strings are allowed here and only here.

    Raises:
        MalformedOperation: wrong type, negative count or lone surrogate.

    """
    if not isinstance(op, list):
        raise MalformedOperation("not_a_list", "A text operation is a list.")
    result: Op = []
    for index, component in enumerate(op):
        content = component if type(component) in (int, str) else _deleted_content(component, index)
        if content == 0 or content == "":
            continue
        if isinstance(content, str):
            _check_string(content, index)
            append(result, content if content is component else {"d": content})
        elif isinstance(content, int):
            _check_count(content, index)
            append(result, content if content is component else {"d": content})
    return trim(result)


def length_before(op: Op) -> int:
    """Return how many characters a text must have at least for this operation."""
    length = 0
    for component in op:
        if isinstance(component, int):
            length += component
        elif isinstance(component, dict):
            length += deleted_length(component)
    return length


def length_after(op: Op, length: int) -> int:
    """Return how many characters a text of ``length`` characters has after this operation."""
    for component in op:
        if isinstance(component, str):
            length += len(component)
        elif isinstance(component, dict):
            length -= deleted_length(component)
    return length


def apply(text: str, op: Op, *, components_max: int = APPLIED_COMPONENTS_MAX) -> str:
    """Return the text after the operation. Stricter than the public type, which cuts or ignores what does not fit.

    Raises:
        MalformedOperation, OperationTooLarge: as ``check_form``.
        OperationMismatch: a skip or delete goes past the end, or a deleted string is not what stands in the text.

    """
    check_form(op, components_max)
    parts: list[str] = []
    at = 0
    for index, component in enumerate(op):
        if isinstance(component, str):
            parts.append(component)
        elif isinstance(component, int):
            start, at = at, at + component
            _check_within(text, at, index)
            parts.append(text[start:at])
        else:
            at = _after_delete(text, at, component, index)
    parts.append(text[at:])
    return "".join(parts)


def _check_within(text: str, at: int, index: int) -> None:
    if at > len(text):
        raise OperationMismatch("past_end", f"Component {index} ends at {at}, the text at {len(text)}.")


def _after_delete(text: str, at: int, delete: Delete, index: int) -> int:
    end = at + deleted_length(delete)
    _check_within(text, end, index)
    content = delete["d"]
    if isinstance(content, str) and not text.startswith(content, at):
        raise OperationMismatch("text_differs", f"Component {index} deletes other text than stands at {at}.")
    return end


def make_invertible(op: Op, text: str) -> Op:
    """Return the operation with the text that each delete takes away from ``text`` written into it.

    Raises:
        MalformedOperation, OperationTooLarge, OperationMismatch: as ``apply``.

    """
    check_form(op)
    result: Op = []
    at = 0
    for index, component in enumerate(op):
        if isinstance(component, int):
            at += component
            _check_within(text, at, index)
            append(result, component)
        elif isinstance(component, str):
            append(result, component)
        else:
            start, at = at, _after_delete(text, at, component, index)
            append(result, {"d": text[start:at]})
    return result


def invert(op: Op, text: str | None = None) -> Op:
    """Return the operation that undoes ``op``; ``text`` is the text before it.

    Without ``text``, each delete must carry what it deleted.

    Raises:
        MalformedOperation: as ``check_form``; code ``deleted_text_missing`` where a delete has only a number and no
            ``text`` is given.
        OperationMismatch: the operation does not fit ``text``.

    """
    if text is not None:
        op = make_invertible(op, text)
    else:
        check_form(op)
    result: Op = []
    for index, component in enumerate(op):
        if isinstance(component, int):
            append(result, component)
        elif isinstance(component, str):
            append(result, {"d": component})
        else:
            content = component["d"]
            if isinstance(content, int):
                raise MalformedOperation("deleted_text_missing", f"Component {index} does not say what it deleted.")
            append(result, content)
    return result
