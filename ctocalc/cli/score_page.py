"""A score as a page for people."""

from ctocalc.scores.criterion import Finding
from ctocalc.scores.logic import Condition
from ctocalc.scores.system import Score
from ctocalc.scores.words import amount, rate_words, rule_words, span

RESEARCH = "Research use; recommends no treatment."
YES_NO = {True: "yes", False: "no", None: "cannot tell"}


def score_page(score: Score) -> str:
    """Return answer, rule, points and evidence of every item, then the total and its sources."""
    head = f"{score.title}: {score.modality}, {score.system.endpoint}"
    return "\n".join([head, "", *_items(score), *_totals(score)])


def _items(score: Score) -> list[str]:
    if not score.findings:
        return []
    rows = [("item", "answer", "rule", "points", "evidence")]
    lines: list[str | None] = [None]
    for finding in score.findings:
        rows.append(_row(finding))
        lines.append(finding.reason)
        rows += [_condition_row(condition) for condition in finding.conditions]
        lines += [None] * len(finding.conditions)
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    page = []
    for row, reason in zip(rows, lines, strict=True):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        page.append("  ".join([*cells, row[4]]).rstrip())
        if reason:
            page.append(f"    {reason}")
    return [*page, ""]


def _row(finding: Finding) -> tuple[str, str, str, str, str]:
    threshold = finding.rule.evidence
    evidence = finding.evidence.value
    if threshold is not finding.evidence:
        evidence += f" (threshold {threshold.value})"
    rule = "see below" if finding.conditions else rule_words(finding.rule)
    points = span(finding.points, finding.points_low, finding.points_high)
    return finding.item, _answer(finding), rule, points, evidence


def _condition_row(part: Condition) -> tuple[str, str, str, str, str]:
    return f"  {part.fact}", _answer(part), rule_words(part.rule), "", part.rule.evidence.value


def _answer(said: Finding | Condition) -> str:
    """Return the answer with the value it rests on."""
    value = said.measured.value if said.measured else None
    call = YES_NO[said.present] + (", borderline" if said.borderline else "")
    if value is None or said.measured is None:
        return call
    return f"{amount(value, said.measured.unit)}: {call}"


def _totals(score: Score) -> list[str]:
    system = score.system
    lines = [] if score.points_low is None else [_total(score)]
    if system.groups and lines:
        lines.append(f"group: {score.group or 'cannot be told'}")
    if score.published_rate is not None:
        lines.append(
            f"published rate of this group: {rate_words(score.published_rate)} {system.endpoint} "
            f"(evidence {score.published_rate_evidence}, {system.citation})"
        )
    if system.unconfirmed and score.findings:
        lines.append(f"unconfirmed: {', '.join(system.unconfirmed)}")
    if score.reason:
        lines.append(score.reason if score.findings else f"no score: {score.reason}")
    return [*lines, *score.notes, f"source: {system.citation} (edition {system.edition})", RESEARCH]


def _total(score: Score) -> str:
    image = ""
    if score.system.filled_from_image:
        told = score.points_image_only
        image = (
            f" (items that an image decides: {'cannot be told' if told is None else f'{told:g}'})"
        )
    total = span(score.points, score.points_low, score.points_high)
    return f"total: {total} of {score.system.most_points:g}{image}"
