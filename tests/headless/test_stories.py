"""The headless client as a program sees it: two processes and a server, requests in, answers and events out."""

import asyncio
import os
import stat

import pytest

from tests.processes.driving import HeadlessProcess, Refused, ServerProcess, password, team

pytestmark = pytest.mark.timeout(120)


async def code_of(awaitable):
    with pytest.raises(Refused) as refused:
        await awaitable
    assert refused.value.error["message"].endswith(".")
    return refused.value.code


async def test_a_change_reaches_the_other_as_one_event_after_which_it_is_to_be_read(tmp_path):
    async with team(tmp_path) as there:
        sarah, mike = await there.join("Sarah"), await there.join("Mike")
        project = (await sarah.do("create", kind="project", fields={"name": "Q1"}))["item"]
        made = await sarah.do("create", kind="task", fields={"project": project, "title": "Book the venue"})
        event = await mike.until("change", lambda line: line["change"] == made["change"])
        assert event["item"] == made["item"] and event["author"] == sarah.user and event["op"] == "create"
        assert event["pending"] is False and event["seq"] == 2 and "title" in event["fields"]
        seen = await mike.do("get", kind="task", item=made["item"])
        assert seen["fields"]["title"] == "Book the venue" == seen["confirmed"]["title"]
        assert (seen["pending"], seen["deleted"]) == (False, False)
        own = await sarah.until("change", lambda line: line["change"] == made["change"])
        assert own["pending"] is True and own["seq"] is None
        confirmed = await sarah.until("confirmed", lambda line: line["change"] == made["change"])
        assert confirmed["seq"] == 2 and confirmed["outcome"] == "applied"


async def test_a_bulk_change_is_one_change_with_an_event_for_each_item(tmp_path):
    async with team(tmp_path) as there:
        sarah, mike = await there.join("Sarah"), await there.join("Mike")
        project = (await sarah.do("create", kind="project", fields={"name": "Q1"}))["item"]
        tasks = [
            (await sarah.do("create", kind="task", fields={"project": project, "title": str(n)}))["item"]
            for n in range(3)
        ]
        made = await sarah.do("set", kind="task", items=tasks, fields={"status": "done"})
        await mike.until("change", lambda line: (line["change"], line["item"]) == (made["change"], tasks[-1]))
        events = [line["item"] for line in mike.events if line.get("change") == made["change"]]
        assert sorted(events) == sorted(tasks)
        done = (await mike.do("list", kind="task", project=project, where={"status": "done"}))["items"]
        assert [item["item"] for item in done] == tasks


async def test_lists_are_given_in_order_page_by_page_and_filtered(tmp_path):
    async with team(tmp_path) as there:
        sarah = await there.join("Sarah")
        project = (await sarah.do("create", kind="project", fields={"name": "Q1"}))["item"]
        tasks = [
            (await sarah.do("create", kind="task", fields={"project": project, "title": f"t{n}", "priority": n % 2}))[
                "item"
            ]
            for n in range(5)
        ]
        await sarah.do("move", kind="task", item=tasks[4], before=tasks[0])
        order = [tasks[4], *tasks[:4]]
        pages, after = [], None
        while True:
            page = (await sarah.do("list", kind="task", project=project, limit=2, after=after))["items"]
            if not page:
                break
            pages.append([item["item"] for item in page])
            after = page[-1]["item"]
        assert pages == [order[:2], order[2:4], order[4:]]
        odd = (await sarah.do("list", kind="task", where={"priority": 1}))["items"]
        assert [item["title"] for item in odd] == ["t1", "t3"]
        await sarah.do("add", kind="task", item=tasks[2], field="assignees", values=[sarah.user])
        mine = (await sarah.do("list", kind="task", where={"assignees": sarah.user}))["items"]
        assert [item["item"] for item in mine] == [tasks[2]]
        await sarah.do("delete", kind="task", item=tasks[3])
        left = (await sarah.do("list", kind="task", project=project))["items"]
        trash = (await sarah.do("list", kind="task", project=project, where={"deleted": True}))["items"]
        assert [item["item"] for item in trash] == [tasks[3]] and len(left) == 4
        assert (await sarah.do("get", kind="task", item=tasks[3]))["deleted"] is True
        await sarah.do("restore", kind="task", item=tasks[3])
        assert len((await sarah.do("list", kind="task", project=project))["items"]) == 5
        assert await code_of(sarah.do("list", kind="task", where={"colour": "red"})) == "bad_request"


async def test_requests_take_effect_in_the_order_of_their_lines_though_none_is_waited_for(tmp_path):
    async with team(tmp_path) as there:
        sarah = await there.join("Sarah")
        project = (await sarah.do("create", kind="project", fields={"name": "Q1"}))["item"]
        task = (await sarah.do("create", kind="task", fields={"project": project, "title": "x", "description": ""}))[
            "item"
        ]
        edits = [sarah.ask("edit", kind="task", item=task, field="description", op=[str(n % 10)]) for n in range(200)]
        reads = [sarah.ask("get", kind="task", item=task)]
        answers = await asyncio.gather(*edits, *reads)
        assert all(answer["ok"] for answer in answers)
        typed = "".join(str(n % 10) for n in reversed(range(200)))
        assert answers[-1]["result"]["fields"]["description"] == typed
        await sarah.do("sync")
        assert (await sarah.do("get", kind="task", item=task))["confirmed"]["description"] == typed


async def test_presence_is_told_to_the_other_and_ends_with_the_process(tmp_path):
    async with team(tmp_path) as there:
        sarah, mike = await there.join("Sarah"), await there.join("Mike")
        project = (await sarah.do("create", kind="project", fields={"name": "Q1"}))["item"]
        await mike.sees("project", project)
        await mike.do("open", project=project)
        await sarah.do("presence", project=project, state="typing", field="name", cursor={"anchor": 1, "head": 1})
        event = await mike.until(
            "presence",
            lambda line: any(one["user"] == sarah.user and one["state"] == "typing" for one in line["people"]),
        )
        (shown,) = [one for one in event["people"] if one["user"] == sarah.user]
        assert shown == {
            "user": sarah.user,
            "name": "Sarah",
            "state": "typing",
            "field": "name",
            "cursor": {"anchor": 1, "head": 1},
        }
        people = (await mike.do("people", project=project))["people"]
        assert {one["user"] for one in people} == {sarah.user, mike.user}
        since = len(mike.events)
        await sarah.kill()
        await mike.until("presence", lambda line: [one["user"] for one in line["people"]] == [mike.user], since)


async def test_a_paused_client_keeps_its_queue_shows_it_and_can_give_changes_up(tmp_path):
    async with team(tmp_path) as there:
        sarah, mike = await there.join("Sarah"), await there.join("Mike")
        project = (await sarah.do("create", kind="project", fields={"name": "Q1"}))["item"]
        await sarah.do("sync")
        since = len(sarah.events)
        await sarah.do("pause")
        assert (await sarah.until("status", after=since))["state"] == "offline"
        made = await sarah.do("create", kind="task", fields={"project": project, "title": "given up"})
        edit = await sarah.do("set", kind="task", item=made["item"], fields={"status": "done"})
        kept = await sarah.do("create", kind="task", fields={"project": project, "title": "kept"})
        queue = (await sarah.do("pending"))["pending"]
        assert [(line["op"], line["state"]) for line in queue] == [
            ("create", "waiting"),
            ("set", "waiting"),
            ("create", "waiting"),
        ]
        assert await code_of(sarah.do("sync")) == "offline"
        assert await code_of(sarah.do("sign_out")) == "pending"
        assert await code_of(sarah.do("invite")) == "offline"
        assert (await sarah.do("discard", change=made["change"]))["discarded"] == [made["change"], edit["change"]]
        since = len(sarah.events)
        await sarah.do("resume")
        await sarah.until("synced", after=since)
        await mike.sees("task", kept["item"], title="kept")
        assert not (await mike.ask("get", kind="task", item=made["item"]))["ok"]
        assert (await sarah.do("refresh"))["repaired"] == 0


async def test_a_comment_thread_with_replies_and_reactions(tmp_path):
    async with team(tmp_path) as there:
        sarah, mike = await there.join("Sarah"), await there.join("Mike")
        project = (await sarah.do("create", kind="project", fields={"name": "Q1"}))["item"]
        task = (await sarah.do("create", kind="task", fields={"project": project, "title": "x"}))["item"]
        comment = (await sarah.do("create", kind="comment", fields={"on": task, "body": "Ready?"}))["item"]
        await mike.sees("comment", comment, body="Ready?")
        await mike.do("create", kind="comment", fields={"on": task, "body": "Yes", "reply_to": comment})
        await mike.do("add", kind="comment", item=comment, field="reactions", values=["👍"])
        await sarah.sees("comment", comment, reactions=[f"{mike.user}:👍"])
        thread = (await sarah.do("list", kind="comment", where={"on": task}))["items"]
        assert [one["body"] for one in thread] == ["Ready?", "Yes"] and thread[1]["reply_to"] == comment
        everywhere = (await sarah.do("list", kind="comment", project=project))["items"]
        assert [one["item"] for one in everywhere] == [one["item"] for one in thread]
        refused = mike.do("set", kind="comment", item=comment, fields={"body": "not mine"})
        assert await code_of(refused) == "not_allowed"


async def test_garbage_is_answered_and_the_program_goes_on(tmp_path):
    client = HeadlessProcess(tmp_path / "profile")
    await client.start()
    try:
        garbage = [
            b"\n",
            b"hello\n",
            b"[1,2]\n",
            b'{"id": 1}\n',
            b'{"id": 1, "do": null}\n',
            b'{"id": [1], "do": "status"}\n',
            b'{"id": 1, "do": "nonsense"}\n',
            b'{"id": 1, "do": "create"}\n',
            b'{"do": "create", "kind": 5, "fields": {}}\n',
            b"\xff\xfe\x00\n",
            b'{"do": "status"\n',
            b'{"id": NaN, "do": "status"}\n',
            b'{"x": ' + b"[" * 100_000 + b"\n",
            b'{"id": 1, "do": "' + b"x" * 17_000_000 + b'"}\n',
        ]
        for line in garbage:
            await client.write(line)
        await client.write(b'{"id": "alive", "do": "status"}\n')
        await client.until("stray", lambda line: line["id"] == "alive")
        answers = [line for line in client.events if line["event"] == "stray"]
        assert [line["ok"] for line in answers] == [False] * len(garbage) + [True]
        assert {line["error"]["code"] for line in answers[:-1]} == {"bad_request"}
        assert answers[-1]["result"]["state"] == "offline"
        assert await client.quit() == 0
        assert b"Traceback" not in client.complaints
    finally:
        await client.kill()


@pytest.mark.parametrize("how", ["end of input", "quit", "SIGTERM"])
async def test_each_way_to_the_end_answers_what_is_due_and_ends_with_0(tmp_path, how):
    async with team(tmp_path) as there:
        sarah = await there.join("Sarah")
        project = (await sarah.do("create", kind="project", fields={"name": "Q1"}))["item"]
        due = [
            asyncio.ensure_future(sarah.ask("create", kind="task", fields={"project": project, "title": str(n)}))
            for n in range(20)
        ]
        await due[0]
        if how == "SIGTERM":
            await asyncio.gather(*due)
            assert await sarah.terminate() == 0
        else:
            if how == "quit":
                await sarah.write(b'{"id": "over", "do": "quit"}\n')
            else:
                sarah.end_of_input()
            assert await sarah.gone() == 0
            assert all(answer["ok"] for answer in await asyncio.gather(*due))
        assert b"Traceback" not in sarah.complaints
        again = await there.client("Sarah")
        assert len((await again.do("list", kind="task", project=project))["items"]) == 20


async def test_before_joining_only_what_needs_no_account_is_answered(tmp_path):
    client = HeadlessProcess(tmp_path / "profile")
    await client.start()
    try:
        assert (await client.do("whoami"))["user"] is None
        assert (await client.do("pending"))["pending"] == []
        assert (await client.do("traffic"))["bytes_out"] == 0
        for do, arguments in {
            "create": {"kind": "project", "fields": {"name": "x"}},
            "sync": {},
            "refresh": {},
            "pause": {},
            "invite": {},
            "members": {},
        }.items():
            assert await code_of(client.do(do, **arguments)) == "signed_out"
    finally:
        await client.kill()


async def test_every_wrong_way_in_is_refused_in_words(tmp_path):
    async with team(tmp_path) as there:
        invite, url = there.server.hello["invite"], there.server.hello["listening"]
        pin = there.server.hello["fingerprint"]
        eve = await there.client("Eve")
        who = {"name": "Eve", "email": "eve@example.org", "password": password("Eve")}
        assert await code_of(eve.do("join", **who, invite="etal://nonsense")) == "invite_invalid"
        assert await code_of(eve.do("join", **who, invite=invite.replace("/j/", "/j/x"))) == "invite_invalid"
        forged = invite.replace(pin.removeprefix("sha256:"), "0" * 64)
        assert await code_of(eve.do("join", **who, invite=forged)) == "certificate"
        short = {**who, "password": "short"}
        assert await code_of(eve.do("join", **short, invite=invite)) == "bad_request"
        sarah = await there.join("Sarah")
        once = (await sarah.do("invite", days=1e-9))["invite"]
        assert await code_of(eve.do("join", **who, invite=once)) == "invite_expired"
        account = {"email": "sarah@example.org", "password": password("Sarah")}
        wrong = {**account, "password": "wrong pass phrase"}
        assert await code_of(eve.do("sign_in", server=url, fingerprint=pin, **wrong)) == "credentials"
        nobody = {**account, "email": "nobody@example.org"}
        assert await code_of(eve.do("sign_in", server=url, fingerprint=pin, **nobody)) == "credentials"
        other_key = "sha256:" + "0" * 64
        assert await code_of(eve.do("sign_in", server=url, fingerprint=other_key, **account)) == "certificate"
        assert await code_of(eve.do("sign_in", server=url, **account)) == "certificate"
        assert await code_of(eve.do("sign_in", server="ws://192.0.2.1:80", **account)) == "bad_request"
        assert await code_of(eve.do("sign_in", server="127.0.0.1:1", **account)) == "unreachable"
        await eve.do("sign_in", server=url, fingerprint=pin, **account)
        assert await eve.quit() == 0


async def test_too_many_guesses_are_slowed_down_and_it_is_said_for_how_long(tmp_path):
    async with team(tmp_path) as there:
        await there.join("Sarah")
        eve = await there.client("Eve")
        guess = {
            "server": there.server.hello["listening"],
            "fingerprint": there.server.hello["fingerprint"],
            "email": "sarah@example.org",
        }
        errors: list[dict] = []
        while len(errors) < 50 and (not errors or errors[-1]["code"] == "credentials"):
            errors.append((await eve.ask("sign_in", **guess, password=f"guess number {len(errors)}"))["error"])
        assert errors[0]["code"] == "credentials"
        assert errors[-1]["code"] == "too_many_attempts" and errors[-1]["retry_after"] > 0


async def test_a_second_process_on_a_profile_says_so_in_one_line_and_the_first_goes_on(tmp_path):
    async with team(tmp_path) as there:
        sarah = await there.join("Sarah")
        second = await there.client("Sarah")
        assert await second.gone() != 0
        (said,) = second.complaints.decode().splitlines()
        assert "Another Et'al is using this profile." in said
        (notice,) = second.events
        assert (notice["event"], notice["code"]) == ("notice", "profile_in_use")
        assert await sarah.do("status")


async def test_without_a_keyring_the_token_lives_in_memory_only_and_that_is_said(tmp_path):
    async with team(tmp_path) as there:
        client = HeadlessProcess(tmp_path / "bare")
        client.arguments = ["headless", "--profile", str(tmp_path / "bare")]
        there.started.append(client)
        await client.start()
        await client.do(
            "join",
            invite=there.server.hello["invite"],
            name="Sarah",
            email="sarah@example.org",
            password=password("Sarah"),
        )
        await client.until("synced")
        project = (await client.do("create", kind="project", fields={"name": "Q1"}))["item"]
        await client.do("sync")
        assert b"keyring" in client.complaints
        assert await client.quit() == 0
        again = HeadlessProcess(tmp_path / "bare")
        again.arguments = client.arguments
        there.started.append(again)
        await again.start()
        assert (await again.do("get", kind="project", item=project))["fields"]["name"] == "Q1"
        assert "signed out" in (await again.do("status"))["reason"]
        kept = await again.do("create", kind="project", fields={"name": "offline"})
        assert kept["item"]
        key = tmp_path / "bare" / "key"
        assert stat.S_IMODE(os.stat(key).st_mode) == 0o600


async def test_the_token_is_in_its_file_alone_and_no_word_of_content_is_readable_in_the_profile(tmp_path):
    async with team(tmp_path) as there:
        sarah = await there.join("Sarah")
        await sarah.do("create", kind="project", fields={"name": "Quetzalcoatl"})
        await sarah.do("sync")
        await sarah.kill()
        token = (tmp_path / "Sarah.token").read_bytes().strip()
        assert stat.S_IMODE(os.stat(tmp_path / "Sarah.token").st_mode) == 0o600
        for file in (tmp_path / "Sarah").rglob("*"):
            if file.is_file():
                content = file.read_bytes()
                assert b"Quetzalcoatl" not in content and token not in content
                assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
        assert token not in sarah.complaints + there.server.complaints


async def test_the_server_is_told_off_and_on_again_in_status_events(tmp_path):
    async with team(tmp_path) as there:
        sarah = await there.join("Sarah")
        since = len(sarah.events)
        await there.server.kill()
        away = await sarah.until("status", after=since)
        assert away["state"] in ("connecting", "offline") and away["reason"]
        offline = await sarah.until("status", lambda line: line["state"] == "offline", since)
        assert offline["retry_in"] is not None
        since = len(sarah.events)
        await there.restart_server()
        await sarah.until("status", lambda line: line["state"] == "connected", since)
        await sarah.until("synced", after=since)


async def test_a_server_with_another_key_in_the_place_of_ours_gets_nothing(tmp_path):
    async with team(tmp_path) as there:
        sarah = await there.join("Sarah")
        port = there.server.port
        since = len(sarah.events)
        await there.server.kill()
        impostor = ServerProcess(tmp_path / "impostor", port)
        there.started.append(impostor)
        await impostor.start()
        refused = await sarah.until("status", lambda line: "not the server you joined" in line["reason"], since)
        assert refused["state"] == "offline"
        made = await sarah.do("create", kind="project", fields={"name": "kept here"})
        assert made["item"]
