"""``ctocalc scores``: the printed definitions."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner, Result

from ctocalc.cli.scores import command
from ctocalc.scores.registry import EVERYTHING
from ctocalc.scores.rules import Evidence


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def test_every_edition_is_printed_with_rule_points_evidence_and_citation() -> None:
    text = run().stdout
    for system in EVERYTHING:
        assert f"ctocalc score {system.name} --edition {system.edition}" in text
        assert system.citation in text
        for criterion in system.criteria:
            assert f"  {criterion.item}: {criterion.title} [item " in text
    assert "1 if length_mm > 20 mm [rule P]" in text
    assert "1 if length_mm >= 20 mm" in text
    assert "from 3: very difficult, 10% wire crossing within 30 minutes [R]" in text
    assert "U  unconfirmed" in text


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("castle", ["endpoint: technical failure", "from 0: 0-1, 8% technical failure [R]",
                    "from 2: 2-3, no rate printed [R]", "1 if age_years >= 70 years [rule P]",
                    "tortuosity_grade_severe, from tortuosity: no for none, mild, moderate; yes "
                    "for severe, unseen; unknown for unknown"]),
        ("wcto", ["above 2: intermediate, 74.2% antegrade wire crossing [P]",
                  "above 4: high, 42.5% antegrade wire crossing [P]",
                  "1 if rentrop < 2 [rule P]"]),
        ("bcto", ["2 if age_years >= 75 years [rule P]\n    else 1 if age_years >= 60 years"]),
        ("progress", ["no_collaterals: No interventional collaterals",
                      "1 if interventional_collaterals is no [rule P]",
                      "(largest_bend_vessel_deg > 90 deg OR second_bend_vessel_deg > 70 deg)",
                      "largest_bend_vessel_deg > 90 deg [U]"]),
        ("progress_pericardiocentesis", ["not scored if prior_cabg is yes: made without"]),
        ("progress_mortality", ["1 if lvef_percent <= 45 % [rule P]"]),
        ("ct_rector", ["the source also writes '>': exactly there it is borderline"]),
        ("oct_calcium", ["criteria, no total"]),
        ("kcct", ["is borderline: it counts as the value itself says",
                  "A total that cannot be told has a group where both ends"]),
    ],
)  # fmt: skip
def test_what_a_hand_needs_stands_on_the_page(name: str, lines: list[str]) -> None:
    text = run(name).stdout
    for line in [*lines, "How to score", "Add the points of all items"]:
        assert line in text, line


def test_the_list_has_one_line_per_edition() -> None:
    lines = run("--list").stdout.splitlines()
    assert len(lines) == len(EVERYTHING)
    for line, system in zip(lines, EVERYTHING, strict=True):
        assert line.split()[:2] == [system.name, system.edition]
    assert "0 to 6.5 points; antegrade wire crossing" in run("wcto", "--list").stdout


def test_one_system_prints_its_editions_only() -> None:
    records = json.loads(run("ct_rector", "--json").stdout)
    assert [record["edition"] for record in records] == ["opolski_2015", "opolski_2015_entry"]
    assert "kcct" not in run("ct_rector").stdout


def test_every_item_threshold_and_group_carries_its_grade() -> None:
    grades = {grade.value for grade in Evidence}
    for record in json.loads(run("--json").stdout):
        assert record["evidence"] in grades
        for item in record["items"]:
            assert item["evidence"] in grades
            assert all(set(level["threshold_evidence"]) <= grades for level in item["levels"])
        assert all(group["evidence"] in grades for group in record["groups"])


def test_an_unknown_system_is_a_usage_error() -> None:
    done = run("syntax")
    assert done.exit_code == 2
    assert "there are jcto, jcto_ct, ct_rector, kcct" in done.stderr


def test_as_a_process_it_imports_nothing_heavy() -> None:
    code = (
        "import sys; from ctocalc.cli.main import main\n"
        "sys.argv = ['ctocalc', 'scores', 'jcto']\n"
        "try:\n    main()\n"
        "except SystemExit as leaving:\n    assert leaving.code == 0\n"
        "assert not {'numpy', 'scipy', 'pydantic'} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert "Morino" in done.stdout
