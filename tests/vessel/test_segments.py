"""Names of vessels, and the artery each belongs to."""

import pytest

from ctocalc.vessel.segments import VESSELS, belongs_to, vessel_name


@pytest.mark.parametrize(("text", "name"), [("lcx", "LCX"), (" Cx ", "LCX"), ("OM-1", "OM1")])
def test_spellings(text: str, name: str) -> None:
    assert vessel_name(text) == name


@pytest.mark.parametrize(
    ("vessel", "lad", "lcx", "rca"),
    [
        ("LAD", True, False, False),
        ("D1", True, False, False),
        ("OM2", False, True, False),
        ("cx", False, True, False),
        ("RCA", False, False, True),
        ("LM", False, False, False),
        ("RI", False, False, False),
        # Dominance decides whose the posterior descending artery is, but not the LAD's.
        ("PDA", False, None, None),
        ("line-3", None, None, None),
    ],
)
def test_a_vessel_belongs_to_an_artery_or_it_cannot_be_told(
    vessel: str, lad: bool | None, lcx: bool | None, rca: bool | None
) -> None:
    assert [belongs_to(vessel, artery) for artery in ("LAD", "LCX", "RCA")] == [lad, lcx, rca]


def test_no_vessel_belongs_to_two_arteries() -> None:
    for vessel in VESSELS:
        sure = [belongs_to(vessel, artery) is True for artery in ("LAD", "LCX", "RCA")]
        assert sum(sure) <= 1
