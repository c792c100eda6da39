"""The table of kinds is sound, and roles, ids and hashes mean what they say."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from app.model.change import Change, Refusal, change_hash, decode_change, encode_change
from app.model.checks import check_form
from app.model.fields import Reference, References, Rule
from app.model.identity import (
    change_id,
    is_channel_id,
    is_item_id,
    owner_of,
    parse_change_id,
    project_channel,
    user_channel,
    workspace_channel,
)
from app.model.kinds import KINDS, ROLES
from app.model.roles import Actor, check_change, may_invite, may_read
from app.model.row import Register, Row, row_hash

ID = "5f0c1f0e-8a54-4f5e-9d8e-3f1f6a1f2b3c"
OTHER = "0e4b7a8c-1d2e-7f3a-8b5c-6d7e8f9a0b1c"
ROW = Row(
    ID,
    "task",
    "c",
    3,
    OTHER,
    1.0,
    2.0,
    {"title": Register("T", 3, OTHER)},
    {"labels": {ID: Register(True, 4)}},
    {"description": 2},
)


# -- the table ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_kind_is_declared_soundly(kind: Any) -> None:
    assert KINDS[kind.name] is kind
    assert kind.home in ("project", "on", "workspace")
    assert "trashed" in kind.fields
    assert kind.parent == "" or kind.fields[kind.parent].rule is Rule.FIXED
    assert kind.ranked == (kind.fields.get("position") is not None)
    for name, field in kind.fields.items():
        assert field.name == name
        assert name.isidentifier()
        if isinstance(field.type, Reference):
            assert set(field.type.kinds) <= set(KINDS)
        if isinstance(field.type, References):
            assert field.type.kind in KINDS
            assert field.rule is Rule.ELEMENTS
        if field.required:
            with pytest.raises(Refusal):
                field.type.check(None)
        if field.default is not None:
            assert field.type.check(field.default) == field.default
        assert name in kind.unit(field.unit)
    required = {name for name, field in kind.fields.items() if field.required}
    assert not kind.creatable or required


def test_start_and_due_are_one_unit_and_others_stand_alone() -> None:
    task = KINDS["task"]
    assert task.unit("dates") == ("start", "due")
    assert task.unit("title") == ("title",)
    assert task.unit("start") == ()
    assert task.texts == ("description",)
    assert set(task.sets) == {"assignees", "watchers", "labels"}


def test_the_table_cannot_be_changed_by_accident() -> None:
    with pytest.raises(TypeError):
        KINDS["x"] = KINDS["task"]  # type: ignore[index]
    with pytest.raises(TypeError):
        KINDS["task"].fields["x"] = KINDS["task"].fields["title"]  # type: ignore[index]


# -- ids ---------------------------------------------------------------------------------------------------------------


def test_ids_are_lower_case_uuids_of_version_4_or_7() -> None:
    assert is_item_id(ID)
    assert is_item_id(OTHER)
    for wrong in (ID.upper(), ID + "\n", " " + ID, ID[1:], ID.replace("-", ""), "", None, 5, ID.encode()):
        assert not is_item_id(wrong)
    assert not is_item_id(ID[:14] + "1" + ID[15:])
    assert not is_item_id(ID[:19] + "c" + ID[20:])


def test_channels_name_their_owner() -> None:
    for make in (project_channel, user_channel, workspace_channel):
        assert is_channel_id(make(ID))
        assert owner_of(make(ID)) == ID
    for wrong in (ID, "x:" + ID, "p:" + ID + "\n", "p:", "p:" + ID.upper(), None, 7):
        assert not is_channel_id(wrong)


def test_a_public_change_id_is_read_back_or_refused() -> None:
    assert parse_change_id(change_id(ID, 17)) == (ID, 17)
    for wrong in ("", ID, f"{ID}:", f"{ID}:-1", f"{ID}:1.5", f"{ID}:\u0665", f"{ID}:" + "9" * 16, "x:1", None, 5):
        assert parse_change_id(wrong) is None


# -- hashes ------------------------------------------------------------------------------------------------------------


def test_a_row_hash_tells_every_difference_that_replicas_must_agree_on() -> None:
    changed = [
        msgspec.structs.replace(ROW, **{name: value})
        for name, value in {
            "id": OTHER,
            "kind": "label",
            "seq": 4,
            "created_by": ID,
            "created_at": 1.5,
            "changed_at": 2.5,
            "registers": {"title": Register("U", 3, OTHER)},
            "sets": {"labels": {OTHER: Register(True, 4)}},
            "texts": {"description": 3},
        }.items()
    ]
    hashes = {row_hash(one) for one in (ROW, *changed)}
    assert len(hashes) == 10
    assert all(0 <= one < 1 << 64 for one in hashes)


def test_a_row_hash_is_deaf_to_what_only_the_server_knows_and_to_how_unset_is_written() -> None:
    for registers in (
        {"title": Register("T", 3, OTHER, 9.0, "device", 7)},
        {"title": Register("T", 9, ID)},
        {"due": Register(None, 5), "title": Register("T", 3)},
        {"icon": Register("", 5), "title": Register("T", 3)},
    ):
        assert row_hash(msgspec.structs.replace(ROW, registers=registers)) == row_hash(ROW)
    assert row_hash(msgspec.structs.replace(ROW, sets={**ROW.sets, "watchers": {}})) == row_hash(ROW)
    assert row_hash(msgspec.structs.replace(ROW, texts={**ROW.texts, "x": 0})) == row_hash(ROW)
    two = {"a": Register(True, 1), "b": Register(True, 2)}
    turned = {"b": Register(True, 5), "a": Register(True, 1)}
    rows = [msgspec.structs.replace(ROW, sets={"labels": sets}) for sets in (two, turned)]
    assert row_hash(rows[0]) == row_hash(rows[1])


# -- changes -----------------------------------------------------------------------------------------------------------

CHANGE = Change(1, project_channel(ID), "set", "task", [OTHER], 0, 1.0, 1.0, "g", fields={"title": "T"})


def change(**other: Any) -> Change:
    return msgspec.structs.replace(CHANGE, **other)


def test_a_change_is_read_back_from_its_bytes_and_known_by_their_hash() -> None:
    sent = encode_change(CHANGE)
    assert decode_change(sent) == CHANGE
    assert encode_change(decode_change(sent)) == sent
    assert change_hash(sent) != change_hash(encode_change(change(n=2)))
    assert len(change_hash(sent)) == 32


def test_a_form_that_no_server_knows_is_told_from_a_wrong_one() -> None:
    check_form(CHANGE)
    for other in ({"kind": "whiteboard"}, {"verb": "fold"}, {"schema": 99}):
        with pytest.raises(Refusal) as caught:
            check_form(change(**other))
        assert caught.value.code == "version"
    wrong: list[dict[str, Any]] = [
        {"n": 0},
        {"n": -1},
        {"n": 2**53 + 1},
        {"base": -1},
        {"rev": -1},
        {"ch": "p:x"},
        {"ch": ID},
        {"items": []},
        {"items": [ID, ID]},
        {"items": ["x"]},
        {"items": [f"{number:08x}-0000-4000-8000-000000000000" for number in range(1_001)]},
        {"grp": "g" * 65},
        {"before": "x"},
        {"after": ""},
        {"fields": {}},
        {"verb": "create", "items": [ID, OTHER]},
        {"verb": "delete"},
        {"verb": "add", "fields": {}, "field": "title", "values": [ID]},
        {"verb": "edit", "fields": {}, "field": "description"},
        {"verb": "edit", "fields": {}, "field": "title"},
        {"verb": "move", "kind": "label", "fields": {}},
    ]
    for one in wrong:
        with pytest.raises(Refusal) as caught:
            check_form(change(**one))
        assert caught.value.code == "bad_value", one


# -- roles -------------------------------------------------------------------------------------------------------------

PROJECT = Row(ID, "project", project_channel(ID), 1, OTHER, 1.0, 1.0)


@pytest.mark.parametrize("role", ROLES)
def test_who_reads_which_channel(role: str) -> None:
    actor = Actor(ID, OTHER, role)
    assert may_read(actor, workspace_channel(OTHER), None)
    assert not may_read(actor, workspace_channel(ID), None)
    assert may_read(actor, user_channel(ID), None)
    assert not may_read(actor, user_channel(OTHER), None)
    assert may_read(actor, PROJECT.channel, PROJECT) == (role != "guest")
    assert not may_read(actor, PROJECT.channel, None)
    private = msgspec.structs.replace(PROJECT, registers={"private": Register(True, 2)})
    assert not may_read(actor, PROJECT.channel, private)


@pytest.mark.parametrize("role", [*ROLES, "", "Owner", "root"])
def test_only_known_roles_write_and_only_admins_change_the_workspace(role: str) -> None:
    actor = Actor(ID, OTHER, role)
    allowed = role in ("owner", "admin", "member")
    codes = []
    for one in (CHANGE, change(ch=workspace_channel(OTHER), kind="workspace", items=[OTHER], fields={"name": "N"})):
        try:
            check_change(actor, one, ROW, PROJECT)
            codes.append("")
        except Refusal as refusal:
            codes.append(refusal.code)
    assert codes[0] == ("" if allowed else "not_allowed")
    assert codes[1] == ("" if role in ("owner", "admin") else "not_allowed")


def test_what_may_not_be_read_is_refused_like_what_is_not_there() -> None:
    actor = Actor(ID, OTHER, "owner")
    private = msgspec.structs.replace(PROJECT, registers={"private": Register(True, 2)})
    words = set()
    for one, project in ((CHANGE, None), (CHANGE, private), (change(ch=user_channel(OTHER)), None)):
        with pytest.raises(Refusal) as caught:
            check_change(actor, one, ROW, project)
        words.add((caught.value.code, caught.value.text))
    assert len(words) == 1
    assert words.pop()[0] == "not_found"


@pytest.mark.parametrize("role", [*ROLES, "", "root"])
def test_nobody_invites_above_themselves(role: str) -> None:
    order = ["guest", "member", "admin", "owner"]
    actor = Actor(ID, OTHER, role)
    for invited in (*ROLES, "root", ""):
        may = role in order[1:] and invited in order and order.index(invited) <= order.index(role)
        assert may_invite(actor, invited) == may
    assert may_invite(replace(actor, role="owner"), "owner")
