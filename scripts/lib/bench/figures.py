"""A figure with the limit that was measured beside it, its target, and how figures are printed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One result. `beside` is a limit of this machine from the same run, `met` is None where there is no target."""

    item: str
    name: str
    value: float
    unit: str
    beside: float | None = None
    beside_name: str = ""
    target: str = ""
    met: bool | None = None

    @property
    def ratio(self) -> float | None:
        """How many times the limit; None where none was measured."""
        return self.value / self.beside if self.beside else None


def below(
    item: str, name: str, value: float, unit: str, most: float, beside: float | None = None, beside_name: str = ""
) -> Figure:
    """A figure that should be below a bound in its own unit."""
    return Figure(item, name, value, unit, beside, beside_name, f"< {most:g} {unit}", value < most)


def against(
    item: str, name: str, value: float, unit: str, beside: float, beside_name: str, most: float | None = None
) -> Figure:
    """A figure with its limit; `most` is how many times that it may be."""
    met = None if most is None else value <= most * beside
    return Figure(item, name, value, unit, beside, beside_name, "" if most is None else f"<= {most:g} x", met)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]


def median(values: Sequence[float]) -> float:
    """The value in the middle."""
    return percentile(values, 0.5)


def as_json(figure: Figure) -> str:
    """One line."""
    ratio = figure.ratio
    return json.dumps(
        {
            "item": figure.item,
            "name": figure.name,
            "value": round(figure.value, 3),
            "unit": figure.unit,
            "beside": figure.beside if figure.beside is None else round(figure.beside, 3),
            "beside_name": figure.beside_name,
            "ratio": ratio if ratio is None else round(ratio, 2),
            "target": figure.target,
            "met": figure.met,
        }
    )


def as_row(figure: Figure) -> str:
    """One line of the table."""
    shown = f"{figure.value:.2f} {figure.unit}"
    ratio = "" if figure.ratio is None else f"{figure.ratio:.1f} x {figure.beside:.2f} ({figure.beside_name})"
    mark = {None: " ", True: "+", False: "-"}[figure.met]
    return f"{mark} {figure.name:<58}{shown:>12}  {ratio:<44}{figure.target}".rstrip()
