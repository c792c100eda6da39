"""Thousands of schedules: after every fault all have the same, and nothing saved is lost, doubled or kept silent."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from filelock import FileLock

from tests.simulation.batch import RARE, Sum, kept_seeds, run_all, told
from tests.simulation.world import run

SCHEDULES = int(os.environ.get("SIM_SCHEDULES", "2000"))
SHARDS = 40
FAILED_MAX = 12
FAILED_OF_A_SHARD_MAX = 3
"""Known defects still fail about 3 of 1,000 schedules, other ones after each change of the engines (ARCHITECTURE, "What
still fails"). The bound only ever goes down, to 0; broken on purpose, the engines fail hundreds."""
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this run of the tests share."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "simulation"
    folder.mkdir(exist_ok=True)
    return folder


def assert_clean(total: Sum) -> None:
    assert not total.failed, "\n" + "\n".join(told(outcome) for outcome in total.failed)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("shard", range(SHARDS))
def test_after_every_fault_all_agree_and_nothing_saved_is_lost_or_doubled(shard: int, shared: Path) -> None:
    total = run_all(range(shard, SCHEDULES, SHARDS))
    failed = [outcome.seed for outcome in total.failed]
    assert len(failed) <= FAILED_OF_A_SHARD_MAX, "\n" + "\n".join(told(outcome) for outcome in total.failed)
    with FileLock(shared / "lock"):
        (shared / f"{shard}.json").write_text(json.dumps([total.counts, failed]))
        parts = [json.loads(part.read_text()) for part in shared.glob("*.json")]
        if len(parts) == SHARDS and SCHEDULES >= 1_000:
            # The last one to end looks at all of them: what never happened was never tested.
            counts = sum((Counter(counted) for counted, _ in parts), Counter())
            assert [name for name in RARE if not counts[name]] == []
            still = sorted(seed for _, seeds in parts for seed in seeds)
            assert len(still) <= FAILED_MAX, f"seeds that fail, each by scripts/simulate --seed N --trace: {still}"


@pytest.mark.timeout(300)
def test_every_seed_that_ever_failed_stays_clean() -> None:
    assert_clean(run_all(kept_seeds()))


@pytest.mark.parametrize("seed", [3, 16, 29])
def test_the_same_seed_takes_the_same_course(seed: int) -> None:
    first, second = run(seed, tracing=True), run(seed, tracing=True)
    assert first.trace == second.trace
    assert first.digest == second.digest


def test_another_process_with_other_string_hashes_takes_the_same_course() -> None:
    script = "from tests.simulation.world import run; print(*[run(seed, tracing=True).digest for seed in (5, 17, 40)])"
    digests = set()
    for hash_seed in ("1", "77"):
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        digests.add(done.stdout)
    assert len(digests) == 1


def test_other_seeds_take_other_courses() -> None:
    assert len({run(seed).digest for seed in range(12)}) == 12
