"""Steps between table positions: everything near the vessel jumps from one slice to the next."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from ctocalc._arrays import Bools, Floats
from ctocalc.image.volume import Volume

# Fat and contrast keep their edges; lung and calcium, whose ends look like jumps, are cut off.
DARKEST_HU, BRIGHTEST_HU = -200.0, 500.0
REACH_MM = 10.0
WIDEST_STEP_MM = 4.0
# A jump to ask about: so many times the usual change from slice to slice nearby, and so many
# times that to the slices next to it (a chamber or calcium that ends is blurred over several).
LEAST_CHANGE, LEAST_AGAINST_NEXT = 2.0, 1.6
# It is a step where a shift this far beyond the neighbours' takes this share of the change away.
LEAST_STEP_MM = 0.6
MOST_LEFT = 0.4
_NEIGHBOURS = 6
_SMOOTH_PIXELS = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step between slice ``below`` and the next: size within the slices, mm."""

    below: int
    shift_mm: float


def find_steps(volume: Volume, points_lps_mm: Floats) -> tuple[Step, ...]:
    """Find the steps between slices that a line (N, 3) crosses, by what lies within 10 mm of it.

    The change from each slice to the next is held against its neighbours' median; where it stands
    out, the shift that explains it is sought.  The end of a thick calcification also stands out,
    but no shift explains it.
    """
    pairs = _pairs(volume, points_lps_mm)
    change = np.array([np.mean((above - below) ** 2) for _, below, above in pairs])
    out = []
    for n, (k, below, above) in enumerate(pairs):
        others = [m for m in _near(n, len(pairs)) if abs(m - n) >= 2]
        if len(others) < _NEIGHBOURS:
            continue
        usual = float(np.median(change[others]))
        beside = change[[m for m in (n - 1, n + 1) if 0 <= m < len(pairs)]]
        if change[n] < max(LEAST_CHANGE * usual, LEAST_AGAINST_NEXT * float(beside.max())):
            continue
        pixel_mm = np.array(volume.grid.spacing_kji_mm[1:])
        found, left = _shift_mm(below, above, pixel_mm)
        drift = np.median([_shift_mm(*pairs[m][1:], pixel_mm)[0] for m in others], axis=0)
        size = float(np.linalg.norm(found - drift))
        if size >= LEAST_STEP_MM and left - usual <= MOST_LEFT * (change[n] - usual):
            out.append(Step(below=k, shift_mm=size))
    return tuple(out)


def _near(n: int, count: int) -> range:
    return range(max(0, n - _NEIGHBOURS), min(count, n + _NEIGHBOURS + 1))


def _pairs(volume: Volume, points_lps_mm: Floats) -> list[tuple[int, Floats, Floats]]:
    """Return (k, slice k, slice k + 1) about the line, cut to soft tissue and smoothed."""
    box = volume.grid.box(points_lps_mm, REACH_MM)
    near = volume.crop(box)
    hu = np.nan_to_num(near.hu().astype(np.float64), nan=DARKEST_HU)
    hu = gaussian_filter(hu.clip(DARKEST_HU, BRIGHTEST_HU), (0, _SMOOTH_PIXELS, _SMOOTH_PIXELS))
    kji = near.grid.indices(points_lps_mm)
    reach = REACH_MM / np.array(near.grid.spacing_kji_mm[1:])
    out = []
    for k in range(hu.shape[0] - 1):
        here: Bools = np.abs(kji[:, 0] - k - 0.5) <= 1.5
        if here.any():
            low = np.maximum(kji[here, 1:].min(axis=0) - reach, 0).astype(int)
            high = (kji[here, 1:].max(axis=0) + reach).astype(int) + 1
            window = (slice(low[0], high[0]), slice(low[1], high[1]))
            out.append((k + box[0].start, hu[k][window], hu[k + 1][window]))
    return out


def _shift_mm(below: Floats, above: Floats, pixel_mm: Floats) -> tuple[Floats, float]:
    """Return the shift of ``above`` that fits ``below`` best (rows, columns), and what it leaves.

    Mean squared differences over whole pixels, then a parabola.
    """
    most = np.ceil(WIDEST_STEP_MM / pixel_mm).astype(int)
    most = np.minimum(most, (np.array(below.shape) - 8) // 2)
    if (most < 1).any():
        return np.zeros(2), float(np.mean((above - below) ** 2))
    j, i = most
    inner = below[j:-j, i:-i]
    windows = np.lib.stride_tricks.sliding_window_view(above, inner.shape)
    left = ((windows - inner) ** 2).mean(axis=(2, 3))
    at = np.array(np.unravel_index(np.argmin(left), left.shape))
    fine = [_vertex(np.take(left, at[1 - n], axis=1 - n), int(at[n])) for n in range(2)]
    return (at + fine - most) * pixel_mm, float(left.min())


def _vertex(values: Floats, at: int) -> float:
    """Return where a parabola through a minimum and its neighbours is lowest, from the minimum."""
    if not 0 < at < len(values) - 1:
        return 0.0
    before, here, after = values[at - 1 : at + 2]
    bend = before - 2 * here + after
    return float(0.5 * (before - after) / bend) if bend > 0 else 0.0
