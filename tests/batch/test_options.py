"""Which vessel each line of a request is."""

from pathlib import Path

import pytest

from ctocalc.batch.options import CaseOptions, LineOption, named, unnamed, vessel_names
from ctocalc.errors import Code, UsageError


def asked(*lines: str, branches: tuple[str, ...] = ()) -> CaseOptions:
    return CaseOptions(
        series=Path("scan"),
        lines=tuple(LineOption(path=Path(name)) for name in lines),
        branches=tuple(LineOption(path=Path(name)) for name in branches),
    )


def test_lines_that_nothing_names_are_numbered_by_their_place() -> None:
    options = asked("doe.csv", "lad.csv", "jane.vtp", branches=("doe.vtp", "d1.csv", "x.npy"))
    assert vessel_names(options) == ("line_1", "LAD", "line_3")
    settled = named(options)
    assert [line.name for line in settled.branches] == ["branch_1", "D1", "branch_3"]
    assert named(settled) == settled
    (notice,) = unnamed(options)
    assert notice.code is Code.VESSEL_UNNAMED
    assert "line_1, line_3, branch_1, branch_3" in notice.message
    assert not {"doe", "jane"} & set(notice.message.split())
    assert unnamed(asked("lad.csv")) == ()


def test_a_number_that_is_taken_is_not_given_again() -> None:
    assert vessel_names(asked("doe.csv", "line_1.csv", "jane.csv")) == (
        "line_2",
        "line_1",
        "line_3",
    )
    assert vessel_names(asked("a.csv", "b.csv", "line_2.csv")) == ("line_1", "line_3", "line_2")


def test_two_lines_of_one_vessel_are_refused_and_two_unknown_ones_are_not() -> None:
    with pytest.raises(UsageError, match="2 centerlines are named LAD"):
        vessel_names(asked("lad.csv", "doe_LAD.csv"))
    for one, other in (("a b", "a_b"), ("Branch_x", "branch_x")):
        lines = tuple(LineOption(path=Path("x.csv"), vessel=name) for name in (one, other))
        with pytest.raises(UsageError, match="2 centerlines are named"):
            vessel_names(CaseOptions(series=Path("s"), lines=lines))
    assert vessel_names(asked("doe.csv", "doe.vtp")) == ("line_1", "line_2")
