"""The bench's arithmetic: percentiles, ratios to the limit beside, and whether a target is met."""

import json

import pytest

from scripts.lib.bench.figures import against, as_json, as_row, below, median, percentile


def test_a_percentile_is_a_value_that_was_measured_and_that_so_many_do_not_exceed() -> None:
    hundred = [float(number) for number in range(100, 0, -1)]
    assert [percentile(hundred, share) for share in (0.0, 0.5, 0.99, 1.0)] == [1.0, 50.0, 99.0, 100.0]
    assert percentile([7.0], 0.99) == median([7.0]) == 7.0
    assert percentile([1.0, 2.0], 0.5) == 1.0


@pytest.mark.parametrize(("value", "met"), [(29.9, True), (30.0, True), (30.1, False)])
def test_a_ratio_is_to_the_limit_of_the_same_run(value: float, met: bool) -> None:
    figure = against("latency", "median", value, "ms", 10.0, "raw path", 3)
    assert figure.ratio == pytest.approx(value / 10)
    assert figure.met is met


def test_a_bound_is_strict_and_needs_no_limit_beside() -> None:
    assert below("drain", "worst", 99.9, "ms", 100).met is True
    assert below("drain", "worst", 100.0, "ms", 100).met is False
    assert below("drain", "worst", 1.0, "ms", 100).ratio is None


def test_a_figure_is_one_json_line_and_one_line_for_people() -> None:
    figure = below("start", "first frame", 1.25, "s", 1, 0.5, "empty window")
    found = json.loads(as_json(figure))
    assert (found["value"], found["beside"], found["ratio"], found["met"]) == (1.25, 0.5, 2.5, False)
    row = as_row(figure)
    assert row.startswith("- first frame") and "2.5 x 0.50 (empty window)" in row and "\n" not in as_json(figure) + row
