"""Which warnings a measurement gives, and that it gives none without cause."""

import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.errors import Code, Notice
from ctocalc.image.physics import ScanPhysics
from ctocalc.image.scan import ScanFacts
from ctocalc.quantity import Measured, Unit
from ctocalc.study.quality import image_notices, vessel_notices
from ctocalc.study.settings import ImageSettings
from ctocalc.vessel.centerline import Centerline
from tests import case_results
from tests.measured_tube import Seen, line_of, look
from tests.tube import Path, gap, scan, vessel

PATH = Path(length_mm=36.0)
LESION = case_results.lesion()
FINE = ScanFacts(spacing_kji_mm=(0.5, 0.4, 0.4), slices=100)
THICK = replace(FINE, spacing_kji_mm=(2.0, 0.7, 0.7))


def physics(
    pool: float | None = 400.0, noise: float | None = 25.0, *, contrast: bool = True
) -> ScanPhysics:
    def of(value: float | None) -> Measured:
        if value is None:
            return Measured.unknown(Unit.HU, "not seen")
        return Measured(value=value, unit=Unit.HU)

    return ScanPhysics(
        noise_hu=of(noise), psf_fwhm_mm=Measured(value=0.7, unit=Unit.MM), blood_pool_hu=of(pool),
        contrast=contrast, hu_per_mgcc=1.32,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("seen", "codes"),
    [
        (physics(), []),
        (physics(contrast=False, pool=60.0), [Code.NO_CONTRAST]),
        (physics(contrast=False, pool=None), [Code.NO_CONTRAST]),
        (physics(pool=249.0), [Code.CONTRAST_LOW]),
        (physics(pool=251.0), []),
        (physics(noise=46.0), [Code.NOISE_HIGH]),
        (physics(noise=44.0), []),
        (physics(noise=None), []),
        (physics(noise=60.0, pool=200.0), [Code.CONTRAST_LOW, Code.NOISE_HIGH]),
    ],
)
def test_notices_of_the_scan(seen: ScanPhysics, codes: list[Code]) -> None:
    notices = image_notices(FINE, seen, ImageSettings())
    assert [notice.code for notice in notices] == codes
    assert all(notice.vessel is None for notice in notices)


def test_limits_are_settings() -> None:
    lax = ImageSettings(low_contrast_below_hu=150.0, noise_high_above_hu=90.0)
    assert image_notices(FINE, physics(pool=200.0, noise=80.0), lax) == ()


@pytest.mark.parametrize(
    ("spacing_kji_mm", "thickness_mm", "expected"),
    [
        ((1.0, 0.6, 0.6), 1.0, []),
        ((0.5, 0.4, 0.4), None, []),
        ((1.01, 0.4, 0.4), None, [Code.SLICES_THICK]),
        ((0.5, 0.4, 0.4), 1.5, [Code.SLICES_THICK]),
        ((0.5, 0.4, 0.61), 0.5, [Code.VOXELS_COARSE]),
        ((2.0, 0.7, 0.4), 0.5, [Code.SLICES_THICK, Code.VOXELS_COARSE]),
    ],
)
def test_notices_of_the_voxels_and_their_limits_are_settings(
    spacing_kji_mm: tuple[float, float, float], thickness_mm: float | None, expected: list[Code]
) -> None:
    facts = replace(FINE, spacing_kji_mm=spacing_kji_mm, slice_thickness_mm=thickness_mm)
    found = image_notices(facts, physics(), ImageSettings())
    assert [notice.code for notice in found] == expected
    lax = ImageSettings(thick_above_mm=2.0, coarse_above_mm=0.7)
    assert image_notices(facts, physics(), lax) == ()


@cache
def seen_tube(widening: bool = False) -> Seen:
    """Measure an occluded vessel, or an open one that grows from 1.3 to 2.1 mm outer radius."""
    occluded = vessel(diameter=gap(14.0, 22.0))

    def growing(s: Floats, u: Floats, v: Floats) -> Floats:
        share = (1.3 + 0.8 * np.clip(s / 36.0, 0, 1)) / 1.8
        return vessel(diameter=2.6)(s, u / share, v / share)

    volume = scan(PATH, growing if widening else occluded, noise_hu=20.0)
    return look(volume, line_of(PATH))


def shifted(by_mm: float) -> Floats:
    return np.asarray(line_of(PATH) + np.array([by_mm, 0.0, 0.0]))


def codes(points: Floats, seen: Seen, **kwargs: object) -> list[Code]:
    return [notice.code for notice in notices(points, seen, **kwargs)]  # type: ignore[arg-type]


def notices(
    points: Floats, seen: Seen, *, truncated: bool = False, contrast: bool = True
) -> tuple[Notice, ...]:
    line = Centerline(points_lps_mm=points, vessel="RCA")
    lesions = (replace(LESION, truncated=truncated),)
    return vessel_notices(line, seen.trace, lesions, contrast=contrast)


def test_a_good_line_gives_no_notice() -> None:
    assert codes(line_of(PATH), seen_tube()) == []


def test_a_sparse_line_is_noticed() -> None:
    assert codes(line_of(PATH, step_mm=4.0), seen_tube()) == [Code.CENTERLINE_SPARSE]
    (said,) = notices(line_of(PATH, step_mm=3.02), seen_tube())
    assert "3.0 mm apart" not in said.message, "3.0 where at most 3 was expected puzzles"


def test_a_line_off_the_centre_is_noticed() -> None:
    beside = shifted(1.3)
    found = notices(beside, seen_tube())
    assert [notice.code for notice in found] == [Code.CENTERLINE_OFF_CENTRE]
    assert re.search(r"lies 1\.[23]\d mm off", found[0].message)
    assert found[0].vessel == "RCA"
    assert codes(shifted(0.7), seen_tube()) == []


def test_a_dark_thin_end_of_the_line_is_noticed() -> None:
    seen = seen_tube()
    thin = replace(seen, trace=replace(seen.trace, faded_mm=30.0))
    (said,) = notices(line_of(PATH), thin)

    assert said.code == Code.END_OF_LINE_TOO_THIN
    assert "From 30.0 mm" in said.message
    assert codes(line_of(PATH), thin, contrast=False) == []


def test_a_vessel_that_thins_out_is_said_to_be_dark_there() -> None:
    def thinning(s: Floats, u: Floats, v: Floats) -> Floats:
        wide = np.where(s < 18.0, 1.0, 0.3)
        return vessel(diameter=lambda at: np.where(at < 18.0, 2.6, 0.0))(s, u / wide, v / wide)

    seen = look(scan(PATH, thinning, noise_hu=15.0), line_of(PATH))

    assert seen.trace.gaps == ()
    assert seen.trace.faded_mm == pytest.approx(18.0, abs=2.0)
    assert seen.trace.own.faded_mm == seen.trace.faded_mm


def test_a_truncated_lesion_is_noticed() -> None:
    found = codes(line_of(PATH), seen_tube(), truncated=True)
    assert found == [Code.OCCLUSION_AT_END_OF_LINE]


def test_a_vessel_that_grows_distally_may_be_reversed() -> None:
    growing = seen_tube(widening=True)
    assert codes(line_of(PATH), growing) == [Code.CENTERLINE_DIRECTION]
    assert codes(line_of(PATH), growing, contrast=False) == []


def test_messages_are_sentences_that_say_what_to_do() -> None:
    beside = line_of(PATH, step_mm=4.0) + np.array([1.3, 0.0, 0.0])
    seen = (
        *image_notices(THICK, physics(pool=60.0, contrast=False), ImageSettings()),
        *notices(beside, seen_tube(), truncated=True),
    )
    assert len(seen) == 6
    for notice in seen:
        assert notice.message[0].isupper()
        assert notice.message.endswith(".")
        assert "/" not in notice.message
