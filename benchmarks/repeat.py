"""The same case again: other noise, an oblique grid, the line resampled and reversed."""

from dataclasses import replace

import numpy as np

from benchmarks.cases import Case, from_spec
from benchmarks.findings import Findings, findings
from benchmarks.sheet import Sheet
from ctocalc._arrays import Floats
from ctocalc.study.result import CaseResult
from ctocalc.vessel.centerline import Centerline

NOISES = 2
TURN_DEG = (17.0, 31.0, -24.0)
SPACINGS_MM = (0.3, 0.5, 1.0)


def repeat(case: Case, seed: int, sheet: Sheet) -> None:
    """Add how far the repeats of one case differ; other noise needs a case of our own."""
    first = case.measured()
    for spacing in SPACINGS_MM:
        lines = tuple(resampled(line, spacing) for line in case.lines)
        _compare_items(first, case.measured(lines), sheet, "item changed by resampling")
    turned = tuple(resampled(line, 0.0, reverse=True) for line in case.lines)
    _compare_reversed(first, case.measured(turned), sheet)
    if case.spec is None:
        return
    again = [first]
    for n in range(NOISES):
        again.append(from_spec(case.spec, seed + 500_000 + n).measured(case.lines))
    scan = replace(case.spec.scan, rotation_deg=TURN_DEG)
    oblique = from_spec(replace(case.spec, scan=scan), seed + 600_000)
    again.append(oblique.measured(case.lines))
    _spread(case, again, sheet)


def resampled(line: Centerline, spacing_mm: float, *, reverse: bool = False) -> Centerline:
    """Return the line with points every ``spacing_mm`` (0: its own points)."""
    points = line.points_lps_mm
    radius = line.radius_mm
    if spacing_mm:
        steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
        chord = np.concatenate([[0.0], np.cumsum(steps)])
        s = np.linspace(0.0, chord[-1], max(2, round(chord[-1] / spacing_mm) + 1))
        points = np.stack([np.interp(s, chord, axis) for axis in points.T], axis=1)
        radius = None if radius is None else np.interp(s, chord, radius)
    if reverse:
        points, radius = points[::-1].copy(), None if radius is None else radius[::-1].copy()
    return replace(line, points_lps_mm=points, radius_mm=radius)


def _pairs(one: CaseResult, other: CaseResult) -> list[tuple[Findings, Findings]]:
    return [(findings(a), findings(b)) for a, b in zip(one.vessels, other.vessels, strict=True)]


def _compare_items(one: CaseResult, other: CaseResult, sheet: Sheet, key: str) -> None:
    for a, b in _pairs(one, other):
        sheet.count("lesions changed by resampling", len(a.lesions) != len(b.lesions))
        for mine, theirs in zip(a.lesions, b.lesions, strict=False):
            for name, answer in mine.items.items():
                sheet.count(key, answer != theirs.items[name])


def _compare_reversed(one: CaseResult, other: CaseResult, sheet: Sheet) -> None:
    for a, b in _pairs(one, other):
        sheet.count("lesions changed by reversing", len(a.lesions) != len(b.lesions))
        if len(a.lesions) != len(b.lesions):
            continue
        for mine, theirs in zip(a.lesions, b.lesions[::-1], strict=True):
            for name, answer in mine.items.items():
                if name != "blunt_stump":
                    sheet.count("item changed by reversing", answer != theirs.items[name])
            sheet.add("length by reversing", [theirs.length_mm - mine.length_mm])
            sheet.add(
                "fraction by reversing", [theirs.max_calcium_fraction - mine.max_calcium_fraction]
            )
            apart: Floats = np.subtract(mine.start_lps_mm, theirs.end_lps_mm)
            sheet.add("entry by reversing", [float(np.linalg.norm(apart))])


def _spread(case: Case, again: list[CaseResult], sheet: Sheet) -> None:
    """Deviations from the mean of the repeats, widened to make their SD unbiased."""
    widen = np.sqrt(len(again) / (len(again) - 1))
    for n, record in enumerate(case.truth["vessels"]):
        each = [findings(result.vessels[n]) for result in again]
        true = [lesion for lesion in record["lesions"] if lesion["occluded"]]
        same = all(len(one.lesions) == len(true) for one in each)
        sheet.count("lesions changed by noise", not same)
        if not true or not same:
            continue
        most = np.array([[x.max_calcium_fraction for x in one.lesions] for one in each])
        sheet.add("fraction by noise", ((most - most.mean(axis=0)) * widen).ravel())
        for k, lesion in enumerate(true):
            if lesion["occlusions"][0]["proximal_stump"]["call"] in {"blunt", "none"}:
                entry = np.array([one.lesions[k].start_lps_mm for one in each])
                sheet.add("blunt entry by noise", widen * _along(case, n, entry))


def _along(case: Case, n: int, entry: Floats) -> Floats:
    """Return deviations (R,) of an entry (R, 3) from its mean along the vessel at that place."""
    table = case.table(case.truth["vessels"][n]["vessel"])
    axis = np.stack([np.asarray(table[f"{a}_lps_mm"], dtype=float) for a in "xyz"], axis=1)
    near = int(np.linalg.norm(axis - entry.mean(axis=0), axis=1).argmin())
    tangent = axis[min(near + 1, len(axis) - 1)] - axis[max(near - 1, 0)]
    return np.asarray((entry - entry.mean(axis=0)) @ (tangent / np.linalg.norm(tangent)))
