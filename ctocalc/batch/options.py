"""What ``analyze`` was asked for: options as typed, and the request they amount to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import count, pairwise
from pathlib import Path
from typing import TypeVar

from ctocalc.errors import Code, Notice, UsageError
from ctocalc.files.clinical import Given, clinical_sheet, read_clinical
from ctocalc.files.names import name_of
from ctocalc.files.results import is_case_id
from ctocalc.files.settings import read_settings
from ctocalc.files.toml import refused as refused_settings
from ctocalc.study.clinical import ClinicalSheet
from ctocalc.study.settings import AnalysisSettings, Request
from ctocalc.vessel.segments import VESSELS, vessel_name

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class LineOption:
    """One ``--centerline FILE[:LABEL]`` with its ``--vessel``, or one ``--branch FILE[:LABEL]``."""

    path: Path
    label: str | None = None
    vessel: str | None = None

    @property
    def name(self) -> str | None:
        """The vessel: a label that names one goes first, then ``--vessel``, then the file."""
        named = self.label and vessel_name(self.label)
        return name_of(self.path.stem, vessel=named or self.vessel, label=self.label)

    def called(self, name: str) -> "LineOption":
        """Return the option with its vessel settled."""
        return replace(self, vessel=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOptions:
    """What ``analyze`` was asked for, as it was typed.

    ``caps_mm``, ``targets``, ``contours`` and ``masks`` name a vessel, or None where there is only
    one.
    """

    series: Path
    lines: tuple[LineOption, ...]
    branches: tuple[LineOption, ...] = ()
    whole_tree: bool = False
    case_id: str = "case"
    wanted_series: str | None = None
    wanted_phase: str | None = None
    frame: str | None = None
    settings: Path | None = None
    clinical: Path | None = None
    answers: tuple[Given, ...] = ()
    caps_mm: tuple[tuple[str | None, tuple[float, float]], ...] = ()
    targets: tuple[tuple[str | None, int], ...] = ()
    contours: tuple[tuple[str | None, Path], ...] = ()
    masks: tuple[tuple[str | None, Path], ...] = ()
    review: Path | None = None


def named(options: CaseOptions) -> CaseOptions:
    """Return the options with every line's vessel settled, also where nothing names one.

    Such a line is ``line_1``, a branch ``branch_1``, by its place in the request.

    Raises
    ------
    UsageError
        When the case id cannot be one, or two lines would be the same vessel.
    """
    if not is_case_id(options.case_id):
        raise UsageError("--case-id takes 1 to 64 letters, digits, dots, dashes and underscores.")
    told = [line.name for line in (*options.lines, *options.branches) if line.name]
    alike = [name.casefold() for name in told]
    for name in told:
        if (times := alike.count(name.casefold())) > 1:
            raise UsageError(
                f"{times} centerlines are named {name}; give each its own --vessel (small letters "
                "for capitals, and one sign for another, are no other name)."
            )
    return replace(
        options,
        lines=_settled(options.lines, "line", told),
        branches=_settled(options.branches, "branch", told),
    )


def _settled(
    lines: tuple[LineOption, ...], word: str, taken: Sequence[str]
) -> tuple[LineOption, ...]:
    known, settled = set(taken), []
    for number, line in enumerate(lines, 1):
        free = (name for n in count(number) if (name := f"{word}_{n}") not in known)
        name = line.name or next(free)
        known.add(name)
        settled.append(line.called(name))
    return tuple(settled)


def unnamed(options: CaseOptions) -> tuple[Notice, ...]:
    """Return the warning that nothing names some lines; the options are as they were typed."""
    settled = named(options)
    pairs = zip((*options.lines, *options.branches), (*settled.lines, *settled.branches),
                strict=True)  # fmt: skip
    names = [str(line.name) for typed, line in pairs if not typed.name]
    if not names:
        return ()
    return (Notice(
        code=Code.VESSEL_UNNAMED,
        message=f"Neither --vessel nor a file's name says which vessel {', '.join(names)} is; a "
        "name such as LAD was expected, and scores that ask for the vessel cannot tell. Name it "
        "with --vessel or FILE:LABEL; file names are not shown, they may hold a patient's.",
    ),)  # fmt: skip


def vessel_names(options: CaseOptions) -> tuple[str, ...]:
    """Return the vessels of the case, in the order of their lines.

    Raises
    ------
    UsageError
        As ``named``.
    """
    return tuple(str(line.name) for line in named(options).lines)


def request_of(options: CaseOptions, names: tuple[str, ...]) -> Request:
    """Return what is asked for, with the settings and the clinical file read.

    Raises
    ------
    UsageError
        When an option names another vessel, or options contradict each other.
    SettingsRefused
        When the settings or the clinical file are not valid.
    """
    caps = _by_vessel(options.caps_mm, names, "--cap")
    targets = _by_vessel(options.targets, names, "--target-lesion")
    for vessel, numbers in targets.items():
        if len(numbers) > 1:
            raise UsageError(f"--target-lesion was given more than once for {vessel}.")
    for vessel, pairs in caps.items():
        pairs.sort()
        if any(start < end for (_, end), (start, _) in pairwise(pairs)):
            raise UsageError(f"--cap: the occlusions of {vessel} overlap.")
    return Request(
        case_id=options.case_id,
        settings=read_settings(options.settings) if options.settings else AnalysisSettings(),
        clinical=_clinical(options, names),
        caps_mm={vessel: tuple(pairs) for vessel, pairs in caps.items()},
        target_lesion={vessel: numbers[0] for vessel, numbers in targets.items()},
        whole_tree=options.whole_tree,
    )


def _by_vessel(
    given: Iterable[tuple[str | None, T]], names: tuple[str, ...], option: str
) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for word, value in given:
        if word is None and len(names) > 1:
            raise UsageError(
                f"{option} needs the vessel where there are several, such as {names[0]}=..."
            )
        vessel = names[0] if word is None else _vessel(word, names, option)
        found.setdefault(vessel, []).append(value)
    return found


def _vessel(word: str, names: tuple[str, ...], option: str) -> str:
    vessel = vessel_name(word) or word
    if vessel not in names:
        raise UsageError(
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
