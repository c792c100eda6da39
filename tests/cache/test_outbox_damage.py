"""A damaged outbox: no change is ever missing without a word, and what can be read is kept."""

import random
import shutil
from pathlib import Path

import pytest

from app.cache.interface import Made, OutboxContents, Retired, StorageFailed, StorageTooNew
from app.cache.outbox import UNCHECKED, SqliteOutbox
from app.cache.rebuild import Images, read_images
from app.cache.salvage import salvage
from tests.cache.samples import KEY, WRONG_KEY, day_of_work, made

CHANGES = 30
FLIPS = 24


def write_day(folder: Path, closed: bool) -> None:
    """A journal as a killed process leaves it, with its write-ahead log, or as a closed one does."""
    live = folder.with_name(folder.name + "-live")
    live.mkdir()
    outbox = SqliteOutbox(live / "outbox.db", KEY)
    outbox.load()
    for records in day_of_work(1, CHANGES):
        outbox.append(records)
    outbox.append([made(CHANGES + 1, "over several pages " * 600)])
    if closed:
        outbox.close()
    shutil.copytree(live, folder)
    outbox.close()


def load(folder: Path, key: bytes = KEY) -> OutboxContents:
    outbox = SqliteOutbox(folder / "outbox.db", key)
    try:
        return outbox.load()
    finally:
        outbox.close()


def numbers(contents: OutboxContents) -> list[int]:
    return [record.n for record in contents.records if isinstance(record, Made)]


def unsettled() -> list[int]:
    return [*range(2, CHANGES + 1, 2), CHANGES + 1]


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    write_day(tmp_path / "killed", closed=False)
    return tmp_path / "killed"


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    write_day(tmp_path / "closed", closed=True)
    return tmp_path / "closed"


@pytest.mark.parametrize(
    ("state", "name"),
    [
        ("killed", "outbox.db"),
        ("killed", "outbox.db-wal"),
        ("closed", "outbox.db"),
        ("closed", "outbox.head"),
    ],
)
def test_one_changed_bit_never_loses_a_change_in_silence(
    tmp_path: Path, request: pytest.FixtureRequest, state: str, name: str
) -> None:
    source: Path = request.getfixturevalue(state)
    content = (source / name).read_bytes()
    chance = random.Random(f"{state} {name}")
    said = lost = 0
    for _ in range(FLIPS):
        bit = chance.randrange(len(content) * 8)
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        folder = tmp_path / "flipped"
        shutil.copytree(source, folder)
        (folder / name).write_bytes(flipped)
        contents = load(folder)
        missing = set(unsettled()) - set(numbers(contents))
        assert not missing or contents.damage, f"bit {bit} lost {missing} in silence"
        assert len(missing) <= 1, f"bit {bit} lost {missing}"
        assert contents.highest == CHANGES + 1
        if contents.damage:
            said += 1
            kept = folder / contents.kept_copy
            assert kept.read_bytes() == (flipped if name == "outbox.db" else (source / "outbox.db").read_bytes())
            again = load(folder)
            assert (again.records, again.highest, again.damage) == (contents.records, contents.highest, "")
        lost += bool(missing)
        shutil.rmtree(folder)
    if name == "outbox.db-wal":
        assert said == FLIPS  # SQLite itself says nothing of any of these
    if (state, name) == ("closed", "outbox.db"):
        assert lost > 0  # else these flips did not hit what they should


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_a_log_that_lost_its_end_is_said(killed: Path, part: float) -> None:
    log = killed / "outbox.db-wal"
    content = log.read_bytes()
    log.write_bytes(content[: int(len(content) * part)])
    contents = load(killed)
    assert contents.damage
    assert set(numbers(contents)) <= {*unsettled(), *range(1, CHANGES + 1)}
    assert contents.highest == CHANGES + 1


def test_a_lost_log_is_said_with_the_number_of_changes_lost(killed: Path) -> None:
    (killed / "outbox.db-wal").unlink()
    contents = load(killed)
    assert contents.records == []
    assert contents.damage == f"{len(unsettled())} changes can't be read; a copy was kept."
    assert contents.highest == CHANGES + 1


def test_a_shortened_file_is_said_and_its_rest_is_kept(closed: Path) -> None:
    path = closed / "outbox.db"
    path.write_bytes(path.read_bytes()[: 4 * 4096])
    contents = load(closed)
    lost = len(set(unsettled()) - set(numbers(contents)))
    assert 0 < lost < len(unsettled())
    assert lost <= int(contents.damage.split()[0]) <= len(unsettled())


def test_work_goes_on_after_damage_and_no_number_is_used_again(killed: Path) -> None:
    (killed / "outbox.db").write_bytes(b"not a database at all" * 1000)
    (killed / "outbox.db-wal").unlink()
    outbox = SqliteOutbox(killed / "outbox.db", KEY)
    contents = outbox.load()
    assert contents.damage == f"{len(unsettled())} changes can't be read; a copy was kept."
    assert contents.kept_copy == "outbox-damaged-1.db"
    assert contents.highest == CHANGES + 1
    outbox.append([made(contents.highest + 1)])
    outbox.close()
    again = load(killed)
    assert (numbers(again), again.damage, again.highest) == ([CHANGES + 2], "", CHANGES + 2)


def test_a_second_damage_does_not_overwrite_the_first_copy(killed: Path) -> None:
    for copies in (1, 2):
        (killed / "outbox.db").write_bytes(bytes([copies]) * 8192)
        (killed / "outbox.db-wal").unlink(missing_ok=True)
        outbox = SqliteOutbox(killed / "outbox.db", KEY)
        assert outbox.load().kept_copy == f"outbox-damaged-{copies}.db"
        outbox.close()
    assert (killed / "outbox-damaged-1.db").read_bytes()[0] == 1


def test_a_removed_file_is_said_and_no_number_is_used_again(closed: Path) -> None:
    (closed / "outbox.db").unlink()
    contents = load(closed)
    assert contents.damage == f"{len(unsettled())} unsent changes were removed from this computer."
    assert contents.kept_copy == ""
    assert contents.highest == CHANGES + 1


def test_a_removed_file_without_unsent_changes_is_no_damage(tmp_path: Path) -> None:
    outbox = SqliteOutbox(tmp_path / "outbox.db", KEY)
    outbox.load()
    outbox.append([made(1), Retired([1])])
    outbox.close()
    (tmp_path / "outbox.db").unlink()
    contents = load(tmp_path)
    assert (contents.records, contents.damage, contents.highest) == ([], "", 1)


def test_a_removed_second_file_is_said_and_the_highest_number_is_in_doubt(closed: Path) -> None:
    (closed / "outbox.head").unlink()
    contents = load(closed)
    assert numbers(contents) == unsettled()
    assert contents.damage == UNCHECKED
    assert not contents.highest_known
    assert load(closed).highest_known


def test_both_files_unreadable_is_said_without_a_number(closed: Path) -> None:
    (closed / "outbox.head").unlink()
    (closed / "outbox.db").write_bytes(b"\0" * 50_000)
    contents = load(closed)
    assert contents.records == []
    assert contents.damage == "The queue of unsent changes can't be read; a copy was kept."
    assert not contents.highest_known


def test_another_key_opens_nothing_and_removes_nothing(closed: Path) -> None:
    before = (closed / "outbox.db").read_bytes()
    contents = load(closed, WRONG_KEY)
    assert contents.records == []
    assert contents.damage
    assert (closed / contents.kept_copy).read_bytes() == before


def test_an_older_journal_in_the_place_of_the_newest_is_said(tmp_path: Path) -> None:
    outbox = SqliteOutbox(tmp_path / "outbox.db", KEY)
    outbox.load()
    outbox.append([made(1)])
    outbox.close()
    older = (tmp_path / "outbox.db").read_bytes()
    outbox = SqliteOutbox(tmp_path / "outbox.db", KEY)
    outbox.load()
    outbox.append([made(2)])
    outbox.append([made(3)])
    outbox.close()
    (tmp_path / "outbox.db").write_bytes(older)
    contents = load(tmp_path)
    assert numbers(contents) == [1]
    assert contents.damage == "2 changes can't be read; a copy was kept."
    assert contents.highest == 3


def test_a_replacement_that_was_cut_short_is_finished(killed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = killed / "outbox.db-wal"
    cut = log.read_bytes()[:-5000]
    log.write_bytes(cut)

    def killed_here(path: Path) -> None:
        if (killed / "outbox.db.new").exists():
            raise StorageFailed("killed")

    with monkeypatch.context() as patch:
        patch.setattr("app.cache.outbox.finish_replacement", killed_here)
        with pytest.raises(StorageFailed):
            load(killed)
    assert (killed / "outbox.db.new").exists()
    log.write_bytes(cut)  # a process that is killed does not close its files
    contents = load(killed)
    assert set(unsettled()) - set(numbers(contents)) <= {CHANGES + 1}
    assert not (killed / "outbox.db.new").exists()
    assert contents.damage.endswith("a copy was kept.")  # nobody heard it the first time
    assert contents.kept_copy == "outbox-damaged-1.db"
    assert load(killed).damage == ""


def test_a_newer_journal_is_refused_and_left_alone(closed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path.name: path.read_bytes() for path in closed.iterdir()}
    monkeypatch.setattr("app.cache.outbox.OUTBOX_FORMAT", 0)
    with pytest.raises(StorageTooNew):
        load(closed)
    assert {path.name: path.read_bytes() for path in closed.iterdir()} == before


def test_a_copy_is_kept_before_a_journal_is_migrated(closed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (closed / "outbox.db").read_bytes()
    monkeypatch.setattr("app.cache.outbox.OUTBOX_FORMAT", 2)
    monkeypatch.setattr(
        "app.cache.outbox.OUTBOX_STEPS", {1: lambda connection: connection.execute("CREATE TABLE added (id INTEGER)")}
    )
    contents = load(closed)
    assert numbers(contents) == unsettled()
    assert (closed / "outbox-format-1-1.db").read_bytes() == before
    assert load(closed).damage == ""
    assert not (closed / "outbox-format-1-2.db").exists()


def test_raw_pages_give_every_row_of_a_sound_journal(killed: Path, closed: Path) -> None:
    for folder in (killed, closed):
        images = read_images(folder / "outbox.db")
        found = {row.id for row in salvage(images.database, images.log, KEY)}
        assert found == set(range(1, 1 + 1 + 2 * CHANGES + CHANGES // 2 + 1))


def test_raw_pages_of_chance_give_nothing() -> None:
    chance = random.Random(7)
    images = Images(chance.randbytes(40_960), chance.randbytes(41_232))
    assert salvage(images.database, images.log, KEY) == []
