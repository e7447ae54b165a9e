"""Figures that are fixed numbers: how far each moves a goal between the ends of its range, all with the same luck.

A range is the one that the scenario's `sweep` block states; where it states none, it is assumed from the confidence of
the figure: `SHARES` of its value to both sides, for a date `DAYS`. Nothing is varied that decides what is asked
(goals), what has happened, or where a place lies, and nothing that the goal does not wait for.
"""

from __future__ import annotations

import copy
import datetime
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.analysis.estimates import Mean, paired_mean
from sim.campaign.plan import Campaign
from sim.problems import InputError
from sim.scenario.joining import model_of
from sim.scenario.known_distributions import DISTRIBUTIONS
from sim.scenario.load import Loaded
from sim.scenario.order import NeedNetwork
from sim.scenario.paths import without_studies
from sim.scenario.provenance import Figure, figures_of, is_figure
from sim.scenario.schema import Scenario, SlipByClass, SlipByLead
from sim.scenario.text import Path, path_text
from sim.scenario.writing import document, flow
from sim.study import tables
from sim.study.cases import Cases
from sim.study.chunks import Case, CaseGoal, ChunkSpan, Done, Errand, Job
from sim.study.design import TAIL, Choice
from sim.study.engines import fitting, run_all
from sim.study.runner import Listener, Progress
from sim.study.sweep_plan import read_plan
from sim.units import UnitError, format_date, parse_date

Floats = NDArray[np.float64]
SHARES: Final[Mapping[str, float]] = {"high": 0.05, "medium": 0.15, "low": 0.3, "": 0.2}
"""Half width of the assumed range, as a share of the value, by confidence. Source: estimate."""
DAYS: Final[Mapping[str, float]] = {"high": 90.0, "medium": 180.0, "low": 365.0, "": 270.0}
"""The same of a planned date, in days. Source: estimate."""
_ASKED: Final = ("goals", "places", "sweep", "seek", "calendar")
_FACTS: Final = ("flown", "done", "planned", "said_on", "up_to", "latitude", "longitude")
_BY_NEED: Final = (
    "activities", "missions", "elements", "stations", "slips", "launchers", "launch_sites", "spacecraft", "priors",
    "risks",
)  # fmt: skip
_AMOUNT: Final = re.compile(r"([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)(\s*)(\S.*)?")


@dataclass(frozen=True, slots=True)
class Ends:
    """A fixed figure with both ends of its range, each as what `--set` takes."""

    path: Path
    value: str
    low: str
    high: str
    source: str
    confidence: str
    stated: bool
    """Whether the scenario states the range."""
    low_set: tuple[str, str]
    """(dotted path, text) that sets the low end."""
    high_set: tuple[str, str]

    @property
    def name(self) -> str:
        """Dotted path."""
        return path_text(self.path)


@dataclass(frozen=True, slots=True)
class FixedSwing:
    """What a fixed figure does to a goal's date."""

    ends: Ends
    low_d: float | None
    """Mean date at the low end less that of the scenario as it is, in days; None where that end cannot be run."""
    high_d: float | None
    apart: Mean | None
    """Mean of (date at the high end - date at the low end), pair by pair."""
    refused: str
    """Why an end cannot be run; empty where both can."""

    @property
    def moves_d(self) -> float:
        """Largest distance between two of the dates, in days."""
        shifts = [0.0, *(shift for shift in (self.low_d, self.high_d) if shift is not None)]
        return max(shifts) - min(shifts)


def ends_of(loaded: Loaded, campaign: Campaign, goal: str) -> list[Ends]:
    """Return the fixed figures that a goal may wait for, with the ends of their ranges, in the scenario's order."""
    stated = _stated(loaded)
    drawn = set(campaign.stream_paths)
    needed = needed_blocks(loaded.scenario, goal)
    found: list[Ends] = []
    for figure in figures_of(loaded.layered):
        path = figure.leaf.path
        if path[0] in _ASKED or (path[0] in _BY_NEED and path[:2] not in needed) or set(path) & set(_FACTS):
            continue
        for inner, value in _fixed(path, figure.leaf.value, drawn):
            ends = _ends(loaded, figure, inner, value, stated.get(".".join(map(str, inner))))
            if ends is not None:
                found.append(ends)
    return found


def vary_fixed(
    loaded: Loaded,
    ends: Sequence[Ends],
    goal: str,
    *,
    seed: int,
    sampling: str,
    replications: int,
    engine: Executor,
    on_progress: Listener = lambda _: None,
) -> list[FixedSwing]:
    """Simulate both ends of each range with the same luck, and return what they do, the largest swing first.

    Raises:
        InputError: if the scenario as it is cannot be run.
    """
    text = document({**without_studies(loaded.layered.values), "name": loaded.scenario.name})
    number = itertools.count(1)
    cases = {one: [Case(next(number), (), (setting,)) for setting in (one.low_set, one.high_set)] for one in ends}
    base = Case(0, (), ())
    every = (base, *itertools.chain(*cases.values()))
    done = run_cases(every, Job(Cases({(): text}, seed, sampling)), replications, engine, on_progress)
    if done[0].reason:
        raise InputError(done[0].reason)
    base_d = _dates_d(done[0], goal, replications)
    swings = [_swing(one, base_d, *(done[case.number] for case in pair), goal=goal) for one, pair in cases.items()]
    return sorted(swings, key=lambda one: -one.moves_d)


def run_cases(
    cases: Iterable[Case], job: Job, replications: int, engine: Executor, on_progress: Listener
) -> dict[int, Done]:
    """Simulate so many replications of each case with the same luck; return what came of them by their number."""
    span = ChunkSpan(0, replications)
    errands = [Errand(str(case.number), case, span) for case in cases]
    done: dict[int, Done] = {}
    on_progress(Progress("simulating", 0, len(errands), "cases"))
    for errand, result in run_all(fitting(engine, errands), job, errands):
        done[errand.case.number] = result
        on_progress(Progress("simulating", len(done), len(errands), "cases"))
    return done


def _swing(ends: Ends, base_d: Floats, low: Done, high: Done, *, goal: str) -> FixedSwing:
    dates = [None if one.reason else _dates_d(one, goal, base_d.size) for one in (low, high)]
    shifts = [None if d is None else paired_mean(d, base_d).value for d in dates]
    apart = paired_mean(dates[1], dates[0]) if dates[0] is not None and dates[1] is not None else None
    return FixedSwing(ends, shifts[0], shifts[1], apart, low.reason or high.reason)


def _dates_d(done: Done, goal: str, replications: int) -> Floats:
    """Return a goal's dates in days, shape (n,); what is not reached counts as the calendar's end."""
    line: CaseGoal = next(one for one in done.goals if one.name == goal)
    return tables.read_column(done.data, line.column, 0, replications - 1).clip(max=line.end_d)


# --- which figures, and from where to where --------------------------------------------------------------------------


def needed_blocks(scenario: Scenario, goal: str) -> set[Path]:
    """Return the blocks that a goal waits for, and those that they use: vehicles, pads, laws, priors and risks."""
    network = NeedNetwork(scenario)
    needed = {network.events[name].path[:2] for name in network.needed(goal)}
    work = {name: one for name, one in scenario.activities.items() if ("activities", name) in needed}
    flights = {name: one for name, one in scenario.missions.items() if ("missions", name) in needed}
    launches = [launch for mission in flights.values() for launch in mission.launches.values()]
    crafts = {craft for launch in launches for craft in launch.carries}
    crafts.update(name for mission in flights.values() for step in mission.sequence for name in step.fly)
    launchers = {launch.launcher for launch in launches}
    records = [scenario.launchers[name].record for name in launchers]
    for name in crafts:
        spec = scenario.spacecraft[name]
        records += [spec.cruise, spec.capture, spec.landing, spec.ascent]
    laws = {_law_of(scenario, one.slip) for one in work.values()}
    laws |= {_law_of(scenario, one.slip) for one in flights.values()}
    return needed | {
        *(("slips", name) for name in laws),
        *(("launchers", name) for name in launchers),
        *(("launch_sites", pad.partition(".")[0]) for name in launchers for pad in scenario.launchers[name].pads),
        *(("spacecraft", name) for name in crafts),
        *(("priors", record.prior or "") for record in records if record is not None),
        *(("risks", name) for name, risk in scenario.risks.items() if risk.stretches.keys() & work.keys()),
    }


def _law_of(scenario: Scenario, slip: object) -> str:
    if isinstance(slip, SlipByClass):
        return model_of(scenario, slip)
    return slip.by_lead if isinstance(slip, SlipByLead) else ""


def _stated(loaded: Loaded) -> dict[str, tuple[str, str]]:
    """Return the least and greatest value that the scenario's `sweep` block gives a path."""
    if loaded.scenario.sweep is None or not loaded.scenario.sweep.columns():
        return {}
    return {
        factor.path: (factor.texts[0], factor.texts[-1])
        if isinstance(factor, Choice)
        else (factor.text_at(TAIL), factor.text_at(1.0 - TAIL))
        for factor in read_plan(loaded).factors
    }


def _fixed(path: Path, value: Any, drawn: set[Path]) -> Iterator[tuple[Path, Any]]:
    """Yield the fixed figures in a value: not what is drawn, and of a row each figure and law alone."""
    if path in drawn and (isinstance(value, dict) or path[0] == "slips"):
        return
    if set(map(str, path)) & set(_FACTS) or not is_figure(value):
        return
    if isinstance(value, dict) and not value.keys() & DISTRIBUTIONS.keys():
        for key, inner in value.items():
            yield from _fixed((*path, key), inner, drawn)
    else:
        yield path, value


def _ends(loaded: Loaded, figure: Figure, path: Path, value: Any, stated: tuple[str, str] | None) -> Ends | None:
    confidence, known = figure.note.confidence, loaded.scenario.calendar.as_of
    low, high = (_moved(value, side * SHARES[confidence], side * DAYS[confidence], known) for side in (-1, 1))
    texts = stated or (flow(low), flow(high))
    if texts[0] == texts[1]:
        return None
    settings = [_setting(loaded.layered.values, path, end) for end in (low, high)]
    if stated is not None:
        settings = [(".".join(map(str, path)), text) for text in stated]
    return Ends(path, flow(value), *texts, figure.note.source, confidence, stated is not None, settings[0], settings[1])


def _setting(values: Mapping[str, Any], path: Path, end: Any) -> tuple[str, str]:
    """Return what `--set` takes; a list is set whole, and so is what holds a name with dots."""
    depth = next((index for index, part in enumerate(path) if isinstance(part, int) or "." in part), len(path))
    if depth == len(path):
        return ".".join(map(str, path)), flow(end)
    whole: Any = values
    for part in path[:depth]:
        whole = whole[part]
    whole = copy.deepcopy(whole)
    inner = whole
    for part in path[depth:-1]:
        inner = inner[part]
    inner[path[-1]] = end
    return ".".join(map(str, path[:depth])), flow(whole)


def _moved(value: Any, share: float, days: float, known: datetime.datetime | None) -> Any:
    """Return a figure moved by a share of itself, a date by days; of a law what has a unit, the rest as it is."""
    if isinstance(value, dict):
        return {
            str(_moved_if_amount(key, share, days, known)): _moved_if_amount(item, share, days, known)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_moved(item, share, days, known) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return max(value + (round(share * value) or (1 if share > 0.0 else -1)), 0)
    if isinstance(value, float):
        return float(f"{value + share * abs(value):.6g}")
    return _moved_text(value, share, days, known)


def _moved_if_amount(value: Any, share: float, days: float, known: datetime.datetime | None) -> Any:
    """Move what in a law has a unit that is not a share: shapes and chances stay."""
    if isinstance(value, dict | list):
        return _moved(value, share, days, known) if isinstance(value, dict) else [
            _moved_if_amount(item, share, days, known) for item in value
        ]  # fmt: skip
    amount = isinstance(value, str) and bool(_AMOUNT.fullmatch(value.strip())) and not value.strip().endswith("%")
    return _moved_text(value, share, days, known) if amount and not str(value).strip().isdigit() else value


def _moved_text(text: str, share: float, days: float, known: datetime.datetime | None) -> str:
    try:
        date = parse_date(text)
    except UnitError:
        pass
    else:
        moved = date + datetime.timedelta(days=days)
        return text if known is not None and date <= known else format_date(max(moved, known) if known else moved)
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        return text
    number, blank, unit = match.groups()
    moved_to = float(number) + share * abs(float(number))
    if unit == "%" and 0.0 <= float(number) <= 100.0:
        moved_to = min(moved_to, 100.0)
    return f"{moved_to:.6g}{blank}{unit or ''}"
