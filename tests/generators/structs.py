"""Values for annotated fields, right and wrong, by their declared types, so that a new field is covered by itself."""

from __future__ import annotations

import random
import types
from collections.abc import Iterator
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

WORDS = ("", "a", "é\U0001f44d", "x" * 40, "line\n\t", "\u2028\u202e")
NUMBERS = (0, 1, 127, 128, 2**31, 2**53, 2**63 - 1)


def valid(rng: random.Random, type_: Any, depth: int = 0) -> Any:
    """A value of a type; structs are built field by field."""
    origin, arguments = get_origin(type_), get_args(type_)
    if type_ is Any:
        return rng.choice([None, True, 5, 2.5, "word", [1, "x"], {"k": "v"}])
    if origin in (Union, types.UnionType):
        return valid(rng, rng.choice(arguments), depth)
    if origin is Literal:
        return rng.choice(arguments)
    if origin is list:
        return [valid(rng, arguments[0], depth + 1) for _ in range(rng.randint(0, 3 - min(depth, 2)))]
    if origin is tuple:
        return tuple(valid(rng, one, depth + 1) for one in arguments)
    if origin is dict:
        keys = [valid(rng, arguments[0]) for _ in range(rng.randint(0, 2))]
        return {key: valid(rng, arguments[1], depth + 1) for key in keys}
    if isinstance(type_, type) and issubclass(type_, msgspec.Struct):
        return struct(rng, type_, depth + 1)
    simple: dict[Any, Any] = {
        str: lambda: rng.choice(WORDS),
        int: lambda: rng.choice(NUMBERS),
        float: lambda: rng.choice([0.0, -1.5, 1e300, 1_790_000_000.25]),
        bool: lambda: rng.random() < 0.5,
        bytes: lambda: rng.randbytes(rng.randint(0, 20)),
        type(None): lambda: None,
    }
    return simple[type_]()


def struct(rng: random.Random, of: type[msgspec.Struct], depth: int = 0) -> Any:
    """A struct with every field given."""
    hints = get_type_hints(of)
    return of(**{name: valid(rng, hints[name], depth) for name in of.__struct_fields__})


def wrong_values(type_: Any) -> Iterator[Any]:
    """MessagePack values that are not of a type, at its surface and one level inside."""
    candidates: list[tuple[type, Any]] = [
        (type(None), None),
        (bool, True),
        (int, 7),
        (int, -1),
        (int, 2**64 - 1),
        (float, 1.5),
        (float, float("nan")),
        (str, "word"),
        (bytes, b"\x01"),
        (list, []),
        (list, [None]),
        (dict, {}),
        (dict, {"k": 1}),
    ]
    for kind, value in candidates:
        if not accepts(type_, kind, value):
            yield value
    origin, arguments = get_origin(type_), get_args(type_)
    if origin is list:
        yield from ([inner] for inner in wrong_values(arguments[0]))
    if origin is dict:
        yield from ({"k": inner} for inner in wrong_values(arguments[1]))
        yield {5: 5}
    if origin is tuple:
        yield list(range(len(arguments) + 1))
        yield []


def accepts(type_: Any, kind: type, value: Any) -> bool:
    """Whether a decoder may take `value` for the type: the plain rules of MessagePack, written down once more."""
    origin, arguments = get_origin(type_), get_args(type_)
    if type_ is Any:
        return True
    if origin in (Union, types.UnionType):
        return any(accepts(one, kind, value) for one in arguments)
    if origin is list:
        return kind is list and all(accepts(arguments[0], type(one), one) for one in value)
    if origin is dict:
        return kind is dict and all(
            accepts(arguments[0], type(key), key) and accepts(arguments[1], type(one), one)
            for key, one in value.items()
        )
    if origin is tuple:
        return False
    if isinstance(type_, type) and issubclass(type_, msgspec.Struct):
        return False
    if type_ is float:
        return kind in (int, float)
    return kind is type_
