"""The first command: it sets everything up once, says so, and later only starts the program.

A small program stands in for the app and for `uv`, so that no network is needed; a fresh checkout runs the real ones.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

APP = """
import os, sys
print("started", os.getcwd(), *sys.argv[1:])
"""

# Makes the environment as uv does, notes each call, and fails while a file called `broken` lies beside it.
UV = """#!/bin/sh
here=$(dirname "$0")
echo "$1" >>"$here/calls"
[ -e "$here/broken" ] && [ "$1" = pip ] && { echo "error: no network" >&2; exit 2; }
if [ "$1" = venv ]; then
    for last in "$@"; do :; done
    exec PYTHON -m venv --without-pip "$last"
fi
exit 0
"""


class Checkout:
    """A checkout with our scripts, a stand-in for the app and a PATH that has a stand-in for uv."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "check out"  # a space in the path, as people have them
        self.tools = folder / "tools"
        shutil.copytree(ROOT / "scripts", self.root / "scripts")
        shutil.copytree(ROOT / "packaging", self.root / "packaging")
        (self.root / "app").mkdir()
        (self.root / "app" / "__init__.py").write_text("")
        (self.root / "app" / "__main__.py").write_text(APP)
        for lock in ("requirements.txt", "requirements-dev.txt"):
            (self.root / lock).write_text("anything==1.0 \\\n    --hash=sha256:00\n")
        self.tools.mkdir()
        self.tool("uv", UV.replace("PYTHON", sys.executable))
        (self.tools / "python3.13").symlink_to(sys.executable)

    def tool(self, name: str, text: str) -> None:
        path = self.tools / name
        path.write_text(text)
        path.chmod(0o755)

    def calls(self) -> list[str]:
        path = self.tools / "calls"
        return path.read_text().split() if path.exists() else []

    def begin(self, *arguments: str, cwd: Path | None = None, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(self.root / "scripts" / "run"), *arguments],
            cwd=cwd or self.root,
            env={"PATH": f"{self.tools}:/usr/bin:/bin", "HOME": str(self.tools), **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, cwd: Path | None = None, **environment: str) -> tuple[int, str, str]:
        process = self.begin(*arguments, cwd=cwd, **environment)
        out, err = process.communicate(timeout=50)
        return process.returncode, out, err


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_the_first_start_sets_up_and_the_next_only_starts(checkout: Checkout) -> None:
    status, out, err = checkout.run("headless", "--profile", "a b")
    assert (status, out) == (0, f"started {checkout.root} headless --profile a b\n")
    assert "This happens once" in err
    assert err.rstrip().endswith("The environment is ready.")
    assert checkout.calls().count("pip") == 1

    status, out, err = checkout.run("version")
    assert (status, out, err) == (0, f"started {checkout.root} version\n", "")
    assert checkout.calls().count("pip") == 1


def test_a_later_start_adds_less_than_a_fifth_of_a_second(checkout: Checkout) -> None:
    checkout.run("version")

    def fastest(*command: str) -> float:
        times = []
        for _ in range(5):
            begun = time.perf_counter()
            subprocess.run(command, cwd=checkout.root, check=True, capture_output=True)
            times.append(time.perf_counter() - begun)
        return min(times)

    bare = fastest(str(checkout.root / ".venv" / "bin" / "python"), "-m", "app", "version")
    assert fastest(str(checkout.root / "scripts" / "run"), "version") - bare < 0.2


def test_it_runs_from_any_folder_and_leaves_relative_paths_to_the_user(checkout: Checkout, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "app").mkdir(parents=True)
    (elsewhere / "app" / "__init__.py").write_text("raise SystemExit('the wrong app')")
    assert checkout.run("serve", cwd=elsewhere)[:2] == (0, f"started {elsewhere} serve\n")


def test_two_first_starts_at_once_make_one_environment(checkout: Checkout) -> None:
    both = [checkout.begin("serve"), checkout.begin("version")]
    outs = [process.communicate(timeout=50) for process in both]
    assert [process.returncode for process in both] == [0, 0], outs
    assert sorted(out for out, _ in outs) == [f"started {checkout.root} {name}\n" for name in ("serve", "version")]
    assert checkout.calls() == ["--version", "venv", "pip"]


def test_a_changed_lock_is_installed_at_the_next_start(checkout: Checkout) -> None:
    checkout.run("version")
    (checkout.root / "requirements.txt").write_text("anything==2.0 \\\n    --hash=sha256:00\n")
    assert "Setting up" in checkout.run("version")[2]
    assert checkout.calls().count("pip") == 2


def test_an_interrupted_environment_is_made_anew(checkout: Checkout) -> None:
    (checkout.root / ".venv" / "bin").mkdir(parents=True)
    (checkout.root / ".venv" / "bin" / "python").symlink_to("/nowhere/python")
    assert checkout.run("version")[0] == 0


def test_a_set_up_that_fails_is_said_and_tried_again(checkout: Checkout) -> None:
    (checkout.tools / "broken").touch()
    status, out, err = checkout.run("version")
    assert (status, out) == (1, "")
    assert "Start again when it is mended." in err
    assert "Traceback" not in err
    (checkout.tools / "broken").unlink()
    assert checkout.run("version")[0] == 0


def test_without_a_fitting_python_one_sentence_names_what_to_install(checkout: Checkout) -> None:
    for name in ("python3.13", "python3.12", "python3.11", "python3", "python3.14", "python"):
        (checkout.tools / name).unlink(missing_ok=True)
        checkout.tool(name, "#!/bin/sh\nexit 1\n")
    status, out, err = checkout.run("version")
    assert (status, out) == (1, "")
    assert err.count("\n") == 1
    assert "apt-get install python3" in err


@pytest.mark.parametrize("arguments", [(), ("demo",), ("etal://item/1",)])
def test_a_window_needs_its_libraries_and_names_them_in_one_line(
    checkout: Checkout, arguments: tuple[str, ...]
) -> None:
    table = checkout.root / "packaging" / "system-packages.txt"
    table.write_text("qt  library:libnot-there.so.0  libnot-there0\nwindow  command:not-there  not-there\n")
    checkout.tool("apt-get", "#!/bin/sh\nexit 1\n")
    status, out, err = checkout.run(*arguments, DISPLAY=":0")
    assert (status, out) == (1, "")
    assert err.rstrip().endswith("apt-get install -y --no-install-recommends libnot-there0 not-there")
    assert checkout.run("serve", DISPLAY=":0")[0] == 0
    assert checkout.run("demo", "--help", DISPLAY=":0")[0] == 0


def test_offscreen_asks_for_no_x11_libraries(checkout: Checkout) -> None:
    table = checkout.root / "packaging" / "system-packages.txt"
    table.write_text("qt  library:libc.so.6  libc6\nwindow  command:not-there  not-there\n")
    assert checkout.run("demo", QT_QPA_PLATFORM="offscreen")[0] == 0


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may install system packages")
def test_root_gets_the_missing_libraries_installed(checkout: Checkout) -> None:
    table = checkout.root / "packaging" / "system-packages.txt"
    table.write_text("qt  command:now-there  now-there-package\nwindow  library:libc.so.6  libc6\n")
    checkout.tool(
        "apt-get", '#!/bin/sh\necho "$@" >>"$(dirname "$0")/apt"\nexec cp /bin/true "$(dirname "$0")/now-there"\n'
    )
    status, out, err = checkout.run("demo", DISPLAY=":0")
    assert (status, out) == (0, f"started {checkout.root} demo\n"), err
    assert "Installing system packages: now-there-package" in err
    checkout.run("demo", DISPLAY=":0")
    assert (checkout.tools / "apt").read_text() == "install -y --no-install-recommends now-there-package\n"
