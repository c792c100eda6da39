"""Frames: MessagePack, compressed once above a size with zstd, decoded within bounds.

A frame is one tag byte (0 plain, 1 zstd) and the body. A fan-out encodes once and sends the same bytes to everybody.
"""

from typing import Any, TypeVar

import msgspec
import zstandard

from app.protocol.limits import (
    CLIENT_PLAIN_BYTES_MAX,
    COMPRESS_BYTES_MIN,
    FRAME_BYTES_MAX,
    SERVER_PLAIN_BYTES_MAX,
)
from app.protocol.messages import PRIVATE, ClientMessage, Message, ServerMessage

PLAIN, ZSTD = b"\x00", b"\x01"


class BadFrame(Exception):
    """A frame that is no message: too large, malformed, too deep, of no known type. The text names no content."""


_encoder = msgspec.msgpack.Encoder()
_client: "msgspec.msgpack.Decoder[ClientMessage]" = msgspec.msgpack.Decoder(ClientMessage)
_server: "msgspec.msgpack.Decoder[ServerMessage]" = msgspec.msgpack.Decoder(ServerMessage)
_decompressor = zstandard.ZstdDecompressor(max_window_size=8 << 20)


class Encoder:
    """Makes frames. A compressor serves one thread at a time: each thread that encodes has an Encoder of its own."""

    def __init__(self) -> None:
        self._compress = zstandard.ZstdCompressor(level=3, write_content_size=True).compress

    def __call__(self, message: Message) -> bytes:
        """The frame of one message. Raises BadFrame when it is larger than a frame may be."""
        body = _encoder.encode(message)
        frame = PLAIN + body
        if len(body) >= COMPRESS_BYTES_MIN and not isinstance(message, PRIVATE):
            packed = ZSTD + self._compress(body)
            frame = packed if len(packed) < len(frame) else frame
        if len(frame) > FRAME_BYTES_MAX:
            raise BadFrame("a message larger than a frame")
        return frame


encode = Encoder()
"""The encoder of the thread that runs the engine."""


def decode_from_client(frame: bytes) -> ClientMessage:
    """The client's message in a frame. Raises BadFrame."""
    return _decoded(frame, _client, CLIENT_PLAIN_BYTES_MAX)


def decode_from_server(frame: bytes) -> ServerMessage:
    """The server's message in a frame. Raises BadFrame."""
    return _decoded(frame, _server, SERVER_PLAIN_BYTES_MAX)


T = TypeVar("T")


def _decoded(frame: bytes, decoder: "msgspec.msgpack.Decoder[T]", plain_bytes_max: int) -> T:
    if not 1 <= len(frame) <= FRAME_BYTES_MAX:
        raise BadFrame("a frame of a size that is not allowed")
    head, body = frame[:1], frame[1:]
    if head == ZSTD:
        body = _decompressed(body, plain_bytes_max)
    elif head != PLAIN:
        raise BadFrame("a frame of no known form")
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError) as error:
        # Only the kind of error is kept: its text could quote content.
        raise BadFrame(f"not a message ({type(error).__name__})") from None


def _decompressed(body: bytes, plain_bytes_max: int) -> bytes:
    """Bounded: the declared size is checked first, then the stream is cut at the cap (FAULTS 1.4)."""
    try:
        declared = zstandard.get_frame_parameters(body)
        if declared.dict_id or declared.content_size in (0, zstandard.CONTENTSIZE_UNKNOWN):
            raise BadFrame("a compressed frame without its size")
        if declared.content_size > plain_bytes_max:
            raise BadFrame("a compressed frame that is too large")
        with _decompressor.stream_reader(body) as reader:
            plain = reader.read(declared.content_size + 1)
    except (zstandard.ZstdError, MemoryError) as error:
        raise BadFrame("a damaged compressed frame") from error
    if len(plain) != declared.content_size:
        raise BadFrame("a compressed frame that lies about its size")
    return plain


def plain_size(value: Any) -> int:
    """Bytes that a value takes in a frame before compression."""
    return len(_encoder.encode(value))
