"""Cases to judge by: random phantoms of this project, or another generator's, read from files.

A file of another generator is a pickle of one mapping (read only files you made: a pickle can run
code): ``stored`` (K, J, I) integers with ``HU = stored * sl + ic``; ``aff`` (4, 4) from voxel
(k, j, i) to LPS mm; ``kvp``; ``lines``, pairs of a vessel's name and points (M, 3) LPS mm as a user
would give them; ``truth``, a mapping with the names of ``truth.json``; ``stations``, columns of
``stations.tsv`` at most every 0.5 mm.  What is optional in the truth: ``items``, normals, radii.
"""

import pickle
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np

from ctocalc._arrays import Array, Floats
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.image.scan import ScanFacts
from ctocalc.image.volume import Volume
from ctocalc.phantom.anatomy import wall_radius
from ctocalc.phantom.random_case import random_case
from ctocalc.phantom.render import render
from ctocalc.phantom.spec import CaseSpec
from ctocalc.study.analyse import analyse
from ctocalc.study.result import CaseResult
from ctocalc.study.settings import Request
from ctocalc.vessel.centerline import Centerline

Quality = Literal["standard", "hard"]
RAYS = 48


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """A scan, the lines a user gives, and the truth.

    ``walls``: vessel -> true radii (M, 48) of its outer wall by clock angle from ``normal_*`` of
    the stations; empty where only its area is known.
    """

    name: str
    volume: Volume
    kvp: float
    lines: tuple[Centerline, ...]
    truth: Mapping[str, Any]
    stations: Mapping[str, Array]
    walls: Mapping[str, Floats]
    spec: CaseSpec | None = None

    @property
    def facts(self) -> ScanFacts:
        """What the header would say."""
        spacing = self.volume.grid.spacing_kji_mm
        return ScanFacts(
            spacing_kji_mm=spacing, slices=self.volume.grid.shape_kji[0], kvp=float(self.kvp),
            modality="CT", slice_thickness_mm=spacing[0],
        )  # fmt: skip

    def table(self, vessel: str) -> dict[str, Array]:
        """Return the true stations of one vessel."""
        own = np.asarray(self.stations["vessel"]) == vessel
        return {name: np.asarray(column)[own] for name, column in self.stations.items()}

    def measured(self, lines: tuple[Centerline, ...] | None = None) -> CaseResult:
        """Analyse it in memory, with its own lines or others."""
        given = self.lines if lines is None else lines
        return analyse(self.volume, self.facts, given, request=Request(), inputs=())


def from_seed(seed: int, quality: Quality) -> Case:
    """Render a random phantom."""
    return from_spec(random_case(seed, quality=quality), seed)


def from_spec(spec: CaseSpec, seed: int) -> Case:
    """Render a recipe; ``seed`` draws the noise and the error of the lines."""
    made = render(spec, seed=seed)
    lines = tuple(
        Centerline(
            points_lps_mm=line.points_lps_mm, radius_mm=line.radius_mm, vessel=line.vessel,
            frame_declared=True,
        )
        for line in made.lines
    )  # fmt: skip
    bare = Case(
        name=made.name, volume=made.volume, kvp=made.kvp, lines=lines, truth=made.truth,
        stations=made.stations, walls={}, spec=spec,
    )  # fmt: skip
    angle = np.arange(RAYS) * 2 * np.pi / RAYS
    walls = {
        vessel.name: wall_radius(
            vessel, bare.table(vessel.name)["arclength_mm"].astype(float)[:, None], angle
        )
        for vessel in spec.vessels
        if vessel.given
    }
    return replace(bare, walls=walls)


def from_file(path: Path) -> Case:
    """Read a case of another generator."""
    with path.open("rb") as file:
        held = cast(dict[str, Any], pickle.load(file))
    stored = np.asarray(held["stored"])
    cut = (stored.shape[0], stored.shape[1], stored.shape[2])
    grid = VoxelGrid(shape_kji=cut, lps_from_kji=held["aff"])
    return Case(
        name=path.stem,
        volume=Volume(stored=stored, slope=held["sl"], intercept=held["ic"], grid=grid),
        kvp=held["kvp"],
        lines=tuple(
            Centerline(points_lps_mm=points, vessel=vessel, frame_declared=True)
            for vessel, points in held["lines"]
        ),
        truth=held["truth"],
        stations={name: np.asarray(column) for name, column in held["stations"].items()},
        walls={},
    )
