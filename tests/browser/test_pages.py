"""Comparison and sweep pages in a real browser, and axe over every kind of page."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from dashboards.comparison_page import Entry, compose_comparison
from dashboards.report import compose_page, write_page
from dashboards.sweep_page import compose_sweep
from sim.study.differences import Input
from tests.browser.test_report import CHROMIUM, FLAGS, Seen, count_undrawn, load
from tests.unit.dashboards.sample import HOSTILE, sample_findings, sample_setting
from tests.unit.dashboards.test_flight_page import flights_of
from tests.unit.dashboards.test_sweeps import sample_sweep

if CHROMIUM is None:
    pytest.skip("no Chromium on this machine", allow_module_level=True)

from playwright.sync_api import Browser, sync_playwright

pytestmark = pytest.mark.browser

PAGES = ("report", "comparison", "sweep", "flights")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a page of each kind, plotly.js once beside them."""
    folder = tmp_path_factory.mktemp("pages")
    first = sample_findings()
    second = dataclasses.replace(first, scenario=HOSTILE)
    luck = np.random.default_rng(1).normal(5300.0, 200.0, first.replications)
    name = first.goals[0].name
    entries = [
        Entry(first, {name: luck}, {"a.x": Input(("a", "x"), "1")}),
        Entry(second, {name: luck + 30.0}, {"a.x": Input(("a", "x"), HOSTILE, HOSTILE)}),
    ]
    for kind, compose in {
        "report": lambda: compose_page(first, sample_setting()),
        "comparison": lambda: compose_comparison(entries),
        "sweep": lambda: compose_sweep(sample_sweep(), folder),
        "flights": lambda: flights_of("missions.cargo-1.title=The first flight")[1],
    }.items():
        write_page(compose, folder, name=f"{kind}.html", single_file=False)
    return folder


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module", params=PAGES)
def seen(request: pytest.FixtureRequest, chromium: Browser, folder: Path) -> Iterator[Seen]:
    """Open a page on a dark phone; its policy is set aside so that axe may run."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark", bypass_csp=True)
    yield load(context, folder / f"{request.param}.html")
    context.close()


def test_every_page_is_drawn_silent_offline_and_narrow(seen: Seen) -> None:
    assert count_undrawn(seen.page) == 0
    assert (seen.errors, seen.dialogs) == ([], [])
    assert [url for url in seen.requests if not url.startswith(("file:", "data:", "blob:"))] == []
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_figures_in_view_are_drawn_before_the_others(seen: Seen) -> None:
    """What is on the first screen does not wait for what is below it; only the order is tested, never the time."""
    first = float(seen.page.evaluate("document.documentElement.dataset.inView"))
    assert 0 < first <= float(seen.page.evaluate("performance.now()"))


def test_axe_finds_nothing_serious(seen: Seen) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(seen.page).response["violations"]
    assert [
        (one["id"], one["nodes"][0]["html"][:80]) for one in found if one["impact"] in ("serious", "critical")
    ] == []


def test_axe_finds_nothing_serious_on_a_light_desktop(seen: Seen) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    seen.page.set_viewport_size({"width": 1280, "height": 900})
    seen.page.emulate_media(color_scheme="light")
    seen.page.wait_for_timeout(300)
    found = axe.Axe().run(seen.page).response["violations"]
    assert [
        (one["id"], one["nodes"][0]["html"][:80]) for one in found if one["impact"] in ("serious", "critical")
    ] == []


def test_every_page_prints(seen: Seen) -> None:
    assert seen.page.pdf(format="A4").startswith(b"%PDF")
