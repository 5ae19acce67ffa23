"""A page is a document: no word of a result becomes its code, and it asks for nothing."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from ctocalc.report.page import SCRIPTS, case_page
from ctocalc.study.record import CaseRecord
from tests.report.conftest import Open
from tests.report.drawn_case import drawn_case

HOSTILE = (
    "</script><script>window.hit = 1</script>",
    '"><img src=x onerror="window.hit=2">',
    "<!--<script>",
    "{{ 7 * 7 }} ${window.hit = 3}",
    "\u2028'; window.hit = 4; //",
)


def poisoned(value: Any, word: str) -> Any:
    """Put a word behind every text of a record that is not a machine's own."""
    if isinstance(value, dict):
        fixed = {"status", "system", "edition", "basis", "comparator", "unit", "call", "schema",
                 "evidence", "source", "fact", "item", "severity", "version",
                 "published_rate_evidence"}  # fmt: skip
        return {k: v if k in fixed or k == "settings" else poisoned(v, word)
                for k, v in value.items()}  # fmt: skip
    if isinstance(value, list):
        return [poisoned(v, word) for v in value]
    return f"{value}{word}" if isinstance(value, str) else value


@pytest.mark.parametrize(
    "word", [HOSTILE[0], *(pytest.param(word, marks=pytest.mark.slow) for word in HOSTILE[1:])]
)
def test_words_of_a_result_stay_words(tmp_path: Path, opened: Open, word: str) -> None:
    case = drawn_case(tmp_path)
    bad = CaseRecord(
        result=poisoned(case.result, word),
        stations={name + word: v for name, v in case.stations.items()},
        sections={name + word: v for name, v in case.sections.items()},
    )
    path = tmp_path / "report.html"
    path.write_bytes(case_page(bad))
    with opened(path) as page:
        assert page.evaluate("window.hit") is None
        assert page.locator("h1").text_content() == f"drawn-1{word}"
        assert page.locator("script").count() == 2
        lesions = page.locator("details.views").count()
        assert page.locator("img").count() == len(case.stations) + lesions


def test_the_policy_allows_the_page_itself_and_nothing_else(drawn: Path) -> None:
    text = drawn.read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in unescape(policy[1]).split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data: blob:"
    for kind in ("script-src", "style-src"):
        assert re.fullmatch(
            r"&#39;sha256-[A-Za-z0-9+/=]+&#39;|'sha256-[A-Za-z0-9+/=]+'", rules[kind]
        )
    assert " style=" not in text and not re.search(r"\son\w+=", re.sub(r"<script.*", "", text))


def test_the_parts_of_the_viewer_ask_for_nothing() -> None:
    folder = Path(__file__).resolve().parents[2] / "ctocalc" / "report" / "templates"
    shipped = {path.stem for path in (folder / "js").glob("*.js")}
    assert set(SCRIPTS) <= shipped
    forbidden = re.compile(
        r"fetch\(|XMLHttpRequest|WebSocket|import\(|innerHTML|outerHTML|insertAdjacent"
        r"|document\.write|eval\(|localStorage|https?://"
    )
    for path in folder.rglob("*.*"):
        assert not forbidden.search(path.read_text(encoding="utf-8")), path.name


def luminance(colour: str) -> float:
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, two: str) -> float:
    low, high = sorted((luminance(one), luminance(two)))
    return (high + 0.05) / (low + 0.05)


def test_every_text_has_the_contrast_that_readers_need() -> None:
    folder = Path(__file__).resolve().parents[2] / "ctocalc" / "report" / "templates"
    css = (folder / "page.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", css, flags=re.S)
    assert len(blocks) == 3  # light, dark, print
    for block in blocks:
        found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", block))
        full = {k: "#" + "".join(2 * c for c in v[1:]) if len(v) == 4 else v
                for k, v in found.items()}  # fmt: skip
        for text in ("ink", "quiet", "link", "vermillion"):
            for paper in ("paper", "panel"):
                assert contrast(full[text], full[paper]) >= 4.5, (text, paper)
        for line in ("blue", "vermillion"):
            assert contrast(full[line], full["panel"]) >= 3.0
        assert contrast(full["warn-ink"], full["warn-paper"]) >= 4.5
