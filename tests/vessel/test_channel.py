"""Contrast through an occlusion: seen, surely absent, or not told; noise alone is never a channel.

Sections are written down as CT would show them: a blurred disc of plaque in fat, a blurred channel
of the contrast that its width leaves, and noise as broad as the blur.
"""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from scipy.special import ndtr

from ctocalc._arrays import Floats
from ctocalc.image.sections import CartesianSections
from ctocalc.vessel.boundary import Boundary, BoundaryKind
from ctocalc.vessel.channel import Channel, ChannelSettings, find_channel
from ctocalc.vessel.lumen import LumenSignal
from ctocalc.vessel.tissue import Tissue
from tests.curves import straight_frames

STEP_MM, RADIUS_MM, SIGMA_MM = 0.5, 1.6, 0.3
LUMEN_HU, PLAQUE_HU, FAT_HU = 400.0, 55.0, -90.0
OFFSET = np.arange(-4.5, 4.51, 0.15)
AWAY = np.hypot(OFFSET[:, None], OFFSET[None, :])


def tube(stations: int) -> Floats:
    inside = ndtr((RADIUS_MM - AWAY) / SIGMA_MM)
    return np.repeat((FAT_HU + (PLAQUE_HU - FAT_HU) * inside)[None], stations, axis=0)


def channel(diameter_mm: float, at_mm: tuple[float, float] = (0.0, 0.0)) -> Floats:
    share = 1.0 - np.exp(-(diameter_mm**2) / (8.0 * SIGMA_MM**2))
    away = np.hypot(OFFSET[:, None] - at_mm[0], OFFSET[None, :] - at_mm[1])
    return np.asarray((LUMEN_HU - PLAQUE_HU) * share * np.exp(-0.5 * (away / SIGMA_MM) ** 2))


def noise(stations: int, sd_hu: float, seed: int) -> Floats:
    width = (0.25 / STEP_MM, 0.25 / 0.15, 0.25 / 0.15)
    white = np.random.default_rng(seed).normal(size=(stations, len(OFFSET), len(OFFSET)))
    smooth = gaussian_filter(white, width)
    return np.asarray(sd_hu * smooth / smooth.std())


def told(hu: Floats, noise_hu: float) -> Channel:
    count = len(hu)
    frames = straight_frames(STEP_MM * np.arange(count, dtype=float))
    flat = np.full(count, PLAQUE_HU)
    return find_channel(
        CartesianSections(
            samples=hu.astype(np.float32), frames=frames, offset_mm=OFFSET,
            inside=np.ones(count, dtype=bool),
        ),
        Boundary(
            radius_mm=np.full((count, 48), RADIUS_MM), kind=BoundaryKind.WALL,
            confidence=np.ones(count),
        ),
        LumenSignal(
            contrast_hu=flat, reference_hu=np.full(count, LUMEN_HU), plaque_hu=flat,
            floor_hu=flat, level_hu=flat, tissue=np.full(count, Tissue.PLAQUE),
            odds=np.zeros(count),
            blur_mm=float(np.hypot(SIGMA_MM, 0.2)),
        ),
        np.ones(count, dtype=bool),
        noise_hu=noise_hu,
        settings=ChannelSettings(),
    )  # fmt: skip


@pytest.mark.parametrize("diameter_mm", [0.3, 0.4, 0.5])
@pytest.mark.parametrize("at_mm", [(0.0, 0.0), (0.3, -0.45)])
def test_without_noise_a_channel_has_its_diameter(
    diameter_mm: float, at_mm: tuple[float, float]
) -> None:
    found = told(tube(40) + channel(diameter_mm, at_mm), 1.0)

    assert found.present is True
    assert found.diameter_mm.value == pytest.approx(diameter_mm, rel=0.12)


def test_a_plain_long_occlusion_holds_none() -> None:
    found = told(tube(60) + noise(60, 22.0, 1), 22.0)

    assert found.present is False
    assert found.diameter_mm.high is not None
    assert found.diameter_mm.high < ChannelSettings().diameter_mm


def test_noise_alone_is_hardly_ever_a_channel() -> None:
    found = [told(tube(16) + noise(16, 35.0, seed), 35.0) for seed in range(100)]

    assert sum(each.present is True for each in found) <= 1
    assert sum(each.present is None for each in found) > 50
    assert np.mean([each.diameter_mm.low == 0.0 for each in found]) >= 0.95


def test_the_interval_holds_the_channel() -> None:
    body = tube(24) + channel(0.4)
    found = [told(body + noise(24, 30.0, seed), 30.0).diameter_mm for seed in range(40)]
    held = [m.low <= 0.4 <= m.high for m in found if m.low is not None and m.high is not None]

    assert np.mean(held) >= 0.9


def test_what_runs_through_half_of_it_is_no_channel() -> None:
    body = tube(40)
    body[:20] += channel(0.5)

    assert told(body, 1.0).present is not True


def test_a_dark_spot_as_strong_as_the_bright_one_takes_its_word() -> None:
    both = tube(40) + channel(0.35, (0.45, 0.0))
    assert told(both, 15.0).present is True

    both -= channel(0.35, (-0.45, 0.0))
    assert told(both, 15.0).present is None


def test_calcium_all_around_hides_it() -> None:
    ring = 600.0 * np.exp(-0.5 * ((AWAY - 1.1) / SIGMA_MM) ** 2)
    found = told(tube(30) + ring, 20.0)

    assert found.present is None
    assert found.diameter_mm.value is None
    assert "calcium" in str(found.reason)


def test_a_short_occlusion_is_not_told() -> None:
    assert told(tube(6), 20.0).present is None
