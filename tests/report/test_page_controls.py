"""Every control of the page, driven as a reader drives it, at three widths."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.report.conftest import EVERY_WIDTH, Open


@pytest.fixture
def page(opened: Open, drawn: Path) -> Iterator[Any]:
    with opened(drawn) as page:
        yield page


def record(page: Any) -> Any:
    return json.loads(page.locator("#data").text_content())


def vessel(page: Any, number: int = 0) -> Any:
    return page.locator(f"#vessel-{number}")


def settle(page: Any) -> None:
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))")


def position(page: Any, number: int = 0) -> float:
    settle(page)
    return float(vessel(page, number).locator(".position-word").text_content().split()[0])


def box_of(page: Any, name: str) -> dict[str, float]:
    place = vessel(page).locator(name)
    place.scroll_into_view_if_needed()
    found: dict[str, float] = place.bounding_box()
    return found


def test_every_number_of_the_verdict_leads_to_its_station(page: Any) -> None:
    page.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
    links = page.locator(".lesion a.goto:visible")
    stations = record(page)["vessels"][0]["mm"]
    assert links.count() > 20
    for n in range(links.count()):
        wanted = float(links.nth(n).get_attribute("data-mm"))
        links.nth(n).click()
        assert abs(position(page) - wanted) <= 0.3
        assert min(abs(mm - wanted) for mm in stations) == pytest.approx(
            abs(position(page) - wanted), abs=0.051
        )


def test_the_pictures_begin_at_the_largest_fraction(page: Any) -> None:
    assert position(page) == pytest.approx(12.5)


def test_the_keyboard_moves_turns_magnifies_and_switches(page: Any) -> None:
    section = vessel(page)
    section.focus()
    stations = record(page)["vessels"][0]["mm"]
    page.keyboard.press("Home")
    assert position(page) == stations[0]
    page.keyboard.press("ArrowRight")
    assert position(page) == stations[1]
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert position(page) == stations[0]
    page.keyboard.press("PageDown")
    assert position(page) == stations[0] + 5
    page.keyboard.press("PageUp")
    assert position(page) == stations[0]
    page.keyboard.press("End")
    assert position(page) == stations[-1]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("+")
    page.keyboard.press("2")
    page.keyboard.press("l")
    settle(page)
    assert section.locator(".rotation-word").text_content() == "5°"
    assert section.locator(".zoom-word").text_content() == "1.5×"
    assert section.locator(".level-word").text_content() == "700 HU"
    assert section.locator(".contour-switch.lumen").get_attribute("aria-pressed") == "false"
    page.keyboard.press("-")
    page.keyboard.press("1")
    page.keyboard.press("l")
    settle(page)
    assert section.locator(".zoom-word").text_content() == "1×"
    assert section.locator(".width-word").text_content() == "800 HU"
    assert section.locator(".contour-switch.lumen").get_attribute("aria-pressed") == "true"


@pytest.mark.slow
def test_outside_the_pictures_the_keys_scroll_the_page(page: Any) -> None:
    before = position(page)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("End")
    assert position(page) == before


@pytest.mark.slow
def test_a_slider_keeps_its_own_keys(page: Any) -> None:
    vessel(page).locator(".level").focus()
    before = position(page)
    page.keyboard.press("ArrowRight")
    settle(page)
    assert vessel(page).locator(".level-word").text_content() == "310 HU"
    assert position(page) == before


@pytest.mark.slow
@pytest.mark.parametrize("strip", ["canvas.straightened", ".frame.map", "svg[data-chart=arc]"])
def test_the_mouse_on_any_strip_moves_the_position(page: Any, strip: str) -> None:
    box = box_of(page, strip)
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + box["height"] / 2)
    page.mouse.down()
    assert position(page) == pytest.approx(-0.25 + 0.8 * 50.5, abs=0.6)
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + box["height"] / 2)
    assert position(page) == pytest.approx(-0.25 + 0.4 * 50.5, abs=0.3)
    page.mouse.up()
    page.mouse.move(box["x"] + 0.1 * box["width"], box["y"] + box["height"] / 2)
    assert position(page) == pytest.approx(-0.25 + 0.4 * 50.5, abs=0.3)


@pytest.mark.slow
def test_a_finger_moves_the_position_and_the_page_still_scrolls(browser: Any, drawn: Path) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True)
    page = context.new_page()
    page.goto(drawn.as_uri())
    page.wait_for_selector("body[data-ready='']")
    box = box_of(page, "canvas.straightened")
    page.touchscreen.tap(box["x"] + 0.7 * box["width"], box["y"] + box["height"] / 2)
    assert position(page) == pytest.approx(-0.25 + 0.7 * 50.5, abs=0.6)
    allowed = "(all) => all.map((one) => getComputedStyle(one).touchAction)"
    strips = page.locator("canvas.section, .frame, .chart").evaluate_all(allowed)
    assert set(strips) == {"pan-y"}
    context.close()


@pytest.mark.slow
def test_dragging_up_and_down_turns_the_straightened_vessel(page: Any) -> None:
    box = box_of(page, "canvas.straightened")
    page.mouse.move(box["x"] + 50, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 50, box["y"] + 60)
    page.mouse.up()
    settle(page)
    assert vessel(page).locator(".rotation-word").text_content() == "20°"


@pytest.mark.slow
def test_dragging_and_scrolling_on_the_section(page: Any) -> None:
    before = position(page)
    box = box_of(page, "canvas.section")
    page.mouse.move(box["x"] + 50, box["y"] + 50)
    page.mouse.wheel(0, 100)
    assert position(page) > before
    page.mouse.wheel(0, -100)
    assert position(page) == before
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 45)
    page.mouse.up()
    settle(page)
    assert vessel(page).locator(".width-word").text_content() == "840 HU"
    assert vessel(page).locator(".level-word").text_content() == "280 HU"
    pressed = vessel(page).locator(".preset[aria-pressed=true]")
    assert pressed.count() == 0


def test_tabs_show_one_vessel_at_a_time_and_each_keeps_its_place(page: Any) -> None:
    tabs = page.get_by_role("tab")
    assert tabs.all_text_contents() == ["LAD", "RCA"]
    first = position(page)
    tabs.nth(1).click()
    vessel(page, 1).locator(".position-word:not(:empty)").wait_for()
    assert vessel(page, 1).is_visible() and not vessel(page, 0).is_visible()
    vessel(page, 1).focus()
    page.keyboard.press("Home")
    assert position(page, 1) == 0.0
    tabs.nth(1).focus()
    page.keyboard.press("ArrowLeft")
    assert vessel(page, 0).is_visible() and position(page) == first


@pytest.mark.slow
def test_what_is_shown_is_told_to_a_screen_reader(page: Any) -> None:
    vessel(page).focus()
    page.keyboard.press("Home")
    page.locator("p[role=status]:not(:empty)").wait_for(state="attached")
    assert "0.0 mm, outside lesions" in page.locator("p[role=status]").text_content()
    slider = vessel(page).locator(".position")
    assert "0.0 mm" in slider.get_attribute("aria-valuetext")
    unnamed = page.evaluate("""() => [...document.querySelectorAll("input, [role=img], button")]
      .filter((e) => !(e.labels?.length || e.ariaLabel || e.textContent.trim())).length""")
    assert unnamed == 0


@pytest.mark.parametrize("width", EVERY_WIDTH)
def test_the_page_fits_and_works_at_every_width(opened: Open, drawn: Path, width: int) -> None:
    with opened(drawn, width) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for button in vessel(page).locator(".controls button").all():
            button.click()
        for slider in vessel(page).locator("input[type=range]").all():
            for end in ("max", "min"):
                slider.fill(slider.get_attribute(end))
                settle(page)
        assert position(page) == 0.0
        for tab in page.get_by_role("tab").all():
            tab.click()
        page.get_by_role("tab").first.click()
        page.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
        settle(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        # Cells of a table of values stand under their heads, also on a phone.
        lefts = page.locator(".scores table.detail").first.evaluate("""(table) =>
          [...table.querySelectorAll("tr:not(.note)")].map((row) =>
            [...row.cells].map((cell) => Math.round(cell.getBoundingClientRect().left)))""")
        assert len(lefts) > 3 and all(row == lefts[0] == sorted(set(row)) for row in lefts)
        canvas = box_of(page, "canvas.section")
        assert canvas["width"] >= 0.4 * min(width, 700)


def test_without_scripts_tables_and_stills_are_there(opened: Open, drawn: Path) -> None:
    with opened(drawn, scripts=False) as page:
        assert page.locator("table.scores").first.is_visible()
        for still in page.locator(".still, .section-still, svg.chart, .map").all():
            assert still.is_visible()
        assert page.locator(".still").count() == 4
        assert page.locator("input:visible, button:visible, canvas:visible").count() == 0
        assert page.locator("#vessel-1").is_visible()


@pytest.mark.slow
def test_it_prints_two_pages_and_names_the_vessel_without_a_lesion(
    opened: Open, drawn: Path
) -> None:
    with opened(drawn) as page:
        printed = page.pdf(prefer_css_page_size=True)
        page.emulate_media(media="print")
        assert page.locator("section.vessel:visible").count() == 1
        assert "pictured on the screen only: " in page.locator("main > .print-only").inner_text()
    assert printed.count(b"/Type /Page\n") == 2


def test_the_calcium_of_an_artery_is_printed_though_its_fold_is_closed(
    opened: Open, drawn: Path
) -> None:
    with opened(drawn) as page:
        rows = page.locator("details.artery").first.locator("tbody tr th")
        assert rows.count() == 4 and not rows.first.is_visible()
        page.emulate_media(media="print")
        for row in rows.all():
            assert row.bounding_box()["height"] > 5
        assert not page.locator(".views table").first.is_visible()
