"""A report in a browser of each language: it speaks it, stays silent, fits a phone, and turns when it is told to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboards.report import compose_page, write_page
from dashboards.translation import LANGUAGES, TAGS
from tests.browser.test_report import CHROMIUM, FLAGS, Seen, count_undrawn, load
from tests.unit.dashboards.sample import sample_findings, sample_setting

if CHROMIUM is None:
    pytest.skip("no Chromium on this machine", allow_module_level=True)

from playwright.sync_api import Browser, sync_playwright

pytestmark = pytest.mark.browser

HEADINGS = {
    "en": "How likely is the date?",
    "fr": "Quelle est la probabilité de tenir la date\u202f?",
    "zh": "按期实现的概率有多大？",
    "ru": "Насколько вероятен срок?",
}
HEADING = "#likely h2"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("languages")
    return write_page(lambda: compose_page(sample_findings(), sample_setting()), folder, single_file=False)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


def open_in(chromium: Browser, report: Path, code: str, width: int) -> Seen:
    """Open the report in a browser of a language, and wait until it speaks it."""
    context = chromium.new_context(viewport={"width": width, "height": 844}, locale=code)
    seen = load(context, report)
    seen.page.wait_for_selector(f"html[lang={TAGS.get(code, code)}]", state="attached")
    return seen


@pytest.fixture(scope="module", params=LANGUAGES)
def phone(request: pytest.FixtureRequest, chromium: Browser, report: Path) -> Iterator[tuple[str, Seen]]:
    seen = open_in(chromium, report, request.param, 390)
    yield request.param, seen
    seen.page.context.close()


def test_a_report_speaks_the_language_of_the_browser(phone: tuple[str, Seen]) -> None:
    code, seen = phone
    assert seen.page.inner_text(HEADING) == HEADINGS[code]


def test_a_report_fits_a_phone_in_every_language(phone: tuple[str, Seen]) -> None:
    assert phone[1].page.evaluate("document.documentElement.scrollWidth") <= 390


def test_every_figure_is_drawn_in_every_language_without_an_error(phone: tuple[str, Seen]) -> None:
    assert (count_undrawn(phone[1].page), phone[1].errors) == (0, [])


def test_the_foot_says_which_translation_nobody_has_checked(phone: tuple[str, Seen]) -> None:
    code, seen = phone
    assert seen.page.is_visible("#translated") == (code != "en")


def test_the_switch_turns_texts_and_figures_and_back(chromium: Browser, report: Path) -> None:
    seen = open_in(chromium, report, "en", 1280)
    target = "[data-figure=scurve] .annotation-text >> nth=0"
    english = seen.page.text_content(target)
    seen.page.select_option("#language", "ru")
    seen.page.wait_for_selector("html[lang=ru]", state="attached")
    russian = seen.page.inner_text(HEADING), seen.page.text_content(target)
    seen.page.select_option("#language", "en")
    seen.page.wait_for_selector("html[lang=en]", state="attached")
    assert russian[0] == HEADINGS["ru"]
    assert russian[1] != english
    assert (seen.page.inner_text(HEADING), seen.page.text_content(target)) == (HEADINGS["en"], english)
    seen.page.context.close()


def test_the_choice_of_a_language_is_remembered(chromium: Browser, report: Path) -> None:
    seen = open_in(chromium, report, "en", 1280)
    seen.page.select_option("#language", "fr")
    seen.page.wait_for_selector("html[lang=fr]", state="attached")
    seen.page.reload()
    seen.page.wait_for_selector("html[lang=fr]", state="attached")
    assert seen.page.input_value("#language") == "fr"
    seen.page.context.close()


def test_an_address_can_name_the_language(chromium: Browser, report: Path) -> None:
    page = chromium.new_context(locale="en").new_page()
    page.goto(f"{report.as_uri()}?lang=zh")
    page.wait_for_selector("html[lang=zh-Hans]", state="attached")
    assert page.inner_text(HEADING) == HEADINGS["zh"]
    page.context.close()
