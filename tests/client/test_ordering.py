"""A text edit is saved after the revision that it stands on, and nothing else waits longer than that."""

from app.client.ordering import SaveOrder
from app.model.change import Change, Part, encode_change
from app.sync.events import Append, WriteCache
from app.sync.storage import CacheBatch, Made, Retired, Sent

TEXT, OTHER = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"


def typed(n, item=TEXT):
    parts = [Part(n, ["x"], 0.0, "g")]
    return encode_change(Change(n, "p:x", "edit", "task", [item], 0, 0.0, 0.0, "g", field="description", parts=parts))


def a_set(n):
    return encode_change(Change(n, "p:x", "set", "task", [TEXT], 0, 0.0, 0.0, "g", fields={"status": "done"}))


def write(token, item=TEXT):
    return WriteCache(token, CacheBatch(texts={(item, "description"): (token, "body")}))


def order():
    saved: list[int] = []
    return SaveOrder(lambda wish: saved.append(wish.token)), saved


def test_on_a_quiet_line_nothing_waits():
    saves, saved = order()
    saves.append(Append(1, [Made(1, typed(1))]))
    saves.writing(write(2))
    saves.written(2)
    saves.append(Append(3, [Made(2, typed(2)), Sent([2], b"")]))
    assert saved == [1, 3]


def test_an_edit_waits_for_the_text_that_it_stands_on_and_later_ones_stay_behind_it():
    saves, saved = order()
    saves.writing(write(1))
    saves.writing(write(2))
    saves.append(Append(3, [Sent([1], typed(1))]))
    saves.append(Append(4, [Made(2, a_set(2))]))
    saves.append(Append(5, [Retired([1])]))
    assert saved == []
    saves.written(1)
    assert saved == []
    saves.written(2)
    assert saved == [3, 4, 5]


def test_other_texts_and_other_changes_do_not_wait():
    saves, saved = order()
    saves.writing(write(1))
    saves.append(Append(2, [Made(1, typed(1, OTHER)), Made(2, a_set(2)), Retired([3])]))
    assert saved == [2]


def test_a_cache_that_cannot_be_written_holds_up_nothing():
    saves, saved = order()
    saves.writing(write(1))
    saves.append(Append(2, [Made(1, typed(1))]))
    saves.stop_waiting()
    saves.append(Append(3, [Made(2, typed(2))]))
    assert saved == [2, 3]
    saves.written(1)
    saves.writing(write(4))
    saves.append(Append(5, [Made(3, typed(3))]))
    assert saved == [2, 3], "the cache works again, so the order holds again"
