"""Figures that are off by a thousand are told, and usual ones are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario.check_magnitudes import RANGES
from tests.unit.scenario.small import problems_of

CASES: list[tuple[str, str, str, str]] = [
    # what is written over the small scenario; severity; path; part of the message
    ("legs: {down: {burns: [{dv: 1900 km/s}]}}", "error", "legs.down.burns[0].dv", "1900 km/s is beyond anything"),
    ("legs: {down: {burns: [{dv: 15 km/s}]}}", "warning", "legs.down.burns[0].dv", "15 km/s is unusual"),
    ("legs: {out: {burns: [{dv: 0.0002 m/s}]}}", "warning", "legs.out.burns[0].dv", "is unusual"),
    ("spacecraft: {lanyue: {stages: {main: {isp: 3.35 s}}}}", "error", "spacecraft.lanyue.stages.main.isp",
     "3.35 s is beyond anything that flies"),
    ("spacecraft: {lanyue: {stages: {main: {isp: 3350 s}}}}", "warning", "spacecraft.lanyue.stages.main.isp",
     "3350 s is unusual"),
    ("launchers: {cz-10: {upper_stage: {isp: 4.4 s}}}", "error", "launchers.cz-10.upper_stage.isp", "4.4 s is beyond"),
    ("launchers: {cz-10: {to: {tli: 27000 t}}}", "error", "launchers.cz-10.to.tli", "is beyond anything"),
    ("spacecraft: {lanyue: {dry: 9 kg}}", "warning", "spacecraft.lanyue", "16 t of propellant in a spacecraft of 9 kg"),
    ("spacecraft: {lanyue: {dry: 9000 t}}", "warning", "spacecraft.lanyue.dry", "9000 t is unusual"),
    ("spacecraft: {lanyue: {stages: {main: {propellant: 60 kg}}}}", "warning", "spacecraft.lanyue",
     "60 kg of propellant in a spacecraft of 9 t"),
    ("elements: {hub: {demand: 3 MW}}", "warning", "elements.hub.demand", "3 MW is out of proportion to a mass of 3 t"),
    ("elements: {hub: {supply: {solar: 5 MW}}}", "warning", "elements.hub.supply.solar", "out of proportion"),
    ("elements: {hub: {supply: {storage: 100 MWh}}}", "warning", "elements.hub.supply.storage", "out of proportion"),
    ("elements: {hub: {demand: 3000 MW}}", "error", "elements.hub.demand", "is beyond anything"),
    ("elements: {hub: {mass: 3 g}}", "warning", "elements.hub.mass", "is unusual"),
    ("missions: {crew-1: {crew: {mass_each: 100 t}}}", "error", "missions.crew-1.crew.mass_each", "beyond anything"),
    ("living: {per_crew_day: {water: 3 t}, reserve: 9 d}", "error", "living.per_crew_day.water", "beyond anything"),
    ("living: {per_crew_day: {water: 3 kg}, reserve: 9 d, crew_shift: 60 h}", "error", "living.crew_shift",
     "60 h is beyond anything"),
    ("places: {pole: {mast: 20 km}}", "error", "places.pole.mast", "20 km is beyond"),
    ("spacecraft: {lanyue: {stages: {main: {boil_off: 2 /d}}}}", "error", "spacecraft.lanyue.stages.main.boil_off",
     "beyond anything"),
]  # fmt: skip


@pytest.mark.parametrize(("child", "severity", "path", "message"), CASES)
def test_a_figure_off_by_a_thousand_asks_for_its_unit(
    child: str, severity: str, path: str, message: str, tmp_path: Path
) -> None:
    found = [p for p in problems_of(tmp_path, child + "\n") if p.path == path and p.severity == severity]
    assert any(message in p.message and "check the unit" in p.hint for p in found)


def test_the_usual_lies_within_the_possible() -> None:
    assert [r.where for r in RANGES if not r.possible[0] <= r.usual[0] < r.usual[1] <= r.possible[1]] == []
