"""From a recipe to an image with its truth."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ctocalc._arrays import Array, Floats
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.image.volume import Volume
from ctocalc.phantom.artefacts import displaced, distort
from ctocalc.phantom.lines import Line, given_line
from ctocalc.phantom.noise import noise
from ctocalc.phantom.path import Axis, build_axes
from ctocalc.phantom.project import Projector
from ctocalc.phantom.scene import build_scene
from ctocalc.phantom.spec import CaseSpec
from ctocalc.phantom.truth import describe

_FWHM_PER_SIGMA = 2.3548200450309493


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PhantomCase:
    """One rendered case.

    ``volume``: int16, ``HU = stored - 1024``.  ``lines``: what a user gives, not the true axes.
    ``truth``: JSON-able, with the names of ``result.json``.  ``stations``: columns of equal length,
    true values every 0.5 mm of every given vessel.
    """

    name: str
    volume: Volume
    lines: tuple[Line, ...]
    truth: Mapping[str, Any]
    kvp: int
    stations: Mapping[str, Array]


def case_grid(spec: CaseSpec, axes: Mapping[str, Axis]) -> VoxelGrid:
    """Return the grid that holds every given line with the margin, turned as the scan says."""
    turn = _rotation(spec.scan.rotation_deg)
    # Columns k, j, i run along superior, posterior and left before the turn.
    unit = turn @ np.array([[0.0, 0, 1], [0, 1, 0], [1, 0, 0]])
    points = [
        axes[v.name].points[(axes[v.name].s >= 0) & (axes[v.name].s <= v.path.length_mm)]
        for v in spec.vessels
        if v.given
    ]
    local = np.concatenate(points) @ unit
    low, high = local.min(axis=0) - spec.scan.margin_mm, local.max(axis=0) + spec.scan.margin_mm
    spacing = np.array(spec.scan.spacing_kji_mm)
    k, j, i = (int(n) for n in np.ceil((high - low) / spacing) + 1)
    affine = np.eye(4)
    affine[:3, :3] = unit * spacing
    affine[:3, 3] = np.round(unit @ low, 3)
    return VoxelGrid(shape_kji=(k, j, i), lps_from_kji=affine)


def _rotation(degrees: tuple[float, float, float]) -> Floats:
    turn = np.eye(3)
    for axis, angle in enumerate(np.radians(degrees)):
        one, two = [n for n in range(3) if n != axis]
        step = np.eye(3)
        step[one, one] = step[two, two] = np.cos(angle)
        step[one, two], step[two, one] = -np.sin(angle), np.sin(angle)
        turn = step @ turn
    return turn


def psf_sigma(spec: CaseSpec) -> Floats:
    """Return the blur's standard deviations (k, j, i), mm."""
    scan = spec.scan
    return np.array([scan.psf_fwhm_z_mm, scan.psf_fwhm_mm, scan.psf_fwhm_mm]) / _FWHM_PER_SIGMA


def noiseless(spec: CaseSpec, grid: VoxelGrid | None = None) -> tuple[Floats, VoxelGrid]:
    """Return the blurred picture without noise, HU (K, J, I), and its grid."""
    axes = build_axes(spec.vessels)
    grid = case_grid(spec, axes) if grid is None else grid
    scene = build_scene(spec, axes[spec.vessels[0].name])
    projector = Projector(spec=spec, axes=axes, scene=scene, grid=grid, sigma_mm=psf_sigma(spec))
    return distort(projector.picture(), spec, axes[spec.vessels[0].name], grid), grid


def render(spec: CaseSpec, *, seed: int) -> PhantomCase:
    """Render a case; ``seed`` decides noise and line jitter only, never the anatomy.

    The same spec and seed give the same bytes with the same libraries, and HU within 1 on any
    machine: everything is rounded to integers once, at the very end.
    """
    picture, grid = noiseless(spec)
    picture += noise(
        grid.shape_kji, grid.spacing_kji_mm, psf_sigma(spec), sd_hu=spec.scan.noise_hu, seed=seed
    )
    stored = np.clip(np.rint(picture), -1024, 3071).astype(np.int16) + np.int16(1024)
    rng = np.random.Generator(np.random.PCG64([seed, 1]))
    axes = build_axes(spec.vessels)
    first = axes[spec.vessels[0].name]
    lines = tuple(given_line(v, axes[v.name], spec.line, rng) for v in spec.vessels if v.given)
    lines = tuple(
        replace(line, points_lps_mm=displaced(line.points_lps_mm, spec, first, grid))
        for line in lines
    )
    truth, stations = describe(spec, axes, grid, seed=seed)
    return PhantomCase(
        name=spec.name,
        volume=Volume(stored=stored, slope=1.0, intercept=-1024.0, grid=grid),
        lines=lines,
        truth=truth,
        kvp=spec.scan.kvp,
        stations=stations,
    )
