"""Controls: named for everybody, sized as drawn, reached by keys, plain in what they say."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QEnterEvent, QFocusEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app.ui.paint.rows import LightState, PersonChip, Presence
from app.ui.strings import plain_action, tooltip, tr
from app.ui.theme.theme import Theme
from app.ui.widgets.avatar_row import AvatarRow, in_order
from app.ui.widgets.button import Button
from app.ui.widgets.choice_popover import Choice, ChoicePopover
from app.ui.widgets.date_popover import Calendar, DatePopover, add_months, month_start
from app.ui.widgets.fields import CheckBox, RadioButton, Segments, Switch, TextField
from app.ui.widgets.focus_ring import FocusRing
from app.ui.widgets.label import ElidedLabel, Label
from app.ui.widgets.menu import Menu
from app.ui.widgets.pill import Light, Pill
from app.ui.widgets.popover import Popover
from app.ui.widgets.property_row import PropertyRow
from app.ui.widgets.states import EmptyState, Scrim, Skeleton
from app.ui.widgets.tabs import Tabs
from app.ui.widgets.toast import ToastHost

NORA = PersonChip("n", "Nora Lindqvist", "NL", 0, True)
SARAH = PersonChip("s", "Sarah Okafor", "SO", 1)
MIKE = PersonChip("m", "Mike Tan", "MT", 2)


def window(*widgets: QWidget) -> QWidget:
    root = QWidget()
    column = QVBoxLayout(root)
    for widget in widgets:
        column.addWidget(widget)
    root.resize(600, 400)
    root.show()
    return root


def spoken(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    assert interface is not None
    return interface.text(QAccessible.Text.Name)


def test_every_control_has_a_name(theme: Theme) -> None:
    pill, people = Pill(theme), AvatarRow(theme)
    people.set_people((Presence(MIKE), Presence(SARAH, editing=True), Presence(NORA)))
    row = PropertyRow(theme, "Status")
    row.set_value("In progress")
    named = {
        Button(theme, "Save & close"): "Save & close",
        Button(theme, "Sync now", "icon", icon="refresh-cw"): "Sync now",
        CheckBox(theme, "Start when I log in"): "Start when I log in",
        RadioButton(theme, "Light"): "Light",
        Switch(theme, "Sounds"): "Sounds",
        pill: "Connection: Connecting",
        people: "Here now: You, Sarah Okafor (editing), Mike Tan",
        row.value: "Status: In progress",
    }
    for widget, name in named.items():
        assert spoken(widget) == name


def test_controls_are_as_high_as_drawn_and_big_enough_to_hit(theme: Theme) -> None:
    assert Button(theme, "Save").sizeHint().height() == 28
    assert Button(theme, "Save", size="dialog").sizeHint().height() == 32
    assert Button(theme, "Save", size="large").sizeHint().height() == 36
    assert Pill(theme).sizeHint().height() == 28
    field, form = TextField(theme), TextField(theme, size="form")
    root = window(field, form)
    assert (field.edit.height(), form.edit.height()) == (32, 36)
    for control in (CheckBox(theme), RadioButton(theme), Switch(theme), Segments(theme, ("Write", "Read"))):
        assert control.sizeHint().height() >= 24
    root.close()


def test_the_save_button_is_as_wide_as_drawn(theme: Theme) -> None:
    assert Button(theme, "Save", "primary").sizeHint().width() == pytest.approx(52, abs=1)
    assert Button(theme, "Share").sizeHint().width() == pytest.approx(58, abs=1)
    assert Button(theme, "Retry now", size="dialog", icon="rotate-cw").sizeHint().width() == pytest.approx(110, abs=1)


def test_a_disabled_button_says_why(theme: Theme) -> None:
    button = Button(theme, "Sync now")
    button.set_possible(False, "There is no <b>connection</b>")
    assert "There is no &lt;b&gt;connection&lt;/b&gt;" in button.toolTip()
    button.set_possible(True)
    assert button.toolTip() == ""


def test_the_focus_ring_comes_with_keys_and_not_with_the_pointer(theme: Theme) -> None:
    first, second = Button(theme, "One"), Button(theme, "Two")
    root = window(first, second)
    focus_in = QEvent.Type.FocusIn
    QApplication.sendEvent(second, QFocusEvent(focus_in, Qt.FocusReason.MouseFocusReason))
    assert not root.findChildren(FocusRing)
    QApplication.sendEvent(first, QFocusEvent(focus_in, Qt.FocusReason.TabFocusReason))
    rings = root.findChildren(FocusRing)
    assert len(rings) == 1
    assert rings[0].geometry() == first.geometry().adjusted(-4, -4, 4, 4)
    root.close()


def test_the_pill_says_what_waits_and_what_was_rejected(theme: Theme) -> None:
    pill = Pill(theme)
    plain = pill.sizeHint().width()
    pill.set_state(LightState("offline", pending=3, rejected=1, retry_in=8))
    assert pill.sizeHint().width() > plain
    assert pill.accessibleName() == ("Connection: Offline, retrying in 8 seconds, 3 changes waiting, 1 change rejected")
    assert "You can go on working" in pill.toolTip()


def test_state_changes_are_announced_at_most_once_in_five_seconds(theme: Theme) -> None:
    pill = Pill(theme)
    for link in ("connected", "offline", "connecting", "connected"):
        pill.set_state(LightState(link))
    announcer = pill._announcer
    assert announcer.said == ["Connection: Connected"]
    announcer.stop()
    announcer.timeout.emit()
    assert len(announcer.said) == 2


def test_a_countdown_is_not_announced(theme: Theme) -> None:
    pill = Pill(theme)
    pill.set_state(LightState("offline", retry_in=9))
    announcer = pill._announcer
    before = list(announcer.said)
    announcer.stop()
    pill.set_state(LightState("offline", retry_in=8))
    assert announcer.said == before


def test_a_turning_light_stops_the_clock_when_it_stops(moving_theme: Theme) -> None:
    light = Light(moving_theme, 18)
    light.show()
    running = [moving_theme.ticker.running]
    light.set_state(LightState("connected"))
    running.append(moving_theme.ticker.running)
    assert running == [True, False]
    light.close()


def test_people_stand_in_order_you_editing_others() -> None:
    people = (Presence(MIKE), Presence(PersonChip("a", "Ada", "AL", 3)), Presence(SARAH, editing=True), Presence(NORA))
    assert [one.person.name for one in in_order(people)] == ["Nora Lindqvist", "Sarah Okafor", "Ada", "Mike Tan"]


def test_people_that_do_not_fit_are_counted(theme: Theme) -> None:
    row = AvatarRow(theme)
    row.set_people(tuple(Presence(PersonChip(str(n), f"Person {n}", f"P{n}", n)) for n in range(9)))
    row.resize(140, 32)
    row.grab()
    names = [name for _place, name in row._places]
    assert len(names) < 9
    assert names[-1].count(",") == 9 - len(names)


def test_a_popover_closes_with_escape_and_gives_the_focus_back(theme: Theme) -> None:
    anchor = Button(theme, "Open")
    root = window(anchor)
    popover = Popover(theme, root)
    popover.column.addWidget(Label(theme, "Hello"))
    closed: list[bool] = []
    popover.closed.connect(lambda: closed.append(True))
    popover.open_below(anchor)
    assert popover.isVisible()
    panel = popover.panel_rect()
    assert popover.mapToGlobal(panel.topLeft()).y() == anchor.mapToGlobal(QPoint(0, anchor.height())).y() + 6
    QTest.keyClick(popover, Qt.Key.Key_Escape)
    assert not popover.isVisible()
    assert closed == [True]
    root.close()


def test_a_popover_stays_on_the_screen(theme: Theme) -> None:
    popover = Popover(theme)
    popover.column.addWidget(Label(theme, "Hello"))
    popover.open_at(QPoint(100_000, 100_000))
    free = popover.screen().availableGeometry()
    corner = popover.mapToGlobal(popover.panel_rect().bottomRight())
    assert free.contains(corner)
    popover.close()


def keys_go_to(popover: Popover) -> QWidget:
    widget = popover.body.focusProxy()
    assert widget is not None
    return widget


def choice_popover(theme: Theme, several: bool, count: int = 6) -> ChoicePopover:
    choices = [Choice(str(number), f"Choice {number}", chosen=number == 2) for number in range(count)]
    popover = ChoicePopover(theme, choices, "Choose", several)
    popover.open_at(QPoint(20, 20))
    return popover


def test_a_choice_is_made_by_arrows_and_enter(theme: Theme) -> None:
    popover = choice_popover(theme, several=False)
    picked: list[str] = []
    popover.picked.connect(picked.append)
    assert popover.current_id == "2"
    QTest.keyClick(keys_go_to(popover), Qt.Key.Key_Down)
    QTest.keyClick(keys_go_to(popover), Qt.Key.Key_Return)
    assert picked == ["3"]
    assert not popover.isVisible()


def test_a_number_takes_a_choice_at_once(theme: Theme) -> None:
    popover = choice_popover(theme, several=False)
    picked: list[str] = []
    popover.picked.connect(picked.append)
    QTest.keyClick(keys_go_to(popover), Qt.Key.Key_1)
    assert picked == ["0"]


def test_several_choices_are_toggled_while_it_stays_open(theme: Theme) -> None:
    popover = choice_popover(theme, several=True, count=12)
    toggled: list[tuple[str, bool]] = []
    popover.toggled.connect(lambda name, on: toggled.append((name, on)))
    QTest.keyClicks(popover.filter, "7")
    assert popover.current_id == "7"
    QTest.keyClick(popover.filter, Qt.Key.Key_Return)
    QTest.keyClick(popover.filter, Qt.Key.Key_Return)
    assert toggled == [("7", True), ("7", False)]
    assert popover.isVisible()
    popover.close()


def test_a_filter_that_matches_nothing_takes_nothing(theme: Theme) -> None:
    popover = choice_popover(theme, several=True, count=12)
    toggled: list[str] = []
    popover.toggled.connect(lambda name, _on: toggled.append(name))
    QTest.keyClicks(popover.filter, "zzz")
    QTest.keyClick(popover.filter, Qt.Key.Key_Return)
    assert popover.current_id == ""
    assert not toggled
    popover.close()


def test_months_are_added_without_losing_a_day_that_is_not_there() -> None:
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2026, 12, 15), 1) == date(2027, 1, 15)
    assert add_months(date(2026, 1, 15), -1) == date(2025, 12, 15)
    assert add_months(date(2024, 1, 30), 1) == date(2024, 2, 29)


def test_a_month_begins_with_the_week_it_lies_in() -> None:
    assert month_start(date(2026, 11, 23), 1) == date(2026, 10, 26)
    assert month_start(date(2026, 11, 23), 7) == date(2026, 11, 1)


def test_a_day_is_chosen_by_keys(theme: Theme) -> None:
    popover = DatePopover(theme, date(2026, 11, 23), date(2026, 11, 27))
    picked: list[object] = []
    popover.picked.connect(picked.append)
    popover.open_at(QPoint(0, 0))
    QTest.keyClick(popover.calendar, Qt.Key.Key_Down)
    QTest.keyClick(popover.calendar, Qt.Key.Key_Right)
    QTest.keyClick(popover.calendar, Qt.Key.Key_Return)
    assert picked == [date(2026, 12, 5)]


def test_a_day_is_chosen_by_the_pointer(theme: Theme) -> None:
    calendar = Calendar(theme, date(2026, 11, 23))
    calendar.resize(calendar.sizeHint())
    assert (calendar.width(), calendar.height()) == (248, 244)
    days = {calendar.day_at(QPointF(x, y)) for x in range(0, 248, 8) for y in range(0, 244, 7)}
    assert len(days - {None}) == 42


def test_toasts_are_three_at_most_and_the_oldest_goes(theme: Theme) -> None:
    root = window()
    host = ToastHost(theme, root)
    for number in range(5):
        host.show(f"Message {number}")
    assert [toast.words for toast in host.toasts] == ["Message 2", "Message 3", "Message 4"]
    newest = host.toasts[-1]
    assert newest.geometry().bottom() + 1 == root.height() - 24
    assert newest.height() == 40
    root.close()


def test_the_button_of_a_toast_acts_and_the_toast_goes(theme: Theme) -> None:
    root = window()
    host = ToastHost(theme, root)
    undone: list[bool] = []
    toast = host.show("6 tasks moved", button="Undo", act=lambda: undone.append(True))
    assert toast._timer.interval() == 8000
    assert toast._button is not None
    QTest.mouseClick(toast._button, Qt.MouseButton.LeftButton)
    assert undone == [True]
    assert not host.toasts
    root.close()


def test_a_toast_stays_while_the_pointer_is_on_it(theme: Theme) -> None:
    root = window()
    toast = ToastHost(theme, root).show("Saved")
    place = QPointF(5, 5)
    assert toast._timer.isActive()
    QApplication.sendEvent(toast, QEnterEvent(place, place, place))
    assert not toast._timer.isActive()
    root.close()


def test_a_menu_keeps_an_ampersand_and_acts(theme: Theme) -> None:
    menu = Menu(theme)
    done: list[str] = []
    action = menu.add("Research & development", lambda: done.append("done"), "copy", "Ctrl Shift C")
    menu.add("Move to trash", lambda: done.append("gone"), "trash-2", danger=True)
    menu.popup_at(QPoint(10, 10))
    assert menu.actionGeometry(action).height() == 30
    needed = theme.letters("body").horizontalAdvance("Research & development") + 32
    assert menu.actionGeometry(action).width() > needed + theme.letters("small").horizontalAdvance("Ctrl Shift C")
    assert "&&" in action.text()
    image = menu.grab().toImage()
    assert image.width() > 200
    menu.close()
    action.trigger()
    assert done == ["done"]


def test_tabs_say_their_words_and_are_forty_high(theme: Theme) -> None:
    tabs = Tabs(theme)
    tabs.add("R & D", "list")
    tabs.add("Activity", "activity", 4)
    assert tabs.sizeHint().height() == 40
    wide = tabs.tabSizeHint(1).width()
    tabs.set_count(1, 1234)
    assert tabs.tabSizeHint(1).width() > wide
    assert tabs.accessibleTabName(0) == "R & D"


def test_loading_is_only_shown_when_it_takes_long(theme: Theme) -> None:
    skeleton = Skeleton(theme)
    skeleton.resize(400, 300)
    skeleton.show()
    assert not skeleton.revealed
    blank = skeleton.grab().toImage()
    skeleton.reveal()
    assert skeleton.grab().toImage() != blank
    skeleton.close()


def test_an_empty_state_says_what_to_do(theme: Theme) -> None:
    state = EmptyState(theme, "list-todo", "No tasks yet", "Write the first one.", (Button(theme, "New task"),))
    assert spoken(state) == "No tasks yet"
    assert state.findChild(Button) is not None


def test_a_click_on_the_veil_asks_to_close(theme: Theme) -> None:
    root = window()
    scrim = Scrim(theme, root)
    scrim.show()
    asked: list[bool] = []
    scrim.pressed.connect(lambda: asked.append(True))
    root.resize(700, 500)
    assert scrim.size() == root.size()
    QTest.mouseClick(scrim, Qt.MouseButton.LeftButton)
    assert asked == [True]
    root.close()


def test_a_locked_property_does_not_ask(theme: Theme) -> None:
    row = PropertyRow(theme, "Due")
    row.set_value("Fri 27 Nov")
    asked: list[bool] = []
    row.asked.connect(lambda: asked.append(True))
    row.value.click()
    row.set_locked(True, "Viewers can only read.")
    row.value.click()
    assert asked == [True]
    assert "Viewers can only read." in row.value.toolTip()


def test_what_is_wrong_is_said_in_words_and_to_the_screen_reader(theme: Theme) -> None:
    field = TextField(theme, "Email")
    field.set_wrong("Not a full address")
    assert field.edit.property("wrong") is True
    assert field.edit.accessibleDescription() == "Not a full address"
    field.set_wrong("")
    assert field.edit.property("wrong") is False


def test_a_long_line_is_cut_and_whole_in_the_tooltip(theme: Theme) -> None:
    label = ElidedLabel(theme, "a very long line of words " * 20)
    label.resize(120, 20)
    label.grab()
    assert "a very long line" in label.toolTip()


def test_labels_never_read_markup(theme: Theme) -> None:
    label = Label(theme, "<b>bold</b>")
    assert label.textFormat() == Qt.TextFormat.PlainText


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_controls_can_be_drawn_in_both_directions(theme: Theme, direction: Qt.LayoutDirection) -> None:
    pill = Pill(theme)
    pill.set_state(LightState("offline", pending=3))
    button = Button(theme, "Retry now", icon="rotate-cw")
    pictures: dict[str, QImage] = {}
    for name, widget in (("pill", pill), ("button", button)):
        widget.setLayoutDirection(direction)
        widget.resize(widget.sizeHint())
        pictures[name] = widget.grab().toImage()
    half = pictures["pill"].width() // 2
    light = theme.tokens.red_fill
    sides = [
        sum(pictures["pill"].pixelColor(x, y).name().upper() == light for x in xs for y in range(28))
        for xs in (range(half), range(half, pictures["pill"].width()))
    ]
    assert (sides[0] > sides[1]) == (direction == Qt.LayoutDirection.LeftToRight)


@pytest.mark.parametrize("scale", [0.8, 1.4, 2.0])
def test_nothing_is_cut_when_the_text_grows(theme: Theme, scale: float) -> None:
    theme.set_scale(scale)
    button = Button(theme, "Connection diagnostics", icon="stethoscope")
    needed = theme.letters("body-medium").horizontalAdvance("Connection diagnostics") + 22
    assert button.sizeHint().width() >= needed
    assert button.sizeHint().height() >= theme.line("body-medium")
    assert Pill(theme).sizeHint().height() >= theme.line("small")
    assert theme.metrics.task_row >= theme.line("body")
    theme.set_scale(1.0)


def test_plurals_and_facts_are_put_into_the_text() -> None:
    assert tr("{n} change|{n} changes", n=1) == "1 change"
    assert tr("{n} change|{n} changes", n=3) == "3 changes"
    assert tr("{name} is typing", name="{x}") == "{x} is typing"


def test_what_others_write_stays_text_in_tooltips_and_menus() -> None:
    assert "<b>" not in tooltip("<b>x</b>")
    assert plain_action("A & B\nC") == "A && B C"
