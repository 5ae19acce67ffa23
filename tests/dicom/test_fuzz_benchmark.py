"""The fuzzers run, tiny, over both kinds of images and over texts, and find no fault."""

import pytest

from benchmarks import fuzz_texts
from benchmarks.fuzz import main


@pytest.mark.parametrize("options", [[], ["--volumes"]])
def test_the_fuzzer_runs(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--tiny", *options]) == 0
    assert "60 cases" in capsys.readouterr().out


def test_the_fuzzer_of_texts_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert fuzz_texts.main(["--tiny"]) == 0
    assert "60 cases" in capsys.readouterr().out
