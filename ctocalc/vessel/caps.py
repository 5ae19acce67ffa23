"""The cap of an occlusion: where the lumen ends, and over which length it tapers."""

import math
from dataclasses import dataclass, replace

import numpy as np

from ctocalc._arrays import Bools, Floats, Ints
from ctocalc.vessel.lumen import LumenSignal

# Truth is blunt up to 1.2 mm and tapered from 2 mm on: the call is made between.
BLUNT_BELOW_MM = 1.6
HALF_MM = 0.5
ONE_MM = 1.0
# A lumen thinner than this is none, by the definition of a total occlusion.
TIP_MM = 0.16
# Exponents of the taper: under 1 the lumen closes late (rounded), over 1 early.
_SHAPES = (0.5, 0.8, 1.25)
_TAPERS = np.concatenate([np.arange(0.0, 2.0, 0.2), np.arange(2.0, 10.01, 0.5)])
_SHIFTS = np.arange(-4.0, 8.01, 0.1)
# Neighbouring stations share noise, and the model is not the vessel: chi-square counts for less.
_INDEPENDENT = 0.35
_DIAMETER_SD_MM = 0.15
_COVERED_SPREAD = 0.3
# A single station says at most so much, and less beside calcium, which may be more calcium.
_MOST, _MOST_BESIDE = 16.0, 9.0
# Diameters beside calcium are so uncertain besides what they say; the least sure tell nothing.
_BESIDE_SD_MM, _LEAST_SURE_MM = 0.25, 0.45
# What is no lumen reads about so wide there.
_BESIDE_NONE_MM = 0.3
# A lumen that closes does not widen by more: what does is calcium, or noise.
_WIDENS_MM = 0.15
# Between equally frequent (a half) and equally likely at every length (a fifth): short tapers look
# blunt more often than blunt caps look tapered.
_BLUNT_BEFOREHAND = 0.25
# Calls are righter than the fit's own odds: logistic regression on the stumps of two phantom
# generators gives 1.56 and 1.67 times their logarithm, pooled 1.49.
_SHARPER = 1.5


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


def fit_cap(
    arclength_mm: Floats,
    signal: LumenSignal,
    lumen_diameter_mm: Floats,
    *,
    edge: int,
    body: int,
    lumen: int,
    diameter_smoothing_mm: float,
) -> Cap:
    """Fit a lumen that closes towards a tip to the contrast and diameters around one cap.

    The lumen is ``d_ref * (distance to the tip / taper) ** shape``; what CT shows of it is blurred
    across (`LumenSignal.kept`) and along the vessel, and lost in noise (`LumenSignal.share_of`);
    where calcium outshines the lumen, what it leaves is compared instead (`LumenSignal.beside_mm`).
    All tapers, shapes and tips of a grid are compared; results are means over their probabilities,
    so the interval is honest about what the image cannot tell.

    Parameters
    ----------
    edge
        First (proximal cap) or last (distal cap) station without contrast.
    body, lumen
        Stations up to which the occlusion and the lumen beside it are looked at; the occlusion
        lies distal of the cap when ``body > lumen``.
    diameter_smoothing_mm
        SD over which the diameters were averaged along the vessel.
    """
    inside = 1 if body > lumen else -1
    stations = np.arange(lumen, body + inside, inside)
    x = inside * (arclength_mm[stations] - arclength_mm[edge])
    diameter = lumen_diameter_mm[stations]
    far = np.isfinite(diameter) & (x < -2.0)
    reference = max(float(np.median(diameter[far])) if far.sum() >= 3 else 2.5, 0.8)
    shift, taper, shape = (
        g.ravel() for g in np.meshgrid(_SHIFTS, _TAPERS, np.array(_SHAPES), indexing="ij")
    )
    keep = (taper > 0.0) | (shape == _SHAPES[0])
    shift, taper, shape = shift[keep], taper[keep], shape[keep]
    model = _diameters(x, shift, taper, shape, reference)
    beside = _closing(signal.beside_mm[stations], signal.beside_sd_mm[stations], x)
    chi = _contrast_misses(model, x, signal, stations, beside)
    # A wide lumen no longer shows in the contrast at its centre, only in its edges.
    wide = np.isfinite(diameter) & (diameter > 1.0) & ~beside
    along_sd_mm = float(np.hypot(signal.blur_mm, diameter_smoothing_mm))
    seen = np.sqrt(_blur_along(model**2, x, along_sd_mm))[:, wide]
    chi += _misses((seen - np.minimum(diameter[wide], 1.15 * reference)) / _DIAMETER_SD_MM, _MOST)
    left = np.sqrt(_blur_along(model**2, x, signal.blur_mm))[:, beside]
    miss = np.hypot(left, _BESIDE_NONE_MM) - signal.beside_mm[stations][beside]
    doubt = np.hypot(signal.beside_sd_mm[stations][beside], _BESIDE_SD_MM)
    chi += _misses(miss / doubt, _MOST_BESIDE)
    probability = np.exp(-0.5 * _INDEPENDENT * (chi - chi.min()))
    probability *= _prior(taper)
    probability /= probability.sum()
    tip, half, one = (_where(d, shift, taper, shape, reference) for d in (TIP_MM, HALF_MM, ONE_MM))
    mean_half = float(probability @ half)
    mean_taper = float(probability @ taper)
    origin = float(arclength_mm[edge])
    return Cap(
        tip_mm=origin + inside * float(probability @ tip),
        half_mm=origin + inside * mean_half,
        one_mm=origin + inside * float(probability @ one),
        half_sd_mm=float(np.sqrt(probability @ (half - mean_half) ** 2)) + 0.1,
        taper_mm=mean_taper,
        taper_sd_mm=float(np.sqrt(probability @ (taper - mean_taper) ** 2)) + 0.1,
        p_blunt=calibrated(float(probability[taper < BLUNT_BELOW_MM].sum())),
    )


def calibrated(p: float) -> float:
    """Return the probability of a call from the fit's own."""
    yes, no = math.pow(p, _SHARPER), math.pow(max(1.0 - p, 0.0), _SHARPER)
    return yes / (yes + no)


def _closing(beside_mm: Floats, sd_mm: Floats, x: Floats) -> Bools:
    """Return where calcium leaves a lumen to see (X,), up to where it widens inside the occlusion.

    ``x`` (X,): mm into the occlusion, ascending.
    """
    told = np.isfinite(beside_mm) & (sd_mm < _LEAST_SURE_MM)
    least = np.inf
    for n in np.flatnonzero(told & (x >= 0.0)):
        if beside_mm[n] > least + _WIDENS_MM:
            return np.asarray(told & (x < x[n]))
        least = min(least, float(beside_mm[n]))
    return told


def _contrast_misses(
    model: Floats, x: Floats, signal: LumenSignal, stations: Ints, beside: Bools
) -> Floats:
    """Chi-square (G,) of the contrast that diameters (G, X) show where none is told ``beside``."""
    share = signal.share[stations]
    # What calcium covers inside the occlusion most likely holds no lumen either.
    covered = ~np.isfinite(share) & (x >= 0.0)
    share = np.where(covered, 0.0, share)
    known = np.isfinite(share) & ~beside
    doubt = np.where(covered, _COVERED_SPREAD, _spread(share))[known]
    kept = _blur_along(signal.kept(model), x, signal.blur_mm)[:, known]
    return _misses((signal.share_of(kept, stations[known]) - share[known]) / doubt, _MOST)


def _misses(z: Floats, most: float) -> Floats:
    """Sum of squares (G,) over stations (G, X), of which none counts more than ``most``."""
    return np.asarray((z**2).clip(max=most).sum(axis=1))


def _prior(taper: Floats) -> Floats:
    """Every length within blunt and within tapered caps equally likely beforehand."""
    per_length = np.interp(taper, _TAPERS, np.gradient(_TAPERS))
    blunt = taper < BLUNT_BELOW_MM
    share = np.where(
        blunt,
        per_length[blunt].sum() / _BLUNT_BEFOREHAND,
        per_length[~blunt].sum() / (1.0 - _BLUNT_BEFOREHAND),
    )
    return np.asarray(per_length / share)


def _spread(share: Floats) -> float:
    """Spread of the contrast share between neighbours: noise as the signal has it."""
    known = share[np.isfinite(share)]
    if len(known) < 6:
        return 0.1
    jumps = np.diff(known)
    return float(max(1.4826 * np.median(np.abs(jumps - np.median(jumps))), 0.05))


def _diameters(x: Floats, shift: Floats, taper: Floats, shape: Floats, reference: float) -> Floats:
    """Lumen diameter (G, X) at distances ``x`` towards the occlusion; tip at ``shift``."""
    room = np.maximum(shift[:, None] - x[None, :], 0.0)
    part = np.minimum(room / np.maximum(taper[:, None], 1e-6), 1.0)
    return np.asarray(reference * part ** shape[:, None])


def _where(
    diameter: float, shift: Floats, taper: Floats, shape: Floats, reference: float
) -> Floats:
    """Distance at which the model's lumen has this diameter."""
    part = min(diameter / reference, 1.0)
    return np.asarray(shift - taper * part ** (1.0 / shape))


def _blur_along(share: Floats, x: Floats, sigma_mm: float) -> Floats:
    kernel = np.exp(-0.5 * ((x[:, None] - x[None, :]) / sigma_mm) ** 2)
    kernel /= kernel.sum(axis=0, keepdims=True)
    return np.asarray(share @ kernel)
