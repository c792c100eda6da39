"""Too much of everything (FAULTS A 26 to 30): others are served as before, and memory stays what it was."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.model.change import encode_change
from app.protocol.codec import encode
from app.protocol.limits import PRESENCE_PER_S_MAX
from app.protocol.messages import Ack, Bye, Entries, Here, Ping, Pong, Presence, Push, Subscribe
from tests.hostile.stage import Stage, closes, flood, resident_bytes, stage
from tests.server.guest import Guest, running, trusting

OTHERS_S = 0.5
"""Here attacker, honest person and server share one loop and two cores with other tests; scripts measure the rest."""


async def others_while(scene: Stage, attack: asyncio.Task[None]) -> list[float]:
    """How long the honest person waits for each of some pushes while an attack goes on."""
    waited: list[float] = []
    while len(waited) < 30 and not attack.done():
        waited.append(await scene.honest_works())
    await attack
    return sorted(waited)


async def test_thousand_presences_a_second_reach_others_as_a_few_and_the_last_is_right(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        async with scene.attacker() as mallory:
            project = scene.project
            task = str(uuid.uuid4())
            frames = [encode(Here("typing", project, task, "title", (place, place))) for place in range(1_000)]
            await flood(mallory, frames)
            seen: list[Presence] = []
            while not seen or seen[-1].cursor != (999, 999):
                seen.append(await scene.honest.get(Presence))
            assert len(seen) < 2 * PRESENCE_PER_S_MAX


async def test_a_flood_of_messages_ends_the_connection(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        async with scene.attacker() as mallory:
            frames = [encode(Ping(float(place))) for place in range(6_000)]

            async def attack() -> None:
                for frame in frames:
                    await mallory.send_bytes(frame)

            await closes(mallory, attack)
            assert any(isinstance(one, Bye) and one.code == "too_many_messages" for one in mallory.arrived)


async def test_ten_thousand_subscribes_cost_others_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        async with scene.attacker() as mallory:
            frames = [encode(Subscribe(f"p:{uuid.uuid4()}", snapshot=True)) for _ in range(10_000)]
            attack = asyncio.create_task(flood(mallory, frames))
            waited = await others_while(scene, attack)
            assert waited[len(waited) // 2] < OTHERS_S
        async with scene.attacker() as mallory:
            for _ in range(500):
                await mallory.say(Subscribe(f"p:{scene.project}", snapshot=True))
            await mallory.say(Ping(7.0))
            await mallory.get(Pong)


async def test_who_pushes_faster_than_commits_is_slowed_and_not_closed_and_others_go_on(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        async with scene.attacker() as mallory:
            pushes = []
            for _ in range(40):
                changes = [encode_change(mallory.task(scene.project)[1]) for _ in range(50)]
                pushes.append(encode(Push(changes)))
            await scene.honest_works()
            waited: list[float] = []

            async def attack() -> None:
                assert mallory.socket is not None
                for frame in pushes:
                    await mallory.socket.send(frame)

            sending = asyncio.create_task(attack())
            acked = 0
            while acked < 2_000:
                if len(waited) < 20:
                    waited.append(await scene.honest_works())
                acked += len((await mallory.get(Ack)).results)
            await sending
            waited.sort()
            assert waited[len(waited) // 2] < OTHERS_S, waited
            assert not any(isinstance(one, Bye) for one in mallory.arrived)


async def test_who_never_reads_costs_no_memory_and_is_current_when_it_reads_again(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        async with scene.attacker() as mallory:
            assert mallory.socket is not None
            while (await mallory.get(Entries)).ch != f"p:{scene.project}":
                pass
            mallory.socket.transport.pause_reading()
            before = resident_bytes()
            text = "".join(chr(0x4E00 + place * 7919 % 20_000) for place in range(40_000))
            for _ in range(60):
                task = str(uuid.uuid4())
                fields = {"project": scene.project, "title": "Long", "description": text}
                ack = await scene.honest.push(
                    scene.honest.change(f"p:{scene.project}", "create", "task", task, fields=fields)
                )
                assert ack.results[0].status == "applied"
            assert resident_bytes() - before < 60 << 20
            mallory.socket.transport.resume_reading()
            seqs: list[int] = []
            while not seqs or seqs[-1] < 61:
                message = await mallory.next()
                if isinstance(message, Entries) and message.ch == f"p:{scene.project}":
                    seqs += [entry.seq for entry in message.entries]
                elif getattr(message, "last", False) and getattr(message, "ch", "") == f"p:{scene.project}":
                    seqs.append(message.seq)  # type: ignore[union-attr]
            assert seqs[-1] == 61


async def test_who_never_reads_and_always_asks_is_cut(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        async with scene.attacker() as mallory:
            assert mallory.socket is not None
            mallory.socket.transport.pause_reading()
            before = resident_bytes()
            refused = Push([encode_change(mallory.change(f"p:{uuid.uuid4()}", "set", "task", str(uuid.uuid4())))] * 60)
            frame = encode(refused)

            async def ask() -> None:
                assert mallory.socket is not None
                for _ in range(2_000):
                    await mallory.socket.send(frame)

            attack = asyncio.create_task(ask())
            for _ in range(10):
                assert await scene.honest_works() < 2
            attack.cancel()
            await asyncio.gather(attack, return_exceptions=True)
            assert resident_bytes() - before < 60 << 20
            mallory.socket.transport.abort()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> float:
    """A server whose waits are a tenth of the product's."""
    monkeypatch.setattr("app.hub.hub.HELLO_WAIT_S", 1.0)
    monkeypatch.setattr("app.server.wire.FRAME_WAIT_S", 1.0)
    monkeypatch.setattr("app.server.listener.HANDSHAKE_S", 0.5)
    return 1.0


async def test_silence_and_slow_frames_are_given_up(tmp_path: Path, impatient: float) -> None:
    async with running(tmp_path) as server:
        url = server.announcement["listening"]
        loop = asyncio.get_running_loop()

        async def silent() -> float:
            async with Guest(url) as guest:
                started = loop.time()
                await guest.ending()
                return loop.time() - started

        async def slow() -> float:
            async with Guest(url) as guest:
                assert guest.socket is not None
                started = loop.time()
                guest.socket.transport.write(b"\x82\xfe\x00\xc8mask")  # a frame of 200 bytes, one at a time
                ending = asyncio.create_task(guest.ending())
                while not ending.done():
                    guest.socket.transport.write(b"x")
                    await asyncio.wait([ending], timeout=0.1)
                return loop.time() - started

        waited = await asyncio.gather(silent(), slow())
        assert all(impatient * 0.9 < one < impatient + 1 for one in waited), waited


async def test_a_frame_that_stalls_in_a_session_is_given_up(tmp_path: Path, impatient: float) -> None:
    async with stage(tmp_path) as scene:
        async with scene.attacker() as mallory:
            assert mallory.socket is not None
            loop = asyncio.get_running_loop()
            started = loop.time()
            frame = encode(Push([encode_change(mallory.task(scene.project)[1])]))
            mallory.socket.transport.write(
                bytes([0x82, 0x80 | 126]) + (len(frame) * 2).to_bytes(2) + b"\0\0\0\0" + frame
            )
            await closes(mallory, lambda: asyncio.sleep(0))
            assert impatient * 0.9 < loop.time() - started < impatient + 1
        async with scene.attacker() as mallory:
            entries = [one async for one in _entries(mallory, scene.project)]
            assert entries == [1], "nothing of half a frame was applied"


async def _entries(guest: Guest, project: str) -> AsyncIterator[int]:
    while True:
        message = await guest.get(Entries)
        if message.ch == f"p:{project}":
            for entry in message.entries:
                yield entry.seq
            return


async def test_two_hundred_half_handshakes_hold_nobody_up(tmp_path: Path, impatient: float) -> None:
    async with stage(tmp_path) as scene:
        port = int(scene.url.rpartition(":")[2])
        sockets = [await asyncio.open_connection("127.0.0.1", port) for _ in range(200)]
        for _, writer in sockets[:100]:
            writer.write(b"\x16\x03\x01")
        assert await scene.honest_works() < OTHERS_S
        async with Guest(scene.url, trusting()).takes_over(scene.mallory) as guest:
            await guest.hello()
        ends = [asyncio.create_task(reader.read()) for reader, _ in sockets]
        async with asyncio.timeout(impatient + 4):
            await asyncio.gather(*ends, return_exceptions=True)
        for _, writer in sockets:
            writer.close()
