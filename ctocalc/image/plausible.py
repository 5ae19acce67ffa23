"""Whether a volume can hold Hounsfield units at all, as its header or its format says."""

import math

import numpy as np

from ctocalc._arrays import Array
from ctocalc.errors import Code, ImageRefused
from ctocalc.image.volume import Volume

HIGHEST_HU = 32767.0
"""Scales that were extended for metal end at 30710 HU."""
BRIGHT_HU, MOST_BRIGHT = 3071.0, 0.02
"""Ordinary scales end here; metal is rare around vessels, whole tissues of such values are not."""
MEDIAN_HU = 500.0
"""Lung, fat, muscle and blood outweigh bone and contrast around any vessel of the chest."""


def refuse_implausible(volume: Volume) -> None:
    """Refuse values that no part of a patient has: rescale, sign or byte order are not as said.

    Raises
    ------
    ImageRefused
        PIXELS_UNDECODABLE.
    """
    found = _found(volume)
    if found:
        raise ImageRefused(
            Code.PIXELS_UNDECODABLE,
            f"Around the vessels {found}; Hounsfield units of a chest were expected. The rescale "
            "(an intercept of about -1024 that is not applied), the sign or the byte order of the "
            "values is wrong. Export the original series again.",
        )


def _found(volume: Volume) -> str:
    stored = volume.stored
    if volume.slope <= 0 or not stored.size:
        return ""
    highest = float(stored.max()) * volume.slope + volume.intercept
    if highest > HIGHEST_HU:
        return f"a value of {highest:.0f} HU was found"
    if np.count_nonzero(stored > _stored(volume, BRIGHT_HU)) > MOST_BRIGHT * stored.size:
        return f"more than {MOST_BRIGHT:.0%} of the values are above {BRIGHT_HU:.0f} HU"
    inside = _inside(stored, volume.padding_stored)
    brighter = np.count_nonzero(stored > _stored(volume, MEDIAN_HU))
    return f"half of the values are above {MEDIAN_HU:.0f} HU" if 2 * brighter > inside else ""


def _stored(volume: Volume, hu: float) -> float:
    return math.floor((hu - volume.intercept) / volume.slope)


def _inside(stored: Array, padding: float | None) -> int:
    return stored.size if padding is None else int(np.count_nonzero(stored > padding))
