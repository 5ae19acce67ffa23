"""What the package measures on a tube of `tests.tube`: physics and one trace, settings as usual."""

from dataclasses import dataclass

import numpy as np

from ctocalc._arrays import Floats
from ctocalc.geometry.curve import Curve, smooth
from ctocalc.image import physics as scan_physics
from ctocalc.image.physics import ScanPhysics
from ctocalc.image.scan import ScanFacts
from ctocalc.image.sections import Sampler, cubic
from ctocalc.image.volume import Volume
from ctocalc.study.calcium import Scan
from ctocalc.study.settings import AnalysisSettings
from ctocalc.study.trace import Trace, frames_of, recentre, trace
from tests.tube import Path

SETTINGS = AnalysisSettings()
SLOPE = 1.32


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One vessel, measured."""

    sampler: Sampler
    physics: ScanPhysics
    trace: Trace


def scan_of(volume: Volume, physics: ScanPhysics) -> Scan:
    """Return the scan as the header of such a volume would have it."""
    spacing = volume.grid.spacing_kji_mm
    facts = ScanFacts(
        spacing_kji_mm=spacing, slices=volume.grid.shape_kji[0], kvp=120.0, modality="CT",
        slice_thickness_mm=spacing[0],
    )  # fmt: skip
    return Scan(volume=volume, facts=facts, physics=physics)


def line_of(path: Path, *, step_mm: float = 0.5, off_mm: float = 0.0) -> Floats:
    """Return a line along the path, ``off_mm`` beside it (up and down, and to the side)."""
    s = np.arange(0.0, path.length_mm + 1e-6, step_mm)
    wave = 2 * np.pi * s / 17.0
    away = np.stack([np.cos(wave) / 2, 0.75 + 0 * s, 0 * s], axis=1)
    return np.asarray(path.points(s) + off_mm * away)


def physics_of(volume: Volume, line: Floats) -> tuple[Sampler, Curve, ScanPhysics]:
    sampler = cubic(volume)
    curve = smooth(line, stiffness_mm6=SETTINGS.axis.stiffness_mm6)
    tube = scan_physics.tube(sampler, frames_of(curve, SETTINGS))
    image = SETTINGS.image
    found = scan_physics.estimate(
        [tube], slope_hu_per_mgcc=SLOPE, no_contrast_below_hu=image.no_contrast_below_hu
    )
    return sampler, curve, found


def look(
    volume: Volume, line: Floats, *, recentrings: int = 0, settings: AnalysisSettings = SETTINGS
) -> Seen:
    """Measure along a line; without recentring the line must be the axis."""
    sampler, curve, found = physics_of(volume, line)
    seen = trace(sampler, curve, found, settings)
    for _ in range(recentrings):
        curve = recentre(seen, line[0], settings)
        seen = trace(sampler, curve, found, settings, seen)
    return Seen(sampler=sampler, physics=found, trace=seen)
