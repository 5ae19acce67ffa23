"""One patient from paths to a result: the way that ``analyze`` and ``demo`` share."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import click
import numpy as np

from ctocalc._arrays import Floats
from ctocalc.cli.scan import Scan, open_scan, read_scan
from ctocalc.errors import CenterlineRefused, Notice
from ctocalc.files.centerlines import name_of, read_centerlines
from ctocalc.files.clinical import Given, clinical_sheet, read_clinical
from ctocalc.files.results import is_case_id
from ctocalc.files.settings import read_settings
from ctocalc.files.toml import refused as refused_settings
from ctocalc.image.scan import require_measurable
from ctocalc.image.volume import Volume
from ctocalc.study.analyse import MARGIN_MM, analyse
from ctocalc.study.clinical import ClinicalSheet
from ctocalc.study.result import CaseResult, InputDigest, VesselResult
from ctocalc.study.settings import AnalysisSettings, Request
from ctocalc.vessel.centerline import Centerline
from ctocalc.vessel.placement import nearest_hu, place
from ctocalc.vessel.segments import VESSELS, vessel_name

T = TypeVar("T")
Refusals = dict[str, CenterlineRefused]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineOption:
    """One ``--centerline FILE[:LABEL]`` with its ``--vessel``."""

    path: Path
    label: str | None = None
    vessel: str | None = None

    @property
    def name(self) -> str:
        """The vessel: a label that names one goes first, then ``--vessel``, then the file."""
        named = self.label and vessel_name(self.label)
        return name_of(self.path.stem, vessel=named or self.vessel, label=self.label)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOptions:
    """What ``analyze`` was asked for, as it was typed.

    ``caps_mm`` and ``targets`` name a vessel, or None where there is only one.
    """

    series: Path
    lines: tuple[LineOption, ...]
    case_id: str = "case"
    wanted_series: str | None = None
    frame: str | None = None
    settings: Path | None = None
    clinical: Path | None = None
    answers: tuple[Given, ...] = ()
    caps_mm: tuple[tuple[str | None, tuple[float, float]], ...] = ()
    targets: tuple[tuple[str | None, int], ...] = ()


def analyze_case(options: CaseOptions) -> CaseResult:
    """Read, place, measure and score one patient; nothing is written.

    Lines that are refused become vessels with status "refused".

    Raises
    ------
    click.UsageError
        When the options contradict each other or the vessels of the case.
    InputRefused
        When the scan, the settings, the clinical file or every line is refused; further reasons
        are its ``__notes__``.
    """
    names = _names(options)
    request = _request(options, names)
    lines, refused = _read_lines(options)
    _check_caps(request, lines)
    scan = open_scan(options.series, wanted=options.wanted_series)
    require_measurable(scan.facts)
    lines, outside = _split(lines, scan)
    refused |= outside
    if not lines:
        raise _every(refused)
    volume, notices, digest = read_scan(scan, _reach(lines, scan), margin_mm=MARGIN_MM)
    lines, implausible = _placed(lines, scan, volume)
    refused |= implausible
    if not lines:
        raise _every(refused)
    result = analyse(
        _around(volume, lines), scan.facts, tuple(lines),
        request=request,
        inputs=(
            InputDigest(role="series", sha256=digest),
            *(InputDigest(role=f"centerline {line.vessel}", sha256=line.digest) for line in lines),
        ),
        notices=(*scan.notices, *notices),
    )  # fmt: skip
    _check_targets(request, result)
    return with_refused(result, names, refused)


def with_refused(result: CaseResult, names: Iterable[str], refused: Refusals) -> CaseResult:
    """Return the result with the refused lines as vessels too, in the order of ``names``."""
    vessels = {vessel.vessel: vessel for vessel in result.vessels}
    for name, error in refused.items():
        vessels[name] = VesselResult(
            vessel=name, status="refused", code=error.code.value, reason=str(error)
        )
    return replace(result, vessels=tuple(vessels[name] for name in names))


def _names(options: CaseOptions) -> tuple[str, ...]:
    if not is_case_id(options.case_id):
        raise click.UsageError(
            "--case-id takes 1 to 64 letters, digits, dots, dashes and underscores."
        )
    names = tuple(line.name for line in options.lines)
    for name in names:
        if names.count(name) > 1:
            raise click.UsageError(
                f"{names.count(name)} centerlines are named {name}; give each its own --vessel."
            )
    return names


def _request(options: CaseOptions, names: tuple[str, ...]) -> Request:
    caps = _by_vessel(options.caps_mm, names, "--cap")
    targets = _by_vessel(options.targets, names, "--target-lesion")
    for vessel, numbers in targets.items():
        if len(numbers) > 1:
            raise click.UsageError(f"--target-lesion was given more than once for {vessel}.")
    for vessel, pairs in caps.items():
        pairs.sort()
        if any(start < end for (_, end), (start, _) in pairwise(pairs)):
            raise click.UsageError(f"--cap: the occlusions of {vessel} overlap.")
    return Request(
        case_id=options.case_id,
        settings=read_settings(options.settings) if options.settings else AnalysisSettings(),
        clinical=_clinical(options, names),
        caps_mm={vessel: tuple(pairs) for vessel, pairs in caps.items()},
        target_lesion={vessel: numbers[0] for vessel, numbers in targets.items()},
    )


def _by_vessel(
    given: Iterable[tuple[str | None, T]], names: tuple[str, ...], option: str
) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for word, value in given:
        if word is None and len(names) > 1:
            raise click.UsageError(
                f"{option} needs the vessel where there are several, such as {names[0]}=..."
            )
        vessel = names[0] if word is None else _vessel(word, names, option)
        found.setdefault(vessel, []).append(value)
    return found


def _vessel(word: str, names: tuple[str, ...], option: str) -> str:
    vessel = vessel_name(word) or word
    if vessel not in names:
        raise click.UsageError(
            f"{option}: {word} is no vessel of this case; there are {', '.join(names)}."
        )
    return vessel


def _clinical(options: CaseOptions, names: tuple[str, ...]) -> ClinicalSheet:
    """Join the clinical file and the options; an option goes before the file."""
    in_file = read_clinical(options.clinical) if options.clinical else ()
    for one in in_file:
        if one.vessel not in (None, *names, *VESSELS):
            raise refused_settings(
                f"The clinical file has a table {one.vessel}, which is no vessel; there are "
                f"{', '.join(names)}."
            )
    typed = tuple(
        replace(one, vessel=_vessel(one.vessel, names, f"--{one.name.replace('_', '-')}"))
        if one.vessel
        else one
        for one in options.answers
    )
    for_all = {one.name for one in typed if one.vessel is None}
    return clinical_sheet((*(one for one in in_file if one.name not in for_all), *typed))


def _read_lines(options: CaseOptions) -> tuple[list[Centerline], Refusals]:
    lines, refused = [], {}
    for option in options.lines:
        try:
            lines.append(
                read_centerlines(
                    option.path, vessel=option.name, frame=options.frame, label=option.label
                )
            )
        except CenterlineRefused as error:
            refused[option.name] = error
    return lines, refused


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
            placed.append(place(line, scan.grid, sample))
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
                raise click.UsageError(
                    f"--cap: {end:g} mm lies beyond the end of {line.vessel}, whose line is "
                    f"{length:.1f} mm long."
                )


def _check_targets(request: Request, result: CaseResult) -> None:
    for vessel in result.vessels:
        number = request.target_lesion.get(vessel.vessel)
        if number is not None and number > len(vessel.lesions):
            raise click.UsageError(
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
