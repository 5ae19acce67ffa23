"""The sampling benchmark runs, and its outputs agree with its peers'."""

import runpy
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "sampling.py"


def test_tiny_run_agrees_with_the_peers(capsys: pytest.CaptureFixture[str]) -> None:
    assert runpy.run_path(str(BENCHMARK))["main"](["--tiny"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["trilinear"] * 2 + ["cubic,"] * 2
