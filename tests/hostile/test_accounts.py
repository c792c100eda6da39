"""Accounts under attack (FAULTS C): guesses, floods, raced invites, too large, too alike."""

import asyncio
import statistics
import uuid
from pathlib import Path
from time import perf_counter

from app.protocol.messages import Answer, Granted, Hello, Join, Refused, Request, SignIn
from tests.hostile.stage import resident_bytes, stage
from tests.server.guest import PASSWORD, Guest, secret_of


async def test_an_invite_for_one_raced_by_a_hundred_lets_one_in(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        await scene.honest.say(Request(7, "invite", {"uses": 1}))
        invite = (await scene.honest.get(Answer)).result["invite"]

        async def race(place: int) -> object:
            async with Guest(scene.url) as guest:
                return await guest.join(invite, f"Racer{place}")

        answers = await asyncio.gather(*(race(place) for place in range(100)))
        assert sum(isinstance(answer, Granted) for answer in answers) == 1
        refused = [answer for answer in answers if isinstance(answer, Refused)]
        assert len(refused) == 99
        assert {answer.code for answer in refused} <= {"invite_used", "too_many_attempts"}
        await scene.honest.say(Request(8, "members"))
        assert len((await scene.honest.get(Answer)).result["members"]) == 3


async def test_an_unknown_person_and_a_wrong_password_take_the_same_words_and_time(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        known: list[float] = []
        unknown: list[float] = []
        texts = set()
        for place in range(5):
            for times, email in ((known, "sarah@example.org"), (unknown, f"nobody{place}@example.org")):
                async with Guest(scene.url) as guest:
                    started = perf_counter()
                    answer = await guest.sign_in(email, "wrong horse battery")
                    times.append(perf_counter() - started)
                    assert isinstance(answer, Refused)
                    texts.add((answer.code, answer.text, answer.retry_after))
        assert texts == {("credentials", "E-mail or password is not right.", 0.0)}
        ratio = statistics.median(known) / statistics.median(unknown)
        assert 0.7 < ratio < 1.4, "on a shared machine; the work done is the same hash"


async def test_guessing_is_stopped_early_and_the_owner_gets_in_on_their_device(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        codes, wait_s = [], 0.0
        for _ in range(10):
            async with Guest(scene.url) as guest:
                answer = await guest.sign_in("mallory@example.org", "wrong horse battery")
                assert isinstance(answer, Refused)
                codes.append(answer.code)
                wait_s = answer.retry_after
        assert codes[:6] == ["credentials"] * 6
        assert codes[-1] == "too_many_attempts"
        assert 0 < wait_s <= 30
        async with Guest(scene.url) as owner:
            assert isinstance(await owner.sign_in("sarah@example.org"), Granted), "another account is not touched"


async def test_a_flood_of_sign_ins_is_answered_quickly_and_holds_nobody_up(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:

        async def attempt(place: int) -> float:
            async with Guest(scene.url) as guest:
                started = perf_counter()
                answer = await guest.sign_in(f"nobody{place}@example.org", "wrong horse battery")
                assert isinstance(answer, Refused)
                return perf_counter() - started

        alone = await attempt(1_000)
        before = resident_bytes()
        attack = asyncio.gather(*(attempt(place) for place in range(100)))
        waited = sorted([await scene.honest_works() for _ in range(10)])
        times = await attack
        assert max(times) < max(4, 40 * alone), "most are turned away unhashed, at the pace of this machine"
        assert waited[5] < 0.5
        assert resident_bytes() - before < 250 << 20, "two hashes of 64 MiB at once, no more"


BAD: list[tuple[dict[str, str], str]] = [
    ({"password": "x" * 11}, "bad_value"),
    ({"password": "x" * 1025}, "too_large"),
    ({"password": "x" * 900_000}, "too_large"),
    ({"password": "joe.somebody@example.org", "email": "joe.somebody@example.org"}, "bad_value"),
    ({"email": "no address"}, "bad_value"),
    ({"email": "a@b@c"}, "bad_value"),
    ({"email": "x" * 400 + "@example.org"}, "bad_value"),
    ({"email": "a\nb@example.org"}, "bad_value"),
    ({"email": "SARAH@EXAMPLE.ORG"}, "bad_value"),
    ({"email": "\uff53arah@example.org"}, "bad_value"),
    ({"name": ""}, "bad_value"),
    ({"name": "  "}, "bad_value"),
    ({"name": "x" * 201}, "too_large"),
    ({"name": "a\x00b"}, "bad_value"),
    ({"device": "x"}, "bad_request"),
    ({"device_name": "x" * 101}, "too_large"),
    ({"secret": "A" * 43}, "invite_invalid"),
    ({"secret": ""}, "invite_invalid"),
    ({"secret": "x" * 100_000}, "invite_invalid"),
]


async def test_what_cannot_be_an_account_is_refused_and_the_invite_keeps_its_use(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        await scene.honest.say(Request(7, "invite", {}))
        invite = (await scene.honest.get(Answer)).result["invite"]
        good = {
            "secret": secret_of(invite),
            "name": "Joe",
            "email": "joe@example.org",
            "password": PASSWORD,
            "device": str(uuid.uuid4()),
        }
        codes = []
        for fields, _ in BAD:
            async with Guest(scene.url) as guest:
                await guest.say(Join(**{**good, **fields}))
                answer = await guest.next()
                assert isinstance(answer, Refused)
                codes.append(answer.code)
        assert codes == [code for _, code in BAD]
        async with Guest(scene.url) as guest:
            await guest.say(Join(**{**good, "name": ""}))
            assert isinstance(await guest.next(), Refused)
            await guest.say(Join(**good))
            assert isinstance(await guest.next(), Granted), "the same connection and invite go on"


async def test_a_password_of_a_megabyte_is_refused_before_it_costs_anything(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        async with Guest(scene.url) as guest:
            started = perf_counter()
            await guest.say(SignIn("sarah@example.org", "x" * 1_000_000, str(uuid.uuid4())))
            answer = await guest.next()
            assert isinstance(answer, Refused) and answer.code == "too_large"
            assert perf_counter() - started < 0.09, "less than one hash"


async def test_an_expired_invite_is_told_as_expired(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        await scene.honest.say(Request(7, "invite", {"days": 1e-9}))
        invite = (await scene.honest.get(Answer)).result["invite"]
        async with Guest(scene.url) as guest:
            answer = await guest.join(invite, "Late")
            assert isinstance(answer, Refused) and answer.code == "invite_expired"


async def test_no_token_is_good_but_the_own_one(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        for token in ("", "x", scene.mallory.token[:-1], scene.mallory.token + "x", "' OR 1=1 --", "x" * 100_000):
            async with Guest(scene.url) as guest:
                guest.device, guest.token = scene.mallory.device, token
                await guest.say(_hello(guest))
                assert await guest.ending() == 1000
                assert [one.code for one in guest.arrived] == ["signed_out"]  # type: ignore[union-attr]
        async with Guest(scene.url) as guest:
            guest.device, guest.token = scene.honest.device, scene.mallory.token
            await guest.say(_hello(guest))
            await guest.ending()
            assert [one.code for one in guest.arrived] == ["signed_out"]  # type: ignore[union-attr]


def _hello(guest: Guest) -> Hello:
    return Hello(guest.token, guest.device, (1, 1), 0.0)
