"""What the header alone warns of."""

import pytest

from ctocalc.errors import Code
from ctocalc.image.scan import ScanFacts, quality_notices


def apart(step: float, thickness: float | None) -> bool:
    facts = ScanFacts(spacing_kji_mm=(step, 0.4, 0.4), slices=100, slice_thickness_mm=thickness)
    found = [n for n in quality_notices(facts) if n.code is Code.SLICES_APART]
    assert all(f"{step:g} mm apart and {thickness:g} mm thick" in n.message for n in found)
    return bool(found)


@pytest.mark.parametrize(
    ("step", "thickness", "told"),
    [(1.0, 0.5, True), (0.6, 0.5, True), (0.51, 0.5, False), (0.625, 0.6, False), (0.5, 0.5, False),
     (0.25, 0.5, False), (1.0, None, False)],
)  # fmt: skip
def test_slices_farther_apart_than_they_are_thick_are_told(
    step: float, thickness: float | None, told: bool
) -> None:
    assert apart(step, thickness) is told
