"""A row: one item's confirmed state, with who wrote each value last, and its hash."""

import hashlib
from typing import Any

import msgspec


class Register(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One value and its last write: `seq` in its channel, author, clamped time (SYNC 5), device and number.

    A replica knows the last three only of writes that it applied itself; only the server decides by them.
    """

    value: Any
    seq: int
    by: str = ""
    made: float = 0.0
    dev: str = ""
    n: int = 0


class Row(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One item. Times are Unix seconds of the server's clock; `seq` is that of its creation.

    `sets` maps a field to its elements, each with the register of its last add; `texts` maps a text field to its
    revision (the text itself stands beside the row). A row is never changed: applying an outcome gives a new one.
    """

    id: str
    kind: str
    channel: str
    seq: int
    created_by: str
    created_at: float
    changed_at: float
    registers: dict[str, Register] = {}
    sets: dict[str, dict[str, Register]] = {}
    texts: dict[str, int] = {}

    def value(self, field: str) -> Any:
        """The value of a register, or None while it was never written."""
        register = self.registers.get(field)
        return None if register is None else register.value

    @property
    def trashed(self) -> bool:
        """Whether the item lies in the trash."""
        return bool(self.value("trashed"))


_encoder = msgspec.msgpack.Encoder(order="deterministic")


def row_hash(row: Row) -> int:
    """A 64-bit hash of what every replica must agree on; a channel's hash is the sum over its rows, modulo 2^64.

    Unset values count as absent, whoever unset them; a text counts as its revision (SYNC 10).
    """
    values = {name: register.value for name, register in row.registers.items() if register.value not in (None, "", [])}
    sets = {name: sorted(elements) for name, elements in row.sets.items() if elements}
    texts = {name: rev for name, rev in row.texts.items() if rev}
    canonical = [row.id, row.kind, row.seq, row.created_by, row.created_at, row.changed_at, values, sets, texts]
    return int.from_bytes(hashlib.blake2b(_encoder.encode(canonical), digest_size=8).digest(), "big")


HASH_MODULUS = 1 << 64
