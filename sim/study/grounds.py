"""Grounds: what an answer rests on and what would move it, kept in the run folder beside what was found.

Which drawn figures matter is read from the replications as they are. What levers buy and what risks cost is simulated
when it is asked for, with the same luck, and kept with the key of the study, so that no page simulates twice.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.analysis.compare import compare_probabilities, compare_quantiles
from sim.analysis.estimates import Curve, ecdf, paired_mean
from sim.analysis.guesses import DOUBT
from sim.problems import InputError, ScenarioError
from sim.scenario.load import Loaded, load_scenario
from sim.scenario.paths import without_studies
from sim.scenario.writing import document, flow
from sim.study import files, tables
from sim.study.cases import Cases
from sim.study.chunks import Case, CaseGoal, Done, Job
from sim.study.contents import GROUNDS, RESOLVED
from sim.study.files import FolderError
from sim.study.fixed import FixedSwing, run_cases
from sim.study.levers import TAKEN, read_levers
from sim.study.records import RecordError, from_json, to_json, to_plain
from sim.study.replay import rank_study, resolved
from sim.study.runner import Listener
from sim.study.store import StudyTables
from sim.study.versions import analysis_version

Floats = NDArray[np.float64]
MOST: Final = 2_000
"""Replications that tell which drawn figures matter: more would rank the same ones first."""
PAIRS: Final = 200
"""Replications of each case of levers and risks."""
NO_RISK: Final = "0 %"


@dataclass(frozen=True, slots=True)
class Assumption:
    """A figure that the answer rests on."""

    path: str
    value: str
    """As the scenario has it; empty for what is known of a class of slips as a whole."""
    source: str
    confidence: str
    """high, medium or low; empty where the scenario does not say."""
    low: str
    high: str
    """Ends of the range to which a fixed figure was set; empty for one that is drawn."""
    moves_d: float
    """Of a drawn figure the standard deviation of the date that it causes; of a fixed one the distance between the
    mean dates at both ends."""
    weight_d: float
    """Days weighed with the doubt about the figure."""

    @property
    def drawn(self) -> bool:
        """Whether the figure is drawn in every replication."""
        return not self.low


@dataclass(frozen=True, slots=True)
class Shift:
    """A change of a mean date in days, with its 95 % interval; negative is earlier."""

    mean_d: float
    low_d: float
    high_d: float


@dataclass(frozen=True, slots=True)
class LeverGain:
    """What one value of a lever buys."""

    path: str
    """Dotted path, or the name of a variant."""
    value: str
    """What it is set to; `taken` for a variant."""
    about: str
    cost: float
    shift: Shift | None
    """Of the mean date; None where the lever cannot be pulled."""
    p50_d: float | None
    """Change of the median date; None where one of them is not reached."""
    points: float
    """Change of the chance of the goal by its date."""
    points_low: float
    points_high: float
    refused: str
    """Why it cannot be pulled; empty where it can."""


@dataclass(frozen=True, slots=True)
class RiskEffect:
    """A risk of the scenario: what it costs the goal as it is, and with the lever that lessens it."""

    name: str
    about: str
    probability: str
    touches: tuple[str, ...]
    source: str
    confidence: str
    cost: Shift | None
    """Days by which the mean date is later with it than without; None where it cannot be removed."""
    mitigation: str
    """The lever of the scenario that lessens it, in words; empty where there is none."""
    left: Shift | None
    """Days that it still costs with that lever."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Levers and risks, simulated with the luck of the study."""

    replications: int
    levers: tuple[LeverGain, ...]
    """The most days earlier first."""
    risks: tuple[RiskEffect, ...]
    """The most days first."""
    as_is: Curve
    mitigated: Curve | None
    """With every lever that lessens a risk; None where there is none."""
    without: Curve | None
    """Without any risk; None where there is none, or they cannot be removed."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What is known of the grounds of the first goal's date."""

    assumptions: tuple[Assumption, ...] = ()
    """Drawn figures, the most doubtful days first."""
    fixed: tuple[Assumption, ...] = ()
    """Fixed figures that were varied; empty where none was."""
    what_if: WhatIf | None = None

    @property
    def ranked(self) -> tuple[Assumption, ...]:
        """All figures by effect times doubt."""
        return tuple(sorted((*self.assumptions, *self.fixed), key=lambda one: -one.weight_d))


@dataclass(frozen=True, slots=True)
class _Kept:
    key: str
    grounds: Grounds


# --- in the run folder ------------------------------------------------------------------------------------------------


def read_grounds(study: StudyTables) -> Grounds | None:
    """Return the grounds that the folder of a study keeps; None where it has none, or those of another study."""
    try:
        kept = from_json(_Kept, files.read_plain(study.folder / GROUNDS))
    except (OSError, RecordError):
        return None
    return kept.grounds if kept.key == _key(study, kept.grounds) else None


def keep_grounds(study: StudyTables, grounds: Grounds) -> None:
    """Keep grounds in the folder of a study; one that cannot be written can still be reported on."""
    with contextlib.suppress(FolderError):
        files.write_whole(study.folder, GROUNDS, to_json(_Kept(_key(study, grounds), grounds)).encode())


def _key(study: StudyTables, grounds: Grounds) -> str:
    said = json.dumps(to_plain(grounds), ensure_ascii=False)
    manifest = study.manifest
    return files.digest("\n".join([analysis_version(), manifest.key, str(manifest.replications), said]).encode())


# --- figures ----------------------------------------------------------------------------------------------------------


def find_assumptions(study: StudyTables) -> Grounds:
    """Return which drawn figures matter to the first goal; nothing where too few replications tell."""
    fewer = dataclasses.replace(study, sample=study.sample[: min(MOST, study.sample.size)])
    try:
        _, guesses, _ = rank_study(fewer)
    except FolderError:
        return Grounds()
    values = resolved(study).layered.values
    return Grounds(
        tuple(
            Assumption(
                one.path, _value_at(values, one.path), one.source, one.confidence, "", "", one.moves_d, one.weight
            )
            for one in guesses
        )
    )


def with_fixed(grounds: Grounds, swings: Sequence[FixedSwing]) -> Grounds:
    """Add the fixed figures that were varied and move the goal."""
    moving = (
        Assumption(
            one.ends.name,
            one.ends.value,
            one.ends.source,
            one.ends.confidence,
            one.ends.low,
            one.ends.high,
            one.moves_d,
            one.moves_d * DOUBT[one.ends.confidence],
        )
        for one in swings
        if one.moves_d > 0.0
    )
    return dataclasses.replace(grounds, fixed=tuple(sorted(moving, key=lambda one: -one.weight_d)))


def _value_at(values: Mapping[str, Any], path: str) -> str:
    found: Any = values
    for part in path.split("."):
        if not isinstance(found, dict) or part not in found:
            return ""
        found = found[part]
    return "" if isinstance(found, dict) and len(found) > 3 else flow(found)


# --- levers and risks -------------------------------------------------------------------------------------------------


def simulate_what_if(study: StudyTables, *, engine: Executor, on_progress: Listener = lambda _: None) -> WhatIf:
    """Simulate every lever and every risk of the scenario of a study, each alone, with the same luck.

    Raises:
        InputError: if the scenario as it is cannot be run.
    """
    loaded = resolved(study)
    return _Trial(study, loaded, _pulls(loaded)).run(engine, on_progress)


@dataclass(frozen=True, slots=True)
class _Pull:
    path: str
    value: str
    about: str
    cost: float

    @property
    def variants(self) -> tuple[str, ...]:
        return (self.path,) if self.value == TAKEN else ()

    @property
    def settings(self) -> tuple[tuple[str, str], ...]:
        return () if self.value == TAKEN else ((self.path, self.value),)


def _pulls(loaded: Loaded) -> list[_Pull]:
    """Return each value of each lever of the scenario's search; of one that has none, nothing."""
    if loaded.scenario.seek is None:
        return []
    said = loaded.scenario.seek.levers
    found = []
    for lever in read_levers(loaded).levers:
        if lever.path == "variants":
            found += [_Pull(name, TAKEN, "", cost) for name, cost in zip(lever.texts, lever.costs, strict=True)]
        else:
            about = said[lever.path].about or ""
            found += [_Pull(lever.path, text, about, cost) for text, cost in zip(lever.texts, lever.costs, strict=True)]
    return found


class _Trial:
    """The cases of one study, by what they are for."""

    def __init__(self, study: StudyTables, loaded: Loaded, pulls: Sequence[_Pull]) -> None:
        self._goal = study.outline.goals[0].name
        self._seed, self._n = study.manifest.seed, min(PAIRS, study.manifest.replications)
        self._sampling = study.manifest.sampling
        self._loaded, self._pulls = loaded, pulls
        risks = loaded.scenario.risks
        self._cures = {
            name: next((one for one in pulls if one.path == f"risks.{name}.probability"), None) for name in risks
        }
        self._texts = {(): _text(loaded), **_variant_texts(study, pulls)}
        none = tuple((f"risks.{name}.probability", NO_RISK) for name in risks)
        cured = tuple(setting for one in self._cures.values() if one is not None for setting in one.settings)
        wanted: dict[Any, tuple[tuple[str, ...], tuple[tuple[str, str], ...]]] = {
            "as is": ((), ()),
            **{one: (one.variants, one.settings) for one in pulls if one.variants in self._texts},
            **{name: ((), (setting,)) for name, setting in zip(risks, none, strict=True)},
            **({"without": ((), none)} if none else {}),
            **({"mitigated": ((), cured)} if cured else {}),
        }
        self._cases = {what: Case(number, *case) for number, (what, case) in enumerate(wanted.items())}

    def run(self, engine: Executor, on_progress: Listener) -> WhatIf:
        """Simulate and look."""
        job = Job(Cases(self._texts, self._seed, self._sampling))
        done = run_cases(self._cases.values(), job, self._n, engine, on_progress)
        self._done = {what: done[case.number] for what, case in self._cases.items()}
        if self._done["as is"].reason:
            raise InputError(self._done["as is"].reason)
        levers = [self._gain(one) for one in self._pulls]
        risks = [self._risk(name) for name in self._loaded.scenario.risks]
        return WhatIf(
            self._n,
            tuple(sorted(levers, key=lambda one: one.shift.mean_d if one.shift is not None else np.inf)),
            tuple(sorted(risks, key=lambda one: -one.cost.mean_d if one.cost is not None else np.inf)),
            ecdf(self._dates("as is")),
            self._curve("mitigated"),
            self._curve("without"),
        )

    def _gain(self, pull: _Pull) -> LeverGain:
        done = self._done.get(pull)
        if done is None or done.reason:
            said = done.reason if done is not None else "this variant does not go with the plan as it was run"
            return LeverGain(pull.path, pull.value, pull.about, pull.cost, None, None, 0.0, 0.0, 0.0, said)
        before, after, by_d = self._dates("as is"), self._dates(pull), self._line("as is").by_d
        chance = compare_probabilities(after, before, by_d)
        return LeverGain(
            pull.path, pull.value, pull.about, pull.cost, self._shift(pull, "as is"),
            compare_quantiles(after, before, 0.5).value, chance.value, chance.low, chance.high, "",
        )  # fmt: skip

    def _risk(self, name: str) -> RiskEffect:
        risk, cure = self._loaded.scenario.risks[name], self._cures[name]
        known = cure is not None and not self._done[cure].reason
        return RiskEffect(
            name=name,
            about=risk.about or "",
            probability=flow(self._loaded.layered.values["risks"][name]["probability"]),
            touches=tuple(risk.stretches),
            source=risk.source or "",
            confidence=risk.confidence or "",
            cost=self._shift("as is", name),
            mitigation=(cure.about or f"{cure.path}={cure.value}") if cure is not None else "",
            left=self._shift(cure, name) if known else None,
        )

    def _shift(self, later: Any, earlier: Any) -> Shift | None:
        if self._done[later].reason or self._done[earlier].reason:
            return None
        end_d = self._line("as is").end_d
        apart = paired_mean(*(self._dates(one).clip(max=end_d) for one in (later, earlier)))
        return Shift(apart.value, apart.low, apart.high)

    def _curve(self, what: str) -> Curve | None:
        return None if what not in self._done or self._done[what].reason else ecdf(self._dates(what))

    def _line(self, what: Any) -> CaseGoal:
        done: Done = self._done[what]
        return next(one for one in done.goals if one.name == self._goal)

    def _dates(self, what: Any) -> Floats:
        """Return the goal's dates in days, shape (n,); what is not reached is infinity."""
        return tables.read_column(self._done[what].data, self._line(what).column, 0, self._n - 1)


def _text(loaded: Loaded) -> str:
    return document({**without_studies(loaded.layered.values), "name": loaded.scenario.name})


def _variant_texts(study: StudyTables, pulls: Sequence[_Pull]) -> dict[tuple[str, ...], str]:
    """Return the scenario with each variant that is a lever; those that no longer go with it are left out."""
    found: dict[tuple[str, ...], str] = {}
    for name in dict.fromkeys(name for one in pulls for name in one.variants):
        with contextlib.suppress(ScenarioError):
            found[name,] = _text(load_scenario(study.folder / RESOLVED, [name]))
    return found
