"""A connection: whom it trusts, what it says on the way in, how it fails in words, how messages pass."""

import asyncio
import socket
import ssl
import time

import pytest
from websockets.datastructures import Headers
from websockets.http11 import Response

from app.client import transport
from app.client.links import Address
from app.client.transport import ConnectionFailed, Traffic, open_connection
from app.protocol.codec import decode_from_client, encode
from app.protocol.messages import Answer, Message, Ping, Pong, Request
from tests.client.listening import listening, make_key, silent


async def failure(address, pins=()):
    with pytest.raises(ConnectionFailed) as failed:
        await open_connection(address, pins, Traffic())
    return failed.value


async def test_a_server_with_the_pinned_key_is_trusted_and_messages_pass_both_ways(tmp_path):
    key = make_key(tmp_path)

    async def talk(wire):
        ping = decode_from_client(await wire.recv())
        assert isinstance(ping, Ping)
        await wire.send(encode(Pong(ping.clock, 2.0)))

    traffic = Traffic()
    async with listening(key.context(), talk) as server:
        connection = await open_connection(server.address, ("f" * 64, key.pin), traffic)
        connection.send(Ping(1.0))
        assert await connection.receive() == Pong(1.0, 2.0)
        await connection.close()
    assert (traffic.messages_in, traffic.messages_out) == (1, 1)
    assert traffic.bytes_in > 0 < traffic.bytes_out


async def test_another_key_is_refused_before_a_byte_of_ours_is_sent(tmp_path):
    key = make_key(tmp_path)
    async with listening(key.context()) as server:
        failed = await failure(server.address, ("f" * 64,))
        assert server.requests == []
    assert failed.code == "certificate"
    assert failed.text.startswith("This is not the server you joined. Nothing was sent.")
    assert key.pin in failed.text and "f" * 64 in failed.text


async def test_without_a_pin_a_certificate_that_nobody_vouches_for_is_refused(tmp_path):
    async with listening(make_key(tmp_path).context()) as server:
        failed = await failure(server.address)
        assert server.requests == []
    assert failed.code == "certificate"
    assert "vouches" in failed.text


async def test_an_older_tls_is_refused(tmp_path):
    key = make_key(tmp_path)
    async with listening(key.context(ssl.TLSVersion.TLSv1_2)) as server:
        failed = await failure(server.address, (key.pin,))
        assert server.requests == []
    # Its refusal may be overtaken by the end of the connection.
    assert "TLS 1.3" in failed.text or "before it was secure" in failed.text


async def test_the_upgrade_request_names_no_origin_and_holds_no_token(tmp_path):
    key = make_key(tmp_path)
    async with listening(key.context()) as server:
        connection = await open_connection(server.address, (key.pin,), Traffic())
        await connection.close()
    (request,) = server.requests
    assert request.path == "/sync"
    assert {"origin", "authorization", "cookie", "sec-websocket-extensions"}.isdisjoint(
        name.lower() for name in request.headers
    )


async def test_a_redirect_is_never_followed(tmp_path):
    key = make_key(tmp_path)
    async with listening(key.context()) as elsewhere:
        target = f"{elsewhere.address.url}/sync"

        def away(_socket):
            return Response(302, "Found", Headers(Location=target), b"")

        async with listening(key.context(), answer=away) as server:
            failed = await failure(server.address, (key.pin,))
        assert elsewhere.requests == []
    assert failed.code == "protocol"


async def test_a_plain_connection_stays_inside_this_machine():
    failed = await failure(Address("192.0.2.1", 80, secure=False))
    assert "only allowed inside this machine" in failed.text


async def test_a_plain_connection_inside_this_machine_works():
    async with listening(None) as server:
        connection = await open_connection(server.address, (), Traffic())
        await connection.close()
    assert len(server.requests) == 1


async def test_each_way_of_not_being_there_is_said_in_its_own_words(unused_port):
    gone = await failure(Address("127.0.0.1", unused_port), ("f" * 64,))
    assert (gone.code, gone.text) == ("unreachable", f"No server is running at 127.0.0.1:{unused_port}.")
    unknown = await failure(Address("no-such-host.invalid", 7464), ("f" * 64,))
    assert (unknown.code, unknown.text) == ("unreachable", "Can't find no-such-host.invalid.")


async def test_what_speaks_no_tls_is_refused():
    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        failed = await failure(Address("127.0.0.1", server.sockets[0].getsockname()[1]), ("f" * 64,))
    assert failed.code in ("certificate", "unreachable", "protocol")


async def test_a_server_that_never_answers_is_given_up(monkeypatch):
    monkeypatch.setattr(transport, "OPEN_S", 0.2)
    heard = asyncio.Event()

    async def deaf(_reader, writer):
        await heard.wait()
        writer.close()

    server = await asyncio.start_server(deaf, "127.0.0.1", 0)
    async with server:
        failed = await failure(Address("127.0.0.1", server.sockets[0].getsockname()[1]), ("f" * 64,))
        heard.set()
    assert (failed.code, failed.text[:14]) == ("unreachable", "No answer from")


@pytest.fixture
def unused_port():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return bound.getsockname()[1]


async def test_a_frame_that_is_no_message_ends_the_connection_in_words():
    async def talk(wire):
        await wire.send(b"\x07nonsense")
        await wire.wait_closed()

    async with listening(None, talk) as server:
        connection = await open_connection(server.address, (), Traffic())
        with pytest.raises(ConnectionFailed) as failed:
            await connection.run(lambda message: None)
        await connection.close()
    assert failed.value.code == "protocol"


async def test_a_connection_that_breaks_says_so():
    async def talk(wire):
        wire.transport.abort()

    async with listening(None, talk) as server:
        connection = await open_connection(server.address, (), Traffic())
        with pytest.raises(ConnectionFailed) as failed:
            await connection.run(lambda message: None)
        connection.cut()
    assert failed.value.code == "closed"


async def test_what_was_sent_arrives_in_order_though_the_socket_is_full_and_the_end_comes_at_once():
    arrived: list[Message] = []
    ended = asyncio.Event()

    async def talk(wire):
        arrived.extend([decode_from_client(frame) async for frame in wire])
        ended.set()

    said = [Request(n, "x" * 20_000) for n in range(40)]
    async with listening(None, talk) as server:
        connection = await open_connection(server.address, (), Traffic())
        for request in said:
            connection.send(request)
        await connection.close()
        await ended.wait()
    assert arrived == said


async def test_others_on_the_loop_get_their_turn_while_many_messages_are_handled():
    async def talk(wire):
        for n in range(40):
            await wire.send(encode(Answer(n)))
        await wire.wait_closed()

    turns, handled = 0, []
    done = asyncio.Event()

    def handle(message):
        started = time.perf_counter()
        while time.perf_counter() - started < 0.003:
            pass
        handled.append(turns)
        if len(handled) == 40:
            done.set()

    async def others():
        nonlocal turns
        while not done.is_set():
            turns += 1
            await asyncio.sleep(0)

    async with listening(None, talk) as server:
        connection = await open_connection(server.address, (), Traffic())
        reading = asyncio.create_task(connection.run(handle))
        await others()
        reading.cancel()
        await connection.close()
    between = [later - earlier for earlier, later in zip(handled, handled[2:], strict=False)]
    assert all(between), "two messages of 3 ms each were handled without a turn for others after the second"
