"""Lines in and out: whole ones only, in order, bounded, and never a blocked loop."""

import asyncio
import os
import threading

from app.headless.lines import LineReader, LineWriter


async def lines_of(content: bytes, **bounds) -> list[bytes]:
    source, sink = os.pipe()
    reader = LineReader(source, **bounds)
    threading.Thread(target=_write_and_close, args=(sink, content), daemon=True).start()
    found = []
    while (line := await reader.next()) is not None:
        found.append(line)
    os.close(source)
    return found


def _write_and_close(descriptor, content):
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
    os.close(descriptor)


async def test_lines_are_read_whole_however_they_arrive():
    assert await lines_of(b"one\ntwo\n\nlast without an end") == [b"one", b"two", b"", b"last without an end"]
    assert await lines_of(b"") == []


async def test_a_line_that_is_too_long_is_skipped_to_its_end():
    content = b"before\n" + b"x" * 300_000 + b"\nafter\n"
    assert await lines_of(content, line_bytes_max=1000) == [b"before", b"", b"after"]


async def test_a_long_line_within_the_bound_is_read_whole():
    assert await lines_of(b"x" * 300_000 + b"\n", line_bytes_max=300_000) == [b"x" * 300_000]


async def test_many_lines_are_read_in_order():
    lines = [b"%d" % n for n in range(50_000)]
    assert await lines_of(b"\n".join(lines)) == lines


async def test_a_regular_file_is_read_like_a_pipe(tmp_path):
    (tmp_path / "requests").write_bytes(b"one\ntwo\n")
    with (tmp_path / "requests").open("rb") as file:
        reader = LineReader(file.fileno())
        assert [await reader.next() for _ in range(3)] == [b"one", b"two", None]


async def test_the_end_can_come_from_outside():
    source, sink = os.pipe()
    reader = LineReader(source)
    asyncio.get_running_loop().call_soon(reader.end)
    assert await reader.next() is None
    os.close(sink)


async def test_a_reader_of_our_output_who_is_slow_holds_up_nothing_and_gets_everything_in_order():
    source, sink = os.pipe()
    writer = LineWriter(sink)
    lines = [b"%d %s\n" % (n, b"x" * (n % 7000)) for n in range(200)]
    for line in lines:
        writer.write(line)  # far more than a pipe holds; nobody has read a byte yet

    def read_all() -> bytes:
        with os.fdopen(source, "rb") as file:
            return file.read()

    reading = asyncio.create_task(asyncio.to_thread(read_all))
    await writer.close()
    os.close(sink)
    assert await reading == b"".join(lines)


async def test_it_is_noticed_when_nobody_reads_any_more():
    source, sink = os.pipe()
    writer = LineWriter(sink)
    os.close(source)
    writer.write(b"hello\n")
    assert writer.gone.is_set()
    writer.write(b"again\n")
    await writer.close()
    os.close(sink)
