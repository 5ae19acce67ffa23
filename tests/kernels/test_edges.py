"""Edges of blurred discs against their exact profile, and against the slow twins."""

import numpy as np
import pytest
from scipy.stats import ncx2

from ctocalc._arrays import Array, Floats
from ctocalc.kernels.edges import fit_two_edges, guess_edges
from tests.kernels import naive_edges

RADIUS = np.arange(0.0, 4.01, 0.1)
LUMEN, PLAQUE, FAT = 400.0, 55.0, -90.0
LAYER = 0.45


def disc(disc_mm: float, sigma: float) -> Floats:
    """Exact radial profile of a disc blurred by a Gaussian in two dimensions."""
    if disc_mm <= 0:
        return np.zeros(len(RADIUS))
    return np.asarray(ncx2.cdf((disc_mm / sigma) ** 2, 2, (RADIUS / sigma) ** 2))


def profile(lumen_mm: float, wall_mm: float, sigma: float, outside: float = FAT) -> Floats:
    wall = outside + (PLAQUE - outside) * disc(wall_mm, sigma)
    return np.asarray(wall + (LUMEN - PLAQUE) * disc(lumen_mm, sigma))


def free(count: int) -> Floats:
    """Both edges of all rays of one station are fitted."""
    return np.full((1, count), np.nan)


def rays(*profiles: Floats) -> Array:
    return np.stack(profiles)[None].astype(np.float32)


def fit(samples: Array, sigma: float, lumen_hu: float = LUMEN) -> tuple[Array, Array, Array]:
    """Guess and fit one station; returns the fits (A, 3), outside and calcified (A,)."""
    starts, outside, layer, calcified = guess(samples, lumen_hu, LUMEN + 150.0)
    lumen = np.full(outside.shape, np.nan_to_num(lumen_hu))
    return fitted(samples, sigma, starts, outside, layer, lumen)[0], outside[0], calcified[0]


def guess(samples: Array, lumen_hu: float, above_hu: float) -> tuple[Array, Array, Array, Array]:
    lumen, plaque, above = (np.full(len(samples), hu) for hu in (lumen_hu, PLAQUE, above_hu))
    found: tuple[Array, Array, Array, Array] = guess_edges(
        samples, RADIUS, lumen, plaque, above, 0.5, 3.4, LAYER
    )
    return found


def fitted(
    samples: Array, sigma: float, starts: Array, outside: Array, layer: Array,
    lumen: Array | None = None, reach: float = 0.9,
) -> Array:  # fmt: skip
    found: Array = fit_two_edges(
        samples, RADIUS, np.full(outside.shape, LUMEN) if lumen is None else lumen,
        np.full(len(samples), PLAQUE), outside, starts, layer, reach, np.full(outside.shape, sigma),
    )  # fmt: skip
    return found


def noisy(clean: Floats, seed: int) -> Array:
    rng = np.random.default_rng(seed)
    return rays(*(clean + rng.normal(0, 15, len(RADIUS)) for _ in range(6)))


@pytest.mark.parametrize("sigma", [0.26, 0.30, 0.36])
@pytest.mark.parametrize(("lumen_mm", "wall_mm"), [(0.9, 1.4), (1.2, 1.6), (1.5, 2.2), (1.0, 2.0)])
def test_radii_of_blurred_discs(lumen_mm: float, wall_mm: float, sigma: float) -> None:
    found, outside, calcified = fit(rays(profile(lumen_mm, wall_mm, sigma)), sigma)
    assert found[0, 0] == pytest.approx(lumen_mm, abs=0.006)
    assert found[0, 1] == pytest.approx(wall_mm, abs=0.02)
    assert outside[0] == pytest.approx(FAT, abs=6.0)
    assert not calcified.any()


@pytest.mark.parametrize("sigma", [0.26, 0.36])
@pytest.mark.parametrize("wall_mm", [1.0, 1.5, 2.2])
def test_radius_of_a_wall_without_lumen(wall_mm: float, sigma: float) -> None:
    found, _, _ = fit(rays(profile(0.0, wall_mm, sigma)), sigma, np.nan)
    assert found[0, 0] <= 0.0
    assert found[0, 1] == pytest.approx(wall_mm, abs=0.03)


@pytest.mark.parametrize("lumen_mm", [0.6, 0.8])
@pytest.mark.parametrize("layer_mm", [0.25, 0.4])
def test_a_thin_branch_with_a_thin_wall(lumen_mm: float, layer_mm: float) -> None:
    """A straight edge, even moved by its bend, reads these walls 0.02 to 0.07 mm too wide."""
    found, _, _ = fit(rays(profile(lumen_mm, lumen_mm + layer_mm, 0.28)), 0.28)
    assert found[0, 0] == pytest.approx(lumen_mm, abs=0.006)
    assert found[0, 1] == pytest.approx(lumen_mm + layer_mm, abs=0.016)


def test_the_fit_agrees_with_its_twin_under_noise() -> None:
    sigma = 0.3
    samples = noisy(profile(1.2, 1.8, sigma), 5)
    samples[0, :, 7] = np.nan
    starts = np.broadcast_to([1.0, 1.6], (1, 6, 2))
    found = fitted(samples, sigma, starts, np.full((1, 6), FAT), free(6), reach=9.0)
    for ray, (a, b, squares) in zip(samples[0], found[0], strict=True):
        (lumen_mm, wall_mm), least = naive_edges.two_edges(
            ray, RADIUS, (LUMEN, PLAQUE, FAT), sigma, np.array([1.0, 1.6])
        )
        assert a == pytest.approx(lumen_mm, abs=0.01)
        assert b == pytest.approx(wall_mm, abs=0.01)
        assert squares == pytest.approx(least, rel=0.04)


def test_a_wall_that_does_not_show_lies_a_layer_outside_the_lumen() -> None:
    """As the twin finds it that knows the thickness; noise alone moves it."""
    sigma, muscle = 0.3, 115.0
    samples = noisy(profile(1.2, 1.2 + LAYER, sigma, outside=muscle), 6)
    outside, layer = np.full((1, 6), muscle), np.full((1, 6), LAYER)
    found = fitted(samples, sigma, np.full((1, 6, 2), 1.4), outside, layer, reach=9.0)
    for ray, (a, b, _) in zip(samples[0], found[0], strict=True):
        assert b - a == pytest.approx(LAYER, abs=1e-6)
        assert a == pytest.approx(
            naive_edges.lumen_in_layer(ray, RADIUS, (LUMEN, PLAQUE, muscle), sigma, LAYER), abs=0.01
        )


def test_samples_beyond_the_reach_do_not_count() -> None:
    plain = rays(profile(1.2, 1.7, 0.3))
    spoiled = plain.copy()
    spoiled[..., RADIUS > 1.8 + 0.9] = 900.0
    starts = np.array([[[1.2, 1.8]]])
    a, b = (
        fitted(each, 0.3, starts, np.array([[FAT]]), free(1), reach=0.85)
        for each in (plain, spoiled)
    )
    np.testing.assert_array_equal(a, b)


def test_rays_that_cannot_be_fitted_are_nan() -> None:
    plain = profile(1.2, 1.7, 0.3)
    samples = rays(plain, plain, np.full(len(RADIUS), np.nan), plain)
    starts = np.array([[[1.2, np.nan], [1.2, 1.7], [1.2, 1.7], [1.2, 1.7]]])
    found = fitted(samples, 0.3, starts, np.array([[FAT, np.nan, FAT, FAT]]), free(4))
    assert np.isnan(found[0, :3]).all()
    assert np.isfinite(found[0, 3]).all()


def test_first_guesses_agree_with_the_twin() -> None:
    rng = np.random.default_rng(8)
    samples, lumens = [], []
    for n in range(12):
        lumen_mm = rng.uniform(0.7, 1.4)
        ray = profile(lumen_mm if n % 3 else 0.0, lumen_mm + rng.uniform(0.3, 0.9), 0.3)
        if n % 2:  # a contrast-filled neighbour behind the fat
            ray = ray + 450.0 * (1 - disc(3.0, 0.3))
        samples.append(ray + rng.normal(0, 4, len(RADIUS)))
        lumens.append(LUMEN if n % 3 else np.nan)
    # A station with lumen, of which this ray shows nothing.
    samples.append(profile(0.0, 1.3, 0.3))
    lumens.append(LUMEN)
    cube = np.stack(samples)[:, None, :].astype(np.float32)
    count = len(cube)
    starts, outside, _, _ = guess_edges(
        cube, RADIUS, np.array(lumens), np.full(count, PLAQUE), np.full(count, 600.0), 0.5, 3.4,
        LAYER,
    )  # fmt: skip
    for n in range(count):
        expected = naive_edges.first_guess(cube[n, 0], RADIUS, lumens[n], PLAQUE, (0.5, 3.4))
        assert expected is not None
        assert tuple(starts[n, 0]) == pytest.approx(expected)
        assert -110.0 < outside[n, 0] < -30.0


def test_a_neighbour_is_not_taken_for_the_outside() -> None:
    """The fit is that of the vessel alone, though a vein lies 1.2 mm behind its wall."""
    sigma = 0.3
    alone = profile(1.1, 1.6, sigma)
    beside = alone + 400.0 * (1 - disc(2.9, sigma))
    found, _, _ = fit(rays(alone, beside), sigma)
    np.testing.assert_allclose(found[1, :2], found[0, :2], atol=0.1)


def test_calcium_is_said_where_it_reaches_the_wall_only() -> None:
    sigma = 0.3
    at_wall = profile(0.0, 1.7, sigma) + 800 * (disc(1.6, sigma) - disc(1.0, sigma))
    further_in = profile(0.0, 2.4, sigma) + 800 * (disc(0.9, sigma) - disc(0.3, sigma))
    samples = rays(at_wall, further_in, profile(0.0, 1.7, sigma))
    _, _, _, calcified = guess(samples, np.nan, LUMEN)
    assert calcified[0].tolist() == [True, False, False]


def test_bright_muscle_behind_a_blocked_body_is_no_calcium() -> None:
    samples = rays(profile(0.0, 1.7, 0.3, outside=185.0))
    _, outside, _, calcified = guess(samples, np.nan, PLAQUE + 80.0)
    assert outside[0, 0] == pytest.approx(185.0, abs=5.0)
    assert not calcified.any()


def test_muscle_shows_the_wall_of_a_vessel_without_lumen() -> None:
    sigma = 0.3
    found, outside, _ = fit(rays(profile(0.0, 1.7, sigma, outside=115.0)), sigma, np.nan)
    assert outside[0] == pytest.approx(115.0, abs=3.0)
    assert found[0, 1] == pytest.approx(1.7, abs=0.05)


@pytest.mark.parametrize("lumen_mm", [0.9, 1.4])
@pytest.mark.parametrize("lumen_hu", [200.0, LUMEN])
def test_a_lumen_beside_muscle(lumen_mm: float, lumen_hu: float) -> None:
    """Against plaque alone as what is behind it, it reads 0.1 to 0.5 mm too wide."""
    sigma, muscle = 0.3, 115.0
    wall = muscle + (PLAQUE - muscle) * disc(lumen_mm + 0.4, sigma)
    found, outside, _ = fit(
        rays(wall + (lumen_hu - PLAQUE) * disc(lumen_mm, sigma)), sigma, lumen_hu
    )
    assert outside[0] == pytest.approx(muscle, abs=8.0)
    assert found[0, 0] == pytest.approx(lumen_mm, abs=0.05)


def test_noise_of_muscle_is_no_far_edge_of_a_dim_lumen() -> None:
    """A spot half-way to the lumen's HU, before the darkest place: the lumen ends before it."""
    sigma, muscle = 0.3, 115.0
    clean = muscle + (PLAQUE - muscle) * disc(1.4, sigma) + (170.0 - PLAQUE) * disc(1.0, sigma)
    spot = np.where(np.abs(RADIUS - 2.2) < 0.25, 20.0, 0.0)
    dark = np.where(np.abs(RADIUS - 3.0) < 0.25, -30.0, 0.0)
    starts, _, _, _ = guess(rays(clean + spot + dark), 170.0, 500.0)
    assert starts[0, 0, 0] == pytest.approx(1.0, abs=0.3)


def test_a_lumen_that_noise_hides_on_a_ray_is_looked_for() -> None:
    """No sample reaches half of the lumen's HU: it is narrower there, not none; plaque is none."""
    sigma, dim = 0.3, 190.0
    wall = FAT + (PLAQUE - FAT) * disc(1.7, sigma)
    found, _, _ = fit(rays(wall + 60.0 * disc(1.0, sigma), wall), sigma, dim)
    assert 0.3 < found[0, 0] < 1.0
    assert found[1, 0] < 0.1


def test_a_chamber_behind_a_lumen_is_not_more_of_it() -> None:
    sigma = 0.3
    alone = profile(1.2, 1.6, sigma, outside=70.0)
    beside = alone + 330.0 * (1 - disc(2.4, sigma))
    found, _, _ = fit(rays(alone, beside), sigma)
    assert found[1, 0] == pytest.approx(found[0, 0], abs=0.1)


def test_a_lumen_shows_where_the_wall_does_not() -> None:
    sigma = 0.3
    found, outside, _ = fit(rays(profile(1.2, 1.7, sigma, outside=PLAQUE)), sigma)
    assert outside[0] == pytest.approx(PLAQUE, abs=1.0)
    assert found[0, 0] == pytest.approx(1.2, abs=0.03)
