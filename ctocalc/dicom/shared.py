"""What the slices of a series have in common: raw elements, understood."""

import math
import re
import struct
from dataclasses import dataclass
from functools import lru_cache

from ctocalc.dicom import tags

_SPECTRAL = re.compile(
    r"mono[ _-]?e|monochrom.*kev|\d ?kev\b|\bvmi|virtual[ _-]?(?:mono|non|unenh)|spectral|iodine"
    r"|photon.?count|dual.?energy|(?<![a-z])(?:gsi|vnc|vue|dect|de_mono)(?![a-z])",
    re.I,
)
_LOCALIZER = ("LOCALIZER", "SCOUT", "TOPOGRAM", "SURVIEW")
_PROJECTED = re.compile(
    r"(?<![A-Z])(?:MIP|MINIP|MAX_IP|MIN_IP|CPR|CURVED(?:[_ ]MPR)?|STRAIGHTENED|VRT|SSD|VOLREN"
    r"|(?:VOLUME|SURFACE)_RENDER(?:ING)?|RAYSUM)(?![A-Z])"
)
_MODALITIES = re.compile(
    "CT|MR|PT|NM|US|XA|RF|CR|DX|MG|IO|PX|OT|SC|SR|SEG|PR|KO|REG|RTSTRUCT|RTDOSE|RTPLAN|RTIMAGE"
    "|IVUS|OCT|IVOCT|ES|GM|SM|ECG|HD|DOC"
)
FARTHEST_MM = 1e5
"""From the origin, which lies in the room; numbers beyond are no positions but damage."""
OTHER = "other"
"""Stands for a text that is on none of our lists: it could be a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What the slices of one series have in common, understood.

    ``overlay_bits``: the bits of a stored word, as a mask, that are declared to hold overlays.
    """

    syntax: str
    sop_class: str
    series_uid: str
    series_number: int
    frame_of_reference: str
    modality: str
    manufacturer: str
    image_type: str
    localizer: bool
    projected: bool
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
    photometric: str
    frames: int
    rows: int
    columns: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    padding: int | None
    hounsfield: bool
    lookup_table: bool
    overlay_bits: int

    @property
    def frame_bytes(self) -> int:
        """Bytes of one uncompressed frame."""
        return self.rows * self.columns * self.samples * self.bits_allocated // 8


def shared(raw: tuple[bytes, ...]) -> Shared:
    """Understand the raw elements, given in the order of ``tags.SHARED``."""
    of = dict(zip(tags.NAMED, raw, strict=True))
    text = {name: _text(of[name]) for name in tags.NAMED}
    image_type = text["image_type"].upper()
    signed = whole(of["signed"]) == 1
    words = " ".join(text[n] for n in ("image_type", "description", "model", "kernel"))
    return Shared(
        syntax=text["syntax"],
        sop_class=text["sop_class"] or text["media_class"],
        series_uid=text["series_uid"],
        series_number=int((numbers(of["series_number"]) or (0.0,))[0]),
        frame_of_reference=text["frame_of_reference"],
        modality=_modality(text["modality"].upper(), text["sop_class"]),
        manufacturer=text["manufacturer"],
        image_type=image_type,
        localizer=any(word in image_type for word in _LOCALIZER),
        projected=bool(_PROJECTED.search(image_type)),
        spectral=bool(_SPECTRAL.search(words))
        or "NAEOTOM" in text["model"].upper()
        or text["multi_energy"] == "YES",
        lossy=_lossy(text["syntax"], text["lossy"]),
        # A date of birth belies the word that identity was removed; a name may be a pseudonym.
        identity_present=text["identity_removed"] != "YES"
        or text["burned_in"] == "YES"
        or bool(text["birth_date"]),
        contrast=True if text["contrast"] or of["contrast_sequence"] else None,
        thickness=_positive(of["thickness"]),
        kvp=_positive(of["kvp"]),
        kernel=text["kernel"].split("\\")[0].strip()[:32],
        orientation=numbers(of["orientation"]),
        pixel_spacing=numbers(of["pixel_spacing"]),
        samples=whole(of["samples"]) or 1,
        photometric=text["photometric"].upper(),
        frames=int((numbers(of["frames"]) or (1.0,))[0]),
        rows=whole(of["rows"]),
        columns=whole(of["columns"]),
        bits_allocated=whole(of["bits_allocated"]),
        bits_stored=whole(of["bits_stored"]),
        high_bit=whole(of["high_bit"]),
        signed=signed,
        padding=_padding(of["padding"], whole(of["bits_stored"]), signed),
        hounsfield=text["rescale_type"] in ("", "HU", "US", "HU_MOD"),
        lookup_table=bool(of["lookup_table"]),
        overlay_bits=_mask({whole(of[name]) for name in tags.OVERLAY_BITS}),
    )


@lru_cache(maxsize=65536)
def numbers(raw: bytes) -> tuple[float, ...]:
    """Return a decimal string's numbers; () when one is missing, no number or not finite."""
    try:
        found = tuple(float(part) for part in raw.rstrip(b"\0 ").split(b"\\"))
    except ValueError:
        return ()
    return found if all(math.isfinite(number) for number in found) else ()


def place(raw: bytes) -> tuple[float, ...]:
    """Return a position in mm, () where it is missing or lies in no room."""
    found = numbers(raw)
    return found if all(abs(x) <= FARTHEST_MM for x in found) else ()


def whole(raw: bytes) -> int:
    """Return an unsigned short, 0 when it is missing."""
    return int.from_bytes(raw[:2], "little")


def stamp(tag: int, raw: bytes) -> str:
    """Return what a phase element says, as text that can be compared."""
    if tag == tags.PHASE_PERCENT and len(raw) == 4:
        return f"{struct.unpack('<f', raw)[0]:g}"
    if tag == tags.TRIGGER_DELAY and len(raw) == 8:
        return f"{struct.unpack('<d', raw)[0]:g}"
    if tag == tags.TEMPORAL_INDEX and len(raw) == 4:
        return str(struct.unpack("<I", raw)[0])
    return _text(raw)[:16]


def _text(raw: bytes) -> str:
    return raw.rstrip(b"\0 ").decode("latin-1").strip()


def _modality(said: str, sop_class: str) -> str:
    if _MODALITIES.fullmatch(said):
        return said
    return "" if not said and sop_class in tags.CT_CLASSES else OTHER


def _positive(raw: bytes) -> float | None:
    found = numbers(raw)
    return found[0] if found and found[0] > 0 else None


def _lossy(syntax: str, said: str) -> bool:
    if said == "01":
        return True
    if syntax in tags.MAYBE_LOSSY and said == "00":
        return False
    return syntax in tags.LOSSY_SYNTAXES


def _padding(raw: bytes, bits: int, signed: bool) -> int | None:
    """Read the padding value with the sign of the pixels, whatever VR it was written in."""
    if len(raw) != 2:
        return None
    value = whole(raw)
    return value - (1 << 16) if signed and value >= 1 << 15 and bits <= 16 else value


def _mask(positions: set[int]) -> int:
    return sum(1 << position for position in positions if position < 32)
