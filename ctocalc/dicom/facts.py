"""Facts of a series that later stages need, taken from its headers."""

from ctocalc.dicom.geometry import Stack
from ctocalc.dicom.kernel import is_sharp, kernel_name
from ctocalc.dicom.phases import label_of
from ctocalc.dicom.regularity import Part
from ctocalc.image.scan import ScanFacts


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
        kernel=kernel_name(first.kernel),
        phase=str(label_of(slices)) or None,
        modality=first.modality or None,
        contrast_agent=True if any(s.contrast for s in shared) else None,
        hounsfield=all(s.hounsfield for s in shared),
        spectral=any(s.spectral for s in shared),
        lossy=any(s.lossy for s in shared),
        kernel_sharp=is_sharp(first),
        tilt_deg=stack.tilt_deg(part),
        identity_present=any(s.identity_present for s in shared),
    )
