"""Occlusions of one vessel, gathered into lesions."""

from collections.abc import Sequence

from ctocalc.vessel.occlusion import Interruption


def group(
    gaps: Sequence[Interruption], same_cto_gap_mm: float
) -> tuple[tuple[Interruption, ...], ...]:
    """Return the lesions of a vessel, proximal first: total occlusions closer than the gap.

    Farther ones are lesions of their own.  A subtotal is never part of a CTO: it is a lesion of
    its own, and it does not hold two occlusions together.
    """
    lesions: list[list[Interruption]] = []
    for gap in sorted(gaps, key=lambda g: g.start_mm):
        totals = [lesion for lesion in lesions if lesion[-1].total]
        if gap.total and totals and gap.start_mm - totals[-1][-1].end_mm < same_cto_gap_mm:
            totals[-1].append(gap)
        else:
            lesions.append([gap])
    return tuple(tuple(lesion) for lesion in lesions)
