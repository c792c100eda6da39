"""Texts and text operations by chance: hypothesis strategies and a seeded generator."""

from __future__ import annotations

import random
from typing import Final

from hypothesis import strategies as st

from app.text import Op, make_invertible, normalize

LETTERS: Final = (
    *"abcdefghij  \n",
    "\u00e9", "e\u0301", "\u0301", "\u20dd",  # precomposed, combining
    "\u05d0", "\u05d1\u05b0", "\u0639", "\u0631", "\u200f", "\u202e",  # right-to-left letters and marks
    "\u4e2d", "\u6587", "\uac00",
    "\U0001f600", "\U0001f469\u200d\U0001f4bb", "\U0001f44d\U0001f3fd", "\U0001f1e9\U0001f1ea",  # emoji, sequences
    "\u00a0", "\u2028", "\ufeff", "\U0010ffff", "\U00010000", "\uffff", "\u2029",
)  # fmt: skip
"""What a text is made of here: each a character or a short sequence that people see as one."""


def random_text(rng: random.Random, letters_max: int = 12) -> str:
    """Return a text of at most ``letters_max`` of ``LETTERS``."""
    return "".join(rng.choices(LETTERS, k=rng.randint(0, letters_max)))


def random_op(rng: random.Random, text: str, edits_max: int = 3) -> Op:
    """Return an operation in normal form that fits ``text``, with at most ``edits_max`` inserts and deletes.

    Deletes carry their text or only its length, and inserts come before or after them.
    """
    op: Op = []
    left = len(text)
    at = 0
    for _ in range(rng.randint(0, edits_max)):
        skip = rng.randint(0, left) if rng.random() < 0.7 else 0
        op.append(skip)
        at, left = at + skip, left - skip
        if rng.random() < 0.5 or not left:
            op.append("".join(rng.choices(LETTERS, k=rng.randint(1, 3))))
        else:
            length = rng.randint(1, min(left, 6))
            op.append({"d": text[at : at + length] if rng.random() < 0.5 else length})
            at, left = at + length, left - length
    return normalize(op)


def random_invertible_op(rng: random.Random, text: str, edits_max: int = 3) -> Op:
    """Return an operation as ``random_op`` whose deletes all carry their text."""
    return make_invertible(random_op(rng, text, edits_max), text)


texts: Final = st.lists(st.sampled_from(LETTERS), max_size=12).map("".join)
"""Short texts, so that operations on them collide."""

inserts: Final = st.lists(st.sampled_from(LETTERS), min_size=1, max_size=3).map("".join)


@st.composite
def ops(draw: st.DrawFn, text: str, edits_max: int = 4) -> Op:
    """Draw an operation in normal form that fits ``text``."""
    op: Op = []
    at = 0
    for _ in range(draw(st.integers(0, edits_max))):
        skip = draw(st.integers(0, len(text) - at))
        op.append(skip)
        at += skip
        if at == len(text) or draw(st.booleans()):
            op.append(draw(inserts))
        else:
            length = draw(st.integers(1, len(text) - at))
            op.append({"d": text[at : at + length] if draw(st.booleans()) else length})
            at += length
    return normalize(op)


@st.composite
def texts_with_two_ops(draw: st.DrawFn) -> tuple[str, Op, Op]:
    """Draw a text and two operations that were both made for it."""
    text = draw(texts)
    return text, draw(ops(text)), draw(ops(text))
