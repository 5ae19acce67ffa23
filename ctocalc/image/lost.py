"""Pixels that were lost on the way: rows of one value, and a slice that is there twice.

A copy that broke off may leave a file of full length, and an export may write one slice's pixels
under two headers.  No header tells; the slices beside do.
"""

from collections import defaultdict
from itertools import pairwise

import numpy as np

from ctocalc._arrays import Array
from ctocalc.errors import Code, ImageRefused

ELSEWHERE = 0.01
"""A row of one value is lost where fewer than this share of the same pixels hold that value in the
slices whose row is whole.  Air that was cut off at one value is that in many slices."""
NOISY = 0.5
"""Neighbours that differ in more than this share of their pixels, as a rule, are never equal."""


def refuse_lost(stored: Array) -> None:
    """Refuse stored values (K, J, I), of whole rows, of which some were lost.

    Raises
    ------
    ImageRefused
        TRUNCATED or SLICE_DUPLICATE.
    """
    lost = _lost_rows(stored)
    if lost:
        raise ImageRefused(
            Code.TRUNCATED,
            f"At the vessels {lost} row(s) of pixels hold one single value where the slices beside "
            "them do not: pixels were expected, and were lost. Copy the series again.",
        )
    pair = _repeated(stored)
    if pair:
        raise ImageRefused(
            Code.SLICE_DUPLICATE,
            f"Two slices at different places, {pair[1] - pair[0]} step(s) apart, hold the same "
            "pixels, noise and all: one of the two was expected to differ. Export the series "
            "again.",
        )


def _lost_rows(stored: Array) -> int:
    flat = (stored == stored[:, :, :1]).all(axis=2)
    lost = 0
    for j in np.flatnonzero(flat.any(axis=0) & ~flat.all(axis=0)).tolist():
        whole = stored[~flat[:, j], j]
        for value in np.unique(stored[flat[:, j], j, 0]):
            same = whole == value
            if 2 * len(whole) > len(stored):
                same = same[:, ~same.all(axis=0)]  # without filling beside the image
            if same.mean() < ELSEWHERE:
                lost += int((stored[flat[:, j], j, 0] == value).sum())
    return lost


def _repeated(stored: Array) -> tuple[int, int] | None:
    """Return two slices of the same values in a scan where noise makes that impossible."""
    known: dict[int, list[int]] = defaultdict(list)
    for k, values in enumerate(stored):
        alike = known[hash(values.tobytes())]
        for other in alike:
            if np.array_equal(values, stored[other]) and _noisy(stored):
                return other, k
        alike.append(k)
    return None


def _noisy(stored: Array) -> bool:
    return float(np.median([(a != b).mean() for a, b in pairwise(stored)])) > NOISY
