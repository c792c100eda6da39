"""One client on a real server in this process: coming in, working apart and together, damage, leaving."""

import shutil

import pytest

from app.client.client import Client
from app.model.change import Refusal
from app.sync.events import Appended
from tests.client.team import PASSWORD, team


async def refusal(awaitable):
    with pytest.raises(Refusal) as refused:
        await awaitable
    return refused.value.code


async def test_two_people_see_each_others_work(tmp_path):
    async with team(tmp_path) as there:
        sarah = await there.join("Sarah")
        mike = await there.colleague(sarah, "Mike")
        project = await sarah.create("project", name="Q1")
        task = await sarah.create("task", project=project, title="Book the venue")
        await mike.until(lambda: mike.value(task, "title") == "Book the venue")
        await mike.client.edit("set", "task", [task], fields={"status": "doing"})
        await sarah.until(lambda: sarah.value(task, "status") == "doing")
        assert sarah.client.workspace_name == mike.client.workspace_name == "Office"
        assert sarah.client.fingerprint == there.server.announcement["fingerprint"]
        await sarah.until(lambda: sarah.client.round_trip_ms is not None)
        assert sarah.client.server_version and sarah.client.protocol_version == 1
        assert sarah.client.last_synced_at is not None


async def test_an_edit_is_to_be_seen_at_once_and_saved_when_it_is_answered(tmp_path):
    async with team(tmp_path) as there:
        sarah = await there.join("Sarah")
        project = await sarah.create("project", name="Q1")
        answer = sarah.client.edit_now("create", "task", [], fields={"project": project, "title": "now"})
        (row,) = sarah.client.listed("task")
        assert row.value("title") == "now" and not answer.done()
        result = await answer
        assert result["item"] == row.id
        assert result["change"] in {change.change for change in sarah.client.pending()} or sarah.heard(
            "confirmed", change=result["change"]
        )


async def test_work_goes_on_without_the_server_and_after_a_restart_and_arrives_later(tmp_path):
    async with team(tmp_path) as there:
        sarah = await there.join("Sarah")
        mike = await there.colleague(sarah, "Mike")
        project = await sarah.create("project", name="Q1")
        await mike.until(lambda: mike.client.view(project))
        await sarah.client.pause()
        assert sarah.client.light().state == "offline"
        tasks = [await sarah.create("task", project=project, title=f"apart {n}") for n in range(5)]
        await sarah.client.close()
        sarah = await there.at_home("Sarah")
        assert [sarah.value(task, "title") for task in tasks] == [f"apart {n}" for n in range(5)]
        await sarah.client.sync()
        await mike.until(lambda: all(mike.client.view(task) for task in tasks))
        assert sarah.client.pending() == []


async def test_a_second_client_of_a_profile_is_refused_and_the_first_goes_on(tmp_path):
    async with team(tmp_path) as there:
        sarah = await there.join("Sarah")
        assert await refusal(Client.open(tmp_path / "Sarah")) == "profile_in_use"
        assert await sarah.create("project", name="still here")


async def test_a_damaged_cache_is_fetched_again_and_the_queue_is_kept(tmp_path):
    async with team(tmp_path) as there:
        sarah = await there.join("Sarah")
        project = await sarah.create("project", name="Q1")
        await sarah.client.sync()
        await sarah.client.pause()
        task = await sarah.create("task", project=project, title="unsent")
        await sarah.client.close()
        cache = tmp_path / "Sarah" / "cache.db"
        content = cache.read_bytes()
        cache.write_bytes(content[:4096] + bytes(len(content) - 4096))
        sarah = await there.at_home("Sarah")
        assert sarah.heard("notice", code="cache_damaged")
        await sarah.until(lambda: sarah.value(project, "name") == "Q1")
        await sarah.client.sync()
        assert sarah.value(task, "title") == "unsent" and not sarah.client.pending()


async def test_damage_noticed_while_running_begins_the_cache_anew_under_the_same_listeners(tmp_path):
    async with team(tmp_path) as there:
        sarah = await there.join("Sarah")
        project = await sarah.create("project", name="Q1")
        await sarah.client.sync()
        before = len(sarah.heard("synced"))
        sarah.client._home._on_damaged()
        await sarah.until(lambda: sarah.heard("notice", code="cache_damaged"))
        await sarah.synced(before + 1)
        assert sarah.value(project, "name") == "Q1"
        task = await sarah.create("task", project=project, title="after")
        await sarah.client.sync()
        assert not sarah.client.is_pending(task)


async def test_a_copied_profile_gets_an_identity_of_its_own_and_both_sets_of_changes_arrive(tmp_path):
    async with team(tmp_path) as there:
        sarah = await there.join("Sarah")
        project = await sarah.create("project", name="Q1")
        await sarah.client.sync()
        await sarah.client.close()
        shutil.copytree(tmp_path / "Sarah", tmp_path / "Copy")
        shutil.copy(tmp_path / "Sarah.token", tmp_path / "Copy.token")
        sarah = await there.at_home("Sarah")
        first = await sarah.create("task", project=project, title="in the original")
        await sarah.client.sync()
        device = sarah.client.device
        await sarah.client.close()
        copy = await there.at_home("Copy")
        await copy.client.pause()
        second = await copy.create("task", project=project, title="in the copy")
        await copy.client.resume()
        await copy.until(lambda: copy.heard("notice", code="profile_copied"))
        await copy.until(lambda: not copy.client.pending() and copy.client.light().state == "connected")
        assert copy.client.device != device
        sarah = await there.at_home("Sarah")
        await sarah.until(lambda: sarah.value(second, "title") == "in the copy")
        await copy.until(lambda: copy.value(first, "title") == "in the original")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda link: link.replace("etal://", "http://"), "invite_invalid"),
        (lambda link: link.replace("/j/", "/j/x"), "invite_invalid"),
        (lambda link: link.replace("pin=", f"pin={'0' * 64}&x=")[: link.index("pin=") + 68], "certificate"),
    ],
    ids=["no invite", "another secret", "another key"],
)
async def test_a_wrong_invite_is_refused_and_nothing_is_kept(tmp_path, change, code):
    async with team(tmp_path) as there:
        sarah = await there.at_home("Sarah")
        link = change(there.server.announcement["invite"])
        assert await refusal(sarah.client.join(link, "Sarah", "sarah@example.org", PASSWORD)) == code
        assert not sarah.client.joined
        await sarah.client.join(there.server.announcement["invite"], "Sarah", "sarah@example.org", PASSWORD)


async def test_a_used_invite_is_refused(tmp_path):
    async with team(tmp_path) as there:
        sarah = await there.join("Sarah")
        link = (await sarah.client.ask("invite", role="member"))["invite"]
        await there.join("Mike", link)
        eve = await there.at_home("Eve")
        assert await refusal(eve.client.join(link, "Eve", "eve@example.org", PASSWORD)) == "invite_used"


async def test_signing_in_needs_the_right_password_and_the_right_server(tmp_path):
    async with team(tmp_path) as there:
        sarah = await there.join("Sarah")
        project = await sarah.create("project", name="Q1")
        await sarah.client.sync()
        phone = await there.at_home("Phone")
        fingerprint = there.server.announcement["fingerprint"]
        email = "Sarah@Example.ORG"
        wrong = phone.client.sign_in(there.url, fingerprint, email, PASSWORD + "!")
        assert await refusal(wrong) == "credentials"
        assert await refusal(phone.client.sign_in(there.url, "sha256:" + "0" * 64, email, PASSWORD)) == "certificate"
        assert await refusal(phone.client.sign_in("ws://example.org:1", None, email, PASSWORD)) == "bad_request"
        assert await refusal(phone.client.sign_in("127.0.0.1:1", None, email, PASSWORD)) == "unreachable"
        result = await phone.client.sign_in(there.url, fingerprint, email, PASSWORD)
        assert result == {"user": sarah.client.user, "workspace": sarah.client.workspace}
        await phone.until(lambda: phone.value(project, "name") == "Q1")


async def test_signing_out_waits_for_the_queue_and_then_leaves_nothing(tmp_path):
    async with team(tmp_path) as there:
        sarah = await there.join("Sarah")
        project = await sarah.create("project", name="Quetzalcoatl")
        await sarah.client.sync()
        await sarah.client.pause()
        await sarah.create("task", project=project, title="unsent")
        assert await refusal(sarah.client.sign_out()) == "pending"
        await sarah.client.sign_out(discard_pending=True)
        assert not sarah.client.joined and not (tmp_path / "Sarah.token").exists()
        assert sarah.client.listed("project") == [] and sarah.client.pending() == []
        assert await refusal(sarah.client.edit("create", "project", [], fields={"name": "x"})) == "signed_out"
        await sarah.client.sign_in(there.url, there.server.announcement["fingerprint"], "sarah@example.org", PASSWORD)
        await sarah.until(lambda: sarah.value(project, "name") == "Quetzalcoatl")
        assert sarah.client.listed("task") == []


async def test_a_profile_with_a_queue_takes_only_its_own_person(tmp_path):
    async with team(tmp_path) as there:
        sarah = await there.join("Sarah")
        mike = await there.colleague(sarah, "Mike")
        project = await mike.create("project", name="Q1")
        await mike.client.sync()
        await mike.client.pause()
        task = await mike.create("task", project=project, title="unsent")
        device = mike.client.device
        fingerprint = there.server.announcement["fingerprint"]
        other = mike.client.sign_in(there.url, fingerprint, "sarah@example.org", PASSWORD)
        assert await refusal(other) == "other_account"
        await mike.client.sign_in(there.url, fingerprint, "mike@example.org", PASSWORD)
        assert mike.client.device == device
        await mike.client.resume()
        await sarah.until(lambda: sarah.value(task, "title") == "unsent")
        await mike.client.sync()
        await mike.client.sign_in(there.url, fingerprint, "sarah@example.org", PASSWORD)
        assert mike.client.user == sarah.client.user and mike.client.device != device
        await mike.until(lambda: mike.value(task, "title") == "unsent")


async def test_a_revoked_device_is_signed_out_keeps_its_queue_and_can_come_back(tmp_path):
    async with team(tmp_path) as there:
        sarah = await there.join("Sarah")
        project = await sarah.create("project", name="Q1")
        await sarah.client.sync()
        phone = await there.at_home("Phone")
        fingerprint = there.server.announcement["fingerprint"]
        await phone.client.sign_in(there.url, fingerprint, "sarah@example.org", PASSWORD)
        await phone.until(lambda: phone.client.view(project))
        await sarah.client.ask("revoke_device", device=phone.client.device)
        await phone.until(lambda: phone.client.light().code == "signed_out")
        task = await phone.create("task", project=project, title="kept")
        await phone.client.sign_in(there.url, fingerprint, "sarah@example.org", PASSWORD)
        await sarah.until(lambda: sarah.value(task, "title") == "kept")


async def test_a_lost_token_is_said_and_the_cache_still_answers(tmp_path):
    async with team(tmp_path) as there:
        sarah = await there.join("Sarah")
        project = await sarah.create("project", name="Q1")
        await sarah.client.sync()
        await sarah.client.close()
        (tmp_path / "Sarah.token").unlink()
        sarah = await there.at_home("Sarah")
        await sarah.until(lambda: sarah.client.light().code == "signed_out")
        assert sarah.value(project, "name") == "Q1"


async def test_a_folder_that_cannot_be_a_profile_is_refused_in_words(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Refusal, match="not a folder"):
        await Client.open(tmp_path / "file")


async def test_a_defect_of_the_engine_is_told_to_the_program(tmp_path):
    async with team(tmp_path) as there:
        sarah = await there.join("Sarah")
        session = sarah.client._home.session
        assert session is not None
        session.fact(Appended(12345))  # an answer to nothing that was asked
        with pytest.raises(KeyError):
            await sarah.client.broken


async def test_a_cut_connection_is_made_again_at_once(tmp_path):
    async with team(tmp_path) as there:
        sarah = await there.join("Sarah")
        for connection in list(there.server._shell.connections):
            connection.cut()
        await sarah.synced(2)
        assert sarah.heard("status", state="connecting")


async def test_who_was_up_to_date_until_the_cut_is_said_to_be_synced_until_then(tmp_path):
    async with team(tmp_path) as there:
        sarah = await there.join("Sarah")
        await sarah.until(lambda: sarah.client.last_synced_at is not None)
        sarah.client._synced_at = 1.0  # synced long ago, and green ever since
        await sarah.client.pause()
        assert sarah.client.last_synced_at is not None and sarah.client.last_synced_at > 1_000_000
