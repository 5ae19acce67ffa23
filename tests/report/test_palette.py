"""One palette for pages and figures, which a reader without red or green tells apart as well."""

import re
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.report.figures import style
from ctocalc.report.page import render
from ctocalc.report.palette import ON_IMAGE, ON_PAPER, SCALE_RGB, UNKNOWN_RGB, colours
from tests.report.test_page_safety import contrast

# Linear RGB as seen without one kind of cone (Machado, Oliveira, Fernandes 2009).
SIGHT = {
    "all cones": np.eye(3),
    "no red": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                        [-0.003882, -0.048116, 1.051998]]),
    "no green": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                          [-0.011820, 0.042940, 0.968881]]),
    "no blue": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                         [0.004733, 0.691367, 0.303900]]),
}  # fmt: skip
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1.0, 1.089])


def lab(colour: str, sight: Floats) -> Floats:
    """Return CIE L*, a*, b* of a colour as it is seen."""
    rgb = np.array([int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    x, y, z = np.cbrt(XYZ @ np.clip(sight @ linear, 0.008, 1) / WHITE)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("sight", SIGHT)
def test_wall_lumen_and_calcium_are_told_apart(sight: str) -> None:
    for tones in (ON_IMAGE, ON_PAPER):
        seen = [lab(colour, SIGHT[sight]) for colour in tones.values()]
        assert min(np.linalg.norm(a - b) for a, b in combinations(seen, 2)) > 30
    # Over a grey image none of them may look grey.
    for colour in ON_IMAGE.values():
        _, a, b = lab(colour, SIGHT[sight])
        assert np.hypot(a, b) > 20


def test_curves_stand_out_from_paper_and_from_a_dark_screen() -> None:
    for kind in ("wall", "lumen", "calcium"):
        assert contrast(ON_PAPER[kind], "#f4f6f8") >= 3.0
        assert contrast(ON_IMAGE[kind], "#1b2128") >= 3.0
        assert contrast(ON_IMAGE[kind], "#000000") >= 4.5


def test_page_and_figures_have_the_same_colours() -> None:
    page = render("cohort", (), _nothing(), {}).decode()
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", page[: page.index("@media")]))
    assert {kind: found[kind] for kind in ON_PAPER} == ON_PAPER
    assert {kind: found[f"{kind}-on-image"] for kind in ON_IMAGE} == ON_IMAGE
    assert tuple(ON_PAPER.values()) == (style.WALL, style.LUMEN, style.CALCIUM)
    shares = np.linspace(0, 1, 13)
    assert np.abs(255 * style.SCALE(shares)[:, :3] - colours(shares)).max() < 2
    lightness = [lab(_hex(rgb), np.eye(3))[0] for rgb in SCALE_RGB]
    assert (np.diff(lightness) > 5).all()


@pytest.mark.parametrize("sight", SIGHT)
def test_what_is_not_known_has_no_colour_of_the_scale(sight: str) -> None:
    unknown = lab(_hex(UNKNOWN_RGB), SIGHT[sight])
    for rgb in colours(np.linspace(0, 1, 60)):
        assert np.linalg.norm(lab(_hex(rgb), SIGHT[sight]) - unknown) > 20


def _hex(rgb: Sequence[int]) -> str:
    return "#" + bytes(int(part) for part in rgb).hex()


def _nothing() -> dict[str, object]:
    return {"cases": 0, "lesions": 0, "states": [], "flags": [], "distributions": [], "totals": [],
            "outliers": 0}  # fmt: skip
