"""Names of reconstruction kernels: which are known, and which of these are sharp."""

import re

from ctocalc.dicom.shared import OTHER, Shared

# Vendors' names of kernels for bone, lung and stents.  No norm defines sharpness; this table is
# ours, from the vendors' naming schemes (Siemens numbers grow with sharpness; Toshiba and Canon
# FC30-39 bone, from FC50 on lung and high resolution), and errs towards silence.
_SHARP_NAMES = frozenset({"BONE", "BONEPLUS", "LUNG", "EDGE", "ULTRA", "YD", "YE"})
_NUMBERED = re.compile(r"(FC|[A-Z][A-Z]?)(\d\d)[A-Z]?\d?")
SIEMENS_SHARP_FROM = 46

# The element is free text: only what is a vendor's name for a kernel is ever shown.
_NAMED = re.compile(
    "(HD)?(SOFT|STANDARD|STND|DETAIL|CHEST|BONE|BONEPLUS|LUNG|EDGE|ULTRA)|PHANTOM"
    "|[A-F]|L|[US][ABC]|Y[A-E]|X?C[ABCD]"
)
_SHOWN = re.compile(r"(FC|[A-Z][A-Z]?)\d\d[A-Z]{0,2}\d?([_/-]\d)?")


def kernel_name(text: str) -> str | None:
    """Return a kernel's name where it is a known one, "other" where it is not, None without one."""
    name = _plain(text)
    known = _NAMED.fullmatch(name) or _SHOWN.fullmatch(name)
    return None if not name else text if known else OTHER


def is_sharp(shared: Shared) -> bool:
    """Whether the kernel is known to be a sharp one; an unknown kernel is not."""
    name = _plain(shared.kernel)
    if name in _SHARP_NAMES:
        return True
    numbered = _NUMBERED.fullmatch(name)
    if numbered is None:
        return False
    number = int(numbered[2])
    if numbered[1] == "FC":
        return 30 <= number < 40 or number >= 50
    return "SIEMENS" in shared.manufacturer.upper() and number >= SIEMENS_SHARP_FROM


def _plain(text: str) -> str:
    return text.upper().replace(" ", "")
