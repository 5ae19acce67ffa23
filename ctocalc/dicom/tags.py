"""The DICOM elements that are read, by number."""

TRANSFER_SYNTAX = 0x00020010
INSTANCE_UID = 0x00080018
INSTANCE_NUMBER = 0x00200013
POSITION = 0x00200032
SLOPE, INTERCEPT = 0x00281053, 0x00281052
SHARED_GROUPS, FRAME_GROUPS = 0x52009229, 0x52009230
PIXEL_DATA = 0x7FE00010

IMPLICIT_LE = "1.2.840.10008.1.2"
EXPLICIT_LE = "1.2.840.10008.1.2.1"
DEFLATED = "1.2.840.10008.1.2.1.99"
EXPLICIT_BE = "1.2.840.10008.1.2.2"
RLE = "1.2.840.10008.1.2.5"
NOT_WALKED = frozenset({IMPLICIT_LE, DEFLATED, EXPLICIT_BE})
NATIVE = frozenset({IMPLICIT_LE, EXPLICIT_LE, EXPLICIT_BE, DEFLATED})
_JPEG = "1.2.840.10008.1.2.4."
LOSSY_SYNTAXES = frozenset(
    f"{_JPEG}{n}" for n in (50, 51, 52, 53, 54, 55, 56, 81, 91, 93, 203)
)  # 91 and 203 may also be lossless; the header's own word decides for them
MAYBE_LOSSY = frozenset(f"{_JPEG}{n}" for n in (91, 93, 203))
# JPEG baseline and extended, lossless, JPEG-LS, JPEG 2000, HTJ2K.  Not the JPEG processes that the
# standard has retired: no second decoder is at hand to check what GDCM makes of them.
JPEG_SYNTAXES = frozenset(f"{_JPEG}{n}" for n in (50, 51, 57, 70, 80, 81, 90, 91, 201, 202, 203))
_NAMES = {
    IMPLICIT_LE: "implicit little endian", EXPLICIT_LE: "explicit little endian",
    DEFLATED: "deflated", EXPLICIT_BE: "explicit big endian", RLE: "RLE",
    f"{_JPEG}50": "JPEG baseline", f"{_JPEG}51": "JPEG extended",
    f"{_JPEG}57": "JPEG lossless", f"{_JPEG}70": "JPEG lossless SV1",
    f"{_JPEG}80": "JPEG-LS lossless", f"{_JPEG}81": "JPEG-LS near-lossless",
    f"{_JPEG}90": "JPEG 2000 lossless", f"{_JPEG}91": "JPEG 2000",
    f"{_JPEG}201": "HTJ2K lossless", f"{_JPEG}202": "HTJ2K lossless RPCL", f"{_JPEG}203": "HTJ2K",
}  # fmt: skip

DICOMDIR = "1.2.840.10008.1.3.10"
CT_CLASSES = frozenset(f"1.2.840.10008.5.1.4.1.1.2{n}" for n in ("", ".1", ".2"))

NAMED = {
    "media_class": 0x00020002,
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
    "contrast_sequence": 0x00180012,
    "thickness": 0x00180050,
    "kvp": 0x00180060,
    "kernel": 0x00181210,
    "multi_energy": 0x00189361,
    "series_uid": 0x0020000E,
    "series_number": 0x00200011,
    "orientation": 0x00200037,
    "frame_of_reference": 0x00200052,
    "samples": 0x00280002,
    "photometric": 0x00280004,
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
    "lookup_table": 0x00283000,
} | {f"overlay_bit_{n}": 0x60000102 + (n << 17) for n in range(16)}
OVERLAY_BITS = tuple(name for name in NAMED if name.startswith("overlay_bit_"))
SHARED = tuple(NAMED.values())

# What tells two phases at the same place apart, in order of trust: heart phase in per cent, delay
# after the R wave in ms, temporal position, acquisition.
PHASE_PERCENT, TRIGGER_DELAY, TRIGGER_TIME = 0x00209241, 0x00209153, 0x00181060
TEMPORAL_POSITION, TEMPORAL_INDEX, ACQUISITION = 0x00200100, 0x00209128, 0x00200012
STAMPS = (
    PHASE_PERCENT, TRIGGER_DELAY, TRIGGER_TIME, TEMPORAL_POSITION, TEMPORAL_INDEX, ACQUISITION,
)  # fmt: skip
_SHORTS = (
    "samples", "rows", "columns", "bits_allocated", "bits_stored", "high_bit", "signed", "padding",
    *OVERLAY_BITS,
)  # fmt: skip
BINARY = frozenset(
    {NAMED[name] for name in _SHORTS} | {PHASE_PERCENT, TRIGGER_DELAY, TEMPORAL_INDEX}
)
SEQUENCES = frozenset({NAMED["contrast_sequence"], NAMED["lookup_table"]})
"""Of these only the presence is asked."""

# What makes up the digest of the input: what is used, and no identity.
_NOT_DIGESTED = (
    "media_class", "series_uid", "series_number", "description", "birth_date",
    "frame_of_reference", *OVERLAY_BITS,
)  # fmt: skip
DIGESTED = (
    *(tag for name, tag in NAMED.items() if name not in _NOT_DIGESTED),
    POSITION, SLOPE, INTERCEPT, *STAMPS,
)  # fmt: skip
WANTED = frozenset((*DIGESTED, *SHARED, INSTANCE_UID, INSTANCE_NUMBER))


def syntax_name(syntax: str) -> str:
    """Return the name of a transfer syntax, never the text of the file."""
    return _NAMES.get(syntax, "unknown or retired")


def guessed_syntax(implicit: bool, little: bool) -> str:
    """Return the syntax of a file that has no file meta information."""
    if not little:
        return EXPLICIT_BE
    return IMPLICIT_LE if implicit else EXPLICIT_LE
