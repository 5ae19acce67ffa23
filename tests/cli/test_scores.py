"""``ctocalc scores``: the printed definitions."""

import json
import subprocess
import sys
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ctocalc.cli.scores import command
from ctocalc.scores.facts import Answer, Facts
from ctocalc.scores.form import facts_from_form
from ctocalc.scores.registry import SYSTEMS
from ctocalc.scores.system import Basis, ScoringSystem, evaluate


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def test_every_edition_is_printed_with_rule_points_evidence_and_citation() -> None:
    text = run().stdout
    for system in SYSTEMS:
        assert f"--edition {system.edition}" in text
        assert system.citation in text
        for criterion in system.criteria:
            assert criterion.title in text
    assert "1 if length_mm > 20 mm" in text
    assert "1 if length_mm >= 20 mm" in text
    assert "very difficult, 10% reached the endpoint [R]" in text
    assert "U  unconfirmed" in text


def test_one_system_prints_its_editions_only() -> None:
    records = json.loads(run("ct_rector", "--json").stdout)
    assert [record["edition"] for record in records] == ["opolski_2015", "opolski_2015_entry"]
    assert "kcct" not in run("ct_rector").stdout


def test_an_unknown_system_is_a_usage_error() -> None:
    done = run("syntax")
    assert done.exit_code == 2
    assert "there are jcto, jcto_ct, ct_rector, kcct" in done.stderr


def by_hand(clause: dict[str, Any], facts: Facts) -> bool:
    """Score a clause of the printed record, as a reader without the code would."""
    if "all_of" in clause:
        return all(by_hand(part, facts) for part in clause["all_of"])
    if "any_of" in clause:
        return any(by_hand(part, facts) for part in clause["any_of"])
    if "first_given_of" in clause:
        given = [p for p in clause["first_given_of"] if all(facts[f].given for f in used(p))]
        return by_hand(given[0], facts)
    fact, rule = facts[clause["fact"]], clause["rule"]
    if rule["comparator"] == "is":
        return fact.answer is Answer.YES
    if fact.answer is Answer.UNKNOWN:
        return bool(clause["unknown_counts"])
    assert fact.measured is not None
    value = fact.measured.value
    assert value is not None
    return bool(
        value > rule["threshold"] or (rule["comparator"] == ">=" and value == rule["threshold"])
    )


def used(clause: dict[str, Any]) -> list[str]:
    if "fact" in clause:
        return [clause["fact"]]
    return [name for part in next(iter(clause.values())) for name in used(part)]


FORM = {
    "blunt_stump": "yes", "blunt_stump_exit": "no", "calcium_fraction": "0.62",
    "calcium_arc_deg": "200", "bend_deg": "45", "length_mm": "20", "side_branch": "no",
    "multiple_occlusions": "yes", "prior_attempt": "no", "duration_months": "unknown",
}  # fmt: skip


@pytest.mark.parametrize("fraction", ["0.2", "0.62", "0.97"])
@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: str(system.edition))
def test_the_printed_definition_scores_by_hand(system: ScoringSystem, fraction: str) -> None:
    records = json.loads(run(system.name, "--json").stdout)
    record = next(each for each in records if each["edition"] == system.edition)
    entries = FORM | {"calcium_fraction": fraction}
    known = {check.fact for criterion in system.criteria for check in criterion.checks}
    facts = facts_from_form(system, {k: v for k, v in entries.items() if k in known})
    total = 0
    for item in record["items"]:
        levels = [lv["points"] for lv in item["levels"] if by_hand(lv["clause"], facts)]
        total += max(levels, default=0)
    assert total == evaluate(system, facts, basis=Basis.APPARENT).points


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
