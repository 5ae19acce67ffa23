"""Lumen that calcium hides: whether one runs through an interruption that may be none."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ctocalc._arrays import Bools, Floats, Floats32, frozen
from ctocalc.kernels import polygons
from ctocalc.vessel.block import Block, Scenery, make_block, outside_hu
from ctocalc.vessel.density import fit_block
from ctocalc.vessel.lumen import LumenSignal
from ctocalc.vessel.occlusion import Interruption
from ctocalc.vessel.rays import RayFits
from ctocalc.vessel.tissue import Tissue

# So many stations, so near, tell where a lumen ends at calcium; it is one from this diameter on.
END_STATIONS, END_MM, LEAST_END_MM = 4, 5.0, 0.3
# What of the vessel beyond an interruption is fitted with it, and how far its lumen reaches there.
MARGIN_STATIONS, OVERLAP_MM = 6, 0.5
# So far into an interruption the lumens at its ends shine, and tell nothing of what lies between.
SHINES_MM = 1.0
# Voxels to which a lumen adds less than this share of its contrast have no say.
TOUCHED = 0.05
# A core of plaque so wide dims a ring of calcium as a wider lumen does.
CORES_MM = (0.4, 0.5, 0.6, 0.7, 0.8)
# Where a bend is looked for, in turn: here, or to one side.
ASIDE = np.array([[0.0, 0.0], [1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageSettings:
    """When a lumen runs on through calcium.

    It does not where plaque without calcium or lumen shows along ``dark_mm`` of an interruption in
    all.  Else a lumen of ``narrow_mm`` and one of ``wide_mm`` are laid from its one end to its
    other, bent aside by up to ``bend_mm`` and half of it.  One runs through where the voxels it
    touches are explained better than by whatever of calcium, plaque, and cores of plaque in calcium
    explains each ``window_mm`` of them best: where the squares of what they leave, in variances of
    noise, are less by ``gain``.  On the phantoms it was chosen with 13 of 26 narrow lumens gain
    that, and of 69 occlusions in calcium, 50 of them rings about plaque, one gains half of it.
    """

    dark_mm: float = 1.5
    narrow_mm: float = 0.8
    wide_mm: float = 1.0
    bend_mm: float = 0.3
    gain: float = 60.0
    window_mm: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Passage:
    """A lumen that calcium hides: its radius (N,), 0 elsewhere, about places (N, 2) off the axis.

    ``start_mm`` to ``end_mm``: what would be an interruption; a lumen that shows in it is not of
    this radius.
    """

    start_mm: float
    end_mm: float
    radius_mm: Floats
    at_mm: Floats

    def __post_init__(self) -> None:
        object.__setattr__(self, "radius_mm", frozen(self.radius_mm, (None,)))
        object.__setattr__(self, "at_mm", frozen(self.at_mm, (len(self.radius_mm), 2)))

    @property
    def here(self) -> Bools:
        """Stations (N,) it runs through."""
        return np.asarray(self.radius_mm > 0.0)

    def beyond(self, stations: Bools) -> "Passage":
        """Return what of it does not lie at some stations (N,)."""
        return replace(self, radius_mm=np.where(stations, 0.0, self.radius_mm))

    @property
    def diameter_mm(self) -> float:
        """The diameter, of those tried, that explains the voxels best."""
        return 2.0 * float(self.radius_mm.max())


def is_dark(
    gap: Interruption,
    signal: LumenSignal,
    arclength_mm: Floats,
    least_contrast_share: float,
    settings: PassageSettings,
) -> bool:
    """Whether an interruption shows plaque along enough of it, and less contrast than a lumen's."""
    step = float(np.median(np.diff(arclength_mm)))
    inside = (arclength_mm >= gap.start_mm) & (arclength_mm <= gap.end_mm)
    dark = inside & (signal.tissue == Tissue.PLAQUE) & (signal.share < least_contrast_share)
    return bool(dark.sum() * step >= settings.dark_mm)


def find_passage(
    scene: Scenery,
    candidate: Bools,
    gap: Interruption,
    signal: LumenSignal,
    rays: RayFits,
    *,
    settings: PassageSettings,
) -> Passage | None:
    """Look for a lumen through an interruption that calcium may hide.

    The voxels are explained by calcium (where ``candidate`` (N, P, P) pixels are) and plaque alone,
    by a core of plaque in calcium, and by a lumen with calcium about it.  Misses a lumen that winds
    by more than the bends tried, one much narrower than the diameters tried, one in calcium of its
    own HU, and half of those in noise; None is no proof of an occlusion.  Misleads where calcium of
    several densities hides an occlusion, or one shorter than a window: a passage is no proof of a
    lumen either.
    """
    s = scene.frames.arclength_mm
    before = _end(s, s < gap.start_mm, gap.start_mm, signal, rays)
    behind = _end(s, s > gap.end_mm, gap.end_mm, signal, rays)
    if before is None or behind is None:
        return None
    (first, start), (last, end) = before, behind
    inside = np.flatnonzero((s >= gap.start_mm - OVERLAP_MM) & (s <= gap.end_mm + OVERLAP_MM))
    stations = slice(
        max(int(inside[0]) - MARGIN_STATIONS, 0), int(inside[-1]) + MARGIN_STATIONS + 1
    )
    block = make_block(scene, candidate, outside_hu(scene), stations)
    lumen, plaque = (block.places.along(hu[stations]) for hu in (scene.lumen_hu, scene.plaque_hu))
    part = np.clip((s - first) / (last - first), 0.0, 1.0)[:, None]
    straight, aside = start + part * (end - start), 4.0 * part * (1.0 - part)
    radius = np.zeros(len(s))

    def tube(diameter: float, bend: Floats) -> Floats:
        radius[inside] = diameter / 2.0
        at = straight + aside * bend
        return block.places.discs(radius[stations], at[stations])

    without = fit_block(block, scene.noise_hu)

    def left_beside(bend: Floats) -> float:
        # About it calcium of the HU that it has without.
        through = block.with_lumen(tube(settings.wide_mm, bend), lumen)
        rest = through.miss(through.shares(without[1]), without[1])
        return float((rest[block.mask] ** 2).sum(dtype=np.float64))

    bend = np.zeros(2)
    for size in (settings.bend_mm, settings.bend_mm / 2.0):
        bend = min(bend + size * ASIDE, key=left_beside)

    window = _windows(block, tube(settings.wide_mm, bend), s[stations], gap, settings.window_mm)

    def left(diameter: float, hu: Floats) -> Floats:
        # About it calcium fitted anew.
        through = block.with_lumen(tube(diameter, bend), hu)
        return window(through.miss(*fit_block(through, scene.noise_hu)))

    lumens = {each: left(each, lumen) for each in (settings.narrow_mm, settings.wide_mm)}
    diameter = min(lumens, key=lambda each: float(lumens[each].sum()))
    rivals = np.array([window(block.miss(*without)), *(left(each, plaque) for each in CORES_MM)])
    gain = float((rivals.min(axis=0) - lumens[diameter]).sum())
    radius[inside] = diameter / 2.0
    # What shows as lumen is as wide as it shows.
    radius[signal.tissue == Tissue.LUMEN] = 0.0
    if gain <= settings.gain * scene.noise_hu**2 or not radius.any():
        return None
    return Passage(
        start_mm=gap.start_mm, end_mm=gap.end_mm, radius_mm=radius, at_mm=straight + aside * bend
    )


def _windows(
    block: Block, tube: Floats, arclength_mm: Floats, gap: Interruption, window_mm: float
) -> Callable[[Floats32], Floats]:
    """Return what sums the squares of voxels that ``tube`` touches over windows inside a gap."""
    where, near = block.places.station, block.places.near.astype(np.float32)
    told = np.maximum(block.on_voxels(near), 1e-6)
    station = block.on_voxels(np.where(block.places.near, where, np.float32(0.0))) / told
    at = np.interp(station, np.arange(len(arclength_mm)), arclength_mm)
    low, high = gap.start_mm + SHINES_MM, gap.end_mm - SHINES_MM
    count = max(1, round((high - low) / window_mm))
    touched = block.blur.apply(tube.astype(np.float32), block.mask) > TOUCHED
    touched &= (at > low) & (at < high)
    share = (at[touched] - low) / max(high - low, 1e-6)
    number = np.minimum((share * count).astype(np.int64), count - 1)

    def sums(rest: Floats32) -> Floats:
        squares = rest[touched].astype(np.float64) ** 2
        return np.asarray(np.bincount(number, squares, minlength=count), dtype=np.float64)

    return sums


def _end(
    s: Floats, side: Bools, cap_mm: float, signal: LumenSignal, rays: RayFits
) -> tuple[float, Floats] | None:
    """Return where on the axis, and where off it (2,), the lumen beside a cap shows its edges."""
    diameter = rays.lumen_diameter_mm
    shows = side & (signal.tissue == Tissue.LUMEN) & (diameter > LEAST_END_MM)
    shows &= np.abs(s - cap_mm) < END_MM
    at = np.flatnonzero(shows & np.isfinite(rays.lumen_mm).all(axis=1))
    at = at[np.argsort(np.abs(s[at] - cap_mm))][:END_STATIONS]
    if len(at) < 2:
        return None
    return float(s[at].mean()), np.median(polygons.centroids_mm(rays.lumen_mm[at]), axis=0)
