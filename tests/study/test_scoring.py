"""Rows of the score table: what is scored, and why something is not."""

from dataclasses import replace

import pytest

from ctocalc.lesion.lesion import Lesion, Presence, StumpCall
from ctocalc.quantity import Measured, Unit
from ctocalc.scores import jcto_ct
from ctocalc.scores.facts import Answer
from ctocalc.scores.registry import SYSTEMS
from ctocalc.scores.system import Basis
from ctocalc.study.clinical import ClinicalFacts
from ctocalc.study.quality import NO_CONTRAST_REASON
from ctocalc.study.scoring import NO_OCCLUSION, SUBTOTAL, bases, lesion_facts, score_lesions
from tests import case_results

LESION = case_results.lesion()
SUBTOTAL_LESION = replace(LESION, occluded=False)
NOTHING = ClinicalFacts()


def exact(value: float, unit: Unit) -> Measured:
    return Measured(value=value, unit=unit, low=value, high=value)


@pytest.mark.parametrize(
    ("lesions", "why", "reason"),
    [
        ((), None, NO_OCCLUSION),
        ((SUBTOTAL_LESION,), None, SUBTOTAL),
        ((), NO_CONTRAST_REASON, NO_CONTRAST_REASON),
    ],
)
def test_nothing_to_score_is_one_row_per_system_with_the_reason(
    lesions: tuple[Lesion, ...], why: str | None, reason: str
) -> None:
    rows = score_lesions(lesions, lesion_facts(lesions, NOTHING), not_measurable=why)
    assert [row.score.system for row in rows] == list(SYSTEMS)
    for row in rows:
        assert row.lesion is None
        assert row.score.reason == reason
        assert row.score.points is None
        assert row.score.points_low is None
        assert row.score.group is None


def test_every_occluded_lesion_is_scored_by_every_system_and_basis() -> None:
    lesions = (LESION, replace(SUBTOTAL_LESION, lesion=2), replace(LESION, lesion=3))
    rows = score_lesions(lesions, lesion_facts(lesions, NOTHING), not_measurable=None)
    expected = [(n, s, b) for n in (1, 3) for s in SYSTEMS for b in bases(s)]
    assert [(row.lesion, row.score.system, row.score.basis) for row in rows] == expected


def test_only_systems_that_ask_for_calcium_area_have_an_apparent_row() -> None:
    for system in SYSTEMS:
        both = bases(system)
        assert both[0] is Basis.CORRECTED
        assert (Basis.APPARENT in both) is system.calcium_area_item


def test_the_apparent_row_differs_where_the_fraction_crosses_the_cut() -> None:
    lesion = replace(
        LESION,
        max_calcium_fraction=exact(0.40, Unit.FRACTION),
        max_calcium_fraction_apparent=exact(0.70, Unit.FRACTION),
    )
    rows = score_lesions((lesion,), lesion_facts((lesion,), NOTHING), not_measurable=None)
    by_basis = {
        basis: next(
            r.score
            for r in rows
            if r.score.system is jcto_ct.FUJINO_2018 and r.score.basis is basis
        )
        for basis in (Basis.CORRECTED, Basis.APPARENT)
    }
    low = by_basis[Basis.CORRECTED].points_low
    assert low is not None
    assert by_basis[Basis.APPARENT].points_low == low + 1


def test_the_published_composite_case() -> None:
    """Blunt entry, tapered exit, 22 mm, bend 50 degrees, fraction 0.62 with arc 200, 14 months.

    One occlusion, no side branch, no prior attempt: J-CTO 4, J-CTO on CT 4, CT-RECTOR 4, KCCT 5.
    """
    lesion = replace(
        LESION,
        length_mm=exact(22.0, Unit.MM),
        bend_deg=exact(50.0, Unit.DEG),
        max_calcium_fraction=exact(0.62, Unit.FRACTION),
        max_calcium_fraction_apparent=exact(0.62, Unit.FRACTION),
        max_arc_where_half_calcified_deg=exact(200.0, Unit.DEG),
        max_calcium_arc_largest_deg=exact(200.0, Unit.DEG),
        full_moon=Presence(present=False),
        proximal_side_branch=Presence(present=False),
        proximal_stump=case_results.stump(StumpCall.BLUNT),
        distal_stump=case_results.stump(StumpCall.TAPERED),
    )
    clinical = ClinicalFacts(prior_attempt=Answer.NO, duration_months=14)
    rows = score_lesions((lesion,), lesion_facts((lesion,), clinical), not_measurable=None)
    points = {(r.score.system.name, r.score.system.edition): r.score.points for r in rows}
    expected = {"jcto": 4.0, "jcto_ct": 4.0, "ct_rector": 4.0, "kcct": 5.0}
    assert {name for name, _ in points} >= set(expected)
    for (name, _), value in points.items():
        assert value == expected.get(name, value)
