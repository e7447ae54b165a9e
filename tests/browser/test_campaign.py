"""The page of the campaign in a real browser: it moves by keyboard, keeps still on wish, fits a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboards.campaign_page import compose_campaign
from dashboards.report import CAMPAIGN_FILE, write_page
from sim.campaign.compile import compile_campaign
from sim.scenario.load import load_scenario
from sim.study.runner import run_study
from sim.study.summary import findings_of
from tests.browser.test_report import CHROMIUM, FLAGS, PATIENCE_MS, Seen
from tests.unit.dashboards.sample import sample_findings
from tests.unit.dashboards.test_base_plan import BASE, SMALL
from tests.unit.dashboards.test_campaign_film import sample_outline

if CHROMIUM is None:
    pytest.skip("no Chromium on this machine", allow_module_level=True)

from playwright.sync_api import Browser, sync_playwright

pytestmark = pytest.mark.browser

READY = "#scene[data-ready=yes]"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    page = compose_campaign(sample_findings(), sample_outline())
    assert page is not None
    return write_page(lambda: page, tmp_path_factory.mktemp("campaign"), name=CAMPAIGN_FILE)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


def open_page(chromium: Browser, path: Path, **context: object) -> Seen:
    seen = Seen(chromium.new_context(**context).new_page())  # type: ignore[arg-type]
    seen.page.on("console", lambda message: seen.errors.append(message.text) if message.type == "error" else None)
    seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
    seen.page.on("dialog", lambda dialog: seen.dialogs.append(str(dialog)))
    seen.page.goto(path.as_uri())
    seen.page.wait_for_selector(READY, timeout=PATIENCE_MS)
    return seen


@pytest.fixture(scope="module")
def phone(chromium: Browser, path: Path) -> Iterator[Seen]:
    seen = open_page(chromium, path, viewport={"width": 390, "height": 844}, color_scheme="dark", bypass_csp=True)
    yield seen
    seen.page.context.close()


def place_of(seen: Seen, name: str) -> str | None:
    """Return where the sketch shows the first craft of a mission, or None."""
    found: str | None = seen.page.evaluate(
        "(name) => [...document.querySelectorAll('.sketch g[transform]')]"
        ".find((g) => g.querySelector('title')?.textContent.startsWith(name))?.getAttribute('transform')",
        name,
    )
    return found


def test_the_keyboard_moves_time_and_a_vehicle_is_elsewhere(phone: Seen) -> None:
    """The ship of the sample's first crew leaves Earth on day 3068 for five days: each day it is further out."""
    phone.page.select_option(".pick select >> nth=0", "0")
    phone.page.focus("#day")
    phone.page.evaluate("document.getElementById('day').value = 3068")
    phone.page.keyboard.press("ArrowRight")
    before = place_of(phone, "first-crew (mengzhou)")
    phone.page.keyboard.press("ArrowRight")
    assert before is not None
    assert place_of(phone, "first-crew (mengzhou)") not in (None, before)


def test_home_and_end_go_to_the_ends_and_the_slider_says_the_date(phone: Seen) -> None:
    phone.page.focus("#day")
    phone.page.keyboard.press("Home")
    assert phone.page.get_attribute("#day", "aria-valuetext") == "1 Jan 2022"


def test_the_space_bar_plays_and_stops(phone: Seen) -> None:
    phone.page.focus("#day")
    phone.page.keyboard.press("Home")
    phone.page.keyboard.press("Space")
    phone.page.wait_for_function("document.getElementById('scene').dataset.day !== '0'", timeout=PATIENCE_MS)
    phone.page.keyboard.press("Space")
    assert phone.page.inner_text(".play") == "Play"


def test_two_runs_stand_side_by_side_with_the_day_they_part(phone: Seen) -> None:
    phone.page.select_option(".pick select >> nth=1", "1")
    assert phone.page.locator(".run-panel").count() == 2
    assert phone.page.inner_text(".part") != ""
    phone.page.select_option(".pick select >> nth=1", "-1")


def test_the_page_is_silent_and_fits_a_phone(phone: Seen) -> None:
    assert (phone.errors, phone.dialogs) == ([], [])
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_axe_finds_nothing_serious(phone: Seen) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(phone.page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


def test_nothing_plays_for_those_who_ask_for_less_motion(chromium: Browser, path: Path) -> None:
    seen = open_page(chromium, path, reduced_motion="reduce")
    seen.page.focus("#day")
    seen.page.keyboard.press("Home")
    seen.page.keyboard.press("Space")
    day = seen.page.evaluate("document.getElementById('scene').dataset.day")
    assert not seen.page.is_visible(".play")
    assert day != "0", "the space bar steps to the next event instead"
    seen.page.context.close()


def test_elements_of_the_base_change_their_state_with_the_day(chromium: Browser, tmp_path: Path) -> None:
    """The hut of a small plan is not there on the first day and works on the last."""
    loaded = load_scenario(SMALL, sets=BASE)
    campaign = compile_campaign(loaded)
    study = run_study(campaign, replications=4, seed=3, jobs=1, folder=tmp_path / "study")
    page = compose_campaign(findings_of(study), study.outline, known=(campaign, loaded))
    assert page is not None
    seen = open_page(chromium, write_page(lambda: page, tmp_path, name=CAMPAIGN_FILE))
    seen.page.select_option(".pick select >> nth=0", "0")
    seen.page.focus("#day")
    seen.page.keyboard.press("Home")
    shown = [seen.page.get_attribute(".base-plan .element", "class")]
    seen.page.keyboard.press("End")
    shown.append(seen.page.get_attribute(".base-plan .element", "class"))
    seen.page.context.close()
    assert (shown, seen.errors) == (["element waited", "element works"], [])
