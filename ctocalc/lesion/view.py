"""Optimal view: the C-arm angles that foreshorten a lesion least.  Geometry, no recommendation."""

from dataclasses import dataclass

import numpy as np

from ctocalc._arrays import Bools, Floats
from ctocalc.geometry.views import foreshortening, towards_detector
from ctocalc.lesion.lesion import OptimalView, View
from ctocalc.lesion.measures import LesionSettings, VesselMeasures
from ctocalc.lesion.morphology import bend_sd_deg
from ctocalc.lesion.spread import Z95
from ctocalc.quantity import Measured, Unit

GRID_DEG, BIPLANE_GRID_DEG = 1.0, 5.0
# Views this near to the least foreshortened one are as good: 0.02 mm of 20 mm.
AS_GOOD = 0.001
CIRCLE_DEG = np.arange(0.0, 360.0, 45.0)
NO_LENGTH = "the lesion has no length on the line"
CUT = "this is of the visible part of the lesion only"
NO_PAIR = "no two views within the limits are that far apart"
ANTEROPOSTERIOR = towards_detector(0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ViewMap:
    """Foreshortening (R, C) of one course for R angles LAO/RAO and C angles cranial/caudal."""

    lao_rao_deg: Floats
    cran_caud_deg: Floats
    foreshortening: Floats


def view_map(course_lps_mm: Floats, settings: LesionSettings, step_deg: float) -> ViewMap:
    """Return the foreshortening over all views within the limits of the settings."""
    across = np.arange(-settings.view_rao_deg, settings.view_lao_deg + 1e-9, step_deg)
    along = np.arange(-settings.view_caudal_deg, settings.view_cranial_deg + 1e-9, step_deg)
    share = foreshortening(course_lps_mm, towards_detector(across[:, None], along))
    return ViewMap(lao_rao_deg=across, cran_caud_deg=along, foreshortening=share)


def optimal_view(
    vessel: VesselMeasures, start_mm: float, end_mm: float, settings: LesionSettings,
    *, truncated: bool,
) -> OptimalView:  # fmt: skip
    """Return the view, and the pair of views for biplane, that foreshorten a lesion least.

    Of all views within the limits (routine projections reach about LAO 60, RAO 45, cranial 45,
    caudal 40, as a table in Heart lists them: R; what a C-arm and a patient allow differs: U) the
    one that foreshortens the course from entry to exit least; of those within 0.1 % of it the
    least tilted.  The pair: of all whose beams are ``biplane_apart_deg`` to 90 degrees apart (U)
    the one whose more foreshortened view is foreshortened least; the less tilted one comes first.

    Misleads where the heart moves or turns (breathing, the beat: CT shows one phase, arms up),
    where another vessel, the spine or the diaphragm lies in the beam, where the patient lies
    rotated; none of these is looked at.  For the visible part only where the line cuts the lesion.
    """
    s = vessel.arclength_mm
    inside = s[(s > start_mm) & (s < end_mm)]
    points = vessel.curve.at(np.concatenate([[start_mm], inside, [end_mm]]))
    if not end_mm > start_mm:
        lost = _unknown(NO_LENGTH)
        return OptimalView(single=lost, biplane_first=lost, biplane_second=lost,
                           biplane_apart_deg=None)  # fmt: skip
    here = (s >= start_mm) & (s <= end_mm)
    loose = vessel.wall_radius_sd_mm[here] if here.any() else vessel.wall_radius_sd_mm
    # Between two tangents lies a bend: one of them is known better by the root of 2.
    sd_deg = bend_sd_deg(float(np.sqrt(np.mean(loose**2)))) / np.sqrt(2.0)
    reason = CUT if truncated else None

    def told(angles: Floats) -> View:
        return _view(points, float(angles[0]), float(angles[1]), sd_deg, reason)

    pair = best_pair(view_map(points, settings, BIPLANE_GRID_DEG), settings.biplane_apart_deg)
    return OptimalView(
        single=told(best_single(view_map(points, settings, GRID_DEG))),
        biplane_first=_unknown(NO_PAIR) if pair is None else told(pair[0]),
        biplane_second=_unknown(NO_PAIR) if pair is None else told(pair[1]),
        biplane_apart_deg=None if pair is None else _apart_deg(pair),
    )


def best_single(views: ViewMap) -> Floats:
    """Return the angles (2,) of the least foreshortened view; of equals the least tilted."""
    angles, share = _listed(views)
    return np.asarray(angles[_least(share, _tilt(angles))])


def best_pair(views: ViewMap, apart_deg: float) -> Floats | None:
    """Return the angles (2, 2) of the least foreshortened pair of beams so far apart, if any."""
    angles, share = _listed(views)
    beams, tilt = towards_detector(angles[:, 0], angles[:, 1]), _tilt(angles)
    one, two = np.nonzero(np.triu(np.abs(beams @ beams.T) <= np.cos(np.radians(apart_deg)) + 1e-9))
    if len(one) == 0:
        return None
    n = _least(np.maximum(share[one], share[two]), np.maximum(tilt[one], tilt[two]))
    return np.asarray(angles[sorted((one[n], two[n]), key=lambda view: (tilt[view], view))])


def _listed(views: ViewMap) -> tuple[Floats, Floats]:
    grid = np.meshgrid(views.lao_rao_deg, views.cran_caud_deg, indexing="ij")
    return np.stack(grid, axis=-1).reshape(-1, 2), views.foreshortening.ravel()


def _tilt(angles: Floats) -> Floats:
    """Return how far views (N,) are from the anteroposterior one, degrees, to a millionth."""
    cosine = towards_detector(angles[:, 0], angles[:, 1]) @ ANTEROPOSTERIOR
    return np.asarray(np.round(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))), 6))


def _least(share: Floats, tilt: Floats) -> int:
    good: Bools = share <= share.min() + AS_GOOD
    return int(np.argmin(np.where(good, tilt, np.inf)))


def _apart_deg(pair: Floats) -> float:
    one, two = towards_detector(pair[:, 0], pair[:, 1])
    return float(np.degrees(np.arccos(min(abs(float(one @ two)), 1.0))))


def _view(
    points: Floats, lao_rao_deg: float, cran_caud_deg: float, sd_deg: float, reason: str | None
) -> View:
    """Return a view; its interval holds what the course's uncertain direction would change."""
    beam = towards_detector(lao_rao_deg, cran_caud_deg)
    right, up = np.linalg.svd(beam[None])[2][1:]
    turn, off = np.radians(CIRCLE_DEG)[:, None], np.radians(Z95 * sd_deg)
    around = np.cos(off) * beam + np.sin(off) * (np.cos(turn) * right + np.sin(turn) * up)
    share = foreshortening(points, np.vstack([beam, around]))
    told = Measured(
        value=float(share[0]), low=float(share.min()), high=float(share.max()),
        unit=Unit.FRACTION, reason=reason,
    )  # fmt: skip
    return View(lao_rao_deg=lao_rao_deg, cran_caud_deg=cran_caud_deg, foreshortening=told)


def _unknown(reason: str) -> View:
    share = Measured.unknown(Unit.FRACTION, reason)
    return View(lao_rao_deg=None, cran_caud_deg=None, foreshortening=share)
