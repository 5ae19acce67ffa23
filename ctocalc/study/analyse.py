"""The recipe: one scan and its centerlines in, one CaseResult out."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import repeat
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

from ctocalc.errors import Notice
from ctocalc.geometry.curve import Curve, smooth
from ctocalc.image import physics as scan_physics
from ctocalc.image.physics import ScanPhysics
from ctocalc.image.scan import ScanFacts
from ctocalc.image.sections import THREADS, Sampler, cubic
from ctocalc.image.volume import Volume
from ctocalc.lesion.describe import describe
from ctocalc.scores.facts import Answer, Source
from ctocalc.study.artefacts import (
    artefact_notices,
    artefacts_of,
    judged,
    vessel_calcium,
    without_made,
    without_metal,
)
from ctocalc.study.calcium import Scan, calcium_of, deposits_of, measures_of
from ctocalc.study.calls import called
from ctocalc.study.outlines import outline_notices, with_outlines
from ctocalc.study.provenance import provenance
from ctocalc.study.quality import NO_CONTRAST_REASON, caps_notices, image_notices, vessel_notices
from ctocalc.study.result import CaseResult, InputDigest, LineFacts, VesselResult
from ctocalc.study.scoring import NO_OCCLUSION_READ, lesion_facts, score_lesions
from ctocalc.study.settings import AnalysisSettings, Request
from ctocalc.study.stations import profile_vessel, with_shared
from ctocalc.study.summary import image_facts, images_of
from ctocalc.study.trace import Trace, frames_of, recentre, trace, with_calcium_edge, with_caps
from ctocalc.study.tree import at_aorta, stems_of, tree_of, tube_of
from ctocalc.vessel.branching import Branching, Tube
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
    axes = [_first_axis(line, request) for line in traced]
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
    found = _together(_vessel, repeat(scan), samplers, looks, lines, tree, repeat(request))
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


def _first_axis(line: Centerline, request: Request) -> Curve:
    stiffness = request.settings.axis.stiffness_mm6
    return smooth(line.points_lps_mm, stiffness_mm6=stiffness).from_nearest(line.points_lps_mm[0])


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


def _vessel(
    scan: Scan,
    sampler: Sampler,
    whole: Trace,
    line: Centerline,
    beside: Branching,
    request: Request,
) -> tuple[VesselResult, tuple[Notice, ...]]:
    settings, physics = request.settings, scan.physics
    given = frames_of(_first_axis(line, request), settings)
    own = whole.own
    spoilt = artefacts_of(sampler, given, own, physics)
    seen = without_made(own, spoilt)
    caps = request.caps_mm.get(line.vessel)
    if caps is not None:
        seen = with_caps(seen, caps, settings)
    deposits = deposits_of(scan, seen, settings)
    seen = found = with_calcium_edge(seen, deposits, settings)
    drawn = request.outlines.get(line.vessel, ())
    if drawn:
        seen = with_outlines(found, drawn, settings.outline)
        deposits = deposits_of(scan, seen, settings)
    place = at_aorta(beside, scan.volume, whole, physics)
    measures = measures_of(scan, seen, deposits, settings, vessel=line.vessel, branching=place)
    described = describe(
        seen.gaps, measures, target=request.target_lesion.get(line.vessel), settings=settings.lesion
    )
    clinical = request.clinical.of(line.vessel)
    in_stent = clinical.in_stent is Answer.YES
    calls = request.calls.get(line.vessel, {})
    lesions = tuple(
        called(judged(one, seen, spoilt, in_stent=in_stent), calls.get(one.lesion, {}))
        for one in described
    )
    known = lesion_facts(
        lesions, clinical, vessel=line.vessel, calls=calls,
        caps=Source.IMAGE if caps is None else Source.READER,
    )  # fmt: skip
    unseen = NO_OCCLUSION_READ if caps == () else None
    result = VesselResult(
        vessel=line.vessel,
        status="ok",
        length_mm=seen.curve.length_mm,
        centerline=LineFacts(digest=line.digest, points=len(line.points_lps_mm), frame="LPS"),
        calcium=vessel_calcium(calcium_of(scan, seen, measures), seen, spoilt),
        lesions=lesions,
        scores=score_lesions(
            lesions,
            known,
            not_measurable=unseen if physics.contrast else NO_CONTRAST_REASON,
        ),
        clinical=clinical,
        facts=known,
        profile=with_shared(
            without_metal(profile_vessel(seen, measures, lesions), spoilt), whole.frames
        ),
        images=images_of(seen, measures.calcium),
    )
    noticed = vessel_notices(line, seen, lesions, contrast=physics.contrast)
    noticed += caps_notices(line.vessel, own.gaps, caps)
    noticed += outline_notices(line.vessel, drawn, found, seen)
    return result, (*noticed, *artefact_notices(line.vessel, own, seen, spoilt, physics))
