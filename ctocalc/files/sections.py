"""sections.npz: the resampled sections of every vessel, for pages and exports without the scan."""

import io
import zipfile
from collections.abc import Mapping

import numpy as np

from ctocalc._arrays import Array
from ctocalc.study.result import CaseResult, VesselImages

OUTSIDE_HU = -32768


def sections_bytes(result: CaseResult) -> bytes | None:
    """Return the bytes of ``sections.npz``; None when no vessel has images.

    Every array of vessel V is named ``V/name``, its first axis the stations:

    ``hu`` (N, P, P) int16, ``-32768`` outside the scan; ``calcium`` (N, P, P) uint8, 255 = all of
    the pixel; rows run along ``binormal``, columns along ``normal``, at ``offset_mm`` (P,) float32;
    ``lumen_radius_mm``, ``wall_radius_mm`` (N, A) float32 at A equal clock angles from ``normal``
    towards ``binormal``, NaN where not found, with ``*_confidence`` (N,) in 0-1;
    ``origin_lps_mm``, ``tangent``, ``normal``, ``binormal`` (N, 3) and ``arclength_mm`` (N,)
    float64.  The bytes are the same for the same values.
    """
    arrays = {
        f"{vessel.vessel}/{name}": array
        for vessel in result.vessels
        if vessel.images is not None
        for name, array in _arrays(vessel.images).items()
    }
    if not arrays:
        return None
    return _npz(arrays)


def _npz(arrays: Mapping[str, Array]) -> bytes:
    """Return what ``np.savez_compressed`` would, three times as fast and no larger."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w") as file:
                np.lib.format.write_array(file, array, allow_pickle=False)
    return buffer.getvalue()


def _arrays(images: VesselImages) -> dict[str, Array]:
    frames = images.frames
    outside = np.isnan(images.hu)
    hu = np.clip(np.rint(np.where(outside, 0, images.hu)), OUTSIDE_HU + 1, -OUTSIDE_HU - 1)
    share = np.clip(np.nan_to_num(images.calcium), 0, 1)
    return {
        "hu": np.where(outside, OUTSIDE_HU, hu).astype(np.int16),
        "calcium": np.rint(share * 255).astype(np.uint8),
        "offset_mm": images.offset_mm.astype(np.float32),
        "lumen_radius_mm": images.lumen.radius_mm.astype(np.float32),
        "lumen_confidence": images.lumen.confidence.astype(np.float32),
        "wall_radius_mm": images.wall.radius_mm.astype(np.float32),
        "wall_confidence": images.wall.confidence.astype(np.float32),
        "origin_lps_mm": frames.origin_lps_mm,
        "tangent": frames.tangent,
        "normal": frames.normal,
        "binormal": frames.binormal,
        "arclength_mm": frames.arclength_mm,
    }
