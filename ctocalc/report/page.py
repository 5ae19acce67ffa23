"""``report.html``: one case on one page that needs nothing beside itself."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import jinja2

from ctocalc.report import palette, stills, words
from ctocalc.report.review_data import review_data
from ctocalc.report.reviewed import reviewed_view
from ctocalc.report.score_rows import asked, mostly_from_image
from ctocalc.report.verdict import untold
from ctocalc.report.vessel_view import VesselView, vessel_view
from ctocalc.scores.definition import definition
from ctocalc.scores.rules import EVIDENCE_MEANING
from ctocalc.study.record import CaseRecord

# The viewer, in the order in which its parts build on each other.
SCRIPTS = (
    "data", "sample", "store", "section", "straight", "dial", "readout", "pointer", "keys",
    "viewer", "scores", "edits", "form", "review", "main",
)  # fmt: skip
RESEARCH = "Research use; validated on phantoms only"

Json = Mapping[str, Any]


def case_page(case: CaseRecord) -> bytes:
    """Return the page of a case; the same case gives the same bytes.

    Everything that comes from the result is escaped, and the page may load nothing: neither
    from the network nor from a file beside it.
    """
    views, data = [], []
    for place in range(len(case.result["vessels"])):
        view, viewer = vessel_view(case, place)
        views.append(view)
        data.append(viewer)
    shown = {
        "vessels": data, "opens": _opens(case.result["vessels"], views),
        "review": review_data(case), **_viewer_settings(),
    }  # fmt: skip
    return render("case", SCRIPTS, _context(case, views), shown, styles=("review.css",))


def render(
    name: str,
    scripts: tuple[str, ...],
    context: Json,
    data: Json,
    *,
    styles: tuple[str, ...] = (),
) -> bytes:
    """Return the page of a template with its style, script and data inlined."""
    folder = files("ctocalc.report") / "templates"
    parts = [(folder / "js" / f"{part}.js").read_text(encoding="utf-8") for part in scripts]
    script = '"use strict";\n(() => {\n' + "\n".join(parts) + "})();\n"
    sheets = [(folder / part).read_text(encoding="utf-8") for part in ("page.css", *styles)]
    style = palette.style() + "".join(sheets)
    text = json.dumps(data, separators=(",", ":"), allow_nan=False, ensure_ascii=True)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    page = _environment().get_template(f"{name}.html").render(
        context, script=script, style=style, data=text,
        script_hash=_digest(script), style_hash=_digest(style),
        version=version("ctocalc"), research=RESEARCH,
    )  # fmt: skip
    return page.encode()


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("ctocalc.report"), autoescape=True, trim_blocks=True,
        lstrip_blocks=True, undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    environment.filters |= {
        "spaced": words.spaced, "rate": words.rate, "capitalize_first": words.capitalized,
    }  # fmt: skip
    return environment


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _viewer_settings() -> Json:
    return {"windows": stills.WINDOWS}


def _context(case: CaseRecord, views: list[VesselView]) -> Json:
    result = case.result
    return {
        "result": result,
        "views": views,
        "blind": False,
        "reviewed": reviewed_view(result),
        "untold": _reasons(result),
        "not_given": _not_given(result),
        "definitions": list(_definitions(result)),
        "evidence": EVIDENCE_MEANING,
        "same_version": result["provenance"]["version"] == version("ctocalc"),
        "settings": json.dumps(result["provenance"]["settings"], indent=1),
        "image_rows": _image_rows(result["image"]),
        "windows": stills.WINDOWS,
        "scale": stills.scale_picture(),
        "thickest_mm": stills.THICKEST_MM,
    }


def _opens(vessels: list[Json], views: list[VesselView]) -> str | None:
    """Return the vessel that is shown first: of an occluded target, or else of a lesion."""

    def weight(place: int) -> tuple[bool, bool, bool]:
        lesions = vessels[place]["lesions"]
        found = [(one["occluded"], one["target"]) for one in lesions]
        return (bool(found), *max(found, default=(False, False)))

    shown = [place for place, view in enumerate(views) if view.pictures]
    return views[max(shown, key=weight)].anchor if shown else None


def _reasons(result: Json) -> list[tuple[str, str, list[str]]]:
    """Return (vessel, reason, what it keeps from being told), each reason once per vessel."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for vessel in result["vessels"]:
        if vessel["status"] == "ok":
            for reason, what in untold([vessel["calcium"], vessel["lesions"]]):
                found.setdefault((vessel["vessel"], reason), {}).setdefault(what)
    return [(vessel, reason, list(what)) for (vessel, reason), what in found.items()]


def _not_given(result: Json) -> list[str]:
    """Return the answers that nobody gave, for which the image-filled scores stay open."""
    found = dict.fromkeys(
        words.spaced(item["item"])
        for vessel in result["vessels"]
        for score in vessel["scores"]
        if mostly_from_image(score)
        for item in score["items"]
        if item["source"] == "not given"
    )
    return list(found)


def _definitions(result: Json) -> Iterator[Json]:
    editions = {
        (score["system"], score["edition"]): None
        for vessel in result["vessels"]
        for score in vessel["scores"]
    }
    for name, edition in editions:
        system = asked(name, edition)
        if system is not None:
            yield definition(system)


def _image_rows(image: Json) -> list[tuple[str, str]]:
    rows = [("Voxel spacing (slice, row, column)", " × ".join(f"{s:g}" for s in image["spacing_mm"])
             + " mm")]  # fmt: skip
    plain = {
        "slice_thickness_mm": ("Slice thickness", " mm"), "kvp": ("Tube voltage", " kV"),
        "kernel": ("Kernel", ""), "phase": ("Phase", ""),
        "hu_per_mgcc": ("HU per mg/cm³ of hydroxyapatite", ""),
    }  # fmt: skip
    for name, (label, unit) in plain.items():
        value = image[name]
        shown = f"{value:g}" if isinstance(value, float | int) else value
        rows.append((label, "not known" if value is None else f"{shown}{unit}"))
    measured = {
        "psf_fwhm_mm": "Blur (FWHM)", "noise_hu": "Noise (SD)", "blood_pool_hu": "Blood pool",
    }  # fmt: skip
    for name, label in measured.items():
        found = image[name]
        span = f" ({words.interval(found)})" if words.interval(found) else ""
        rows.append((label, words.told(found) + span))
    return rows
