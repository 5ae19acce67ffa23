"""ScanHeader: what is known of a scan before any of its voxels is read."""

import math
from dataclasses import dataclass

import numpy as np

from ctocalc._arrays import Array
from ctocalc.errors import Code, ImageRefused, Notice
from ctocalc.geometry.grid import VoxelGrid

FEWEST_SLICES = 4
OUTSIDE_RECONSTRUCTION_HU = -1900.0
"""At or below this a CT value is filling: scanners write -2000, -2048 or -3024 HU outside the
reconstruction circle, and the declared padding value is often another one."""
MOST_APART = 1.1
"""Slices farther apart than so many times their thickness leave gaps; less is rounding."""
MOST_BYTES = 1 << 33
"""Of the part of a scan that is read; whatever a header claims, no more is allocated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanFacts:
    """Facts of the header that later stages need; never identity.

    ``spacing_kji_mm`` is slice step (along the slice normal), row spacing, column spacing.  None
    means that the header does not say.  ``hounsfield``: the header does not say that values are
    something else than HU (iodine, effective number).  ``spectral``: monoenergetic, spectral or
    photon-counting image, whose kVp misleads.  ``lossy``: compressed with loss at any time.
    """

    spacing_kji_mm: tuple[float, float, float]
    slices: int
    slice_thickness_mm: float | None = None
    kvp: float | None = None
    kernel: str | None = None
    phase: str | None = None
    modality: str | None = None
    contrast_agent: bool | None = None
    hounsfield: bool = True
    spectral: bool = False
    lossy: bool = False
    kernel_sharp: bool = False
    tilt_deg: float = 0.0
    identity_present: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScanHeader:
    """A scan that can be read: its extent, facts and warnings.

    ``grid`` spans the whole scan.  Where ``regular`` is False (a gap, step or duplicate somewhere)
    it is right for the question what lies inside, not for voxel positions: those belong to the
    volume that is read.
    """

    grid: VoxelGrid
    facts: ScanFacts
    notices: tuple[Notice, ...]
    regular: bool = True


def require_measurable(facts: ScanFacts) -> None:
    """Refuse what cannot be measured on: another modality than CT, or too few slices.

    Readers take any modality and two slices.  A format that does not tell its modality passes.

    Raises
    ------
    ImageRefused
        With NOT_CT or TOO_FEW_SLICES.
    """
    if facts.modality not in (None, "CT"):
        raise ImageRefused(
            Code.NOT_CT,
            f"The series is of modality {facts.modality}; expected CT, whose values are HU.",
        )
    if not facts.hounsfield:
        raise ImageRefused(
            Code.NOT_CT,
            "The header says that the values of the series are no Hounsfield units (iodine, "
            "effective number or the like); expected HU. Give the conventional or monoenergetic "
            "series.",
        )
    if facts.slices < FEWEST_SLICES:
        raise ImageRefused(
            Code.TOO_FEW_SLICES,
            f"The series has {facts.slices} slices; at least {FEWEST_SLICES} are needed to "
            "follow a vessel. Give the whole series.",
        )


def quality_notices(facts: ScanFacts) -> tuple[Notice, ...]:
    """Return the warnings that the facts alone justify, whatever the settings."""
    step, thickness = facts.spacing_kji_mm[0], facts.slice_thickness_mm or math.inf
    found = (
        (Code.SLICES_APART, step > MOST_APART * thickness,
         f"The slices are {step:.3g} mm apart and {thickness:.3g} mm thick: what lies between them "
         "was not seen, or slices were left out evenly; at most their thickness apart was "
         "expected. Export every slice."),
        (Code.GANTRY_TILT, facts.tilt_deg > 0,
         f"The slices are sheared by {facts.tilt_deg:.1f} degrees (gantry tilt); they were read "
         "with their true positions, nothing needs to be done."),
        (Code.KVP_UNKNOWN, facts.kvp is None,
         "The tube voltage is not given; calcium mass needs it. Give the calibration in the "
         "settings."),
        (Code.KERNEL_SHARP, facts.kernel_sharp,
         f"The kernel {facts.kernel} is a sharp one; noise and undershoot beside calcium are "
         "larger. Use a medium smooth vascular kernel."),
        (Code.SPECTRAL_IMAGE, facts.spectral,
         "This is a monoenergetic, spectral or photon-counting image, so the tube voltage "
         "misleads; mass and Agatston score need a calibration in the settings."),
        (Code.LOSSY_COMPRESSION, facts.lossy,
         "The images were compressed with loss; values may be off by several HU. Use the "
         "original series."),
        (Code.IDENTITY_PRESENT, facts.identity_present,
         "The header does not say that identity was removed, or holds a date of birth, or says "
         "that the pixels hold identity; results carry none, but take care when passing on the "
         "images."),
    )  # fmt: skip
    return tuple(Notice(code=code, message=message) for code, present, message in found if present)


def padding_threshold(
    stored: Array, slope: float, intercept: float, declared: int | None = None
) -> float | None:
    """Return the stored value at or below which voxels lie outside the reconstruction, or None.

    The declared padding value counts only where it is no possible CT value (below -1100 HU);
    it is often wrong, so everything at or below -1900 HU is outside as well.
    """
    if slope <= 0:
        return None
    threshold = (OUTSIDE_RECONSTRUCTION_HU - intercept) / slope
    if declared is not None and declared * slope + intercept < -1100:
        threshold = max(threshold, float(declared))
    threshold = float(math.floor(threshold)) if stored.dtype.kind in "iu" else threshold
    smallest = np.iinfo(stored.dtype).min if stored.dtype.kind in "iu" else -math.inf
    return threshold if threshold >= smallest else None
