"""The items of one score in a few lines: what was found, the rule, the points, what is open."""

from collections.abc import Iterator

from ctocalc.cli.amounts import told
from ctocalc.scores.criterion import Finding
from ctocalc.scores.facts import Source
from ctocalc.scores.rules import Comparator
from ctocalc.scores.system import Score
from ctocalc.scores.terms import term
from ctocalc.scores.words import rule_words, span

BORDERLINE, OPEN = "~", "?"
LEGEND = (
    f"{BORDERLINE} borderline   {OPEN} not given, or cannot be told",
    "Points: best call (fewest to most). All items: scores.tsv.",
)


def score_items(score: Score) -> Iterator[str]:
    """Yield the total with what would move it, then one line per item."""
    total = span(score.points, score.points_low, score.points_high)
    group = f", {score.group}" if score.group else ""
    moving = [term(f.item) for f in score.findings if f.points_low < f.points_high]
    moved = f"; moved by {', '.join(moving)}" if moving else ""
    head = f"{score.title}, {score.basis.value}: {total} of {score.system.most_points:g}"
    yield head + group + moved
    rows = [_row(finding) for finding in score.findings]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        yield f"  {'  '.join(cells)}".rstrip()


def _row(finding: Finding) -> tuple[str, str, str, str]:
    mark = BORDERLINE if finding.borderline else OPEN if finding.points is None else " "
    points = span(finding.points, finding.points_low, finding.points_high)
    return f"{mark} {term(finding.item)}", *_found(finding), points


def _found(finding: Finding) -> tuple[str, str]:
    """Return what was found and the number it was held against; yes and no need none."""
    if finding.present is None and finding.source is Source.NOT_GIVEN:
        return "not given", ""
    measured = finding.measured
    if finding.rule.comparator is Comparator.IS or measured is None:
        return {True: "yes", False: "no", None: "cannot be told"}[finding.present], ""
    amount = "cannot be told" if measured.value is None else told(measured)
    return amount, rule_words(finding.rule)
