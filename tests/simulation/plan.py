"""What one seed has in store: how many people, which faults how often, which clocks, how small the bounds are."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import app.cache.memory
import app.hub.delivery
import app.hub.loading
import app.hub.pushes
import app.protocol.snapshot
import app.store.memory
import app.sync.intake
import app.sync.outbox
import app.sync.sending

YEAR = 31_557_600.0
CLOCK_ERRORS = (0.0, 0.0, 0.4, -3.0, 90.0, -3600.0, YEAR, -25 * YEAR, 75 * YEAR)

BOUNDS: tuple[tuple[Any, str, tuple[int, ...]], ...] = (
    (app.hub.loading, "BATCH_BYTES", (300, 1_500, 6_000)),
    (app.hub.loading, "DELTA_BYTES_MAX", (1_500, 6_000)),
    (app.protocol.snapshot, "BATCH_BYTES", (300, 1_500, 6_000)),
    (app.protocol.snapshot, "PART_CHARACTERS", (5, 40)),
    (app.hub.delivery, "LOADS_MAX", (1, 2)),
    (app.hub.pushes, "RESULTS_PER_ACK_MAX", (1, 3, 2_000)),
    (app.sync.intake, "ENTRIES_PER_SLICE", (1, 3, 40)),
    (app.sync.intake, "DOCUMENTS_MAX", (0, 128)),
    (app.sync.sending, "PARTS_PER_UNIT_MAX", (2, 200)),
    (app.sync.sending, "CHANGES_PER_PUSH_MAX", (1, 3, 64)),
    (app.sync.outbox, "IN_FLIGHT_MAX", (2, 10, 1_024)),
    (app.cache.memory, "UNFLUSHED_COMMITS_MAX", (4, 64)),
)
"""Bounds of the product, and what they are here: a few edits then meet what otherwise takes thousands."""


@dataclass
class Rates:
    """Faults a second of simulated time, and chances of faults at single steps; 0 for those that a seed is without."""

    cut: float = 0.0
    stall: float = 0.0
    slow_reader: float = 0.0
    client_crash: float = 0.0
    client_sleep: float = 0.0
    client_disk: float = 0.0
    client_clock: float = 0.0
    cache_damage: float = 0.0
    server_crash: float = 0.0
    server_stop: float = 0.0
    server_disk: float = 0.0
    step_crash: float = 0.0
    push_cut: float = 0.0
    disk_crash: float = 0.0
    server_step_crash: float = 0.0
    commit_crash: float = 0.0
    commit_fails: float = 0.0


@dataclass
class Plan:
    """Everything about a schedule that is drawn before it begins."""

    rates: Rates
    bounds: list[tuple[Any, str, int]]
    clients: int = 3
    shared_user: bool = False
    seconds: float = 20.0
    edit_every: float = 1.0
    latency: tuple[float, float] = (0.002, 0.02)
    disk: tuple[float, float] = (0.0005, 0.01)
    commit: tuple[float, float] = (0.001, 0.01)
    read: tuple[float, float] = (0.0005, 0.02)
    clock_errors: list[float] = field(default_factory=list)
    power: float = 0.5
    lose_cache: float = 0.1
    roll_back: bool = False
    queue_frames_max: int = 6
    window_frames: int = 4
    uncommitted_max: int = 256
    batch_max: int = 64
    archives: bool = False
    focus: str = ""


FOCUS = ("", "", "text", "fields", "lists")
"""What people mostly do: everything, one text, one item's fields, order and sets."""


def draw(rng: random.Random) -> Plan:
    """The plan of a seed."""
    rates = Rates()
    for name in ("cut", "stall", "client_crash", "client_disk", "server_crash", "server_disk"):
        if rng.random() < 0.55:
            setattr(rates, name, rng.choice((0.03, 0.1, 0.3)))
    for name in ("slow_reader", "client_sleep", "client_clock", "cache_damage", "server_stop"):
        if rng.random() < 0.25:
            setattr(rates, name, rng.choice((0.03, 0.1)))
    for name in ("step_crash", "server_step_crash"):
        if rng.random() < 0.3:
            setattr(rates, name, rng.choice((0.002, 0.01)))
    for name in ("push_cut", "disk_crash", "commit_crash", "commit_fails"):
        if rng.random() < 0.3:
            setattr(rates, name, rng.choice((0.02, 0.08)))
    clients = rng.choice((2, 2, 3, 3, 4, 5))
    slow = rng.choice((0.0, 0.0, 0.02, 0.3))
    plan = Plan(
        rates,
        [(module, name, rng.choice(values)) for module, name, values in BOUNDS],
        clients=clients,
        shared_user=clients > 2 and rng.random() < 0.3,
        seconds=rng.uniform(10.0, 30.0),
        edit_every=rng.choice((0.15, 0.5, 1.0)) * clients,
        latency=(0.001, rng.choice((0.004, 0.03, 0.3)) + slow),
        disk=(0.0002, rng.choice((0.002, 0.02, 0.4))),
        commit=(0.0002, rng.choice((0.002, 0.02, 0.4))),
        read=(0.0002, rng.choice((0.002, 0.05, 0.6))),
        clock_errors=[rng.choice(CLOCK_ERRORS) for _ in range(clients)],
        power=rng.choice((0.0, 0.5, 1.0)),
        lose_cache=rng.choice((0.0, 0.1, 0.5)),
        roll_back=rng.random() < 0.08,
        queue_frames_max=rng.choice((1, 4, 12)),
        window_frames=rng.choice((2, 6)),
        uncommitted_max=rng.choice((1, 4, 256)),
        batch_max=rng.choice((1, 4, 64)),
        archives=rng.random() < 0.15,
        focus=rng.choice(FOCUS),
    )
    if not plan.roll_back:
        # A profile taken from an old copy needs what the server then remembers; others forget as early as may be.
        plan.bounds.append((app.store.memory, "OUTCOMES_KEPT", rng.choice((1, 20, 1_000))))
    return plan


@contextmanager
def in_force(plan: Plan) -> Iterator[None]:
    """The plan's bounds stand in for the product's."""
    before = [(module, name, getattr(module, name)) for module, name, _ in plan.bounds]
    try:
        for module, name, value in plan.bounds:
            setattr(module, name, value)
        yield
    finally:
        for module, name, value in before:
            setattr(module, name, value)
