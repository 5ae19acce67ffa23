"""What is wrong with a result, held beside the truth: one short sentence per fault."""

from collections.abc import Sequence

import numpy as np

from benchmarks.truth import VesselPair, occluded

LENGTH_MM = 1.0
PLACE_MM = 1.2
FRACTION = 0.2
# Far below half a voxel: the axis is the centre of the wall, and noise averages out along it.
OFFSET_MM = 0.15


def faults(vessels: Sequence[VesselPair]) -> list[str]:
    """Return nothing where the count, place and length of occlusions, calcium and axis are true."""
    found = []
    for vessel in vessels:
        name = vessel.found.vessel
        counts = [len(lesion.occlusions) for lesion in occluded(vessel.found)]
        if counts != [len(lesion["occlusions"]) for lesion in vessel.true_lesions()]:
            found.append(f"{name}: occlusions per lesion {counts}")
        offset = axis_offset_mm(vessel)
        if offset > OFFSET_MM:
            found.append(f"{name}: the axis is {offset:.2f} mm off")
        found += [f"{name}: {fault}" for fault in _of_occlusions(vessel)]
        error = fraction_errors(vessel)
        if error and np.median(error) > FRACTION:
            found.append(f"{name}: calcium fraction {np.median(error):.2f} off in the median")
    return found


def axis_offset_mm(vessel: VesselPair) -> float:
    """Return how far the measured axis lies off the true one as a whole, across the vessel."""
    assert vessel.found.profile is not None
    ours = vessel.found.profile.frames.origin_lps_mm
    true, tangent = (
        np.stack([vessel.true_column(name.format(axis)) for axis in "xyz"], axis=1)
        for name in ("{}_lps_mm", "tangent_{}")
    )
    apart = ours - true
    apart -= (apart * tangent).sum(axis=1, keepdims=True) * tangent
    return float(np.linalg.norm(apart.mean(axis=0)))


def fraction_errors(vessel: VesselPair) -> list[float]:
    """Return absolute errors at the truly occluded and calcified stations."""
    true = vessel.true_column("calcium_fraction")
    error = np.abs(vessel.column("calcium_fraction") - true)
    return [float(e) for e in error[vessel.occluded & (true > 0.02)]]


def _of_occlusions(vessel: VesselPair) -> list[str]:
    out = []
    for one in vessel.occlusions():
        if one.found is None:
            out.append("an occlusion was missed")
            continue
        length = (one.found.length_mm.value or 0.0) - one.truth["length_mm"]["value"]
        if abs(length) > LENGTH_MM:
            out.append(f"length {length:+.1f} mm off")
        for end in ("start_lps_mm", "end_lps_mm"):
            apart = float(np.linalg.norm(np.subtract(getattr(one.found, end), one.truth[end])))
            if apart > PLACE_MM:
                out.append(f"{end} is {apart:.1f} mm away")
    return out
