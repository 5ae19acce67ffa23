"""The bits of a stored word above BitsStored: overlays, the sign, zeros, or a header that lies.

Before 2004 overlays could lie there, and a header that holds them says so (Overlay Bit Position).
Anything else there means that BitsStored is not true; dropping the bits would wrap the brightest
values into the darkest, and calcium into air.
"""

import numpy as np

from ctocalc._arrays import Array
from ctocalc.dicom.headers import SliceHeader
from ctocalc.errors import Code, ImageRefused

LOWEST_HU, AIR_HU = -1100.0, -900.0
"""Negative values whose sign the unused bits do not repeat may be positive ones of more bits.  They
are believed where -1 is not already air, and none is below what a patient or air can be."""


def drop_unused_bits(values: Array, header: SliceHeader) -> None:
    """Clear declared overlays and extend the sign, in place; values are of any whole width.

    Raises
    ------
    ImageRefused
        PIXELS_UNDECODABLE when bits above BitsStored hold something that is not declared.
    """
    shared = header.shared
    top, unused = 1 << shared.bits_stored, 8 * values.itemsize - shared.bits_stored
    if not unused or not values.size:
        return
    overlays = shared.overlay_bits & -top
    signed = values.view(f"i{values.itemsize}")
    if shared.signed and not overlays and _within(signed, top // 2):
        return
    words = values.view(f"u{values.itemsize}")
    if overlays:
        np.bitwise_and(words, words.dtype.type(~overlays & (1 << 8 * values.itemsize) - 1), words)
    if words.max() >= top:
        raise _belied(header)
    if shared.signed:
        np.left_shift(signed, unused, out=signed)
        np.right_shift(signed, unused, out=signed)
        if not overlays and _doubtful(int(signed.min()), header):
            raise _belied(header)


def _within(signed: Array, limit: int) -> bool:
    return bool(-limit <= signed.min() and signed.max() < limit)


def _doubtful(lowest: int, header: SliceHeader) -> bool:
    hu = lowest * header.slope + header.intercept
    return lowest < 0 and (hu < LOWEST_HU or header.intercept - header.slope < AIR_HU)


def _belied(header: SliceHeader) -> ImageRefused:
    shared = header.shared
    return ImageRefused(
        Code.PIXELS_UNDECODABLE,
        f"A slice holds values beyond the {shared.bits_stored} {_SIGN[shared.signed]} bits that "
        "its header declares (BitsStored), and declares no overlay there; what was stored is not "
        "known. Export the series again.",
    )


_SIGN = {True: "signed", False: "unsigned"}
