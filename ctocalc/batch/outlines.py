"""What a reader drew, from the options of ``analyze``: contours and masks, by vessel."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ctocalc.batch.options import CaseOptions
from ctocalc.errors import ImageRefused, UsageError
from ctocalc.files.contours import read_contours
from ctocalc.files.images import open_image, read
from ctocalc.files.toml import refused
from ctocalc.study.result import InputDigest
from ctocalc.vessel.boundary import BoundaryKind
from ctocalc.vessel.centerline import Centerline
from ctocalc.vessel.outlines import FARTHEST_MM, Mask, Outline
from ctocalc.vessel.segments import vessel_name

Drawn = dict[str, tuple[Outline, ...]]


def read_outlines(
    options: CaseOptions, lines: Sequence[Centerline], names: Sequence[str]
) -> tuple[Drawn, tuple[InputDigest, ...]]:
    """Return what was drawn of each vessel, and the digests of the files.

    Raises
    ------
    UsageError
        When a file cannot be given to one vessel of the case.
    SettingsRefused
        When a file cannot be read, or is no contour file or binary mask.
    """
    by_name = {line.vessel: line for line in lines}
    drawn: dict[str, list[Outline]] = {}
    digests = []
    for word, path in options.contours:
        contours = read_contours(path)
        vessel = _vessel(word, contours.vessel, names, "--contours")
        digests.append(InputDigest(role=f"contours {vessel}", sha256=contours.digest))
        drawn.setdefault(vessel, []).extend(contours.rings)
    for word, path in options.masks:
        vessel = _vessel(word, None, names, "--mask")
        if vessel in by_name:
            mask, digest = _mask(path, by_name[vessel])
            digests.append(InputDigest(role=f"mask {vessel}", sha256=digest))
            drawn.setdefault(vessel, []).append(mask)
    return {vessel: tuple(all_) for vessel, all_ in drawn.items()}, tuple(digests)


def _vessel(word: str | None, said: str | None, names: Sequence[str], option: str) -> str:
    """Return the vessel: as typed, as the file says, or the only one."""
    vessel = (vessel_name(word) or word) if word else said
    if word and said and vessel != said:
        raise refused(f"The file of {option} says that it is of {said}, it was given for {word}.")
    if vessel is None and len(names) == 1:
        return names[0]
    if vessel is None or vessel not in names:
        raise UsageError(
            f"{option} needs a vessel of this case, such as {names[0]}=FILE; there are "
            f"{', '.join(names)}."
        )
    return vessel


def _mask(path: Path, line: Centerline) -> tuple[Mask, str]:
    """Return the part of a mask around a line; FILE:lumen is a mask of the lumen."""
    head, colon, tail = str(path).rpartition(":")
    lumen = bool(colon) and tail.lower() == "lumen" and not path.exists()
    try:
        scan = open_image(head if lumen else path)
        near = scan.grid.inside(line.points_lps_mm)
        if not near.any():
            raise refused("The mask lies elsewhere than the vessel; give one of this scan.")
        volume, _, digest = read(scan, line.points_lps_mm[near], margin_mm=FARTHEST_MM)
    except ImageRefused as error:
        raise refused(f"The mask cannot be used: {error}") from None
    values = np.unique(volume.stored)
    if not (len(values) <= 2 and values[0] == 0):
        raise refused("The mask is not binary; expected 0 outside and one other value inside.")
    inside = replace(volume, stored=(volume.stored > 0).astype(np.int16), padding_stored=None)
    return Mask(kind=BoundaryKind.LUMEN if lumen else BoundaryKind.WALL, volume=inside), digest
