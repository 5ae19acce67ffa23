"""What the page draws, against what the case says: grey values, contours, dial, position."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ctocalc.report.palette import ON_IMAGE
from tests.report.conftest import Open
from tests.report.drawn_case import (
    CALCIUM_MM,
    INNER_MM,
    LUMEN_MM,
    OFFSET_MM,
    PIXEL_MM,
    WALL_MM,
    hu_at,
)

FIELD_MM = len(OFFSET_MM) * PIXEL_MM
START_MM, LENGTH_MM = -0.25, 50.5
# Two roundings to grey values and the browser's own interpolation.
NEAR = 2.5
# A copy is read: reading a canvas itself would make the browser complain of this test.
COPY = """
  const copy = new OffscreenCanvas(canvas.width, canvas.height);
  const context = copy.getContext("2d", {willReadFrequently: true});
  context.drawImage(canvas, 0, 0);
"""
PIXEL = f"""(canvas, [x, y]) => {{ {COPY}
  const {{data}} = context.getImageData(
    Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1);
  return [...data.slice(0, 3)];
}}"""
COUNT = f"""(canvas, [r, g, b]) => {{ {COPY}
  const {{data}} = context.getImageData(0, 0, canvas.width, canvas.height);
  let found = 0;
  for (let n = 0; n < data.length; n += 4)
    found += Math.abs(data[n] - r) + Math.abs(data[n + 1] - g) + Math.abs(data[n + 2] - b) < 60;
  return found;
}}"""
Rgb = tuple[int, ...]
WALL, LUMEN, CALCIUM = (
    tuple(bytes.fromhex(ON_IMAGE[kind][1:])) for kind in ("wall", "lumen", "calcium")
)


@pytest.fixture
def page(opened: Open, drawn: Path) -> Iterator[Any]:
    with opened(drawn) as page:
        yield page


def vessel(page: Any) -> Any:
    return page.locator("#vessel-0")


def move(page: Any, mm: float) -> None:
    """Move the shared position through the slider to the stored station nearest to ``mm``."""
    record = page.evaluate("JSON.parse(document.getElementById('data').textContent).vessels[0].mm")
    best = min(range(len(record)), key=lambda n: abs(record[n] - mm))
    assert record[best] == pytest.approx(mm)
    vessel(page).locator(".position").fill(str(best))
    settle(page)


def settle(page: Any) -> None:
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))")


def hide_contours(page: Any) -> None:
    for kind in ("wall", "lumen", "calcium"):
        vessel(page).locator(f".contour-switch.{kind}").click()
    settle(page)


def section_pixel(page: Any, right_mm: float, up_mm: float, zoom: float = 1) -> list[int]:
    place = [0.5 + zoom * right_mm / FIELD_MM, 0.5 - zoom * up_mm / FIELD_MM]
    found: list[int] = vessel(page).locator("canvas.section").evaluate(PIXEL, place)
    return found


def straight_pixel(page: Any, mm: float, up_mm: float) -> list[int]:
    place = [(mm - START_MM) / LENGTH_MM, 0.5 - up_mm / FIELD_MM]
    found: list[int] = vessel(page).locator("canvas.straightened").evaluate(PIXEL, place)
    return found


def grey(hu: float, level: float = 300, width: float = 800) -> float:
    return min(255.0, max(0.0, 255 * (hu - (level - width / 2)) / width))


def is_grey(pixel: list[int], hu: float, level: float = 300, width: float = 800) -> None:
    assert pixel[0] == pixel[1] == pixel[2]
    assert abs(pixel[0] - grey(hu, level, width)) <= NEAR


def test_a_section_shows_the_values_of_its_station(page: Any) -> None:
    hide_contours(page)
    for mm in (0.0, 17.0, 22.5, 48.0):
        move(page, mm)
        for right, up in ((0.0, 0.0), (3.0, 0.0), (0.0, 3.0), (-3.0, 1.5), (2.0, -3.5)):
            is_grey(section_pixel(page, right, up), float(hu_at(mm, right, up)))


@pytest.mark.slow
def test_magnified_it_shows_the_same_values_nearer(page: Any) -> None:
    hide_contours(page)
    move(page, 17.0)
    for _ in range(2):
        vessel(page).locator(".zoom-in").click()
    settle(page)
    for right, up in ((0.0, 0.0), (1.5, 0.9), (-1.8, -1.2)):
        is_grey(section_pixel(page, right, up, zoom=2), float(hu_at(17.0, right, up)))


@pytest.mark.slow
def test_a_preset_changes_every_picture(page: Any) -> None:
    hide_contours(page)
    move(page, 40.0)
    for name, level, width in (("Calcium", 700, 1400), ("Wide", 500, 3000), ("Angio", 300, 800)):
        vessel(page).locator(".preset", has_text=name).click()
        settle(page)
        is_grey(section_pixel(page, 1.0, 2.0), float(hu_at(40.0, 1.0, 2.0)), level, width)
        is_grey(straight_pixel(page, 25.1, 2.0), float(hu_at(25.1, 0.0, 2.0)), level, width)


def test_the_upper_edge_of_the_straightened_vessel_lies_at_the_rotation(page: Any) -> None:
    hide_contours(page)
    for rotation, right, up in ((0, 0, 1), (90, 1, 0), (180, 0, -1), (270, -1, 0)):
        vessel(page).locator(".rotation").fill(str(rotation))
        settle(page)
        for mm in (5.0, 17.2, 44.6):
            for height in (-3.5, 0.3, 3.5):
                expected = float(hu_at(mm, height * right, height * up))
                is_grey(straight_pixel(page, mm, height), expected)


def edge_of(page: Any, pixel: Any, colour: Rgb, start: float) -> float:
    """Return the first height from ``start`` inwards that is tinged with that colour."""
    tone = np.array(colour) - np.mean(colour)
    for step in range(int(start / 0.02)):
        height = start - 0.02 * step
        seen = np.array(pixel(height), float)
        seen -= seen.mean()
        strength = float(np.linalg.norm(seen))
        # A thin line lies across two pixels, and each of them is mixed with the grey below.
        if strength > 30 and seen @ tone > 0.95 * strength * np.linalg.norm(tone):
            return height
    raise AssertionError("the contour is not there")


def test_contours_lie_where_the_case_puts_them(page: Any) -> None:
    move(page, 5.0)
    found = edge_of(page, lambda up: section_pixel(page, 0.0, up), WALL, 3.0)
    assert found == pytest.approx(WALL_MM, abs=0.06)
    # The wall is dashed; a little beside 12 o'clock the lumen is drawn anywhere.
    found = edge_of(page, lambda right: section_pixel(page, right, 0.0), LUMEN, 1.6)
    assert found == pytest.approx(LUMEN_MM, abs=0.06)
    found = edge_of(page, lambda up: straight_pixel(page, 4.0, -up), LUMEN, 1.6)
    assert found == pytest.approx(LUMEN_MM, abs=0.1)


@pytest.mark.slow
def test_the_contour_of_calcium_fills_its_quadrant_on_the_upper_right(page: Any) -> None:
    move(page, 17.5)
    middle = 0.5**0.5
    outer = edge_of(
        page, lambda r: section_pixel(page, r * middle, r * middle), CALCIUM, WALL_MM + 0.5
    )
    assert outer == pytest.approx(WALL_MM, abs=0.12)
    inner = edge_of(page, lambda r: section_pixel(page, r * middle, r * middle), CALCIUM, 1.5)
    assert inner == pytest.approx(INNER_MM, abs=0.12)
    with pytest.raises(AssertionError, match="not there"):
        edge_of(page, lambda r: section_pixel(page, -r * middle, -r * middle), CALCIUM, 3.0)


def test_calcium_is_outlined_on_the_straightened_vessel_at_every_rotation(page: Any) -> None:
    vessel(page).locator(".rotation").fill("45")  # into the calcified quadrant
    move(page, 40.0)
    for mm in (15.5, 17.6, 19.6):
        outer = edge_of(page, lambda up, mm=mm: straight_pixel(page, mm, up), CALCIUM, 2.4)
        inner = edge_of(page, lambda up, mm=mm: straight_pixel(page, mm, up), CALCIUM, 1.5)
        assert (outer, inner) == pytest.approx((WALL_MM, INNER_MM), abs=0.15)
    begin = edge_of(page, lambda back: straight_pixel(page, 17.5 - back, 1.5), CALCIUM, 4.0)
    assert 17.5 - begin == pytest.approx(CALCIUM_MM[0] - 0.25, abs=0.15)
    vessel(page).locator(".rotation").fill("225")  # the upper edge now lies opposite
    settle(page)
    with pytest.raises(AssertionError, match="not there"):
        edge_of(page, lambda up: straight_pixel(page, 17.6, up), CALCIUM, 1.8)


@pytest.mark.slow
def test_each_contour_is_switched_alone(page: Any) -> None:
    colour = {"wall": WALL, "lumen": LUMEN, "calcium": CALCIUM}
    for kind in colour:
        is_switched_alone(page, kind, colour)


def is_switched_alone(page: Any, kind: str, colour: dict[str, Rgb]) -> None:
    move(page, 17.5 if kind == "calcium" else 5.0)
    canvas = vessel(page).locator("canvas.section")
    before = {name: canvas.evaluate(COUNT, list(rgb)) for name, rgb in colour.items()}
    vessel(page).locator(f".contour-switch.{kind}").click()
    settle(page)
    after = {name: canvas.evaluate(COUNT, list(rgb)) for name, rgb in colour.items()}
    assert before[kind] > 50 and after[kind] == 0
    assert vessel(page).locator("canvas.straightened").evaluate(COUNT, list(colour[kind])) == 0
    assert all(after[name] >= before[name] for name in colour if name != kind)
    vessel(page).locator(f".contour-switch.{kind}").click()


def test_the_dial_covers_the_rays_that_cross_calcium(page: Any) -> None:
    move(page, 17.5)
    path = vessel(page).locator(".arcs").get_attribute("d")
    starts = [piece.split("A")[0].split() for piece in path.split("M")[1:]]
    # 120 rays: 3 degrees each, a quarter of them calcified, all of them from 12 to 3 o'clock.
    assert 29 <= len(starts) <= 33
    assert all(float(x) > -4.5 and float(y) < 4.5 for x, y in starts)
    assert vessel(page).locator(".arc-word").text_content() == "90°"
    move(page, CALCIUM_MM[1] + 5)
    assert vessel(page).locator(".arcs").get_attribute("d") == ""


@pytest.mark.slow
def test_every_mark_of_the_position_moves_together(page: Any) -> None:
    move(page, 22.5)
    marks = vessel(page).locator("line.cursor")
    assert marks.count() == 5
    for n in range(marks.count()):
        assert float(marks.nth(n).get_attribute("x1")) == pytest.approx(22.5)
    assert vessel(page).locator(".position-word").text_content() == "22.5 mm"
    told = vessel(page).locator(".readout").inner_text()
    assert "22.5 mm, occluded, lesion\xa01" in told and "0.10 (0.08 to 0.12)" in told
    assert "90° (80 to 100)" in told
    assert min(straight_pixel(page, 22.5, 4.0)) > 200
