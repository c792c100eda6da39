"""Every request refuses what it cannot understand with `bad_request`, before anything is done."""

import inspect
import uuid
from typing import Any

import pytest

import app.headless.requests  # noqa: F401 - registers what can be asked
from app.client.client import Client
from app.headless.registry import LATER, REQUESTS, find
from app.model.change import Refusal

NAMED_BY_THE_PROTOCOL = {
    *("join", "sign_in", "sign_out", "whoami", "status", "devices", "revoke_device", "change_password", "create"),
    *("set", "add", "remove", "move", "edit", "delete", "restore", "get", "list", "search", "open", "close"),
    *("presence", "people", "activity", "notifications", "read", "pending", "sync", "refresh", "discard", "pause"),
    *("resume", "undo", "redo", "conflicts", "resolve", "attach", "download", "history", "version"),
    *("restore_version", "invite", "members", "set_role", "remove_member", "cache", "clear_cache", "mode", "traffic"),
}
ID = str(uuid.uuid4())
RIGHT: dict[str, dict[str, Any]] = {
    "join": {"invite": "etal://", "name": "S", "email": "s@example.org", "password": "x"},
    "sign_in": {"server": "h:1", "email": "s@example.org", "password": "x", "fingerprint": ""},
    "sign_out": {"discard_pending": False},
    "revoke_device": {"device": ID},
    "change_password": {"current": "x", "password": "y"},
    "members": {"project": ID},
    "invite": {"role": "member", "uses": 1, "days": 1},
    "set_role": {"user": ID, "role": "member", "project": ID},
    "remove_member": {"user": ID, "project": ID},
    "create": {"kind": "task", "fields": {}, "item": ID},
    "set": {"kind": "task", "item": ID, "fields": {}},
    "add": {"kind": "task", "item": ID, "field": "labels", "values": []},
    "remove": {"kind": "task", "item": ID, "field": "labels", "values": []},
    "move": {"kind": "task", "item": ID, "before": ID, "fields": {}},
    "edit": {"kind": "task", "item": ID, "field": "description", "op": []},
    "delete": {"kind": "task", "item": ID},
    "restore": {"kind": "task", "item": ID},
    "discard": {"change": "x"},
    "get": {"kind": "task", "item": ID},
    "list": {"kind": "task", "project": ID, "where": {}, "limit": 10, "after": ID},
    "open": {"project": ID, "item": ID},
    "close": {"project": ID, "item": ID},
    "presence": {"project": ID, "item": ID, "field": "f", "cursor": {"anchor": 0, "head": 1}, "state": "viewing"},
    "people": {"project": ID, "item": ID},
    "mode": {"mode": "foreground"},
}
WRONG_VALUES: list[Any] = [[[]], {"x": 1}, 1.5, -1, True, "\x00" * 3]


class Untouched(Client):
    """A client that must not be asked for anything."""

    def __init__(self):
        pass

    def __getattribute__(self, name):
        raise AssertionError(f"{name} was asked for")


def test_every_request_of_the_protocol_is_known_or_said_to_come_later():
    assert set(REQUESTS) | set(LATER) == NAMED_BY_THE_PROTOCOL - {"quit"}
    for name in LATER:
        with pytest.raises(Refusal) as refused:
            find(name)
        assert refused.value.code == "not_available"


def test_the_table_of_right_arguments_covers_every_request_that_has_some():
    with_arguments = {
        name
        for name, request in REQUESTS.items()
        if len(inspect.signature(request._handler).parameters) > 1  # the first is the client
    }
    assert with_arguments == set(RIGHT)


@pytest.mark.parametrize("name", [None, 5, "", "nonsense", "quit ", "__init__", ["create"], "x" * 10_000])
def test_what_is_no_request_is_refused(name):
    with pytest.raises(Refusal) as refused:
        find(name)
    assert refused.value.code == "bad_request"
    assert len(refused.value.text) < 200


@pytest.mark.parametrize("name", sorted(RIGHT))
async def test_a_missing_argument_is_refused(name):
    handler = REQUESTS[name]._handler
    for parameter in list(inspect.signature(handler).parameters.values())[1:]:
        if parameter.default is parameter.empty:
            arguments = {key: value for key, value in RIGHT[name].items() if key != parameter.name}
            with pytest.raises(Refusal) as refused:
                await REQUESTS[name].call(Untouched(), arguments)
            assert refused.value.code == "bad_request"
            assert parameter.name in refused.value.text


@pytest.mark.parametrize("name", sorted(RIGHT))
async def test_an_argument_of_another_type_is_refused(name):
    refusals = 0
    for key, right in RIGHT[name].items():
        for wrong in WRONG_VALUES:
            fits = isinstance(wrong, type(right)) or (isinstance(right, int) and isinstance(wrong, float))
            if fits or (key == "days" and isinstance(wrong, int)):
                continue
            with pytest.raises(Refusal) as refused:
                await REQUESTS[name].call(Untouched(), {**RIGHT[name], key: wrong})
            assert refused.value.code == "bad_request"
            refusals += 1
    assert refusals
