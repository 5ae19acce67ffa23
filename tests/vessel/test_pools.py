"""A line's stretch in the aorta: found in a scene of a formula, left out, and told."""

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.errors import CenterlineRefused, Code
from ctocalc.vessel.centerline import Centerline
from ctocalc.vessel.placement import Sampler
from ctocalc.vessel.pools import within_vessel

AORTA_MM = 14.0
SLOPE = (1.0, 0.0, -0.5)


def scene(hu: float = 400.0, vessel_mm: float = 1.8, noise: float = 20.0) -> Sampler:
    """An aorta along z about the origin, and a vessel that leaves it along ``SLOPE``; fat."""
    rng = np.random.default_rng(3)
    axis = np.array(SLOPE) / np.linalg.norm(SLOPE)

    def sample(points: Floats) -> Floats:
        along = points @ axis
        beside = np.linalg.norm(points - along[..., None] * axis, axis=-1)
        aorta = np.hypot(points[..., 0], points[..., 1]) < AORTA_MM
        inside = aorta | ((beside < vessel_mm) & (along > 0))
        out = np.where(inside, hu, -90.0) + rng.normal(0.0, noise, inside.shape)
        return np.asarray(out)

    return sample


def line(first_mm: float, last_mm: float = 60.0, step_mm: float = 0.7) -> Centerline:
    along = np.arange(first_mm, last_mm, step_mm)[:, None]
    points = along * np.array(SLOPE) / np.linalg.norm(SLOPE)
    return Centerline(points_lps_mm=points, vessel="RCA", radius_mm=np.full(len(points), 1.8))


# Along the line, the aorta's wall: where x reaches its radius.
WALL_MM = AORTA_MM * float(np.linalg.norm(SLOPE))


def test_the_stretch_in_the_aorta_is_left_out_and_told() -> None:
    given = line(0.0)
    own = within_vessel(given, scene())
    (notice,) = own.notices
    assert (notice.code, notice.vessel) == (Code.CENTERLINE_IN_AORTA, "RCA")
    start = float(np.linalg.norm(own.points_lps_mm[0]))
    # The ring of 4.5 mm leaves the aorta before its middle does.
    assert WALL_MM - 8.0 < start < WALL_MM
    assert own.radius_mm is not None
    assert len(own.radius_mm) == len(own.points_lps_mm)
    np.testing.assert_array_equal(own.points_lps_mm[-1], given.points_lps_mm[-1])


@pytest.mark.parametrize("first_mm", [WALL_MM - 2.0, WALL_MM, WALL_MM + 5.0])
def test_a_line_from_the_ostium_stays_as_it_is(first_mm: float) -> None:
    given = line(first_mm)
    assert within_vessel(given, scene()) is given


def test_without_contrast_nothing_is_told_apart() -> None:
    given = line(0.0)
    assert within_vessel(given, scene(hu=45.0)) is given


def test_a_wide_vessel_is_no_aorta() -> None:
    given = line(WALL_MM)
    assert within_vessel(given, scene(vessel_mm=4.0)) is given


def test_a_line_that_ends_in_the_aorta_is_refused() -> None:
    points = line(0.0).points_lps_mm[::-1]
    with pytest.raises(CenterlineRefused, match="run in the aorta or a chamber") as caught:
        within_vessel(Centerline(points_lps_mm=points, vessel="RCA"), scene())
    assert caught.value.code is Code.CENTERLINE_UNREADABLE
    aorta = np.array([0.0, 0.0, 1.0]) * np.arange(40.0)[:, None]
    with pytest.raises(CenterlineRefused):
        within_vessel(Centerline(points_lps_mm=aorta, vessel="RCA"), scene())


def test_too_little_outside_the_aorta_is_too_short() -> None:
    with pytest.raises(CenterlineRefused) as caught:
        within_vessel(line(0.0, WALL_MM + 1.0), scene())
    assert caught.value.code is Code.CENTERLINE_TOO_SHORT
