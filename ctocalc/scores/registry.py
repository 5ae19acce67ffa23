"""Names and editions of the systems that exist."""

from ctocalc.errors import CtocalcError
from ctocalc.scores import jcto, jcto_ct, kcct, rector
from ctocalc.scores.system import ScoringSystem

# The first edition of each name is its default.
SYSTEMS: tuple[ScoringSystem, ...] = (
    jcto.MORINO_2011,
    jcto_ct.FUJINO_2018,
    jcto_ct.LI_2015,
    rector.OPOLSKI_2015,
    rector.OPOLSKI_2015_ENTRY,
    kcct.YU_2017,
)


class UnknownSystem(CtocalcError, LookupError):
    """No system or edition of that name; the sentence lists what there is."""


def names() -> tuple[str, ...]:
    """Return every system's name once, in order."""
    return tuple(dict.fromkeys(system.name for system in SYSTEMS))


def editions(name: str) -> tuple[ScoringSystem, ...]:
    """Return every edition of a system, the default first.

    Raises
    ------
    UnknownSystem
        When there is no system of that name.
    """
    found = tuple(system for system in SYSTEMS if system.name == name)
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
