"""The main job run in this process: every committed case at most once per session."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from benchmarks.truth import VesselPair, pair, read_truth
from ctocalc.batch.job import analyze_case
from ctocalc.batch.options import CaseOptions, LineOption
from ctocalc.study.result import CaseResult


def analyse_folder(case: Path) -> CaseResult:
    """Analyse a case folder as a user would: its series, and every line of it."""
    lines = sorted((case / "centerlines").glob("*.csv"))
    return analyze_case(
        CaseOptions(series=case / "dicom", lines=tuple(LineOption(path=path) for path in lines))
    )


@pytest.fixture(scope="session")
def analysed(synthetic: Path) -> Callable[[str], CaseResult]:
    return cache(lambda name: analyse_folder(synthetic / name))


@pytest.fixture(scope="session")
def against_truth(
    analysed: Callable[[str], CaseResult], synthetic: Path
) -> Callable[[str], list[VesselPair]]:
    return cache(lambda name: pair(analysed(name), *read_truth(synthetic / name)))
