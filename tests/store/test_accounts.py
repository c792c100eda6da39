"""How people come in and go: invites, devices, passwords, and the directory that shows them."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest

from app.model.change import Refusal, change_hash
from app.model.identity import SYSTEM
from app.model.roles import Actor
from app.store.interface import Account
from app.store.memory import MemoryStore
from app.store.sqlite import SqliteStore
from tests.store.conftest import Reopen, Shelf
from tests.store.office import DIRECTORY, START, WORKSPACE, Office, check_channel, uuid


def account(number: int, email: str = "", role: str = "member") -> Account:
    return Account(uuid(number), email or f"p{number}@example.org", "argon", role)


def take(office: Office, secret_hash: bytes, who: Account, device: str = "", name: str = "Ada") -> None:
    device = device or uuid(int(who.user[:8], 16) + 500)
    token_hash = change_hash(device.encode())
    office.store.take_invite(secret_hash, who, name, device, token_hash, "laptop", office.now)


def refused(office: Office, secret_hash: bytes, who: Account, device: str = "", name: str = "Ada") -> str:
    members = office.store.members()
    with pytest.raises(Refusal) as caught:
        take(office, secret_hash, who, device, name)
    assert office.store.members() == members
    assert office.store.account_of(who.user) is None or who.user in {user for user, _, _ in members}
    return caught.value.code


def test_the_workspace_is_founded_once(shelf: Shelf) -> None:
    store = shelf.open()
    assert store.workspace() == ("", "")
    assert not store.owner_exists()
    committed = store.found(WORKSPACE, "Et'al", START)
    assert committed.founded == [DIRECTORY]
    [entry] = committed.entries[DIRECTORY]
    assert (entry.seq, entry.kind, entry.verb, entry.by, entry.dev) == (1, "workspace", "create", SYSTEM, SYSTEM)
    again = store.found(uuid(4), "Another", START)
    assert (again.entries, again.founded) == ({}, [])
    assert shelf.open().workspace() == (WORKSPACE, "Et'al")


def test_a_workspace_needs_a_name(shelf: Shelf) -> None:
    store = shelf.open()
    with pytest.raises(Refusal):
        store.found(WORKSPACE, "  ", START)
    assert store.workspace() == ("", "")
    store.found(WORKSPACE, "Et'al", START)
    check_channel(store, DIRECTORY)


def test_a_newcomer_has_an_account_a_device_and_a_row_in_the_directory(office: Office, reopen: Reopen) -> None:
    secret_hash = office.invite("member")
    who = account(1, "Ada.L@Example.org", role="owner")
    device = uuid(2)
    committed = office.store.take_invite(secret_hash, who, "Ada", device, b"token", "phone", office.now)
    [entry] = committed.entries[DIRECTORY]
    assert committed.heads[DIRECTORY].seq == entry.seq == 3
    assert committed.founded == []
    reopen()
    row = office.row(DIRECTORY, who.user)
    values = {name: row.value(name) for name in ("name", "email", "slot", "role")}
    assert values == {"name": "Ada", "email": "Ada.L@Example.org", "slot": 1, "role": "member"}
    assert office.store.account_of(who.user) == office.store.account("  ada.l@example.ORG ")
    found = office.store.account("ADA.L@EXAMPLE.ORG")
    assert found is not None
    assert (found.user, found.role, found.email) == (who.user, "member", "Ada.L@Example.org")
    joined = office.store.device(b"token")
    assert joined is not None
    assert (joined.id, joined.name, joined.highest) == (device, "phone", 0)
    assert joined.actor == Actor(who.user, WORKSPACE, "member")
    assert office.store.devices(who.user) == [(device, "phone", office.now, False)]
    assert office.store.members()[-1] == (who.user, "Ada", "member")
    check_channel(office.store, DIRECTORY)


def test_colours_of_people_follow_the_order_of_joining(office: Office) -> None:
    people = [office.owner, *(office.join(f"P{number}") for number in range(9))]
    slots = [office.value(DIRECTORY, person.user, "slot") for person in people]
    assert slots == [0, 1, 2, 3, 4, 5, 6, 7, 0, 1]
    assert [user for user, _, _ in office.store.members()] == [person.user for person in people]


def test_an_invite_is_good_as_often_and_as_long_as_it_says(office: Office) -> None:
    twice = office.invite(uses=2)
    take(office, twice, account(1))
    take(office, twice, account(2))
    assert refused(office, twice, account(3)) == "invite_used"
    ends = office.invite(until=office.now + 10)
    office.now += 10
    assert refused(office, ends, account(4)) == "invite_expired"
    assert refused(office, b"unknown", account(5)) == "invite_invalid"
    invite = office.store.invite(twice)
    assert invite is not None
    assert invite.uses_left == 0
    assert office.store.invite(b"unknown") is None


def test_a_refused_newcomer_leaves_the_invite_its_use(office: Office) -> None:
    mike = office.join("Mike")
    secret_hash = office.invite()
    email = office.store.account_of(mike.user)
    assert email is not None
    seq = office.seq(DIRECTORY)
    assert refused(office, secret_hash, account(1, email.email.upper())) == "bad_value"
    assert refused(office, secret_hash, account(1), device=mike.device) == "bad_value"
    assert refused(office, secret_hash, account(1), name=" ") == "bad_value"
    assert refused(office, secret_hash, account(1), name="A\x00") == "bad_value"
    assert refused(office, secret_hash, Account(mike.user, "n@example.org", "x", "member")) == "bad_value"
    assert office.seq(DIRECTORY) == seq
    assert office.store.device(change_hash(mike.device.encode())) is not None
    take(office, secret_hash, account(1))
    check_channel(office.store, DIRECTORY)


def test_of_a_hundred_at_once_one_takes_the_last_use(tmp_path: Path) -> None:
    office = Office(SqliteStore(tmp_path))
    secret_hash = office.invite(uses=1)

    def attempt(number: int) -> str:
        try:
            take(office, secret_hash, account(number))
        except Refusal as refusal:
            return refusal.code
        return "in"

    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(attempt, range(1, 101)))
    office.store.close()
    assert sorted(answers) == ["in", *["invite_used"] * 99]


def test_a_device_gets_a_new_token_but_never_changes_hands(office: Office) -> None:
    sarah, mike = office.owner, office.join("Mike")
    store = office.store
    assert store.add_device(sarah.user, sarah.device, b"new", "desk", office.now)
    assert store.device(change_hash(sarah.device.encode())) is None
    renewed = store.device(b"new")
    assert renewed is not None
    assert (renewed.id, renewed.name) == (sarah.device, "desk")
    assert not store.add_device(mike.user, sarah.device, b"stolen", "x", office.now)
    assert store.device(b"stolen") is None
    assert store.device(b"new") == renewed


def test_a_revoked_device_has_no_token_until_it_signs_in_again(office: Office, reopen: Reopen) -> None:
    sarah, mike = office.owner, office.join("Mike")
    token_hash = change_hash(sarah.device.encode())
    assert not office.store.revoke_device(mike.user, sarah.device)
    assert office.store.device(token_hash) is not None
    assert office.store.revoke_device(sarah.user, sarah.device)
    assert not office.store.revoke_device(sarah.user, sarah.device)
    assert not office.store.revoke_device(sarah.user, uuid(9))
    reopen()
    assert office.store.device(token_hash) is None
    assert [gone for _, _, _, gone in office.store.devices(sarah.user)] == [True]
    assert office.store.add_device(sarah.user, sarah.device, b"again", "desk", office.now)
    assert office.store.device(b"again") is not None
    assert sarah.project()


def test_a_new_password_ends_the_other_devices(office: Office) -> None:
    sarah, mike = office.owner, office.join("Mike")
    phone, tablet = office.second_device(sarah), office.second_device(sarah)
    office.store.revoke_device(sarah.user, tablet.device)
    assert office.store.set_password(sarah.user, "newer", sarah.device) == [phone.device]
    account_now = office.store.account_of(sarah.user)
    assert account_now is not None
    assert account_now.password_hash == "newer"
    assert office.store.device(change_hash(sarah.device.encode())) is not None
    assert office.store.device(change_hash(phone.device.encode())) is None
    assert office.store.device(change_hash(mike.device.encode())) is not None
    assert office.store.account_of(uuid(9)) is None


def test_the_owner_is_there_once_somebody_joined_as_owner(shelf: Shelf) -> None:
    store = shelf.open()
    store.found(WORKSPACE, "Et'al", START)
    assert not store.owner_exists()
    Office(store)
    assert store.owner_exists()


def test_a_dead_memory_store_answers_nothing_and_its_successor_has_all() -> None:
    numbers = count(1)
    dead = MemoryStore(lambda: uuid(next(numbers)))
    office = Office(dead)
    ch = office.owner.project()
    office.store = dead.crash()
    for call in (lambda: dead.workspace(), lambda: dead.commit([], START), lambda: dead.snapshot(ch)):
        with pytest.raises(Exception, match="closed"):
            call()
    assert office.value(ch, ch[2:], "name") == "Q1"
