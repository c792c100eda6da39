"""A real server over real TLS: join, sign in, push, follow, come back, and end."""

import asyncio
import uuid
from pathlib import Path

import pytest

from app.hub.facts import Committed
from app.model.change import change_hash, encode_change
from app.protocol.messages import (
    Ack,
    Answer,
    Bye,
    Check,
    Checked,
    Entries,
    Granted,
    Here,
    Ping,
    Pong,
    Presence,
    Push,
    Refused,
    Request,
    Snapshot,
    Subscribe,
)
from app.server.server import Server
from app.store.interface import StoreFull
from tests.server.guest import PASSWORD, Guest, running, trusting


async def owner(server: Server) -> Guest:
    """The owner, joined and connected."""
    guest = await Guest(server.announcement["listening"]).__aenter__()
    assert isinstance(await guest.join(server.announcement["invite"]), Granted)
    await guest.hello()
    return guest


async def colleague(server: Server, host: Guest, name: str = "Mike") -> Guest:
    """Somebody whom the owner invited, joined and connected."""
    await host.say(Request(1, "invite", {"role": "member"}))
    invite = (await host.get(Answer)).result["invite"]
    guest = await Guest(server.announcement["listening"]).__aenter__()
    assert isinstance(await guest.join(invite, name), Granted)
    await guest.hello()
    return guest


async def close(*guests: Guest) -> None:
    for guest in guests:
        await guest.__aexit__(None, None, None)


async def test_the_owner_joins_once_and_changes_reach_both_people(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        sarah = await owner(server)
        mike = await colleague(server, sarah)
        project, change = sarah.project()
        ack = await sarah.push(change)
        assert [(one.n, one.status, one.seq) for one in ack.results] == [(1, "applied", 1)]
        while True:
            entries = await mike.get(Entries)
            if entries.ch == f"p:{project}":
                break
        assert entries.entries[0].by == sarah.user
        late = await Guest(server.announcement["listening"]).__aenter__()
        refused = await late.join(server.announcement["invite"], "Late")
        assert isinstance(refused, Refused) and refused.code == "invite_used"
        await close(sarah, mike, late)


async def test_a_resent_change_is_applied_once_and_doubts_are_answered(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        sarah = await owner(server)
        project, change = sarah.project()
        first = await sarah.push(change)
        second = await sarah.push(change)
        assert first.results[0].seq == second.results[0].seq
        await close(sarah)
        async with Guest(sarah.url).takes_over(sarah) as again:
            mark = change_hash(encode_change(change))[:8]
            await again.hello(in_doubt=[(change.n, mark), (77, b"unknown.")])
            ack = await again.get(Ack)
            assert [one.seq for one in ack.results] == [1]
            assert ack.unknown == [77]
            await again.get(Entries)
        assert project


async def test_a_returning_client_is_sent_only_what_it_lacks(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        sarah = await owner(server)
        project, change = sarah.project()
        await sarah.push(change)
        await sarah.push(sarah.task(project)[1])
        entries = [one for one in sarah.arrived if isinstance(one, Entries) and one.ch == f"p:{project}"]
        await close(sarah)
        async with Guest(sarah.url).takes_over(sarah) as again:
            welcome = await again.hello(resume={f"p:{project}": (entries[0].epoch, 1, 0)})
            assert welcome.heads[f"p:{project}"][1] == 2
            assert welcome.highest == 2
            while (delta := await again.get(Entries)).ch != f"p:{project}":
                pass
            assert (delta.after, [entry.seq for entry in delta.entries]) == (1, [2])


async def test_a_snapshot_is_sent_when_it_is_asked_for_and_equals_the_head(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        sarah = await owner(server)
        project, change = sarah.project()
        await sarah.push(change)
        for title in ("One", "Two"):
            await sarah.push(sarah.task(project, title)[1])
        await sarah.say(Subscribe(f"p:{project}", snapshot=True), Check(9, [f"p:{project}"]))
        snapshot = await sarah.get(Snapshot)
        assert {row.values.get("title") for row in snapshot.rows} == {None, "One", "Two"}
        checked = await sarah.get(Checked)
        assert (checked.re, checked.seq, checked.hash) == (9, snapshot.seq, snapshot.hash)
        await close(sarah)


async def test_presence_goes_from_person_to_person(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        sarah = await owner(server)
        mike = await colleague(server, sarah)
        project, change = sarah.project()
        await sarah.push(change)
        while (await mike.get(Entries)).ch != f"p:{project}":
            pass
        await mike.say(Here("viewing", project))
        presence = await sarah.get(Presence)
        assert (presence.user, presence.state) == (mike.user, "viewing")
        await close(mike)
        assert (await sarah.get(Presence)).state == "none"
        await close(sarah)


async def test_a_ping_is_answered(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        sarah = await owner(server)
        await sarah.say(Ping(5.0))
        assert (await sarah.get(Pong)).clock == 5.0
        await close(sarah)


async def test_signing_in_needs_the_password_and_gives_each_device_its_own_token(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        sarah = await owner(server)
        async with Guest(sarah.url) as phone:
            wrong = await phone.sign_in("sarah@example.org", "wrong horse battery")
            unknown = await phone.sign_in("nobody@example.org", "wrong horse battery")
            assert isinstance(wrong, Refused) and wrong == unknown
            assert wrong.code == "credentials"
            granted = await phone.sign_in("Sarah@Example.ORG")
            assert isinstance(granted, Granted)
            assert granted.user == sarah.user
            assert granted.token != sarah.token
            await phone.hello()
            await phone.say(Request(1, "devices"))
            devices = (await phone.get(Answer)).result["devices"]
            assert {(one["device"], one["current"]) for one in devices} == {(sarah.device, False), (phone.device, True)}
        await close(sarah)


async def test_a_device_of_another_account_cannot_be_taken(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        sarah = await owner(server)
        mike = await colleague(server, sarah)
        async with Guest(sarah.url) as thief:
            answer = await thief.sign_in("mike@example.org", PASSWORD, sarah.device)
            assert isinstance(answer, Refused) and answer.code == "other_account"
        await sarah.say(Ping(1.0))
        await sarah.get(Pong)
        await close(sarah, mike)


async def test_a_revoked_device_is_closed_at_once_while_its_socket_is_open(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        sarah = await owner(server)
        async with Guest(sarah.url) as phone:
            await phone.sign_in("sarah@example.org")
            await phone.hello()
            loop = asyncio.get_running_loop()
            await sarah.say(Request(2, "revoke_device", {"device": phone.device}))
            await sarah.get(Answer)
            started = loop.time()
            bye = await phone.get(Bye)
            await phone.ending()
            assert loop.time() - started < 0.1
            assert bye.code == "signed_out"
        async with Guest(sarah.url).takes_over(phone) as again:
            with pytest.raises(Exception):  # noqa: B017 - whatever the library raises for a closed connection
                await again.hello()
            assert any(isinstance(one, Bye) and one.code == "signed_out" for one in again.arrived)
        await close(sarah)


async def test_a_new_password_ends_the_other_devices_and_the_old_password(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        sarah = await owner(server)
        async with Guest(sarah.url) as phone:
            await phone.sign_in("sarah@example.org")
            await phone.hello()
            new = "another long password"
            await sarah.say(Request(1, "change_password", {"current": "wrong wrong wrong", "password": new}))
            assert (await sarah.get(Refused)).code == "credentials"
            await sarah.say(Request(2, "change_password", {"current": PASSWORD, "password": "short"}))
            assert (await sarah.get(Refused)).code == "bad_value"
            await sarah.say(Request(3, "change_password", {"current": PASSWORD, "password": new}))
            assert (await sarah.get(Answer)).result == {"ended": [phone.device]}
            assert (await phone.get(Bye)).code == "signed_out"
        async with Guest(sarah.url) as other:
            assert isinstance(await other.sign_in("sarah@example.org"), Refused)
            assert isinstance(await other.sign_in("sarah@example.org", new), Granted)
        await sarah.say(Ping(1.0))
        await sarah.get(Pong)
        await close(sarah)


async def test_a_copied_profile_gets_a_device_of_its_own(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        sarah = await owner(server)
        fresh = str(uuid.uuid4())
        await sarah.say(Request(1, "renew", {"device": fresh}))
        granted = await sarah.get(Granted)
        assert (granted.device, granted.user) == (fresh, sarah.user)
        async with Guest(sarah.url) as copy:
            copy.device, copy.token = granted.device, granted.token
            await copy.hello()
        await sarah.say(Ping(1.0))
        await sarah.get(Pong)
        await close(sarah)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"role": "owner"}, "not_allowed"),
        ({"role": "emperor"}, "bad_request"),
        ({"role": "member", "uses": 0}, "bad_request"),
        ({"role": "member", "uses": True}, "bad_request"),
        ({"role": "member", "days": 10**9}, "bad_request"),
        ({"role": "member", "project": "x"}, "not_available"),
    ],
    ids=str,
)
async def test_nobody_invites_above_their_role_or_without_bounds(
    tmp_path: Path, arguments: dict[str, object], code: str
) -> None:
    async with running(tmp_path) as server:
        sarah = await owner(server)
        mike = await colleague(server, sarah)
        await mike.say(Request(5, "invite", arguments))
        refused = await mike.get(Refused)
        assert (refused.re, refused.code) == (5, code)
        await close(sarah, mike)


async def test_members_are_listed_and_roles_are_not_there_yet(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        sarah = await owner(server)
        await sarah.say(Request(1, "members"))
        members = (await sarah.get(Answer)).result["members"]
        assert members == [{"user": sarah.user, "name": "Sarah", "role": "owner"}]
        await sarah.say(Request(2, "set_role", {"user": sarah.user, "role": "admin"}))
        assert (await sarah.get(Refused)).code == "not_available"
        await sarah.say(Request(3, "make_coffee"))
        assert (await sarah.get(Refused)).code == "bad_request"
        await close(sarah)


async def test_many_devices_push_at_once_and_all_get_every_entry_in_order(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        sarah = await owner(server)
        people = [sarah, *[await colleague(server, sarah, name) for name in ("Ann", "Ben", "Cleo")]]
        project, change = sarah.project()
        await sarah.push(change)

        async def work(guest: Guest) -> None:
            for _ in range(5):
                changes = [encode_change(guest.task(project)[1]) for _ in range(8)]
                await guest.say(Push(changes))

        async def listen(guest: Guest) -> list[int]:
            seqs = [
                entry.seq
                for one in guest.arrived
                if isinstance(one, Entries) and one.ch == f"p:{project}"
                for entry in one.entries
            ]
            while len(seqs) < 161:
                message = await guest.get(Entries)
                if message.ch == f"p:{project}":
                    seqs += [entry.seq for entry in message.entries]
            return seqs

        results = await asyncio.gather(*map(listen, people), *map(work, people))
        assert all(result == list(range(1, 162)) for result in results[:4])
        await close(*people)


async def test_a_full_disk_keeps_changes_waiting_reads_go_on_and_health_is_red(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as server:
        sarah = await owner(server)
        project, change = sarah.project()
        await sarah.push(change)

        def full(*_: object) -> Committed:
            raise StoreFull("the disk is full")

        with monkeypatch.context() as patch:
            patch.setattr(server._store, "commit", full)
            _, task = sarah.task(project)
            (result,) = (await sarah.push(task)).results
            assert (result.status, result.code, result.retryable) == ("refused", "disk_full", True)
            await sarah.say(Subscribe(f"p:{project}", snapshot=True))
            assert (await sarah.get(Snapshot)).seq == 1
            assert await health(server) == 503
        (result,) = (await sarah.push(task)).results
        assert (result.status, result.seq) == ("applied", 2)
        assert await health(server) == 200
        await close(sarah)


async def health(server: Server) -> int:
    port = int(server.announcement["listening"].rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting())
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    status = (await reader.readline()).split()[1]
    writer.close()
    return int(status)
