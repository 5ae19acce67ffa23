"""Blur of section stacks against its own covariance, a constant, its adjoint and a plain twin."""

import numpy as np
import pytest

from ctocalc._arrays import Floats, Floats32
from ctocalc.geometry.frames import Frames, rotation_minimising
from ctocalc.image.blur import SectionBlur

PIXEL, STEP = 0.2, 0.5
SIGMA = (0.28, 0.38)
AXIS = np.array([0.0, 0.0, 1.0])


def straight(*direction: float, count: int = 21) -> Frames:
    s: Floats = np.arange(count, dtype=np.float64) * STEP
    unit: Floats = np.asarray(direction, dtype=np.float64) / np.linalg.norm(direction)
    return rotation_minimising(s[:, None] * unit, np.asarray(np.tile(unit, (count, 1))), s)


def blur(frames: Frames, sigma: tuple[float, float] = SIGMA) -> SectionBlur:
    return SectionBlur.of_scan(frames, AXIS, sigma_mm=sigma, pixel_mm=PIXEL)


def noise(frames: Frames, seed: int, size: int = 17) -> Floats32:
    out: Floats = np.random.default_rng(seed).normal(size=(len(frames), size, size))
    return out.astype(np.float32)


@pytest.mark.parametrize("direction", [(0, 0, 1), (1, 0, 0), (0.5, 0.3, 0.8), (-0.4, 0.7, 0.5)])
@pytest.mark.parametrize("sigma", [(0.28, 0.38), (0.34, 0.28), (0.3, 0.3)])
def test_a_point_spreads_by_the_scans_covariance(
    direction: tuple[float, float, float], sigma: tuple[float, float]
) -> None:
    frames = straight(*direction)
    stack = np.zeros((21, 31, 31), np.float32)
    stack[10, 15, 15] = 1.0
    seen = blur(frames, sigma).apply(stack).astype(float)
    offset = (np.arange(31) - 15) * PIXEL
    v, u = np.meshgrid(offset, offset, indexing="ij")
    s = frames.arclength_mm[:, None, None] - frames.arclength_mm[10]
    axes = np.stack([frames.normal[10], frames.binormal[10], frames.tangent[10]])
    want = axes @ np.diag([sigma[0] ** 2, sigma[0] ** 2, sigma[1] ** 2]) @ axes.T
    assert seen.sum() == pytest.approx(1.0, abs=1e-5)
    cell = PIXEL**2 / 12
    assert (seen * u * u).sum() + cell == pytest.approx(want[0, 0], rel=0.015)
    assert (seen * v * v).sum() + cell == pytest.approx(want[1, 1], rel=0.015)
    assert (seen * u * v).sum() == pytest.approx(want[0, 1], abs=0.001)
    assert (seen * s * s).sum() + STEP**2 / 12 == pytest.approx(want[2, 2], rel=0.015)


def test_what_is_constant_stays_as_it_is_up_to_the_rim() -> None:
    frames = straight(0.5, 0.3, 0.8)
    flat = np.full((21, 9, 9), -90.0, np.float32)
    np.testing.assert_allclose(blur(frames).apply(flat), flat, rtol=1e-5)


def test_the_adjoint_is_the_transpose_also_at_the_rim() -> None:
    frames = straight(0.5, 0.3, 0.8)
    one, other = noise(frames, 1), noise(frames, 2)
    operator = blur(frames)
    left = float((operator.apply(one) * other).sum(dtype=np.float64))
    right = float((one * operator.adjoint(other)).sum(dtype=np.float64))
    assert left == pytest.approx(right, abs=1e-3)


def test_it_matches_plain_loops() -> None:
    frames = straight(0.5, 0.3, 0.8, count=5)
    operator, stack = blur(frames), noise(frames, 3, size=7)
    want = stack.astype(float)
    for taps, row, column in (
        (operator.column, 0, 1), (operator.row, 1, 0), (operator.rising, 1, 1),
        (operator.falling, 1, -1),
    ):  # fmt: skip
        before, reach = want.copy(), taps.shape[1] // 2
        for n, p, q in np.ndindex(want.shape):
            want[n, p, q] = sum(
                taps[n, k + reach]
                * before[n, np.clip(p + k * row, 0, 6), np.clip(q + k * column, 0, 6)]
                for k in range(-reach, reach + 1)
            )
    before, reach = want.copy(), operator.station.shape[1] // 2
    for n in range(5):
        want[n] = sum(
            operator.station[n, k + reach] * before[np.clip(n + k, 0, 4)]
            for k in range(-reach, reach + 1)
        )
    np.testing.assert_allclose(operator.apply(stack), want, atol=1e-4)


def test_a_part_of_the_stations_blurs_alike() -> None:
    frames = straight(0.5, 0.3, 0.8)
    stack = noise(frames, 4)
    whole, part = blur(frames).apply(stack), blur(frames).part(slice(4, 18)).apply(stack[4:18])
    np.testing.assert_allclose(part[4:-4], whole[8:14], atol=1e-5)
