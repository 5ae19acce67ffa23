"""The cap of an occlusion: where the lumen ends, and over which length it tapers."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.special import chndtr

from ctocalc._arrays import Bools, Floats, Ints, frozen
from ctocalc.kernels.closing import closing_misses
from ctocalc.vessel.lumen import LumenSignal
from ctocalc.vessel.rings import RING_MM, RINGS, Rings
from ctocalc.vessel.tissue import Tissue

# Truth is blunt up to 1.2 mm and tapered from 2 mm on: the call is made between.
BLUNT_BELOW_MM = 1.6
HALF_MM = 0.5
ONE_MM = 1.0
# A lumen thinner than this is none, by the definition of a total occlusion.
TIP_MM = 0.16
# Tapers in mm, and their exponents: under 1 the lumen closes late (rounded), over 1 early.
_TAPERS = np.array(
    [0.0, 0.3, 0.6, 0.9, 1.2, 1.4, 1.8, 2.2, 2.6, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 7.0, 8.0, 10.0]
)
_SHAPES = (0.5, 0.9, 1.25)
# Every taper in every shape (K,); a flat end has one.
_TAPER, _SHAPE = np.array(
    [(each, shape) for each in _TAPERS for shape in (_SHAPES if each else _SHAPES[:1])]
).T
_FINE_MM = 0.1
# Added to the SD of every place: however well it fits, the model is not the vessel.
_GRID_MM = 0.1
_SHIFTS = np.arange(-4.0, 6.01, _FINE_MM)
# The usual lumen before the cap, as shares of what the edges show, and the SD of that.
_WIDTHS, _WIDTH_SD = np.array([0.9, 1.0, 1.1]), 0.1
# They show it where the lumen is still open, this far from the cap; a usual one where they do not.
_OPEN_MM, _COMMON_MM, _THINNEST_MM = 2.0, 2.5, 0.8
# Blurred discs of these diameters; distances from the tip, into the occlusion.
_DISC_MM = 0.05
_DISCS_MM = np.arange(0.0, 6.01, _DISC_MM)
_AWAY_MM = np.arange(-16.0, 12.01, _FINE_MM)
# Away from the cap a lumen widens; where it is so much narrower than nearer to the cap, a stenosis
# begins that is none of the cap's, but no nearer than so.
_NARROWS, _STENOSIS_MM = 0.75, 3.0
# SDs of plaque's HU and of the lumen's, the latter as a share of its contrast.
_PLAQUE_SD_HU, _LUMEN_SD = 15.0, 0.06
# Noise is one within such an area of a station, and tissue is not even.
_ALIKE_MM2, _UNEVEN_HU = 0.3, 12.0
# Calcium and its bloom are brighter than any model, nothing is darker: what a ring says at most.
_MOST = (4.0, 9.0)
# All of these are for stations so far apart; nearer ones say less each.
_STATION_MM = 0.5
# Calcium inside the occlusion most likely hides no lumen; its bloom looks like one in the rings
# beside it, whose say is so much smaller, and none where so few are left.
_COVERED_SPREAD, _BLOOM_SAY, _LEAST_RINGS = 0.3, 0.1, 3
# Neighbouring stations share noise, and the model is not the vessel: so calls are as often right as
# they say on phantoms (slope of a logistic regression 0.95), and 93 % of places within 1.96 SDs.
_INDEPENDENT = 0.35
# Between equally frequent (a half) and equally likely at every length (a sixth).
_BLUNT_BEFOREHAND = 0.4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contrast:
    """What shows of the lumen along a vessel: brightness, rings, and its edges' diameter (N,)."""

    arclength_mm: Floats
    signal: LumenSignal
    rings: Rings
    lumen_diameter_mm: Floats

    def __post_init__(self) -> None:
        n = len(self.signal.tissue)
        for name in ("arclength_mm", "lumen_diameter_mm"):
            object.__setattr__(self, name, frozen(getattr(self, name), (n,)))

    @property
    def step_mm(self) -> float:
        """Distance between stations."""
        return float(np.median(np.diff(self.arclength_mm)))

    def since(self, first: int) -> "Contrast":
        """Return what shows from one station on."""
        return Contrast(
            arclength_mm=self.arclength_mm[first:], signal=self.signal.since(first),
            rings=self.rings.since(first), lumen_diameter_mm=self.lumen_diameter_mm[first:],
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """One cap, in mm along the axis: tip (any lumen), 0.5 and 1.0 mm lumen, taper length.

    ``*_sd`` are standard deviations of the fit; ``p_blunt`` the probability that the taper is
    shorter than 1.6 mm, calibrated on phantoms.  Only ``half_mm`` tells where nothing of the shape
    is ``shown``.
    """

    tip_mm: float
    half_mm: float
    one_mm: float
    half_sd_mm: float
    taper_mm: float
    taper_sd_mm: float
    p_blunt: float
    shown: bool = True

    @property
    def placed(self) -> "Cap":
        """The cap of a vessel without contrast, which shows nothing of its shape."""
        half = self.half_mm
        return replace(
            self, tip_mm=half, one_mm=half, taper_mm=0.0, taper_sd_mm=0.0, p_blunt=0.5, shown=False
        )


def fit_cap(along: Contrast, *, edge: int, body: int, lumen: int) -> Cap:
    """Fit a lumen that closes towards a tip to the rings about it around one cap.

    The lumen is ``width * (distance to the tip / taper) ** shape``, blurred across and along the
    vessel; its HU and plaque's are free, with SDs.  All tips, tapers, shapes and widths of a
    grid are compared; results are means over their probabilities, so the interval is honest about
    what the image cannot tell.  Misleads beside calcium that is hardly brighter than the lumen,
    which reads as a taper, and where calcium hides the cap.

    Parameters
    ----------
    edge
        First (proximal cap) or last (distal cap) station without contrast.
    body, lumen
        Stations up to which the occlusion and the lumen beside it are looked at; the occlusion
        lies distal of the cap when ``body > lumen``.
    """
    inside = 1 if body > lumen else -1
    stations = np.arange(lumen, body + inside, inside)
    x = inside * (along.arclength_mm[stations] - along.arclength_mm[edge])
    each = along.step_mm / _STATION_MM
    diameter = along.lumen_diameter_mm[stations]
    shown, weight = _shown(along.signal, along.rings, stations, x)
    before = _before_stenosis(diameter, x)
    weight[~before] = 0.0
    width = _usual_mm(diameter[before], x[before]) * _WIDTHS
    room = float(np.median(along.signal.room_hu[stations]))
    probability = _probability(
        x, shown, each * weight, width,
        level_sd=(_PLAQUE_SD_HU / room, _LUMEN_SD), most=(each * _MOST[0], each * _MOST[1]),
        sigma_mm=along.rings.sigma_mm,
    )  # fmt: skip
    tip, half, one = (
        _SHIFTS[:, None] - _TAPER * np.minimum(d / width[:, None, None], 1.0) ** (1.0 / _SHAPE)
        for d in (TIP_MM, HALF_MM, ONE_MM)
    )
    of_taper = probability.sum(axis=(0, 1))
    mean_half, mean_taper = float((probability * half).sum()), float(of_taper @ _TAPER)
    origin = float(along.arclength_mm[edge])
    return Cap(
        tip_mm=origin + inside * float((probability * tip).sum()),
        half_mm=origin + inside * mean_half,
        one_mm=origin + inside * float((probability * one).sum()),
        half_sd_mm=float(np.sqrt((probability * (half - mean_half) ** 2).sum())) + _GRID_MM,
        taper_mm=mean_taper,
        taper_sd_mm=float(np.sqrt(of_taper @ (_TAPER - mean_taper) ** 2)) + _GRID_MM,
        p_blunt=float(min(of_taper[_TAPER < BLUNT_BELOW_MM].sum(), 1.0)),
    )


def _before_stenosis(diameter_mm: Floats, x: Floats) -> Bools:
    """Return the stations (X,) up to where, away from the cap, the lumen narrows again."""
    outwards = np.where((x < 0.0) & (diameter_mm > 0.0), diameter_mm, np.nan)[::-1]
    narrow = (outwards < _NARROWS * np.fmax.accumulate(outwards))[::-1] & (x < -_STENOSIS_MM)
    return np.asarray(x > x[narrow].max(initial=-np.inf))


def _usual_mm(diameter_mm: Floats, x: Floats) -> float:
    """Width of the lumen before the cap, where its edges show it."""
    far = diameter_mm[(diameter_mm > 0.0) & (x < -_OPEN_MM)]
    return max(float(np.median(far)) if len(far) >= 3 else _COMMON_MM, _THINNEST_MM)


def _probability(
    x: Floats,
    shown: Floats,
    weight: Floats,
    width_mm: Floats,
    *,
    level_sd: tuple[float, float],
    most: tuple[float, float],
    sigma_mm: float,
) -> Floats:
    """Probability (W, T, K) of every width, tip and closing, given what stations (X,) show."""
    places = np.rint((x - _SHIFTS[:, None] - _AWAY_MM[0]) / _FINE_MM).astype(np.int64)
    places = places.clip(0, len(_AWAY_MM) - 1)
    log_p = np.empty((len(width_mm), len(_SHIFTS), len(_TAPER)))
    for n, width in enumerate(width_mm):
        models = _models(width, sigma_mm)
        chi = closing_misses(models, places, shown, weight, level_sd, most)
        log_p[n] = -0.5 * _INDEPENDENT * chi
    log_p -= 0.5 * (((_WIDTHS - 1.0) / _WIDTH_SD) ** 2)[:, None, None]
    out = np.exp(log_p - log_p.max()) * _BEFOREHAND
    return np.asarray(out / out.sum())


def _shown(signal: LumenSignal, rings: Rings, stations: Ints, x: Floats) -> tuple[Floats, Floats]:
    """Contrast (X, R) as a share of the lumen's, and 1 / its variance, 0 where it is unknown."""
    plaque, room = signal.plaque_hu[stations][:, None], signal.room_hu[stations][:, None]
    area = rings.area_mm2[stations]
    calcium = signal.tissue[stations] == Tissue.CALCIUM
    told = (area > 0.0) & ~(calcium & (x < 0.0))[:, None]
    variance = rings.noise_hu**2 * _ALIKE_MM2 / np.where(told, area, 1.0)
    weight = np.where(told, room**2 / (variance + _UNEVEN_HU**2), 0.0)
    shown = np.where(told, (np.nan_to_num(rings.hu[stations]) - plaque) / room, 0.0)
    covered = calcium & (x >= 0.0)
    few = told.sum(axis=1) < _LEAST_RINGS
    weight[covered] *= np.where(few, 0.0, _BLOOM_SAY)[covered, None]
    shown[covered, 0] *= weight[covered, 0]
    weight[covered, 0] += 1.0 / _COVERED_SPREAD**2
    shown[covered, 0] /= weight[covered, 0]
    return shown, weight


def _models(width_mm: float, sigma_mm: float) -> Floats:
    """Contrast (K, U, R) of lumens that close at 0, at distances from there and in rings."""
    radius = RING_MM * (np.arange(RINGS) + 0.5)
    discs = chndtr((_DISCS_MM[:, None] / 2.0 / sigma_mm) ** 2, 2.0, (radius / sigma_mm) ** 2)
    part = np.minimum(-_AWAY_MM.clip(max=0.0) / np.maximum(_TAPER, 1e-6)[:, None], 1.0)
    diameter = np.minimum(width_mm * part ** _SHAPE[:, None], _DISCS_MM[-2]) / _DISC_MM
    low = diameter.astype(np.int64)
    over = (diameter - low)[:, :, None]
    sharp = (1.0 - over) * discs[low] + over * discs[low + 1]
    return np.asarray(gaussian_filter1d(sharp, sigma_mm / _FINE_MM, axis=1, mode="nearest"))


def _beforehand() -> Floats:
    """Probability (K,) of every closing: by length within blunt and within tapered caps.

    A flat end comes in one shape, not in three, and weighs a third of what its length would.
    """
    per_length = np.interp(_TAPER, _TAPERS, np.gradient(_TAPERS))
    blunt = _TAPER < BLUNT_BELOW_MM
    share = np.where(
        blunt,
        per_length[blunt].sum() / _BLUNT_BEFOREHAND,
        per_length[~blunt].sum() / (1.0 - _BLUNT_BEFOREHAND),
    )
    return np.asarray(per_length / share)


_BEFOREHAND = _beforehand()
