"""The report in a real browser: drawn, silent, offline, readable at every width, in both themes and on paper."""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dashboards.report import write_report
from tests.unit.dashboards.sample import HOSTILE, sample_findings

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
)
DRAWN = "html[data-drawn=all]"
SHOWN = "[...document.querySelectorAll('[data-figure]')].filter((b) => !b.closest('[hidden]'))"
"""The figures of the run that the reader has chosen."""
PATIENCE_MS = 60_000
"""A shared, loaded machine may be slow; a figure that is never drawn still fails."""
READABLE = 4.5
"""Contrast of text. Source: WCAG 2.2, success criterion 1.4.3."""


def find_browser() -> str | None:
    """Return the path of an installed Chromium; the variable that kaleido uses wins."""
    wished = os.environ.get("BROWSER_PATH")
    return wished or next((path for name in BROWSERS if (path := shutil.which(name))), None)


CHROMIUM = find_browser()
if CHROMIUM is None:
    pytest.skip("no Chromium on this machine: install one to test pages in a browser", allow_module_level=True)

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright  # noqa: E402

pytestmark = pytest.mark.browser


@dataclass
class Seen:
    """A loaded page and whatever it complained about or asked for."""

    page: Page
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report([sample_findings()], tmp_path_factory.mktemp("report"))


def load(context: BrowserContext, path: Path) -> Seen:
    """Open a page and wait until all its figures are drawn."""
    seen = Seen(context.new_page())
    seen.page.on("console", lambda message: seen.errors.append(message.text) if message.type == "error" else None)
    seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
    seen.page.on("request", lambda request: seen.requests.append(request.url))

    def dismiss(dialog: object) -> None:
        seen.dialogs.append(str(dialog))

    seen.page.on("dialog", dismiss)
    seen.page.goto(path.as_uri())
    seen.page.wait_for_selector(DRAWN, timeout=PATIENCE_MS)
    return seen


@pytest.fixture(scope="module")
def desktop(browser: Browser, report: Path) -> Iterator[Seen]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    yield load(context, report)
    context.close()


@pytest.fixture(scope="module")
def phone(browser: Browser, report: Path) -> Iterator[Seen]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="light")
    yield load(context, report)
    context.close()


@pytest.fixture(scope="module")
def night(browser: Browser, report: Path) -> Iterator[Seen]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="dark")
    yield load(context, report)
    context.close()


def count_undrawn(page: Page) -> int:
    """Return the number of figures that Plotly has not drawn into an SVG."""
    undrawn: int = page.evaluate(
        SHOWN
        + ".filter((b) => !(b.matches('.js-plotly-plot') && b._fullLayout && b.querySelector('.main-svg'))).length"
    )
    return undrawn


def test_every_figure_is_drawn(desktop: Seen) -> None:
    assert desktop.page.locator("[data-figure]").count() >= 10
    assert count_undrawn(desktop.page) == 0


def test_the_console_is_silent(desktop: Seen) -> None:
    assert desktop.errors == []


def test_no_request_leaves_the_machine(desktop: Seen, report: Path) -> None:
    outside = [url for url in desktop.requests if not url.startswith(("file:", "data:", "blob:"))]
    assert outside == []
    assert report.as_uri() in desktop.requests


def test_a_page_with_plotly_beside_it_is_drawn_too(browser: Browser, tmp_path: Path) -> None:
    path = write_report([sample_findings()], tmp_path, single_file=False)
    context = browser.new_context()
    seen = load(context, path)
    assert (count_undrawn(seen.page), seen.errors) == (0, [])
    context.close()


def test_a_comparison_is_drawn_without_a_sound(browser: Browser, tmp_path: Path) -> None:
    first = sample_findings()
    path = write_report([first, dataclasses.replace(first, scenario=HOSTILE)], tmp_path, single_file=False)
    context = browser.new_context(viewport={"width": 390, "height": 844})
    seen = load(context, path)
    assert (count_undrawn(seen.page), seen.errors, seen.dialogs) == (0, [], [])
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


def test_text_of_a_scenario_never_runs(desktop: Seen) -> None:
    assert desktop.dialogs == []
    assert desktop.page.locator("img[src=x]").count() == 0
    assert HOSTILE in desktop.page.locator("#manifest").inner_text()


def settles(page: Page, width: int) -> bool:
    """Tell whether the page becomes no wider than the window; its own policy forbids to poll inside it."""
    for _ in range(PATIENCE_MS // 200):
        if page.evaluate("document.documentElement.scrollWidth") <= width:
            return True
        page.wait_for_timeout(200)
    return False


def test_a_page_settles_without_sideways_scroll_at_every_width(phone: Seen) -> None:
    """Plotly follows a resized window a moment later, so the page is given time to settle."""
    for width in (1600, 1280, 1000, 768, 640, 390):
        phone.page.set_viewport_size({"width": width, "height": 844})
        assert settles(phone.page, width), width


def test_a_phone_gets_no_sideways_scroll_at_first_sight(browser: Browser, report: Path) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = load(context, report).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


def test_no_figure_is_wider_than_its_card_on_a_phone(phone: Seen) -> None:
    too_wide = phone.page.evaluate(
        SHOWN + ".filter((b) => b._fullLayout.width > b.clientWidth + 1).map((b) => b.dataset.figure)"
    )
    assert too_wide == []


def luminance(colour: str) -> float:
    """Return the relative luminance of `rgb(r, g, b)`, 0 black to 1 white. Source: WCAG 2.2, relative luminance."""
    channels = [float(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21. Source: WCAG 2.2, contrast ratio."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def colour_of(page: Page, selector: str, part: str) -> str:
    """Return a computed colour of the first element that matches."""
    colour: str = page.eval_on_selector(selector, f"(node) => getComputedStyle(node)['{part}']")
    return colour


@pytest.mark.parametrize("selector", ["h1", ".verdict", ".reading", ".tile .detail", "td", "summary", ".keys li"])
def test_text_is_readable_in_the_dark(night: Seen, selector: str) -> None:
    assert (
        contrast(colour_of(night.page, selector, "color"), colour_of(night.page, ".card", "backgroundColor")) > READABLE
    )


def test_the_dark_theme_is_dark(night: Seen) -> None:
    assert luminance(colour_of(night.page, "body", "backgroundColor")) < 0.05


def test_words_in_figures_are_readable_in_the_dark(night: Seen) -> None:
    ground = colour_of(night.page, ".card", "backgroundColor")
    fills = night.page.eval_on_selector_all(
        ".main-svg text",
        "(nodes) => [...new Set(nodes.filter((n) => n.textContent).map((n) => getComputedStyle(n).fill))]",
    )
    assert fills
    assert [fill for fill in fills if contrast(fill, ground) < READABLE] == []


def test_whiskers_do_not_vanish_in_the_dark(night: Seen) -> None:
    stroke = night.page.evaluate(
        "document.querySelector('[data-figure=gantt]').data.filter((t) => t.mode === 'lines').pop().line.color"
    )
    channels = [int(stroke[i : i + 2], 16) for i in (1, 3, 5)]
    assert contrast(f"rgb({','.join(map(str, channels))})", colour_of(night.page, ".card", "backgroundColor")) > 3


def test_the_menus_of_the_campaign_choose_its_rows(desktop: Seen) -> None:
    shown = "document.querySelector('[data-figure=gantt]')._fullLayout.yaxis.tickvals.length"
    before = desktop.page.evaluate(shown)
    desktop.page.locator("[data-rows=gantt]").nth(1).select_option("all")
    after = desktop.page.evaluate(shown)
    desktop.page.locator("[data-rows=gantt]").nth(1).select_option("matters")
    assert (before < after, desktop.page.evaluate(shown)) == (True, before)


def test_the_theme_button_redraws_the_figures(desktop: Seen) -> None:
    ink = "document.querySelector('[data-figure=scurve]')._fullLayout.font.color"
    looks = []
    for _ in range(2):
        desktop.page.click("#theme")
        ground = luminance(colour_of(desktop.page, "body", "backgroundColor"))
        looks.append((ground < 0.05, desktop.page.evaluate(ink)))
    assert looks == [(True, "#EEF2F6"), (False, "#1C2430")]


def test_paper_gets_every_figure_in_light_colours(browser: Browser, report: Path) -> None:
    context = browser.new_context(color_scheme="dark", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(report.as_uri())
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert count_undrawn(page) == 0
    inks = page.evaluate(f"{SHOWN}.map((b) => b._fullLayout.font.color)")
    assert set(inks) == {"#1C2430"}
    context.close()


def test_the_reader_chooses_the_run_that_is_shown(desktop: Seen) -> None:
    desktop.page.select_option("#run", "P50 run")
    desktop.page.wait_for_selector("#bat-p50 .main-svg", timeout=PATIENCE_MS)
    assert desktop.page.locator("#bat-p50").is_visible()
    assert not desktop.page.locator("#bat-nominal").is_visible()
    desktop.page.select_option("#run", "nominal run")


def test_the_page_prints(desktop: Seen) -> None:
    assert desktop.page.pdf(format="A4").startswith(b"%PDF")


def test_a_data_table_saves_as_csv_without_formulas(desktop: Seen, tmp_path: Path) -> None:
    with desktop.page.expect_download() as download:
        desktop.page.click("#manifest button")
    saved = tmp_path / "manifest.csv"
    download.value.save_as(saved)
    lines = saved.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith('"mission","nominal"')
    assert len(lines) == 1 + len(sample_findings().manifest)


def test_every_figure_has_a_name_and_a_table(desktop: Seen) -> None:
    nameless = desktop.page.eval_on_selector_all(
        "figure", "(all) => all.filter((f) => !document.getElementById(f.getAttribute('aria-labelledby'))).length"
    )
    tableless = desktop.page.eval_on_selector_all(
        ".card:has(figure)", "(all) => all.filter((card) => !card.querySelector('table')).length"
    )
    assert (nameless, tableless) == (0, 0)


def test_everything_that_acts_can_be_reached_by_keyboard(desktop: Seen) -> None:
    stuck = desktop.page.eval_on_selector_all(
        "a, button, summary, .scroll", "(all) => all.filter((node) => node.tabIndex < 0).length"
    )
    assert stuck == 0
