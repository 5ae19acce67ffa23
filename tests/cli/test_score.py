"""``ctocalc score``: the form on the command line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ctocalc.cli.score import command
from ctocalc.errors import OutputFailed
from ctocalc.scores.form import fields
from ctocalc.scores.registry import EVERYTHING
from ctocalc.scores.system import ScoringSystem

COMPOSITE = [
    "--blunt-stump", "yes", "--bend-deg", "50", "--prior-attempt", "no",
    "--duration-months", "14",
]  # fmt: skip


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


@pytest.mark.parametrize(
    ("arguments", "points", "group"),
    [
        (["jcto", "--length-mm", "22", "--calcification", "yes"], 4, "very difficult"),
        (["jcto_ct", "--length-mm", "22", "--calcium-fraction", "0.62"], 4, "very difficult"),
        (["jcto_ct", "--edition", "li_2015", "--length-mm", "22", "--calcium-fraction", "0.62"],
         4, "very difficult"),
        (["ct_rector", "--calcium-fraction", "0.62", "--multiple-occlusions", "no"], 4,
         "very difficult"),
        (["kcct", "--length-mm", "22", "--calcium-fraction", "0.62", "--calcium-arc-deg", "200",
          "--side-branch", "no"],
         5, ">= 4"),
    ],
)  # fmt: skip
def test_the_composite_case_in_json(arguments: list[str], points: int, group: str) -> None:
    done = run(*arguments, *COMPOSITE, "--json")
    assert done.exit_code == 0
    score = json.loads(done.stdout)
    assert (score["points"], score["points_low"], score["points_high"]) == (points,) * 3
    assert (score["group"], score["lesion"], score["basis"]) == (group, None, "apparent")
    assert any("assumed" in note for note in score["notes"])
    assert done.stderr == ""


def test_a_page_tells_answer_rule_points_evidence_and_purpose() -> None:
    done = run("jcto", *COMPOSITE, "--length-mm", "22", "--calcification", "yes")
    text = done.stdout
    assert "22 mm: yes" in text
    assert ">= 20 mm" in text
    assert "total: 4 of 5" in text
    assert "10% wire crossing within 30 minutes (evidence R" in text
    assert "assumed" in text
    assert text.rstrip().endswith("Research use; recommends no treatment.")


def test_what_is_not_given_makes_an_interval() -> None:
    done = run("kcct", "--length-mm", "22", "--duration-months", "unknown")
    assert "total: 2 to 8 of 8" in done.stdout
    assert "group: cannot be told" in done.stdout
    assert "published rate" not in done.stdout
    assert "blunt stump: not given" in done.stdout
    score = json.loads(run("kcct", "--json").stdout)
    assert (score["points"], score["points_low"], score["points_high"]) == (None, 0, 8)
    assert score["published_rate"] is None


def test_no_rate_on_the_corrected_basis() -> None:
    arguments = ["ct_rector", "--calcium-fraction", "0.62", "--multiple-occlusions", "no"]
    apparent = json.loads(run(*arguments, *COMPOSITE, "--json").stdout)
    corrected = json.loads(run(*arguments, *COMPOSITE, "--json", "--basis", "corrected").stdout)
    assert (apparent["published_rate"], apparent["published_rate_evidence"]) == (0.22, "S")
    assert (corrected["points"], corrected["published_rate"]) == (4, None)


def test_a_young_occlusion_is_flagged() -> None:
    assert "not CTO by definition" in run("jcto", "--duration-months", "2").stdout
    assert "not CTO by definition" not in run("jcto", "--duration-months", "4").stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["jcto", "--side-branch", "yes"], "does not use --side-branch; it uses --blunt-stump,"),
        (["ct_rector", "--length-mm", "20"], "does not use --length-mm"),
        (["jcto", "--length-mm", "-3"], "--length-mm is '-3'; it takes a number of 0 or more"),
        (["ora", "--rentrop", "1.5"], "it takes a whole number from 0 to 3 or unknown"),
        (["castle", "--age", "old"], "--age is 'old'; it takes a number from 0 to 130"),
        (["castle", "--age", "70", "--age-years", "70"], "answered twice"),
        (["castle", "--tortuosity", "bad"], "none, mild, moderate, severe, unseen, unknown, yes"),
        (["bcto", "--sex", "x"], "--sex is 'x'; it takes female, male, unknown"),
        (["jcto", "--out", "x.tsv"], "belong to --table"),
        (["jcto", "--table", "x.tsv", "--length-mm", "3"], "takes the answers from the table"),
        (["jcto", "--table", "x.tsv", "--json"], "prints a table"),
        (["jcto", "--table", "x.tsv", "--out", "./x.tsv"], "would replace the table"),
        (["jcto_ct", "--calcium-fraction", "1.2"], "takes a number from 0 to 1"),
        (["jcto_ct", "--length", "yes", "--length-mm", "3"], "--length is answered twice"),
        (["jcto", "--blunt-stump", "perhaps"], "takes yes, no, unknown"),
        (["euroscore"], "there are jcto, jcto_ct, ct_rector, kcct"),
        (["jcto", "--edition", "li_2015"], "there are morino_2011"),
        ([], "Missing argument 'SYSTEM'"),
        (["jcto", "--basis", "guess"], "is not one of"),
    ],
)
def test_usage_errors_are_sentences_with_exit_code_2(arguments: list[str], words: str) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert words in " ".join(done.stderr.split())


def test_every_field_of_every_form_is_an_option() -> None:
    offered = {name for option in command.params for name in option.opts}
    for system in EVERYTHING:
        for field in fields(system):
            assert f"--{field.replace('_', '-')}" in offered


def test_as_a_process_it_is_light_and_answers_on_stdout() -> None:
    code = (
        "import sys; from ctocalc.cli.main import main\n"
        "sys.argv = ['ctocalc', 'score', 'jcto', '--blunt-stump', 'yes', '--json']\n"
        "try:\n    main()\n"
        "except SystemExit as leaving:\n    assert leaving.code == 0\n"
        "assert 'numpy' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert json.loads(done.stdout)["points_low"] == 1
    assert done.stderr == ""


def test_the_options_of_analyze_work_on_the_form() -> None:
    done = run(
        "castle", "--age", "70", "--prior-cabg", "no", "--tortuosity", "unseen",
        "--calcification-grade", "mild", "--length", "no", "--blunt-stump", "no", "--json",
    )  # fmt: skip
    score = json.loads(done.stdout)
    assert (score["points"], score["group"], score["published_rate"]) == (2, "2-3", None)
    by_item = {item["item"]: item["points"] for item in score["items"]}
    assert (by_item["age"], by_item["tortuosity"], by_item["calcification"]) == (1, 1, 0)
    sex = json.loads(run("bcto", "--sex", "male", "--age", "60", "--json").stdout)
    assert (sex["points_low"], sex["points_high"]) == (1, 8)
    named = json.loads(run("progress", "--collaterals", "no", "--json").stdout)
    assert named["points_low"] == 1


@pytest.mark.parametrize("system", EVERYTHING, ids=lambda each: f"{each.name}-{each.edition}")
def test_every_system_answers_an_empty_form(system: ScoringSystem) -> None:
    arguments = [system.name, "--edition", system.edition]
    score = json.loads(run(*arguments, "--json").stdout)
    assert (score["points"], score["edition"]) == (None, system.edition)
    assert [item["points"] for item in score["items"]] == [None] * len(system.criteria)
    page = run(*arguments).stdout
    assert ("no total is given" in page) is not system.adds_up
    assert (f"0 to {system.most_points:g} of {system.most_points:g}" in page) is system.adds_up


def test_a_patient_who_was_left_out_has_no_score_and_the_page_says_why() -> None:
    page = run("progress_pericardiocentesis", "--prior-cabg", "yes").stdout
    assert "no score: made without patients who had bypass surgery" in page
    assert "total" not in page.replace("total occlusion", "")


def test_a_table_is_scored_to_stdout_or_to_a_file(tmp_path: Path) -> None:
    table, out = tmp_path / "t.csv", tmp_path / "out.tsv"
    table.write_text("case_id,age,ostial,rentrop,site,bend_deg\nx,75,yes,1,A,50\n")
    done = run("ora", "--table", str(table), "--keep", "site")
    assert (done.exit_code, done.stderr) == (0, "not asked by ora galassi_2016: bend_deg\n")
    header, row = (line.split("\t") for line in done.stdout.splitlines())
    cells = dict(zip(header, row, strict=True))
    assert (cells["case_id"], cells["site"], cells["points"]) == ("x", "A", "4")
    assert (cells["group"], cells["published_rate"]) == ("very difficult", "")
    assert "assumed" in cells["notes"]
    quiet = run("ora", "--table", str(table), "--keep", "site", "--out", str(out))
    assert quiet.stdout == ""
    assert out.read_text() == done.stdout


def test_a_bad_table_writes_nothing_and_leaves_with_3(tmp_path: Path) -> None:
    table, out = tmp_path / "t.tsv", tmp_path / "out.tsv"
    table.write_text("case_id\tage\nx\t75\ny\told\nz\t-1\n")
    done = run("ora", "--table", str(table), "--out", str(out))
    assert (done.exit_code, done.stdout, out.exists()) == (3, "", False)
    assert [line.split(":")[:2] for line in done.stderr.splitlines()] == [
        ["MANIFEST_INVALID", " row 3, column age"], ["MANIFEST_INVALID", " row 4, column age"],
    ]  # fmt: skip


def test_a_file_that_cannot_be_written_is_an_output_fault(tmp_path: Path) -> None:
    table = tmp_path / "t.tsv"
    table.write_text("case_id\tage\nx\t75\n")
    done = run("ora", "--table", str(table), "--out", str(tmp_path / "none" / "out.tsv"))
    assert isinstance(done.exception, OutputFailed)
    assert str(tmp_path) not in str(done.exception)
