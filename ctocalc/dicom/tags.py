"""The DICOM elements that are read, and how their bytes are understood."""

import math
import re
import struct
from dataclasses import dataclass
from functools import lru_cache

TRANSFER_SYNTAX = 0x00020010
POSITION = 0x00200032
SLOPE, INTERCEPT = 0x00281053, 0x00281052

IMPLICIT_LE = "1.2.840.10008.1.2"
EXPLICIT_LE = "1.2.840.10008.1.2.1"
DEFLATED = "1.2.840.10008.1.2.1.99"
EXPLICIT_BE = "1.2.840.10008.1.2.2"
RLE = "1.2.840.10008.1.2.5"
NOT_WALKED = frozenset({IMPLICIT_LE, DEFLATED, EXPLICIT_BE})
NATIVE = frozenset({IMPLICIT_LE, EXPLICIT_LE, EXPLICIT_BE})
LOSSY_SYNTAXES = frozenset(
    f"1.2.840.10008.1.2.4.{n}" for n in (50, 51, 52, 53, 54, 55, 56, 81, 91, 93, 203)
)  # 91 and 203 may also be lossless; the header's own word decides for them
MAYBE_LOSSY = frozenset(f"1.2.840.10008.1.2.4.{n}" for n in (91, 93, 203))

DICOMDIR = "1.2.840.10008.1.3.10"

_NAMED = {
    "syntax": TRANSFER_SYNTAX,
    "image_type": 0x00080008,
    "sop_class": 0x00080016,
    "modality": 0x00080060,
    "manufacturer": 0x00080070,
    "description": 0x0008103E,
    "model": 0x00081090,
    "birth_date": 0x00100030,
    "identity_removed": 0x00120062,
    "contrast": 0x00180010,
    "thickness": 0x00180050,
    "kvp": 0x00180060,
    "kernel": 0x00181210,
    "multi_energy": 0x00189361,
    "series_uid": 0x0020000E,
    "series_number": 0x00200011,
    "orientation": 0x00200037,
    "frame_of_reference": 0x00200052,
    "samples": 0x00280002,
    "frames": 0x00280008,
    "rows": 0x00280010,
    "columns": 0x00280011,
    "pixel_spacing": 0x00280030,
    "bits_allocated": 0x00280100,
    "bits_stored": 0x00280101,
    "high_bit": 0x00280102,
    "signed": 0x00280103,
    "padding": 0x00280120,
    "burned_in": 0x00280301,
    "rescale_type": 0x00281054,
    "lossy": 0x00282110,
}
SHARED = tuple(_NAMED.values())
_SHORTS = (
    "samples", "rows", "columns", "bits_allocated", "bits_stored", "high_bit", "signed", "padding",
)  # fmt: skip
BINARY = frozenset({_NAMED[name] for name in _SHORTS} | {0x00209241, 0x00200100})

# What tells two phases at the same place apart: heart phase in per cent, trigger time in ms,
# temporal position, acquisition number, in order of trust.
PHASE_PERCENT, TRIGGER_TIME, TEMPORAL_POSITION, ACQUISITION = (
    0x00209241, 0x00181060, 0x00200100, 0x00200012,
)  # fmt: skip
STAMPS = (PHASE_PERCENT, TRIGGER_TIME, TEMPORAL_POSITION, ACQUISITION)
# What makes up the digest of the input: what is used, and no identity.
_NOT_DIGESTED = (
    "series_uid", "series_number", "description", "birth_date", "frame_of_reference",
)  # fmt: skip
DIGESTED = (
    *(tag for name, tag in _NAMED.items() if name not in _NOT_DIGESTED),
    POSITION, SLOPE, INTERCEPT, *STAMPS,
)  # fmt: skip
WANTED = frozenset((*SHARED, POSITION, SLOPE, INTERCEPT, *STAMPS))

_SPECTRAL = re.compile(
    r"mono[ _-]?e|monochrom.*kev|\d ?kev\b|\bvmi|virtual mono|spectral|iodine|photon.?count", re.I
)
_LOCALIZER = ("LOCALIZER", "SCOUT", "TOPOGRAM", "SURVIEW")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What the slices of one series have in common, understood."""

    syntax: str
    sop_class: str
    series_uid: str
    series_number: int
    frame_of_reference: str
    modality: str
    manufacturer: str
    localizer: bool
    spectral: bool
    lossy: bool
    identity_present: bool
    contrast: bool | None
    thickness: float | None
    kvp: float | None
    kernel: str
    orientation: tuple[float, ...]
    pixel_spacing: tuple[float, ...]
    samples: int
    frames: int
    rows: int
    columns: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    padding: int | None


def shared(raw: tuple[bytes, ...]) -> Shared:
    """Understand the raw elements, given in the order of ``SHARED``."""
    of = dict(zip(_NAMED, raw, strict=True))
    text = {name: of[name].rstrip(b"\0 ").decode("latin-1").strip() for name in _NAMED}
    image_type = text["image_type"].upper()
    signed = whole(of["signed"]) == 1
    words = " ".join(text[n] for n in ("image_type", "description", "model", "kernel"))
    return Shared(
        syntax=text["syntax"],
        sop_class=text["sop_class"],
        series_uid=text["series_uid"],
        series_number=int((numbers(of["series_number"]) or (0.0,))[0]),
        frame_of_reference=text["frame_of_reference"],
        modality=text["modality"],
        manufacturer=text["manufacturer"],
        localizer=any(word in image_type for word in _LOCALIZER),
        spectral=bool(_SPECTRAL.search(words))
        or "NAEOTOM" in text["model"].upper()
        or text["multi_energy"] == "YES"
        or text["rescale_type"] not in ("", "HU", "US", "HU_MOD"),
        lossy=_lossy(text["syntax"], text["lossy"]),
        # A date of birth belies the word that identity was removed; a name may be a pseudonym.
        identity_present=text["identity_removed"] != "YES"
        or text["burned_in"] == "YES"
        or bool(text["birth_date"]),
        contrast=True if text["contrast"] else None,
        thickness=_positive(of["thickness"]),
        kvp=_positive(of["kvp"]),
        kernel=text["kernel"].split("\\")[0].strip()[:32],
        orientation=numbers(of["orientation"]),
        pixel_spacing=numbers(of["pixel_spacing"]),
        samples=whole(of["samples"]) or 1,
        frames=int((numbers(of["frames"]) or (1.0,))[0]),
        rows=whole(of["rows"]),
        columns=whole(of["columns"]),
        bits_allocated=whole(of["bits_allocated"]),
        bits_stored=whole(of["bits_stored"]),
        high_bit=whole(of["high_bit"]),
        signed=signed,
        padding=_padding(of["padding"], whole(of["bits_stored"]), signed),
    )


@lru_cache(maxsize=65536)
def numbers(raw: bytes) -> tuple[float, ...]:
    """Return a decimal string's numbers; () when one is missing, no number or not finite."""
    try:
        found = tuple(float(part) for part in raw.rstrip(b"\0 ").split(b"\\"))
    except ValueError:
        return ()
    return found if all(math.isfinite(number) for number in found) else ()


def whole(raw: bytes) -> int:
    """Return an unsigned short, 0 when it is missing."""
    return int.from_bytes(raw[:2], "little")


def stamp(tag: int, raw: bytes) -> str:
    """Return what a phase element says, as text that can be compared."""
    if tag == PHASE_PERCENT and len(raw) == 4:
        return f"{struct.unpack('<f', raw)[0]:g}"
    if tag == TEMPORAL_POSITION and len(raw) == 2:
        return str(whole(raw))
    return raw.rstrip(b"\0 ").decode("latin-1").strip()[:16]


def guessed_syntax(implicit: bool, little: bool) -> str:
    """Return the syntax of a file that has no file meta information."""
    if not little:
        return EXPLICIT_BE
    return IMPLICIT_LE if implicit else EXPLICIT_LE


def _positive(raw: bytes) -> float | None:
    found = numbers(raw)
    return found[0] if found and found[0] > 0 else None


def _lossy(syntax: str, said: str) -> bool:
    if said == "01":
        return True
    if syntax in MAYBE_LOSSY and said == "00":
        return False
    return syntax in LOSSY_SYNTAXES


def _padding(raw: bytes, bits: int, signed: bool) -> int | None:
    """Read the padding value with the sign of the pixels, whatever VR it was written in."""
    if len(raw) != 2:
        return None
    value = whole(raw)
    return value - (1 << 16) if signed and value >= 1 << 15 and bits <= 16 else value
