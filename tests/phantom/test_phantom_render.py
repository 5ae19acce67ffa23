"""The picture against brute force, conservation and invariance."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import map_coordinates
from scipy.special import ndtri
from scipy.stats import qmc

from ctocalc._arrays import Floats
from ctocalc.phantom.cases import named, random_case
from ctocalc.phantom.lines import given_line
from ctocalc.phantom.noise import noise
from ctocalc.phantom.path import build_axes, build_axis
from ctocalc.phantom.project import Projector
from ctocalc.phantom.render import case_grid, noiseless, psf_sigma, render
from ctocalc.phantom.scene import build_scene
from ctocalc.phantom.spec import (
    HU_PER_MGCC,
    CaseSpec,
    GivenLine,
    Nodule,
    Path,
    Scan,
    Surroundings,
    Vessel,
)


def projector(spec: CaseSpec) -> Projector:
    axes = build_axes(spec.vessels)
    return Projector(
        spec=spec, axes=axes, scene=build_scene(spec, axes[spec.vessels[0].name]),
        grid=case_grid(spec, axes), sigma_mm=psf_sigma(spec),
    )  # fmt: skip


def brute_force(p: Projector, voxels: Floats, count: int) -> Floats:
    """Average the hard-edged object over the PSF of each voxel, by quasi Monte-Carlo."""
    unit = p.grid.lps_from_kji[:3, :3] / np.array(p.grid.spacing_kji_mm)
    normal = ndtri(qmc.Sobol(3, seed=1).random(count) * (1 - 1e-9) + 5e-10) * p.sigma_mm
    out = np.empty(len(voxels))
    for n, kji in enumerate(voxels):
        points = p.grid.points(kji) + normal @ unit.T
        out[n] = (p.scene.hu(points, None) + p.contrast(points, 1e-9)).mean()
    return out


@pytest.mark.parametrize("name", ["oblique-branch", "random"])
def test_partial_volume_is_integrated(name: str) -> None:
    spec = named(name) if name != "random" else random_case(1, quality="standard")
    p = projector(replace(spec, scan=replace(spec.scan, motion_mm=0.0)))
    calcium = p.axes[spec.vessels[0].name]
    near = calcium.points[(calcium.s > 18) & (calcium.s < 42)][::5]
    rng = np.random.default_rng(0)
    around = p.grid.indices(near + rng.normal(0, 1.2, near.shape)).round()
    around = around[rng.permutation(len(around))[:60]]
    error = p.picture()[tuple(around.astype(int).T)] - brute_force(p, around, 2**13)
    assert abs(error.mean()) < 0.5
    assert error.std() < 1.5


def blob(at_mm: float = 20.0) -> CaseSpec:
    vessel = Vessel(
        name="LAD", path=Path(length_mm=40.0), diameter_start_mm=4.0, diameter_end_mm=4.0,
        lumen_hu=50.0, lumen_hu_per_mm=0.0, plaque_hu=50.0,
        calcium=(Nodule(at_mm=at_mm, angle_deg=30, depth=0.3, along_mm=1.5, radial_mm=0.6,
                        across_mm=0.8, density_mgcc=1000),),
        wall_mm=1.99,
    )  # fmt: skip
    return CaseSpec(
        name="blob", summary="", vessels=(vessel,), surroundings=Surroundings(texture_hu=0.0),
        scan=Scan(psf_fwhm_z_mm=0.9),
    )  # fmt: skip


def test_blur_conserves_the_mass_of_calcium() -> None:
    spec = blob()
    bare = replace(spec, vessels=(replace(spec.vessels[0], calcium=()),))
    one, grid = noiseless(spec)
    excess = float((one - noiseless(bare, grid)[0]).sum()) * grid.voxel_volume_mm3
    mass_mg = excess / HU_PER_MGCC[120] / 1000
    assert mass_mg == pytest.approx(4 / 3 * np.pi * 1.5 * 0.6 * 0.8, rel=0.01)


def test_turning_the_grid_leaves_the_picture_where_it_is() -> None:
    spec = replace(named("blunt-calcified"), surroundings=Surroundings(texture_hu=0.0))
    straight, grid = noiseless(replace(spec, scan=replace(spec.scan, psf_fwhm_z_mm=0.66)))
    scan = replace(spec.scan, rotation_deg=(15.0, 10.0, -20.0), psf_fwhm_z_mm=0.66)
    turned, other = noiseless(replace(spec, scan=scan))
    axis = build_axis(spec.vessels[0].path)
    rng = np.random.default_rng(1)
    points = axis.points[(axis.s > 5) & (axis.s < 50)] + rng.normal(0, 1.0, (899, 3))
    one = map_coordinates(straight, grid.indices(points).T, order=5)
    two = map_coordinates(turned, other.indices(points).T, order=5)
    assert np.median(np.abs(one - two)) < 2
    assert np.corrcoef(one, two)[0, 1] > 0.999


def test_noise_has_the_stated_sd_and_no_mean() -> None:
    field = noise((40, 96, 96), (0.5, 0.4, 0.4), np.array([0.32, 0.28, 0.28]), sd_hu=24.0, seed=3)
    assert field.std() == pytest.approx(24.0, rel=0.03)
    # A ramp spectrum has no power at zero frequency.
    assert np.abs(field.mean(axis=(1, 2))).max() < 0.01
    near = np.corrcoef(field[:, :, :-1].ravel(), field[:, :, 1:].ravel())[0, 1]
    assert 0.1 < near < 0.9


def test_rendering_repeats_bit_for_bit_and_seeds_change_noise_and_lines_only() -> None:
    one, again, other = (render(blob(), seed=s) for s in (1, 1, 2))
    assert np.array_equal(one.volume.stored, again.volume.stored)
    assert not np.array_equal(one.volume.stored, other.volume.stored)
    assert one.truth["vessels"] == other.truth["vessels"]
    assert not np.array_equal(one.lines[0].points_lps_mm, other.lines[0].points_lps_mm)
    assert one.volume.stored.dtype == np.int16


def test_every_line_lies_inside_with_a_margin() -> None:
    for seed in range(4):
        spec = random_case(seed, quality="hard")
        axes = build_axes(spec.vessels)
        grid = case_grid(spec, axes)
        for vessel in (v for v in spec.vessels if v.given):
            axis = axes[vessel.name]
            points = axis.points[(axis.s >= 0) & (axis.s <= vessel.path.length_mm)]
            room = np.array(grid.spacing_kji_mm) * np.minimum(
                grid.indices(points), np.array(grid.shape_kji) - 1 - grid.indices(points)
            )
            assert room.min() >= 8


def test_line_jitter_has_the_stated_sd() -> None:
    vessel = Vessel(
        name="LAD", path=Path(length_mm=400.0), diameter_start_mm=3.0, diameter_end_mm=3.0
    )
    axis = build_axis(vessel.path)
    spec = GivenLine(jitter_mm=0.3, correlation_mm=2.0, spacing_mm=0.5, with_radius=True)
    line = given_line(vessel, axis, spec, np.random.default_rng(5))
    s = np.linspace(0, 400, len(line.points_lps_mm))
    assert (line.points_lps_mm - axis.at(s, axis.points)).std() == pytest.approx(0.3, rel=0.12)
    assert line.radius_mm is not None
    assert line.radius_mm.std() / line.radius_mm.mean() == pytest.approx(0.12, rel=0.15)


def test_a_patent_lumen_reads_its_hu_in_the_middle() -> None:
    spec = named("open-vessel")
    picture, grid = noiseless(spec)
    axis = build_axes(spec.vessels)["LAD"]
    at = np.array([8.0])
    value = map_coordinates(picture, grid.indices(axis.at(at, axis.points)).T, order=3)[0]
    assert value == pytest.approx(410 - 0.4 * 8, abs=6)
