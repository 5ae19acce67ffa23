"""How much of the vessel is calcium: the blurred model fitted to the scan's own voxels."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import binary_dilation, gaussian_filter, map_coordinates

from ctocalc._arrays import Bools, Floats, Floats32
from ctocalc.image.sections import CartesianSections
from ctocalc.kernels.runs import runs
from ctocalc.vessel.block import Block, Scenery, make_block, outside_hu
from ctocalc.vessel.density import fit_block

MARGIN_STATIONS = 3
# Pixels of whose surroundings less lies within the wall tell nothing.
LEAST_ROOM = 0.05
# Reading cells between their centres softens an edge; this share of a cell is the SD of it that
# gives the least error of areas if every cell is right (deposits that end 0 to 0.2 mm inside).
SOFTENED_SHARE = 0.4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Deposits:
    """Calcium on the sections: ``share`` (N, P, P) in 0-1 and its fitted ``hu`` (N, P, P).

    It may lie a little beyond the wall that was known when it was fitted: where it ends tells
    where the wall behind it is.  ``candidate`` (N, P, P): where calcium was looked for.
    ``softened_mm``: SD of the blur that edges have for being read between cells.
    """

    share: Floats32
    hu: Floats32
    candidate: Bools
    softened_mm: float

    def within(self, inside: Floats, pixel_mm: float) -> Floats32:
        """Return the share (N, P, P) of calcium ``inside`` a wall (share of a pixel).

        A softened edge at the wall lies half beyond it: cut off there, a vessel full of calcium
        loses a twentieth.  What is left of the wall's own softened edge is what can be filled.
        """
        softened = self.softened_mm / pixel_mm
        room = gaussian_filter(inside.astype(np.float32), (0.0, softened, softened))
        filled = np.minimum(self.share / np.maximum(room, LEAST_ROOM), 1.0)
        return np.asarray(inside * filled, dtype=np.float32)


def fit_deposits(scene: Scenery, candidate: Bools) -> Deposits:
    """Fit calcium around the candidate pixels (N, P, P) of the sections.

    Works for pieces that one blur width or more of the vessel lies about; right to about 0.03 of
    the section where wall and blur are known, misleads by as much as those are wrong.
    """
    share = np.zeros(candidate.shape, np.float32)
    hu = np.zeros(candidate.shape, np.float32)
    outside, softened = outside_hu(scene), 0.0
    for stations in stretches(np.asarray(candidate.any(axis=(1, 2)))):
        block = make_block(scene, candidate, outside, stations)
        softened = SOFTENED_SHARE * block.cell_mm
        fitted, density = fit_block(block, scene.noise_hu)
        share[stations], hu[stations] = _on_sections(
            block, fitted, density, scene.sections, stations
        )
    return Deposits(share=share, hu=hu, candidate=candidate, softened_mm=softened)


def stretches(present: Bools) -> Iterator[slice]:
    """Yield stretches of stations with candidates, with margins; none overlap."""
    wide = np.asarray(binary_dilation(present, iterations=MARGIN_STATIONS))
    for start, stop in runs(wide):
        yield slice(int(start), int(stop))


def _on_sections(
    block: Block,
    share: Floats32,
    density: Floats32,
    sections: CartesianSections,
    stations: slice,
) -> tuple[Floats32, Floats32]:
    """Return share and HU (n, P, P) of cells on the pixels of some sections."""
    frames, offset = sections.frames, sections.offset_mm
    points = (
        frames.origin_lps_mm[stations, None, None]
        + offset[:, None, None] * frames.binormal[stations, None, None]
        + offset[:, None] * frames.normal[stations, None, None]
    )
    at = np.moveaxis(block.grid.indices(points), -1, 0)
    full = map_coordinates(block.inside * share, at, order=1)
    room = map_coordinates(block.inside, at, order=1)
    seen = np.where(room > LEAST_ROOM, full / np.maximum(room, LEAST_ROOM), 0.0)
    return seen.astype(np.float32), map_coordinates(density, at, order=0)
