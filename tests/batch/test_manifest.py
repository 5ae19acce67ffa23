"""The manifest: what it may hold, and every fault with its row and column."""

from pathlib import Path

import pytest

from ctocalc.batch.manifest import Manifest, read_manifest
from ctocalc.batch.missing import missing_paths
from ctocalc.errors import Code, SettingsRefused
from ctocalc.files.clinical import Given

HEAD = "case_id,series,centerline,vessel"


def written(folder: Path, *lines: str, newline: str = "\n", mark: str = "") -> Path:
    path = folder / "manifest.csv"
    path.write_bytes((mark + newline.join(lines) + newline).encode())
    return path


def read(folder: Path, *lines: str) -> Manifest:
    return read_manifest(written(folder, *lines))


def faults(folder: Path, *lines: str) -> list[str]:
    with pytest.raises(SettingsRefused) as refused:
        read(folder, *lines)
    assert refused.value.code is Code.MANIFEST_INVALID
    notes = getattr(refused.value, "__notes__", [])
    return [note.removeprefix("MANIFEST_INVALID: ") for note in notes] + [str(refused.value)]


def test_rows_become_cases_in_their_order(tmp_path: Path) -> None:
    found = read(
        tmp_path, HEAD + ",cap,age,prior_attempt,branch,site,phase",
        "b,scan,lad.csv,LAD,\"12,30; 40,50\",61,yes,d1.csv;d2.csv,x,75%",
        "a,other,rca.vtp,RCA,,,,,y,",
        "b,scan,lcx.csv,LCX,,61,unknown,,z,75%",
    )  # fmt: skip
    assert [case.case_id for case in found.cases] == ["b", "a"]
    assert [(row.number, row.case_id, row.vessel) for row in found.rows] == [
        (2, "b", "LAD"), (3, "a", "RCA"), (4, "b", "LCX")
    ]  # fmt: skip
    assert found.passed == ("site",) and [row.passed for row in found.rows] == [
        ("x",), ("y",), ("z",)
    ]  # fmt: skip
    options = found.cases[0].options
    assert options.series == tmp_path / "scan" and options.wanted_phase == "75%"
    assert [line.path for line in options.lines] == [tmp_path / "lad.csv", tmp_path / "lcx.csv"]
    assert [line.path.name for line in options.branches] == ["d1.csv", "d2.csv"]
    assert options.caps_mm == (("LAD", (12.0, 30.0)), ("LAD", (40.0, 50.0)))
    assert options.answers == (
        Given(name="prior_attempt", text="yes", vessel="LAD"),
        Given(name="age", text="61"),
        Given(name="prior_attempt", text="unknown", vessel="LCX"),
    )


@pytest.mark.parametrize("separator", [",", "\t", ";"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_spreadsheets_write_many_dialects(
    tmp_path: Path, separator: str, newline: str, mark: str
) -> None:
    lines = [HEAD, "a,s,l.csv,LAD", ",,,", "b,s,l.csv,RCA"]
    text = [line.replace(",", separator) for line in lines]
    found = read_manifest(written(tmp_path, *text, newline=newline, mark=mark))
    assert [(row.number, row.case_id, row.vessel) for row in found.rows] == [
        (2, "a", "LAD"), (4, "b", "RCA")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("case_id", ""), ("case_id", "a/b"), ("case_id", ".."), ("case_id", ".batch"),
        ("case_id", "stations.tsv"), ("case_id", "x" * 65), ("series", ""), ("centerline", ""),
        ("case_id", "Scores.x"), ("case_id", "A"), ("series", "s\0"), ("centerline", "l\x1b.csv"),
        ("frame", "scanner"), ("phase", "late"), ("cap", "30,12"), ("cap", "a"),
        ("cap", "10,20;19,30"),
        ("target_lesion", "0"), ("whole_tree", "perhaps"),
        ("age", "old"), ("prior_attempt", "maybe"), ("rentrop", "4"),
    ],
)  # fmt: skip
def test_a_fault_names_its_row_and_column(tmp_path: Path, column: str, cell: str) -> None:
    row = {"case_id": "a", "series": "s", "centerline": "l.csv", "vessel": "LAD"}
    header = [*row, *({column} - {*row})]
    good = "\t".join(row.get(name, "") for name in header)
    bad = "\t".join(({"case_id": "b"} | {k: v for k, v in row.items() if k != "case_id"} |
                     {column: cell}).get(name, "") for name in header)  # fmt: skip
    (fault,) = faults(tmp_path, "\t".join(header), good, bad)
    assert fault.startswith(f"row 3, column {column}: ")
    assert not cell or len(cell) < 3 or cell not in fault.partition(": ")[2]


def test_every_fault_is_told_at_once_in_the_order_of_the_rows(tmp_path: Path) -> None:
    found = faults(
        tmp_path, HEAD + ",frame,age", "a,,l.csv,LAD,up,60", "a,s,l.csv,RCA,,61", "b,s,l.csv",
        "c,s,,X,,-1", "d,s,l.csv,LAD,,", "d,s,m.csv,LAD,,",
    )  # fmt: skip
    starts = [
        "row 2, column series: it is empty", "row 2, column frame: expected lps or ras",
        "row 3, column series: a has another one in row 2", "row 3, column frame: a has another",
        "row 3, column age: a has another one in row 2", "row 4: 3 cells",
        "row 5, column centerline: it is empty", "row 5, column age: expected",
        "row 7, column vessel: 2 centerlines are named LAD",
    ]  # fmt: skip
    assert len(found) == len(starts)
    assert all(fault.startswith(start) for fault, start in zip(found, starts, strict=True))


def test_a_faulty_row_hides_no_fault_of_its_case(tmp_path: Path) -> None:
    rows = ("a,s,l.csv,LAD,x", "a,s,l.csv,LCX,", "a,s,m.csv,LCX,")
    found = faults(tmp_path, HEAD + ",target_lesion", *rows)
    starts = ["row 2, column target_lesion: ", "row 4, column vessel: 2 centerlines are named LCX"]
    assert len(found) == len(starts)
    assert all(fault.startswith(start) for fault, start in zip(found, starts, strict=True))


def test_faults_of_the_header_hide_none_of_the_rows(tmp_path: Path) -> None:
    found = faults(tmp_path, "case_id,series,status,age", ",s,,60", "a,s,,x", "b,s", "c,s,,")
    starts = [
        "row 1: there is no column centerline",
        "row 1, column status: ",
        "row 2, column case_id: it is empty",
        "row 3, column age: ",
        "row 4: 2 cells",
    ]
    assert len(found) == len(starts)
    assert all(fault.startswith(start) for fault, start in zip(found, starts, strict=True))


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["case_id,series", "a,s"], "there is no column centerline"),
        (["Case_ID,series,centerline", "a,s,l"], "no column case_id; was Case_ID meant?"),
        ([HEAD + ",", "a,s,l,LAD,"], "column 5 has no name"),
        ([HEAD + ",x,x", "a,s,l,LAD,1,2"], "the name stands there twice"),
        ([HEAD + ",length_mm", "a,s,l,LAD,1"], "has a column of that name"),
        ([HEAD + ",status", "a,s,l,LAD,1"], "has a column of that name"),
        ([HEAD], "no row"),
        (["", ""], "no header"),
        ([HEAD, 'a,s,"l,LAD'], "no CSV or TSV"),
        ([HEAD, "a,s,l.csv,LAD", "a,s,l.csv,LAD"], "row 3, column vessel: 2 centerlines"),
    ],
)
def test_a_table_that_cannot_be_meant_is_refused(
    tmp_path: Path, lines: list[str], words: str
) -> None:
    assert words in faults(tmp_path, *lines)[0]


def test_a_file_that_is_no_text_or_not_there_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone.csv"):
        with pytest.raises(SettingsRefused) as refused:
            read_manifest(path)
        assert str(tmp_path) not in str(refused.value)
    path = written(tmp_path, HEAD)
    path.write_bytes(HEAD.encode("utf-16"))
    with pytest.raises(SettingsRefused, match="UTF-8"):
        read_manifest(path)


def test_a_column_that_may_be_misspelt_is_remarked_on(tmp_path: Path) -> None:
    found = read(tmp_path, HEAD + ",prior_atempt,site", "a,s,l.csv,LAD,yes,x")
    assert found.passed == ("prior_atempt", "site")
    (remark,) = found.remarks
    assert "prior_atempt" in remark and "prior_attempt meant" in remark


def test_paths_that_are_not_there_are_told_by_row_and_column(tmp_path: Path) -> None:
    for name in ("s", "l.csv", "b.csv"):
        (tmp_path / name).touch()
    found = read(
        tmp_path, HEAD + ",branch,mask,review", "a,s,l.csv,LAD,b.csv;b.csv,gone:1,",
        f"b,s,{'n' * 300}.csv,LAD,b.csv; gone,,", "c,gone,l.csv,LAD,,,gone",
    )  # fmt: skip
    told = [one.partition(":")[0] for one in missing_paths(found.rows, tmp_path)]
    assert told == [
        "row 3, column centerline", "row 3, column branch",
        "row 4, column series", "row 4, column review",
    ]  # fmt: skip


def test_thousands_of_rows_are_read(tmp_path: Path) -> None:
    rows = [f"c{n},scan{n // 9},lines/{n}.csv,LAD,yes,{n % 90}" for n in range(10_000)]
    assert len(read(tmp_path, HEAD + ",prior_attempt,age", *rows).cases) == 10_000
