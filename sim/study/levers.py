"""Levers: what could be changed in a plan and what it costs.

```yaml
seek:
  goal: ilrs-basic
  confidence: 70 %
  levers:
    launchers.cz-10.production.every: {values: [120 d, 90 d], costs: [1.5, 4]}   # as it is: no cost
  variants: {second-pad: 2}                                                      # a variant, with its cost
```
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.campaign.compile import WHOLE_DAY_D
from sim.clock import Calendar
from sim.problems import Code, Mark, Problem, ScenarioError, WrongValueError, suggest
from sim.scenario.load import Loaded
from sim.scenario.paths import check_study_variants
from sim.scenario.schema import Seek
from sim.scenario.writing import flow
from sim.study.chunks import Case
from sim.study.design import VARIANTS
from sim.units import UnitError, parse_date, read_quantity

TAKEN = "taken"
"""Value of a variant that is a lever."""


@dataclass(frozen=True, slots=True)
class Lever:
    """One thing that can be left as it is, or set to one of some values, each with its cost."""

    path: str
    """Dotted path, or `variants`."""
    texts: tuple[str, ...]
    costs: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Package:
    """Some levers pulled, and what they cost together."""

    case: Case
    cost: float

    @property
    def text(self) -> str:
        """Return what is done."""
        return ", ".join([*self.case.variants, *self.case.sets]) or "the plan as it is"

    @property
    def pulls(self) -> tuple[tuple[str, str], ...]:
        """Return each lever that is pulled, and its value."""
        return (*((name, TAKEN) for name in self.case.variants), *self.case.settings)


@dataclass(frozen=True, slots=True)
class SeekPlan:
    """What is sought: the goal, the chance wanted, and the levers."""

    goal: str
    confidence: float
    levers: tuple[Lever, ...]
    levels: tuple[float, ...] = ()
    """Chances of which the cheapest package is asked, the confidence among them, in growing order."""
    by_d: float | None = None
    """Day by which the goal is wanted, in place of its own date."""


def read_levers(
    loaded: Loaded, *, goal: str | None = None, by: str | None = None, confidence: str | None = None,
    levels: Sequence[str] = (),
) -> SeekPlan:  # fmt: skip
    """Return the plan; what the command line says of goal, date and confidence comes first.

    With `levels` and no `confidence`, the one that counts is the goal's where it is among them, else the lowest.

    Raises:
        ScenarioError: if the scenario names no levers, or the command line's goal or confidence is wrong.
    """
    block = loaded.scenario.seek
    if block is None:
        hint = "write `seek: {levers: {a.dotted.path: {values: [90 d], costs: [2]}}}`"
        raise ScenarioError([Problem(loaded.layered.mark(()), "seek", Code.MISSING_KEY, "error",
                                     "the scenario names no levers", hint)])  # fmt: skip
    wrong = [one for one in check_study_variants(loaded.layered) if one.path.startswith("seek")]
    if wrong:
        raise ScenarioError(wrong)
    name = _goal(loaded, goal) if goal is not None else block.goal or next(iter(loaded.scenario.goals))
    asked = [_share("levels", one) for one in levels]
    share = _share("confidence", confidence) if confidence is not None else block.confidence
    wanted = loaded.scenario.goals[name].confidence if share is None else share
    if asked and confidence is None and wanted not in asked:
        wanted = min(asked)
    if not 0.0 < wanted < 1.0:
        raise _wrong("confidence", "a chance between 0 % and 100 % is wanted", "for example --confidence 70%")
    chosen = (Lever(VARIANTS, (name,), (cost,)) for name, cost in block.variants.items())
    return SeekPlan(name, wanted, (*_levers(block), *chosen), tuple(sorted({*asked, wanted})), _day(loaded, by))


def _levers(block: Seek) -> list[Lever]:
    return [
        Lever(path, tuple(flow(value) for value in lever.values), tuple(lever.costs))
        for path, lever in block.levers.items()
    ]


def paths_of_file(loaded: Loaded, plan: SeekPlan) -> list[str]:
    """Return the paths of the levers that are those of the file, and not made by a program."""
    written = _levers(loaded.scenario.seek) if loaded.scenario.seek else []
    return [lever.path for lever in plan.levers if lever in written]


def _goal(loaded: Loaded, wanted: str) -> str:
    if wanted not in loaded.scenario.goals:
        hint = suggest(wanted, loaded.scenario.goals)
        raise _wrong("goal", f"there is no goal '{wanted[:60]}'", hint, Code.NO_SUCH_NAME)
    return wanted


def _day(loaded: Loaded, by: str | None) -> float | None:
    """Return the day of a date that the command line says, until which it lasts."""
    if by is None:
        return None
    calendar = Calendar(loaded.scenario.calendar.start, loaded.scenario.calendar.end)
    try:
        by_d = calendar.to_days(parse_date(by))
    except UnitError as error:
        raise _wrong("by", error.message, error.hint, error.code) from None
    if not 0.0 <= by_d <= calendar.length_d:
        raise _wrong("by", f"{by:.20} is not within the calendar", f"it ends {calendar.iso(calendar.length_d)}")
    return by_d + WHOLE_DAY_D


def _share(option: str, wanted: str) -> float:
    try:
        share = read_quantity(wanted, "share")
    except WrongValueError as error:
        raise _wrong(option, error.message, error.hint, error.code) from None
    if not 0.0 < share < 1.0:
        raise _wrong(option, "a chance between 0 % and 100 % is wanted", f"for example --{option} 70%")
    return share


def _wrong(option: str, message: str, hint: str, code: Code = Code.OUT_OF_RANGE) -> ScenarioError:
    return ScenarioError([Problem(Mark(f"--{option}"), "", code, "error", message, hint)])
