"""At caps: the end of a taper is lumen, and calcium that begins there is calcium."""

from dataclasses import replace

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.study.calcium import deposits_of
from ctocalc.vessel.tissue import Tissue
from tests.measured_tube import SETTINGS, line_of, look, scan_of
from tests.tube import Path, gap, scan, vessel

PATH = Path(length_mm=46.0)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("early_mm", [0.0, 1.5])
def test_what_shines_between_a_cap_and_its_tip_is_no_calcium(early_mm: float, seed: int) -> None:
    """Read 1.5 mm too early, 0.5 to 0.8 mm3 of lumen were calcium."""
    volume = scan(
        PATH, vessel(diameter=gap(18.0, 30.0, taper=(6.0, 0.0))), noise_hu=25.0, seed=seed
    )
    seen = look(volume, line_of(PATH))
    (found,) = seen.trace.gaps
    early = replace(seen.trace, gaps=(replace(found, start_mm=found.start_mm - early_mm),))
    deposits = deposits_of(scan_of(volume, seen.physics), early, SETTINGS)
    assert deposits.share.max() == 0.0


def test_a_cap_of_which_only_the_place_is_known_has_no_tip() -> None:
    """Without contrast nothing hides calcium at a reader's caps."""
    volume = scan(PATH, vessel(diameter=gap(18.0, 30.0, taper=(6.0, 0.0))), noise_hu=25.0)
    trace = look(volume, line_of(PATH)).trace
    assert trace.at_tips.any()
    # The place of a reader's cap may be that of a station.
    at_mm = float(trace.frames.arclength_mm[30])
    placed = tuple(replace(one.without_shape, start_mm=at_mm) for one in trace.gaps)
    assert not replace(trace, gaps=placed).at_tips.any()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_calcium_that_begins_at_a_cap_is_found_from_there_on(seed: int) -> None:
    """A half ring hardly brighter than the lumen: 1.5 to 2 mm of it were missed at either cap."""
    entry, exit_ = 18.0, 30.0

    def half_ring(s: Floats, u: Floats, v: Floats) -> Floats:
        ring = (np.hypot(u, v) > 0.9) & (np.hypot(u, v) < 1.7) & (v > -0.3)
        return np.where(ring & (s > entry) & (s < exit_), 420.0, 0.0)

    volume = scan(
        PATH, vessel(diameter=gap(entry, exit_), calcium=half_ring), noise_hu=25.0, seed=seed
    )
    seen = look(volume, line_of(PATH))
    found = deposits_of(scan_of(volume, seen.physics), seen.trace, SETTINGS)
    s, area = seen.trace.frames.arclength_mm, found.share.sum(axis=(1, 2))
    middle = np.median(area[(s > 22.0) & (s < 26.0)])
    for low in (entry + 0.75, exit_ - 2.25):
        assert area[(s > low) & (s < low + 1.5)].mean() > 0.6 * middle


def test_what_shines_at_a_tip_is_calcium_where_it_reaches_deeper() -> None:
    """A millimetre deeper than the tip; at the tip alone it may be the end of the lumen."""
    volume = scan(PATH, vessel(diameter=gap(18.0, 30.0, taper=(6.0, 0.0))), noise_hu=25.0)
    trace = look(volume, line_of(PATH)).trace
    tips = trace.at_tips
    entry = np.flatnonzero(tips & (trace.frames.arclength_mm < 24.0))
    for deeper, kept in ((1, True), (2, True), (3, False), (9, False)):
        tissue = trace.signal.tissue.copy()
        tissue[entry[0] : entry[-1] + 1 + deeper] = Tissue.CALCIUM
        seen = replace(trace, signal=replace(trace.signal, tissue=tissue))
        assert seen.at_tips[entry].all() == kept
        assert seen.at_tips[entry].any() == kept
