"""Named phantoms, one per hard edge and score group; random ones come from ``random_case``."""

from collections.abc import Callable

from ctocalc.phantom import recipes_artefact as artefact
from ctocalc.phantom import recipes_calcium as calcium
from ctocalc.phantom import recipes_lumen as lumen
from ctocalc.phantom import recipes_place as place
from ctocalc.phantom.random_case import random_case
from ctocalc.phantom.spec import CaseSpec

__all__ = ["ARTEFACTS", "EVERY", "NAMES", "PLACES", "named", "random_case", "recipe"]

NAMES: dict[str, Callable[[], CaseSpec]] = {
    "open-vessel": lumen.open_vessel,
    "soft-tapered-short": lumen.soft_tapered_short,
    "blunt-calcified": calcium.blunt_calcified,
    "long-bent-calcified": calcium.long_bent_calcified,
    "tapered-long": lumen.tapered_long,
    "island": lumen.island,
    "two-occlusions": lumen.two_occlusions,
    "two-lesions": lumen.two_lesions,
    "full-moon": calcium.full_moon,
    "almost-full-moon": calcium.almost_full_moon,
    "subtotal": lumen.subtotal,
    "non-contrast": calcium.non_contrast,
    "oblique-branch": calcium.oblique_branch,
}

# Small cases made on demand: they are not among the committed ones.
ARTEFACTS: dict[str, Callable[[], CaseSpec]] = {
    "stent": artefact.stent,
    "clip": artefact.clip,
    "pacing-lead": artefact.pacing_lead,
    "dense-calcium": artefact.dense_calcium,
    "two-arcs": artefact.two_arcs,
    "lumen-like-cap": artefact.lumen_like_cap,
    "motion": artefact.moved,
    "ghost": artefact.ghost,
    "step": artefact.step,
    "step-at-cap": artefact.step_at_cap,
}
PLACES: dict[str, Callable[[], CaseSpec]] = {
    "ostial": place.ostial,
    "aorto-ostial": place.aorto_ostial,
    "ostial-branch": place.ostial_branch,
    "flush-branch": place.flush_branch,
    "diseased-landing": place.diseased_landing,
    "two-bends": place.two_bends,
}

EVERY = NAMES | ARTEFACTS | PLACES


def named(name: str) -> CaseSpec:
    """Return the recipe of a named case; KeyError when there is none."""
    return EVERY[name]()


def recipe(name: str) -> CaseSpec:
    """Return a named case, or a fresh one for ``random:SEED`` and ``random-hard:SEED``.

    Raises KeyError for any other name.
    """
    kind, _, seed = name.partition(":")
    if kind in {"random", "random-hard"} and seed.isdecimal():
        return random_case(int(seed), quality="hard" if kind == "random-hard" else "standard")
    return named(name)
