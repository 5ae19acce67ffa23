"""What ``inspect`` prints: a table, or JSON of schema ctocalc-inspect/1.

The JSON holds ``files`` (all), ``dicom_files``, ``set_aside`` {reason: count}, ``taken`` {series,
phase} (what ``analyze`` takes without being told; else null, with ``code`` and ``reason``), and
``images``, one record per series and phase, null where the header does not say:

series, phase                  what ``--series`` and ``--phase`` take
what                           modality, "scout", "... without slices" or "volume file"
usable, code, reason           whether it can be measured as far as headers tell, and why not
images, set_aside              images of the series; those that are no slices {reason: count}
multi_frame, syntax            whether one file holds several slices; the transfer syntax by name
columns, rows, slices          size
spacing_mm                     step along the normal, between rows, between columns
slice_thickness_mm, tilt_deg, kvp, kernel
                               of the header; a kernel that is on no list is "other"
phase_percent, delay_ms_low, delay_ms_high
                               heart phase, or the range of delays after the R wave
contrast_by_header             true or null: headers do not say that there is none
contrast_pool_seen             a bright even area of 20 mm in one of three slices; null: not looked
notices                        [{code, severity, message}]: warnings, and gaps that may refuse
uid                            only with ``--uids``
"""

from dataclasses import dataclass
from typing import Any

from ctocalc.errors import Code, ImageRefused, Notice
from ctocalc.image.listed import Listed
from ctocalc.image.scan import ScanFacts

SCHEMA = "ctocalc-inspect/1"
HEAD = ("series", "phase", "what", "matrix", "pixel mm", "step mm", "thick mm", "kVp", "kernel",
        "heart phase", "contrast", "syntax", "usable")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Everything that ``inspect`` found.

    ``taken``: the series and phase that ``analyze`` takes without being told; or ``refused``.
    """

    images: tuple[Listed, ...]
    files: int
    dicom: int = 0
    aside: tuple[tuple[str, int], ...] = ()
    taken: tuple[int, int] | None = None
    refused: ImageRefused | None = None


def document(found: Found, *, uids: bool) -> dict[str, Any]:
    """Return the JSON document."""
    taken = None if found.taken is None else {"series": found.taken[0], "phase": found.taken[1]}
    refused = found.refused
    return {
        "schema": SCHEMA,
        "files": found.files,
        "dicom_files": found.dicom,
        "set_aside": dict(found.aside),
        "taken": taken,
        "code": refused.code if refused else None,
        "reason": str(refused) if refused else None,
        "images": [_record(image, uids=uids) for image in found.images],
    }


def page(found: Found, *, uids: bool) -> list[str]:
    """Return the lines of the table, and below it the reasons, warnings and what is taken."""
    head = (*HEAD, "uid") if uids else HEAD
    rows = [head, *(_row(image, uids=uids) for image in found.images)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(head))]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    lines += [""] + [line for image in found.images for line in _remarks(image)]
    counts = ", ".join(f"{count} {reason}" for reason, count in found.aside)
    files = f"{found.files} files, {found.dicom} with DICOM images"
    lines.append(f"{files}; {counts}" if counts else files)
    if found.refused:
        lines.append(f"{found.refused.code}: {found.refused}")
    if found.taken:
        lines.append("analyze takes series {}, phase {}.".format(*found.taken))
    return lines


def _row(image: Listed, *, uids: bool) -> tuple[str, ...]:
    facts = image.facts
    row = (
        str(image.series),
        str(image.phase),
        image.kind + " multi-frame" * image.multi_frame,
        f"{image.columns} x {image.rows} x {image.slices}" if image.rows else "",
        _pixel(facts),
        f"{facts.spacing_kji_mm[0]:.3g}" if facts else "",
        _number(facts.slice_thickness_mm if facts else None),
        _number(facts.kvp if facts else None),
        (facts.kernel if facts else None) or "",
        str(image.label),
        _contrast(image),
        image.syntax or "",
        "yes" if image.usable else f"no: {image.code}",
    )
    return (*row, image.uid or "") if uids else row


def _pixel(facts: ScanFacts | None) -> str:
    if facts is None:
        return ""
    _, row, column = facts.spacing_kji_mm
    return f"{row:.3g}" if row == column else f"{row:.3g} x {column:.3g}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _contrast(image: Listed) -> str:
    """Say what the header says, and whether a bright pool was seen."""
    said = "header" if image.facts and image.facts.contrast_agent else ""
    seen = {True: "seen", False: "not seen", None: ""}[image.pool_seen]
    return ", ".join(word for word in (said, seen) if word)


def _remarks(image: Listed) -> list[str]:
    name = f"series {image.series}, phase {image.phase}"
    lines = [] if image.usable else [f"{name}: {image.code}: {image.reason}"]
    return lines + [f"{name}: {notice.code}: {notice.message}" for notice in image.notices]


def _record(image: Listed, *, uids: bool) -> dict[str, Any]:
    facts = image.facts
    low, high = image.label.delay_ms or (None, None)
    record: dict[str, Any] = {
        "series": image.series,
        "phase": image.phase,
        "what": image.kind,
        "usable": image.usable,
        "code": image.code,
        "reason": image.reason,
        "images": image.images,
        "set_aside": dict(image.aside),
        "multi_frame": image.multi_frame,
        "syntax": image.syntax,
        "columns": image.columns or None,
        "rows": image.rows or None,
        "slices": image.slices,
        "spacing_mm": list(facts.spacing_kji_mm) if facts else None,
        "slice_thickness_mm": facts.slice_thickness_mm if facts else None,
        "tilt_deg": facts.tilt_deg if facts else None,
        "kvp": facts.kvp if facts else None,
        "kernel": facts.kernel if facts else None,
        "phase_percent": image.label.percent,
        "delay_ms_low": low,
        "delay_ms_high": high,
        "contrast_by_header": facts.contrast_agent if facts else None,
        "contrast_pool_seen": image.pool_seen,
        "notices": [_notice(notice) for notice in image.notices],
    }
    return record | {"uid": image.uid} if uids else record


def _notice(notice: Notice) -> dict[str, str | Code]:
    return {"code": notice.code, "severity": notice.severity, "message": notice.message}
