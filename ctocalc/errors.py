"""What can go wrong, and the codes by which it is named.

::

    CtocalcError
    ├── InputRefused        the input cannot be used; carries a Code          exit 3
    │   ├── ImageRefused
    │   ├── CenterlineRefused
    │   └── SettingsRefused
    ├── UsageError          the request contradicts itself or the case        exit 2
    └── OutputFailed        a result could not be written                     exit 5

A refusal is a sentence: what was found, what was expected, what to do.  It never holds a
name, identifier, date or full path.  "Cannot tell" is not an error: it is a value with a reason.
"""

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """Codes of refusals and warnings, stable for scripts."""

    NO_IMAGES = "NO_IMAGES"
    SEVERAL_SERIES = "SEVERAL_SERIES"
    SEVERAL_PHASES = "SEVERAL_PHASES"
    NOT_CT = "NOT_CT"
    SLICE_MISSING = "SLICE_MISSING"
    SLICE_DUPLICATE = "SLICE_DUPLICATE"
    SPACING_IRREGULAR = "SPACING_IRREGULAR"
    ORIENTATION_MIXED = "ORIENTATION_MIXED"
    GEOMETRY_MISSING = "GEOMETRY_MISSING"
    TOO_FEW_SLICES = "TOO_FEW_SLICES"
    PIXELS_UNDECODABLE = "PIXELS_UNDECODABLE"
    TRUNCATED = "TRUNCATED"
    CENTERLINE_UNREADABLE = "CENTERLINE_UNREADABLE"
    CENTERLINE_OUTSIDE_IMAGE = "CENTERLINE_OUTSIDE_IMAGE"
    CENTERLINE_FRAME_IMPLAUSIBLE = "CENTERLINE_FRAME_IMPLAUSIBLE"
    CENTERLINE_TOO_SHORT = "CENTERLINE_TOO_SHORT"
    SETTINGS_INVALID = "SETTINGS_INVALID"
    MANIFEST_INVALID = "MANIFEST_INVALID"
    REVIEW_INVALID = "REVIEW_INVALID"
    RESULT_UNREADABLE = "RESULT_UNREADABLE"

    GANTRY_TILT = "GANTRY_TILT"
    SLICES_THICK = "SLICES_THICK"
    SLICES_APART = "SLICES_APART"
    VOXELS_COARSE = "VOXELS_COARSE"
    NOISE_HIGH = "NOISE_HIGH"
    NO_CONTRAST = "NO_CONTRAST"
    CONTRAST_LOW = "CONTRAST_LOW"
    KVP_UNKNOWN = "KVP_UNKNOWN"
    KERNEL_SHARP = "KERNEL_SHARP"
    CENTERLINE_OFF_CENTRE = "CENTERLINE_OFF_CENTRE"
    CENTERLINE_SPARSE = "CENTERLINE_SPARSE"
    CENTERLINE_DIRECTION = "CENTERLINE_DIRECTION"
    CENTERLINE_IN_AORTA = "CENTERLINE_IN_AORTA"
    CENTERLINE_SHARED = "CENTERLINE_SHARED"
    VESSEL_UNNAMED = "VESSEL_UNNAMED"
    READER_CAPS = "READER_CAPS"
    READER_REVIEW = "READER_REVIEW"
    REVIEW_OTHER_RESULT = "REVIEW_OTHER_RESULT"
    READER_OUTLINES = "READER_OUTLINES"
    OCCLUSION_AT_END_OF_LINE = "OCCLUSION_AT_END_OF_LINE"
    END_OF_LINE_TOO_THIN = "END_OF_LINE_TOO_THIN"
    LUMEN_IN_CALCIUM = "LUMEN_IN_CALCIUM"
    MOTION = "MOTION"
    STEP_ARTEFACT = "STEP_ARTEFACT"
    METAL_SUSPECTED = "METAL_SUSPECTED"
    SPECTRAL_IMAGE = "SPECTRAL_IMAGE"
    LOSSY_COMPRESSION = "LOSSY_COMPRESSION"
    IDENTITY_PRESENT = "IDENTITY_PRESENT"
    FILES_SET_ASIDE = "FILES_SET_ASIDE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One quality warning: it travels with the result, it never stops the work.

    ``message`` is a sentence (what was found, what was expected, what to do) without names,
    identifiers, dates or paths; ``vessel`` is None when the whole scan is meant.
    """

    code: Code
    message: str
    vessel: str | None = None
    severity: str = "warning"


class CtocalcError(Exception):
    """Everything that ctocalc raises on purpose."""


class InputRefused(CtocalcError):
    """The input cannot be used; ``code`` names why, ``str()`` is the sentence."""

    def __init__(self, code: Code, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code

    def __reduce__(self) -> tuple[type["InputRefused"], tuple[Code, str]]:
        """Survive pickling between processes."""
        return type(self), (self.code, str(self))


class ImageRefused(InputRefused):
    """The image series cannot be used."""


class CenterlineRefused(InputRefused):
    """A centerline cannot be used; other lines of the same case go on."""


class SettingsRefused(InputRefused):
    """Settings, clinical facts or a manifest are not valid."""


class UsageError(CtocalcError):
    """What is asked for contradicts itself or the case; ``str()`` says how to ask."""


class OutputFailed(CtocalcError):
    """A result could not be written."""
