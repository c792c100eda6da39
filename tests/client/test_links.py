"""Links and addresses are read by a strict grammar; what does not fit is refused with a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.client.links import (
    Address,
    Invite,
    ItemLink,
    format_invite,
    format_item_link,
    parse_fingerprint,
    parse_invite,
    parse_item_link,
    parse_server_address,
)
from app.model.change import Refusal

PIN = "0123456789abcdef" * 4
SECRET = "AbCdEfGh_ijkl-MNOP0123"
TASK = "6f1d2c3b-4a59-4876-8123-0123456789ab"


@pytest.mark.parametrize(
    "invite",
    [
        Invite(Address("127.0.0.1", 7464), SECRET, (PIN,), 1_800_000_000),
        Invite(Address("plans.example.org", 443), SECRET),
        Invite(Address("2001:db8::1", 65535), SECRET, (PIN, "f" * 64)),
    ],
)
def test_an_invite_is_read_as_it_was_written(invite):
    assert parse_invite(format_invite(invite)) == invite


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        f"https://h:1/j/{SECRET}?v=1&pin={PIN}",
        f"etal://h/j/{SECRET}?v=1&pin={PIN}",
        f"etal://h:0/j/{SECRET}?v=1&pin={PIN}",
        f"etal://h:65536/j/{SECRET}?v=1&pin={PIN}",
        f"etal://h:1/j/{SECRET}?v=2&pin={PIN}",
        f"etal://h:1/j/{SECRET}?v=1&pin={PIN.upper()}",
        f"etal://h:1/j/{SECRET}?v=1&pin={PIN[:-1]}",
        f"etal://h:1/j/{SECRET}?v=1&pin={PIN}&x=1",
        f"etal://h:1/j/{SECRET}?v=1&pin={PIN}\n",
        f"etal://h:1/j/../{SECRET}?v=1&pin={PIN}",
        f"etal://u@h:1/j/{SECRET}?v=1&pin={PIN}",
        f"etal://[::1/j/{SECRET}?v=1&pin={PIN}",
        f"etal://[1:2]:5/j/{SECRET}?v=1&pin={PIN}",
        f"etal://-h:1/j/{SECRET}?v=1&pin={PIN}",
        f"etal://h:1/j/short?v=1&pin={PIN}",
        f"etal://h:1/j/{SECRET}?v=1" + f"&pin={PIN}" * 5,
        f"etal://h:1/j/{'a' * 3000}?v=1&pin={PIN}",
        f"etal://аpple.example:1/j/{SECRET}?v=1&pin={PIN}",
    ],
)
def test_what_is_no_invite_is_refused_with_a_sentence(text):
    with pytest.raises(Refusal) as refused:
        parse_invite(text)
    assert refused.value.code == "invite_invalid"
    assert refused.value.text.endswith(".")


def test_a_link_to_an_item_is_read_as_it_was_written():
    address = Address("::1", 7464)
    assert parse_item_link(format_item_link(address, "task", TASK)) == ItemLink(address, "task", TASK)


@pytest.mark.parametrize(
    "text", [f"etal://h:1/planet/{TASK}", "etal://h:1/task/5", "etal://x?--platform", f"etal://h:1/task/{TASK}/.."]
)
def test_a_link_to_nothing_is_refused(text):
    with pytest.raises(Refusal) as refused:
        parse_item_link(text)
    assert refused.value.code == "bad_request"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("wss://Plans.Example.org:7464", Address("plans.example.org", 7464)),
        ("127.0.0.1:7464", Address("127.0.0.1", 7464)),
        (" wss://[2001:DB8::1]:443/ ", Address("2001:db8::1", 443)),
        ("ws://127.0.0.1:80", Address("127.0.0.1", 80, secure=False)),
        ("ws://[::1]:80", Address("::1", 80, secure=False)),
        ("ws://localhost:80", Address("localhost", 80, secure=False)),
    ],
)
def test_a_servers_address_is_read_in_each_of_its_forms(text, address):
    assert parse_server_address(text) == address


@pytest.mark.parametrize(
    "text", ["ws://example.org:80", "ws://10.0.0.1:80", "http://h:1", "h", "h:x", "wss://h:1/path"]
)
def test_a_wrong_address_is_refused(text):
    with pytest.raises(Refusal) as refused:
        parse_server_address(text)
    assert refused.value.code == "bad_request"


def test_a_plain_connection_out_of_this_machine_is_refused_in_words():
    with pytest.raises(Refusal, match="only allowed inside this machine"):
        parse_server_address("ws://192.168.0.7:7464")


def test_an_address_is_shown_as_it_is_read():
    assert parse_server_address(Address("2001:db8::1", 443).url) == Address("2001:db8::1", 443)


@pytest.mark.parametrize("text", [f"sha256:{PIN}", PIN.upper(), ":".join(PIN[i : i + 2] for i in range(0, 64, 2))])
def test_a_fingerprint_is_read_as_people_copy_it(text):
    assert parse_fingerprint(text) == PIN


def test_a_wrong_fingerprint_is_refused():
    with pytest.raises(Refusal):
        parse_fingerprint("sha256:1234")


@given(st.text(max_size=200))
def test_no_text_makes_the_readers_fail_otherwise(text):
    for read in (parse_invite, parse_item_link, parse_server_address, parse_fingerprint):
        try:
            read(text)
        except Refusal as refused:
            assert refused.text
