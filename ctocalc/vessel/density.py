"""Density and share of calcium in a block: the binary fit of the smallest rest."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import gaussian_filter, maximum_filter
from scipy.ndimage import maximum as maximum_by

from ctocalc._arrays import Array, Floats, Floats32, Ints
from ctocalc.vessel.block import Block

# Densities tried, as multiples of the brightest place: a thin deposit is denser than it looks.
FIRST_RATIOS = (0.85, 1.05, 1.3)
LEAST_RATIO, LAST_RATIO, LEAST_HU = 0.5, 3.5, 150.0
MORE_RATIOS = 4
# Rests are alike within this share of the noise's: cells that are too dense fit noise as well.
ALIKE = 0.03
# Calcium so many times as dense as its brightest place is thin, and shows no density of its own.
WIDE_RATIO, THIN_RATIO = 1.1, 1.5
# Above this multiple of the noise one density per piece is not enough.
EXCESS = 1.2
# A map that is not refined is taken where it leaves this share: most maps leave about as much.
CLEARLY_LESS = 0.8
SHARP_RATIO, SHARP_MM, EDGE_MM = 2.5, 0.1, 0.2
MAP_ROUNDS, MAP_MM = 5, 0.4


def fit_block(block: Block, noise_hu: float) -> tuple[Floats32, Floats32]:
    """Return share and HU (k, j, i) of the calcium of a block.

    Any density that is high enough explains the voxels with shares between 0 and 1; only that of
    the smallest rest is explained by cells that are calcium or not.  Where one density per piece
    leaves more than noise, a map of densities is fitted too, and refined, and taken where it leaves
    less; as it is where that leaves clearly less.
    """
    trial = _Trial.of(block)
    density = trial.base * trial.profile(noise_hu)[block.piece]
    share = block.shares(density)
    least = trial.left(share, density)
    excess = least > (EXCESS * noise_hu) ** 2 * trial.voxels
    if excess[1:].any():
        other = trial.mapped(density)
        varied = other.base * other.profile(noise_hu)[block.piece]
        shares = block.shares(varied)
        refined = _refined(block, varied, shares, noise_hu)
        for part, (map_hu, fitted) in (1.0, refined), (CLEARLY_LESS, (varied, shares)):
            left = trial.left(fitted, map_hu)
            less = excess & (left < part * least)
            least, better = np.where(less, left, least), less[block.piece]
            share, density = np.where(better, fitted, share), np.where(better, map_hu, density)
    return share.astype(np.float32), density.astype(np.float32)


def _refined(block: Block, density: Array, share: Array, noise_hu: float) -> tuple[Array, Array]:
    """Return density and shares after scaling the density to what the voxels about it show."""
    size = np.array(block.grid.spacing_kji_mm) * block.blur.cells
    for _ in range(MAP_ROUNDS):
        shown = block.blur.apply(share * block.height(density), block.mask)
        have = gaussian_filter(shown * shown, MAP_MM / size)
        want = gaussian_filter(shown * block.rest, MAP_MM / size)
        # Nothing is learnt where the fit shows less than noise.
        ratio = np.where(have > noise_hu**2, want / np.maximum(have, 1.0), 1.0)
        density = density * block.on_cells(np.clip(ratio, 0.7, 1.4))
        share = block.shares(density)
    return density, share


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Trial:
    """Fits of a block with multiples of a density ``base`` (k, j, i).

    ``voxel`` (K, J, I): the piece a voxel tells about; ``voxels`` (pieces + 1,): how many do.
    """

    block: Block
    base: Array
    voxel: Ints
    voxels: Ints

    @classmethod
    def of(cls, block: Block) -> "_Trial":
        """Start from every piece's brightest place."""
        (depth, height, width), (k, j, i) = block.mask.shape, block.blur.cells
        voxel = block.piece.reshape(depth, k, height, j, width, i).max(axis=(1, 3, 5))
        voxel = np.where(block.mask, voxel, 0)
        hu = block.rest + block.blur.apply(block.background, block.mask)
        index = np.arange(int(block.piece.max()) + 1)
        peak = np.maximum(maximum_by(gaussian_filter(hu, 0.5), voxel, index), LEAST_HU)
        return cls(
            block=block, base=peak[block.piece].astype(np.float32), voxel=voxel,
            voxels=np.maximum(np.bincount(voxel.ravel(), minlength=len(index)), 1),
        )  # fmt: skip

    def mapped(self, density: Array) -> "_Trial":
        """Start from the HU of a fit without blur: a wide place shows its own density."""
        block, size = self.block, np.array(self.block.grid.spacing_kji_mm)
        most = (SHARP_RATIO * density).astype(np.float32)
        full = block.shares(most, sharpness=np.zeros(0)) * most
        within = (block.inside > 0.5).astype(np.float32)
        room = np.maximum(gaussian_filter(within, SHARP_MM / size), 0.05)
        hu = gaussian_filter(full * within, SHARP_MM / size) / room
        # Cells at an edge take after what they are the edge of.
        hu = maximum_filter(hu, size=[2 * round(EDGE_MM / mm) + 1 for mm in size])
        hu = np.maximum(gaussian_filter(hu, SHARP_MM / size), LEAST_HU)
        return replace(self, base=hu.astype(np.float32))

    def left(self, share: Array, density: Array) -> Floats:
        """Squared HU (pieces + 1,) that a fit leaves unexplained."""
        rest = self.block.miss(share, density) ** 2
        found = np.bincount(self.voxel.ravel(), rest.ravel(), minlength=len(self.voxels))
        return np.asarray(found, dtype=np.float64)

    def profile(self, noise_hu: float) -> Floats:
        """Return for each piece the lowest multiple of its base that leaves no more than noise."""
        ratios = [np.full(len(self.voxels), r) for r in FIRST_RATIOS]
        costs = [self._cost(r) for r in ratios]
        for _ in range(MORE_RATIOS):
            ratios.append(_next_ratios(np.array(ratios), np.array(costs)))
            costs.append(self._cost(ratios[-1]))
        alike = ALIKE * noise_hu**2 * self.voxels
        each = zip(np.array(ratios).T, np.array(costs).T, alike, strict=True)
        return np.array([_lowest(r, c, a) for r, c, a in each])

    def _cost(self, ratio: Floats) -> Floats:
        density = self.base * ratio[self.block.piece]
        return self.left(self.block.shares(density), density)


def _next_ratios(ratios: Floats, costs: Floats) -> Floats:
    """Return where to look next: beyond an end that is lowest, else in the wider gap beside it."""
    out = np.empty(ratios.shape[1])
    for n in range(len(out)):
        order = np.argsort(ratios[:, n])
        x, lowest = ratios[order, n], int(np.argmin(costs[order, n]))
        if lowest == 0:
            out[n] = max(x[0] / 1.25, LEAST_RATIO)
        elif lowest == len(x) - 1:
            out[n] = min(x[-1] * 1.3, LAST_RATIO)
        else:
            low, high = x[lowest] / x[lowest - 1], x[lowest + 1] / x[lowest]
            out[n] = x[lowest] * (np.sqrt(high) if high > low else 1 / np.sqrt(low))
    return out


def _lowest(ratios: Floats, costs: Floats, alike: float) -> float:
    """Return the lowest ratio whose cost is like the least, by the parabola through three costs.

    Cells that are too dense may follow noise up and down, cells that are too faint only up: of
    costs that are ``alike`` the lowest ratio is right.  Thin calcium is no wider in the image when
    it is denser: there it is the least cost's own.
    """
    ratios, first = np.unique(ratios, return_index=True)
    x, costs = np.log(ratios), costs[first]
    n = int(np.clip(np.argmin(costs), 1, len(costs) - 2))
    curve = np.polyfit(x[n - 1 : n + 2], costs[n - 1 : n + 2], 2)
    least = -curve[1] / (2 * curve[0]) if curve[0] > 0 else x[np.argmin(costs)]
    least = float(np.clip(least, x[n - 1], x[n + 1]))
    level = min(float(np.polyval(curve, least)), float(costs.min()))
    wide = np.clip((THIN_RATIO - np.exp(least)) / (THIN_RATIO - WIDE_RATIO), 0.0, 1.0)
    return float(np.exp(least - _reach(least - x, costs, level, wide * alike)))


def _reach(below: Floats, costs: Floats, level: float, alike: float) -> float:
    """Return how far below the least cost ``level`` others are alike: between them, parabolas."""
    inner, base = 0.0, level
    for outer, cost in zip(below[below > 0.0][::-1], costs[below > 0.0][::-1], strict=True):
        if cost > level + alike:
            part = np.sqrt(max(level + alike - base, 0.0) / (cost - base))
            return inner + float(part) * (float(outer) - inner)
        inner, base = float(outer), float(cost)
    return inner
