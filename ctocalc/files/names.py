"""The vessel that a line is called: what the user typed, or what its file's name says.

A file's name may hold a patient's: of it only words of anatomy are ever shown.
"""

import re

from ctocalc.vessel.segments import vessel_name

MOST_CHARACTERS = 32
_WORDS = frozenset(
    """
    left right main stem proximal prox mid middle distal dist ostial ostium anterior posterior
    inferior lateral septal descending circumflex circ diagonal diag obtuse acute marginal ramus
    intermedius intermediate posterolateral conus coronary artery arteries branch side segment seg
    graft lima rima svg vessel line centerline centreline path curve axis tree trunk lumen occlusion
    cto and to rca lad lcx cx lm lms lmca lca ri rim om am pda pdl plb plv
    """.split()  # noqa: SIM905 - words read better so
)


def name_of(stem: str, *, vessel: str | None, label: str | None) -> str | None:
    """Return the vessel's name: as given, else from the label, else from the file's stem.

    A stem that holds one vessel's name as a word ("case7_LAD") is that vessel.  Another one is kept
    where it consists of words of anatomy and at most one number of one or two digits; else None.
    """
    if vessel:
        return vessel_name(vessel) or _plain(vessel)
    stem = stem.removesuffix(".mrk")
    told = (label and vessel_name(label)) or vessel_in(stem)
    return told or (_plain(stem) if _is_anatomy(stem) else None)


def vessel_in(text: str) -> str | None:
    """Return the one vessel that a text names, as a whole or as a word."""
    whole = vessel_name(text)
    if whole:
        return whole
    words = {vessel_name(word) for word in re.split(r"[^A-Za-z0-9]+", text)} - {None}
    return words.pop() if len(words) == 1 else None


def _is_anatomy(stem: str) -> bool:
    words = [word for word in re.split(r"[_\-. ]+", stem) if word and not vessel_name(word)]
    parts = [part for word in words for part in re.findall(r"\d+|\D+", word)]
    numbers = [part for part in parts if part.isdecimal()]
    if not re.search("[A-Za-z]", stem) or len(numbers) > 1 or any(len(n) > 2 for n in numbers):
        return False  # dates and numbers of patients
    return all(part.isdecimal() or part.casefold() in _WORDS for part in parts)


def _plain(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", text).strip("_")[:MOST_CHARACTERS] or "vessel"
