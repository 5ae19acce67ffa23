"""The summary for people: nothing hidden, nothing pretended, rounded only here."""

from dataclasses import replace

import pytest

from ctocalc.cli.amounts import told
from ctocalc.cli.summary import RESEARCH, summary
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
    total = next(line for line in lines if line.startswith("    J-CTO on CT (Fujino 2018)  "))
    assert total.endswith("  0 to 5               5")
    told_ = " ".join(" ".join(lines).split())
    assert "Fujino 2018), corrected: 0 to 5 of 5; moved by blunt stump, calcification" in told_
    assert "points by strategy: antegrade wiring only 0 to 5, ADR 1 to 6" in told_
    assert "pericardiocentesis (Simsek 2022): made without patients who had bypass" in told_
    length = next(line for line in lines if line.lstrip().startswith("~ length"))
    assert " ".join(length.split()) == "~ length 20.5 mm (19.0 to 22.0) > 20 mm 1 (0 to 1)"
    assert "duration 14.0 months >= 12 months 1" in told_
    assert "      ? prior attempt" in "\n".join(lines)
    best = "    best view         RAO 30 CRA 25, 2.0 % (foreshortening; geometry only)"
    assert best in lines
    assert "    biplane           RAO 30 CRA 0, 4.0 %; LAO 50 CRA 20, 8.0 %" in lines
    assert max(map(len, lines)) <= 80
    after_rca = lines.index("  no score: no total occlusion")
    assert lines[after_rca - 1].startswith("RCA: 80.0 mm measured")
    assert lines[after_rca + 1] == "LCX: refused (CENTERLINE_OUTSIDE_IMAGE)"
    assert lines[-1] == RESEARCH


def test_what_is_told_of_a_part_and_of_a_scan_without_contrast_is_told_so() -> None:
    result = case_result()
    lad = result.vessels[0]
    assert lad.calcium is not None
    part = replace(lad.lesions[0].max_calcium_fraction, high=None, reason="contrast shows there")
    none = Measured.unknown(Unit.DEG, "contrast shows there")
    lesion = replace(lad.lesions[0], max_calcium_fraction=part, max_calcium_arc_deg=none)
    score = Measured(value=55.2, unit=Unit.SCORE, low=47.0, high=63.0)
    calcium = replace(lad.calcium, agatston=score)
    text = summary(replace(result, vessels=(replace(lad, lesions=(lesion,), calcium=calcium),)))
    assert "calcium fraction  0.62 (0.56 to open) of the section where told" in text
    assert "calcium arc       cannot be told (contrast shows there)\n" in text
    assert "Agatston score 55 (47 to 63)" in " ".join(text.split())


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
    text = summary(replace(result, vessels=(replace(lad, scores=tuple(young)),)))
    told_ = " ".join(text.split())
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


def test_a_long_reason_stays_within_a_plain_terminal() -> None:
    result = case_result()
    lad = result.vessels[0]
    why = Measured.unknown(Unit.MM, "a reason of many words " * 9)
    lesion = replace(lad.lesions[0], length_mm=why)
    text = summary(replace(result, vessels=(replace(lad, lesions=(lesion,)),)))
    assert max(map(len, text.splitlines())) <= 80
    assert "a reason of many words " * 8 in " ".join(text.split())


def test_a_known_group_is_told_with_its_score() -> None:
    result = case_result()
    lad = result.vessels[0]
    easy = [
        replace(one, score=replace(one.score, group="easy"))
        for one in lad.scores
        if one.score.system.name == "jcto_ct"
    ]
    text = summary(replace(result, vessels=(replace(lad, scores=tuple(easy)),)))
    assert "J-CTO on CT (Fujino 2018), corrected: 0 to 5 of 5, easy; moved by" in text
    assert (
        "J-CTO on CT (Fujino 2018), corrected; J-CTO on CT (Li 2015), corrected: group: easy"
        in (" ".join(text.split()))
    )
