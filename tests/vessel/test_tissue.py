"""Telling lumen, plaque and calcium apart along a vessel, from evidence that is made up."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from ctocalc._arrays import Floats
from ctocalc.vessel.tissue import (
    Evidence,
    Tissue,
    TissueSettings,
    fills_middle,
    lumen_odds,
    reaching,
    tell_tissue,
)

STEP = 0.5
COUNT = 120
ROUND, FLAT = 0.95, 0.4
BODY = slice(40, 80)
PIECE = slice(50, 62)


def evidence(roundness: float = ROUND, level: float = 0.97) -> Evidence:
    """A lumen, a dark body from 20 to 40 mm, and in it a piece as bright as the lumen."""
    share = np.ones(COUNT)
    share[BODY] = 0.0
    shape, bright = np.full(COUNT, ROUND), np.full(COUNT, 0.97)
    share[PIECE], shape[PIECE], bright[PIECE] = 1.0, roundness, level
    two: Floats = np.stack([shape, np.full(COUNT, np.nan)])
    return Evidence(
        share=share, brightest=share, level=np.where(share > 0, bright, 0.1),
        level_sd=np.zeros(COUNT), level_noise=np.full(COUNT, 0.04),
        alone=np.ones(COUNT, dtype=bool), lumen_mm2=4.0 * share, offset=0.05 * np.ones((2, COUNT)),
        roundness=two, spread=np.zeros((2, COUNT)), hollow=np.zeros((2, COUNT)),
        plugged=np.zeros(COUNT, dtype=bool),
    )  # fmt: skip


def told(seen: Evidence) -> np.ndarray:
    return tell_tissue(seen, STEP, TissueSettings())


def test_an_open_vessel_is_lumen_and_a_dark_stretch_is_not() -> None:
    tissue = told(evidence())
    assert set(tissue[:40]) == {Tissue.LUMEN} == set(tissue[80:])
    assert set(tissue[40:50]) == {Tissue.PLAQUE} == set(tissue[62:80])


def test_a_round_central_piece_of_the_lumens_hu_is_an_island() -> None:
    assert set(told(evidence())[PIECE]) == {Tissue.LUMEN}


def test_a_flat_piece_of_the_lumens_hu_is_calcium() -> None:
    assert set(told(evidence(roundness=FLAT))[PIECE]) == {Tissue.CALCIUM}


def test_an_island_that_lies_off_the_middle_as_a_whole_is_calcium() -> None:
    seen = evidence()
    offset = seen.offset.copy()
    offset[:, PIECE] = 0.4
    assert set(told(replace(seen, offset=offset))[PIECE]) == {Tissue.CALCIUM}
    # As lumen it would have to be likelier than the settings ask.
    easy = replace(TissueSettings(), island_odds=-9.0)
    kept = tell_tissue(replace(seen, offset=offset), STEP, easy)
    assert set(kept[PIECE]) == {Tissue.LUMEN}


def test_a_lumen_off_the_middle_stays_one_where_the_line_begins() -> None:
    seen = evidence()
    offset = seen.offset.copy()
    offset[:, :40] = 0.4
    assert set(told(replace(seen, offset=offset))[:40]) == {Tissue.LUMEN}


def test_what_is_brighter_than_the_lumen_upstream_is_calcium_however_round() -> None:
    assert set(told(evidence(level=1.15))[PIECE]) == {Tissue.CALCIUM}
    # Unless its own HU is not known that well.
    vague = replace(evidence(level=1.15), level_sd=np.full(COUNT, 0.2))
    assert set(told(vague)[PIECE]) == {Tissue.LUMEN}


def test_a_bright_disc_about_the_middle_leaves_no_room_for_a_lumen() -> None:
    """The rim of what is a third brighter has the lumen's HU, as much of it as a lumen beside."""
    seen = evidence(level=1.3)
    bright = np.where(seen.level == 1.3, 1.3, seen.brightest)
    seen = replace(seen, brightest=bright)
    assert fills_middle(seen, TissueSettings())[PIECE].all()
    assert set(told(seen)[PIECE]) == {Tissue.CALCIUM}
    offset = seen.offset.copy()
    offset[:, PIECE] = 0.5
    aside = replace(seen, offset=offset)
    near = replace(seen, alone=np.zeros(COUNT, dtype=bool))
    # A lumen that merges with calcium beside it looks like one disc of its own HU.
    merged = replace(seen, level=np.where(seen.level == 1.3, 1.1, seen.level))
    for beside in (aside, near, merged):
        assert not fills_middle(beside, TissueSettings()).any()
        # Whether it is an island as a whole is another question.
        kept = tell_tissue(beside, STEP, replace(TissueSettings(), island_odds=-9.0))
        assert set(kept[PIECE]) == {Tissue.LUMEN}


def test_calcium_reaches_where_one_of_its_stations_is_deep() -> None:
    tissue = np.array([0, 0, 2, 2, 2, 1, 2, 2, 0])
    deep = np.zeros(9, dtype=bool)
    assert not reaching(tissue, deep).any()
    deep[[1, 4, 5]] = True
    assert_array_equal(np.flatnonzero(reaching(tissue, deep)), [2, 3, 4])


def stepped(before: float, here: float, after: float) -> Evidence:
    """An open vessel whose HU jumps twice."""
    level = np.repeat([before, here, after], (50, 12, COUNT - 62))
    return replace(
        evidence(), share=np.ones(COUNT), brightest=np.ones(COUNT), lumen_mm2=np.full(COUNT, 4.0),
        level=level, roundness=np.full((2, COUNT), ROUND),
    )  # fmt: skip


def test_contrast_that_is_brighter_than_before_and_after_is_calcium() -> None:
    seen = stepped(0.8, 1.0, 0.7)
    tissue = told(seen)
    assert set(tissue[PIECE]) == {Tissue.CALCIUM}
    assert set(tissue[:50]) == {Tissue.LUMEN} == set(tissue[62:])


def test_a_lumen_may_dim_or_brighten_once_and_lie_beside_calcium() -> None:
    open_ = {Tissue.LUMEN}
    assert set(told(stepped(1.0, 0.7, 0.7))) == open_ == set(told(stepped(0.7, 0.7, 1.0)))
    assert set(told(stepped(1.0, 0.7, 1.0))) == open_
    seen = stepped(0.8, 1.0, 0.7)
    offset = seen.offset.copy()
    offset[:, PIECE] = 0.5
    assert set(told(replace(seen, offset=offset))) == open_
    # Noise, neighbours too narrow to know, and a bright stretch too long for an occlusion.
    assert set(told(replace(seen, level_noise=np.full(COUNT, 0.3)))) == open_
    assert set(told(replace(seen, alone=np.arange(COUNT) >= 50))) == open_
    long = np.repeat([0.8, 1.0, 0.7], (30, 60, 30))
    assert set(told(replace(seen, level=long))) == open_


def test_lumen_does_not_run_through_calcium_where_its_hu_differs_beyond() -> None:
    seen = evidence()
    bright, level = np.ones(COUNT), np.repeat([1.0, 0.7], (56, COUNT - 56))
    bright[PIECE] = 3.0
    open_ = replace(
        stepped(1.0, 1.0, 1.0), brightest=bright, roundness=seen.roundness, alone=bright < 2
    )
    assert set(told(open_)) == {Tissue.LUMEN}
    # Room for a lumen is scarce beside the calcium: its HU decides.
    little = replace(open_, lumen_mm2=np.where(bright > 2, 0.4, 4.0))
    assert set(told(little)) == {Tissue.LUMEN}
    differs = replace(little, level=level)
    assert set(told(differs)[PIECE]) == {Tissue.CALCIUM}
    assert set(told(differs)[:45]) == {Tissue.LUMEN} == set(told(differs)[70:])
    unknown = replace(differs, alone=np.arange(COUNT) >= 50)
    assert set(told(unknown)) == {Tissue.LUMEN}


def test_beside_bright_calcium_the_room_for_a_lumen_decides() -> None:
    seen = evidence()
    bright = seen.brightest.copy()
    bright[20:30] = 3.0
    room = replace(seen, brightest=bright)
    assert set(told(room)[20:30]) == {Tissue.LUMEN}
    area = seen.lumen_mm2.copy()
    area[20:30] = 0.0
    assert set(told(replace(room, lumen_mm2=area))[20:30]) == {Tissue.CALCIUM}


def test_beside_calcium_in_a_narrow_vessel_less_room_is_enough() -> None:
    """0.35 mm2 beside calcium are little of a lumen that shows 4 mm2, and much of 0.6 mm2."""
    seen = evidence()
    bright = seen.brightest.copy()
    bright[20:34] = 3.0

    def with_room(elsewhere_mm2: float) -> set[int]:
        area = np.where(bright > 2.0, 0.35, elsewhere_mm2)
        return set(told(replace(seen, brightest=bright, lumen_mm2=area))[20:34])

    assert with_room(4.0) == {Tissue.CALCIUM}
    assert with_room(0.6) == {Tissue.LUMEN}


def test_one_noisy_station_changes_nothing() -> None:
    seen = evidence()
    shape = seen.roundness.copy()
    shape[0, 10] = 0.3
    share = seen.share.copy()
    share[90] = 0.3
    assert_array_equal(told(replace(seen, roundness=shape, share=share)), told(seen))


def test_the_other_direction_tells_the_same() -> None:
    seen = evidence(roundness=FLAT)
    turned = Evidence(
        **{name: getattr(seen, name)[..., ::-1].copy() for name in Evidence.__slots__}
    )
    assert_array_equal(told(turned)[::-1], told(seen))


def test_odds_of_lumen_add_up_with_length_and_fall_with_the_shape() -> None:
    lumen, flat = (lumen_odds(evidence(shape), STEP, TissueSettings()) for shape in (ROUND, FLAT))
    assert (lumen[:40] > 0.5).all()
    assert (lumen[PIECE] > 0.5).all()
    assert (flat[PIECE] < 0.0).all()
    assert (lumen[40:50] < 0.0).all()
    fine = lumen_odds(evidence(), STEP / 2, TissueSettings())
    np.testing.assert_allclose(2 * fine, lumen)


def amid_calcium(
    stations: int, level: float, *, distal: float = 0.7, roundness: float = ROUND
) -> Evidence:
    """A body of flat calcium, in it contrast of so many stations, before a dimmer distal lumen."""
    seen = evidence()
    here = slice(58, 58 + stations)
    share, bright = seen.share.copy(), np.ones(COUNT)
    bright[80:] = distal
    share[BODY], bright[BODY] = 2.5, 2.5
    shape, offset = seen.roundness.copy(), seen.offset.copy()
    shape[:, BODY], offset[0, BODY] = FLAT, 0.5
    share[here], bright[here] = 1.0, level
    shape[0, here], offset[0, here] = roundness, 0.05
    area = np.where(share == 2.5, 0.0, seen.lumen_mm2)
    area[here] = 4.0
    return replace(
        seen, share=share, brightest=share, level=bright, lumen_mm2=area, roundness=shape,
        offset=offset,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("stations", "level", "lumen"),
    [
        (5, 0.7, True), (5, 0.98, True), (5, 0.602, True), (5, 0.588, False), (5, 0.83, False),
        (3, 0.7, True), (2, 0.7, False), (7, 0.83, True),
    ],
)  # fmt: skip
def test_an_island_amid_calcium_has_the_hu_of_the_lumen_before_or_after_it(
    stations: int, level: float, lumen: bool
) -> None:
    """Longer ones show by their shape alone; the shortest do not, whatever their HU."""
    tissue = told(amid_calcium(stations, level))
    assert set(tissue[58 : 58 + stations]) == {Tissue.LUMEN if lumen else Tissue.CALCIUM}
    assert set(tissue[42:56]) == set(tissue[68:78]) == {Tissue.CALCIUM}


def test_calcium_of_the_distal_lumens_hu_is_none_by_its_shape() -> None:
    flat = told(amid_calcium(5, 0.7, roundness=FLAT))
    assert set(flat[58:63]) == {Tissue.CALCIUM}
    plugs = np.zeros(COUNT, dtype=bool)
    plugs[58:63] = True
    known = told(replace(amid_calcium(5, 0.7), plugged=plugs))
    assert set(known[58:63]) == {Tissue.CALCIUM}
