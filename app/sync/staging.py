"""A snapshot while its pages arrive, and how often one is asked for."""

from dataclasses import dataclass, field

from app.model.row import Row
from app.sync.core import TextKey
from app.sync.replica import Layout

HEALS_AT_ONCE = 3
HEAL_S_MAX = 60.0
"""A channel that does not agree with the server's hash is fetched this often at once, then after ever longer pauses."""


@dataclass
class Staging:
    """A snapshot while its pages arrive."""

    epoch: str
    seq: int
    hash: int = 0
    rows: dict[str, Row] = field(default_factory=dict)
    layout: Layout = field(default_factory=Layout)
    texts: dict[TextKey, tuple[int, list[str]]] = field(default_factory=dict)
