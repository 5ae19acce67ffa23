"""Facts of a series that later stages need, taken from its headers."""

import re
from collections import Counter

from ctocalc.dicom import tags
from ctocalc.dicom.geometry import Stack
from ctocalc.dicom.regularity import Part
from ctocalc.dicom.tags import Shared
from ctocalc.image.scan import ScanFacts

# Vendors' names of kernels for bone, lung and stents.  No norm defines sharpness; this table is
# ours, from the vendors' naming schemes (Siemens numbers grow with sharpness; Toshiba and Canon
# FC30-39 bone, from FC50 on lung and high resolution), and errs towards silence.
_SHARP_NAMES = frozenset({"BONE", "BONEPLUS", "LUNG", "EDGE", "ULTRA", "YD", "YE"})
_NUMBERED = re.compile(r"(FC|[A-Z][A-Z]?)(\d\d)[A-Z]?\d?")
SIEMENS_SHARP_FROM = 46


def facts(stack: Stack, part: Part) -> ScanFacts:
    """Return the facts of a stack; spacing and tilt are those of the given part."""
    slices = stack.slices
    shared = {header.shared for header in slices}
    first = slices[0].shared
    between_rows, between_columns = first.pixel_spacing
    thickness = [s.thickness for s in shared if s.thickness is not None]
    kvp = {s.kvp for s in shared}
    return ScanFacts(
        spacing_kji_mm=(float(stack.step(part) @ stack.normal), between_rows, between_columns),
        slices=len(slices),
        slice_thickness_mm=max(thickness) if thickness else None,
        kvp=kvp.pop() if len(kvp) == 1 else None,
        kernel=first.kernel or None,
        phase=_phase(stack),
        modality=first.modality or None,
        contrast_agent=True if any(s.contrast for s in shared) else None,
        spectral=any(s.spectral for s in shared),
        lossy=any(s.lossy for s in shared),
        kernel_sharp=is_sharp(first),
        tilt_deg=stack.tilt_deg(part),
        identity_present=any(s.identity_present for s in shared),
    )


def is_sharp(shared: Shared) -> bool:
    """Whether the kernel is known to be a sharp one; an unknown kernel is not."""
    name = shared.kernel.upper().replace(" ", "")
    if name in _SHARP_NAMES:
        return True
    numbered = _NUMBERED.fullmatch(name)
    if numbered is None:
        return False
    number = int(numbered[2])
    if numbered[1] == "FC":
        return 30 <= number < 40 or number >= 50
    return "SIEMENS" in shared.manufacturer.upper() and number >= SIEMENS_SHARP_FROM


def _phase(stack: Stack) -> str | None:
    for n, unit in ((tags.STAMPS.index(tags.PHASE_PERCENT), "%"),
                    (tags.STAMPS.index(tags.TRIGGER_TIME), "ms")):  # fmt: skip
        (value, count), *_ = Counter(h.stamp[n] for h in stack.slices).most_common(1)
        if value and count == len(stack.slices):
            return f"{value} {unit}"
    return None
