"""From the open socket to the session, and what ends it."""

import math

import pytest

from app.hub.events import Admit, Authenticate, BadFrameReceived, Commit, DevicesEnded, Draining, Failed, Load, LookUp
from app.model.change import change_hash, encode_change
from app.protocol.limits import DEAD_S, HELLO_WAIT_S, IDLE_PING_S
from app.protocol.messages import (
    Ack,
    Answer,
    Bye,
    Entries,
    Gone,
    Hello,
    Here,
    Join,
    Ping,
    Pong,
    Push,
    Refused,
    Request,
    SignIn,
    Snapshot,
    Subscribe,
    Welcome,
)
from tests.hub.house import WORKSPACE, Author, House


@pytest.fixture
def house() -> House:
    return House()


def test_a_hello_is_answered_by_a_welcome_that_names_every_channel(house: House) -> None:
    user, device = house.join("sarah")
    line = house.connect(device)
    welcome = line.came[0]
    assert isinstance(welcome, Welcome)
    assert (welcome.user, welcome.workspace, welcome.connection) == (user, WORKSPACE, line.conn)
    assert list(welcome.heads) == [f"w:{WORKSPACE}"]
    assert line.of(Entries)[0].after == 0


def test_a_reader_that_has_everything_is_sent_nothing(house: House) -> None:
    _, device = house.join("sarah")
    head = house.store.delta(f"w:{WORKSPACE}", 0, 1).head
    line = house.connect(device, resume={f"w:{WORKSPACE}": (head.epoch, head.seq, head.hash)})
    assert [type(message) for message in line.came] == [Welcome]
    assert house.loads == 0


def test_a_reader_at_the_head_with_another_hash_gets_everything(house: House) -> None:
    _, device = house.join("sarah")
    head = house.store.delta(f"w:{WORKSPACE}", 0, 1).head
    line = house.connect(device, resume={f"w:{WORKSPACE}": (head.epoch, head.seq, head.hash + 1)})
    assert line.of(Snapshot)[-1].last


def test_a_reader_of_another_epoch_gets_everything(house: House) -> None:
    _, device = house.join("sarah")
    head = house.store.delta(f"w:{WORKSPACE}", 0, 1).head
    line = house.connect(device, resume={f"w:{WORKSPACE}": ("before the restore", head.seq, head.hash)})
    assert line.of(Snapshot)[-1].last


def test_a_channel_that_may_no_longer_be_read_is_gone_before_anything_is_sent(house: House) -> None:
    _, device = house.join("sarah")
    lost = f"p:{house.uuid()}"
    line = house.connect(device, resume={lost: ("e", 3, 4)})
    assert [type(message) for message in line.came[:2]] == [Welcome, Gone]
    assert line.of(Gone) == [Gone(lost)]


def test_changes_in_doubt_are_answered_before_any_channel_is_sent(house: House) -> None:
    _, device = house.join("sarah")
    author = Author(house, device)
    line = house.connect(device)
    _, change = author.project()
    house.push(line, change)
    house.hang_up(line)
    mark = change_hash(encode_change(change))[:8]
    again = house.connect(device, in_doubt=[(change.n, mark), (99, b"12345678")])
    kinds = [type(message) for message in again.came]
    assert kinds[:2] == [Welcome, Ack]
    ack = again.of(Ack)[0]
    assert [(one.n, one.status) for one in ack.results] == [(1, "applied")]
    assert ack.unknown == [99]
    assert kinds.count(Entries) == 2


def test_what_was_pushed_on_the_old_socket_is_decided_before_doubts_are_answered(house: House) -> None:
    _, device = house.join("sarah")
    author = Author(house, device)
    line = house.connect(device)
    house.held = {Commit, LookUp}
    _, change = author.project()
    house.push(line, change)
    mark = change_hash(encode_change(change))[:8]
    again = house.connect(device, in_doubt=[(change.n, mark)])
    assert [type(effect) for effect in house.waiting] == [Commit, LookUp]
    house.release()
    assert again.of(Ack)[0].unknown == []
    assert line.closed == "replaced"


@pytest.mark.parametrize(
    "message",
    [Push([b"x"]), Subscribe("w:x"), Here("viewing"), Request(1, "members")],
    ids=lambda message: type(message).__name__,
)
def test_nothing_is_done_before_hello(house: House, message: Push) -> None:
    line = house.open()
    house.say(line, message)
    assert line.closed == "bad_request"
    assert line.of(Bye)[0].code == "bad_request"


def test_a_second_hello_ends_only_this_connection(house: House) -> None:
    _, device = house.join("sarah")
    _, other = house.join("mike")
    line, bystander = house.connect(device), house.connect(other)
    house.say(line, Hello(device, device, (1, 1), house.now))
    assert line.closed == "bad_request"
    assert bystander.closed is None


def test_a_device_cannot_use_the_token_of_another(house: House) -> None:
    _, device = house.join("sarah")
    _, other = house.join("mike")
    line = house.open()
    house.say(line, Hello(device, other, (1, 1), house.now))
    assert line.closed == "signed_out"
    assert not line.of(Welcome)


def test_versions_without_a_common_one_are_told_so(house: House) -> None:
    _, device = house.join("sarah")
    line = house.open()
    house.say(line, Hello(device, device, (7, 9), house.now))
    assert line.closed == "version"


def test_a_bad_frame_ends_the_connection(house: House) -> None:
    line = house.open()
    house.happen(BadFrameReceived(line.conn, "not a message"))
    assert line.closed == "bad_request"


def test_who_says_no_hello_is_let_go(house: House) -> None:
    line = house.open()
    house.pass_time(HELLO_WAIT_S - 0.1)
    assert line.closed is None
    house.pass_time(0.2)
    assert line.closed == "too_slow"


def test_nobody_is_hurried_while_the_server_works_on_a_password(house: House) -> None:
    house.held = {Admit}
    line = house.open()
    house.say(line, SignIn("a@example.org", "x", house.uuid()))
    house.pass_time(HELLO_WAIT_S * 2)
    assert line.closed is None
    house.release()
    assert line.of(Refused)[0].code == "invite_invalid"


def test_two_attempts_at_once_on_one_connection_end_it(house: House) -> None:
    house.held = {Admit}
    line = house.open()
    house.say(line, Join("s", "n", "e", "p", house.uuid()))
    house.say(line, Join("s", "n", "e", "p", house.uuid()))
    assert line.closed == "bad_request"


def test_silence_is_asked_about_and_then_taken_for_death(house: House) -> None:
    _, device = house.join("sarah")
    line = house.connect(device)
    house.pass_time(IDLE_PING_S + 0.1, answering=False)
    assert len(line.of(Ping)) == 1
    house.pass_time(DEAD_S - IDLE_PING_S - 0.5, answering=False)
    assert line.closed is None
    house.pass_time(0.5, answering=False)
    assert line.closed == "silent"


def test_who_answers_pings_stays(house: House) -> None:
    _, device = house.join("sarah")
    line = house.connect(device)
    house.pass_time(300)
    assert line.closed is None
    assert 50 <= len(line.of(Ping)) <= 61


def test_who_waits_for_a_slow_commit_is_not_taken_for_dead(house: House) -> None:
    _, device = house.join("sarah")
    line = house.connect(device)
    house.held = {Commit}
    house.push(line, Author(house, device).project()[1])
    house.pass_time(DEAD_S * 3, answering=False)
    assert line.closed is None
    house.release()
    house.pass_time(DEAD_S + 1, answering=False)
    assert line.closed == "silent"


def test_a_ping_is_answered_with_both_clocks(house: House) -> None:
    _, device = house.join("sarah")
    line = house.connect(device)
    house.say(line, Ping(5.0))
    assert line.of(Pong) == [Pong(5.0, house.now)]


def test_a_clock_that_is_no_time_counts_as_right(house: House) -> None:
    _, device = house.join("sarah")
    line = house.connect(device)
    house.say(line, Ping(math.nan))
    _, change = Author(house, device).project()
    house.push(line, change)
    assert line.of(Entries)[-1].entries[-1].made == house.now


def test_a_wrong_clock_is_measured_when_the_session_begins(house: House) -> None:
    _, device = house.join("sarah")
    line = house.open()
    house.say(line, Hello(device, device, (1, 1), house.now - 3600))
    author = Author(house, device)
    house.now -= 3600  # the author's clock
    _, change = author.project()
    house.now += 3600
    house.push(line, change)
    assert line.of(Entries)[-1].entries[-1].made == house.now


def test_a_revoked_device_is_let_go_at_once_and_its_other_devices_stay(house: House) -> None:
    user, device = house.join("sarah")
    phone = house.uuid()
    house.store.add_device(user, phone, phone.encode(), "phone", house.now)
    line, other = house.connect(device), house.connect(phone)
    house.store.revoke_device(user, device)
    house.happen(DevicesEnded([device]))
    assert (line.closed, line.of(Bye)[0].code) == ("signed_out", "signed_out")
    assert other.closed is None


def test_a_device_revoked_while_its_token_is_read_does_not_come_in(house: House) -> None:
    user, device = house.join("sarah")
    house.held = {Authenticate}
    line = house.connect(device)
    (wish,) = house.waiting
    assert isinstance(wish, Authenticate)
    read = house.authenticated(wish)
    house.store.revoke_device(user, device)
    house.happen(DevicesEnded([device]))
    house.happen(read)
    assert line.closed == "signed_out"


def test_a_device_has_one_connection_the_newest(house: House) -> None:
    _, device = house.join("sarah")
    old = house.connect(device)
    new = house.connect(device)
    assert (old.closed, new.closed) == ("replaced", None)
    welcomes = [line.of(Welcome)[0].generation for line in (old, new)]
    assert welcomes[0] < welcomes[1]


def test_what_comes_after_the_end_is_not_heard(house: House) -> None:
    _, device = house.join("sarah")
    old = house.connect(device)
    house.connect(device)
    count = len(old.came)
    house.push(old, Author(house, device).project()[1])
    assert len(old.came) == count
    assert len(house.store.heads(house.store.device(device.encode()).actor)) == 1  # type: ignore[union-attr]


def test_a_database_that_cannot_be_read_ends_the_connection_with_a_time_to_come_back(house: House) -> None:
    _, device = house.join("sarah")
    house.held = {Load}
    line = house.connect(device)
    house.happen(Failed(line.conn))
    assert line.closed == "storage"
    assert line.of(Bye)[0].retry_after > 0


def test_a_server_that_ends_says_so_to_everybody_and_to_who_still_comes(house: House) -> None:
    _, device = house.join("sarah")
    _, other = house.join("mike")
    first, second = house.connect(device), house.connect(other)
    house.happen(Draining({first.conn: 1.5, second.conn: 3.0}))
    assert [line.of(Bye)[0].retry_after for line in (first, second)] == [1.5, 3.0]
    assert house.open().closed == "restart"


def test_too_many_messages_end_the_connection(house: House) -> None:
    _, device = house.join("sarah")
    line = house.connect(device)
    for _ in range(2_500):
        house.say(line, Ping(1.0))
    assert line.closed == "too_many_messages"


def test_a_request_is_answered_and_too_many_at_once_are_refused(house: House) -> None:
    _, device = house.join("sarah")
    line = house.connect(device)
    from app.hub.events import Perform

    house.held = {Perform}
    for re in range(20):
        house.say(line, Request(re, "members"))
    assert [refused.re for refused in line.of(Refused)] == [16, 17, 18, 19]
    house.release()
    assert [answer.re for answer in line.of(Answer)] == list(range(16))
    house.say(line, Request(30, "members"))
    house.release()
    assert line.of(Answer)[-1].re == 30
