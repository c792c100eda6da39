"""Fractional ranks: strings that order a list, so that an insert between two neighbours renumbers nothing.

A rank is an integer part of variable length and a fraction, in base 62, compared by code points. The first letter of
the integer part tells its length and sign (`a` one digit, `b` two, …; `Z` one digit below, `Y` two, …), so that
appending a thousand items at either end keeps ranks at three letters. The idea is fractional indexing (D. Greenspan,
2017); a fraction never ends in the lowest digit, so that something always fits before it.
"""

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LENGTH_MAX = 128
"""Longest rank accepted; the server reranks a list long before (SYNC 6)."""

_LOWEST, _HIGHEST = DIGITS[0], DIGITS[-1]
_FIRST = "A" + _LOWEST * 26
"""The lowest integer part that can be written: nothing would fit before it, so it is no rank."""
_VALUE = {digit: value for value, digit in enumerate(DIGITS)}


def is_rank(text: object) -> bool:
    """Whether `text` is a well-formed rank."""
    if not isinstance(text, str) or not 2 <= len(text) <= LENGTH_MAX or any(letter not in _VALUE for letter in text):
        return False
    length = _integer_length(text[0])
    if length is None or len(text) < length or text[:length] == _FIRST:
        return False
    return not (len(text) > length and text[-1] == _LOWEST)


def between(before: str | None, after: str | None) -> str:
    """A rank above `before` and below `after`; None means the end of the list.

    Raises ValueError when the two are not in order.
    """
    if before is not None and after is not None and before >= after:
        raise ValueError("ranks out of order")
    if before is None and after is None:
        return "a0"
    if before is None:
        assert after is not None
        return _before(after)
    if after is None:
        return _after(before)
    return _middle(before, after)


def spread(before: str | None, after: str | None, count: int) -> list[str]:
    """`count` ranks in order between two neighbours, contiguous (a block insert stays together)."""
    ranks: list[str] = []
    if after is None:
        for _ in range(count):
            before = between(before, None)
            ranks.append(before)
        return ranks
    if count == 0:
        return []
    half = count // 2
    middle = between(before, after)
    return [*spread(before, middle, half), middle, *spread(middle, after, count - half - 1)]


def _integer_length(head: str) -> int | None:
    if "a" <= head <= "z":
        return ord(head) - ord("a") + 2
    if "A" <= head <= "Z":
        return ord("Z") - ord(head) + 2
    return None


def _split(rank: str) -> tuple[str, str]:
    length = _integer_length(rank[0])
    assert length is not None
    return rank[:length], rank[length:]


def _after(rank: str) -> str:
    integer, fraction = _split(rank)
    raised = _step(integer, 1)
    return raised if raised is not None else integer + _fraction_between(fraction, "")


def _before(rank: str) -> str:
    integer, fraction = _split(rank)
    if fraction:
        return integer
    lowered = _step(integer, -1)
    return lowered if lowered is not None else integer + _fraction_between("", fraction)


def _middle(before: str, after: str) -> str:
    low, low_fraction = _split(before)
    high, high_fraction = _split(after)
    if low == high:
        return low + _fraction_between(low_fraction, high_fraction)
    raised = _step(low, 1)
    if raised is not None and raised < after:
        return raised
    return low + _fraction_between(low_fraction, "")


def _step(integer: str, by: int) -> str | None:
    """The next integer part up or down, or None at the end of what can be written."""
    head, digits = integer[0], list(integer[1:])
    limit, wrap = (_HIGHEST, _LOWEST) if by > 0 else (_LOWEST, _HIGHEST)
    for place in range(len(digits) - 1, -1, -1):
        if digits[place] != limit:
            digits[place] = DIGITS[_VALUE[digits[place]] + by]
            return head + "".join(digits)
        digits[place] = wrap
    if head == ("z" if by > 0 else "A"):
        return None
    if (by > 0 and head == "Z") or (by < 0 and head == "a"):
        return ("a" if by > 0 else "Z") + wrap
    new_head = chr(ord(head) + by)
    length = _integer_length(new_head)
    assert length is not None
    return new_head + wrap * (length - 1)


def _fraction_between(low: str, high: str) -> str:
    """A fraction above `low` and below `high` ('' as high means one), not ending in the lowest digit."""
    place = 0
    while high and place < len(high) and (low[place] if place < len(low) else _LOWEST) == high[place]:
        place += 1
    if place:
        return high[:place] + _fraction_between(low[place:], high[place:])
    low_digit = _VALUE[low[0]] if low else 0
    high_digit = _VALUE[high[0]] if high else len(DIGITS)
    if high_digit - low_digit > 1:
        return DIGITS[(low_digit + high_digit) // 2]
    if high and len(high) > 1:
        return high[0]
    return DIGITS[low_digit] + _fraction_between(low[1:], "")
