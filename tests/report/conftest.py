"""A real Chromium, and pages opened in it that may ask for nothing beside themselves."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from ctocalc.report.page import case_page
from tests.report.drawn_case import drawn_case

QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
WIDTHS = {360: 740, 1280: 900, 3840: 2160}
# The middle one in every run, the others in the whole one.
EVERY_WIDTH = [pytest.param(360, marks=pytest.mark.slow), 1280,
               pytest.param(3840, marks=pytest.mark.slow)]  # fmt: skip

Open = Callable[..., AbstractContextManager[Any]]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Return a browser; its absence is told, and fails where CI requires it."""
    found = shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        found = None
    if found is None:
        reason = "no Chromium with Playwright is here"
        if os.environ.get("CTOCALC_REQUIRE_BROWSER") == "1":
            pytest.fail(reason + " and CTOCALC_REQUIRE_BROWSER=1 requires it")
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of the case in closed form."""
    folder = tmp_path_factory.mktemp("drawn")
    page = folder / "report.html"
    page.write_bytes(case_page(drawn_case(folder)))
    return page


@pytest.fixture
def opened(browser: Any) -> Open:
    """Open a page at a width; any error, console message or second request fails the test."""

    @contextmanager
    def opening(
        path: Path, width: int = 1280, *, scripts: bool = True, scheme: str = "light"
    ) -> Iterator[Any]:
        page = browser.new_page(
            viewport={"width": width, "height": WIDTHS[width]}, java_script_enabled=scripts,
            color_scheme=scheme,
        )  # fmt: skip
        said: list[str] = []
        page.on("pageerror", lambda error: said.append(f"error {error}"))
        page.on("console", lambda message: said.append(f"console {message.text}"))
        page.on("request", lambda request: said.append(f"request {request.url[-40:]}"))
        page.goto(path.as_uri())
        if scripts:
            page.wait_for_selector("body[data-ready='']")
        yield page
        page.close()
        assert said == [f"request {path.as_uri()[-40:]}"]

    return opening
