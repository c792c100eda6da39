"""A snapshot while its pages arrive."""

from dataclasses import dataclass, field

from app.model.row import Row
from app.sync.core import TextKey


@dataclass
class Staging:
    """A snapshot while its pages arrive."""

    epoch: str
    seq: int
    hash: int = 0
    rows: dict[str, Row] = field(default_factory=dict)
    texts: dict[TextKey, tuple[int, list[str]]] = field(default_factory=dict)
