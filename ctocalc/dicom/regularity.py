"""Whether slices follow each other in equal steps, and where they do not.

Steps are equal within max(2 %, 0.01 mm) along the normal and twice that sideways.  A run of equal
steps is a part; a part of fewer than four slices in a longer stack is of no use to anyone.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ctocalc._arrays import Bools, Floats
from ctocalc.errors import Code, ImageRefused
from ctocalc.image.scan import FEWEST_SLICES

STEP_TOLERANCE_FRACTION = 0.02
STEP_TOLERANCE_MM = 0.01
TEXT_NOISE_MM = 1e-4  # positions are decimal text: a difference of exactly 0.01 must still pass
NO_STEP_MM = 1e6  # stands for the step where no slice moves: nothing is equal to it
MANY_GAPS, MOST_MISSING = 4, 0.3
"""Of all steps; more long ones are no gaps: the slices lie in pairs or otherwise unevenly."""
DRIFT_MM = 0.1  # how far a slice of a part may be from its place on the straight line


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Slices ``first`` to ``last`` (inclusive) with one step."""

    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """Where the stack is not regular, in millimetres along the normal.

    ``stranded``: only too few slices in a row, because of other defects beside them.
    """

    code: Code
    low_mm: float
    high_mm: float
    found: str
    stranded: bool = False


def regular_parts(positions: Floats, normal: Floats) -> tuple[Part, ...]:
    """Return the regular parts of slices (N, 3) in order along the normal."""
    steps = np.diff(positions, axis=0)
    parts = [Part(first=a, last=b) for a, b in _runs(steps, normal, 0)]
    whole = len(parts) == 1 and parts[0].last - parts[0].first == len(steps)
    return tuple(
        part
        for part in parts
        if (whole or part.last - part.first + 1 >= FEWEST_SLICES)
        and _straight(positions[part.first : part.last + 1])
    )


def find_defects(positions: Floats, normal: Floats, parts: Sequence[Part]) -> tuple[Defect, ...]:
    """Return every step that is in no part, and every place where the step changes."""
    steps, depth = np.diff(positions, axis=0), positions @ normal
    covered = np.zeros(len(steps), dtype=bool)
    for part in parts:
        covered[part.first : part.last] = True
    usual = np.median(steps[covered], axis=0) if covered.any() else _usual(steps, normal)
    found = [_defect(k, steps[k], usual, normal, depth) for k in np.flatnonzero(~covered).tolist()]
    gaps = sum(defect.code is Code.SLICE_MISSING for defect in found)
    if gaps >= MANY_GAPS and gaps > MOST_MISSING * len(steps):
        found = [_uneven(defect) for defect in found]
    for one, two in itertools.pairwise(parts):
        if one.last == two.first:
            k = one.last
            before, after = (float(step @ normal) for step in steps[k - 1 : k + 1])
            text = f"the step changes from {before:.4g} to {after:.4g} mm at slice {k + 1}"
            where = float(depth[k])
            found.append(
                Defect(code=Code.SPACING_IRREGULAR, low_mm=where, high_mm=where, found=text)
            )
    return tuple(found)


def refusal(defects: Sequence[Defect]) -> ImageRefused:
    """Return the refusal that names all these defects, under the gravest code."""
    named = sorted((d for d in defects if not d.stranded), key=_gravity) or list(defects)
    shown = "; ".join(d.found for d in named[:4])
    more = f"; and {len(named) - 4} more places" if len(named) > 4 else ""
    return ImageRefused(
        named[0].code,
        f"The slices are not regular: {shown}{more}. Equal steps were expected within "
        f"max({STEP_TOLERANCE_FRACTION:.0%}, {STEP_TOLERANCE_MM} mm). "
        "Export the whole series again, one phase and one reconstruction.",
    )


def _gravity(defect: Defect) -> int:
    return (Code.SLICE_DUPLICATE, Code.SLICE_MISSING, Code.SPACING_IRREGULAR).index(defect.code)


def _runs(steps: Floats, normal: Floats, offset: int) -> list[tuple[int, int]]:
    """Return (first, last) slice of every run of equal steps; recursive over what is left."""
    same = _equal(steps, _usual(steps, normal), normal)
    if not same.any():
        return []
    # Rounded position text scatters around the step: its mean is nearer to the truth than any.
    same |= _equal(steps, steps[same].mean(axis=0), normal)
    found: list[tuple[int, int]] = []
    edges = [0, *(np.flatnonzero(np.diff(same)) + 1).tolist(), len(same)]
    for start, stop in itertools.pairwise(edges):
        if same[start]:
            found.append((offset + start, offset + stop))
        elif stop - start >= FEWEST_SLICES - 1:
            found.extend(_runs(steps[start:stop], normal, offset + start))
    return found


def _usual(steps: Floats, normal: Floats) -> Floats:
    """Return the step whose length along the normal is the lower median of those that move."""
    along = steps @ normal
    moving = np.sort(along[along > STEP_TOLERANCE_MM])
    if not len(moving):
        return np.asarray(normal * NO_STEP_MM)
    return np.asarray(steps[np.argmin(abs(along - moving[(len(moving) - 1) // 2]))])


def _equal(steps: Floats, expected: Floats, normal: Floats) -> Bools:
    length = float(expected @ normal)
    tolerance = max(STEP_TOLERANCE_FRACTION * length, STEP_TOLERANCE_MM) + TEXT_NOISE_MM
    difference = steps - expected
    along = difference @ normal
    sideways = np.linalg.norm(difference - along[:, None] * normal, axis=1)
    return np.asarray((abs(along) <= tolerance) & (sideways <= 2 * tolerance))


def _straight(positions: Floats) -> bool:
    """Whether all slices lie where the line from the first to the last puts them."""
    line = np.linspace(positions[0], positions[-1], len(positions))
    return bool(np.linalg.norm(positions - line, axis=1).max() <= DRIFT_MM)


def _uneven(defect: Defect) -> Defect:
    if defect.code is not Code.SLICE_MISSING:
        return defect
    _, _, where = defect.found.partition(" missing ")
    return replace(defect, code=Code.SPACING_IRREGULAR, found=f"one of many long steps {where}")


def _defect(k: int, vector: Floats, usual: Floats, normal: Floats, depth: Floats) -> Defect:
    low, high = float(depth[k]), float(depth[k + 1])
    place = f"between slices {k + 1} and {k + 2} (at {low:.2f} and {high:.2f} mm along the normal)"
    step, expected = float(vector @ normal), float(usual @ normal)
    against = f"step {step:.4g} for {expected:.4g} mm"
    code, stranded = Code.SPACING_IRREGULAR, False
    if step <= STEP_TOLERANCE_MM:
        code = Code.SLICE_DUPLICATE
        found = f"slices {k + 1} and {k + 2} at the same place ({low:.2f} mm along the normal)"
    elif step > 1.5 * expected:
        code, missing = Code.SLICE_MISSING, max(1, round(step / expected) - 1)
        found = f"about {missing} missing {place}, {against}"
    elif _equal(vector[None], usual, normal)[0]:
        stranded = True
        found = f"fewer than {FEWEST_SLICES} slices in a straight row {place}"
    elif abs(step - expected) <= STEP_TOLERANCE_MM:
        found = f"a sideways jump {place}"
    else:
        found = f"an odd step {place}, {against}"
    return Defect(code=code, low_mm=low, high_mm=high, found=found, stranded=stranded)
