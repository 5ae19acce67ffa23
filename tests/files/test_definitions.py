"""``definitions.md`` says what the tables say."""

from itertools import pairwise

from ctocalc.files.definitions import definitions_markdown
from ctocalc.scores.registry import ANALOGUES, SYSTEMS
from ctocalc.scores.words import clause_words


def test_every_rule_grade_and_setting_stands_in_the_text() -> None:
    text = definitions_markdown(SYSTEMS, {"side_branch_mm": 3.0, "protocol": "350 HU | local"})
    for system in (*SYSTEMS, *ANALOGUES):
        assert f"edition `{system.edition}`" in text
        for criterion in system.criteria:
            for level in criterion.levels:
                words = clause_words(level.clause)
                assert f"| {criterion.item} | {level.points:g} | {words} |" in text
        assert all(f"| {g.comparator} {g.lower:g} | {g.name} |" in text for g in system.groups)
    assert "| > 2 | intermediate | 74.2% | P |" in text
    assert "Not scored if prior_cabg is yes" in text
    assert "- tortuosity_grade_severe, from tortuosity: no for none, mild, moderate; yes" in text
    assert "| `side_branch_mm` | 3.0 |" in text
    assert r"350 HU \| local" in text
    assert "recommends no treatment" in text


def test_tables_have_as_many_cells_as_heads() -> None:
    lines = definitions_markdown(SYSTEMS, {}).splitlines()
    assert "Settings" not in "\n".join(lines)
    for before, line in pairwise(lines):
        if before.startswith("|") and line.startswith("|"):
            assert before.count(" |") == line.count(" |")
