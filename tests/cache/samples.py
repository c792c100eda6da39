"""Rows and records that the tests of the two files write."""

import uuid
from collections.abc import Iterator

from app.cache.interface import AnyRecord, Made, Retired, Sent
from app.model.row import Register, Row

KEY = bytes(range(32))
WRONG_KEY = bytes(32)
PROJECT = "p:11111111-1111-4111-8111-111111111111"
OTHER_PROJECT = "p:22222222-2222-4222-8222-222222222222"
CANARY = "Quetzalcoatl"
"""A word of content that must not stand readable in any file."""


def item_id(number: int) -> str:
    return str(uuid.UUID(int=number | 4 << 76 | 8 << 60))


def task(number: int, title: str = "A task", channel: str = PROJECT, trashed: bool = False) -> Row:
    registers = {"title": Register(title, number, "author", 12.5, "device", number), "status": Register("todo", number)}
    if trashed:
        registers["trashed"] = Register(True, number)
    sets = {"labels": {item_id(900): Register(True, number)}}
    return Row(item_id(number), "task", channel, number, "author", 1.0, 2.5, registers, sets, {"description": 3})


def comment(number: int, on: str, channel: str = PROJECT, trashed: bool = False) -> Row:
    registers = {"on": Register(on, number), "body": Register("Agreed", number)}
    if trashed:
        registers["trashed"] = Register(True, number)
    return Row(item_id(number), "comment", channel, number, "author", 1.0, 1.0, registers)


def made(n: int, content: str = "") -> Made:
    return Made(n, f"change {n} {content}".encode())


def day_of_work(first: int, count: int) -> Iterator[list[AnyRecord]]:
    """Appends as a client makes them: every change is made, sent, and every other one settled."""
    for n in range(first, first + count):
        yield [made(n, "x" * (n * 37 % 400))]
        yield [Sent([n], f"change {n} as sent".encode())]
        if n % 2:
            yield [Retired([n])]
