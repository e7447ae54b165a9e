"""What each input moves between two studies: paired runs, one input after another, so that the moves add up exactly.

The order is the one of the first scenario; what an input moves depends on what has changed before it. The two ends are
the studies themselves; only what lies between them is simulated, and what comes of it is kept in the second's folder.
"""

from __future__ import annotations

import contextlib
import datetime
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import yaml
from numpy.typing import NDArray

from sim.analysis.clusters import Labels, blocks_of
from sim.analysis.compare import compare_probabilities, compare_quantiles, compare_values
from sim.analysis.estimates import paired_mean
from sim.sampling import STRATA
from sim.scenario.load import load_scenario
from sim.scenario.paths import without_studies
from sim.scenario.writing import document
from sim.study import files, tables
from sim.study.cases import Cases
from sim.study.chunks import Case, ChunkSpan, Done, Errand, Job
from sim.study.contents import RESOLVED, changes_name
from sim.study.engines import fitting, run_all
from sim.study.files import FolderError
from sim.study.manifest import Manifest
from sim.study.pairing import GoalRow
from sim.study.records import RecordError, from_json, to_json, to_plain
from sim.study.runner import Listener, Progress
from sim.study.store import StudyTables
from sim.study.transition import Transition, transitions
from sim.study.versions import analysis_version, code_version
from sim.units import parse_date

Floats = NDArray[np.float64]
MOST_PAIRED: Final = 2_000
"""Replications of each step at the most: its P50 is then known to a few days, and more would take minutes a step."""
_LEAST_SHARE: Final = 0.02
"""Share of the runs in which a subject must lie on the chain of the goal, in one of the studies, to be told of."""
_FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class StepMove:
    """What a step moves of one goal: days later, chance more; with 95 % intervals (sampling error only)."""

    p50_d: float | None
    """None where even odds are not reached before or after it."""
    p50_low_d: float | None
    p50_high_d: float | None
    chance: float
    chance_low: float
    chance_high: float
    mean_d: float
    """Of the mean date, the calendar's end where the goal is not reached."""
    mean_low_d: float
    mean_high_d: float


@dataclass(frozen=True, slots=True)
class ChangeStep:
    """One input, or some that change together, and what that moves of each goal."""

    title: str
    changes: tuple[str, ...]
    """Dotted paths of the values and blocks that change; empty where the program has changed, and not the input."""
    values: int
    moves: tuple[StepMove, ...]


@dataclass(frozen=True, slots=True)
class SubjectMove:
    """How much later a subject ends in the second study, and how often it decides the goal in each."""

    name: str
    kind: str
    days: float
    low_d: float
    high_d: float
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Changes:
    """From one study to another: the steps, and what both ends say of each goal; days since the first one's day 0."""

    goals: tuple[str, ...]
    replications: int
    start_iso: str
    steps: tuple[ChangeStep, ...]
    total: tuple[StepMove, ...]
    before_p50_d: tuple[float | None, ...]
    after_p50_d: tuple[float | None, ...]
    before_chance: tuple[float, ...]
    after_chance: tuple[float, ...]
    subjects: tuple[tuple[SubjectMove, ...], ...]
    """Of each goal, what ends later first."""
    simulated: int
    """Scenarios between the two that were simulated."""


@dataclass(frozen=True, slots=True)
class _State:
    """The dates of the goals in one scenario on the way, in days since the first one's day 0."""

    dates_d: tuple[Floats, ...]
    by_d: tuple[float, ...]
    end_d: tuple[float, ...]


def what_changed(
    first: StudyTables,
    second: StudyTables,
    rows: Sequence[GoalRow],
    engine: Executor,
    on_progress: Listener = lambda _: None,
) -> Changes:
    """Return what each input that differs moves, simulated unless the second study's folder holds it already.

    Raises:
        ScenarioError: if a resolved scenario cannot be read.
        FolderError: if the folder cannot be read.
    """
    kept = kept_changes(first, second, rows)
    if kept is not None:
        return kept
    count = min(first.manifest.replications, second.manifest.replications, MOST_PAIRED)
    pairs = [(row.picked[0] or "", row.picked[1] or "") for row in rows]
    steps = transitions(first, second, pairs, lambda tried: on_progress(Progress("ordering", tried, tried, "trials")))
    since = datetime.datetime.fromisoformat(first.outline.start_iso)
    ends = [
        _state_of(study, [pair[side] for pair in pairs], count, since) for side, study in enumerate((first, second))
    ]
    told = list(_told(first, second, steps))
    texts = [one.text for one in told if one.text]
    blocks = blocks_of(count, STRATA[first.manifest.sampling])
    states = _simulate(texts, pairs, since, first.manifest, count, engine, on_progress)
    changes = Changes(
        goals=tuple(row.title for row in rows),
        replications=count,
        start_iso=first.outline.start_iso,
        steps=tuple(_joined(told, states, ends, blocks)),
        total=_moves(ends[0], ends[1], blocks),
        before_p50_d=tuple(_median(dates) for dates in ends[0].dates_d),
        after_p50_d=tuple(_median(dates) for dates in ends[1].dates_d),
        before_chance=tuple(float(np.mean(d <= by)) for d, by in zip(ends[0].dates_d, ends[0].by_d, strict=True)),
        after_chance=tuple(float(np.mean(d <= by)) for d, by in zip(ends[1].dates_d, ends[1].by_d, strict=True)),
        subjects=tuple(_subjects(first, second, pair, count, since) for pair in pairs),
        simulated=len(states),
    )
    _keep(first, second, rows, changes)
    return changes


def kept_changes(first: StudyTables, second: StudyTables, rows: Sequence[GoalRow]) -> Changes | None:
    """Return what was found before, if it is there, whole, and of these studies, goals and this program; else None."""
    try:
        found = from_json(_Kept, files.read_plain(second.folder / changes_name(first.manifest.key)))
    except (OSError, RecordError):
        return None
    return found.changes if found.key == _key(first, second, rows, found.changes) else None


@dataclass(frozen=True, slots=True)
class _Kept:
    key: str
    changes: Changes


def _keep(first: StudyTables, second: StudyTables, rows: Sequence[GoalRow], changes: Changes) -> None:
    """Keep what was found; a folder that cannot be written can still be compared."""
    kept = _Kept(_key(first, second, rows, changes), changes)
    with contextlib.suppress(FolderError):
        files.write_whole(second.folder, changes_name(first.manifest.key), to_json(kept).encode())


def _key(first: StudyTables, second: StudyTables, rows: Sequence[GoalRow], changes: Changes) -> str:
    parts = [str(_FORMAT), code_version(), analysis_version()]
    for study in (first, second):
        parts += [study.manifest.key, str(min(study.manifest.replications, MOST_PAIRED)), study.manifest.code]
    parts += [json.dumps([row.picked for row in rows]), json.dumps(to_plain(changes), ensure_ascii=False)]
    return files.digest("\n".join(parts).encode())


@dataclass(frozen=True, slots=True)
class _Told:
    """A step before it is simulated; without a text it ends at the second study itself."""

    title: str
    changes: tuple[str, ...]
    values: int
    text: str


def _told(first: StudyTables, second: StudyTables, steps: Sequence[Transition]) -> Iterator[_Told]:
    """Yield the steps, and the program as one where it is not the one a study was made with."""
    now = code_version()
    if first.manifest.code != now:
        yield _Told(f"the program: {first.manifest.code} became {now}", (), 0, _text_of(first))
    for step in steps:
        last = step.text or (_text_of(second) if second.manifest.code != now else "")
        yield _Told(step.title, step.changes, step.values, last)
    if second.manifest.code != now:
        yield _Told(f"the program: {now} became {second.manifest.code}", (), 0, "")
    elif first.manifest.code != now and not steps:
        yield _Told("nothing else", (), 0, "")


def _text_of(study: StudyTables) -> str:
    values = load_scenario(study.folder / RESOLVED).layered.values
    return document({**without_studies(values), "name": study.manifest.scenario})


def _simulate(
    texts: Sequence[str],
    pairs: Sequence[tuple[str, str]],
    since: datetime.datetime,
    manifest: Manifest,
    count: int,
    engine: Executor,
    on_progress: Listener,
) -> list[_State | None]:
    """Simulate scenarios with the same luck; None stands for one that came to nothing."""
    names = [(f"step-{number}",) for number in range(len(texts))]
    cases = [Case(number, name) for number, name in enumerate(names)]
    errands = [Errand("+".join(case.variants), case, ChunkSpan(0, count)) for case in cases]
    done: dict[int, Done] = {}
    on_progress(Progress("simulating", 0, len(errands), "cases"))
    job = Job(Cases(dict(zip(names, texts, strict=True)), manifest.seed, manifest.sampling))
    for errand, result in run_all(fitting(engine, errands), job, errands):
        done[errand.case.number] = result
        on_progress(Progress("simulating", len(done), len(errands), "cases"))
    return [
        _state_between(done[case.number], text, pairs, since, count) for case, text in zip(cases, texts, strict=True)
    ]


def _state_between(
    done: Done, text: str, pairs: Sequence[tuple[str, str]], since: datetime.datetime, count: int
) -> _State | None:
    if done.reason:
        return None
    values: Mapping[str, Any] = yaml.safe_load(text)
    shift = (parse_date(str(values["calendar"]["start"])) - since) / datetime.timedelta(days=1)
    lines = {goal.name: goal for goal in done.goals}
    goals = [lines.get(one) or lines[two] for one, two in pairs]
    return _State(
        tuple(tables.read_column(done.data, goal.column, 0, count - 1) + shift for goal in goals),
        tuple(goal.by_d + shift for goal in goals),
        tuple(goal.end_d + shift for goal in goals),
    )


def _state_of(study: StudyTables, names: Sequence[str], count: int, since: datetime.datetime) -> _State:
    """Return the state that a study itself is."""
    shift = (datetime.datetime.fromisoformat(study.outline.start_iso) - since) / datetime.timedelta(days=1)
    lines = {goal.name: goal for goal in study.outline.goals}
    return _State(
        tuple(study.sample.reached_d[:count, lines[name].reached] + shift for name in names),
        tuple(lines[name].by_d + shift for name in names),
        (study.outline.end_d + shift,) * len(names),
    )


def _joined(
    told: Sequence[_Told], states: Sequence[_State | None], ends: Sequence[_State], blocks: Labels | None
) -> Iterator[ChangeStep]:
    """Yield the steps with what they move; one whose scenario came to nothing is one with the next."""
    before, waiting = ends[0], list[_Told]()
    after: _State | None
    for one, after in zip(told, [*states, ends[1]], strict=True):
        waiting.append(one)
        if after is None:
            continue
        changes = tuple(path for step in waiting for path in step.changes)
        title = ", with ".join(step.title for step in waiting)
        yield ChangeStep(title, changes, sum(step.values for step in waiting), _moves(before, after, blocks))
        before, waiting = after, []


def _moves(before: _State, after: _State, blocks: Labels | None) -> tuple[StepMove, ...]:
    """Return what one state moves of each goal against another, pair by pair."""
    found = []
    for number, (x, y) in enumerate(zip(before.dates_d, after.dates_d, strict=True)):
        p50 = compare_quantiles(y, x, 0.5, blocks=blocks)
        chance = compare_probabilities(y - after.by_d[number], x - before.by_d[number], 0.0, blocks=blocks)
        mean = paired_mean(np.minimum(y, after.end_d[number]), np.minimum(x, before.end_d[number]), blocks=blocks)
        days = (p50.value, p50.low, p50.high)
        found.append(StepMove(*days, chance.value, chance.low, chance.high, mean.value, mean.low, mean.high))
    return tuple(found)


def _median(dates_d: Floats) -> float | None:
    ordered = np.sort(dates_d)
    value = float(ordered[(dates_d.size + 1) // 2 - 1])
    return value if np.isfinite(value) else None


def _subjects(
    first: StudyTables, second: StudyTables, pair: tuple[str, str], count: int, since: datetime.datetime
) -> tuple[SubjectMove, ...]:
    """Return how much later each subject ends that both studies have, and that lies on the goal's chain in one."""
    sides = [_ends_of(study, name, count, since) for study, name in zip((first, second), pair, strict=True)]
    moves = []
    for key, (ends, share) in sides[0].items():
        if key not in sides[1]:
            continue
        later, its_share = sides[1][key]
        apart = compare_values(later, ends).mean
        if apart is not None and max(share, its_share) >= _LEAST_SHARE:
            moves.append(SubjectMove(key[1], key[0], apart.value, apart.low, apart.high, share, its_share))
    return tuple(sorted(moves, key=lambda one: -one.days))


def _ends_of(
    study: StudyTables, goal: str, count: int, since: datetime.datetime
) -> dict[tuple[str, str], tuple[Floats, float]]:
    """Return by kind and name when each subject ends, in days, and how often it lies on the goal's chain."""
    outline = study.outline
    shift = (datetime.datetime.fromisoformat(outline.start_iso) - since) / datetime.timedelta(days=1)
    number = next(index for index, line in enumerate(outline.goals) if line.name == goal)
    return {
        (subject.kind, subject.name): (
            study.sample.reached_d[:count, subject.finish] + shift,
            float(study.sample.on_chain[:count, number, column].mean()),
        )
        for column, subject in enumerate(outline.subjects)
        if subject.finish >= 0 and subject.kind != "goal"
    }
