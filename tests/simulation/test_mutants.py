"""Twelve places and more where the product is broken on purpose: the simulation notices each within a bound."""

import pytest

from tests.simulation.mutants import MUTANTS
from tests.simulation.world import run

SEEDS = range(150)
"""Schedules in which every mutant must be noticed; the tests of schedules run the same ones unbroken."""


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", MUTANTS)
def test_what_is_broken_on_purpose_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A schedule counts only when it is clean with nothing broken: known defects notice nothing."""
    for seed in SEEDS:
        with monkeypatch.context() as patch:
            MUTANTS[name](patch)
            faults = run(seed).faults
        if faults and not run(seed).faults:
            return
    pytest.fail(f"{name} was not noticed in {len(SEEDS)} schedules")


def test_there_are_at_least_twelve_ways_to_break_it() -> None:
    assert len(MUTANTS) >= 12
