"""What a page says is said in words: machine names stand in code and tables of settings only."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ctocalc.report.words import spaced


class Prose(HTMLParser):
    """The text of a page outside scripts, styles and code."""

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in {"script", "style", "code", "pre"}:
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.text += data


def test_no_machine_name_stands_in_a_page(drawn: Path) -> None:
    page = Prose()
    page.feed(drawn.read_text(encoding="utf-8"))
    assert "CTA calcium score" in page.text
    assert set(re.findall("[a-z]+_[a-z0-9_]+", page.text)) == set()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("agatston", "Agatston score"),
        ("wall_diameter_at_calcium_mm", "wall diameter at the largest calcium fraction"),
        ("proximal_third", "proximal third"),
        ("calcium_fraction >= 0.5; where not given: full_moon is yes",
         "calcium fraction >= 0.5; where not given: full moon is yes"),
        ("prior_cabg: threshold or reading", "prior CABG: threshold or reading"),
    ],
)  # fmt: skip
def test_names_and_texts_that_hold_names_are_words(name: str, words: str) -> None:
    assert spaced(name) == words
