"""A profile belongs to one process, is readable by its owner alone, and survives a kill."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.client.paths import HOME, default_profile_root
from app.client.profile import PROFILE_FORMAT, Profile, Settings
from app.model.change import Refusal

ROOT = Path(__file__).parents[2]
SETTINGS = Settings(
    server="wss://tasks.example:8443",
    pins=("ab" * 32, "cd" * 32),
    user="u-1",
    device="d-1",
    workspace="w-1",
    workspace_name="Ünïcode & Söhne",
    clock_offset=-12.25,
)
HOLDER = """
import sys
from pathlib import Path
from app.client.profile import Profile
from app.model.change import Refusal
try:
    profile = Profile(Path(sys.argv[1]))
except Refusal as error:
    print(error.code, flush=True)
else:
    print("mine", flush=True)
    sys.stdin.read()
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def refusal_of(folder: Path) -> Refusal:
    with pytest.raises(Refusal) as refused:
        Profile(folder)
    return refused.value


def test_a_new_profile_is_empty(tmp_path: Path) -> None:
    with Profile(tmp_path / "a" / "b") as profile:
        assert profile.settings == Settings()


def test_settings_are_there_at_the_next_start(tmp_path: Path) -> None:
    with Profile(tmp_path) as profile:
        profile.save(SETTINGS)
        assert profile.settings == SETTINGS
        profile.save(msgspec.structs.replace(SETTINGS, clock_offset=3.0))
    with Profile(tmp_path) as profile:
        assert profile.settings == msgspec.structs.replace(SETTINGS, clock_offset=3.0)


def test_everything_is_for_its_owner_alone_whatever_the_umask(tmp_path: Path, open_umask: None) -> None:
    with Profile(tmp_path / "profile") as profile:
        profile.save(SETTINGS)
        assert profile.folder.stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o777 for path in profile.folder.iterdir()} == {0o600}


def test_a_folder_of_ours_that_was_opened_up_is_closed_again(tmp_path: Path) -> None:
    with Profile(tmp_path / "profile") as profile:
        profile.save(SETTINGS)
    (tmp_path / "profile").chmod(0o755)
    with Profile(tmp_path / "profile") as profile:
        assert profile.folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_with_other_things_in_it_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").touch()
    tmp_path.chmod(0o755)
    with Profile(tmp_path) as profile:
        assert profile.folder.stat().st_mode & 0o777 == 0o755


def test_a_second_process_is_told_that_the_profile_is_in_use(tmp_path: Path) -> None:
    first = holder(tmp_path)
    assert first_line(first) == "mine"
    second = holder(tmp_path)
    assert first_line(second) == "profile_in_use"
    end(second)
    assert refusal_of(tmp_path).code == "profile_in_use"
    end(first)
    Profile(tmp_path).close()  # the lock of a killed process is no lock


def test_two_profiles_do_not_disturb_each_other(tmp_path: Path) -> None:
    with Profile(tmp_path / "a"), Profile(tmp_path / "b"):
        pass


def test_settings_that_only_a_newer_program_knows_stay(tmp_path: Path) -> None:
    (tmp_path / "profile.json").write_text(json.dumps({"user": "u-1", "colour_of_hats": ["red", 2]}))
    with Profile(tmp_path) as profile:
        assert profile.settings.user == "u-1"
        profile.save(msgspec.structs.replace(profile.settings, user="u-2"))
    stored = json.loads((tmp_path / "profile.json").read_text())
    assert (stored["user"], stored["colour_of_hats"]) == ("u-2", ["red", 2])


def test_a_newer_profile_is_refused_and_left_alone(tmp_path: Path) -> None:
    content = json.dumps({"format": PROFILE_FORMAT + 1, "user": {"now": "an object"}})
    (tmp_path / "profile.json").write_text(content)
    assert refusal_of(tmp_path).code == "version"
    assert (tmp_path / "profile.json").read_text() == content


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"user": 1}', b'{"user": "\xff"}', b"[" * 100_000])
def test_damaged_settings_are_said_and_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "profile.json").write_bytes(content)
    refusal = refusal_of(tmp_path)
    assert (refusal.code, str(tmp_path) in refusal.text) == ("storage", True)
    assert (tmp_path / "profile.json").read_bytes() == content
    (tmp_path / "profile.json").unlink()
    Profile(tmp_path).close()  # a refused profile is not held


def test_a_half_written_file_of_a_killed_process_changes_nothing(tmp_path: Path) -> None:
    with Profile(tmp_path) as profile:
        profile.save(SETTINGS)
    (tmp_path / "profile.json.part").write_text('{"user": "hal')
    with Profile(tmp_path) as profile:
        assert profile.settings == SETTINGS
        profile.save(SETTINGS)
    assert not (tmp_path / "profile.json.part").exists()


def test_a_file_in_the_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert refusal_of(tmp_path / "file").text == f"{tmp_path / 'file'} is not a folder."
    assert refusal_of(tmp_path / "file" / "below").code == "storage"


@pytest.mark.root
@pytest.mark.skipif(os.name == "nt" or shutil.which("mount") is None, reason="needs mount, as root")
def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    if subprocess.run(["mount", "-t", "tmpfs", "none", str(tmp_path)], capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        with Profile(tmp_path) as profile:
            profile.save(SETTINGS)
        subprocess.run(["mount", "-o", "remount,ro", str(tmp_path)], check=True)
        assert refusal_of(tmp_path).text == f"The folder {tmp_path} can't be written (read-only file system)."
        assert refusal_of(tmp_path / "new").code == "storage"
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


def test_profiles_are_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME, str(tmp_path))
    assert default_profile_root() == tmp_path / "profiles"
    monkeypatch.delenv(HOME)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    if sys.platform == "linux":
        assert default_profile_root() == tmp_path / "data" / "etal" / "profiles"
