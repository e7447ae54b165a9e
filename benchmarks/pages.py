"""How large a report is, how soon it is seen against an empty page, and how fast the explorer answers ten people.

Run: python benchmarks/pages.py [--explorer REPLICATIONS]

The study is one of a small scenario whose replications are repeated, so that drawing is measured and not simulating.
Needs Chromium and playwright for the times of the page, Dash for those of the explorer; what is missing is left out.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import plotly.graph_objects as go

from dashboards.report import compose_page, write_page
from dashboards.setting import setting_of
from sim.campaign.compile import compile_campaign
from sim.model.sample import Sample
from sim.scenario.load import load_scenario
from sim.study.engines import Pool, ask
from sim.study.runner import run_study
from sim.study.store import StudyTables
from sim.study.summary import findings_of

VISITORS = 10
REQUESTS = 20
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--explorer", type=int, default=100_000, help="replications of the explored study")
    parser.add_argument("--largest", type=int, default=1_000_000, help="replications of the largest report")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        campaign = compile_campaign(load_scenario("ilrs-2035"))
        study = run_study(campaign, replications=200, seed=1, jobs=None, folder=folder / "study")
        sizes(study, folder, options.largest)
        seen(folder)
        explored(study, options.explorer)


def sizes(study: StudyTables, folder: Path, largest: int) -> None:
    """Print the bytes of a report beside plotly.js for a small and a large study, and the seconds it takes."""
    setting = setting_of(compile_campaign(load_scenario("ilrs-2035")))
    small = 0
    for count in (1_000, largest):
        repeated_study = replace(study, sample=repeated(study.sample, count))
        start = time.perf_counter()
        findings = findings_of(repeated_study)
        found_s = time.perf_counter() - start
        page = write_page(
            functools.partial(compose_page, findings, setting), folder, name=f"{count}.html", single_file=False
        )
        wrote_s = time.perf_counter() - start - found_s
        size = page.stat().st_size
        small = small or size
        print(
            f"report of {count:>9,} replications: {size / 1e6:.2f} MB beside plotly.js, {size / small:.2f} x that of "
            f"1,000; estimates {found_s:.1f} s, page {wrote_s:.1f} s"
        )


def repeated(sample: Sample, count: int) -> Sample:
    """Return a sample of `count` replications: its rows again and again, repeats up to a month later."""
    rows = np.arange(count) % sample.size
    luck = np.random.default_rng(0).uniform(0.0, 30.0, count)
    luck[: sample.size] = 0.0  # these can be replayed: the explorer holds a replay against the tables
    again = sample[rows]
    again.reached_d[:] += luck[:, None]
    return replace(again, replication=np.arange(count))


def seen(folder: Path) -> None:
    """Print when all figures of the first screen are drawn, against a page with one empty figure."""
    import shutil

    browser_path = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if browser_path is None:
        print("no Chromium: the time until figures are seen is left out")
        return
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        print("no playwright: the time until figures are seen is left out")
        return
    (folder / "empty.html").write_text(go.Figure().to_html(include_plotlyjs="directory"), encoding="utf-8")
    drawn = "[...document.querySelectorAll('.js-plotly-plot .main-svg')].length"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"])

        def visit(name: str, script: str) -> float:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            start = time.perf_counter()
            page.goto((folder / name).as_uri())
            while not page.evaluate(script):
                page.wait_for_timeout(20)
            took_s = time.perf_counter() - start
            page.close()
            return took_s

        empty_s = statistics.median(visit("empty.html", drawn) for _ in range(5))
        first_s = statistics.median(visit("1000.html", "document.documentElement.dataset.inView") for _ in range(5))
        whole_s = statistics.median(visit("1000.html", "document.documentElement.dataset.drawn") for _ in range(5))
        browser.close()
    print(
        f"figures in view after {first_s:.2f} s, all after {whole_s:.2f} s; a page with one empty figure "
        f"{empty_s:.2f} s: {first_s / empty_s:.1f} x and {whole_s / empty_s:.1f} x"
    )


def explored(study: StudyTables, count: int) -> None:
    """Print the times of the explorer's answers to ten visitors who ask at once."""
    try:
        from dashboards.explorer import job_of, listen
    except ImportError:
        print("no Dash: the explorer is left out")
        return
    from dashboards.study_list import Shelf, Volume

    volume = Volume("study", replace(study, sample=repeated(study.sample, count)))
    shelf = Shelf({"s0": volume}, {}, ())
    workers = Pool(os.cpu_count() or 1)  # as `ilrs explore` has them
    server = listen(shelf, "127.0.0.1", 0, functools.partial(ask, workers, job_of(shelf)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.port}/_dash-update-component"
    goals = [goal.name for goal in volume.findings.goals]
    kinds: dict[str, Callable[[int], bytes]] = {
        "a curve": lambda i: question(["curves-data.data", "curves-title.children"], studies=["s0"], goal=goals[i % 3]),
        "a new replication": lambda i: question(RUN, **{"run-study": "s0", "run-number": i % 200, "goal": goals[0]}),
    }
    for name, asked in kinds.items():
        times = visited(address, [asked(i) for i in range(VISITORS * REQUESTS)])
        middle, late = 1e3 * statistics.median(times), 1e3 * times[int(0.95 * len(times))]
        print(
            f"explorer, {count:,} replications, {VISITORS} at once, {name}: median {middle:.0f} ms, "
            f"95 % {late:.0f} ms, longest {1e3 * times[-1]:.0f} ms"
        )
    server.shutdown()
    workers.shutdown()
    teller, goal = volume.teller(), goals[0]
    teller.tell(volume.ask("s0", 0, goal))  # compiles the scenario
    start = time.process_time()
    for number in range(1, REQUESTS + 1):
        teller.tell(volume.ask("s0", number, goal))
    print(f"explorer, a new replication: {1e3 * (time.process_time() - start) / REQUESTS:.0f} ms of processor time")


def visited(address: str, bodies: list[bytes]) -> list[float]:
    """Return the seconds of each answer, sorted, to visitors who ask from a process of their own, without a pause."""
    asker = subprocess.run(
        [sys.executable, "-c", VISIT, address, str(VISITORS)],
        input=json.dumps([body.decode() for body in bodies]),
        capture_output=True,
        text=True,
        check=True,
    )
    return sorted(json.loads(asker.stdout))


VISIT = """
import json, sys, time, urllib.request
from concurrent.futures import ThreadPoolExecutor
def asked(body):
    request = urllib.request.Request(sys.argv[1], body.encode(), {"Content-Type": "application/json"})
    start = time.perf_counter()
    with urllib.request.urlopen(request, timeout=60) as answer:
        answer.read()
    return time.perf_counter() - start
bodies = json.load(sys.stdin)
with ThreadPoolExecutor(int(sys.argv[2])) as visitors:
    asked(bodies[0])
    print(json.dumps(list(visitors.map(asked, bodies[1:]))))
"""


RUN = [
    "bat-data.data",
    "zoom-data.data",
    "zoom-title.children",
    "run-title.children",
    "run-reading.children",
    "bat-keys.children",
    "story.children",
    "story-title.children",
]


def question(outputs: list[str], **inputs: object) -> bytes:
    """Return what the browser sends for a callback."""
    split = [output.rsplit(".", 1) for output in outputs]
    return json.dumps(
        {
            "output": f"..{'...'.join(outputs)}..",
            "outputs": [{"id": name, "property": part} for name, part in split],
            "inputs": [{"id": name, "property": "value", "value": value} for name, value in inputs.items()],
            "changedPropIds": ["goal.value"],
        }
    ).encode()


if __name__ == "__main__":
    main()
