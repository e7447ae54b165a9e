"""Story: the chain that dates a goal in one replication, told in sentences.

A chain is a partition of the time from day 0 to the goal (or to the calendar's end) into segments of one subject and
one cause. Segments of one subject that follow each other are told together, cause by cause; the events of the
replication say what happened in them. Nothing is left out: stretches too short to tell are counted as one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from sim.analysis.outline import Outline
from sim.model.tracing import Event, Segment, Trace, Verb

Floats = NDArray[np.float64]
TOLD_D = 1.0
"""Stretches of at least so many days get a sentence."""
SOON_D = 1e-6
"""Moments closer than this are one moment: the rounding of sums of days."""
NEVER_DONE = "never"
"""Part of a subject on which nobody works any more."""
TAKING_TURNS = (("labour", "lighting"), ("window", "tracking", "scrub", "stand-down"))
"""Causes between which work in the light and attempts at a launch go to and fro."""
_SAID = {
    Verb.BOILS_OFF: "has boiled off too much",
    Verb.FAILS_AT: "fails at {step}",
    Verb.FAILS_TESTS: "fails its tests",
    Verb.HAS_NO_TANKER: "has no tanker left",
    Verb.IS_BUILT_BY_HAND: "is finished by hand",
    Verb.IS_REPLACED: "is flown by another mission",
    Verb.LEAVES_EARLY: "leaves early: the reserve is reached",
    Verb.TAKES_PROPELLANT: "takes propellant on",
    Verb.TAKES_SPARE: "takes a spare",
}
"""Words of the verbs that are more than the verb."""
_LOST = {
    Verb.BOILS_OFF: "had boiled off too much",
    Verb.BREAKS_DOWN: "broke down",
    Verb.FAILS_AT: "failed at {step}",
    Verb.FAILS_TESTS: "failed its tests",
    Verb.HAS_NO_TANKER: "had no tanker left",
    Verb.IS_LOST: "was lost",
    Verb.IS_LOST_AT_ASCENT: "was lost at ascent",
    Verb.IS_LOST_AT_CAPTURE: "was lost at capture",
    Verb.IS_LOST_AT_LANDING: "was lost at landing",
    Verb.IS_LOST_AT_LAUNCH: "was lost at launch",
    Verb.IS_LOST_ON_THE_WAY: "was lost on the way",
    Verb.WAITS_IN_VAIN: "waited in vain",
}
"""What must be made good by building, repairing or trying again, in the past."""
_EARTHLY = ("agreement", "development", "production", "budget", "partner", "plan")
"""Causes of an activity's days, when an element bears the same name."""
WORDS = {
    "agreement": "{subject} took {days} to be agreed",
    "budget": "{subject} waited {days} for money",
    "window": "{subject} waited {days} for a departure that mass and geometry allow",
    "rendezvous": "{subject} took {days} to meet and dock",
    "port": "{subject} waited {days} for a free port",
    "propellant": "{subject} waited {days} for propellant",
    "tracking": "{subject} waited {days} until ground stations could see it",
    "lighting": "{subject} waited {days} for sunlight",
    "labour": "{subject} was set up and tested for {days}",
    "power": "{subject} waited {days} for power",
    "supply": "{subject} waited {days} for supplies",
}
"""Sentences of the causes that need no looking up."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one subject did or waited for on the way to a goal."""

    since_d: float
    until_d: float
    days: float
    """Days of this cause between `since_d` and `until_d`; fewer than the span where another cause lies between."""
    subject: str
    part: str
    cause: str
    plan_d: float | None
    """Days of this cause of this subject on the plan's chain; None when the plan's chain does not pass the subject."""
    text: str


@dataclass(frozen=True, slots=True)
class CauseSum:
    """Days of one cause on the chain, and on the plan's chain."""

    cause: str
    days: float
    plan_d: float


@dataclass(frozen=True, slots=True)
class Tale:
    """One goal of one replication: its chain in sentences, and the sums of its days."""

    goal: str
    by_d: float
    reached_d: float | None
    plan_d: float | None
    stretches: tuple[Stretch, ...]
    """In order of time, each of a day or more."""
    short_count: int
    short_d: float
    """Days of the stretches that are not told."""
    causes: tuple[CauseSum, ...]
    """Largest first; they add up to `total_d` and `plan_total_d`."""
    total_d: float
    """Day of the goal, or the calendar's end."""
    plan_total_d: float


def tell(outline: Outline, goal: str, trace: Trace, reached_d: Floats, plan: Trace, planned_d: Floats) -> Tale:
    """Tell how a goal came to its date in one replication, beside the plan's chain.

    `reached_d` and `planned_d`, shape (milestones,), are the days of the replication and of the nominal run.
    Raises KeyError if there is no such goal.
    """
    line = next((one for one in outline.goals if one.name == goal), None)
    if line is None:
        raise KeyError(goal)
    chain, planned = trace.chains[goal], plan.chains[goal]
    narrator = Narrator(outline, trace.events, reached_d, planned, planned_d)
    told = [narrator.tell(segments) for segments in merge(chain)]
    long = [one for one in told if one.days >= TOLD_D]
    short = [one.days for one in told if one.days < TOLD_D]
    reached = _day(reached_d[line.reached])
    if long and reached is None:
        long[-1] = replace(long[-1], text=f"{long[-1].text}, and was not done when the calendar ended")
    return Tale(
        goal=goal,
        by_d=line.by_d,
        reached_d=reached,
        plan_d=_day(planned_d[line.reached]),
        stretches=tuple(long),
        short_count=len(short),
        short_d=math.fsum(short),
        causes=_sums(outline.causes, chain, planned),
        total_d=_length(chain),
        plan_total_d=_length(planned),
    )


class Narrator:
    """Finds the words for the stretches of one replication."""

    def __init__(
        self,
        outline: Outline,
        events: Sequence[Event],
        reached_d: Floats,
        planned: Sequence[Segment],
        planned_d: Floats,
    ) -> None:
        self.calendar = outline.calendar
        self.events = sorted(events, key=lambda event: event.t_d)
        self.lines = {(one.name, one.kind): one for one in outline.subjects}
        self.flights = {(flight.mission, flight.launch): flight.launcher for flight in outline.flights}
        self.reached_d, self.planned_d = reached_d, planned_d
        self._tellers: dict[str, Callable[[Sequence[Segment], str], str]] = {
            "development": self._development,
            "production": self._production,
            "integration": self._integration,
            "flight": self._flight,
            "plan": self._plan,
            "pad": self._pad,
            "scrub": self._scrub,
            "failure": self._failure,
            "stand-down": self._stand_down,
            "partner": self._partner,
        }
        self._on_plan = {segment.subject for segment in planned}
        self._plan_days: dict[tuple[str, str, str], float] = {}
        for segment in planned:
            key = (segment.subject, segment.part, segment.cause)
            self._plan_days[key] = self._plan_days.get(key, 0.0) + segment.end_d - segment.start_d

    def tell(self, segments: Sequence[Segment]) -> Stretch:
        """Tell segments of one subject, part and cause as one stretch."""
        first, until_d = segments[0], segments[-1].end_d
        days = math.fsum(one.end_d - one.start_d for one in segments)
        plan_d = None
        if first.subject in self._on_plan:  # a second try finds the plan's days used up by the first
            plan_d = self._plan_days.pop((first.subject, first.part, first.cause), 0.0)
        text = self._sentence(segments, _days(days)) + self._planned_end(segments[-1])
        return Stretch(first.start_d, until_d, days, first.subject, first.part, first.cause, plan_d, text)

    def _sentence(self, segments: Sequence[Segment], days: str) -> str:
        first = segments[0]
        if first.part == NEVER_DONE:
            return f"nothing was left to finish {first.subject} with, for {days}"
        if first.cause in self._tellers:
            return self._tellers[first.cause](segments, days)
        pattern = WORDS.get(first.cause, "{subject} spent {days} on {cause}")
        return pattern.format(subject=self._who(first), days=days, cause=first.cause)

    # --- causes whose words depend on what happened -----------------------------------------------------------------

    def _development(self, segments: Sequence[Segment], days: str) -> str:
        if self._kind(segments[0]) == "activity":
            return f"{segments[0].subject} was worked on for {days}"
        return f"{segments[0].subject} was ready {days} late"

    def _production(self, segments: Sequence[Segment], days: str) -> str:
        if self._kind(segments[0]) == "activity":
            return f"{segments[0].subject} was made in {days}"
        return f"{self._who(segments[0])} waited {days} for {self._rocket(segments[0])} to come off the line"

    def _integration(self, segments: Sequence[Segment], days: str) -> str:
        return f"{self._rocket(segments[0])} was made ready for {self._who(segments[0])} in {days}"

    def _flight(self, segments: Sequence[Segment], days: str) -> str:
        if self._kind(segments[0]) == "station":
            return f"tankers for {segments[0].subject} flew for {days}"
        return f"{self._who(segments[0])} flew for {days}"

    def _plan(self, segments: Sequence[Segment], days: str) -> str:
        if segments[0].part == "return":
            return f"{segments[0].subject} stayed {days} as planned"
        return f"{segments[0].subject} waited {days} for its planned date"

    def _pad(self, segments: Sequence[Segment], days: str) -> str:
        """Say which pad came free, and who used it last."""
        said, until_d = f"{self._who(segments[0])} waited {days} for a pad", segments[-1].end_d
        own = [event for event in self._at(until_d, segments[0].subject) if event.verb is Verb.ROLLS_OUT]
        if not own:
            return said
        before = self._last(lambda event: event.place == own[0].place and event.verb is not Verb.ROLLS_OUT, until_d)
        used = f", last used by {before.subject} on {self.calendar.iso(before.t_d)}" if before is not None else ""
        return f"{said}: {own[0].place}{used}"

    def _scrub(self, segments: Sequence[Segment], days: str) -> str:
        subject, since_d, until_d = segments[0].subject, segments[0].start_d - SOON_D, segments[-1].end_d
        count = sum(e.subject == subject and e.verb is Verb.SCRUBS and since_d <= e.t_d <= until_d for e in self.events)
        return f"{subject} lost {days} to {f'{count} scrubs' if count > 1 else 'a scrub'}"

    def _failure(self, segments: Sequence[Segment], days: str) -> str:
        first = segments[0]
        lost = self._last(lambda event: event.subject == first.subject and event.verb in _LOST, first.start_d)
        why = f": it {_past(lost)} on {self.calendar.iso(lost.t_d)}" if lost is not None else ""
        if any(event.verb is Verb.IS_GIVEN_UP for event in self._at(first.start_d, first.subject)):
            return f"{first.subject} was given up and missed for {days}{why}"
        if self._kind(first) != "mission":
            return f"{first.subject} was repaired for {days}{why}"
        return f"{first.subject} was built again in {days}{why}"

    def _stand_down(self, segments: Sequence[Segment], days: str) -> str:
        """Name the failure that grounded the vehicle until the wait ended."""
        first, rocket = segments[0], self._rocket(segments[0])
        said = f"{self._who(first)} waited {days} for {rocket}"
        event = self._last(lambda event: _grounds_until(event, segments[-1].end_d), segments[-1].end_d)
        if event is None:
            event = self._last(lambda event: event.launcher == rocket and event.stand_down_d > 0.0, segments[-1].end_d)
        if event is None:
            return f"{said}: stand-down after a failure"
        whose = "its own" if event.subject == first.subject else f"{event.subject}'s"
        return f"{said}: failure of {whose} launch on {self.calendar.iso(event.t_d)}, stand-down"

    def _partner(self, segments: Sequence[Segment], days: str) -> str:
        """Name who was waited for, and who took over."""
        first, until_d = segments[0], segments[-1].end_d
        own = [e for e in self.events if e.subject == first.subject and first.start_d <= e.t_d + SOON_D]
        waits = [e.partner for e in own if e.verb is Verb.WAITS_FOR_PARTNER and e.t_d < until_d - SOON_D]
        heirs = [e.partner for e in own if e.verb is Verb.IS_TAKEN_OVER and e.t_d <= until_d + SOON_D]
        said = f"{self._who(first)} waited {days} for {' and '.join(dict.fromkeys(waits)) or 'a partner'}"
        return f"{said}, and {' and '.join(dict.fromkeys(heirs))} took over" if heirs else said

    # --- looking things up ------------------------------------------------------------------------------------------

    def _planned_end(self, segment: Segment) -> str:
        """Say when the subject should have been done, where it is done here on another day."""
        line = self.lines.get((segment.subject, self._kind(segment)))
        if line is None or line.finish < 0 or abs(self.reached_d[line.finish] - segment.end_d) > SOON_D:
            return ""
        planned_d = _day(self.planned_d[line.finish])
        if planned_d is None:
            return " (in the plan it is never done)"
        if abs(planned_d - segment.end_d) < TOLD_D:
            return ""
        return f" (planned to be done on {self.calendar.iso(planned_d)})"

    def _kind(self, segment: Segment) -> str:
        kinds = [kind for label, kind in self.lines if label == segment.subject]
        if "activity" in kinds and len(kinds) > 1:
            return "activity" if segment.cause in _EARTHLY else next(kind for kind in kinds if kind != "activity")
        return kinds[0] if kinds else ""

    def _who(self, segment: Segment) -> str:
        """Name a subject, and the launch it is about where a mission has several."""
        launch = segment.part and (segment.subject, segment.part) in self.flights
        return f"{segment.subject} ({segment.part})" if launch else segment.subject

    def _rocket(self, segment: Segment) -> str:
        named = self.flights.get((segment.subject, segment.part))
        every = {name for (mission, _), name in self.flights.items() if mission == segment.subject}
        return named or (every.pop() if len(every) == 1 else "its launcher")

    def _at(self, day: float, subject: str) -> list[Event]:
        return [event for event in self.events if event.subject == subject and abs(event.t_d - day) <= SOON_D]

    def _last(self, fits: Callable[[Event], bool], until_d: float) -> Event | None:
        found = [event for event in self.events if event.t_d <= until_d + SOON_D and fits(event)]
        return found[-1] if found else None


def merge(chain: Sequence[Segment]) -> Iterator[list[Segment]]:
    """Return the segments told together: of one subject, part and cause, next to each other or taking turns."""
    for _, run in groupby(chain, key=lambda segment: (segment.subject, segment.part, _turn(segment.cause))):
        by_cause: dict[str, list[Segment]] = {}
        for segment in run:
            by_cause.setdefault(segment.cause, []).append(segment)
        yield from by_cause.values()


def _turn(cause: str) -> str:
    """Return the causes that take turns with this one, in one word."""
    return next((" ".join(causes) for causes in TAKING_TURNS if cause in causes), cause)


def _sums(causes: Sequence[str], chain: Sequence[Segment], planned: Sequence[Segment]) -> tuple[CauseSum, ...]:
    sums = [CauseSum(cause, _length(chain, cause), _length(planned, cause)) for cause in causes]
    return tuple(sorted((one for one in sums if one.days or one.plan_d), key=lambda one: -one.days))


def _length(chain: Sequence[Segment], cause: str | None = None) -> float:
    return math.fsum(one.end_d - one.start_d for one in chain if cause in (None, one.cause))


def said_of(event: Event) -> str:
    """Return what an event's subject does, in words."""
    return _SAID.get(event.verb, event.verb.value.replace("-", " ")).format(step=event.step)


def detail_of(event: Event) -> str:
    """Return what flies on what, which launcher stands down and for how long, or which partner it is about."""
    if event.stand_down_d > 0.0:
        return f"{event.launcher} stands down {event.stand_down_d:.0f} d"
    return f"{event.vehicle} on {event.launcher}" if event.launcher else event.vehicle or event.partner


def _grounds_until(event: Event, day: float) -> bool:
    return event.stand_down_d > 0.0 and abs(event.t_d + event.stand_down_d - day) <= SOON_D


def _past(event: Event) -> str:
    """Say a loss in the past, and where: `was lost at landing (site)`."""
    said = _LOST[event.verb].format(step=event.step)
    return f"{said} ({event.place})" if event.place else said


def _days(days: float) -> str:
    return f"{days:,.0f} d"


def _day(value: float | np.float64) -> float | None:
    return float(value) if math.isfinite(value) else None
