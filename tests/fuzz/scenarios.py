"""Mutated scenarios: what `check` passes is compiled and run, and must hold.

    python -m tests.fuzz.scenarios --count 1000 --seed 1

Shipped scenarios get one to four changes each: keys, values, units, deletions, doublings, swaps, types and extreme
numbers. A finding is an exception that is no answer, a refusal after `check` passed (a flight whose mass does not close
excepted: that takes `check --flights`), a run that breaks, or one that takes longer than a minute.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import re
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sim.analysis.outline import outline_of
from sim.campaign.compile import compile_campaign
from sim.model.simulate import simulate_nominal
from sim.problems import Code, InputError, ScenarioError
from sim.scenario.events import event_names
from sim.scenario.load import check_scenario, load_scenario, read_layers
from sim.scenario.tree import shipped_names
from sim.study import tables
from sim.study.chunks import ChunkSpan, Work
from tests.fuzz.tally import Tally

NUMBERS: list[Any] = [0, 1, -1, 2, 0.5, 100, 1e-9, 1e9, 1e15, 10**17, 1.5, True]
QUANTITIES = ["0", "1", "-1", "0.001", "1e-9", "1e9", "1e6", "365", "100", "99.9999", "1e-300", "1e300", "50"]
UNITS = ["d", "h", "s", "min", "yr", "wk", "t", "kg", "g", "m", "km", "m/s", "km/s", "%", "deg", "rad", "kW", "kWh",
         "kg/d", "%/yr", "%/d", "/d"]  # fmt: skip
WORDS: list[Any] = [
    "",
    "leo",
    "never",
    "success",
    "lost",
    "2030-01-01",
    "2199-12-31",
    "1950-01-01",
    "none",
    "a" * 90,
    "../x",
]
BLOCKS: list[Any] = [[], {}, [[]], {"like": "x"}, {"fixed": "0 d"}, {"uniform": ["0 d", "1 d"]},
                     {"exponential": {"mean": "1 d"}}, {"discrete": {"0 d": "50 %", "1e9 d": "50 %"}},
                     {"normal": {"mean": "1 d", "sd": "9 d"}}]  # fmt: skip
FACTORS = (0.0, 0.01, 0.5, 0.9, 1.1, 2.0, 10.0, 1000.0)
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
LIMIT_S = 60


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every (block, key) at which something stands."""
    if isinstance(value, (dict, list)):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from places(value[key])


def is_amount(block: Any, key: Any) -> bool:
    """Tell whether a number, a quantity or a date stands there."""
    value = block[key]
    return str(value)[:1] in "-0123456789" and not isinstance(value, bool) and key != "format"


def mutate(values: dict[str, Any], chance: random.Random) -> None:
    """Change one thing somewhere."""
    found = list(places(values))
    if chance.random() < 0.7:
        block, key = chance.choice([place for place in found if is_amount(*place)] or found)
        block[key] = another_amount(block[key], chance)
        return
    block, key = chance.choice(found)
    old = block[key]
    how = chance.randrange(7)
    if how == 0:
        del block[key]
    elif how == 1 and isinstance(block, list):
        block.insert(chance.randrange(len(block) + 1), copy.deepcopy(old))
    elif how == 1:
        block[f"{key}-{chance.randrange(1, 4)}"] = copy.deepcopy(old)
    elif how == 2:
        other, place = chance.choice(found)
        block[key], other[place] = copy.deepcopy(other[place]), copy.deepcopy(old)
    elif how == 3 and isinstance(block, dict):
        block[f"{key}{chance.choice(['s', '-', ' ', '.', 'x'])}"] = block.pop(key)
    elif how == 4:
        block[key] = copy.deepcopy(chance.choice([*WORDS, *BLOCKS, None, *NUMBERS]))
    else:
        block[key] = another_amount(old, chance)


def another_amount(old: Any, chance: random.Random) -> Any:
    """Return another number, quantity or date like the one that stands there."""
    if isinstance(old, (int, float)) and not isinstance(old, bool):
        return chance.choice([*NUMBERS, old * 1000, old / 1000, -old])
    number, blank, unit = str(old).partition(" ")
    if isinstance(old, str) and blank and number[:1] in "-0123456789":
        scaled = [f"{float(number) * factor:.6g}" for factor in FACTORS] if NUMBER.fullmatch(number) else QUANTITIES
        number = chance.choice([*scaled, *scaled, *QUANTITIES])
        return f"{number} {chance.choice([unit] * 6 + [chance.choice(UNITS)])}"
    if isinstance(old, str) and old[:2] in ("19", "20") and old[4:5] == "-":
        return f"{chance.choice([1950, 2000, 2026, 2030, 2035, 2060, 2199])}{old[4:]}"
    return copy.deepcopy(chance.choice([*WORDS, *BLOCKS]))


def mutate_need(values: dict[str, Any], chance: random.Random) -> None:
    """Let something need any event there is, by any of its names; at times a mission repeats before."""
    missions = [one for one in values.get("missions", {}).values() if not one.get("flown")]
    if missions and chance.random() < 0.7:
        series = chance.choice(missions)
        series["every"] = chance.choice(["90 d", "3 yr", {"uniform": ["80 d", "100 d"]}])
        series |= chance.choice([{}, {"repeats": chance.choice([1, 2, 7])}])
    blocks = [one for key in ("activities", "missions", "goals", "elements") for one in values.get(key, {}).values()]
    needy = chance.choice([one for one in blocks if not one.get("flown") and not one.get("done")])
    needy["needs"] = [*needy.get("needs", [])[:-1], chance.choice(sorted(event_names(values)))]


class TooLongError(Exception):
    """A scenario took longer than the limit."""


def _too_long(*_: object) -> None:
    raise TooLongError


def try_scenario(file: Path, tally: Tally, label: str) -> None:
    """Check a scenario, and run it if nothing is wrong with it."""
    step = "check"
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(LIMIT_S)
    try:
        if any(problem.severity == "error" for problem in check_scenario(file)):
            tally.add("refused")
            return
        step = "compile"
        campaign = compile_campaign(load_scenario(file))
        step = "run"
        outline = outline_of(campaign, simulate_nominal(campaign, traced=False))
        outcomes = Work(campaign, outline, 7).outcomes(ChunkSpan(0, 2))
        tables.encode(outcomes, outline)
        tally.add("ran")
    except ScenarioError as error:
        late = [problem.text() for problem in error.problems if problem.code != Code.MASS_OPEN]
        tally.add("late" if late else "does not close", f"{label}: {late[0]}" if late else "")
    except InputError as error:
        tally.add("late", f"{label}: {step}: {error}")
    except TooLongError:
        tally.add("slow", f"{label}: {step}")
    except Exception:
        tally.add("broke", f"{label}: {step}: {traceback.format_exc()[-900:]}")
    finally:
        signal.alarm(0)


def mutants(
    count: int, seed: int, names: list[str], change: Callable[[dict[str, Any], random.Random], None] = mutate
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield changed scenarios with what says how to make them again."""
    read = {name: read_layers(name)[0] for name in names}
    for number in range(count):
        chance = random.Random(f"{seed} {number}")
        name = chance.choice(names)
        layered = read[name]
        assert layered is not None
        values = copy.deepcopy(layered.values)
        for _ in range(chance.choice([1, 1, 1, 2, 2, 3, 4])):
            change(values, chance)
        yield f"{name} {seed} {number}", values


def fuzz(
    count: int,
    seed: int,
    names: list[str],
    folder: Path,
    change: Callable[[dict[str, Any], random.Random], None] = mutate,
) -> Tally:
    """Try so many changed scenarios."""
    tally = Tally()
    for number, (label, values) in enumerate(mutants(count, seed, names, change)):
        file = folder / f"m{number}.yaml"
        file.write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
        before = len(tally.findings)
        try_scenario(file, tally, label)
        if len(tally.findings) == before:
            file.unlink()
    return tally


def main() -> int:
    """Try scenarios and say what was found; exit code 1 if anything was."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[], help="scenarios [default: all that ship]")
    parser.add_argument("--keep", type=Path, help="folder for the scenarios of findings")
    told = parser.parse_args()
    folder = told.keep or Path(tempfile.mkdtemp(prefix="mutants-"))
    folder.mkdir(parents=True, exist_ok=True)
    tally = fuzz(told.count, told.seed, told.only or sorted(shipped_names()), folder)
    for finding in tally.findings:
        sys.stdout.write(f"{finding}\n")
    sys.stdout.write(f"seed {told.seed}: {told.count} scenarios, {dict(tally.count)}\n")
    return 1 if tally.findings else 0


if __name__ == "__main__":
    sys.exit(main())
