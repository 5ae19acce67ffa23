"""``ctocalc score``: the form on the command line."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner, Result

from ctocalc.cli.score import command
from ctocalc.scores.form import fields
from ctocalc.scores.registry import SYSTEMS

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
    assert "blunt_stump was not given" in done.stdout
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
    for system in SYSTEMS:
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
