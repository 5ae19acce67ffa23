"""Tables of forms: read whole, every fault named, scored row by row."""

import csv
import io
from pathlib import Path

import pytest

from ctocalc.files.form_table import FormTable, read_form_table, scored_table
from ctocalc.scores.registry import EVERYTHING, system
from ctocalc.scores.system import Basis, ScoringSystem, evaluate

CASTLE = system("castle")


def table(
    folder: Path, text: str, *, keep: tuple[str, ...] = (), name: str = "castle"
) -> FormTable:
    path = folder / "items.tsv"
    path.write_text(text, encoding="utf-8")
    return read_form_table(path, system(name), keep=keep)


def scored(read: FormTable) -> list[dict[str, str]]:
    scores = [evaluate(read.system, row.facts, basis=Basis.APPARENT) for row in read.rows]
    return list(csv.DictReader(io.StringIO(scored_table(read, scores)), delimiter="\t"))


@pytest.mark.parametrize("separator", ["\t", ",", ";"])
def test_rows_are_scored_in_order_whatever_separates_them(tmp_path: Path, separator: str) -> None:
    text = "\ufeffcase_id|age|length_mm|tortuosity|blunt_stump|prior_cabg|calcification\r\n" \
           "b|70|20|unseen|YES|yes|yes\r\na|69.9| 19.9 |mild|no|no|no\r\n\r\n"  # fmt: skip
    read = table(tmp_path, text.replace("|", separator))
    assert read.faults == read.remarks == ()
    rows = scored(read)
    assert [(row["case_id"], row["points"], row["group"]) for row in rows] == [
        ("b", "6", ">= 4"), ("a", "0", "0-1"),
    ]  # fmt: skip
    assert [row["published_rate"] for row in rows] == ["0.35", "0.08"]
    assert [row["published_rate_evidence"] for row in rows] == ["R", "R"]
    assert [row["points_image_only"] for row in rows] == ["3", "0"]
    assert rows[0]["age_points"] == "1"
    assert (rows[0]["system"], rows[0]["endpoint"]) == ("castle", "technical failure")


def test_an_empty_cell_is_not_given_and_never_zero(tmp_path: Path) -> None:
    row, = scored(table(tmp_path, "case_id\tage\tblunt_stump\nx\t\tunknown\n"))  # fmt: skip
    assert (row["points"], row["points_low"], row["points_high"]) == ("", "0", "6")
    assert (row["group"], row["published_rate"], row["age_points"]) == ("", "", "")
    assert (row["published_rate_evidence"], row["points_image_only"]) == ("", "")
    assert "age: not given" in row["reason"]


def test_kept_columns_pass_through_and_form_names_may_be_kept(tmp_path: Path) -> None:
    text = "site\tcase_id\tage\tnote\nA\tx\t71\ttwo  words\n"
    row, = scored(table(tmp_path, text, keep=("note", "site", "age")))  # fmt: skip
    assert list(row)[:4] == ["case_id", "site", "age", "note"]
    assert (row["site"], row["age"], row["note"], row["age_points"]) == (
        "A",
        "71",
        "two words",
        "1",
    )


def test_names_of_other_scores_are_left_aside_and_said(tmp_path: Path) -> None:
    read = table(tmp_path, "case_id\tage\tside_branch\tbend_deg\nx\t71\tyes\tanything\n")
    assert read.faults == ()
    assert read.remarks == ("not asked by castle szijgyarto_2019: side_branch, bend_deg",)


def test_cases_in_several_rows_are_scored_each_and_said(tmp_path: Path) -> None:
    ids = ["x", "y", "x", *"abcdef", *"abcdef"]
    read = table(tmp_path, "case_id\tage\n" + "".join(f"{each}\t71\n" for each in ids))
    assert [row["case_id"] for row in scored(read)] == ids
    assert read.remarks == ("in several rows, each scored for itself: x, a, b, c, d ...",)


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", ["the table is empty, or no TSV or CSV"]),
        ("case_id\tage\n", ["the table has a header but no case"]),
        ("age\tlength_mm\n70\t20\n", ["row 1: there is no column case_id"]),
        ("case_id\tlenght_mm\nx\t20\n",
         ["row 1, column lenght_mm: no score asks it; is it length_mm? "
          "(--keep lenght_mm passes it through)"]),
        ("case_id\tage\tage\nx\t1\t2\n", ["row 1, column age: the name stands there twice"]),
        ("case_id\t\tage\nx\t1\t2\n", ["row 1: column 2 has no name"]),
        ("case_id\tage\nx\t70\t9\ny\t71\nz\n",
         ["row 2: 3 cells, but the header has 2", "row 4: 1 cells, but the header has 2"]),
        ("case_id\tage\n\t70\n", ["row 2, column case_id: it is empty"]),
        ("case_id\tage\tlength_mm\tblunt_stump\n\t-1\t20\tblunt\n",
         ["row 2, column case_id: it is empty",
          "row 2, column age: age is '-1'; it takes a number from 0 to 130 or unknown",
          "row 2, column blunt_stump: blunt_stump is 'blunt'; it takes yes, no, unknown"]),
        ("case_id\tage\tlength_mm\tblunt_stump\nx\t-1\t20\tyes\ny\t70\t22,5\tyes\nz\t7\t1\tblunt\n",
         ["row 2, column age: age is '-1'; it takes a number from 0 to 130 or unknown",
          "row 3, column length_mm: length_mm is '22,5'; it takes a number of 0 or more or unknown",
          "row 4, column blunt_stump: blunt_stump is 'blunt'; it takes yes, no, unknown"]),
        ("case_id\tage\tage_years\nx\t70\t71\n",
         ["row 2, column age_years: age_years is answered twice, the second time by age_years"]),
        ('case_id,age\n"x,70\n', ["the table is empty, or no TSV or CSV"]),
    ],
)  # fmt: skip
def test_every_fault_is_named_with_row_and_column(
    tmp_path: Path, text: str, faults: list[str]
) -> None:
    read = table(tmp_path, text)
    assert list(read.faults) == faults
    assert read.rows == ()


def test_what_cannot_be_kept_is_a_fault(tmp_path: Path) -> None:
    read = table(tmp_path, "case_id\tpoints\tage\nx\t3\t70\n", keep=("points", "site"))
    assert list(read.faults) == [
        "row 1: there is no column site to keep",
        "row 1, column points: it cannot be kept, the scored table has a column of that name",
    ]


def test_a_file_that_cannot_be_read_is_a_fault_without_its_path(tmp_path: Path) -> None:
    missing = read_form_table(tmp_path / "none.tsv", CASTLE)
    assert missing.faults == ("the table cannot be read (No such file or directory)",)
    (tmp_path / "x").write_bytes(b"case_id\xff\n")
    assert read_form_table(tmp_path / "x", CASTLE).faults == ("the table is not UTF-8 text",)


@pytest.mark.parametrize("chosen", EVERYTHING, ids=lambda each: f"{each.name}-{each.edition}")
def test_no_column_of_the_scored_table_stands_twice(tmp_path: Path, chosen: ScoringSystem) -> None:
    path = tmp_path / "t.tsv"
    path.write_text("case_id\nx\n", encoding="utf-8")
    read = read_form_table(path, chosen)
    score = evaluate(chosen, read.rows[0].facts, basis=Basis.APPARENT)
    header, row = scored_table(read, [score]).splitlines()
    names = header.split("\t")
    assert len(set(names)) == len(names) == len(row.split("\t"))
