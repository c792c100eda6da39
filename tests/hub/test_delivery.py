"""Every reader has every entry once and in order, whatever is committed, loaded, cut or slow meanwhile."""

import random

import msgspec
import pytest

from app.hub.events import Authenticate, CommitDone, Drained, Effect, Lagging, Load, Send
from app.hub.facts import Submission
from app.model.change import Entry, Part, encode_change
from app.protocol.codec import decode_from_server
from app.protocol.messages import Check, Checked, Entries, Gone, Snapshot, Subscribe, TextOps
from tests.hub.house import WORKSPACE, Author, House, Line


@pytest.fixture
def house() -> House:
    return House()


def entries(line: Line, channel: str) -> list[Entry]:
    return [entry for message in line.of(Entries) if message.ch == channel for entry in message.entries]


def seqs(line: Line, channel: str) -> list[int]:
    return [entry.seq for entry in entries(line, channel)]


def test_an_entry_reaches_every_reader_author_included_in_one_frame(house: House) -> None:
    (_, sarah), (_, mike) = house.join("sarah"), house.join("mike")
    one, two = house.connect(sarah), house.connect(mike)
    author = Author(house, sarah)
    project, change = author.project()
    house.push(one, change)
    house.held = {Send}
    house.push(one, author.task(project)[1])
    sent = [effect for effect in house.waiting if isinstance(effect, Send)]
    fan_outs = [effect for effect in sent if isinstance(decode_from_server(effect.frame), Entries)]
    assert [effect.conns for effect in fan_outs] == [[one.conn, two.conn]]


def test_a_new_project_is_followed_by_everybody_who_may_read_it(house: House) -> None:
    (_, sarah), (_, mike), (_, guest) = house.join("sarah"), house.join("mike"), house.join("gus", "guest")
    lines = [house.connect(device) for device in (sarah, mike, guest)]
    author = Author(house, sarah)
    project, change = author.project()
    house.push(lines[0], change)
    house.push(lines[0], author.task(project)[1])
    assert [seqs(line, f"p:{project}") for line in lines] == [[1, 2], [1, 2], []]
    assert not lines[2].of(Gone), "who may not read it is not told that it is there"


def test_a_project_founded_while_a_hello_is_looked_at_is_not_missed(house: House) -> None:
    (_, sarah), (_, mike) = house.join("sarah"), house.join("mike")
    line = house.connect(sarah)
    house.held = {Authenticate}
    late = house.connect(mike)
    (wish,) = house.waiting
    assert isinstance(wish, Authenticate)
    read = house.authenticated(wish)
    project, change = Author(house, sarah).project()
    house.push(line, change)
    house.happen(read)
    assert seqs(late, f"p:{project}") == [1]


def test_what_is_committed_while_a_channel_is_loaded_comes_once_and_in_order(house: House) -> None:
    (_, sarah), (_, mike) = house.join("sarah"), house.join("mike")
    line = house.connect(sarah)
    author = Author(house, sarah)
    project, change = author.project()
    house.push(line, change)
    house.held = {Load}
    reader = house.connect(mike)
    house.push(line, author.task(project)[1], author.task(project)[1])
    house.release(1)
    house.push(line, author.task(project)[1])
    for _ in range(4):
        house.release(1)
        house.push(line, author.task(project)[1])
    while house.waiting:
        house.release(1)
    house.push(line, author.task(project)[1])
    assert seqs(reader, f"p:{project}") == list(range(1, 10))


def test_a_load_that_read_more_than_was_told_yet_doubles_nothing(house: House) -> None:
    (_, sarah), (_, mike) = house.join("sarah"), house.join("mike")
    line = house.connect(sarah)
    author = Author(house, sarah)
    project, change = author.project()
    house.push(line, change)
    house.held = {Load}
    reader = house.connect(mike)
    done = [
        house.store.commit([Submission(sarah, encode_change(author.task(project)[1]), 0.0)], house.now)
        for _ in range(3)
    ]
    house.release()
    for committed in done:
        house.happen(CommitDone(committed))
    house.release()
    assert seqs(reader, f"p:{project}") == [1, 2, 3, 4]
    assert seqs(line, f"p:{project}") == [1, 2, 3, 4]


@pytest.mark.parametrize("seed", range(60))
def test_in_any_order_of_events_every_reader_has_a_gapless_log(seed: int) -> None:
    house, dice = House(), random.Random(seed)
    devices = [house.join(name)[1] for name in ("ann", "ben", "cleo")]
    writer, *readers = [house.connect(device) for device in devices]
    author = Author(house, devices[0])
    project, change = author.project()
    house.push(writer, change)
    channel = f"p:{project}"
    house.held = {Load}
    lagging: set[str] = set()
    for _ in range(60):
        match dice.randrange(6):
            case 0 | 1:
                house.push(writer, *[author.task(project)[1] for _ in range(dice.randint(1, 3))])
            case 2 | 3:
                house.release(1)
            case 4:
                reader = dice.choice(readers)
                event = Drained if reader.conn in lagging else Lagging
                lagging ^= {reader.conn}
                house.happen(event(reader.conn))
            case _:
                place = dice.randrange(2)
                reader = readers[place]
                last = max(seqs(reader, channel), default=0)
                head = house.store.delta(channel, 0, 1).head
                resume = {channel: (head.epoch, last, head.hash)} if last else {}
                again = house.connect(devices[place + 1], resume=resume)
                again.came[:0] = [message for message in reader.came if isinstance(message, Entries)]
                lagging.discard(reader.conn)
                readers[place] = again
    for conn in lagging:
        house.happen(Drained(conn))
    while house.waiting:
        house.release(1)
    newest = house.store.delta(channel, 0, 1).head.seq
    assert all(seqs(line, channel) == list(range(1, newest + 1)) for line in (writer, *readers))
    assert not readers[0].of(Snapshot), "no snapshot heals what a delta must do"


def test_a_slow_reader_is_sent_nothing_until_its_queue_is_empty_and_then_all_of_it(house: House) -> None:
    (_, sarah), (_, mike) = house.join("sarah"), house.join("mike")
    line, slow = house.connect(sarah), house.connect(mike)
    author = Author(house, sarah)
    project, change = author.project()
    house.push(line, change)
    house.happen(Lagging(slow.conn))
    count = len(slow.came)
    for _ in range(10):
        house.push(line, author.task(project)[1])
    assert len(slow.came) == count
    house.happen(Drained(slow.conn))
    assert seqs(slow, f"p:{project}") == list(range(1, 12))
    assert len([one for one in slow.of(Entries) if one.ch == f"p:{project}"]) == 2, "all that was missed in one frame"


def test_loads_of_one_connection_go_few_at_a_time_and_the_wanted_channels_first(house: House) -> None:
    (_, sarah), (_, mike) = house.join("sarah"), house.join("mike")
    line = house.connect(sarah)
    author = Author(house, sarah)
    projects = []
    for _ in range(5):
        project, change = author.project()
        projects.append(project)
        house.push(line, change)
    house.held = {Load}
    reader = house.connect(mike, first=[f"p:{projects[3]}"])
    loads = [effect for effect in house.waiting if isinstance(effect, Load)]
    assert len(loads) == 2
    assert loads[0].channel == f"p:{projects[3]}"
    while house.waiting:
        house.release(1)
    assert all(seqs(reader, f"p:{project}") == [1] for project in projects)


def test_a_channel_is_sent_again_whole_when_its_reader_asks(house: House) -> None:
    _, sarah = house.join("sarah")
    line = house.connect(sarah)
    author = Author(house, sarah)
    project, change = author.project()
    house.push(line, change)
    house.say(line, Subscribe(f"p:{project}", snapshot=True))
    snapshot = line.of(Snapshot)[-1]
    assert (snapshot.seq, snapshot.last, len(snapshot.rows)) == (1, True, 1)
    house.push(line, author.task(project)[1])
    assert seqs(line, f"p:{project}")[-1] == 2


def test_a_thousand_wishes_for_one_channel_are_one_load_at_a_time(house: House) -> None:
    _, sarah = house.join("sarah")
    line = house.connect(sarah)
    house.held = {Load}
    for _ in range(1_000):
        house.say(line, Subscribe(f"w:{WORKSPACE}", snapshot=True))
    assert len(house.waiting) == 2
    while house.waiting:
        house.release(1)
    assert len([page for page in line.of(Snapshot) if page.last]) == 1
    assert line.closed is None


def test_what_is_not_there_and_what_may_not_be_read_look_the_same(house: House) -> None:
    (_, sarah), (_, guest) = house.join("sarah"), house.join("gus", "guest")
    line, other = house.connect(sarah), house.connect(guest)
    project, change = Author(house, sarah).project()
    house.push(line, change)
    nowhere = house.uuid()
    for ch in (project, nowhere):
        house.say(other, Subscribe(f"p:{ch}"))
        house.say(other, Check(1, [f"p:{ch}"]))
    assert other.of(Gone) == [Gone(f"p:{ch}") for ch in (project, nowhere) for _ in range(2)]
    assert not other.of(Checked)


def test_a_check_is_answered_after_every_entry_up_to_its_seq(house: House) -> None:
    (_, sarah), (_, mike) = house.join("sarah"), house.join("mike")
    line = house.connect(sarah)
    author = Author(house, sarah)
    project, change = author.project()
    house.push(line, change)
    house.held = {Load}
    reader = house.connect(mike)
    house.say(reader, Check(7, [f"p:{project}"]))
    house.push(line, author.task(project)[1])
    while house.waiting:
        house.release(1)
    (checked,) = reader.of(Checked)
    head = house.store.delta(f"p:{project}", 0, 1).head
    assert (checked.re, checked.seq, checked.hash) == (7, head.seq, head.hash)
    place = reader.came.index(checked)
    assert seqs(reader, f"p:{project}") == [1, 2]
    assert not [one for one in reader.came[place:] if isinstance(one, Entries)]


def test_the_last_frame_of_a_delta_and_every_live_frame_carry_the_hash(house: House) -> None:
    _, sarah = house.join("sarah")
    line = house.connect(sarah)
    author = Author(house, sarah)
    project, change = author.project()
    house.push(line, change)
    house.push(line, author.task(project)[1])
    head = house.store.delta(f"p:{project}", 0, 1).head
    frames = [message for message in line.of(Entries) if message.ch == f"p:{project}"]
    assert all(message.hash is not None for message in frames)
    assert (frames[-1].hash, frames[-1].epoch) == (head.hash, head.epoch)


def test_operations_of_unsent_texts_come_before_what_follows_of_their_channel(house: House) -> None:
    _, sarah = house.join("sarah")
    line = house.connect(sarah)
    author = Author(house, sarah)
    project, change = author.project()
    task, created = author.task(project)
    house.push(line, change, created)
    for word in ("one ", "two ", "three "):
        edit = author.change(f"p:{project}", "edit", "task", task)
        rev = len([one for one in line.of(Entries) if one.entries[0].verb == "edit"])
        part = Part(edit.n, [word], house.now, "g")
        house.push(line, msgspec.structs.replace(edit, field="description", rev=rev, parts=[part]))
    house.hang_up(line)
    head = house.store.delta(f"p:{project}", 0, 1).head
    elsewhere = f"w:{WORKSPACE}"
    for epoch, seq, follows in (("another epoch", 3, Snapshot), (head.epoch, 3, Entries), (head.epoch, head.seq, None)):
        resume = {f"p:{project}": (epoch, seq, head.hash)}
        names = [(f"p:{project}", task, "description", 1), (elsewhere, task, "description", 0)]
        again = house.connect(sarah, resume=resume, texts=names)
        first, *rest = [
            one for one in again.came if isinstance(one, TextOps | Snapshot | Entries) and one.ch != elsewhere
        ]
        assert isinstance(first, TextOps)
        assert (first.after, first.item) == (1, task)
        assert [(device, op) for device, _, op in first.ops] == [(sarah, ["two "]), (sarah, ["three "])]
        assert {type(one) for one in rest} == ({follows} if follows else set())
        assert not [one for one in again.of(TextOps) if one.ch == elsewhere], "a text of another channel is not told"
        snapshots = [text for page in again.of(Snapshot) for text in page.texts]
        assert snapshots in ([], [(task, "description", 3, "three two one ")])


def test_an_entry_that_fits_no_frame_reaches_its_readers_in_a_snapshot(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    (_, sarah), (_, mike) = house.join("sarah"), house.join("mike")
    line, reader = house.connect(sarah), house.connect(mike)
    author = Author(house, sarah)
    project, change = author.project()
    house.push(line, change)
    noise = random.Random(2)
    text = "".join(chr(noise.randrange(0x4E00, 0x9FFF)) for _ in range(100_000))
    task = house.uuid()
    create = author.change(
        f"p:{project}",
        "create",
        "task",
        task,
        fields={"project": project, "title": "Long", "description": text},
    )
    monkeypatch.setattr("app.protocol.codec.FRAME_BYTES_MAX", 200_000)
    house.push(line, create)
    for one in (line, reader):
        assert "".join(part for page in one.of(Snapshot) for *_, part in page.texts) == text
    house.push(line, author.task(project)[1])
    assert seqs(reader, f"p:{project}")[-1] == 3


def test_a_long_delta_comes_in_several_loads(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    (_, sarah), (_, mike) = house.join("sarah"), house.join("mike")
    line = house.connect(sarah)
    author = Author(house, sarah)
    project, change = author.project()
    house.push(line, change)
    for _ in range(30):
        house.push(line, author.task(project)[1])
    monkeypatch.setattr("app.hub.loading.DELTA_BYTES_MAX", 1_000)
    house.loads = 0
    reader = house.connect(mike)
    assert house.loads > 4
    assert seqs(reader, f"p:{project}") == list(range(1, 32))
    hashes = [message.hash for message in reader.of(Entries) if message.ch == f"p:{project}"]
    assert hashes[-1] is not None and set(hashes[:-1]) == {None}


def test_a_long_log_of_little_content_comes_as_a_snapshot(house: House) -> None:
    (_, sarah), (_, mike) = house.join("sarah"), house.join("mike")
    line = house.connect(sarah)
    author = Author(house, sarah)
    project, change = author.project()
    house.push(line, change)
    for place in range(600):
        name = f"{'x' * 100}{place}"
        house.push(line, author.change(f"p:{project}", "set", "project", project, place + 1, fields={"name": name}))
    reader = house.connect(mike)
    assert [len(page.rows) for page in reader.of(Snapshot)] == [1]


def test_one_slow_load_does_not_hold_back_another_reader(house: House) -> None:
    (_, sarah), (_, mike), (_, anna) = house.join("sarah"), house.join("mike"), house.join("anna")
    line = house.connect(sarah)
    author = Author(house, sarah)
    project, change = author.project()
    house.push(line, change)
    house.held = {Load}
    house.connect(mike)
    third = house.connect(anna)
    mine = {third.conn}

    def theirs(effect: Effect) -> bool:
        return isinstance(effect, Load) and effect.conn in mine

    house.release(choose=theirs)
    house.push(line, author.task(project)[1])
    assert seqs(third, f"p:{project}") == [1, 2]
