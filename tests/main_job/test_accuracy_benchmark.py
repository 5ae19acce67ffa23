"""The accuracy benchmark runs on one random phantom, and its table is filled."""

import pytest

from benchmarks.accuracy import Table, main
from benchmarks.truth import ITEMS


@pytest.mark.slow
def test_a_tiny_run_prints_the_whole_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--tiny"]) == 0
    out = capsys.readouterr().out
    assert "cases 1" in out
    for row in ("wall area, patent", "length of a lesion", "naive", *ITEMS):
        assert row in out


def test_bias_mean_error_and_percentile_are_what_they_are_called() -> None:
    table = Table()
    table.add("x", [-1.0, 3.0, float("nan")])
    row = next(line for line in table.lines() if line.startswith("x "))
    assert row.split() == ["x", "2", "1.000", "2.000", "2.800"]
