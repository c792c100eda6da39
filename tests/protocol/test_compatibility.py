"""Frames recorded from protocol 1: every later program still understands them (SYNC 13)."""

import json
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from app.model.change import Change, Entry, Part, Result, Write, decode_change, encode_change
from app.protocol import messages
from app.protocol.codec import decode_from_client, decode_from_server, encode
from app.protocol.messages import ClientMessage, ServerMessage

RECORDED = Path(__file__).parent / "recorded" / "protocol-1.json"
ITEM = "5f0c1f0e-8a54-4f5e-9d8e-3f1f6a1f2b3c"
DEVICE = "0e4b7a8c-1d2e-4f3a-8b5c-6d7e8f9a0b1c"
CHANNEL = f"p:{ITEM}"
WRITE = Write(
    ITEM,
    fields={"status": "done"},
    before={"status": "todo"},
    lost={"due": None},
    add={"labels": [ITEM]},
    drop={"labels": [DEVICE]},
    ops={"description": (4, [2, "😀", {"d": "x"}])},
)
ENTRY = Entry(7, DEVICE, 3, ITEM, 1000.5, 999.25, "g", "set", "task", "merged", b"12345678", [WRITE])
ROW = messages.SnapRow(
    ITEM,
    "task",
    1,
    ITEM,
    1.5,
    2.5,
    values={"title": "T"},
    marks={"title": (4, DEVICE)},
    sets={"labels": {ITEM: 3}},
    texts={"description": 4},
)
HELLO = messages.Hello(
    "t",
    DEVICE,
    (1, 1),
    5.5,
    app="etal 0.1.0",
    resume={CHANNEL: ("e", 4, 1 << 63)},
    in_doubt=[(3, b"12345678")],
    texts=[(CHANNEL, ITEM, "description", 2)],
    first=[CHANNEL],
    settled_below=2,
    caps=["zstd"],
    run="r",
)
WELCOME = messages.Welcome(
    1, 6.5, "n", "etal 0.1.0", ITEM, ITEM, "owner", "c", 9, {CHANNEL: ("e", 7)}, 12, {"frame": 5}, ["zstd"]
)
SAMPLES: list[messages.Message] = [
    messages.Join("s", "Sarah", "s@example.org", "p" * 12, DEVICE, "desk"),
    messages.SignIn("s@example.org", "p" * 12, DEVICE, "desk"),
    messages.Granted("t", ITEM, DEVICE, ITEM, "Harbour"),
    messages.Refused("credentials", "No.", 4, 2.5),
    HELLO,
    WELCOME,
    messages.Push([b"\x81", b"\x82"]),
    messages.Ack([Result(3, "applied", 7), Result(4, "refused", 0, "not_found", "No.", True)], [5]),
    messages.Entries(CHANNEL, 6, [ENTRY], "e", 1 << 63),
    messages.Snapshot(CHANNEL, "e", 7, 0, [ROW], [(ITEM, "description", 4, "a😀")], True, 77, 1),
    messages.TextOps(CHANNEL, ITEM, "description", 2, [(DEVICE, 3, [1, "a"])]),
    messages.Subscribe(CHANNEL, "e", 6, True, [(ITEM, "description", 2)]),
    messages.Gone(CHANNEL, "removed"),
    messages.Check(2, [CHANNEL]),
    messages.Checked(2, CHANNEL, 7, 77),
    messages.Here("typing", ITEM, ITEM, "description", (1, 2), 4),
    messages.Presence(ITEM, "c", 9, ITEM, DEVICE, "editing", ITEM, "description", (1, 2), 4),
    messages.Request(2, "invite", {"role": "member"}),
    messages.Answer(2, {"invite": "etal://x"}),
    messages.Ping(1.5),
    messages.Pong(1.5, 2.5),
    messages.Bye("The server restarts.", "restart", 1.5),
]
ABOUT: dict[str, Any] = {"ch": CHANNEL, "kind": "task", "items": [ITEM], "base": 6, "at": 1.5, "heard": 1.0, "grp": "g"}
CHANGES = [
    Change(n=3, verb="set", fields={"status": "done"}, prev={ITEM: {"status": "todo"}}, **ABOUT),
    Change(n=4, verb="edit", field="description", rev=3, parts=[Part(4, [1, "a"], 1.5, "g")], **ABOUT),
    Change(n=5, verb="move", after=DEVICE, **ABOUT),
    Change(n=6, verb="add", field="labels", values=[DEVICE], **ABOUT),
]


def recorded() -> dict[str, Any]:
    return dict(json.loads(RECORDED.read_text()))


def sides(message: messages.Message) -> list[Any]:
    kinds = ((ClientMessage, decode_from_client), (ServerMessage, decode_from_server))
    return [decode for union, decode in kinds if isinstance(message, get_args(union))]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: type(sample).__name__)
def test_a_recorded_frame_is_understood_as_it_was_meant(sample: messages.Message) -> None:
    frame = bytes.fromhex(recorded()["frames"][type(sample).__name__])
    assert sides(sample)
    for decode in sides(sample):
        assert decode(frame) == sample


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: str(change.verb))
def test_a_recorded_change_is_understood_and_keeps_its_bytes(change: Change) -> None:
    sent = bytes.fromhex(recorded()["changes"][change.verb])
    assert decode_change(sent) == change
    assert encode_change(change) == sent, "what is in a journal from before must keep its hash"


def test_every_message_was_recorded() -> None:
    kinds = {kind.__name__ for union in (ClientMessage, ServerMessage) for kind in get_args(union)}
    assert kinds == {type(sample).__name__ for sample in SAMPLES} == set(recorded()["frames"])


def test_fields_of_a_later_version_are_passed_over() -> None:
    body = msgspec.msgpack.encode({"t": "ping", "clock": 1.5, "mood": {"of": ["later"]}})
    assert decode_from_server(b"\x00" + body) == messages.Ping(1.5)


def record() -> None:
    """Writes the frames of this version: only when a new protocol version begins, under its own name."""
    frames = {type(sample).__name__: encode(sample).hex() for sample in SAMPLES}
    changes = {change.verb: encode_change(change).hex() for change in CHANGES}
    RECORDED.parent.mkdir(exist_ok=True)
    RECORDED.write_text(json.dumps({"frames": frames, "changes": changes}, indent=1) + "\n")
