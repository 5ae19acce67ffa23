"""An applied review in rows: every answer beside the automatic one, and the scores that changed."""

from collections.abc import Iterator, Mapping
from typing import Any

from ctocalc.report.words import spaced
from ctocalc.scores.words import span

Json = Mapping[str, Any]


def reviewed_view(result: Json) -> Json | None:
    """Return what the page says of the review; None where there is none."""
    kept = result.get("review")
    if not kept:
        return None
    return {
        **{name: kept[name] for name in (
            "reader", "when", "version", "status", "blind", "comment", "same_result",
        )},
        "edits": [_edit(edit) for edit in kept["edits"]],
        "totals": list(_totals(result, kept)),
    }  # fmt: skip


def _edit(edit: Json) -> Json:
    lesion = edit["lesion"]
    where = [edit["vessel"] or "patient", f"lesion {lesion['number']}" if lesion else ""]
    return {
        "where": ", ".join(filter(None, where)), "item": spaced(edit["item"]),
        "automatic": _word(edit["automatic"]), "reader": _word(edit["reader"]),
    }  # fmt: skip


def _word(word: Any) -> str:
    if word is None:
        return "none"
    if isinstance(word, list):
        return ", ".join(f"{start:.1f} to {end:.1f} mm" for start, end in word) or "no occlusion"
    return f"{word:.4g}" if isinstance(word, float | int) else str(word)


def _totals(result: Json, kept: Json) -> Iterator[Json]:
    """Yield the totals that differ, of lesions that both results number alike."""
    before = {
        (vessel["vessel"], *_key(score)): score
        for vessel in kept["automatic"] for score in vessel["scores"]
    }  # fmt: skip
    for vessel in result["vessels"]:
        for score in vessel["scores"]:
            old = before.get((vessel["vessel"], *_key(score)))
            told, now = _total(old) if old else "none", _total(score)
            if told != now:
                number = f", lesion {score['lesion']}" if score["lesion"] else ""
                yield {
                    "title": score["title"], "basis": score["basis"],
                    "where": vessel["vessel"] + number, "automatic": told, "reviewed": now,
                }  # fmt: skip


def _key(score: Json) -> tuple[Any, ...]:
    return score["lesion"], score["system"], score["edition"], score["basis"]


def _total(score: Json) -> str:
    return span(score["points"], score["points_low"], score["points_high"])
