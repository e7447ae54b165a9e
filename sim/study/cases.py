"""Cases of a sweep, done by any worker: the scenario with some values set, compiled and simulated, or why not."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.analysis.outline import Outline, outline_of
from sim.analysis.sample import stack
from sim.campaign.compile import compile_campaign
from sim.campaign.plan import Campaign
from sim.campaign.sky import Shared
from sim.model.simulate import simulate_nominal
from sim.problems import InputError
from sim.scenario.load import Files, load_from, read_resolved
from sim.study import tables
from sim.study.chunks import Span, Work
from sim.study.design import Case


@dataclass(frozen=True, slots=True)
class Errand:
    """Some replications of one case."""

    key: str
    """Identity of the case: the same scenario, values, code and seed have the same key in every sweep."""
    case: Case = field(compare=False)
    span: Span


@dataclass(frozen=True, slots=True)
class CaseGoal:
    """A goal as one case has it."""

    name: str
    column: str
    """Column of its dates."""
    by_d: float
    end_d: float
    """The calendar's end."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of an errand: the table of its goals, or the reason why there is none."""

    data: bytes
    reason: str
    """Empty when all went well."""
    wall_s: float
    goals: tuple[CaseGoal, ...] = ()


@dataclass(slots=True)
class Cases:
    """Compiles cases in memory: a scenario is read once, and what no value of a case decides is made once for all."""

    texts: Mapping[tuple[str, ...], str]
    """Resolved scenarios, alone and with each choice of variants, by the variants in them."""
    _read: dict[tuple[str, ...], Files] = field(default_factory=dict)
    _shared: Shared = field(default_factory=Shared)

    def compile(self, case: Case) -> Campaign:
        """Compile a case.

        Raises:
            InputError: with everything that is wrong, places being those of `scenario.resolved.yaml`.
        """
        names = case.variants
        if names not in self._read:
            self._read[names] = read_resolved(self.texts[names], resolved_name(names))
        return compile_campaign(load_from(self._read[names], sets=case.sets), self._shared)

    def __reduce__(self) -> tuple[type[Cases], tuple[Mapping[tuple[str, ...], str]]]:
        """Travel to a worker as the texts alone."""
        return type(self), (self.texts,)


@dataclass(slots=True)
class Sweeping:
    """What a worker must know to run any case."""

    cases: Cases
    seed: int
    kept: int = 1
    """Compiled cases a worker keeps: a sweep comes to each once, a search again and again."""
    _compiled: OrderedDict[str, tuple[Campaign, Outline]] = field(default_factory=OrderedDict)

    def run(self, errand: Errand) -> Done:
        """Run an errand; a scenario that the case makes invalid gives the reason, never an exception.

        An errand of no replications tells whether the case is valid, and its goals.
        """
        since = time.perf_counter()
        try:
            campaign, outline = self._take(errand)
            if not errand.span.count:
                return Done(b"", "", round(time.perf_counter() - since, 3), _goals(outline))
            outcomes = Work(campaign, outline, self.seed).outcomes(errand.span)
        except InputError as error:
            return Done(b"", str(error), round(time.perf_counter() - since, 3))
        except Exception as error:  # one case that meets a bug must not end a sweep of thousands
            said = f"internal error, a bug of ours: {type(error).__name__}: {error}"
            return Done(b"", said, round(time.perf_counter() - since, 3))
        data = tables.encode(stack(outcomes), outline, goals_only=True)
        return Done(data, "", round(time.perf_counter() - since, 3), _goals(outline))

    def _take(self, errand: Errand) -> tuple[Campaign, Outline]:
        """Compile a case, or take one that is kept: a large case comes in several errands."""
        if errand.key not in self._compiled:
            campaign = self.cases.compile(errand.case)
            self._compiled[errand.key] = campaign, outline_of(campaign, simulate_nominal(campaign, traced=False))
            if len(self._compiled) > self.kept:
                self._compiled.popitem(last=False)
        self._compiled.move_to_end(errand.key)
        return self._compiled[errand.key]


def resolved_name(variants: tuple[str, ...]) -> str:
    """Name the file of a resolved scenario."""
    return ".".join(["scenario", *variants, "resolved.yaml"])


def _goals(outline: Outline) -> tuple[CaseGoal, ...]:
    return tuple(
        CaseGoal(goal.name, f"reached.{outline.milestones[goal.reached]}", goal.by_d, outline.end_d)
        for goal in outline.goals
    )
