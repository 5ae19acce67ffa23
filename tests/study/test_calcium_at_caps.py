"""The end of a taper is lumen, also where the cap is read too early."""

from dataclasses import replace

import pytest

from ctocalc.image.scan import ScanFacts
from ctocalc.study.calcium import Scan, deposits_of
from tests.measured_tube import SETTINGS, line_of, look
from tests.tube import SPACING, Path, gap, scan, vessel

PATH = Path(length_mm=46.0)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("early_mm", [0.0, 1.5])
def test_what_shines_between_a_cap_and_its_tip_is_no_calcium(early_mm: float, seed: int) -> None:
    """Read 1.5 mm too early, 0.5 to 0.8 mm3 of lumen were calcium."""
    volume = scan(
        PATH, vessel(diameter=gap(18.0, 30.0, taper=(6.0, 0.0))), noise_hu=25.0, seed=seed
    )
    seen = look(volume, line_of(PATH))
    facts = ScanFacts(
        spacing_kji_mm=SPACING, slices=volume.grid.shape_kji[0], kvp=120.0, modality="CT",
        slice_thickness_mm=SPACING[0],
    )  # fmt: skip
    (found,) = seen.trace.gaps
    early = replace(seen.trace, gaps=(replace(found, start_mm=found.start_mm - early_mm),))
    deposits = deposits_of(Scan(volume=volume, facts=facts, physics=seen.physics), early, SETTINGS)
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
