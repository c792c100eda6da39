"""Token and key: in the keyring where there is one, else said; a key is never made twice for one profile."""

import asyncio
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend
import keyring.backends.fail
import keyring.backends.null
import keyring.errors
import pytest

from app.client.credentials import (
    KEY_IN_FILE,
    KEYRING_NOT_ASKED,
    KEYRING_SILENT,
    TOKEN_IN_MEMORY,
    Credentials,
    open_credentials,
)
from app.client.profile import Profile
from app.model.change import Refusal

ROOT = Path(__file__).parents[2]


class Ring(keyring.backend.KeyringBackend):
    """A keyring of this test; `lock` makes it one that nobody unlocks."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def _check(self) -> None:
        if self.locked:
            raise keyring.errors.InitError("Prompt dismissed")

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._check()
        del self.kept[service, username]


class SilentRing(Ring):
    """One whose question nobody answers."""

    def __init__(self) -> None:
        super().__init__()
        self.answer = threading.Event()

    def _check(self) -> None:
        self.answer.wait(30)


@pytest.fixture(autouse=True)
def before() -> Iterator[None]:
    ring = keyring.get_keyring()
    yield
    keyring.set_keyring(ring)


@pytest.fixture
def ring() -> Ring:
    ring = Ring()
    keyring.set_keyring(ring)
    return ring


@pytest.fixture
def profile(tmp_path: Path) -> Iterator[Profile]:
    with Profile(tmp_path / "profile") as profile:
        yield profile


async def reopened(profile: Profile, token_file: Path | None = None) -> Credentials:
    """The credentials as the next process finds them."""
    profile.close()
    profile.__init__(profile.folder)  # type: ignore[misc]
    return await open_credentials(profile, token_file)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


async def test_the_keyring_keeps_both_and_the_folder_neither(profile: Profile, ring: Ring) -> None:
    made = await open_credentials(profile)
    assert (len(made.key), made.token, made.notes) == (32, None, [])
    await made.store_token("secret-token")
    again = await reopened(profile)
    assert (again.key, again.token, again.notes) == (made.key, "secret-token", [])
    for path in profile.folder.iterdir():
        content = path.read_bytes()
        assert b"secret-token" not in content
        assert made.key not in content and made.key.hex().encode() not in content


async def test_signing_out_removes_the_token_and_not_the_key(profile: Profile, ring: Ring) -> None:
    made = await open_credentials(profile)
    await made.store_token("secret-token")
    await made.clear_token()
    await made.clear_token()
    assert "secret-token" not in ring.kept.values()
    again = await reopened(profile)
    assert (again.key, again.token) == (made.key, None)


async def test_a_copied_profile_finds_its_key(profile: Profile, ring: Ring, tmp_path: Path) -> None:
    made = await open_credentials(profile)
    shutil.copytree(profile.folder, tmp_path / "copy")
    with Profile(tmp_path / "copy") as copy:
        assert (await open_credentials(copy)).key == made.key


async def test_two_profiles_have_two_keys(profile: Profile, ring: Ring, tmp_path: Path) -> None:
    with Profile(tmp_path / "other") as other:
        assert (await open_credentials(profile)).key != (await open_credentials(other)).key


@pytest.mark.parametrize("backend", [keyring.backends.fail.Keyring, keyring.backends.null.Keyring])
async def test_without_a_keyring_the_key_is_in_a_private_file_and_both_are_said(
    profile: Profile, backend: type[keyring.backend.KeyringBackend]
) -> None:
    keyring.set_keyring(backend())
    made = await open_credentials(profile)
    assert made.notes == [KEY_IN_FILE, TOKEN_IN_MEMORY]
    assert mode(profile.key_path) == 0o600
    await made.store_token("secret-token")
    assert made.token == "secret-token"
    assert all(b"secret-token" not in path.read_bytes() for path in profile.folder.iterdir())
    again = await reopened(profile)
    assert (again.key, again.token) == (made.key, None)


async def test_a_keyring_that_is_locked_meanwhile_leaves_the_token_in_memory_and_that_is_said(
    profile: Profile, ring: Ring
) -> None:
    made = await open_credentials(profile)
    ring.locked = True
    await made.store_token("secret-token")
    assert (made.token, made.notes) == ("secret-token", [TOKEN_IN_MEMORY])
    with pytest.raises(Refusal, match="did not remove"):
        await made.clear_token()
    assert made.token is None


async def test_a_key_in_a_file_stays_there_when_a_keyring_comes(profile: Profile) -> None:
    keyring.set_keyring(keyring.backends.fail.Keyring())
    made = await open_credentials(profile)
    keyring.set_keyring(Ring())
    again = await reopened(profile)
    assert (again.key, again.notes) == (made.key, [KEY_IN_FILE])
    await again.store_token("secret-token")
    assert (await reopened(profile)).token == "secret-token"


async def test_a_locked_keyring_is_said_and_no_other_key_is_made(profile: Profile, ring: Ring) -> None:
    made = await open_credentials(profile)
    ring.locked = True
    with pytest.raises(Refusal) as refused:
        await reopened(profile)
    assert (refused.value.code, refused.value.text) == ("storage", KEYRING_SILENT)
    assert not profile.key_path.exists()
    ring.locked = False
    assert (await reopened(profile)).key == made.key


async def test_a_key_that_is_no_more_in_the_keyring_is_said_and_no_other_is_made(profile: Profile, ring: Ring) -> None:
    await open_credentials(profile)
    ring.kept.clear()
    with pytest.raises(Refusal, match="keyring"):
        await reopened(profile)
    assert ring.kept == {}


async def test_a_keyring_that_does_not_answer_does_not_hold_up_the_start(profile: Profile) -> None:
    silent = SilentRing()
    keyring.set_keyring(silent)
    made = await asyncio.wait_for(open_credentials(profile, wait_s=0.05), 5)
    assert made.notes == [KEY_IN_FILE, TOKEN_IN_MEMORY]
    silent.answer.set()


async def test_a_token_file_decides_and_the_keyring_is_not_asked(profile: Profile, ring: Ring, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        made = await open_credentials(profile, tmp_path / "token")
        await made.store_token("secret-token")
    finally:
        os.umask(before)
    assert made.notes == [KEY_IN_FILE]
    assert ring.kept == {}
    assert (mode(tmp_path / "token"), mode(profile.key_path)) == (0o600, 0o600)
    again = await reopened(profile, tmp_path / "token")
    assert (again.key, again.token) == (made.key, "secret-token")
    await again.clear_token()
    assert not (tmp_path / "token").exists()
    assert (await reopened(profile, tmp_path / "token")).token is None


async def test_a_token_file_does_not_open_a_profile_whose_key_is_in_the_keyring(
    profile: Profile, ring: Ring, tmp_path: Path
) -> None:
    await open_credentials(profile)
    with pytest.raises(Refusal) as refused:
        await reopened(profile, tmp_path / "token")
    assert refused.value.text == KEYRING_NOT_ASKED


async def test_a_token_file_that_others_may_read_is_made_private(profile: Profile, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("written-by-hand\n")
    (tmp_path / "token").chmod(0o644)
    found = await open_credentials(profile, tmp_path / "token")
    assert found.token == "written-by-hand"
    assert mode(tmp_path / "token") == 0o600


async def test_a_token_file_in_a_missing_folder_is_said(profile: Profile, tmp_path: Path) -> None:
    made = await open_credentials(profile, tmp_path / "missing" / "token")
    with pytest.raises(Refusal) as refused:
        await made.store_token("secret-token")
    assert refused.value.code == "storage"
    assert "secret-token" not in refused.value.text


@pytest.mark.parametrize("content", [b"", b"not hex", b"ab" * 31, b"\xff" * 64])
async def test_a_damaged_key_is_said_and_left_alone(profile: Profile, tmp_path: Path, content: bytes) -> None:
    profile.key_path.write_bytes(content)
    with pytest.raises(Refusal, match="damaged"):
        await open_credentials(profile, tmp_path / "token")
    assert profile.key_path.read_bytes() == content


PROGRAM = """
import asyncio, sys
from pathlib import Path
from app.client.credentials import open_credentials
from app.client.profile import Profile
token_file = Path(sys.argv[2]) if len(sys.argv) > 2 else None
async def main():
    with Profile(Path(sys.argv[1])) as profile:
        found = await open_credentials(profile, token_file)
        print(found.key.hex(), found.token, len(found.notes), "keyring" in sys.modules)
        await found.store_token("secret-token")
asyncio.run(main())
"""


def run(command: list[str], environment: dict[str, str]) -> list[str]:
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=40)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def without_bus() -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DBUS", "PYTHON_KEYRING"))}
    return environment | {"XDG_RUNTIME_DIR": "/nonexistent"}


def test_with_a_token_file_the_keyring_is_not_even_loaded(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "profile"), str(tmp_path / "token")]
    assert run(command, without_bus())[1:] == ["None", "1", "False"]
    assert run(command, without_bus())[1:] == ["secret-token", "1", "False"]


def test_on_a_machine_without_a_bus_work_is_possible(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "profile")]
    first, second = run(command, without_bus()), run(command, without_bus())
    assert first[1:] == second[1:] == ["None", "2", "True"]
    assert first[0] == second[0]


@pytest.mark.slow
@pytest.mark.skipif(
    not (shutil.which("dbus-run-session") and shutil.which("gnome-keyring-daemon")),
    reason="needs dbus-run-session and gnome-keyring-daemon",
)
def test_a_real_keyring_keeps_token_and_key(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    twice = f"{sys.executable} {tmp_path / 'program.py'} {tmp_path / 'profile'}"
    script = (
        'printf "\\n" | gnome-keyring-daemon --unlock --components=secrets >/dev/null;'
        f" PYTHONPATH={ROOT} {twice} && PYTHONPATH={ROOT} {twice}"
    )
    environment = without_bus() | {"XDG_DATA_HOME": str(tmp_path / "data"), "XDG_RUNTIME_DIR": str(tmp_path)}
    found = run(["dbus-run-session", "--", "bash", "-c", script], environment)
    assert found[1:4] == ["None", "0", "True"]
    assert found[5:] == ["secret-token", "0", "True"]
    assert found[0] == found[4]
    assert not (tmp_path / "profile" / "key").exists()
