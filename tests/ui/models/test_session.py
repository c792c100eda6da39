"""A session hands patches on once a frame, says why an edit was refused, and knows its people."""

from __future__ import annotations

import asyncio

from PySide6.QtWidgets import QApplication

from app.model.change import Refusal
from app.sync.link import Light
from app.ui.message import Message
from app.ui.paint.rows import LightState
from app.ui.session import Patch, initials
from tests.ui.models.desk import CHANNEL, ME, Desk, make_row


async def test_many_patches_in_one_frame_are_one(qapp: QApplication) -> None:
    desk = Desk()
    session = desk.session()
    patches: list[Patch] = []
    heard = asyncio.Event()
    session.rows_changed.connect(patches.append)
    session.rows_changed.connect(lambda _: heard.set())
    desk.put(make_row("task", "t0", title="One"))
    desk.put(make_row("task", "t1", title="Two"))
    for _ in range(50):
        desk.show("t0")
        desk.show("t1")
    assert patches == []
    await asyncio.wait_for(heard.wait(), 5)
    assert [set(patch.items) for patch in patches] == [{"t0", "t1"}]
    session.close()


def test_a_patch_names_the_other_author_of_each_item(qapp: QApplication) -> None:
    desk = Desk()
    session = desk.session()
    patches: list[Patch] = []
    session.rows_changed.connect(patches.append)
    desk.put(make_row("task", "t0", title="One"))
    desk.put(make_row("task", "t1", title="Two"))
    desk.tell("change", item="t0", author="sarah", kind="task")
    desk.tell("change", item="t1", author=ME, kind="task")
    desk.show("t0", "t1")
    session.flush()
    assert patches[0].items == {"t0": ("task", CHANNEL, "sarah"), "t1": ("task", CHANNEL, "")}
    session.close()


def test_what_happens_to_a_text_is_told_at_once_and_in_order(qapp: QApplication) -> None:
    desk = Desk()
    session = desk.session()
    told: list[tuple[str, str, object, str]] = []
    session.text_changed.connect(lambda item, name, op, by: told.append((item, name, op, by)))
    for letter in "abc":
        desk.tell("text_changed", item="t0", field="description", op=[letter], by="sarah")
    assert [one[2] for one in told] == [["a"], ["b"], ["c"]]
    session.close()


async def test_a_refused_edit_is_said(qapp: QApplication) -> None:
    desk = Desk()
    session = desk.session()
    said: list[Message] = []
    session.said.connect(said.append)
    refused: asyncio.Future[dict[str, object]] = asyncio.get_running_loop().create_future()
    session.watch(refused)
    refused.set_exception(Refusal("archived", "This project is archived."))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert [(message.words, message.icon) for message in said] == [("This project is archived.", "circle-alert")]
    session.close()


def test_the_light_counts_down_to_the_next_attempt(qapp: QApplication) -> None:
    desk = Desk()
    session = desk.session()
    desk.at = Light("offline", "unreachable", "No answer.", 8.0)
    desk.tell("status", state="offline", reason="No answer.", retry_in=8.0)
    assert session.light_state() == LightState("offline", 0, 0, 8)
    desk.at = Light("offline", "paused", "", None)
    desk.tell("status", state="offline", reason="", retry_in=None)
    assert session.light_state() == LightState("offline", 0, 0, None) and session.paused
    session.close()


def test_initials_are_of_the_first_and_the_last_name() -> None:
    assert [initials(name) for name in ("Sarah Okafor", "Mike", "Ana Maria de Souza", "  ", "李 雷")] == [
        "SO",
        "M",
        "AS",
        "?",
        "李雷",
    ]
