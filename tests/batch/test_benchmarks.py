"""The attack on a batch, small, and the benchmark of batches, tiny."""

import pytest

from benchmarks import batch, chaos

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def test_a_small_attack_finds_nothing_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert chaos.main(["--tiny"]) == 0, capsys.readouterr().out
    said = capsys.readouterr().out
    assert said.endswith("nothing wrong\n") and "good ok" in said and "crash crashed" in said


def test_the_benchmark_of_batches_prints_its_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert batch.main(["--tiny"]) == 0
    table = capsys.readouterr().out
    for row in ("loop over analyze", "batch, workers: 1", "20 finished cases"):
        assert row in table
    batches = [line for line in table.splitlines() if line.startswith("batch, workers")]
    assert all(line.endswith(" 0") for line in batches)  # no file differs
