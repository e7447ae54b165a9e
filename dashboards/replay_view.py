"""One replication of a study made again, drawn and told: plain data, so that it can be done in another process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dashboards import formats
from dashboards.card import Card, Key
from dashboards.figures.bat import draw_bat, draw_bat_zoom, has_journeys
from sim.analysis.findings import Findings
from sim.analysis.story import tell
from sim.model.sample import Sample
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
        card = draw_bat(self._findings, run.trace)
        zoom = draw_bat_zoom(self._findings, run.trace) if has_journeys(run.trace) else card
        name = _NOMINAL if asked.replication is None else f"replication {asked.replication}"
        called = {goal.name: goal.called for goal in self._findings.goals}.get(asked.goal, asked.goal)
        lines: tuple[str, ...] = (f"{self.name} has no goal {asked.goal}.",)
        reached_d: float | None = None
        if asked.goal in run.trace.chains:
            tale = tell(self._study.outline, asked.goal, run.trace, run.reached_d, plan.trace, plan.reached_d)
            lines, reached_d = tuple(one.text for one in tale.stretches), tale.reached_d
        return Shown(
            bat=_plain(card),
            zoom=_plain(zoom),
            zoom_title=zoom.title,
            title=f"{self.name}, {name}: {card.title}",
            reading=card.reading,
            keys=card.keys,
            story=lines,
            story_title=self._story_title(reached_d, called),
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


def _plain(card: Card) -> Mapping[str, Any]:
    assert card.figure is not None
    found: Mapping[str, Any] = card.figure.to_plotly_json()
    return found
