"""The pictures of physics in a real browser: drawn, silent, offline, on a screen and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli import main
from tests.browser.test_report import CHROMIUM, FLAGS, count_undrawn, load

if CHROMIUM is None:
    pytest.skip("no Chromium on this machine", allow_module_level=True)

from playwright.sync_api import Browser, sync_playwright

pytestmark = pytest.mark.browser

FLIGHT = ("--depart", "2035-03-01", "--tof", "108h", "--inclination", "28.5deg")
JANUARY = ("--from", "2035-01-01", "--to", "2035-02-01")
STACK = ("--parking", "400km", "--inclination", "51.6deg", "--raan", "0deg")
COMMANDS = {
    "transfer": ("transfer", *FLIGHT),
    "windows": ("windows", *STACK, "--epoch", "2035-01-01", "--until", "2036-01-01"),
    "site": ("site", "--latitude", "-89.9deg", "--longitude", "0deg", "--from", "2030-01-01", "--to", "2035-01-01"),
    "track": ("track", "--stations", "jiamusi,kashi,neuquen", *JANUARY),
}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_picture_is_drawn_silent_and_offline(
    name: str, width: int, scheme: str, chromium: Browser, tmp_path: Path
) -> None:
    """Three-dimensional figures too: their shaders must not need what the page's security policy forbids."""
    path = tmp_path / "picture.html"
    done = CliRunner().invoke(main, [*COMMANDS[name], "--plot", str(path)])
    assert done.exit_code == 0, done.output
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
    )
    seen = load(context, path)
    assert count_undrawn(seen.page) == 0
    assert seen.errors == []
    assert [url for url in seen.requests if not url.startswith(("file:", "data:", "blob:"))] == []
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    assert seen.page.locator(".no-webgl").count() == 0
    context.close()
