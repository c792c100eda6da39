"""The npm package `ot-text-unicode` as a judge: how it is asked, what it is asked, and what must be answered."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final, TypeAlias

from app import text as ours
from tests.generators.text import random_op, random_text

PACKAGE: Final = "ot-text-unicode@4.0.0"

Case: TypeAlias = tuple[str, list[Any]]
"""The function's name as the package has it, and its arguments."""

_SCRIPT: Final = """
const {type} = require('ot-text-unicode');
const cases = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const answers = cases.map(([name, args]) => {
  try { return [type[name](...args)]; } catch (error) { return []; }
});
process.stdout.write(JSON.stringify(answers));
"""


class Unavailable(Exception):
    """The package cannot be run here; the message says why."""


def install(directory: Path) -> None:
    """Install the package into ``directory``, within 120 s.

    Raises:
        Unavailable: node or npm is missing, or the package cannot be had.

    """
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise Unavailable(f"{program} is not installed")
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(directory), PACKAGE]
    try:
        done = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=120, check=False)
    except subprocess.TimeoutExpired as error:
        raise Unavailable("npm install took longer than 120 s") from error
    if done.returncode:
        reason = next((line for line in done.stderr.splitlines() if "code" in line), "no reason given")
        raise Unavailable(f"npm install of {PACKAGE} failed: {reason.strip()}")


def ask(directory: Path, cases: list[Case]) -> list[list[Any]]:
    """Return the package's answers in one process: ``[result]``, or ``[]`` where it refuses."""
    done = subprocess.run(
        ["node", "-e", _SCRIPT],
        cwd=directory,
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    )
    answers: list[list[Any]] = json.loads(done.stdout)
    return answers


def our_answer(case: Case) -> list[Any]:
    """Return what this product answers, in the same form."""
    name, arguments = case
    function: Any = {
        "apply": ours.apply,
        "compose": ours.compose,
        "invert": ours.invert,
        "makeInvertible": ours.make_invertible,
        "normalize": ours.normalize,
        "transform": ours.transform,
        "transformPosition": ours.transform_position,
    }[name]
    try:
        return [function(*arguments)]
    except ours.TextOperationError:
        return []


def random_case(rng: random.Random) -> Case:
    """Draw one question. Long texts and many edits are rarer than short ones, on which operations collide."""
    many = rng.random() < 0.2
    text = random_text(rng, 40 if many else 8)
    edits = 8 if many else 3
    op, other = (_any_form(rng, random_op(rng, text, edits)) for _ in range(2))
    name = rng.choices(
        ["transform", "compose", "normalize", "apply", "invert", "makeInvertible", "transformPosition"],
        [40, 25, 10, 10, 3, 4, 8],
    )[0]
    match name:
        case "transform":
            return name, [op, other, rng.choice(["left", "right"])]
        case "compose":
            after = ours.apply(text, op) if rng.random() < 0.95 else text
            return name, [op, _any_form(rng, random_op(rng, after, edits))]
        case "normalize":
            return name, [_untidy(rng, op)]
        case "apply":
            return name, [text, op if rng.random() < 0.7 else _broken(rng, op, text)]
        case "invert":
            return name, [ours.make_invertible(op, text) if rng.random() < 0.9 else op]
        case "makeInvertible":
            return name, [op, text]
        case _:
            return name, [rng.randint(0, len(text) + 1), op]


def _any_form(rng: random.Random, op: ours.Op) -> ours.Op:
    """Break some inserts and deletes into neighbours, which the package takes as well."""
    if rng.random() < 0.85:
        return op
    parts: ours.Op = []
    for component in op:
        content = component["d"] if isinstance(component, dict) else component
        if isinstance(component, int) or not isinstance(content, str) or len(content) < 2:
            parts.append(component)
            continue
        at = rng.randint(1, len(content) - 1)
        for piece in (content[:at], content[at:]):
            parts.append({"d": piece} if isinstance(component, dict) else piece)
    return parts


def _untidy(rng: random.Random, op: ours.Op) -> ours.Op:
    """Put in what normalising takes out or melts."""
    parts = list(op)
    more: ours.Op = [0, 1, 2, "", "x", "\U0001f600", {"d": 0}, {"d": ""}, {"d": 1}, {"d": "y"}]
    for _ in range(rng.randint(1, 4)):
        parts.insert(rng.randint(0, len(parts)), rng.choice(more))
    return parts


def _broken(rng: random.Random, op: ours.Op, text: str) -> list[Any]:
    """Make the operation one that everybody must refuse."""
    at = rng.randint(0, len(op))
    match rng.randrange(6):
        case 0:
            return [*op, rng.randint(1, 5)]  # trailing skip
        case 1:
            return [*op[:at], rng.choice([0, "", {"d": 0}, {"d": ""}, -1, {"d": -1}]), *op[at:]]
        case 2:
            return [1, 1, "x", *op]
        case 3:
            return [*op[:at], rng.choice([None, {}, {"x": 1}, []]), *op[at:]]
        case 4:
            return [len(text) + rng.randint(1, 3), "x"]
        case _:
            return [*op, {"d": 1}, len(text) + 1, "x"]
