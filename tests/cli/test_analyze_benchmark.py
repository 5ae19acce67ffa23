"""The benchmark of whole cases runs, tiny."""

import pytest

from benchmarks.analyze import main


@pytest.mark.slow
def test_the_benchmark_of_whole_cases_prints_its_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--tiny"]) == 0
    table = capsys.readouterr().out
    for row in ("fresh analyze, 1 vessel", "warm analysis, all", "ctocalc --help"):
        assert row in table
