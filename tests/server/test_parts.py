"""The shell's parts by themselves: the writer, the limits, the clock, the log, the links."""

import io
import json
import logging
import threading
from pathlib import Path
from typing import cast

import pytest
import structlog

from app.hub.facts import Committed, Submission
from app.model.change import Refusal, Result
from app.server import logs
from app.server.clock import ServerClock
from app.server.committer import BATCH_MAX, TURN_MAX, Committer
from app.server.configuration import DataDirectory, Place, Settings, reachable_host
from app.server.errors import ServerFailure
from app.server.invites import link
from app.server.rates import Attempts, TooMany, network_of
from app.store.interface import Store, StoreBroken, StoreFull


class Book:
    """A store that only commits: it waits for a word before each batch, and fails when told to."""

    def __init__(self) -> None:
        self.batches: list[list[Submission]] = []
        self.go = threading.Semaphore(0)
        self.begun = threading.Semaphore(0)
        self.failure: Exception | None = None

    def commit(self, batch: list[Submission], _now: float) -> Committed:
        self.begun.release()
        assert self.go.acquire(timeout=5)
        self.batches.append(batch)
        if self.failure is not None:
            failure, self.failure = self.failure, None
            raise failure
        return Committed([(one.tag, [Result(1, "applied", 1)]) for one in batch])


class Desk:
    """A committer over a Book, and what it told."""

    def __init__(self) -> None:
        self.book = Book()
        self.told: list[tuple[str, int]] = []
        self.committer = Committer(
            cast(Store, self.book),
            lambda: 0.0,
            lambda done: self.told.append(("done", len(done.results))),
            lambda batch, code: self.told.append((code, len(batch))),
        )

    def submit(self, tag: str, count: int) -> None:
        self.committer.submit([Submission("d", f"{tag}{place}".encode(), 0.0, tag) for place in range(count)])

    def finish(self) -> list[list[str]]:
        self.book.go.release(100)
        assert self.committer.finish(5)
        self.committer.close()
        return [[one.sent.decode() for one in batch] for batch in self.book.batches]


def test_what_waits_while_a_batch_is_written_makes_the_next_batch_together() -> None:
    desk = Desk()
    desk.submit("a", 1)
    assert desk.book.begun.acquire(timeout=5), "a lone change does not wait for company"
    desk.submit("a", 2)
    desk.submit("b", 2)
    assert [len(batch) for batch in desk.finish()] == [1, 4]
    assert desk.told == [("done", 1), ("done", 4)]


def test_a_long_queue_of_one_connection_delays_another_by_one_turn() -> None:
    desk = Desk()
    desk.submit("x", 1)
    assert desk.book.begun.acquire(timeout=5)
    desk.submit("a", 200)
    desk.submit("b", 1)
    batches = desk.finish()
    assert batches[1].index("b0") == TURN_MAX
    assert max(map(len, batches)) == TURN_MAX + 1, "and who comes in the middle waits for no longer batch"
    mine = [one for batch in batches for one in batch if one.startswith("a")]
    assert mine == [f"a{place}" for place in range(200)], "one connection's changes stay in order"


def test_many_connections_share_batches_of_a_bounded_size() -> None:
    desk = Desk()
    desk.submit("x", 1)
    assert desk.book.begun.acquire(timeout=5)
    for number in range(10):
        desk.submit(f"tag{number} ", 20)
    batches = desk.finish()
    assert [len(batch) for batch in batches] == [1, BATCH_MAX, BATCH_MAX, BATCH_MAX, 200 - 3 * BATCH_MAX]
    for number in range(10):
        mine = [one for batch in batches for one in batch if one.startswith(f"tag{number} ")]
        assert mine == [f"tag{number} {place}" for place in range(20)]


def test_a_job_runs_after_everything_queued_before_and_before_what_comes_later() -> None:
    desk = Desk()
    desk.submit("x", 1)
    assert desk.book.begun.acquire(timeout=5)
    desk.submit("a", 100)
    job = desk.committer.run(lambda: sum(len(batch) for batch in desk.book.batches))
    desk.submit("b", 5)
    desk.finish()
    assert job.result(0) == 101


def test_a_jobs_refusal_is_its_callers_and_the_writer_goes_on() -> None:
    desk = Desk()

    def refuse() -> None:
        raise Refusal("invite_used", "Used.")

    job = desk.committer.run(refuse)
    desk.submit("a", 1)
    assert desk.finish() == [["a0"]]
    assert isinstance(job.exception(0), Refusal)


@pytest.mark.parametrize(
    ("failure", "code"),
    [(StoreFull("full"), "disk_full"), (StoreBroken("EIO"), "storage"), (KeyError("a defect"), "storage")],
)
def test_a_failed_batch_is_told_and_the_writer_goes_on(failure: Exception, code: str) -> None:
    desk = Desk()
    desk.book.failure = failure
    desk.submit("a", 2)
    assert desk.book.begun.acquire(timeout=5)
    desk.submit("a", 4)
    desk.submit("b", 3)
    desk.book.go.release()
    assert desk.book.begun.acquire(timeout=5)
    assert not desk.committer.healthy
    assert desk.finish()[1:] == [["b0", "b1", "b2"]], "what came after on the same connection stands on what failed"
    assert desk.told == [(code, 2), (code, 4), ("done", 3)]
    assert desk.committer.healthy


class Clock:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def failures(attempts: Attempts, account: str, address: str, *, known_device: bool = False) -> int:
    """How many wrong passwords are looked at before the next is turned away."""
    for count in range(1_000):
        try:
            attempts.begin(account, address, known_device=known_device)
        except TooMany:
            return count
    return 1_000


def test_a_guesser_is_stopped_and_may_try_again_later() -> None:
    clock = Clock()
    attempts = Attempts(clock)
    assert failures(attempts, "sarah", "10.0.0.1") == 6
    clock.at += 30
    assert failures(attempts, "sarah", "10.0.0.1") == 1


def test_one_address_cannot_try_many_accounts() -> None:
    attempts = Attempts(Clock())
    tried = sum(failures(attempts, f"person{place}", "10.0.0.1") for place in range(20))
    assert tried == 30


def test_many_addresses_cannot_lock_the_owner_out() -> None:
    clock = Clock()
    attempts = Attempts(clock)
    attempts.begin("sarah", "192.0.2.1", known_device=False)
    attempts.succeed("sarah", "192.0.2.1")
    guesses = sum(failures(attempts, "sarah", f"10.0.{place}.1") for place in range(50))
    assert guesses <= 31, "the account's own limit"
    attempts.begin("sarah", "192.0.2.1", known_device=False)  # from where she signed in before
    attempts.begin("sarah", "198.51.100.9", known_device=True)  # with a device of hers, from anywhere


def test_right_passwords_do_not_count() -> None:
    attempts = Attempts(Clock())
    for _ in range(500):
        attempts.begin("sarah", "10.0.0.1", known_device=False)
        attempts.succeed("sarah", "10.0.0.1")


def test_what_is_remembered_of_attempts_is_bounded() -> None:
    attempts = Attempts(Clock())
    for place in range(30_000):
        attempts.begin(f"person{place}", f"10.{place >> 16}.{place >> 8 & 255}.{place & 255}", known_device=False)
    assert len(attempts._pair._tries) <= 10_001


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("fe80::1%eth0", "fe80::"),
        ("", ""),
    ],
)
def test_what_counts_as_one_address(address: str, network: str) -> None:
    assert network_of(address) == network


def test_the_clock_follows_the_machine_but_never_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    steady, wall = 100.0, 1_800_000_000.0
    monkeypatch.setattr("app.server.clock.time.monotonic", lambda: steady)
    monkeypatch.setattr("app.server.clock.time.time", lambda: wall)
    clock = ServerClock()
    assert clock.now() == wall
    wall += 3_600
    assert clock.now() == wall, "set forward: followed"
    told, wall, steady = clock.now(), wall - 7_200, steady + 10
    assert clock.now() == told + 5, "set back: slowly on"
    steady, wall = steady + 14_400, wall + 14_400
    assert clock.now() >= wall


def test_a_log_line_is_json_without_secrets_and_without_a_traceback() -> None:
    stream = io.StringIO()
    logs.configure(stream)
    try:
        structlog.get_logger().info("joined", password="hunter2 hunter2", conn="c1", token="t0ken")
        try:
            raise ValueError("the content of a task")
        except ValueError as error:
            logs.defect("the engine failed", error)
            logging.getLogger("some.library").exception("it failed")
    finally:
        structlog.reset_defaults()
        logging.basicConfig(force=True)
    text = stream.getvalue()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["event"] for line in lines] == ["joined", "the engine failed", "it failed"]
    assert lines[0]["conn"] == "c1"
    assert lines[1]["error"] == lines[2]["error"] == "ValueError"
    assert "test_parts.py" in lines[1]["at"]
    for secret in ("hunter2", "t0ken", "the content", "Traceback"):
        assert secret not in text


def test_an_invite_link_follows_the_grammar_for_every_kind_of_host() -> None:
    from app.client.links import parse_invite

    for host in ("127.0.0.1", "sync.example.org", "2001:db8::1"):
        for pins in ([], ["ab" * 32]):
            invite = parse_invite(link(Place(host, 7464), "S" * 43, pins, 1_900_000_000.5))
            assert (invite.address.host, invite.address.port) == (host, 7464)
            assert (list(invite.pins), invite.until) == (pins, 1_900_000_000)


@pytest.mark.parametrize("host", ["sync.example.org", "127.0.0.1", "::1"])
def test_a_host_that_was_named_is_named_in_invites(host: str) -> None:
    assert reachable_host(host) == host


def test_a_host_for_all_addresses_is_named_by_one_of_them() -> None:
    assert reachable_host("0.0.0.0") not in ("0.0.0.0", "")
    assert reachable_host("::") not in ("::", "")


def test_damaged_settings_count_as_none(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path / "d")
    directory.remember(Settings(7777))
    assert directory.settings().port == 7777
    (tmp_path / "d" / "server.json").write_text("{")
    assert directory.settings() == Settings()
    directory.release()


def test_a_folder_has_one_server(tmp_path: Path) -> None:
    first = DataDirectory(tmp_path / "d")
    with pytest.raises(ServerFailure):
        DataDirectory(tmp_path / "d")
    first.release()
    DataDirectory(tmp_path / "d").release()
