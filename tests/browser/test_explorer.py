"""The explorer in a real browser: it answers clicks, keeps to its folders, and can be used by everyone."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.campaign.compile import compile_campaign
from sim.scenario.load import load_scenario
from sim.study.runner import run_study
from sim.study.sweep import Start, run_sweep
from sim.study.sweep_plan import read_plan
from tests.browser.test_report import CHROMIUM, FLAGS, PATIENCE_MS

pytest.importorskip("dash", reason="the explorer needs the extra [explore]")
if CHROMIUM is None:
    pytest.skip("no Chromium on this machine", allow_module_level=True)

from playwright.sync_api import Browser, Page, sync_playwright

from dashboards.explorer import keep_cases, listen, name_nearest
from dashboards.study_list import Shelf, open_shelf

pytestmark = pytest.mark.browser

TESTS = Path(__file__).resolve().parents[1]
SMALL, SWEEPING = TESTS / "cli" / "small.yaml", TESTS / "unit" / "study" / "sweeping.yaml"
STUDIED = "hut-stands"
LAST = 59


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a study of 60 replications and a sweep of 8 cases."""
    folder = tmp_path_factory.mktemp("runs")
    campaign = compile_campaign(load_scenario(SMALL))
    run_study(campaign, replications=LAST + 1, seed=3, jobs=1, folder=folder / "study")
    run_sweep(Start(SWEEPING), read_plan(load_scenario(SWEEPING)), jobs=1, folder=folder / "sweep")
    return folder


@pytest.fixture(scope="module")
def shelf(folder: Path) -> Shelf:
    return open_shelf([folder])


@pytest.fixture(scope="module")
def address(shelf: Shelf) -> Iterator[str]:
    server = listen(shelf, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def seen() -> dict[str, list[str]]:
    return {"errors": [], "requests": []}


@pytest.fixture(scope="module")
def page(browser: Browser, address: str, seen: dict[str, list[str]]) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark")
    page = context.new_page()
    page.on("console", lambda message: seen["errors"].append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: seen["errors"].append(str(error)))
    page.on("request", lambda request: seen["requests"].append(request.url))
    page.goto(address)
    for name in ("curves", "bat", "cases"):
        page.wait_for_selector(f"#{name} .main-svg", timeout=PATIENCE_MS)
    yield page
    context.close()


def status_of(url: str, host: str | None = None) -> int:
    request = urllib.request.Request(url, headers={"Host": host} if host else {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_a_replication_is_opened_by_its_step_on_the_curve(page: Page, shelf: Shelf) -> None:
    """The click of a point is what Plotly sends when a reader clicks it; the number is the study's own."""
    (volume,) = shelf.volumes.values()
    steps = volume.steps(STUDIED)
    middle = len(steps.replication) // 2
    page.evaluate(
        "(place) => { const plot = document.querySelector('#curves .js-plotly-plot');"
        " const trace = plot._fullData[0];"
        " plot.emit('plotly_click', {points: [{curveNumber: 0, pointNumber: place, data: trace, fullData: trace,"
        " customdata: trace.customdata[place]}]}); }",
        middle,
    )
    page.wait_for_function(
        "(name) => document.getElementById('run-title').textContent.includes(name)",
        arg=f"replication {steps.replication[middle]}",
        timeout=PATIENCE_MS,
    )
    assert page.locator("#story li").count() > 1
    assert f"{STUDIED} is reached on" in page.inner_text("#story-title")


def test_pulling_a_lever_names_a_case_that_was_run(page: Page, shelf: Shelf) -> None:
    (sweep,) = shelf.sweeps.values()
    before = page.inner_text("#nearest")
    thumb = page.locator("#levers [role=slider]").first
    thumb.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "(old) => document.getElementById('nearest').textContent !== old", arg=before, timeout=PATIENCE_MS
    )
    said = page.inner_text("#nearest")
    assert "case" in said.lower()
    assert any(f"{one.number}" in said for one in sweep.goals[0].answers)


def test_the_address_names_what_is_shown(page: Page) -> None:
    page.locator("#run-number input, input#run-number").first.fill("7")
    page.locator("#run-number input, input#run-number").first.press("Enter")
    page.wait_for_function("() => new URLSearchParams(location.search).get('n') === '7'", timeout=PATIENCE_MS)
    words = page.evaluate("Object.fromEntries(new URLSearchParams(location.search))")
    assert (words["goal"], words["run"]) == (STUDIED, words["study"])


def test_an_address_opens_two_runs_and_says_when_they_part(browser: Browser, address: str, shelf: Shelf) -> None:
    (volume,) = shelf.volumes.values()
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/?run={volume.name}&n=3&other={volume.name}&m=4")
    page.wait_for_function(
        "() => document.getElementById('parting')?.textContent.includes('then they part')", timeout=PATIENCE_MS
    )
    assert "replication 3" in page.inner_text("#run-title")
    assert "replication 4" in page.inner_text("#other-title")
    context.close()


def test_the_curves_that_are_shown_can_be_saved(page: Page, shelf: Shelf) -> None:
    (volume,) = shelf.volumes.values()
    with page.expect_download(timeout=PATIENCE_MS) as saved:
        page.click("#curves-save")
    lines = Path(str(saved.value.path())).read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + len(volume.steps(STUDIED).replication)


def test_the_explorer_fits_a_phone_and_asks_nobody_else(page: Page, seen: dict[str, list[str]], address: str) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert [url for url in seen["requests"] if not url.startswith((address, "data:", "blob:"))] == []
    assert seen["errors"] == []


def test_figures_take_the_colours_of_the_dark(page: Page) -> None:
    assert page.evaluate("document.querySelector('#bat .js-plotly-plot')._fullLayout.font.color") == "#EEF2F6"


def test_axe_finds_nothing_serious_in_the_explorer(page: Page) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


def test_a_study_that_is_not_there_is_not_asked_for(address: str) -> None:
    """A visitor who sends another key gets what is there: no key ever becomes a path."""
    body = {
        "output": "..curves-data.data...curves-title.children..",
        "outputs": [{"id": "curves-data", "property": "data"}, {"id": "curves-title", "property": "children"}],
        "inputs": [
            {"id": "studies", "property": "value", "value": ["../../etc/passwd", "s0"]},
            {"id": "goal", "property": "value", "value": STUDIED},
        ],
        "changedPropIds": ["goal.value"],
    }
    request = urllib.request.Request(
        f"{address}/_dash-update-component", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        said = json.loads(answer.read())["response"]
    assert len(said["curves-data"]["data"]["data"]) == 1


@pytest.mark.parametrize("path", ["../ilrs-run.json", "study/outline.json", "study/../../etc/passwd"])
def test_a_path_is_answered_with_the_page_itself(address: str, path: str) -> None:
    with urllib.request.urlopen(f"{address}/{path}", timeout=30) as answer:
        assert answer.read().startswith(b"<!doctype html>")


@pytest.mark.parametrize("path", ["assets/page.css", "assets/../explorer.py"])
def test_no_file_of_the_program_is_served(address: str, path: str) -> None:
    assert status_of(f"{address}/{path}") == 404


def test_a_foreign_name_for_this_machine_is_refused(address: str) -> None:
    """What a page elsewhere would use to read the data through a name that it points at 127.0.0.1."""
    assert status_of(address, host="evil.example") == 403


def test_every_step_names_its_replication(shelf: Shelf) -> None:
    (volume,) = shelf.volumes.values()
    steps = volume.steps(STUDIED)
    goal = volume.goal(STUDIED)
    assert goal is not None
    assert len(set(steps.replication)) == len(steps.replication) == goal.reached
    assert list(steps.t_d) == sorted(steps.t_d)


def test_a_brush_over_everything_keeps_every_case(shelf: Shelf) -> None:
    (sweep,) = shelf.sweeps.values()
    whole = [(0, len(lever.values) - 1) for lever in sweep.levers]
    assert keep_cases(sweep, sweep.goals[0], whole) == {one.number for one in sweep.goals[0].answers}


def test_levers_at_the_values_of_a_case_name_that_case(shelf: Shelf) -> None:
    (sweep,) = shelf.sweeps.values()
    one = sweep.goals[0].answers[2]
    places = [lever.values.index(one.values[lever.path]) for lever in sweep.levers]
    assert name_nearest(sweep, sweep.goals[0], places).startswith(f"Case {one.number} was run with exactly these")
