"""Frames go and come unchanged; what is no message is refused as a bad frame, whatever it is, within bounds."""

import random
import tracemalloc
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
import zstandard

from app.protocol import codec
from app.protocol.codec import PLAIN, ZSTD, BadFrame, decode_from_client, decode_from_server, encode
from app.protocol.limits import CLIENT_PLAIN_BYTES_MAX, COMPRESS_BYTES_MIN, FRAME_BYTES_MAX, SERVER_PLAIN_BYTES_MAX
from app.protocol.messages import PRIVATE, ClientMessage, Hello, Ping, Push, Request, ServerMessage, Snapshot
from tests.generators.structs import struct, wrong_values

FROM_CLIENT = get_args(ClientMessage)
FROM_SERVER = get_args(ServerMessage)
FIELDS = [
    pytest.param(message, name, id=f"{message.__name__}.{name}")
    for message in FROM_CLIENT
    for name in message.__struct_fields__
]
_pack = msgspec.msgpack.encode


def packed(value: Any) -> bytes:
    return ZSTD + zstandard.ZstdCompressor().compress(_pack(value))


def refused(frame: bytes) -> str:
    """The reason for which both sides refuse a frame."""
    with pytest.raises(BadFrame):
        decode_from_server(frame)
    with pytest.raises(BadFrame) as caught:
        decode_from_client(frame)
    return str(caught.value)


@pytest.mark.parametrize("message", FROM_CLIENT, ids=lambda one: one.__name__)
def test_what_a_client_says_arrives_as_it_was_said(message: type[msgspec.Struct]) -> None:
    rng = random.Random(message.__name__)
    for _ in range(30):
        said = struct(rng, message)
        assert decode_from_client(encode(said)) == said


@pytest.mark.parametrize("message", FROM_SERVER, ids=lambda one: one.__name__)
def test_what_the_server_says_arrives_as_it_was_said(message: type[msgspec.Struct]) -> None:
    rng = random.Random(message.__name__)
    for _ in range(30):
        said = struct(rng, message)
        assert decode_from_server(encode(said)) == said


@pytest.mark.parametrize(("message", "name"), FIELDS)
def test_a_field_of_another_type_is_no_message(message: type[msgspec.Struct], name: str) -> None:
    right = msgspec.to_builtins(struct(random.Random(5), message), builtin_types=(bytes,))
    right = {"t": message.__struct_config__.tag, **right}
    assert isinstance(decode_from_client(PLAIN + _pack(right)), message)
    type_ = get_type_hints(message)[name]
    wrong = list(wrong_values(type_))
    assert wrong
    for value in wrong:
        for frame in (PLAIN + _pack({**right, name: value}), packed({**right, name: value})):
            with pytest.raises(BadFrame):
                decode_from_client(frame)


def test_a_message_without_what_it_needs_or_of_no_known_kind_is_refused() -> None:
    for value in (
        {},
        {"t": "hello"},
        {"t": "unheard"},
        {"t": 5},
        {"t": None},
        {"clock": 1.0},
        [],
        ["ping", 1.0],
        "ping",
        7,
        None,
        {"t": ["ping"]},
        {5: "ping"},
    ):
        refused(PLAIN + _pack(value))


def test_a_message_of_the_other_side_is_refused() -> None:
    both = set(FROM_CLIENT) & set(FROM_SERVER)
    for message in FROM_SERVER:
        if message not in both:
            with pytest.raises(BadFrame):
                decode_from_client(encode(struct(random.Random(1), message)))


def test_a_field_that_is_not_known_is_passed_over() -> None:
    frame = PLAIN + _pack({"t": "ping", "clock": 2.0, "mood": {"deep": [1, 2]}})
    assert decode_from_client(frame) == Ping(2.0)


def test_of_a_doubled_key_one_is_taken_and_nothing_else_happens() -> None:
    body = b"\x83" + _pack("t") + _pack("ping") + _pack("clock") + _pack(1.0) + _pack("clock") + _pack(2.0)
    assert decode_from_client(PLAIN + body) == Ping(2.0)
    refused(PLAIN + b"\x83" + _pack("t") + _pack("ping") + _pack("t") + _pack("push") + _pack("changes") + _pack(5))


# -- sizes -------------------------------------------------------------------------------------------------------------


def test_a_frame_has_its_size() -> None:
    fits = Push([b"\x00" * (FRAME_BYTES_MAX - 30)])
    frame = PLAIN + _pack(fits)
    assert FRAME_BYTES_MAX - 30 < len(frame) <= FRAME_BYTES_MAX
    assert decode_from_client(frame) == fits
    assert "size" in refused(frame + bytes(FRAME_BYTES_MAX + 1 - len(frame)))
    assert "size" in refused(b"")
    refused(PLAIN)
    refused(ZSTD)
    for head in (b"\x02", b"\xff", b"{", b"(\xb5/\xfd"):
        refused(head + _pack(Ping(1.0)))


def test_a_message_too_large_for_a_frame_is_not_sent() -> None:
    with pytest.raises(BadFrame):
        encode(Push([random.Random(3).randbytes(FRAME_BYTES_MAX)]))


def test_large_frames_are_compressed_small_and_private_ones_never() -> None:
    text = "the same words again and again " * 40
    assert encode(Snapshot("c", "e", 1, 0, texts=[("i", "f", 1, text)]))[:1] == ZSTD
    assert encode(Ping(1.0))[:1] == PLAIN
    for message in PRIVATE:
        said = struct(random.Random(2), message)
        names = [name for name, hint in get_type_hints(message).items() if hint is str]
        said = msgspec.structs.replace(said, **dict.fromkeys(names, text)) if names else said
        frame = encode(said)
        assert frame[:1] == PLAIN
        assert len(frame) > COMPRESS_BYTES_MIN or not names
    assert encode(Request(1, "invite", {"word": text}))[:1] == PLAIN
    noise = Push([random.Random(4).randbytes(2_000)])
    assert encode(noise)[:1] == PLAIN  # compressing made it no smaller


def bomb(size: int, *, declared: bool = True) -> bytes:
    return ZSTD + zstandard.ZstdCompressor(level=19, write_content_size=declared).compress(bytes(size))


@pytest.mark.parametrize("size", [CLIENT_PLAIN_BYTES_MAX + 1, SERVER_PLAIN_BYTES_MAX + 1, 200 << 20])
def test_a_bomb_is_refused_by_its_declared_size(size: int) -> None:
    frame = bomb(size)
    assert len(frame) < 20_000
    tracemalloc.start()
    with pytest.raises(BadFrame, match="too large"):
        decode_from_client(frame)
    assert tracemalloc.get_traced_memory()[1] < 100_000
    tracemalloc.stop()


def test_a_bomb_without_its_size_is_refused_unread() -> None:
    assert "without its size" in refused(bomb(50 << 20, declared=False))
    assert "without its size" in refused(bomb(0))


@pytest.mark.parametrize("claims", [1, 1000, 2**31, 2**63, 2**64 - 3])
def test_a_bomb_that_lies_about_its_size_is_cut_at_it(claims: int) -> None:
    real = bomb(100 << 20)[1:]
    header = zstandard.get_frame_parameters(real)
    assert header.content_size == 100 << 20
    # A header of our own: magic number, 8-byte size, window as in the real one; then the real blocks.
    blocks = real[zstandard.frame_header_size(real) :]
    window = bytes([real[5]]) if not real[4] & 0x20 else b"\x58"
    lie = real[:4] + bytes([0xC0]) + window + claims.to_bytes(8, "little") + blocks
    tracemalloc.start()
    refused(ZSTD + lie)
    assert tracemalloc.get_traced_memory()[1] < 2 * SERVER_PLAIN_BYTES_MAX
    tracemalloc.stop()


def test_an_unknown_dictionary_and_a_huge_window_are_refused() -> None:
    rng = random.Random(9)
    words: list[bytes | bytearray | memoryview] = [
        b"status task doing done %d " % rng.randint(0, 99) * 20 for _ in range(400)
    ]
    dictionary = zstandard.train_dictionary(4_096, words)
    body = zstandard.ZstdCompressor(dict_data=dictionary).compress(_pack(Ping(1.0)))
    refused(ZSTD + body)
    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=27, enable_ldm=True)
    wide = zstandard.ZstdCompressor(compression_params=parameters).compressobj(size=1 << 20)
    refused(ZSTD + wide.compress(bytes(1 << 20)) + wide.flush())


def test_damaged_frames_of_any_kind_are_refused() -> None:
    rng = random.Random(11)
    changes = [b"change %d " % number * 8 for number in range(40)]
    frame = encode(Push(changes))
    assert frame[:1] == ZSTD
    outcomes: set[type] = set()
    for _ in range(1_500):
        hit = bytearray(frame)
        for _ in range(rng.randint(1, 4)):
            hit[rng.randrange(len(hit))] = rng.randrange(256)
        del hit[rng.randint(1, len(hit)) if rng.random() < 0.3 else len(hit) :]
        try:
            outcomes.add(type(decode_from_client(bytes(hit))))
        except BadFrame:
            outcomes.add(BadFrame)
    assert BadFrame in outcomes
    assert outcomes <= {BadFrame, Push}
    for _ in range(1_500):
        try:
            decode_from_client(rng.choice([PLAIN, ZSTD]) + rng.randbytes(rng.randint(0, 60)))
        except BadFrame:
            pass


# -- forms -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("opening", [b"\x91", b"\x81\xa1a"], ids=["lists", "maps"])
def test_ten_thousand_levels_end_in_a_refusal(opening: bytes) -> None:
    deep = opening * 10_000 + b"\xc0"
    request = b"\x84" + _pack("t") + _pack("request") + _pack("re") + b"\x01" + _pack("do") + _pack("invite")
    assert "RecursionError" in refused(PLAIN + request + _pack("arguments") + b"\x81" + _pack("k") + deep)
    refused(PLAIN + deep)
    refused(ZSTD + zstandard.ZstdCompressor().compress(deep))


@pytest.mark.parametrize(
    "bad",
    [b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82"],
    ids=["byte", "overlong", "lone surrogate", "beyond unicode", "cut"],
)
def test_text_that_is_no_utf8_is_refused(bad: bytes) -> None:
    text = bytes([0xA0 + len(bad)]) + bad
    refused(PLAIN + b"\x82" + _pack("t") + _pack("here") + _pack("state") + text)
    refused(PLAIN + b"\x82" + text + _pack("ping") + _pack("clock") + _pack(1.0))
    refused(PLAIN + b"\x82" + _pack("t") + text + _pack("clock") + _pack(1.0))


def test_lengths_that_promise_more_than_there_is_are_refused_without_memory() -> None:
    promises = [b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\xdb\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff"]
    tracemalloc.start()
    for promise in promises:
        refused(PLAIN + promise)
        refused(PLAIN + b"\x82" + _pack("t") + _pack("push") + _pack("changes") + promise)
        refused(PLAIN + b"\x82" + _pack("t") + _pack("push") + _pack("changes") + b"\x91" + promise)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


def test_a_million_keys_and_types_of_extension_do_no_harm() -> None:
    keys = b"".join(_pack(f"k{number}") + b"\xc0" for number in range(100_000))
    body = b"\xdf" + (100_002).to_bytes(4, "big") + _pack("t") + _pack("ping") + _pack("clock") + _pack(1.0) + keys
    assert decode_from_client(PLAIN + body) == Ping(1.0)
    refused(PLAIN + b"\xd6\xff\x00\x00\x00\x00")
    refused(PLAIN + _pack(Ping(1.0)) + b"\xc0")


def test_numbers_at_the_edge_are_read_or_refused_and_never_wrapped() -> None:
    for value in (2**63, 2**64 - 1, -(2**63), float("inf")):
        try:
            said = decode_from_client(PLAIN + _pack({"t": "subscribe", "ch": "c", "seq": value}))
        except BadFrame:
            continue
        assert said.seq == value  # type: ignore[union-attr]
    refused(PLAIN + _pack({"t": "subscribe", "ch": "c", "seq": 1.5}))
    refused(PLAIN + _pack({"t": "subscribe", "ch": "c", "seq": True}))


def test_the_reason_of_a_bad_frame_repeats_nothing_of_it() -> None:
    secret = "hunter2-hunter2"
    right = msgspec.to_builtins(Hello(secret, "d", (1, 1), 1.0))
    reasons = [refused(PLAIN + _pack({**right, "resume": {secret: secret}}))]
    reasons.append(refused(PLAIN + _pack({"t": secret})))
    reasons.append(refused(PLAIN + _pack({"t": "hello", secret: secret})))
    assert all(secret not in reason for reason in reasons)


def test_a_size_before_compression_is_that_of_the_bytes() -> None:
    assert codec.plain_size(Ping(1.0)) == len(encode(Ping(1.0))) - 1
