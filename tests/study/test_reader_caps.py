"""A reader's caps say where the occlusion is, not what shines in it: contrast is no calcium."""

import re
from functools import cache
from typing import Any

import numpy as np
import pytest

from ctocalc._arrays import Bools, Floats
from ctocalc.errors import Code, SettingsRefused
from ctocalc.files.results import result_record
from ctocalc.files.review import review_from
from ctocalc.image.scan import ScanFacts
from ctocalc.image.volume import Volume
from ctocalc.lesion.lesion import Lesion, StumpCall
from ctocalc.lesion.morphology import NO_SHAPE
from ctocalc.lesion.spread import UNTOLD
from ctocalc.scores.system import Basis
from ctocalc.study.analyse import analyse
from ctocalc.study.result import CaseResult, VesselResult
from ctocalc.study.settings import Request
from ctocalc.vessel.centerline import Centerline
from ctocalc.vessel.profile import COLUMNS, VesselProfile
from tests.measured_tube import line_of
from tests.reviews import edit, review_of
from tests.tube import SPACING, Path, gap, scan, vessel

PATH = Path(length_mm=46.0)
Caps = tuple[tuple[float, float], ...]
CALCIUM = [spec.name for spec in COLUMNS if spec.name.startswith("calcium")]
CAP_ZONE_MM = 1.0


def half_moon(s: Floats, u: Floats, v: Floats) -> Floats:
    r, angle = np.hypot(u, v), np.degrees(np.abs(np.arctan2(v, u)))
    return np.asarray(900.0 * ((np.abs(s - 23) < 4) & (r > 0.5) & (r < 1.7) & (angle < 100)))


def with_island(s: Floats) -> Floats:
    return np.asarray(2.8 * ((s < 13.0) | ((s > 20.0) & (s < 23.0)) | (s > 31.0)))


def two(s: Floats) -> Floats:
    return np.asarray(2.8 * ((s < 9.0) | ((s > 15.0) & (s < 25.0)) | (s > 33.0)))


MADE: dict[str, dict[str, Any]] = {
    "calcified": {"diameter": gap(13.0, 31.0), "calcium": half_moon},
    "plain": {"diameter": gap(13.0, 31.0)},
    "island": {"diameter": with_island},
    "two": {"diameter": two},
    "non-contrast": {"diameter": 2.8, "lumen_hu": 45.0, "calcium": half_moon},
}


@cache
def volume(name: str) -> Volume:
    return scan(PATH, vessel(**MADE[name]), noise_hu=25.0)


@cache
def result(name: str, caps: Caps | None = None, stump: str | None = None) -> CaseResult:
    request = Request(
        case_id="a",
        caps_mm={} if caps is None else {"RCA": caps},
        calls={"RCA": {1: {"proximal_stump": stump}}} if stump else {},
    )
    facts = ScanFacts(spacing_kji_mm=SPACING, slices=volume(name).grid.shape_kji[0], kvp=120.0)
    line = Centerline(points_lps_mm=line_of(PATH, off_mm=0.3), vessel="RCA", digest="cd" * 32)
    return analyse(volume(name), facts, (line,), request=request, inputs=())


def measured(name: str, caps: Caps | None = None) -> VesselResult:
    return result(name, caps).vessels[0]


def lesion(name: str, caps: Caps | None = None) -> Lesion:
    return measured(name, caps).lesions[0]


def rows(of: VesselResult) -> VesselProfile:
    assert of.profile is not None
    return of.profile


def calcium(of: VesselResult) -> Floats:
    return np.stack([rows(of).column(name) for name in CALCIUM], axis=1)


def ends(name: str) -> tuple[float, float]:
    return lesion(name).start_mm, lesion(name).end_mm


def between(name: str, low_mm: float, high_mm: float) -> Bools:
    s = rows(measured(name)).frames.arclength_mm
    return np.asarray((s >= low_mm) & (s <= high_mm))


@pytest.mark.parametrize("name", ["calcified", "plain"])
@pytest.mark.parametrize(("entry_mm", "exit_mm"), [(-2.5, 0.0), (0.0, 2.3), (-3.0, 4.0)])
def test_caps_moved_into_contrast_leave_it_untold_and_all_else_as_it_was(
    name: str, entry_mm: float, exit_mm: float
) -> None:
    start, end = ends(name)
    caps = ((start + entry_mm, end + exit_mm),)
    before, after = measured(name), measured(name, caps)
    told = np.isfinite(calcium(after)[:, CALCIUM.index("calcium_fraction")])
    beside = between(name, start + entry_mm, start - CAP_ZONE_MM)
    beside |= between(name, end + CAP_ZONE_MM, end + exit_mm)
    assert not told[beside].any()
    assert told[~between(name, *caps[0])].all()
    assert told[between(name, start, end)].all()
    np.testing.assert_array_equal(calcium(after)[told], calcium(before)[told])
    assert np.isnan(calcium(after)[~told]).all()
    noted = next(n.message for n in result(name, caps).quality if n.code is Code.READER_CAPS)
    assert f"Contrast shows along {(~told).sum() * 0.5:.1f} mm" in noted


def test_what_is_told_of_a_calcified_lesion_is_a_lower_bound() -> None:
    start, end = ends("calcified")
    before, after = lesion("calcified"), lesion("calcified", ((start, end + 2.3),))
    for name in (
        "max_calcium_fraction", "max_calcium_fraction_apparent", "max_calcium_arc_deg",
        "max_calcium_arc_largest_deg", "calcium_length_mm",
    ):  # fmt: skip
        one, two = getattr(before, name), getattr(after, name)
        assert (two.value, two.low, two.at_mm) == (one.value, one.low, one.at_mm), name
        assert (two.high, two.reason) == (None, UNTOLD), name
    assert after.calcium_volume_mm3.value == pytest.approx(before.calcium_volume_mm3.value)
    assert after.calcium_volume_mm3.high is None
    assert before.calcification.present is after.calcification.present is True
    assert before.full_moon.present is False
    assert (after.full_moon.present, after.full_moon.reason) == (None, UNTOLD)
    region = after.calcium_by_region.distal_cap.max_calcium_fraction
    assert (region.value, region.reason) == (None, UNTOLD)


def test_without_other_calcium_nothing_is_told_and_no_zero() -> None:
    start, end = ends("plain")
    caps = ((start, end + 2.3),)
    found = lesion("plain", caps)
    for name in ("max_calcium_fraction", "max_calcium_arc_deg", "calcium_length_mm",
                 "max_arc_where_half_calcified_deg", "calcium_share_of_length",
                 "longest_arc_over_270_mm"):  # fmt: skip
        told = getattr(found, name)
        assert (told.value, told.high, told.reason) == (None, None, UNTOLD), name
    assert found.calcification.present is None
    answers = {
        one.item: one.present
        for row in measured("plain", caps).scores
        if row.score.system.name == "ct_rector" and row.score.basis is Basis.CORRECTED
        for one in row.score.findings
    }
    assert answers["calcification"] is None
    assert answers["multiple_occlusions"] is False


def test_caps_moved_inwards_change_no_calcium_and_show_no_lumen() -> None:
    start, end = ends("calcified")
    caps = ((start + 2.0, end - 6.0),)
    before, after = measured("calcified"), measured("calcified", caps)
    np.testing.assert_array_equal(calcium(after), calcium(before))
    assert after.calcium == before.calcium
    opened = between("calcified", start, end) & ~between("calcified", *caps[0])
    area = rows(after).column("lumen_area_mm2")
    assert np.isnan(area[opened]).all()
    assert (area[between("calcified", *caps[0])] == 0.0).all()
    noted = next(n.message for n in result("calcified", caps).quality if n.code is Code.READER_CAPS)
    assert f"No lumen shows along {opened.sum() * 0.5:.1f} mm" in noted


def test_no_occlusion_at_all_leaves_the_calcium_as_it_was() -> None:
    assert measured("calcified", ()).lesions == ()
    assert measured("calcified", ()).calcium == measured("calcified").calcium


def test_caps_left_where_they_are_change_no_calcium() -> None:
    caps = (ends("calcified"),)
    np.testing.assert_array_equal(
        calcium(measured("calcified", caps)), calcium(measured("calcified"))
    )
    assert (
        lesion("calcified", caps).max_calcium_fraction == lesion("calcified").max_calcium_fraction
    )


def test_an_island_between_a_readers_caps_stays_an_island_and_no_calcium() -> None:
    (part,) = lesion("island").occlusions
    assert len(part.islands) == 1
    start, end = ends("island")
    moved = lesion("island", ((start + 0.4, end),))
    assert moved.occlusions[0].islands == part.islands
    assert moved.max_calcium_fraction.value == 0.0
    assert moved.calcification.present is False


def test_two_occlusions_of_a_reader_are_two_however_near() -> None:
    (lesion,) = measured("island", ((13.0, 20.0), (23.0, 31.0))).lesions
    lengths = [part.length_mm for part in lesion.occlusions]
    assert [(each.low, each.value, each.high) for each in lengths] == [(7.0,) * 3, (8.0,) * 3]


def test_contrast_between_two_occlusions_that_a_reader_joins_is_untold() -> None:
    first, second = lesion("two").occlusions
    caps = ((first.start_mm, second.end_mm),)
    told = np.isfinite(rows(measured("two", caps)).column("calcium_fraction"))
    middle = between("two", first.end_mm + CAP_ZONE_MM, second.start_mm - CAP_ZONE_MM)
    assert middle.sum() > 12
    assert not told[middle].any()
    assert lesion("two", caps).max_calcium_fraction.value is None


def test_without_contrast_only_the_reader_calls_a_stump() -> None:
    caps = ((13.0, 31.0),)
    found = lesion("non-contrast", caps)
    for stump in (found.proximal_stump, found.distal_stump):
        assert (stump.call, stump.p_blunt, stump.borderline) == (None, None, False)
        assert stump.reason == stump.taper_mm.reason == NO_SHAPE
    assert found.length_mm.value == pytest.approx(18.0)
    assert found.length_tip_mm.value is None
    assert found.length_1mm_mm.value is None
    assert found.max_calcium_fraction.value is not None
    assert found.max_calcium_fraction.high is not None
    called = result("non-contrast", caps, "tapered").vessels[0].lesions[0]
    assert called.proximal_stump.call is StumpCall.TAPERED
    assert called.distal_stump.call is None


def test_a_cap_on_a_station_leaves_the_zone_behind_it_told() -> None:
    s = rows(measured("plain")).frames.arclength_mm
    start, end = ends("plain")
    on = float(s[np.argmin(np.abs(s - end - 4.0))])
    landing = lesion("plain", ((start, on),)).distal_landing
    assert landing.start_mm == on
    assert landing.calcium_free_mm.value is not None
    assert landing.calcium_free_mm.value > 5.0
    assert landing.diseased.present is not None


def sentences(record: Any) -> list[str]:
    """Return every reason, message and note of a result, however deep."""
    if isinstance(record, list):
        return [text for part in record for text in sentences(part)]
    if not isinstance(record, dict):
        return []
    own = [record[k] for k in ("reason", "message", "segment_reason") if record.get(k)]
    return [*own, *(record.get("notes") or []), *sentences(list(record.values()))]


@pytest.mark.parametrize(
    ("name", "caps"), [("calcified", None), ("plain", ((10.0, 35.0),)), ("non-contrast", None),
                       ("non-contrast", ((13.0, 31.0),))],
)  # fmt: skip
def test_reasons_are_sentences_without_machine_names(name: str, caps: Caps | None) -> None:
    told = set(sentences(result_record(result(name, caps))))
    assert len(told) > 3
    assert {text for text in told if re.search("[a-z]_[a-z0-9]", text)} == set()


@pytest.mark.parametrize("pairs", [[[30.0, 14.0]], [[14.0, 14.0]], [[5.0, 20.0], [18.0, 30.0]]])
def test_an_exit_before_its_entry_and_occlusions_that_overlap_are_refused(pairs: Any) -> None:
    content = review_of(result("plain"), edit("occlusions", pairs, [], vessel="RCA"))
    with pytest.raises(
        SettingsRefused, match="entry before exit, proximal first, none overlapping"
    ):
        review_from(content)
