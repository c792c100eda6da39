"""Rows: what is shown at which width, what a screen reader hears, and what painting may cost."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

import pytest
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.ui.paint.comment import CommentPainter
from app.ui.paint.light import light_pixmap
from app.ui.paint.names import group_row_name, light_name, task_row_name
from app.ui.paint.pending_row import PendingRowDelegate
from app.ui.paint.rows import (
    CommentRow,
    GroupRow,
    LabelChip,
    LightState,
    ListRow,
    PendingRow,
    PersonChip,
    TaskRow,
    one_line,
)
from app.ui.paint.task_columns import task_columns
from app.ui.paint.task_row import TaskRowDelegate
from app.ui.paint.text_block import BLOCK_MOST, TextBlock
from app.ui.theme.theme import Theme

NORA = PersonChip("n", "Nora Lindqvist", "NL", 0, True)
SARAH = PersonChip("s", "Sarah Okafor", "SO", 1)
MIKE = PersonChip("m", "Mike Tan", "MT", 2)
ROW = TaskRow(
    "1",
    "Launch email",
    "doing",
    3,
    (LabelChip("a", "Ads", 1), LabelChip("c", "Copy", 0)),
    (NORA, SARAH),
    "Fri 27",
    comment_count=8,
    checklist_done=2,
    checklist_total=3,
    has_files=True,
)
STATES = {
    "rest": ROW,
    "waiting": replace(ROW, sync_state="waiting"),
    "sending": replace(ROW, sync_state="sending"),
    "rejected": replace(ROW, sync_state="rejected"),
    "edited by another": replace(ROW, editing_by=MIKE),
    "view only": replace(ROW, view_only=True),
    "late": replace(ROW, due_late=True),
    "finished": replace(ROW, status="done"),
    "nobody's": replace(ROW, assignees=()),
}


class Model(QAbstractTableModel):
    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 100

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 1

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> object:
        return None


def paint(
    delegate: QStyledItemDelegate,
    width: int = 696,
    height: int = 36,
    state: QStyle.StateFlag = QStyle.StateFlag.State_Enabled,
    direction: Qt.LayoutDirection = Qt.LayoutDirection.LeftToRight,
    ground: str = "#FFFFFF",
) -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(ground)
    model = Model()
    option = QStyleOptionViewItem()
    option.rect = QRect(0, 0, width, height)
    option.state = state
    option.direction = direction
    painter = QPainter(image)
    delegate.paint(painter, option, model.index(0, 0))
    painter.end()
    return image


def task_delegate(theme: Theme, row: ListRow) -> TaskRowDelegate:
    return TaskRowDelegate(theme, lambda _number: row)


def test_every_state_of_a_row_looks_different(theme: Theme) -> None:
    pictures = {name: bytes(paint(task_delegate(theme, row)).constBits()) for name, row in STATES.items()}
    assert len(set(pictures.values())) == len(STATES)


def test_hover_selection_focus_and_a_change_by_another_look_different(theme: Theme) -> None:
    selected = QStyle.StateFlag.State_Enabled | QStyle.StateFlag.State_Selected
    focused = QStyle.StateFlag.State_Enabled | QStyle.StateFlag.State_HasFocus
    plain = task_delegate(theme, ROW)
    hovered = task_delegate(theme, ROW)
    hovered.hovered = 0
    keyed = task_delegate(theme, ROW)
    keyed.keyboard_focus = True
    tinted = task_delegate(theme, ROW)
    tinted.tints[ROW.id] = (theme.tokens.person(1).fill, 0.16)
    pictures = [paint(plain), paint(hovered), paint(plain, state=selected), paint(keyed, state=focused), paint(tinted)]
    assert len({bytes(image.constBits()) for image in pictures}) == 5


def test_the_focus_frame_is_only_shown_after_keys(theme: Theme) -> None:
    focused = QStyle.StateFlag.State_Enabled | QStyle.StateFlag.State_HasFocus
    delegate = task_delegate(theme, ROW)
    assert paint(delegate, state=focused) == paint(delegate)


def test_parts_are_dropped_in_order_as_the_list_grows_narrow() -> None:
    dropped: list[str] = []
    before = task_columns(900)
    for width in range(900, 240, -1):
        now = task_columns(width)
        if before.labels == 2 and now.labels == 1:
            dropped.append("second label")
        names = ("checklist", "clip", "comments")
        dropped += [one for one in names if getattr(before, one) is not None and getattr(now, one) is None]
        if before.labels == 1 and now.labels == 0:
            dropped.append("labels")
        before = now
    assert dropped == ["second label", "checklist", "clip", "comments", "labels"]


def test_the_parts_stand_where_the_drawing_has_them() -> None:
    columns = task_columns(696)
    assert (columns.sync, columns.due, columns.avatars) == (688, 666, 604)
    assert (columns.clip, columns.comments, columns.checklist, columns.labels_right) == (550, 524, 482, 430)


@pytest.mark.parametrize("state", STATES)
def test_painting_a_row_takes_less_than_a_millisecond(theme: Theme, state: str) -> None:
    delegate = task_delegate(theme, STATES[state])
    paint(delegate)
    image = QImage(696, 36, QImage.Format.Format_RGB32)
    option = QStyleOptionViewItem()
    option.rect = QRect(0, 0, 696, 36)
    index = Model().index(0, 0)
    painter = QPainter(image)
    best = 1.0
    for _ in range(20):
        start = perf_counter()
        delegate.paint(painter, option, index)
        best = min(best, perf_counter() - start)
    painter.end()
    assert best < 0.001


def test_a_word_of_a_megabyte_is_painted_as_fast_as_a_short_one(theme: Theme) -> None:
    huge = "W" * 1_000_000
    best = 1.0
    for number in range(5):
        delegate = task_delegate(theme, replace(ROW, id=str(number), title=huge))
        start = perf_counter()
        paint(delegate)
        best = min(best, perf_counter() - start)
    assert best < 0.05


def test_one_line_never_breaks_and_never_grows() -> None:
    assert one_line("a\nb\r\u2028c") == "a b  c"
    assert len(one_line("x" * 5000)) == 301


def test_a_huge_comment_is_laid_out_only_so_far(theme: Theme) -> None:
    start = perf_counter()
    block = TextBlock("W" * 1_000_000, "body", 400)
    assert perf_counter() - start < 0.5
    assert block.cut
    short = TextBlock("W" * BLOCK_MOST, "body", 400)
    assert not short.cut
    assert abs(block.height - short.height) <= 2 * theme.line("body")


def test_a_comment_grows_by_its_lines_and_narrows_to_more_of_them(theme: Theme) -> None:
    painter = CommentPainter(theme)
    one = painter.lay_out(CommentRow("1", SARAH, "2 min", "Yes"), 400)
    two = painter.lay_out(CommentRow("2", SARAH, "2 min", "Yes\nNo"), 400)
    assert two.height - one.height == theme.line("body")
    long = "word " * 60
    wide = painter.lay_out(CommentRow("3", SARAH, "2 min", long), 600).height
    assert painter.lay_out(CommentRow("3", SARAH, "2 min", long), 300).height > wide


def test_markup_in_a_comment_is_only_letters(theme: Theme) -> None:
    plain = TextBlock("<b>bold</b> & <img src=x>", "body", 600)
    assert plain.height == theme.line("body")


def test_the_reason_of_a_rejection_and_its_buttons_are_on_the_row(theme: Theme) -> None:
    row = PendingRow("1", "file-up", "poster.tif", "File", "now", "rejected", "Too large.", has_file=True)
    delegate = PendingRowDelegate(theme, lambda _number: row)
    assert delegate.height(row) > theme.metrics.pending_row
    width, y = 454, theme.metrics.pending_row + 10
    spots = {delegate.spot_at(0, x, y, width, delegate.height(row)) for x in range(width)}
    assert spots == {"", "file", "discard"}


def test_undo_and_discard_are_offered_on_a_waiting_change(theme: Theme) -> None:
    row = PendingRow("1", "circle-dot", "Paid social", "Status", "now")
    delegate = PendingRowDelegate(theme, lambda _number: row)
    spots = {delegate.spot_at(0, x, 27, 454, 54) for x in range(454)}
    assert spots == {"", "undo", "discard"}


def test_what_is_clicked_on_a_task_has_a_name(theme: Theme) -> None:
    delegate = task_delegate(theme, ROW)
    assert delegate.spot_at(0, 18, 18, 696, 36) == "status"
    assert delegate.spot_at(0, 650, 18, 696, 36) == "due"
    assert delegate.spot_at(0, 590, 18, 696, 36) == "assignees"
    assert delegate.spot_at(0, 100, 18, 696, 36) == ""
    header = task_delegate(theme, GroupRow("g", "In review", 2))
    assert header.spot_at(0, 20, 16, 696, 32) == "toggle"
    assert header.spot_at(0, 680, 16, 696, 32) == "add"


def test_right_to_left_mirrors_the_row(theme: Theme) -> None:
    right_to_left = Qt.LayoutDirection.RightToLeft
    image = paint(task_delegate(theme, ROW), direction=right_to_left)
    mirrored = paint(task_delegate(theme, ROW)).flipped(Qt.Orientation.Horizontal)
    # The status sign is not symmetric, its place is: ink at the same columns.
    assert inked(image, 665, 690) == inked(mirrored, 665, 690) is True
    assert not inked(image, 340, 420) or inked(image, 340, 420) == inked(mirrored, 340, 420)
    delegate = TaskRowDelegate(theme, lambda _number: ROW)
    assert paint(delegate, direction=right_to_left) != paint(delegate)


def inked(image: QImage, left: int, right: int) -> bool:
    return any(image.pixelColor(x, y).lightness() < 200 for x in range(left, right) for y in range(image.height()))


def test_the_three_lights_differ_in_grey(theme: Theme) -> None:
    shapes = {}
    for link in ("connected", "connecting", "offline"):
        image = light_pixmap(link, 12, theme.tokens, 4.0).toImage()
        grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
        shapes[link] = [
            image.pixelColor(x, y).alpha() > 127 and grey.pixelColor(x, y).lightness() < 200
            for x in range(48)
            for y in range(48)
        ]
    names = list(shapes)
    for number, one in enumerate(names):
        for other in names[number + 1 :]:
            different = sum(a != b for a, b in zip(shapes[one], shapes[other], strict=True))
            assert different > 48 * 48 * 0.06, (one, other)


def test_a_row_says_everything_it_shows() -> None:
    said = task_row_name(replace(ROW, sync_state="waiting", due_text="Fri 27 Nov"))
    for part in ("Launch email", "in progress", "due Fri 27 Nov", "assigned to you and Sarah", "waiting to sync"):
        assert part in said
    assert group_row_name(GroupRow("g", "Done", 1, collapsed=True)) == "Done, 1 task, collapsed"


def test_the_light_says_its_state_in_words() -> None:
    state = LightState("offline", pending=3, retry_in=8)
    assert light_name(state) == "Connection: Offline, retrying in 8 seconds, 3 changes waiting"
    assert light_name(LightState("connected")) == "Connection: Connected"


def test_a_changed_row_is_laid_out_again(theme: Theme) -> None:
    rows = [ROW]
    delegate = TaskRowDelegate(theme, lambda _number: rows[0])
    first = paint(delegate)
    rows[0] = replace(ROW, title="Another title")
    assert paint(delegate) != first


def test_a_new_theme_is_seen_in_the_next_paint(theme: Theme) -> None:
    delegate = task_delegate(theme, ROW)
    first = paint(delegate)
    theme.choose("dark")
    assert paint(delegate) != first
