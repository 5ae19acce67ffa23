"""One patient from paths to a result: the way that every command shares."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from ctocalc._arrays import Floats
from ctocalc.batch.folder import write_result
from ctocalc.batch.options import CaseOptions, named, request_of, unnamed, vessel_names
from ctocalc.batch.outlines import read_outlines
from ctocalc.batch.review import with_review
from ctocalc.batch.scan import KeptScans, Scan, open_scan, read_scan
from ctocalc.errors import CenterlineRefused, Notice, UsageError
from ctocalc.files.centerlines import read_branches, read_tree
from ctocalc.files.review import read_review
from ctocalc.image.scan import require_measurable
from ctocalc.image.volume import Volume
from ctocalc.study.analyse import MARGIN_MM, analyse
from ctocalc.study.result import CaseResult, InputDigest, VesselResult
from ctocalc.study.settings import Request
from ctocalc.vessel.centerline import Centerline
from ctocalc.vessel.placement import nearest_hu, place
from ctocalc.vessel.pools import within_vessel
from ctocalc.vessel.tree import beside_elders, branches_of, trunk_rank

Refusals = dict[str, CenterlineRefused]


def finish_case(
    options: CaseOptions, out: Path, scans: KeptScans, *, report: bool = True
) -> tuple[str, ...]:
    """Do what ``analyze --out`` does, with the scan that is open; return the refused vessels.

    Raises
    ------
    UsageError, InputRefused, OutputFailed
        As ``analyze_case`` and ``write_result``.
    """
    result = analyze_case(options, scans)
    write_result(result, out, report=report)
    return tuple(vessel.vessel for vessel in result.vessels if vessel.status != "ok")


def analyze_case(options: CaseOptions, scans: KeptScans | None = None) -> CaseResult:
    """Read, place, measure and score one patient; nothing is written.

    Lines that are refused become vessels with status "refused".  With ``scans``, cases of one scan
    share one read of it.

    Raises
    ------
    UsageError
        When the options contradict each other or the vessels of the case.
    InputRefused
        When the scan, the settings, the clinical file or every line is refused; further reasons
        are its ``__notes__``.
    """
    untold, options = unnamed(options), named(options)
    names = vessel_names(options)
    request = request_of(options, names)
    review = read_review(options.review) if options.review else None
    lines, branches, refused = _read_lines(options)
    _check_caps(request, lines)
    open_, read_ = (scans.open, scans.read) if scans else (open_scan, read_scan)
    scan = open_(options.series, wanted=options.wanted_series, phase=options.wanted_phase)
    require_measurable(scan.facts)
    lines, outside = _split(lines, scan)
    refused |= outside
    if not lines:
        raise _every(refused)
    branches = _or_refused(*_split(branches, scan))
    reach = _reach([*lines, *branches], scan)
    volume, notices, digest = read_(scan, reach, margin_mm=MARGIN_MM)
    lines, implausible = _placed(lines, scan, volume)
    branches = _or_refused(*_placed(branches, scan, volume))
    refused |= implausible
    if not lines:
        raise _every(refused)
    outlines, digests = read_outlines(options, lines, names)
    request = replace(request, outlines=outlines)
    volume = _around(volume, [*lines, *branches])
    inputs = (
        InputDigest(role="series", sha256=digest),
        *(InputDigest(role=f"centerline {line.vessel}", sha256=line.digest) for line in lines),
        *(InputDigest(role=f"branch {line.vessel}", sha256=line.digest) for line in branches),
        *digests,
    )

    def measured(request: Request, *more: InputDigest) -> CaseResult:
        result = analyse(
            volume, scan.facts, tuple(lines), branches=tuple(branches), request=request,
            inputs=(*inputs, *more), notices=(*scan.notices, *notices, *untold),
        )  # fmt: skip
        _check_targets(request, result)
        return with_refused(result, names, refused)

    if review is None:
        return measured(request)
    return with_review(review, request, measured)


def with_refused(result: CaseResult, names: Iterable[str], refused: Refusals) -> CaseResult:
    """Return the result with the refused lines as vessels too, in the order of ``names``."""
    vessels = {vessel.vessel: vessel for vessel in result.vessels}
    for name, error in refused.items():
        vessels[name] = VesselResult(
            vessel=name, status="refused", code=error.code.value, reason=str(error)
        )
    return replace(result, vessels=tuple(vessels[name] for name in names))


def _or_refused(lines: list[Centerline], refused: Refusals) -> list[Centerline]:
    """Return the lines of side branches: a vessel without one of its branches is another vessel."""
    if refused:
        raise _every(refused)
    return lines


def _read_lines(options: CaseOptions) -> tuple[list[Centerline], list[Centerline], Refusals]:
    """Return the lines to measure, the side branches (also of their files), and what is refused."""
    read: list[Centerline] = []
    others: list[Centerline] = []
    refused: Refusals = {}
    for option in options.lines:
        try:
            tree = read_tree(
                option.path, vessel=option.name, frame=options.frame, label=option.label
            )
        except CenterlineRefused as error:
            refused[str(option.name)] = error
        else:
            read.append(tree.main)
            others += tree.others
    lines: list[Centerline] = []
    for line in sorted(read, key=lambda line: trunk_rank(line.vessel)):
        try:
            lines.append(beside_elders(line, lines))
        except CenterlineRefused as error:
            refused[line.vessel] = error
    lines.sort(key=lambda line: [one.vessel for one in read].index(line.vessel))
    for option in options.branches:
        others += read_branches(
            option.path, vessel=option.name, frame=options.frame, label=option.label
        )
    return lines, list(branches_of(lines, others)) if lines else [], refused


def _split(lines: list[Centerline], scan: Scan) -> tuple[list[Centerline], Refusals]:
    """Refuse lines outside the scan before a voxel is read; ``place`` finds the words for it."""
    inside = [line for line in lines if scan.grid.inside(line.points_lps_mm).all()]
    outside = [line for line in lines if line not in inside]
    return inside, _placed(outside, scan, None)[1]


def _placed(
    lines: list[Centerline], scan: Scan, volume: Volume | None
) -> tuple[list[Centerline], Refusals]:
    placed, refused = [], {}
    for line in lines:
        sample = partial(nearest_hu, volume) if volume else _nothing
        try:
            placed.append(within_vessel(place(line, scan.grid, sample), sample))
        except CenterlineRefused as error:
            refused[line.vessel] = error
    return placed, refused


def _nothing(points_lps_mm: Floats) -> Floats:
    return np.full(points_lps_mm.shape[:-1], np.nan)


def _reach(lines: list[Centerline], scan: Scan) -> Floats:
    """Return the points that must be read: of the lines, and of their mirror images if in doubt."""
    doubtful = (line.mirrored() for line in lines if not line.frame_declared)
    mirrored = [m for m in doubtful if scan.grid.inside(m.points_lps_mm).all()]
    return np.concatenate([line.points_lps_mm for line in (*lines, *mirrored)])


def _around(volume: Volume, lines: list[Centerline]) -> Volume:
    """Crop to what is measured, so that refused lines and mirror images change no number."""
    points = np.concatenate([line.points_lps_mm for line in lines])
    return volume.crop(volume.grid.box(points, MARGIN_MM))


def _every(refused: Mapping[str, CenterlineRefused]) -> CenterlineRefused:
    """Return the refusal of the last line, with those of the others as its notes."""
    *others, (name, last) = refused.items()
    error = CenterlineRefused(last.code, f"{name}: {last}")
    for vessel, other in others:
        error.add_note(f"{other.code}: {vessel}: {other}")
    return error


def _check_caps(request: Request, lines: list[Centerline]) -> None:
    for line in lines:
        steps = np.diff(line.points_lps_mm, axis=0)
        length = float(np.linalg.norm(steps, axis=1).sum())
        for _, end in request.caps_mm.get(line.vessel, ()):
            if end > length:
                raise UsageError(
                    f"--cap: {end:g} mm lies beyond the end of {line.vessel}, whose line is "
                    f"{length:.1f} mm long."
                )


def _check_targets(request: Request, result: CaseResult) -> None:
    for vessel in result.vessels:
        number = request.target_lesion.get(vessel.vessel)
        if number is not None and number > len(vessel.lesions):
            raise UsageError(
                f"--target-lesion {vessel.vessel}={number}: {len(vessel.lesions)} lesions were "
                "found there."
            )


def warnings(result: CaseResult) -> list[str]:
    """Return one line per quality notice and per refused vessel, as ``CODE: sentence``."""
    lines = [_warning(notice) for notice in result.quality]
    return lines + [
        f"{vessel.code}: {vessel.vessel}: {vessel.reason}"
        for vessel in result.vessels
        if vessel.status != "ok"
    ]


def _warning(notice: Notice) -> str:
    place = f"{notice.vessel}: " if notice.vessel else ""
    return f"{notice.code}: {place}{notice.message}"
