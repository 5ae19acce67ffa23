"""The recipe: one scan and its centerlines in, one CaseResult out."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import repeat
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

from ctocalc.errors import Notice
from ctocalc.geometry.curve import Curve
from ctocalc.image import physics as scan_physics
from ctocalc.image.physics import ScanPhysics
from ctocalc.image.scan import ScanFacts
from ctocalc.image.sections import THREADS, Sampler, cubic
from ctocalc.image.volume import Volume
from ctocalc.study.calcium import Scan
from ctocalc.study.provenance import provenance
from ctocalc.study.quality import image_notices
from ctocalc.study.result import CaseResult, InputDigest
from ctocalc.study.settings import AnalysisSettings, Request
from ctocalc.study.summary import image_facts
from ctocalc.study.trace import Trace, frames_of, recentre, trace
from ctocalc.study.tree import stems_of, tree_of, tube_of
from ctocalc.study.vessel import first_axis, measure_vessel
from ctocalc.vessel.branching import Tube
from ctocalc.vessel.centerline import Centerline

MARGIN_MM = 8.0

R = TypeVar("R")


@contextmanager
def _one_blas_thread() -> Iterator[None]:
    """Keep linear algebra to one thread: sums that threads share end in other bits."""
    with threadpool_limits(limits=1, user_api="blas"):
        yield


@_one_blas_thread()
def analyse(
    volume: Volume,
    facts: ScanFacts,
    lines: tuple[Centerline, ...],
    *,
    request: Request,
    inputs: tuple[InputDigest, ...],
    branches: tuple[Centerline, ...] = (),
    notices: tuple[Notice, ...] = (),
) -> CaseResult:
    """Measure and score one patient.

    Parameters
    ----------
    volume
        The scan, or the part of it within 8 mm of the lines.
    lines
        One centerline per vessel, placed in the scan, ostium first.
    branches
        Lines that are followed as side branches only.
    notices
        What reading has already noticed.
    """
    settings, traced = request.settings, (*lines, *branches)
    axes = [first_axis(line, settings) for line in traced]
    samplers = [cubic(volume.crop(volume.grid.box(c.points_lps_mm, MARGIN_MM))) for c in axes]
    physics = _physics(samplers, axes, facts, settings)
    looks = _together(trace, samplers, axes, repeat(physics), repeat(settings))
    for turn in range(settings.axis.recentrings):
        axes = [
            recentre(look, line.points_lps_mm[0], settings)
            for look, line in zip(looks, traced, strict=True)
        ]
        # A better axis shows the scan's blur better; what the second one adds is not seen.
        physics = _physics(samplers, axes, facts, settings) if turn == 0 else physics
        stems = stems_of(_tubes(traced, looks))
        looks = _together(trace, samplers, axes, repeat(physics), repeat(settings), looks, stems)
    scan = Scan(volume=volume, facts=facts, physics=physics)
    tree = tree_of(_tubes(traced, looks), whole_tree=request.whole_tree)
    found = _together(measure_vessel, repeat(scan), samplers, looks, lines, tree, repeat(request))
    seen = [notice for _, noticed in found for notice in noticed]
    return CaseResult(
        case_id=request.case_id,
        status="ok",
        quality=(*notices, *image_notices(facts, physics, settings.image), *seen),
        provenance=provenance(request, inputs),
        image=image_facts(facts, physics),
        vessels=tuple(vessel for vessel, _ in found),
    )


def _together(work: Callable[..., R], *of_vessels: Iterable[Any]) -> list[R]:
    """Work on the vessels side by side: kernels release the interpreter's lock."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, *of_vessels))


def _tubes(lines: tuple[Centerline, ...], looks: list[Trace]) -> tuple[Tube, ...]:
    return tuple(tube_of(line.vessel, look) for line, look in zip(lines, looks, strict=True))


def _physics(
    samplers: list[Sampler], axes: list[Curve], facts: ScanFacts, settings: AnalysisSettings
) -> ScanPhysics:
    slope = settings.image.hu_per_mgcc
    if slope is None and not facts.spectral:
        slope = scan_physics.hu_per_mgcc(facts.kvp)
    return scan_physics.estimate(
        [
            scan_physics.tube(sampler, frames_of(axis, settings))
            for sampler, axis in zip(samplers, axes, strict=True)
        ],
        slope_hu_per_mgcc=slope,
        no_contrast_below_hu=settings.image.no_contrast_below_hu,
    )
