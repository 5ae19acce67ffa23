"""The naive method: 600 HU within the given radius (or 1.5 mm) of the raw line, half-height lumen.

The line is not smoothed or recentred; the wall is the given radius; contrast is what exceeds half
of the line's usual height, so bright calcium passes for lumen.
"""

from itertools import pairwise

import numpy as np

from benchmarks.cases import Case
from benchmarks.findings import Findings, FoundLesion, FoundOcclusion, Point
from ctocalc._arrays import Floats
from ctocalc.geometry.frames import Frames, rotation_minimising
from ctocalc.image.physics import hu_per_mgcc
from ctocalc.image.sections import cartesian_sections, linear
from ctocalc.image.volume import Volume
from ctocalc.kernels.runs import runs
from ctocalc.vessel.centerline import Centerline

CALCIUM_HU = 600.0
RADIUS_MM = 1.5
STEP_MM = 0.5
CORE_MM = 0.75
LEAST_STATIONS = 4
PIXEL_MM = 0.15
SAME_CTO_MM = 20.0
BEND_WINDOW_MM = 15.0
BLUNT_MM = 2.0
SECTORS = 72


def raw_frames(points: Floats) -> tuple[Frames, Floats, Floats]:
    """Return stations every 0.5 mm of the raw line, and arc lengths of its own points."""
    chord = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    s = np.arange(STEP_MM, chord[-1] - STEP_MM, STEP_MM)

    def at(place: Floats) -> Floats:
        return np.stack([np.interp(place, chord, axis) for axis in points.T], axis=1)

    tangent = at(s + 1.0) - at(s - 1.0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    return rotation_minimising(at(s), tangent, s), s, chord


def naive(case: Case, line: Centerline) -> Findings:
    """Read one vessel naively."""
    frames, s, chord = raw_frames(line.points_lps_mm)
    radius = np.full(len(s), RADIUS_MM)
    if line.radius_mm is not None:
        radius = np.interp(s, chord, line.radius_mm)
    hu, distance, angle = _sections(case.volume, frames)
    disc = distance <= radius[:, None, None]
    bright = (hu >= CALCIUM_HU) & disc
    core = np.where(distance <= CORE_MM, hu, np.nan)
    height = np.nanmean(core, axis=(1, 2))
    half = 0.5 * float(np.percentile(height, 80))
    lumen = ((hu >= half) & disc & ~bright).sum(axis=(1, 2)) * PIXEL_MM**2
    sector = (angle / (2 * np.pi) * SECTORS).astype(int) % SECTORS
    arc = np.array([len(np.unique(sector[one])) * 360.0 / SECTORS for one in bright])
    area = bright.sum(axis=(1, 2)) * PIXEL_MM**2
    slope = hu_per_mgcc(case.kvp) or 1.0
    columns = {
        "lumen_area_mm2": lumen,
        "wall_area_mm2": np.pi * radius**2,
        "calcium_fraction": bright.sum(axis=(1, 2)) / disc.sum(axis=(1, 2)),
        "calcium_arc_deg": arc,
        "volume": area * STEP_MM,
        "mass": (hu * bright).sum(axis=(1, 2)) * PIXEL_MM**2 * STEP_MM / slope / 1000.0,
    }
    gaps = [(int(a), int(b)) for a, b in runs(height < half) if b - a >= LEAST_STATIONS]
    parts = [_occlusion(frames, s, height / half, gap) for gap in gaps]
    return Findings(
        points_lps_mm=frames.origin_lps_mm,
        tangent=frames.tangent,
        columns=columns,
        occlusions=tuple(parts),
        lesions=tuple(_lesions(frames, s, columns, gaps, parts)),
    )


def _sections(volume: Volume, frames: Frames) -> tuple[Floats, Floats, Floats]:
    seen = cartesian_sections(linear(volume), frames, half_width_mm=3.0, pixel_mm=PIXEL_MM)
    offset = seen.offset_mm
    hu = np.nan_to_num(np.asarray(seen.samples, dtype=float), nan=-1000.0)
    angle = np.arctan2(offset[:, None], offset[None]) % (2 * np.pi)
    return hu, np.hypot(offset[:, None], offset), angle


def _point(frames: Frames, n: int) -> Point:
    x, y, z = frames.origin_lps_mm[min(n, len(frames) - 1)]
    return float(x), float(y), float(z)


def _occlusion(frames: Frames, s: Floats, height: Floats, gap: tuple[int, int]) -> FoundOcclusion:
    """Blunt where contrast falls from 80 % to 20 % of its usual height within 2 mm."""
    start, stop = gap

    def call(order: Floats) -> str:
        full = int(np.argmax(order >= 1.6)) if (order >= 1.6).any() else len(order)
        gone = int(np.argmax(order[::-1] <= 0.4)) if (order <= 0.4).any() else 0
        return "blunt" if (full + gone) * STEP_MM <= BLUNT_MM else "tapered"

    return FoundOcclusion(
        start_lps_mm=_point(frames, start),
        end_lps_mm=_point(frames, stop),
        length_mm=float(s[min(stop, len(s) - 1)] - s[start]),
        calls=(
            call(np.concatenate([height[:start][::-1][:10], height[start : start + 6][::-1]])),
            call(np.concatenate([height[stop : stop + 10], height[stop - 6 : stop]])),
        ),
    )


def _lesions(
    frames: Frames,
    s: Floats,
    columns: dict[str, Floats],
    gaps: list[tuple[int, int]],
    parts: list[FoundOcclusion],
) -> list[FoundLesion]:
    breaks = [n for n, (a, b) in enumerate(pairwise(gaps), 1)
              if (b[0] - a[1]) * STEP_MM >= SAME_CTO_MM]  # fmt: skip
    out = []
    for low, high in pairwise([0, *breaks, len(gaps)]):
        if low == high:
            continue
        start, stop = gaps[low][0], gaps[high - 1][1]
        here = slice(start, max(stop, start + 1))
        fraction = columns["calcium_fraction"][here]
        arc = columns["calcium_arc_deg"][here][fraction >= 0.5].max(initial=0.0)
        length = float(s[min(stop, len(s) - 1)] - s[start])
        bend = _bend(frames.tangent[here], s[here])
        volume = float(columns["volume"][here].sum())
        most = float(fraction.max())
        out.append(
            FoundLesion(
                start_lps_mm=_point(frames, start),
                end_lps_mm=_point(frames, stop),
                length_mm=length,
                bend_deg=bend,
                max_calcium_fraction=most,
                calcium_volume_mm3=volume,
                calcium_mass_mg=float(columns["mass"][here].sum()),
                items={
                    "multiple_occlusions": high - low > 1,
                    "length_15": length >= 15,
                    "length_20": length >= 20,
                    "bending": bend > 45,
                    "calcification": volume > 0,
                    "calcification_half": most >= 0.5,
                    "blunt_stump": parts[low].calls[0] == "blunt",
                    "full_moon": most >= 0.95,
                    "arc_180_where_half": bool(arc >= 180),
                },
            )
        )
    return out


def _bend(tangent: Floats, s: Floats) -> float:
    angle = np.degrees(np.arccos(np.clip(tangent @ tangent.T, -1, 1)))
    return float(np.where(np.abs(s[:, None] - s) <= BEND_WINDOW_MM, angle, 0.0).max())
