"""A stretch of vessel as fine cells, and the scan's voxels they are fitted to."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import find_objects, gaussian_filter1d, map_coordinates, maximum_filter
from skimage.measure import label

from ctocalc._arrays import Array, Bools, Floats, Floats32, Ints
from ctocalc.geometry.frames import Frames
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.image.sections import CartesianSections
from ctocalc.image.volume import Volume
from ctocalc.image.voxel_blur import VoxelBlur
from ctocalc.kernels.tube import tube_coordinates
from ctocalc.vessel.boundary import Boundary

CELL_MM = 0.3
# The wall behind calcium is a guess until calcium is known: calcium may lie this far beyond it.
BEYOND_MM = 0.3
# Voxels this far beyond the wall are fitted too; what lies beyond the gap is taken as it is.
ZONE_MM = 0.7
GAP_MM = 0.9
OUTSIDE_MM = ((0.55, 0.85), (0.9, 1.3))
NEAR_MM = 0.5
PART_STATIONS = 7
# A voxel to which candidate cells add less than this share has no say.
UNTOUCHED = 0.002
ROUNDS = 40
SHARPNESS = np.repeat([0.06, 0.15, 0.3, 0.6], 10)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scenery:
    """What a vessel consists of beside calcium.

    ``lumen_mm`` (N,): radius of the lumen, 0 without, about ``lumen_at_mm`` (N, 2) from the axis;
    ``lumen_hu``, ``plaque_hu`` (N,); ``sigma_mm``: blur in the slices and through them;
    ``noise_hu``: SD of a voxel.
    """

    volume: Volume
    sections: CartesianSections
    wall: Boundary
    lumen_mm: Floats
    lumen_at_mm: Floats
    lumen_hu: Floats
    plaque_hu: Floats
    sigma_mm: tuple[float, float]
    noise_hu: float

    @property
    def frames(self) -> Frames:
        """The stations."""
        return self.sections.frames


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """Cells about a stretch of vessel, and the voxels they are fitted to.

    Per cell (k, j, i): ``inside`` the share within calcium's reach, ``background`` HU without
    calcium, ``piece`` the number of the piece of calcium that may lie there, 0 for none; ``places``
    along and about the vessel.  Per voxel (K, J, I): ``rest`` = HU less the blurred background,
    ``mask`` where it counts.
    """

    grid: VoxelGrid
    places: "Places"
    blur: VoxelBlur
    inside: Floats32
    background: Floats32
    piece: Ints
    rest: Floats32
    mask: Bools

    @property
    def cell_mm(self) -> float:
        """Edge of a cube as large as a cell."""
        return self.places.cell_mm

    def with_lumen(self, share: Floats, hu: Floats) -> "Block":
        """Return the block with a lumen of some HU in its cells (k, j, i), and no calcium there.

        Within calcium's reach: beyond it is what lies outside the vessel.
        """
        share = share * self.inside
        background = (self.background + (hu - self.background) * share).astype(np.float32)
        rest = self.rest - self.blur.apply(background - self.background, self.mask)
        return replace(
            self, background=background, inside=(self.inside * (1.0 - share)).astype(np.float32),
            rest=np.where(self.mask, rest, np.float32(0.0)),
        )  # fmt: skip

    def height(self, calcium_hu: Array) -> Floats32:
        """HU that a cell full of calcium adds to its background."""
        above = np.maximum(calcium_hu - self.background, 1.0)
        return np.asarray(self.inside * (self.piece > 0) * above, dtype=np.float32)

    def shares(self, calcium_hu: Array, sharpness: Floats = SHARPNESS) -> Floats32:
        """Fit the shares of calcium of a density."""
        return self.blur.fit(
            self.rest, self.mask, self.height(calcium_hu), rounds=ROUNDS, sharpness=sharpness
        )

    def miss(self, share: Array, calcium_hu: Array) -> Floats32:
        """Return what a fit leaves unexplained, per voxel."""
        return np.asarray(self.rest - self.blur.apply(share * self.height(calcium_hu), self.mask))

    def on_voxels(self, cells: Array) -> Floats:
        """Average values of cells (k, j, i) over their voxels (K, J, I)."""
        shape = np.stack([self.mask.shape, self.blur.cells], axis=1).ravel()
        return np.asarray(cells.reshape(shape).mean(axis=(1, 3, 5)))

    def on_cells(self, voxels: Floats) -> Floats:
        """Repeat values of voxels (K, J, I) on their cells (k, j, i)."""
        k, j, i = (int(n) for n in self.blur.cells)
        return voxels.repeat(k, 0).repeat(j, 1).repeat(i, 2)


def outside_hu(scene: Scenery) -> Floats:
    """HU (N, A) just beyond the wall in every direction: the darker of two distances.

    The nearer one may hold the blur of calcium, the farther one a neighbour.
    """
    radius, offset = scene.wall.radius_mm, scene.sections.offset_mm
    pixel, angle = offset[1] - offset[0], scene.wall.angle_rad
    hu = np.nan_to_num(scene.sections.samples, nan=-100.0)
    both = []
    for low, high in OUTSIDE_MM:
        far = np.minimum(radius[..., None] + np.arange(low, high, 0.15), offset[-1])
        at = np.stack(
            [
                np.broadcast_to(np.arange(len(radius))[:, None, None], far.shape),
                (far * np.sin(angle)[:, None] - offset[0]) / pixel,
                (far * np.cos(angle)[:, None] - offset[0]) / pixel,
            ]
        )
        ring = np.median(map_coordinates(hu, at, order=1), axis=2)
        ring = gaussian_filter1d(ring, len(angle) * 15 / 360, axis=1, mode="wrap")
        both.append(gaussian_filter1d(ring, 1.0, axis=0, mode="nearest"))
    return np.asarray(np.minimum(*both))


def make_block(scene: Scenery, candidate: Bools, outside: Floats, stations: slice) -> Block:
    """Lay cells about a stretch of vessel and tell what they hold without calcium."""
    frames, wall = scene.frames, scene.wall.radius_mm[stations]
    origin = frames.origin_lps_mm[stations]
    reach = float(wall.max()) + GAP_MM + 0.3
    whole = scene.volume.grid
    box = whole.box(origin, reach + 0.3)
    grid, hu = whole.crop(box), scene.volume.hu(box)
    known = np.isfinite(hu)
    hu = np.where(known, hu, -100.0).astype(np.float32)
    blur = VoxelBlur.of_grid(grid, sigma_mm=scene.sigma_mm, cell_mm=CELL_MM)
    cells = blur.finer(grid)
    at = Places.of(cells, frames, stations, reach)
    size = at.cell_mm
    beyond = at.radius - at.read(wall)
    within, inside = (
        np.where(at.near, np.clip(0.5 - (beyond - far) / size, 0.0, 1.0), 0.0)
        for far in (0.0, BEYOND_MM)
    )
    lumen = at.discs(scene.lumen_mm[stations], scene.lumen_at_mm[stations])
    k, j, i = (int(n) for n in blur.cells)
    background = hu.repeat(k, 0).repeat(j, 1).repeat(i, 2)
    background = np.where(at.near & (beyond < GAP_MM), at.read(outside[stations]), background)
    plaque, filled = (at.along(v[stations]) for v in (scene.plaque_hu, scene.lumen_hu))
    soft = plaque + (filled - plaque) * lumen
    background = np.where(within > 0.0, background + (soft - background) * within, background)
    background = background.astype(np.float32)
    shape = (grid.shape_kji[0], k, grid.shape_kji[1], j, grid.shape_kji[2], i)
    far = np.where(at.near, beyond, np.inf).reshape(shape).mean(axis=(1, 3, 5))
    mask = (far < ZONE_MM) & known
    piece = _pieces(cells, at, candidate[stations], scene.sections)
    mask &= blur.apply(np.asarray((piece > 0) * inside, np.float32), mask) > UNTOUCHED
    rest = np.where(mask, hu - blur.apply(background, mask), 0.0).astype(np.float32)
    return Block(
        grid=cells, places=at, blur=blur, inside=inside.astype(np.float32), background=background,
        piece=piece, rest=rest, mask=mask,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Places:
    """Where cells lie along and about a vessel: ``near`` tells whether they do at all.

    ``cell_mm``: edge of a cube as large as a cell.
    """

    station: Floats32
    radius: Floats32
    turn: Floats32
    near: Bools
    cell_mm: float

    @classmethod
    def of(cls, grid: VoxelGrid, frames: Frames, stations: slice, reach_mm: float) -> "Places":
        """Find the places of a grid's cells within reach of some stations."""
        axes = np.stack([frames.normal, frames.binormal, frames.tangent], axis=1)[stations]
        station, radius, turn = tube_coordinates(
            grid.lps_from_kji[:3, 3], grid.lps_from_kji[:3, :3].T, np.array(grid.shape_kji),
            frames.origin_lps_mm[stations], axes, reach_mm,
            float(np.median(np.diff(frames.arclength_mm))),
        )  # fmt: skip
        cell_mm = float(abs(np.linalg.det(grid.lps_from_kji[:3, :3])) ** (1 / 3))
        return cls(
            station=station, radius=radius, turn=turn, near=np.isfinite(station), cell_mm=cell_mm
        )  # fmt: skip

    def read(self, table: Floats) -> Floats:
        """Interpolate a table (stations, angles) at every cell; 0 elsewhere."""
        count = table.shape[1]
        around = np.concatenate([table, table[:, :1]], axis=1)
        station = np.clip(self.station[self.near], 0, len(table) - 1)
        turn = (self.turn[self.near] / (2 * np.pi) * count) % count
        out = np.zeros(self.near.shape)
        out[self.near] = map_coordinates(around, [station, turn], order=1)
        return out

    def along(self, values: Floats) -> Floats:
        """Interpolate values (stations,) at every cell; 0 elsewhere."""
        out = np.zeros(self.near.shape)
        out[self.near] = np.interp(self.station[self.near], np.arange(len(values)), values)
        return out

    def discs(self, radius_mm: Floats, at_mm: Floats) -> Floats:
        """Share of every cell within discs of a radius (stations,) about places (stations, 2)."""
        radius = self.along(radius_mm)
        x, y = (self.along(values) for values in at_mm.T)
        off = np.hypot(self.radius * np.cos(self.turn) - x, self.radius * np.sin(self.turn) - y)
        return np.where(radius > 0.0, np.clip(0.5 - (off - radius) / self.cell_mm, 0.0, 1.0), 0.0)


def _pieces(grid: VoxelGrid, at: Places, candidate: Bools, sections: CartesianSections) -> Ints:
    """Give cells within half a millimetre of candidate pixels their piece's number."""
    offset = sections.offset_mm
    pixel = float(offset[1] - offset[0])
    size = 2 * round(NEAR_MM / pixel) + 1
    number = _parts(label(candidate, connectivity=3))
    wide = np.where(number > 0, number, maximum_filter(number, size=(3, size, size)))
    out = np.zeros(at.near.shape, dtype=np.int64)
    radius, turn = at.radius[at.near], at.turn[at.near]
    index = [
        np.rint(at.station[at.near]),
        np.rint((radius * np.sin(turn) - offset[0]) / pixel),
        np.rint((radius * np.cos(turn) - offset[0]) / pixel),
    ]
    n, p, q = (np.clip(v, 0, m - 1).astype(int) for v, m in zip(index, wide.shape, strict=True))
    out[at.near] = wide[n, p, q]
    return out


def _parts(number: Ints) -> Ints:
    """Cut long pieces into parts of about `PART_STATIONS`: density may change along a vessel."""
    out = np.zeros_like(number)
    for one, box in enumerate(find_objects(number), start=1):
        first, stop = box[0].start, box[0].stop
        count = max(1, round((stop - first) / PART_STATIONS))
        part = (np.arange(stop - first) * count // (stop - first))[:, None, None]
        mine = number[box] == one
        out[box][mine] = (out.max() + 1 + np.broadcast_to(part, mine.shape))[mine]
    return out
