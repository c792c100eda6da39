"""People in narrow places: a window that is hidden while it speaks, and news that come in another order."""

from app.protocol.messages import Here, Presence
from app.sync import events
from app.sync.presence import People


def said(out: list[events.Effect]) -> list[str]:
    found = [effect.message for effect in out if isinstance(effect, events.Send)]
    out.clear()
    return [message.state for message in found if isinstance(message, Here)]


def test_a_window_that_was_hidden_says_no_more_where_its_person_is() -> None:
    out: list[events.Effect] = []
    people = People("me", out)
    people.set_here(events.HereIs("viewing", "p"), up=True)
    people.set_here(events.HereIs("editing", "p", "t"), up=True)
    people.set_quiet(True, up=True)
    people.on_may_say()
    assert said(out) == ["viewing", "none"]
    people.set_quiet(False, up=True)
    people.on_may_say()
    assert said(out) == ["editing"]


def test_leaving_one_project_does_not_remove_somebody_from_another() -> None:
    people = People("me", [])
    people.on_presence(Presence("there", "c", 1, "other", "d", "viewing"))
    people.on_presence(Presence("here", "c", 1, "other", "d", "none"))
    assert [one["user"] for one in people.at("there", "", {})] == ["other"]
    people.on_presence(Presence("there", "c", 1, "other", "d", "none"))
    assert people.at("there", "", {}) == []
