"""Two text operations in a row as one."""

from __future__ import annotations

from app.text.operation import Component, Delete, Op, append, check_form, deleted_length, trim


def cut(component: int | Delete, length: int) -> tuple[int | Delete, int | Delete]:
    """Split a skip or delete after ``length`` characters; ``length`` is above 0 and below its own."""
    if isinstance(component, int):
        return length, component - length
    content = component["d"]
    if isinstance(content, str):
        return {"d": content[:length]}, {"d": content[length:]}
    return {"d": length}, {"d": content - length}


def compose(first: Op, second: Op) -> Op:
    """Return one operation with the effect of ``first`` and then ``second``.

    Takes time in proportion to the components of both. Transforming over the result is not in every case the same as
    transforming over one after the other (SYNC 7), so histories are composed only where that has been measured.

    Raises:
        MalformedOperation, OperationTooLarge: as ``check_form``.

    """
    check_form(first)
    check_form(second)
    result: Op = []
    components = iter(first)
    current: Component | None = next(components, None)
    for step in second:
        if isinstance(step, str):
            append(result, step)
            continue
        rest: int | Delete | None = step
        while rest is not None:
            if isinstance(current, dict):  # already gone when the second comes by
                append(result, current)
                current = next(components, None)
            elif current is None:  # behind the first, the text is as it was
                append(result, rest)
                break
            elif isinstance(rest, int):
                current, rest = _kept(result, current, rest)
                current = next(components, None) if current is None else current
            else:
                current, rest = _deleted(result, current, rest)
                current = next(components, None) if current is None else current
    while current is not None:
        append(result, current)
        current = next(components, None)
    return trim(result)


def _kept(result: Op, current: int | str, skip: int) -> tuple[int | str | None, int | None]:
    """Let the second skip over the first's skip or insert; return what is left of both."""
    length = current if isinstance(current, int) else len(current)
    if length <= skip:
        append(result, current)
        return None, skip - length or None
    if isinstance(current, int):
        append(result, skip)
        return current - skip, None
    append(result, current[:skip])
    return current[skip:], None


def _deleted(result: Op, current: int | str, delete: Delete) -> tuple[int | str | None, int | Delete | None]:
    """Let the second delete from the first's skip or insert; return what is left of both."""
    wanted = deleted_length(delete)
    length = current if isinstance(current, int) else len(current)
    done, rest = (delete, None) if wanted <= length else cut(delete, length)
    if isinstance(current, int):
        append(result, done)
        return current - min(wanted, length) or None, rest
    return current[wanted:] or None, rest  # the insert never was
