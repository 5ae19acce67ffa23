"""Groups, published rates and most points of every edition, typed from the sources."""

import pytest

from ctocalc.scores.registry import EVERYTHING, SYSTEMS
from ctocalc.scores.rules import Evidence
from ctocalc.scores.system import ScoringSystem


def bands(*groups: tuple[float, str, float | None]) -> dict[float, tuple[str, float | None]]:
    """Return group and rate at every half point; groups are given with their last total."""
    found = {}
    points = 0.0
    for last, name, rate in groups:
        while points <= last:
            found[points] = (name, rate)
            points += 0.5
    return found


# Typed from the sources; a system that is not here has no groups.
GROUPS = {
    ("jcto", "morino_2011"): bands(
        (0.5, "easy", 0.88), (1.5, "intermediate", 0.67), (2.5, "difficult", 0.42),
        (5, "very difficult", 0.10),
    ),
    ("jcto_ct", "fujino_2018"): bands(
        (0.5, "easy", None), (1.5, "intermediate", None), (2.5, "difficult", None),
        (5, "very difficult", None),
    ),
    ("jcto_ct", "li_2015"): bands(
        (0.5, "easy", None), (1.5, "intermediate", None), (2.5, "difficult", None),
        (5, "very difficult", None),
    ),
    ("ct_rector", "opolski_2015"): bands(
        (0.5, "easy", 0.95), (1.5, "intermediate", 0.88), (2.5, "difficult", 0.57),
        (6, "very difficult", 0.22),
    ),
    ("ct_rector", "opolski_2015_entry"): bands(
        (0.5, "easy", None), (1.5, "intermediate", None), (2.5, "difficult", None),
        (6, "very difficult", None),
    ),
    ("kcct", "yu_2017"): bands((0.5, "0", 1.0), (2.5, "1-2", 0.84), (3.5, "3", 0.51),
                               (8, ">= 4", 0.30)),
    ("castle", "szijgyarto_2019"): bands((1.5, "0-1", 0.08), (3.5, "2-3", None),
                                         (6, ">= 4", 0.35)),
    ("cl", "alessandrino_2015"): bands((1, "0-1", None), (2.5, "> 1 to < 3", None),
                                       (4.5, ">= 3 to < 5", None), (8, ">= 5", None)),
    ("wcto", "khanna_2018"): bands((2, "low", 0.98), (4, "intermediate", 0.742),
                                   (6.5, "high", 0.425)),
    ("ora", "galassi_2016"): bands((0.5, "easy", None), (1.5, "intermediate", None),
                                   (2.5, "difficult", None), (4, "very difficult", None)),
    ("bcto", "busan_2017"): bands((1.5, "easy", 0.953), (3.5, "intermediate", 0.865),
                                  (5.5, "difficult", 0.791), (11, "very difficult", 0.652)),
}  # fmt: skip


@pytest.mark.parametrize("chosen", EVERYTHING, ids=lambda each: f"{each.name}-{each.edition}")
def test_groups_and_rates_at_every_total(chosen: ScoringSystem) -> None:
    groups = GROUPS.get((chosen.name, chosen.edition), {})
    points = 0.0
    while points <= chosen.most_points:
        found = chosen.group(points)
        told = (found.name, found.rate) if found else None
        assert told == groups.get(points), points
        points += 0.5
    assert not groups or max(groups) == chosen.most_points


# The grade of every published rate, and every part whose source could not be read.
RATE_GRADES = {
    "jcto": Evidence.REVIEW, "ct_rector": Evidence.SECONDARY, "kcct": Evidence.SECONDARY,
    "castle": Evidence.REVIEW, "wcto": Evidence.PRIMARY, "bcto": Evidence.PRIMARY,
}  # fmt: skip
UNCONFIRMED = {
    "jcto_ct": "groups",
    "ct_rector": "multiple_occlusions:, blunt_stump:, bending:",
    "kcct": "side_branch:, bending:, calcification:",
    "progress": "tortuosity:",
    "castle": "calcification:",
    "cl": "prior_cabg, length, prior_mi, non_lad, blunt_stump",
    "wcto": "tortuosity:",
    "ora": "groups",
}
GRADES = {
    "jcto": Evidence.REVIEW, "jcto_ct": Evidence.PRIMARY, "recharge_ct": Evidence.SECONDARY,
    "ora": Evidence.SECONDARY, "bcto": Evidence.PRIMARY, "progress_mace": Evidence.PRIMARY,
    "progress_mortality": Evidence.PRIMARY, "progress_pericardiocentesis": Evidence.PRIMARY,
    "oct_calcium": Evidence.PRIMARY, "ivus_calcium": Evidence.SECONDARY,
}  # fmt: skip


@pytest.mark.parametrize("chosen", EVERYTHING, ids=lambda each: f"{each.name}-{each.edition}")
def test_the_grades_of_rates_and_parts(chosen: ScoringSystem) -> None:
    graded = {group.evidence for group in chosen.groups if group.rate is not None}
    assert graded <= {RATE_GRADES.get(chosen.name)}
    parts = ", ".join(chosen.unconfirmed).replace(": threshold or reading", ":")
    assert parts == UNCONFIRMED.get(chosen.name, "")
    assert chosen.evidence is GRADES.get(chosen.name, Evidence.UNCONFIRMED)


MOST_POINTS = {
    "jcto": 5, "jcto_ct": 5, "ct_rector": 6, "kcct": 8, "recharge_ct": 6, "progress": 4,
    "castle": 6, "cl": 8, "wcto": 6.5, "ora": 4, "bcto": 11, "progress_mace": 8,
    "progress_mortality": 5, "progress_pericardiocentesis": 6,
}  # fmt: skip


def test_every_system_has_its_most_points() -> None:
    assert {each.name: each.most_points for each in SYSTEMS} == MOST_POINTS
