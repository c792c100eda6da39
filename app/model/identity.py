"""Identifiers: items, channels, devices and changes, and how they are written."""

import re
from typing import NewType

ItemId = NewType("ItemId", str)
UserId = NewType("UserId", str)
DeviceId = NewType("DeviceId", str)
ChannelId = NewType("ChannelId", str)

SYSTEM = "00000000-0000-4000-8000-000000000000"
"""The author and device of what the server itself does (a person joining, a workspace made)."""

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_CHANNEL = re.compile(r"[puw]:" + _UUID.pattern)


def is_item_id(text: object) -> bool:
    """Whether `text` is a lower-case UUID of version 4 or 7, the only form of an id (SYNC 1)."""
    return isinstance(text, str) and _UUID.fullmatch(text) is not None


def is_channel_id(text: object) -> bool:
    """Whether `text` names a project, user or workspace channel."""
    return isinstance(text, str) and _CHANNEL.fullmatch(text) is not None


def project_channel(project: str) -> str:
    """The channel that carries a project and all its shared content."""
    return f"p:{project}"


def workspace_channel(workspace: str) -> str:
    """The channel that carries the directory of people and the workspace's settings."""
    return f"w:{workspace}"


def user_channel(user: str) -> str:
    """The channel that carries what belongs to one person alone."""
    return f"u:{user}"


def owner_of(channel: str) -> str:
    """The id of the project, user or workspace that a channel belongs to."""
    return channel[2:]


def change_id(device: str, n: int) -> str:
    """The public name of a change: the same in every client's events, lists and history."""
    return f"{device}:{n}"


def parse_change_id(text: object) -> tuple[str, int] | None:
    """The device and number in a public change id, or None when it is not one."""
    if not isinstance(text, str):
        return None
    device, _, number = text.rpartition(":")
    if not is_item_id(device) or not number.isascii() or not number.isdigit() or len(number) > 15:
        return None
    return device, int(number)
