"""Frames that no honest client sends (FAULTS A): only that connection ends, or that one change is refused."""

import os
import struct
import uuid
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
import zstandard

from app.model.change import Change, Part, encode_change
from app.protocol.limits import CLIENT_PLAIN_BYTES_MAX, FRAME_BYTES_MAX
from app.protocol.messages import Ack, ClientMessage, Hello, Here, Ping, Push, Request, Subscribe
from tests.hostile.stage import closes, resident_bytes, stage
from tests.server.guest import Guest

pack = msgspec.msgpack.encode


def plain(value: object) -> bytes:
    return b"\x00" + pack(value)


def deep(depth: int) -> bytes:
    return (
        b"\x00" + b"\x84\xa1t\xa7request\xa2re\x01\xa2do\xa7members\xa9arguments\x81\xa1a" + b"\x91" * depth + b"\xc0"
    )


def zstd(body: bytes, *, size: bool = True, **arguments: Any) -> bytes:
    return b"\x01" + zstandard.ZstdCompressor(write_content_size=size, **arguments).compress(body)


def lying_zstd() -> bytes:
    """Declares 300 bytes and holds 20 MB."""
    frame = bytearray(zstandard.ZstdCompressor(write_content_size=True).compress(b"\x00" * 300))
    big = zstandard.ZstdCompressor(write_content_size=True).compress(b"\x00" * (20 << 20))
    head = zstandard.frame_header_size(bytes(big))
    small = zstandard.frame_header_size(bytes(frame))
    return b"\x01" + bytes(frame[:small]) + bytes(big[head:])


DICTIONARY = zstandard.ZstdCompressionDict(b"abcdefgh" * 64, dict_type=zstandard.DICT_TYPE_RAWCONTENT)

FRAMES: dict[str, bytes | str] = {
    "empty": b"",
    "no known form": b"\x07abc",
    "text": '{"t":"ping","clock":1}',
    "no message": plain([1, 2, 3]),
    "unknown tag": plain({"t": "coffee"}),
    "no tag": plain({"clock": 1.0}),
    "server's message": plain({"t": "welcome"}),
    "tail": plain({"t": "ping", "clock": 1.0}) + b"x",
    "bad UTF-8": b"\x00\x82\xa1t\xa4ping\xa5clock\xa3\xff\xfe\xfd",
    "bad UTF-8 in a used field": b"\x00\x83\xa1t\xa7request\xa2re\x01\xa2do\xa3\xff\xfe\xfd",
    "lone surrogate": b"\x00\x83\xa1t\xa7request\xa2re\x01\xa2do\xa3\xed\xa0\x80",
    "depth 10,000": deep(10_000),
    "depth 500,000": deep(500_000),
    "declared array of 2^32": b"\x00\x82\xa1t\xa4push\xa7changes\xdd\xff\xff\xff\xff",
    "declared text of 2^32": b"\x00\x82\xa1t\xa4push\xa7changes\xdb\xff\xff\xff\xff",
    "bomb, size declared": zstd(b"\x00" * (200 << 20)),
    "bomb, size absent": zstd(b"\x00" * (200 << 20), size=False),
    "bomb, size lied": lying_zstd(),
    "bomb just above": zstd(b"\x00" * (CLIENT_PLAIN_BYTES_MAX + 1)),
    "zstd rubbish": b"\x01" + os.urandom(500),
    "zstd header only": b"\x01\x28\xb5\x2f\xfd",
    "unknown dictionary": zstd(plain({"t": "ping", "clock": 1.0}) * 40, dict_data=DICTIONARY) + b"",
    "infinite number": b"\x00\x82\xa1t\xa7request\xa2re\xcb" + struct.pack(">d", float("inf")),
    "true for 1": plain({"t": "request", "re": True, "do": "members"}),
    "2^64": b"\x00\x84\xa1t\xa9subscribe\xa2ch\xa3p:x\xa3seq\xcf" + b"\xff" * 8,
    "negative seq": plain({"t": "subscribe", "ch": "p:" + str(uuid.uuid4()), "seq": -1}),
    "no channel": plain({"t": "subscribe", "ch": "../../etc"}),
    "push of nothing": plain({"t": "push", "changes": []}),
    "push of rubbish": plain({"t": "push", "changes": [b"\xc1" * 50]}),
    "push of too many": plain({"t": "push", "changes": [b"x"] * 65}),
    "second hello": plain({"t": "hello", "token": "", "device": "", "versions": [1, 1], "clock": 0.0}),
    "join in a session": plain(
        {"t": "join", "secret": "", "name": "", "email": "", "password": "", "device": str(uuid.uuid4())}
    ),
}


async def test_bad_frames_end_only_the_connection_they_came_on(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        before = resident_bytes()
        alive = []
        for name, frame in FRAMES.items():
            async with scene.attacker() as mallory:
                code = await closes(mallory, lambda mallory=mallory, frame=frame: mallory.send_bytes(frame))  # type: ignore[misc]
                if code != 1008:
                    alive.append((name, code))
        assert alive == []
        assert resident_bytes() - before < 64 << 20
        assert await scene.honest_works() < 1


WRONG: list[Any] = [None, True, -1, 1.5, "x", b"x", [], [1], {"a": 1}, 2**63, 2**64 - 1, float("nan"), [[["x"]]]]


def wrong_messages() -> list[tuple[str, bytes]]:
    """Every field of every message of a client with every wrong type."""
    right: dict[str, Any] = {"str": "x", "int": 1, "float": 1.0, "dict": {}, "list": [], "tuple": [1, 1]}
    found = []
    for kind in get_args(ClientMessage):
        hints = get_type_hints(kind)
        fields = list(msgspec.structs.fields(kind))
        tag = kind.__struct_config__.tag
        whole = {one.name: right[getattr(hints[one.name], "__name__", "str")] for one in fields if one.required}
        for one in fields:
            name = f"{tag}.{one.name}"
            found += [(name, plain({"t": tag, **whole, one.name: wrong})) for wrong in WRONG]
    return found


async def test_every_field_of_every_message_takes_every_wrong_type_without_a_defect(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        closed = 0
        messages = wrong_messages()
        assert len(messages) > 400
        guest: Guest | None = None
        for _, frame in messages:
            if guest is None:
                guest = await Guest(scene.url).takes_over(scene.mallory).__aenter__()
                await guest.hello()
            await guest.send_bytes(frame)
            await guest.say(Ping(2.0))
            try:
                while getattr(await guest.next(), "clock", None) != 2.0:
                    pass
            except Exception:  # noqa: BLE001 - closed: what most of these bring about
                closed += 1
                await guest.__aexit__(None, None, None)
                guest = None
        if guest is not None:
            await guest.__aexit__(None, None, None)
        assert closed > len(messages) // 2


async def test_a_frame_above_the_limit_ends_the_connection_before_it_is_whole(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        async with scene.attacker() as mallory:
            code = await closes(mallory, lambda: mallory.send_bytes(os.urandom(FRAME_BYTES_MAX + 1)))
            assert code == 1009
        async with scene.attacker() as mallory:
            assert mallory.socket is not None
            mallory.socket.transport.write(b"\x82\xff" + struct.pack(">Q", 2**63 - 1) + b"mask" + b"x" * 100)
            assert await mallory.ending() in (1009, 1002, 1006)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"\x02\x81mask\x00" + b"\x00\x81mask\x00" * 200_000, id="200,000 fragments"),
        pytest.param(b"\x89\xfe\x00\x7e" + b"mask" + b"x" * 126, id="ping of 126 bytes"),
        pytest.param(b"\xc2\x81mask\x00", id="reserved bit"),
        pytest.param(b"\x82\x01\x00", id="unmasked"),
        pytest.param(b"\x88\x82mask" + bytes(a ^ b for a, b in zip(b"\x03\xe7", b"ma", strict=True)), id="close code"),
        pytest.param(b"\x89\x80mask" * 5_000, id="ping flood"),
        pytest.param(b"\x83\x80mask", id="unknown opcode"),
    ],
)
async def test_broken_websocket_frames_end_only_their_connection(tmp_path: Path, raw: bytes) -> None:
    async with stage(tmp_path) as scene:
        before = resident_bytes()
        async with scene.attacker() as mallory:
            assert mallory.socket is not None
            mallory.socket.transport.write(raw)
            await mallory.ending()
        assert resident_bytes() - before < 64 << 20
        assert await scene.honest_works() < 1


def bad_changes(project: str, foreign: str) -> dict[str, dict[str, Any]]:
    """Changes that are refused alone: fields of Change by name, on a task of one's own."""
    create = {"verb": "create", "kind": "task", "fields": {"project": project, "title": "x"}}

    def titled(title: object) -> dict[str, Any]:
        return {**create, "fields": {"project": project, "title": title}}

    return {
        "unknown kind": {**create, "kind": "rocket"},
        "unknown verb": {**create, "verb": "explode"},
        "newer schema": {**create, "schema": 99},
        "NUL": titled("a\x00b"),
        "control character": titled("a\x1bb"),
        "long title": titled("x" * 501),
        "empty title": titled(" "),
        "title of another type": titled({"a": 1}),
        "server's field": {**create, "fields": {"project": project, "title": "x", "position": "z" * 1000}},
        "unknown field": {**create, "fields": {"project": project, "title": "x", "evil": 1}},
        "year 0000": {**create, "fields": {"project": project, "title": "x", "due": "0000-01-01"}},
        "second 60": {**create, "fields": {"project": project, "title": "x", "due": "2026-01-01T00:00:60Z"}},
        "offset +99:99": {**create, "fields": {"project": project, "title": "x", "due": "2026-01-01T00:00:00+99:99"}},
        "priority true": {**create, "fields": {"project": project, "title": "x", "priority": True}},
        "priority 2^60": {**create, "fields": {"project": project, "title": "x", "priority": 2**60}},
        "foreign channel": {**create, "ch": f"p:{foreign}"},
        "workspace channel": {**create, "ch": f"w:{foreign}"},
        "somebody's own channel": {**create, "ch": f"u:{foreign}"},
        "parent elsewhere": {**create, "fields": {"project": project, "title": "x", "parent": foreign}},
        "no items": {**create, "items": []},
        "bulk of 5,000": {
            "verb": "set",
            "kind": "task",
            "items": [str(uuid.uuid4()) for _ in range(5_000)],
            "fields": {"title": "x"},
        },
        "item twice": {**create, "items": [foreign, foreign]},
        "item of another form": {**create, "items": ["ABC"]},
        "item that is not there": {"verb": "set", "kind": "task", "items": [foreign], "fields": {"title": "x"}},
        "rank by hand": {"verb": "set", "kind": "project", "items": [project], "fields": {"position": "a0"}},
        "trash by hand": {"verb": "set", "kind": "project", "items": [project], "fields": {"trashed": True}},
        "a person": {"verb": "create", "kind": "person", "fields": {"name": "x"}},
        "op without parts": {"verb": "edit", "kind": "task", "items": [foreign], "field": "description"},
        "negative base": {**create, "base": -5},
        "revision ahead": {"verb": "edit", "kind": "task", "field": "description", "rev": 9, "op": ["x"]},
        "skip past the end": {"verb": "edit", "kind": "task", "field": "description", "op": [50, "x"]},
        "delete past the end": {"verb": "edit", "kind": "task", "field": "description", "op": [{"d": 50}]},
        "negative skip": {"verb": "edit", "kind": "task", "field": "description", "op": [-1, "x"]},
        "skip of true": {"verb": "edit", "kind": "task", "field": "description", "op": [True, "x"]},
        "op of rubbish": {"verb": "edit", "kind": "task", "field": "description", "op": [{"x": 1}, None]},
        "100,000 components": {"verb": "edit", "kind": "task", "field": "description", "op": [1, "x"] * 50_000},
    }


async def test_bad_changes_are_refused_alone_and_nothing_of_them_is_kept(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        async with scene.attacker() as mallory:
            task, created = mallory.task(scene.project)
            await mallory.push(created)
            taken = []
            for name, fields in bad_changes(scene.project, str(uuid.uuid4())).items():
                mallory.n += 1
                whole: dict[str, Any] = {"ch": f"p:{scene.project}", "items": [str(uuid.uuid4())], **fields}
                op = whole.pop("op", None)
                if op is not None:
                    whole |= {"items": [task], "parts": [Part(mallory.n, op, 0.0, "g")]}
                change = Change(n=mallory.n, base=whole.pop("base", 0), at=0.0, heard=0.0, grp="g", **whole)
                (result,) = (await mallory.push(change)).results
                # What a newer server may know waits for it; everything else is refused for good.
                if result.status != "refused" or result.retryable != (result.code == "version"):
                    taken.append((name, result))
            assert taken == []
            good = await mallory.push(mallory.task(scene.project)[1])
            assert good.results[0].status == "applied"
        head = await _head(scene.honest, scene.project)
        assert head == 3, "the project, the task and the last one; nothing of what was refused"


async def _head(guest: Guest, project: str) -> int:
    from app.protocol.messages import Check, Checked

    await guest.say(Check(1, [f"p:{project}"]))
    return (await guest.get(Checked)).seq


async def test_what_only_the_server_writes_cannot_be_said_by_a_client(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        async with scene.attacker() as mallory:
            item = str(uuid.uuid4())
            mallory.n += 1
            forged = {
                "n": mallory.n,
                "ch": f"p:{scene.project}",
                "verb": "create",
                "kind": "task",
                "items": [item],
                "base": 10**9,
                "at": 4e9,
                "heard": -1e300,
                "grp": "g",
                "fields": {"project": scene.project, "title": "Forged"},
                "by": scene.honest.user,
                "dev": scene.honest.device,
                "seq": 10**6,
            }
            await mallory.say(Push([pack(forged)]))
            result = (await mallory.get(Ack)).results[0]
            assert (result.status, result.seq) == ("applied", 2)
            from app.protocol.messages import Entries

            entries = [one for one in mallory.arrived if isinstance(one, Entries)]
            while not any(entry.dev == mallory.device for one in entries for entry in one.entries):
                entries.append(await mallory.get(Entries))
            (entry,) = [entry for one in entries for entry in one.entries if entry.writes[0].item == item]
            assert (entry.by, entry.dev, entry.seq) == (mallory.user, mallory.device, 2)
            assert entry.made <= entry.at


async def test_a_number_is_used_once(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        async with scene.attacker() as mallory:
            _, first = mallory.task(scene.project, "One")
            await mallory.push(first)
            other = msgspec.structs.replace(first, items=[str(uuid.uuid4())])
            (result,) = (await mallory.push(other)).results
            assert (result.status, result.code) == ("refused", "id_reuse")
            for n in (0, -1, 2**53 + 1, 2**63):
                bad = msgspec.structs.replace(first, n=n)
                (result,) = (await mallory.push(bad)).results
                assert result.status == "refused"


async def test_hellos_with_wild_numbers_end_only_their_connection(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        wild: list[dict[str, Any]] = [
            {"resume": {"p:x": ("e", 2**63, 0)}},
            {"resume": {"p:x": ("e", -1, 0)}},
            {"in_doubt": [(1, b"12345678")] * 20_001},
            {"settled_below": 2**62},
            {"texts": [("p:x", "x", "description", -1)]},
        ]
        for fields in wild:
            async with Guest(scene.url).takes_over(scene.mallory) as mallory:
                hello = Hello(mallory.token, mallory.device, (1, 1), float("nan"), **fields)
                assert await closes(mallory, lambda mallory=mallory, hello=hello: mallory.say(hello)) == 1008  # type: ignore[misc]
        async with scene.attacker(resume={f"p:{scene.project}": ("e", 2**53, 2**64 - 1)}, first=["x"] * 1000):
            pass


async def test_messages_before_hello_end_the_connection(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        early: list[ClientMessage] = [
            Push([encode_change(scene.mallory.project()[1])]),
            Subscribe(f"p:{scene.project}"),
            Here("viewing", scene.project),
            Request(1, "members"),
        ]
        for message in early:
            async with Guest(scene.url) as mallory:
                assert await closes(mallory, lambda mallory=mallory, message=message: mallory.say(message)) == 1008  # type: ignore[misc]
                assert len(mallory.arrived) == 1
