"""A small whole scenario for tests; every figure in it is made up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.problems import Problem, ScenarioError
from sim.scenario.load import load_scenario

SMALL = """\
format: 1
calendar: {start: 2022-01-01, end: 2050-01-01, as_of: 2026-11-22}
goals:
  base: {by: 2035-12-31, needs: [hub.operational, crew-1.landed], power_margin: 10 %}
partners:
  cnsa: {}
  roscosmos: {joins: 2023-01-01, withdraws: 2040-01-01}
activities:
  agreement: {kind: agreement, parties: [cnsa, roscosmos], done: 2022-11-25}
  cz10-dev: {partner: cnsa, needs: [agreement], finish: 2027-06-01, slip: {uniform: [0 d, 300 d]}}
  lander-dev: {needs: [agreement], duration: {pert: [2 yr, 3 yr, 5 yr]}, not_before: 2024-01-01}
risks:
  trouble: {probability: 30 %, stretches: {cz10-dev: {triangular: [1.1, 1.4, 2.2]}}}
launch_sites:
  wenchang:
    {latitude: 19.6 deg, longitude: 111 deg, scrub: 15 %, recycle: 2 d, pads: {lc-301: {turnaround: 60 d}}}
launchers:
  cz-10:
    partner: cnsa
    needs: [cz10-dev]
    pads: [wenchang.lc-301]
    to: {tli: 27 t}
    record: {flights: 2, failures: 0}
    production: {every: 150 d}
    integration: 40 d
    stand_down: {lognormal: {median: 334 d, p90: 800 d}}
spacecraft:
  cargo-lander:
    {kind: lander, dry: 6 t, stages: {main: {propellant: 14 t, isp: 335 s}}, cargo: 5 t, needs: [lander-dev]}
  lanyue: {kind: lander, dry: 9 t, stages: {main: {propellant: 16 t, isp: 335 s}}, crew: 2}
  mengzhou: {kind: ship, dry: 14 t, stages: {main: {propellant: 11 t, isp: 310 s}}, crew: 3}
places:
  leo: {body: earth, altitude: 200 km, inclination: 28.5 deg}
  high: {body: moon, altitude: 9000 km, inclination: 90 deg}
  llo: {body: moon, altitude: 100 km, inclination: 90 deg}
  pole: {body: moon, surface: true, latitude: -89 deg, longitude: 0 deg}
legs:
  out: {from: leo, to: llo, transfer: computed, tof: [84 h, 132 h]}
  down: {from: llo, to: pole, burns: [{dv: 1.9 km/s}], tof: [4 h]}
  up: {from: pole, to: llo, burns: [{dv: 1.9 km/s}], tof: [4 h]}
elements:
  hub: {mass: 3 t, demand: 3 kW, supply: {solar: 5 kW}, commissioning: 30 d}
base: {at: pole, robot_shift: 8 h}
missions:
  cargo-1:
    partner: cnsa
    not_before: 2031-01-01
    launches: {main: {launcher: cz-10, carries: [cargo-lander]}}
    route: [leo, llo, pole]
    cargo: [hub]
  crew-1:
    partner: cnsa
    not_before: 2032-01-01
    needs: [cargo-1.landed]
    launches:
      lander: {launcher: cz-10, carries: [lanyue]}
      ship: {launcher: cz-10, carries: [mengzhou], after: lander.arrived}
    rendezvous: {at: llo, wait: 120 d, duration: 2 d, goes_on: [lanyue]}
    route: [leo, llo, pole]
    back: [llo]
    crew: {number: 3, down: 2, stay: 3 d}
  scout: {flown: {launched: 2024-05-03, arrived: 2024-06-01}}
"""


def problems_of(
    folder: Path, child: str = "", sets: Sequence[str] = (), variants: Sequence[str] = (), base: str = SMALL
) -> list[Problem]:
    """Return what is wrong with the small scenario after a child file and settings, warnings included."""
    (folder / "small.yaml").write_text(base)
    (folder / "child.yaml").write_text(f"extends: small.yaml\n{child}")
    try:
        return list(load_scenario(folder / "child.yaml", variants, sets).warnings)
    except ScenarioError as error:
        return list(error.problems)


def told(problems: Sequence[Problem]) -> list[tuple[str, str]]:
    """Return code and path of each problem."""
    return [(str(problem.code), problem.path) for problem in problems]
