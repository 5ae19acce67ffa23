"""What a result keeps of its scan and sections."""

import numpy as np

from ctocalc.image.physics import ScanPhysics
from ctocalc.image.scan import ScanFacts
from ctocalc.study.result import ImageFacts, VesselImages
from ctocalc.study.trace import Trace
from ctocalc.vessel.boundary import Boundary, BoundaryKind
from ctocalc.vessel.calcium import Calcium


def image_facts(facts: ScanFacts, physics: ScanPhysics) -> ImageFacts:
    """Return what the header says and what the scan shows."""
    return ImageFacts(
        spacing_mm=facts.spacing_kji_mm,
        slice_thickness_mm=facts.slice_thickness_mm,
        kvp=facts.kvp,
        kernel=facts.kernel,
        phase=facts.phase,
        psf_fwhm_mm=physics.psf_fwhm_mm,
        noise_hu=physics.noise_hu,
        blood_pool_hu=physics.blood_pool_hu,
        hu_per_mgcc=physics.hu_per_mgcc,
    )


def images_of(seen: Trace, calcium: Calcium) -> VesselImages:
    """Return the sections with their contours."""
    lumen = np.where(seen.rays.lumen_mm > 0.0, seen.rays.lumen_mm, np.nan)
    return VesselImages(
        frames=seen.frames,
        hu=seen.sections.samples,
        offset_mm=seen.sections.offset_mm.astype(np.float32),
        calcium=calcium.share,
        lumen=Boundary(
            radius_mm=lumen,
            kind=BoundaryKind.LUMEN,
            confidence=np.isfinite(lumen).mean(axis=1),
        ),
        wall=seen.wall.boundary,
    )
