"""Coming in: an invite, a password, a workspace of one's own; what is wrong is said where it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.ui.screens.first_run import FirstRun
from app.ui.screens.join import Join
from app.ui.screens.opening import Failed
from app.ui.screens.sign_in import SignIn
from app.ui.screens.start_workspace import StartWorkspace
from app.ui.seat import Seat
from tests.windows.house import PASSWORD, House, house


def wrongs(page: Join | SignIn | StartWorkspace) -> dict[str, str]:
    """What is said to be wrong, by field, and in general under ""."""
    found = {name: field._below.text() for name, field in page.form.fields.items() if field.edit.property("wrong")}
    if page.form.general.isVisibleTo(page):
        found[""] = page.form.general.text()
    return found


async def new_seat(home: House) -> Seat:
    seat = home.seat("newcomer")
    await seat.open()
    assert isinstance(seat.window.page(), FirstRun)
    return seat


async def join_page(home: House, invite: str = "") -> tuple[Seat, Join]:
    seat = await new_seat(home)
    page = seat.window.page()
    assert isinstance(page, FirstRun)
    page._cards[1].button.click()
    page = seat.window.page()
    assert isinstance(page, Join)
    page.form.fields["invite"].set_text(invite or home.server.announcement["invite"])
    page.form.fields["name"].set_text("Sarah Okafor")
    page.form.fields["email"].set_text("sarah@example.org")
    page.form.fields["password"].set_text(PASSWORD)
    return seat, page


async def test_a_newcomer_joins_with_an_invite_and_lands_in_the_workspace(tmp_path: Path, qapp: QApplication) -> None:
    async with house(tmp_path, qapp) as home:
        seat, page = await join_page(home)
        assert page.server.numbers.shown.replace(" ", "").lower() == home.fingerprint.removeprefix("sha256:")
        assert len(page.server.numbers.shown.split()) == 16
        same = "The same as the fingerprint in your invite link"
        await home.until(lambda: page.server.same[1].text() == same)
        assert not page.server.join.isEnabled()
        page.server.compared.click()
        page.server.join.click()
        await home.until(lambda: seat.screen is not None)
        assert seat.client is not None and seat.client.workspace_name == "Harbour Studio"
        await home.until(lambda: seat.screen is not None and seat.screen.tasks.no_projects.isVisible())


async def test_a_link_that_the_program_was_started_with_is_filled_in(tmp_path: Path, qapp: QApplication) -> None:
    async with house(tmp_path, qapp) as home:
        seat = home.seat("newcomer")
        seat.link = home.server.announcement["invite"]
        await seat.open()
        page = seat.window.page()
        assert isinstance(page, Join) and page.invite == home.server.announcement["invite"]


@pytest.mark.parametrize(
    ("invite", "sentence"),
    [
        ("etal://", "This is not a whole invite. Copy all of it, from etal:// on."),
        ("https://example.org", "This is not a whole invite. Copy all of it, from etal:// on."),
        ("{good}&until=1000000000", "This is not a whole invite. Copy all of it, from etal:// on."),
        ("{expired}", "This invite has expired. Ask for a new one."),
    ],
)
async def test_a_link_that_cannot_be_good_is_said_while_it_is_typed(
    tmp_path: Path, qapp: QApplication, invite: str, sentence: str
) -> None:
    async with house(tmp_path, qapp) as home:
        good = home.server.announcement["invite"]
        expired = good.partition("&until=")[0] + "&until=1000000000"
        _, page = await join_page(home, invite.format(good=good, expired=expired))
        assert wrongs(page)["invite"] == sentence


async def test_an_invite_for_another_key_is_refused_before_anything_is_sent(tmp_path: Path, qapp: QApplication) -> None:
    async with house(tmp_path, qapp) as home:
        pin = home.fingerprint.removeprefix("sha256:")
        wrong = home.server.announcement["invite"].replace(pin, pin[::-1])
        seat, page = await join_page(home, wrong)
        await home.until(lambda: page.server.same[1].property("tone") == "red")
        page.server.compared.click()
        page.submit()
        await home.until(lambda: "" in wrongs(page))
        assert "certificate" in wrongs(page)[""].lower() or "fingerprint" in wrongs(page)[""].lower()
        assert seat.client is not None and not seat.client.joined


async def test_a_used_invite_and_missing_words_are_said_in_their_places(tmp_path: Path, qapp: QApplication) -> None:
    async with house(tmp_path, qapp) as home:
        sarah = await home.come("Sarah Okafor")
        link = str((await sarah.session.client.ask("invite", role="member", uses=1, days=1))["invite"])
        _, page = await join_page(home, link)
        for name, text in (("name", " "), ("email", "no address"), ("password", "short")):
            page.form.fields[name].set_text(text)
        page.server.compared.click()
        page.submit()
        assert wrongs(page) == {
            "name": "Say who you are.",
            "email": "This is not an e-mail address.",
            "password": "A password has at least 12 characters.",
        }
        page.form.fields["name"].set_text("Mike Tan")
        page.form.fields["email"].set_text("mike@example.org")
        page.form.fields["password"].set_text(PASSWORD)
        page.form.fields["invite"].set_text(home.server.announcement["invite"])  # the owner's: taken up already
        page.server.compared.setChecked(True)
        page.submit()
        await home.until(lambda: "invite" in wrongs(page))
        assert page.server.join.isEnabled() and page.form.fields["name"].text() == "Mike Tan"


async def test_signing_in_says_a_wrong_password_and_a_plain_connection(tmp_path: Path, qapp: QApplication) -> None:
    async with house(tmp_path, qapp) as home:
        await home.come("Sarah Okafor")
        seat = await new_seat(home)
        page = seat.window.page()
        assert isinstance(page, FirstRun)
        page.sign_in.click()
        page = seat.window.page()
        assert isinstance(page, SignIn)
        page.form.fields["server"].set_text("ws://sync.example.org:7464")
        page.form.fields["email"].set_text("sarah.okafor@example.org")
        page.form.fields["password"].set_text("not the password at all")
        page.go.click()
        assert "wss://" in wrongs(page)["server"]
        page.form.fields["server"].set_text(home.server.announcement["listening"])
        page.form.fields["fingerprint"].set_text(home.fingerprint)
        page.go.click()
        await home.until(lambda: "password" in wrongs(page))
        page.form.fields["password"].set_text(PASSWORD)
        page.go.click()
        await home.until(lambda: seat.screen is not None)


async def test_a_workspace_is_started_on_this_computer_and_ends_with_the_program(
    tmp_path: Path, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.ui.admission.EVERYWHERE", "127.0.0.1")
    monkeypatch.setattr("app.ui.admission.SERVER_NAME", "own")
    async with house(tmp_path, qapp) as home:
        seat = await new_seat(home)
        page = seat.window.page()
        assert isinstance(page, FirstRun)
        page._cards[0].button.click()
        page = seat.window.page()
        assert isinstance(page, StartWorkspace)
        page.go.click()
        assert set(wrongs(page)) == {"workspace", "name", "email", "password"}
        texts = {"workspace": "Kitchen table", "name": "Nora", "email": "nora@example.org", "password": PASSWORD}
        for name, text in texts.items():
            page.form.fields[name].set_text(text)
        page.go.click()
        await home.until(lambda: seat.screen is not None, 40)
        assert seat.client is not None and seat.client.workspace_name == "Kitchen table"
        assert seat.server is not None and seat.server.pid is not None
        server = seat.server
        await seat.close()
        home.application.seats.remove(seat)
        assert server.pid is None
        again = home.application.add(seat.profile, seat.settings)
        await again.open()
        assert again.client is not None
        client = again.client
        await home.until(lambda: client.light().state == "connected", 30)


async def test_a_profile_that_is_in_use_is_said_and_can_be_tried_again(tmp_path: Path, qapp: QApplication) -> None:
    async with house(tmp_path, qapp) as home:
        sarah = await home.come("Sarah Okafor")
        seat = home.application.add(sarah.seat.profile, sarah.seat.settings)
        await seat.open()
        page = seat.window.page()
        assert isinstance(page, Failed)
        assert page.sentence == "Another Et'al is using this profile."
