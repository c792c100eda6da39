"""A snapshot carries rows and texts whole, in pages, without what only the server decides by."""

import random

import pytest

from app.model.kinds import KINDS
from app.model.row import Register, Row, row_hash
from app.protocol.codec import decode_from_server, encode
from app.protocol.limits import BATCH_BYTES, PART_CHARACTERS
from app.protocol.messages import Snapshot
from app.protocol.snapshot import batches, from_snapshot, text_parts, to_snapshot

AUTHORS = [f"{number:08x}-0000-4000-8000-000000000000" for number in range(3)]


def row(rng: random.Random, kind: str) -> Row:
    """A row as a server may have it: values that were set, unset, set by others and at other times."""
    created = rng.randint(1, 5)

    def register(value: object) -> Register:
        seq = rng.choice([created, created + rng.randint(1, 9)])
        return Register(value, seq, rng.choice(AUTHORS), rng.random(), AUTHORS[2], 7)

    fields = KINDS[kind].fields
    chosen = rng.sample(sorted(fields), rng.randint(0, len(fields)))
    return Row(
        AUTHORS[1],
        kind,
        "c",
        created,
        rng.choice(AUTHORS),
        1.5,
        2.5,
        registers={
            name: register(rng.choice([None, "", "x", *([3, False] if name != "on" else [])])) for name in chosen
        },
        sets={name: {one: register(True) for one in rng.sample("abcd", 2)} for name in KINDS[kind].sets},
        texts={name: rng.randint(0, 5) for name in KINDS[kind].texts},
    )


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_row_from_a_snapshot_agrees_with_the_servers(kind: str) -> None:
    rng = random.Random(kind)
    for _ in range(50):
        mine = row(rng, kind)
        frame = encode(Snapshot("c", "e", 9, 0, [to_snapshot(mine)]))
        message = decode_from_server(frame)
        assert isinstance(message, Snapshot)
        theirs = from_snapshot(message.rows[0], "c")
        assert row_hash(theirs) == row_hash(mine)
        assert to_snapshot(theirs) == to_snapshot(mine)
        for name, register in mine.registers.items():
            assert theirs.value(name) == register.value
            assert (theirs.registers[name].seq, theirs.registers[name].by) == (register.seq, register.by)
        assert {name: set(one) for name, one in theirs.sets.items()} == {
            name: set(one) for name, one in mine.sets.items()
        }


def test_what_only_the_server_decides_by_does_not_travel() -> None:
    written = Register("T", 4, AUTHORS[0], 1_234_567.5, "name-of-a-device", 77)
    mine = Row(AUTHORS[1], "task", "c", 1, AUTHORS[0], 1.5, 2.5, {"title": written})
    assert from_snapshot(to_snapshot(mine), "c").registers["title"] == Register("T", 4, AUTHORS[0])
    assert b"name-of-a-device" not in encode(Snapshot("c", "e", 9, 0, [to_snapshot(mine)]))


@pytest.mark.parametrize(
    "length", [0, 1, PART_CHARACTERS - 1, PART_CHARACTERS, PART_CHARACTERS + 1, 3 * PART_CHARACTERS]
)
def test_a_long_text_comes_in_parts_that_make_it_whole(length: int) -> None:
    body = ("\U0001f44d" + "x" * 9) * (length // 10 + 1)
    body = body[:length]
    parts = list(text_parts("i", "description", 4, body))
    assert "".join(part for *_, part in parts) == body
    assert all(len(part) <= PART_CHARACTERS for *_, part in parts)
    assert {part[:3] for part in parts} == {("i", "description", 4)}
    assert len(parts) == max(1, -(-length // PART_CHARACTERS))


def test_pages_are_cut_at_their_size_and_lose_nothing() -> None:
    rng = random.Random(3)
    sizes = [rng.choice([10, 500, 20_000, 3 * BATCH_BYTES]) for _ in range(300)]
    pages = list(batches(sizes, lambda size: size))
    assert [size for page in pages for size in page] == sizes
    assert all(page for page in pages)
    assert all(sum(page[:-1]) < BATCH_BYTES for page in pages)
    assert all(sum(page) >= BATCH_BYTES for page in pages[:-1])
    assert list(batches([], len)) == []
