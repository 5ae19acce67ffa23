"""One traced vessel: read as it shows and as a reader corrects it, measured, described, scored."""

from ctocalc.errors import Notice
from ctocalc.geometry.curve import Curve, smooth
from ctocalc.image.sections import Sampler
from ctocalc.lesion.describe import describe
from ctocalc.lesion.lesion import Lesion
from ctocalc.lesion.measures import VesselMeasures
from ctocalc.scores.facts import Answer, Source
from ctocalc.study.artefacts import (
    Artefacts,
    artefact_notices,
    artefacts_of,
    judged,
    vessel_calcium,
    without_made,
)
from ctocalc.study.calcium import Scan, calcium_of, deposits_of, measures_of, with_passages
from ctocalc.study.calls import called
from ctocalc.study.outlines import outline_notices, with_outlines
from ctocalc.study.quality import NO_CONTRAST_REASON, caps_notices, vessel_notices
from ctocalc.study.result import LineFacts, VesselResult
from ctocalc.study.scoring import NO_OCCLUSION_READ, lesion_facts, score_lesions
from ctocalc.study.settings import AnalysisSettings, Request
from ctocalc.study.stations import profile_vessel, with_shared, without_calcium_at
from ctocalc.study.summary import images_of
from ctocalc.study.trace import Trace, frames_of, with_calcium_edge, with_caps
from ctocalc.study.tree import at_aorta
from ctocalc.vessel.branching import Branching
from ctocalc.vessel.centerline import Centerline
from ctocalc.vessel.deposits import Deposits


def first_axis(line: Centerline, settings: AnalysisSettings) -> Curve:
    """Return a given line, smoothed, from its first point on."""
    stiffness = settings.axis.stiffness_mm6
    return smooth(line.points_lps_mm, stiffness_mm6=stiffness).from_nearest(line.points_lps_mm[0])


def measure_vessel(
    scan: Scan,
    sampler: Sampler,
    whole: Trace,
    line: Centerline,
    beside: Branching,
    request: Request,
) -> tuple[VesselResult, tuple[Notice, ...]]:
    """Measure and score one vessel; return what is to be noticed of it, too.

    ``whole``: its trace, with what it shares with the vessel it leaves; ``beside``: its branches.
    """
    settings, physics, name = request.settings, scan.physics, line.vessel
    own = with_passages(scan, whole.own, settings)
    spoilt = artefacts_of(sampler, frames_of(first_axis(line, settings), settings), own, physics)
    kept = without_made(own, spoilt)
    found, seen, deposits = _read(scan, kept, name, request)
    place = at_aorta(beside, scan.volume, whole, physics)
    measures = measures_of(scan, seen, deposits, settings, vessel=name, branching=place)
    lesions = _lesions(seen, measures, spoilt, request)
    caps, clinical = request.caps_mm.get(name), request.clinical.of(name)
    known = lesion_facts(
        lesions, clinical, vessel=name, calls=request.calls.get(name, {}),
        caps=Source.IMAGE if caps is None else Source.READER,
    )  # fmt: skip
    unseen = NO_OCCLUSION_READ if caps == () else None
    profile = without_calcium_at(
        profile_vessel(seen, measures, lesions), spoilt.metal | seen.untold
    )
    result = VesselResult(
        vessel=name,
        status="ok",
        length_mm=seen.curve.length_mm,
        centerline=LineFacts(digest=line.digest, points=len(line.points_lps_mm), frame="LPS"),
        calcium=vessel_calcium(calcium_of(scan, seen, measures), seen, spoilt),
        lesions=lesions,
        scores=score_lesions(
            lesions, known, not_measurable=unseen if physics.contrast else NO_CONTRAST_REASON
        ),
        clinical=clinical,
        facts=known,
        profile=with_shared(profile, whole.frames),
        images=images_of(seen, measures.calcium),
    )
    return result, (
        *vessel_notices(line, seen, lesions, contrast=physics.contrast),
        *caps_notices(name, own, seen, caps, contrast=physics.contrast),
        *outline_notices(name, request.outlines.get(name, ()), found, seen),
        *artefact_notices(name, own, kept, spoilt, physics),
    )


def _read(scan: Scan, shown: Trace, vessel: str, request: Request) -> tuple[Trace, Trace, Deposits]:
    """Return the trace with a reader's caps, with the outlines as well, and the calcium there."""
    settings, caps = request.settings, request.caps_mm.get(vessel)
    if caps is not None:
        shown = with_caps(shown, caps, settings, contrast=scan.physics.contrast)
    deposits = deposits_of(scan, shown, settings)
    found = with_calcium_edge(shown, deposits, settings)
    drawn = request.outlines.get(vessel, ())
    if not drawn:
        return found, found, deposits
    seen = with_outlines(found, drawn, settings.outline)
    return found, seen, deposits_of(scan, seen, settings)


def _lesions(
    seen: Trace, measures: VesselMeasures, spoilt: Artefacts, request: Request
) -> tuple[Lesion, ...]:
    """Describe the lesions, with what artefacts hide untold and what a reader called as called."""
    name = measures.vessel
    in_stent = request.clinical.of(name).in_stent is Answer.YES
    described = describe(
        seen.gaps, measures, target=request.target_lesion.get(name),
        settings=request.settings.lesion,
    )  # fmt: skip
    calls = request.calls.get(name, {})
    return tuple(
        called(judged(one, seen, spoilt, in_stent=in_stent), calls.get(one.lesion, {}))
        for one in described
    )
