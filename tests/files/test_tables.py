"""Tables: what is written reads back equal, and the sidecar describes every column."""

import csv
import io
import json
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from ctocalc.files.meanings import LESION_HEAD, LESION_MEASURES, LESION_TAIL
from ctocalc.files.results import case_files, result_record
from ctocalc.files.tables import Table, case_tables, cell_text
from ctocalc.lesion.lesion import Lesion
from ctocalc.study.result import CaseResult
from ctocalc.vessel.profile import COLUMNS
from tests.case_results import STATIONS, case_result

NAMES = ("stations", "lesions", "scores", "vessels")
STATION_COLUMNS = (
    "vessel station arclength_mm x_lps_mm y_lps_mm z_lps_mm tangent_x tangent_y tangent_z "
    "normal_x normal_y normal_z lesion occluded lumen_hu lumen_area_mm2 wall_area_mm2 wall_source "
    "calcium_area_mm2 calcium_fraction calcium_fraction_low calcium_fraction_high "
    "calcium_fraction_apparent stenosis_percent calcium_arc_deg calcium_arc_largest_deg "
    "calcium_arc_enclosing_deg calcium_thickness_mm calcium_density_mgcc "
    # Beyond the published ones: intervals.
    "lumen_area_mm2_low lumen_area_mm2_high wall_area_mm2_low wall_area_mm2_high "
    "calcium_area_mm2_low calcium_area_mm2_high "
    "calcium_fraction_apparent_low calcium_fraction_apparent_high "
    "calcium_arc_deg_low calcium_arc_deg_high "
    "calcium_arc_largest_deg_low calcium_arc_largest_deg_high "
    "calcium_thickness_mm_low calcium_thickness_mm_high "
    "calcium_density_mgcc_low calcium_density_mgcc_high"
)
READERS: dict[str, Any] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": {"true": True, "false": False}.__getitem__,
}


def read(name: str, result: CaseResult | None = None) -> list[dict[str, Any]]:
    """Return the rows of a table as its sidecar says; None for an empty cell."""
    files = case_files(result or case_result())
    meanings = json.loads(files[f"{name}.json"])
    rows = csv.DictReader(
        io.StringIO(files[f"{name}.tsv"].decode()), delimiter="\t", quoting=csv.QUOTE_NONE
    )
    return [
        {key: READERS[meanings[key]["type"]](text) if text else None for key, text in row.items()}
        for row in rows
    ]


@pytest.mark.parametrize("name", NAMES)
def test_the_sidecar_describes_the_columns_one_by_one(name: str) -> None:
    files = case_files(case_result())
    header = files[f"{name}.tsv"].decode().splitlines()[0].split("\t")
    meanings = json.loads(files[f"{name}.json"])
    assert list(meanings) == header
    assert len(set(header)) == len(header)
    for column in meanings.values():
        assert set(column) == {"type", "unit", "range", "meaning"}
        assert column["meaning"].endswith(".")


@pytest.mark.parametrize("name", NAMES)
def test_a_unit_in_a_name_is_the_unit_of_the_column(name: str) -> None:
    units = {"_mm": "mm", "_mm2": "mm2", "_mm3": "mm3", "_deg": "deg", "_hu": "[hnsf'U]"}
    units |= {"_mg": "mg", "_mgcc": "mg/cm3", "_percent": "%", "_fraction": "1"}
    for table in case_tables(case_result()):
        for column in table.columns if table.name == name else ():
            for end, unit in units.items():
                assert not column.name.endswith(end) or column.unit == unit, column.name


@pytest.mark.parametrize("name", NAMES)
def test_a_table_without_rows_keeps_its_header(name: str) -> None:
    full = case_files(case_result())
    bare = case_files(replace(case_result(), vessels=()))
    assert bare[f"{name}.tsv"] == full[f"{name}.tsv"].splitlines(keepends=True)[0]
    assert bare[f"{name}.json"] == full[f"{name}.json"]


def test_stations_have_the_published_columns_and_exact_values() -> None:
    result = case_result()
    rows = read("stations", result)
    assert list(rows[0]) == STATION_COLUMNS.split()
    assert len(rows) == 2 * STATIONS
    profile = result.vessels[0].profile
    assert profile is not None
    for n, row in enumerate(rows[:STATIONS]):
        assert (row["vessel"], row["station"]) == ("LAD", n)
        assert row["x_lps_mm"] == 1 / 3 and row["arclength_mm"] == profile.frames.arclength_mm[n]
        for spec in COLUMNS:
            value = profile.column(spec.name)[n]
            assert row[spec.name] == (None if np.isnan(value) else value)
    assert [row["lesion"] for row in rows[:STATIONS]] == [None, None, 1, 1, 1, None, None]
    assert [row["occluded"] for row in rows[:3]] == [False, False, True]
    assert rows[2]["calcium_area_mm2"] is None, "NaN is an empty cell, not a zero"


def test_without_a_lumen_nobody_knows_what_is_occluded() -> None:
    result = case_result()
    lad = result.vessels[0]
    assert lad.profile is not None
    values = lad.profile.values.copy()
    values[:, [spec.name == "lumen_area_mm2" for spec in COLUMNS]] = np.nan
    blind = replace(lad, profile=replace(lad.profile, values=values))
    rows = read("stations", replace(result, vessels=(blind,)))
    assert {row["occluded"] for row in rows} == {None}


def test_lesions_say_what_the_result_says() -> None:
    (row,) = read("lesions")
    lesion = result_record(case_result())["vessels"][0]["lesions"][0]
    compared = 0
    for name, value in lesion.items():
        if isinstance(value, dict) and "unit" in value:
            for part in ("low", "high", "at_mm", "reason"):
                assert row.get(f"{name}_{part}") == value.get(part), (name, part)
            assert row[name] == value["value"]
            compared += 1
    assert compared == 27
    assert row["start_y_lps_mm"] == 2.0 and row["occlusions"] == 1
    assert (row["full_moon"], row["full_moon_value"]) == (False, 0.62)
    assert (row["proximal_stump"], row["proximal_stump_taper_mm_high"]) == ("blunt", 1.6)
    assert (row["distal_stump"], row["distal_stump_p_blunt"]) == (None, None)
    assert row["distal_third_max_calcium_arc_deg"] == 100 * (1 / 3)
    assert row["segment"] is None
    assert row["gap_mm"] == "6.0; 8.5"
    assert (row["bends_vessel"], row["bends_proximal"], row["side_branches"]) == (1, 0, 1)
    assert (row["distal_landing_diseased"], row["distal_landing_min_diameter_mm"]) == (False, 2.2)
    assert row["distal_landing_largest_stenosis_percent_at_mm"] == 12.5
    assert row["hu_350_max_calcium_fraction"] == 0.8
    assert row["half_maximum_max_calcium_area_mm2"] == 7 * 0.6


def test_no_field_of_a_lesion_is_forgotten() -> None:
    described = {field.name for field in (*LESION_HEAD, *LESION_MEASURES, *LESION_TAIL)}
    nested = {"occlusions", "calcium_by_region", "calcium_by_protocol", "distal_landing",
              "optimal_view"}  # fmt: skip
    assert described | nested == {field.name for field in fields(Lesion)}
    assert not described & nested


def test_scores_have_a_row_per_item_and_a_total() -> None:
    rows = read("scores")
    for vessel in result_record(case_result())["vessels"]:
        for score in vessel["scores"]:
            key = (vessel["vessel"], score["system"], score["edition"])
            mine = [r for r in rows if (r["vessel"], r["system"], r["edition"]) == key]
            assert [r["item"] for r in mine] == [i["item"] for i in score["items"]] + [None]
            assert [r["points"] for r in mine[:-1]] == [i["points"] for i in score["items"]]
            assert {r["lesion"] for r in mine} == {score["lesion"]}
            total = mine[-1]
            for name in (
                "points", "points_low", "points_high", "group", "reason", "citation",
                "published_rate", "published_rate_evidence",
            ):  # fmt: skip
                assert total[name] == score[name]
            graded = [r["threshold_evidence"] for r in mine[:-1]]
            assert graded == [i["rule"]["evidence"] for i in score["items"]]
            assert total["notes"] == ("; ".join(score["notes"]) or None)
    length = next(r for r in rows if r["item"] == "length" and r["edition"] == "fujino_2018")
    assert (length["comparator"], length["threshold"], length["unit"]) == (">", 20.0, "mm")
    assert (length["value"], length["low"], length["high"]) == (20.5, 19.0, 22.0)
    assert length["borderline"] is True and length["source"] == "image"
    blunt = next(r for r in rows if r["item"] == "blunt_stump")
    assert (blunt["points"], blunt["present"], blunt["threshold"]) == (None, None, None)
    assert (blunt["points_low"], blunt["points_high"]) == (0, 1), "not given is an interval"


def test_vessels_have_a_row_each_refused_ones_too() -> None:
    lad, rca, lcx = read("vessels")
    assert (lad["lesions"], rca["lesions"], lcx["lesions"]) == (1, 0, None)
    assert lad["calcium_volume_mm3"] == 20.0 and lad["plaques"] == 1
    assert lad["agatston"] is None and lad["agatston_reason"] == "contrast-enhanced"
    assert (lcx["status"], lcx["code"]) == ("refused", "CENTERLINE_OUTSIDE_IMAGE")
    assert lcx["calcium_mass_mg"] is None and lcx["length_mm"] is None


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""), (float("nan"), ""), (0.0, "0.0"), (0.1 + 0.2, "0.30000000000000004"),
        (np.float64(1.5), "1.5"), (3, "3"), (True, "true"), ("a\tb\nc", "a b c"),
    ],
)  # fmt: skip
def test_cells(cell: Any, text: str) -> None:
    assert cell_text(cell) == text


def test_a_row_of_another_length_than_the_header_is_a_fault() -> None:
    table = case_tables(case_result())[0]
    with pytest.raises(ValueError, match="differ in length"):
        Table(name="stations", columns=table.columns, rows=(("LAD",),))
