"""Many schedules: their sum, what must have happened in them, and how a failing one is said."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.simulation.world import Outcome, run

SEEDS_FILE = Path(__file__).with_name("seeds.txt")

RARE = (
    "cache commits lost",
    "cache damaged",
    "cache disk full",
    "cache lost",
    "client crash",
    "client crash by power",
    "client disk error",
    "client disk full",
    "clock jump",
    "commit failed, but kept",
    "commit failed: disk_full",
    "commit failed: storage",
    "concurrent writes",
    "connection refused",
    "crash after append",
    "crash after cache commit",
    "crash after commit",
    "crash before commit",
    "crash between the two files",
    "crash between two wishes",
    "crash with unsent changes",
    "cut with a push under way",
    "cut with frames under way",
    "discarded",
    "entries after a snapshot",
    "frames left unread",
    "id_reuse",
    "in doubt answered",
    "in doubt unknown",
    "lag",
    "load raced by a commit",
    "new identity",
    "profile put back",
    "rejected",
    "resent",
    "server crash",
    "server stop",
    "sleep",
    "slice over",
    "snapshot",
    "snapshot raced by a commit",
    "snapshot under a text in flight",
    "stall",
    "subscribed again",
    "text carried over others",
    "text unit in flight over a restart",
)
"""What a test of this kind lies without: each must happen in the suite's schedules."""


@dataclass
class Sum:
    """Schedules together."""

    schedules: int = 0
    steps: int = 0
    simulated_s: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)
    failed: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Takes one more into account."""
        self.schedules += 1
        self.steps += outcome.steps
        self.simulated_s += outcome.simulated_s
        self.counts += outcome.counts
        if outcome.faults:
            self.failed.append(outcome)

    def merge(self, other: "Sum") -> None:
        """Takes others into account."""
        self.schedules += other.schedules
        self.steps += other.steps
        self.simulated_s += other.simulated_s
        self.counts += other.counts
        self.failed += other.failed

    @property
    def missing(self) -> list[str]:
        """Rare events that never happened."""
        return [name for name in RARE if not self.counts[name]]


def run_all(seeds: Iterable[int]) -> Sum:
    """Runs schedules one after the other."""
    total = Sum()
    for seed in seeds:
        total.add(run(seed))
    return total


def told(outcome: Outcome, faults_max: int = 5) -> str:
    """A failed schedule in words, with the one command that shows it again."""
    more = len(outcome.faults) - faults_max
    lines = [f"seed {outcome.seed}: scripts/simulate --seed {outcome.seed} --trace", *outcome.faults[:faults_max]]
    return "\n  ".join(lines + ([f"and {more} more"] if more > 0 else []))


def kept_seeds() -> list[int]:
    """Every seed that ever failed and is mended."""
    return _seeds_in(SEEDS_FILE)


def _seeds_in(file: Path) -> list[int]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return [int(line.split("#")[0]) for line in lines if line.split("#")[0].strip()]
