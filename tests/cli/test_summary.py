"""The summary for people: nothing hidden, nothing pretended, rounded only here."""

from dataclasses import replace

import pytest

from ctocalc.cli.summary import RESEARCH, summary, told
from ctocalc.quantity import Measured, Unit
from ctocalc.scores.system import MODIFIED, NOT_A_CTO, Basis
from tests.case_results import case_result


def test_every_vessel_lesion_and_score_is_told() -> None:
    lines = summary(case_result()).splitlines()
    assert lines[0] == "LAD: 60.3 mm measured; calcium 20.0 mm3 (18.0 to 22.0), 12.0 mg " \
                       "(10.8 to 13.2)"  # fmt: skip
    assert "  lesion 1 (target): total occlusion, 10.0 to 30.1 mm from the start" in lines
    assert "    length            20.1 mm (19.6 to 20.6)" in lines
    assert "    calcium fraction  0.62 (0.56 to 0.68) of the section at most" in lines
    assert "    stumps            blunt proximal, not seen distal" in lines
    fujino = next(line for line in lines if "Fujino" in line)
    assert "0 to 5 of 5" in fujino and "borderline: length" in fujino
    assert "open: blunt_stump, calcification, bending, prior_attempt" in fujino
    mace = next(line for line in lines if "MACE" in line)
    assert "points by strategy: antegrade wiring only 0 to 5, ADR 1 to 6" in mace
    assert "  -  " in mace
    pericardiocentesis = next(line for line in lines if "pericardiocentesis" in line)
    assert "made without patients who had bypass surgery" in pericardiocentesis
    after_rca = lines.index("  no score: no total occlusion")
    assert lines[after_rca - 1].startswith("RCA: 80.0 mm measured")
    assert lines[after_rca + 1] == "LCX: refused (CENTERLINE_OUTSIDE_IMAGE)"
    assert lines[-1] == RESEARCH


def test_both_bases_stand_side_by_side() -> None:
    result = case_result()
    lad = result.vessels[0]
    apparent = [
        replace(one, score=replace(one.score, basis=Basis.APPARENT, points_low=3.0))
        for one in lad.scores
        if one.score.system.name == "kcct"
    ]
    both = replace(lad, scores=(*lad.scores, *apparent))
    lines = summary(replace(result, vessels=(both,))).splitlines()
    head = next(line for line in lines if line.lstrip().startswith("score"))
    kcct = next(line for line in lines if "KCCT" in line)
    corrected, seen = (head.index(word) for word in ("corrected", "apparent"))
    assert kcct[seen:].startswith("3 to ")
    assert not kcct[corrected:seen].startswith("3 to ")


def test_what_holds_for_every_score_is_told_once() -> None:
    result = case_result()
    lad = result.vessels[0]
    young = [
        replace(one, score=replace(one.score, notes=(NOT_A_CTO, *one.score.notes)))
        for one in lad.scores
    ]
    told_ = summary(replace(result, vessels=(replace(lad, scores=tuple(young)),)))
    assert [told_.count(note) for note in (NOT_A_CTO, f"corrected: {MODIFIED}")] == [1, 1]


@pytest.mark.parametrize(
    ("measured", "text"),
    [
        (Measured(value=24.96, unit=Unit.MM), "25.0 mm"),
        (Measured(value=20.0, unit=Unit.MM, low=20.0), "20.0 mm (20.0 to open)"),
        (Measured(value=199.6, unit=Unit.DEG, low=180.0, high=210.0), "200 deg (180 to 210)"),
        (Measured(value=0.625, unit=Unit.FRACTION, low=0.5, high=0.7), "0.62 (0.50 to 0.70)"),
        (Measured.unknown(Unit.MG, "no kVp"), "cannot be told (no kVp)"),
    ],
)
def test_values(measured: Measured, text: str) -> None:
    assert told(measured) == text
