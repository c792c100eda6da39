"""The public text type and ours give the same answers: recorded, and live where node is."""

from __future__ import annotations

import json
import lzma
import random
from pathlib import Path

import pytest

from tests.text.oracle import Case, Unavailable, ask, install, our_answer, random_case

CORPUS = Path(__file__).parent / "corpus" / "ot_text_unicode.jsonl.xz"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def test_recorded_answers_of_the_public_type_are_ours_to_the_byte() -> None:
    lines = lzma.decompress(CORPUS.read_bytes()).splitlines()
    assert len(lines) >= 20_000
    names: dict[str, int] = {}
    refusals = 0
    for line in lines:
        name, arguments, answer = json.loads(line)
        before = _json(arguments)
        assert _json(our_answer((name, arguments))) == _json(answer), line.decode()
        assert _json(arguments) == before, "an argument was changed"
        names[name] = names.get(name, 0) + 1
        refusals += not answer
    assert min(names.values()) >= 500 and len(names) == 7 and refusals >= 500


@pytest.mark.timeout(300)
def test_the_public_type_run_now_answers_as_ours_does(tmp_path: Path) -> None:
    try:
        install(tmp_path)
    except Unavailable as reason:
        pytest.skip(f"The npm package cannot be asked: {reason}.")
    rng = random.Random(20_261_124)
    cases: list[Case] = [random_case(rng) for _ in range(6_000)]
    for case, answer in zip(cases, ask(tmp_path, cases), strict=True):
        assert _json(our_answer(case)) == _json(answer), _json(case)
