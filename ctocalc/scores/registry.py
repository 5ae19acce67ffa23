"""Names and editions of the systems that exist."""

from ctocalc.errors import CtocalcError
from ctocalc.scores import (
    bcto,
    castle,
    cl,
    intravascular,
    jcto,
    jcto_ct,
    kcct,
    ora,
    progress,
    progress_complications,
    recharge_ct,
    rector,
    wcto,
)
from ctocalc.scores.system import ScoringSystem

# Scores; the first edition of each name is its default.
SYSTEMS: tuple[ScoringSystem, ...] = (
    jcto.MORINO_2011,
    jcto_ct.FUJINO_2018,
    jcto_ct.LI_2015,
    rector.OPOLSKI_2015,
    rector.OPOLSKI_2015_ENTRY,
    kcct.YU_2017,
    recharge_ct.LI_2021,
    progress.CHRISTOPOULOS_2016,
    progress.CHRISTOPOULOS_2016_PROXIMAL,
    castle.SZIJGYARTO_2019,
    cl.ALESSANDRINO_2015,
    wcto.KHANNA_2018,
    ora.GALASSI_2016,
    bcto.BUSAN_2017,
    progress_complications.MACE,
    progress_complications.MORTALITY,
    progress_complications.PERICARDIOCENTESIS,
)
# Criteria without a total: asked for by name, no part of a scored lesion.
ANALOGUES: tuple[ScoringSystem, ...] = (intravascular.FUJINO_2018, intravascular.ZHANG_2021)
EVERYTHING = (*SYSTEMS, *ANALOGUES)


class UnknownSystem(CtocalcError, LookupError):
    """No system or edition of that name; the sentence lists what there is."""


def names() -> tuple[str, ...]:
    """Return every system's name once, in order."""
    return tuple(dict.fromkeys(system.name for system in EVERYTHING))


def editions(name: str) -> tuple[ScoringSystem, ...]:
    """Return every edition of a system, the default first.

    Raises
    ------
    UnknownSystem
        When there is no system of that name.
    """
    found = tuple(system for system in EVERYTHING if system.name == name)
    if not found:
        raise UnknownSystem(f"no score system {name!r}; there are {', '.join(names())}")
    return found


def system(name: str, edition: str | None = None) -> ScoringSystem:
    """Return one edition, the default one where none is named.

    Raises
    ------
    UnknownSystem
        When there is no system or edition of that name.
    """
    candidates = editions(name)
    for candidate in candidates:
        if edition in {None, candidate.edition}:
            return candidate
    known = ", ".join(each.edition for each in candidates)
    raise UnknownSystem(f"{name} has no edition {edition!r}; there are {known}")
