"""The benchmark of reading runs, tiny."""

import pytest

from benchmarks.reading import main


def test_the_reading_benchmark_prints_its_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--tiny"]) == 0
    table = capsys.readouterr().out
    for row in ("heads, ours", "whole, ours", "crop, ours", "JPEG-LS crop, ours"):
        assert row in table
