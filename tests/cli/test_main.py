"""The command line: every mistake is one clear line on standard error, never a traceback."""

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.cache.interface import StorageTooNew
from app.cli import main
from app.cli.failure import Failure, report
from app.cli.serve import ServeOptions, add_arguments, options
from app.model.change import Refusal
from app.store.interface import StoreFull

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = ["demo", "headless", "serve", "version"]


def etal(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    kept.pop("QT_QPA_PLATFORM", None)
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        cwd=ROOT,
        env={**kept, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


def one_line(result: subprocess.CompletedProcess[str]) -> str:
    assert result.returncode != 0
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1, result.stderr
    assert result.stderr.startswith("etal: ")
    return result.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"usage: etal {command}" in capsys.readouterr().out


def test_the_help_names_each_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert re.findall(r"^  etal (\w+)  ", capsys.readouterr().out, re.MULTILINE) == COMMANDS


@pytest.mark.parametrize("name", ["nope", "window", "failure", "display", "backup"])
def test_an_unknown_command_is_said_in_one_line(name: str) -> None:
    assert f"no command “{name}”" in one_line(etal(name))


@pytest.mark.parametrize(
    "arguments",
    [
        ["serve"],
        ["serve", "--data", "x", "--port", "65536"],
        ["serve", "--data", "x", "--port", "-1"],
        ["serve", "--data", "x", "--key", "k.pem"],
        ["headless"],
        ["version", "more"],
        ["--unknown"],
        ["demo", "--keep"],
    ],
)
def test_a_wrong_argument_is_said_in_one_line(arguments: list[str]) -> None:
    result = etal(*arguments)
    one_line(result)
    assert result.returncode == 2


@pytest.mark.parametrize("arguments", [[], ["demo"], ["etal://item/1"]])
def test_without_a_display_one_sentence_says_what_to_do(arguments: list[str]) -> None:
    sentence = one_line(etal(*arguments))
    assert "no display" in sentence
    assert "xvfb" in sentence
    assert "etal headless" in sentence


def test_a_display_that_does_not_answer_is_said_before_qt_aborts() -> None:
    assert ":4711 does not answer" in one_line(etal(DISPLAY=":4711"))


@pytest.mark.parametrize("arguments", [["version"], ["--version"]])
def test_version_names_the_app_the_protocol_and_the_files(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"etal \d+\.\d+\.\d+", lines[0])
    assert re.fullmatch(r"protocol [1-9]\d* to [1-9]\d*", lines[1])
    assert re.fullmatch(r"cache schema [1-9]\d*, outbox format [1-9]\d*", lines[2])


def test_an_unexpected_failure_names_the_log_and_keeps_the_traceback_there(tmp_path: Path) -> None:
    code = (
        "import sys, app.cli, app.cli.version\n"
        "app.cli.version.run = lambda arguments: {}['gone']\n"
        "sys.exit(app.cli.main(['version']))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "XDG_STATE_HOME": str(tmp_path), "HOME": str(tmp_path), "ETAL_DEBUG": ""},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert result.returncode == 70
    assert result.stderr.count("\n") == 1
    (log,) = tmp_path.rglob("failures.log")
    assert str(log) in result.stderr
    assert "KeyError: 'gone'" in log.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.EADDRINUSE, "in use"), "port is in use"),
        (PermissionError(errno.EACCES, "denied", "/srv/etal"), "/srv/etal"),
        (OSError(errno.ENOSPC, "full"), "disk is full"),
        (StorageTooNew(), "newer version"),
        (StoreFull(), "disk is full"),
        (Refusal("invite_used", "The invite was used already."), "The invite was used already."),
        (Failure("Two\nlines."), "Two lines."),
    ],
)
def test_what_people_meet_is_one_sentence(error: Exception, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(error) == 1
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


def test_the_server_is_told_what_the_line_says(tmp_path: Path) -> None:
    import argparse

    parser = argparse.ArgumentParser()
    add_arguments(parser)
    given = options(parser.parse_args(["--data", str(tmp_path), "--port", "0", "--name", "Ours"]))
    assert given == ServeOptions(data=tmp_path, host="127.0.0.1", port=0, name="Ours", certificate=None, key=None)
