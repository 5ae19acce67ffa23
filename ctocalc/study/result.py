"""CaseResult: everything one analysis found out about one patient; no identity, no paths."""

from dataclasses import dataclass

from ctocalc._arrays import Floats32
from ctocalc.errors import Notice
from ctocalc.geometry.frames import Frames
from ctocalc.lesion.lesion import Lesion, VesselCalcium
from ctocalc.quantity import Measured
from ctocalc.scores.system import Score
from ctocalc.study.clinical import ClinicalFacts
from ctocalc.study.review import Edit, LesionFacts, Reviewed
from ctocalc.vessel.boundary import Boundary
from ctocalc.vessel.profile import VesselProfile

SCHEMA = "ctocalc-result/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class InputDigest:
    """SHA-256 of the header and pixel bytes that were used of one input."""

    role: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What made a result: enough to make it again; no host, no path, no name, no date."""

    version: str
    settings: dict[str, object]
    settings_digest: str
    inputs: tuple[InputDigest, ...]
    packages: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFacts:
    """The scan, as read and as estimated from it."""

    spacing_mm: tuple[float, float, float]
    slice_thickness_mm: float | None
    kvp: float | None
    kernel: str | None
    phase: str | None
    psf_fwhm_mm: Measured
    noise_hu: Measured
    blood_pool_hu: Measured
    hu_per_mgcc: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """The centerline as given."""

    digest: str
    points: int
    frame: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VesselImages:
    """Cartesian sections with their contours: what pages and exports need without the scan.

    ``hu`` (N, P, P) float32, row = along ``frames.binormal``, column = along ``frames.normal``,
    at ``offset_mm`` (P,); ``calcium`` (N, P, P) float32 in 0-1 is the share of each pixel.
    """

    frames: Frames
    hu: Floats32
    offset_mm: Floats32
    calcium: Floats32
    lumen: Boundary
    wall: Boundary


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionScore:
    """A score and the lesion it belongs to (from 1); None on a vessel with nothing to score."""

    lesion: int | None
    score: Score


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VesselResult:
    """One vessel: measured (``status`` "ok"), or refused with its code and reason.

    ``clinical`` and ``facts`` are what its scores were given; ``edits`` are a reader's answers that
    it follows, those about the patient too.
    """

    vessel: str
    status: str
    code: str | None = None
    reason: str | None = None
    length_mm: float | None = None
    centerline: LineFacts | None = None
    calcium: VesselCalcium | None = None
    lesions: tuple[Lesion, ...] = ()
    scores: tuple[LesionScore, ...] = ()
    clinical: ClinicalFacts | None = None
    facts: tuple[LesionFacts, ...] = ()
    edits: tuple[Edit, ...] = ()
    profile: VesselProfile | None = None
    images: VesselImages | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CaseResult:
    """One patient.  ``status`` is "ok" when any vessel is; ``review``: a reader's word, if any."""

    case_id: str
    status: str
    quality: tuple[Notice, ...]
    provenance: Provenance
    image: ImageFacts
    vessels: tuple[VesselResult, ...]
    review: Reviewed | None = None
