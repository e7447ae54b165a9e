"""Packages of levers as options to select among, simulated with the same luck."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sim.analysis.outline import GoalLine
from sim.decide.packages import Option
from sim.decide.selection import Floats, Request
from sim.problems import InputError
from sim.study.cases import Cases
from sim.study.chunks import Span, Work
from sim.study.design import VARIANTS
from sim.study.levers import Lever, Package

_KEPT = 16
"""Compiled packages kept at one time: each is some fifty megabytes for a large plan."""


def options_of(packages: Sequence[Package], levers: Sequence[Lever]) -> tuple[list[Option], list[bool]]:
    """Return the packages as options, and for each lever whether more of it should be no worse.

    A lever is pulled further the more it costs. A variant has no direction.
    """
    options = [Option(one.cost, tuple(_pull(one, lever) for lever in levers)) for one in packages]
    return options, [lever.path != VARIANTS for lever in levers]


def _pull(package: Package, lever: Lever) -> int:
    if lever.path == VARIANTS:
        return int(lever.texts[0] in package.case.variants)
    text = dict(package.case.settings).get(lever.path)
    if text is None:
        return 0
    ranked = sorted(range(len(lever.texts)), key=lambda number: (lever.costs[number], number))
    return 1 + ranked.index(lever.texts.index(text))


@dataclass(slots=True)
class Pulling:
    """Simulates packages in this process; an invalid one gives None, and its reason is kept."""

    packages: Sequence[Package]
    cases: Cases
    goal: str
    reasons: dict[int, str] = field(default_factory=dict)
    _compiled: OrderedDict[int, tuple[Work, GoalLine]] = field(default_factory=OrderedDict)

    def __call__(self, requests: Sequence[Request]) -> list[Floats | None]:
        """Return days after the goal's date for each request, infinity for never."""
        return [self._late(request) for request in requests]

    def _late(self, request: Request) -> Floats | None:
        try:
            work, goal = self._work(request.option)
        except InputError as error:
            self.reasons[request.option] = str(error)
            return None
        outcomes = work.outcomes(Span(request.first, request.count))
        return outcomes.reached_d[:, goal.reached] - goal.by_d

    def _work(self, option: int) -> tuple[Work, GoalLine]:
        if option not in self._compiled:
            work = self.cases.work(self.packages[option].case)
            self._compiled[option] = (work, next(one for one in work.outline.goals if one.name == self.goal))
            if len(self._compiled) > _KEPT:
                self._compiled.popitem(last=False)
        self._compiled.move_to_end(option)
        return self._compiled[option]
