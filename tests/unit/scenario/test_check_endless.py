"""Repetitions in which no time passes are refused at their place; a zero that ends is none of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.scenario.small import problems_of

NEVER_ZERO = "{weibull: {shape: 1, scale: 3 d, zero: 99.9999 %}}"
TANK = (
    "stations: {{depot: {{at: llo, mass: 5 t, commissioning: 1 d, tank: {{capacity: 20 t, filled_by: "
    "{{delivers: {delivers}, fleet: 3, spare: 0 d, operations: [{{name: fly, duration: 0 d{more}}}]}}}}}}}}"
)
LOST = (
    "launchers: {{cz-10: {{record: null, reliability: {reliability}, production: {{every: 0 d}}, integration: 0 d, "
    "stand_down: {stand_down}}}}}\n"
    "launch_sites: {{wenchang: {{pads: {{lc-301: {{turnaround: 0 d}}}}}}}}\n"
    "missions: {{cargo-1: {{rebuild: 0 d{more}}}}}"
)
TOLD = (
    "missions: {{told: {{rebuild: {rebuild}, operations: "
    "[{{name: a, duration: {a}}}, {{name: b, duration: 0 d, {b}}}]}}}}"
)

ENDLESS = [
    ("launch_sites: {wenchang: {scrub: 100 %, recycle: 0 d}}", "launch_sites.wenchang.recycle"),
    ("launch_sites: {wenchang: {scrub: 99.9999 %, recycle: 0 d}}", "launch_sites.wenchang.recycle"),
    ("launch_sites: {wenchang: {scrub: 100 %, recycle: 1 s}}", "launch_sites.wenchang.recycle"),
    (f"launch_sites: {{wenchang: {{scrub: 100 %, recycle: {NEVER_ZERO}}}}}", "launch_sites.wenchang.recycle"),
    ("launch_sites: {wenchang: {scrub: 100 %, recycle: {uniform: [0 d, 0 d]}}}", "launch_sites.wenchang.recycle"),
    ("launch_sites: {wenchang: {scrub: 100 %, recycle: {empirical: [0 d, 0 d]}}}", "launch_sites.wenchang.recycle"),
    ("elements: {hub: {commissioning: 0 d, tests: {fails: 100 %, repair: 0 d}}}", "elements.hub.tests.repair"),
    ("elements: {hub: {failures: {every: 0 d, repair: 0 d}}}", "elements.hub.failures.every"),
    ("elements: {hub: {failures: {every: 1 s, repair: 0.5 s}}}", "elements.hub.failures.every"),
    ("missions: {cargo-1: {every: 0 d}}", "missions.cargo-1.every"),
    ("missions: {crew-1: {every: {triangular: [0 d, 0 d, 0 d]}}}", "missions.crew-1.every"),
    (LOST.format(reliability="0 %", stand_down="0 d", more=""), "missions.cargo-1.rebuild"),
    (TOLD.format(rebuild="0 d", a="0 d", b="fails: 100 %"), "missions.told.rebuild"),
    (TOLD.format(rebuild="0 d", a="9 d", b="scrub: 100 %, recycle: 0 d"), "missions.told.operations[1].recycle"),
    (TANK.format(delivers="0 t", more=""), "stations.depot.tank.filled_by.delivers"),
    (TANK.format(delivers="0.001 kg", more=""), "stations.depot.tank.filled_by.delivers"),
    (TANK.format(delivers="5 t", more=", scrub: 100 %, recycle: 0 d"),
     "stations.depot.tank.filled_by.operations[0].recycle"),
]  # fmt: skip
ENDING = [
    "launch_sites: {wenchang: {scrub: 100 %, recycle: 2 d}}",
    "launch_sites: {wenchang: {scrub: 99 %, recycle: 0 d}}",
    "launch_sites: {wenchang: {scrub: 100 %, recycle: {discrete: {0 d: 90 %, 1 d: 10 %}}}}",
    "launch_sites: {wenchang: {scrub: 100 %, recycle: {exponential: {mean: 1 h}}}}",
    "elements: {hub: {commissioning: 0 d, tests: {fails: 50 %, repair: 0 d}}}",
    "elements: {hub: {tests: {fails: 100 %, repair: 0 d}}}",
    "elements: {hub: {failures: {every: 0 d, repair: 1 d}}}",
    "elements: {hub: {failures: {every: 9 d, repair: 0 d}}}",
    "missions: {cargo-1: {every: 0 d, repeats: 3}}",
    LOST.format(reliability="50 %", stand_down="0 d", more=""),
    LOST.format(reliability="0 %", stand_down="9 d", more=""),
    LOST.format(reliability="0 %", stand_down="0 d", more=", on_loss: abandon"),
    TOLD.format(rebuild="0 d", a="0 d", b="fails: 99 %"),
    TOLD.format(rebuild="0 d", a="1 d", b="fails: 100 %"),
    TOLD.format(rebuild="1 d", a="0 d", b="fails: 100 %"),
    TANK.format(delivers="5 t", more=""),
    TANK.format(delivers="5 t", more=", fails: 100 %, then: spare"),
]


def endless_in(folder: Path, child: str) -> list[str]:
    return [problem.path for problem in problems_of(folder, child) if problem.code == "endless"]


@pytest.mark.parametrize(("child", "path"), ENDLESS)
def test_a_repetition_without_time_is_refused_at_its_place(tmp_path: Path, child: str, path: str) -> None:
    assert endless_in(tmp_path, child) == [path]


@pytest.mark.parametrize("child", ENDING)
def test_a_repetition_that_ends_is_not_refused(tmp_path: Path, child: str) -> None:
    assert endless_in(tmp_path, child) == []
