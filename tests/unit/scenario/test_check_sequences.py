"""Sequences that cannot be flown as they are typed in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.scenario.small import problems_of, told

BASE = """\
format: 1
calendar: {start: 2030-01-01, end: 2031-01-01}
goals: {home: {by: 2030-06-01, needs: [sortie]}}
spacecraft:
  booster: {kind: transfer-stage, dry: 40 t, stages: {tank: {propellant: 900 t, isp: 360 s}}}
  ship: {kind: ship, dry: 12 t, crew: 3, cargo: 100 kg, stages: {tank: {propellant: 20 t, isp: 320 s}}}
  lander: {kind: lander, dry: 4 t, crew: 2, stages: {tank: {propellant: 12 t, isp: 320 s}}}
  shroud: {kind: transfer-stage, dry: 1 t}
  double: {kind: lander, dry: 1 t, stages: {down: {propellant: 1 t, isp: 320 s}, up: {propellant: 1 t, isp: 320 s}}}
missions:
  sortie:
    sequence:
      - {fly: [booster, ship, lander, shroud], load: {ship: 300 kg}, dv: 9.3 km/s,
         do: [drop shroud, burn booster, drop booster]}
      - {after: 4 d, fly: [lander], unload: {ship: 200 kg}, load: {lander: 200 kg}, dv: 2 km/s, do: [burn lander]}
      - {after: 8 d, fly: [ship], dv: 900 m/s, do: [burn ship]}
"""


def _changed(folder: Path, last: str) -> list[tuple[str, str, str, str]]:
    """Return what is wrong with the sortie when its last burn is another."""
    text = BASE.replace("{after: 8 d, fly: [ship], dv: 900 m/s, do: [burn ship]}", last)
    assert text != BASE
    return [(str(p.code), p.path, p.message, p.hint) for p in problems_of(folder, base=text)]


def test_a_sequence_that_can_be_flown_is_not_complained_of(tmp_path: Path) -> None:
    assert told(problems_of(tmp_path, base=BASE)) == []


@pytest.mark.parametrize(
    ("last", "code", "path", "message", "hint"),
    [
        ("{after: 8 d, fly: [ship, booster], dv: 9 m/s, do: [burn ship]}", "value", "fly[1]",
         "booster was dropped in burn 1 and cannot fly again", "do not drop it before"),
        ("{after: 8 d, fly: [ship], load: {booster: 1 kg}, dv: 9 m/s, do: [burn ship]}", "value", "load.booster",
         "booster was dropped in burn 1", "move the mass before"),
        ("{after: 3 d, fly: [ship], dv: 9 m/s, do: [burn ship]}", "date-order", "after",
         "this burn comes 3 d after the start, and one before it in the list 4 d after it", "sort them"),
        ("{fly: [ship], dv: 9 m/s, do: [burn ship]}", "date-order", "after", "comes 0 d after the start", "sort them"),
        ("{after: 8 d, fly: [ship], load: {ship: 900 kg}, dv: 9 m/s, do: [burn ship]}", "over-capacity", "load.ship",
         "ship then has 1,000 kg on board, and room for 400 kg: cargo 100 kg, seats for 3 of 100 kg each", "load less"),
        ("{after: 8 d, fly: [lander], load: {lander: 1 kg}, dv: 9 m/s, do: [burn lander]}", "over-capacity",
         "load.lander", "lander then has 201 kg on board, and room for 200 kg", "load less"),
        ("{after: 8 d, fly: [ship], unload: {ship: 4.7 t}, dv: 9 m/s, do: [burn ship]}", "over-capacity",
         "unload.ship", "4,700 kg leave ship, which has 100 kg on board", "unload less"),
        ("{after: 8 d, fly: [ship], load: {shup: 1 kg}, dv: 9 m/s, do: [burn ship]}", "no-such-name", "load.shup",
         "shup flies in no burn of this sequence", "did you mean 'ship'?"),
        ("{after: 8 d, fly: [ship], dv: 9 m/s, do: [burn lander]}", "no-such-name", "do[0]",
         "lander does not fly in this burn", "add it to fly"),
        ("{after: 8 d, fly: [ship, lander], dv: 9 m/s, do: [drop lander, burn lander]}", "value", "do[1]",
         "lander has been dropped earlier in this burn", "after its last burn"),
        ("{after: 8 d, fly: [ship], dv: 9 m/s}", "value", "dv", "9 m/s are wanted, and nothing burns",
         "do: [burn ship]"),
        ("{after: 8 d, fly: [ship, ship], dv: 9 m/s, do: [burn ship]}", "value", "fly[1]", "stands twice", "once"),
        ("{after: 8 d, fly: [double], dv: 9 m/s, do: [burn double]}", "value", "fly[0]", "double has several stages",
         "a spacecraft of its own"),
    ],
)  # fmt: skip
def test_what_a_burn_cannot_be_is_told_at_its_place(
    last: str, code: str, path: str, message: str, hint: str, tmp_path: Path
) -> None:
    wanted = f"missions.sortie.sequence[2].{path}"
    found = [problem for problem in _changed(tmp_path, last) if problem[:2] == (code, wanted)]
    assert len(found) == 1, _changed(tmp_path, last)
    assert message in found[0][2]
    assert hint in found[0][3]


def test_what_has_no_engine_cannot_burn(tmp_path: Path) -> None:
    text = BASE.replace("do: [drop shroud,", "do: [burn shroud,")
    assert ("value", "missions.sortie.sequence[0].do[0]") in told(problems_of(tmp_path, base=text))


@pytest.mark.parametrize(
    ("key", "value", "hint"),
    [
        ("crew", "{number: 3, down: 2, stay: 7 d}", "load: {SPACECRAFT: 400 kg}"),
        ("cargo", "{water: 20 kg}", "load: {SPACECRAFT: MASS}"),
        ("operations", "[{name: dock, duration: 1 d}]", "time of each burn by after"),
    ],
)
def test_what_a_sequence_would_leave_out_is_refused(key: str, value: str, hint: str, tmp_path: Path) -> None:
    found = problems_of(tmp_path, f"missions: {{sortie: {{{key}: {value}}}}}\n", base=BASE)
    assert told(found) == [("value", f"missions.sortie.{key}")]
    assert hint in found[0].hint


@pytest.mark.parametrize("word", ["landed", "arrived", "launched"])
def test_only_the_touchdown_of_a_sequence_is_no_need(word: str, tmp_path: Path) -> None:
    found = problems_of(tmp_path, f"goals: {{home: {{needs: [sortie.{word}]}}}}\n", base=BASE)
    assert told(found) == ([("no-such-name", "goals.home.needs[0]")] if word == "landed" else [])


@pytest.mark.parametrize(
    ("key", "value"),
    [("crew", "{number: 3, down: 2, stay: 7 d}"), ("route", "[orbit]"), ("cargo", "{water: 9 kg}")],
    ids=["stay", "route", "goods"],
)
def test_what_a_flight_told_by_steps_would_leave_out_is_refused(key: str, value: str, tmp_path: Path) -> None:
    text = BASE.partition("  sortie:")[0] + "  sortie: {operations: [{name: dock, duration: 1 d}]}\n"
    child = f"places: {{orbit: {{body: moon, altitude: 99 km}}}}\nmissions: {{sortie: {{{key}: {value}}}}}\n"
    path = f"missions.sortie.{key}" + (".stay" if key == "crew" else "")
    assert told(problems_of(tmp_path, child, base=text)) == [("value", path)]
