"""One replication of a study made again, drawn and told: plain data, so that it can be done in another process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dashboards import formats
from dashboards.card import Key
from dashboards.figures.bat import has_journeys, sketch_bat, sketch_zoom
from sim.analysis.findings import Findings
from sim.analysis.story import said_of, tell
from sim.model.sample import Sample
from sim.model.tracing import Trace
from sim.study.replay import Replay, Replayed
from sim.study.store import StudyTables

_NOMINAL = "nominal"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a visitor wants to see."""

    volume: str
    """Key of the study."""
    replication: int | None
    """None for the nominal run."""
    goal: str
    row: Sample | None
    """The replication as the study has it, one row; None for the nominal run."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows of one replication."""

    bat: Mapping[str, Any]
    zoom: Mapping[str, Any]
    zoom_title: str
    title: str
    reading: str
    keys: tuple[Key, ...]
    story: tuple[str, ...]
    story_title: str
    events: tuple[tuple[str, str], ...] = ()
    """(ISO time, what happens) of the whole replication, in order."""


def find_parting(one: Shown, other: Shown) -> tuple[int, tuple[str, str] | None, tuple[str, str] | None] | None:
    """Return how many events two replications share from the start, and the next of each; None where all are shared."""
    shared = 0
    for first, second in zip(one.events, other.events, strict=False):
        if first != second:
            break
        shared += 1
    if shared == len(one.events) == len(other.events):
        return None
    rest = [shown.events[shared] if shared < len(shown.events) else None for shown in (one, other)]
    return shared, rest[0], rest[1]


class Teller:
    """What must be known of a study to make any of its replications again, draw it and tell it."""

    def __init__(self, name: str, study: StudyTables, findings: Findings) -> None:
        self.name = name
        self._study = replace(study, sample=study.sample[slice(0, 0)])
        self._findings = replace(findings, traces=())
        self._replay = Replay(self._study)

    def tell(self, asked: Asked) -> Shown:
        """Draw and tell a replication; raises FolderError when it cannot be made again."""
        plan = self._replay.nominal()
        run = plan if asked.row is None or asked.replication is None else self._again(asked.replication, asked.row)
        card, bat = sketch_bat(self._findings, run.trace)
        zoom, near = sketch_zoom(self._findings, run.trace)[:2] if has_journeys(run.trace) else (card, bat)
        name = _NOMINAL if asked.replication is None else f"replication {asked.replication}"
        called = {goal.name: goal.called for goal in self._findings.goals}.get(asked.goal, asked.goal)
        lines: tuple[str, ...] = (f"{self.name} has no goal {asked.goal}.",)
        reached_d: float | None = None
        if asked.goal in run.trace.chains:
            tale = tell(self._study.outline, asked.goal, run.trace, run.reached_d, plan.trace, plan.reached_d)
            lines, reached_d = tuple(one.text for one in tale.stretches), tale.reached_d
        return Shown(
            bat=bat,
            zoom=near,
            zoom_title=zoom.title,
            title=f"{self.name}, {name}: {card.title}",
            reading=card.reading,
            keys=card.keys,
            story=lines,
            story_title=self._story_title(reached_d, called),
            events=self._events(run.trace),
        )

    def _events(self, trace: Trace) -> tuple[tuple[str, str], ...]:
        """Return what happens, subjects by their titles; to the hour, so that rounding does not tell runs apart."""
        called = {bar.name: bar.called for bar in self._findings.bars}
        calendar = self._findings.calendar
        return tuple(
            (
                formats.iso_time(calendar, round(24.0 * event.t_d) / 24.0),
                f"{called.get(event.subject, event.subject)} {said_of(event)}",
            )
            for event in sorted(trace.events, key=lambda event: (event.t_d, event.subject))
        )

    def _again(self, replication: int, row: Sample) -> Replayed:
        kept = any(trace.replication == replication for trace in self._study.traces)
        campaign = None if kept else self._replay.campaign
        return Replay(replace(self._study, sample=row), campaign).replication(replication)

    def _story_title(self, reached_d: float | None, called: str) -> str:
        if reached_d is None:
            return f"Its story: {called} is not reached"
        return f"Its story: {called} is reached on {formats.day(self._findings.calendar, reached_d)}"


@dataclass(frozen=True, slots=True)
class Telling:
    """The job of telling any replication of some studies."""

    tellers: Mapping[str, Teller]

    def run(self, asked: Asked) -> Shown:
        """Tell what is asked."""
        return self.tellers[asked.volume].tell(asked)
