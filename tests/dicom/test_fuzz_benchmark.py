"""The fuzzer runs, tiny, over both kinds of images and finds no fault."""

import pytest

from benchmarks.fuzz import main


@pytest.mark.parametrize("options", [[], ["--volumes"]])
def test_the_fuzzer_runs(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--tiny", *options]) == 0
    assert "60 cases" in capsys.readouterr().out
