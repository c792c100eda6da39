"""A channel's log has no gaps, deltas cut it anywhere, and the heads say where it ends."""

from app.hub.commit import Head
from app.model.identity import project_channel
from app.model.roles import Actor
from tests.store.conftest import Reopen
from tests.store.office import DIRECTORY, WORKSPACE, Office, Person, check_channel, uuid


def busy_project(office: Office) -> str:
    sarah, mike = office.owner, office.join("Mike")
    ch = sarah.project()
    tasks = [person.task(ch) for person in (sarah, mike) * 5]
    for place, task in enumerate(tasks):
        mike.sets(ch, task, title=f"Task {place}", priority=place % 5)
        sarah.types(ch, task, 0, ["text"], [4, f" {place}"])
        sarah.comment(ch, task)
    sarah.sets(ch, uuid(1), title="refused")
    return ch


def test_seq_has_no_gaps_and_no_doubles_in_each_channel(office: Office) -> None:
    one, two = busy_project(office), busy_project(office)
    for ch in (one, two, DIRECTORY):
        entries = office.entries(ch)
        assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
        check_channel(office.store, ch)
    assert office.seq(one) == office.seq(two) == 1 + 10 + 10 + 20 + 10


def test_a_delta_is_cut_at_its_size_and_pieces_make_the_whole(office: Office) -> None:
    ch = busy_project(office)
    whole = office.store.delta(ch, 0, 1 << 40)
    assert whole.complete
    assert len(whole.entries) == whole.head.seq
    for bytes_max in (1, 500, 3_000):
        pieces, after, cuts = [], 0, 0
        while True:
            delta = office.store.delta(ch, after, bytes_max)
            assert delta.entries
            assert (delta.channel, delta.after, delta.head) == (ch, after, whole.head)
            pieces += delta.entries
            after = pieces[-1].seq
            if delta.complete:
                break
            cuts += 1
        assert pieces == whole.entries
        assert cuts >= 2


def test_nothing_follows_the_head(office: Office) -> None:
    ch = busy_project(office)
    head = office.store.delta(ch, 0, 1).head
    for after in (head.seq, head.seq + 5):
        delta = office.store.delta(ch, after, 1_000)
        assert (delta.entries, delta.complete, delta.head) == ([], True, head)
        assert office.store.delta_bytes(ch, after) == 0


def test_sizes_of_delta_and_snapshot_are_known_without_reading_them(office: Office) -> None:
    ch = busy_project(office)
    head = office.seq(ch)
    sizes = [office.store.delta_bytes(ch, after) for after in range(head + 1)]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == head + 1
    before = office.store.snapshot_bytes(ch)
    assert before > 1_000
    assert office.store.delta(ch, 0, sizes[0]).complete
    assert not office.store.delta(ch, 0, sizes[0] - 1).complete
    office.owner.types(ch, office.owner.task(ch), 0, ["x" * 5_000])
    assert 5_000 <= office.store.snapshot_bytes(ch) - before < 6_000


def test_a_channel_that_is_not_there_is_empty(office: Office) -> None:
    nowhere = project_channel(uuid(5))
    assert office.store.delta(nowhere, 0, 1_000).entries == []
    assert office.store.delta(nowhere, 0, 1_000).head == Head()
    assert office.store.snapshot(nowhere).rows == []
    assert office.store.delta_bytes(nowhere, 0) == office.store.snapshot_bytes(nowhere) == 0
    assert not office.store.may_read(Actor(office.owner.user, WORKSPACE, "owner"), nowhere)


def test_a_new_project_founds_its_channel_with_an_epoch_of_its_own(office: Office) -> None:
    sarah = office.owner
    items = [office.new_id(), office.new_id()]
    sent = [sarah.make("create", "project", [one], project_channel(one), fields={"name": "P"}) for one in items]
    committed = sarah.committed(*sent)
    channels = [project_channel(one) for one in items]
    assert committed.founded == channels
    assert list(committed.heads) == channels
    epochs = {committed.heads[ch].epoch for ch in channels} | {office.store.delta(DIRECTORY, 0, 1).head.epoch}
    assert len(epochs) == 3
    assert "" not in epochs
    assert sarah.committed(sarah.make("set", "project", [items[0]], channels[0], fields={"name": "Q"})).founded == []
    assert office.store.delta(channels[0], 0, 1).head.epoch == committed.heads[channels[0]].epoch


def test_what_was_committed_is_what_is_read(office: Office) -> None:
    sarah = office.owner
    ch = sarah.project()
    task = sarah.task(ch)
    label = sarah.label(ch)
    after = office.seq(ch)
    committed = sarah.committed(
        sarah.make("set", "task", [task], ch, fields={"start": "2026-11-27", "due": "2026-11-28"}),
        sarah.make("add", "task", [task], ch, field="labels", values=[label]),
        sarah.make("edit", "task", [task], ch, field="description", parts=[["\U0001f44d é"], [3, "!"]]),
        sarah.make("delete", "task", [task], ch),
    )
    delta = office.store.delta(ch, after, 1 << 40)
    assert delta.entries == committed.entries[ch]
    assert delta.head == committed.heads[ch]
    assert office.store.snapshot(ch).head == committed.heads[ch]


def test_an_entry_says_who_when_and_what_was_before(office: Office) -> None:
    sarah, mike = office.owner, office.join("Mike")
    ch = sarah.project()
    task = sarah.task(ch, status="doing")
    office.now += 60
    mike.does("set", "task", task, ch, fields={"status": "done"}, grp="tidy", at=office.now - 20, heard=office.now - 30)
    entry = office.entries(ch)[-1]
    assert (entry.by, entry.dev, entry.n) == (mike.user, mike.device, mike.n)
    assert (entry.at, entry.made, entry.grp) == (office.now, office.now - 20, "tidy")
    assert (entry.verb, entry.kind, entry.status, len(entry.mark)) == ("set", "task", "applied", 8)
    [write] = entry.writes
    assert (write.fields, write.before) == ({"status": "done"}, {"status": "doing"})


def test_heads_name_what_the_person_may_read(office: Office) -> None:
    one, two = busy_project(office), busy_project(office)
    for role in ("owner", "admin", "member"):
        heads = office.store.heads(Actor(office.owner.user, WORKSPACE, role))
        assert set(heads) == {one, two, DIRECTORY}
        assert heads[one] == office.store.delta(one, 0, 1).head
    guest = Actor(office.new_id(), WORKSPACE, "guest")
    assert set(office.store.heads(guest)) == {DIRECTORY}
    assert not office.store.may_read(guest, one)
    assert office.store.may_read(guest, DIRECTORY)
    assert office.store.heads(Actor(office.new_id(), uuid(7), "guest")) == {}


def test_everything_is_there_after_the_server_starts_again(office: Office, reopen: Reopen) -> None:
    ch = busy_project(office)
    before = office.store.snapshot(ch), office.entries(ch), office.text(ch, office.order(ch)[0])
    members = office.store.members()
    reopen()
    assert (office.store.snapshot(ch), office.entries(ch), office.text(ch, office.order(ch)[0])) == before
    assert office.store.members() == members
    assert office.store.workspace() == (WORKSPACE, "Et'al")
    assert office.owner.sets(ch, office.order(ch)[0], title="Goes on").seq == office.seq(ch)
    check_channel(office.store, ch)


def test_a_snapshot_shows_projects_and_tasks_before_comments(office: Office) -> None:
    ch = busy_project(office)
    kinds = [row.kind for row in office.store.snapshot(ch).rows]
    assert kinds == sorted(kinds, key=["project", "task", "label", "comment"].index)
    assert set(kinds) == {"project", "task", "comment"}


def test_a_signed_out_or_unknown_device_changes_nothing(office: Office) -> None:
    sarah, mike = office.owner, office.join("Mike")
    ch = sarah.project()
    sent = mike.make("set", "project", [ch[2:]], ch, fields={"name": "Mine"})
    assert office.store.revoke_device(mike.user, mike.device)
    assert [result.code for result in mike.push(sent)] == ["not_allowed"]
    stranger = Person(office, mike.user, office.new_id())
    for sent in (stranger.make("set", "project", [ch[2:]], ch, fields={"name": "Mine"}), b"", b"\x81\xa1n\x05"):
        assert [result.code for result in stranger.push(sent)] == ["not_allowed"]
    assert office.value(ch, ch[2:], "name") == "Q1"
    assert office.seq(ch) == 1
    assert office.store.device(b"") is None


def test_a_guest_changes_nothing(office: Office) -> None:
    ch = office.owner.project()
    guest = office.join("Gail", "guest")
    results = guest.push(
        guest.make("set", "project", [ch[2:]], ch, fields={"name": "Mine"}),
        guest.make("create", "project", [uuid(3)], project_channel(uuid(3)), fields={"name": "Mine"}),
    )
    assert [result.code for result in results] == ["not_allowed"] * 2
