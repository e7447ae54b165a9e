"""Luck that is shared: class laws with their figures, what moves together, and what has flown already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import log
from typing import TYPE_CHECKING, Any

from sim.campaign.plan import Chance
from sim.campaign.registry import Registry
from sim.campaign.sky import Shared
from sim.campaign.slips import ClassSlip, Scaled, law_by_lead, without
from sim.chance import Distribution, FigureName, Figures, JointDraws, RatioLaw, Together
from sim.chance.correlation import AmbiguousError, Bundle, ImpossibleError, Member, entwine, group_factor
from sim.problems import Code
from sim.scenario.check_correlations import say_contradiction
from sim.scenario.joining import members_of, model_of, slips_by_class
from sim.scenario.schema import Activity, Mission, Scenario, SlipByClass, SlipByLead, SlipClasses
from sim.scenario.text import Path

if TYPE_CHECKING:
    from datetime import datetime

Slipping = Distribution | SlipByLead | SlipByClass
Weights = tuple[tuple[str, Path, float], ...]
Row = dict[int, float]
"""Weights of a figure on streams, by index."""
FARTHEST_SCORE = 3.1
"""Normal score beyond which a slip teaches no more: about the share at which the laws are cut."""


class SharedLuck:
    """Resolves laws of slip and correlations."""

    def __init__(
        self, scenario: Scenario, values: Mapping[str, Any], registry: Registry, as_of_d: float, shared: Shared
    ) -> None:
        self._scenario = scenario
        self._values = values
        self._registry = registry
        self._as_of_d = as_of_d
        self._shared = shared
        self._best: list[float] = []
        self._rows: list[Row] = []
        self._names: list[FigureName] = []
        self._roots: dict[str, list[list[float]]] = {}
        self._texts: dict[str, str] = {}

    # --- slips ---------------------------------------------------------------------------------------------

    def slip(self, slip: Slipping, planned_d: float, stream: str, path: Path, held_d: float = 0.0) -> Chance:
        """Return a slip with its law and stream: as written, or by how far ahead of today the plan lies.

        A measured law gives up the mean days that the risks it holds add elsewhere.
        """
        lead_d = max(planned_d - self._as_of_d, 0.0)
        if isinstance(slip, SlipByClass):
            whole = self._by_class(slip, lead_d)
            law = self._shared.get(("without", whole, held_d), lambda: without(whole, held_d))
            return self._chance(slip, law, stream, path) if isinstance(law, ClassSlip) else Chance(0.0)
        if isinstance(slip, SlipByLead):
            by_lead = law_by_lead(self._scenario.slips[slip.by_lead], lead_d)
            slip = without(Scaled(by_lead, slip.times) if slip.times != 1.0 else by_lead, held_d)
        return self._registry.slip(slip, stream, path)

    def _by_class(self, slip: SlipByClass, lead_d: float) -> ClassSlip:
        """Return the law of a slip by class at a lead time, with the error of its figures."""
        name, law = self._law(slip)
        location, spread = self._row(name, law, slip, "location", lead_d), self._row(name, law, slip, "spread", lead_d)
        form, asked = law.form, (slip.class_.agency, slip.class_.kind, slip.times, lead_d, self._draws_figures)
        return self._shared.get(
            ("by class", self._text(name, law), *asked),
            lambda: ClassSlip(
                RatioLaw(lead_d, location[0], spread[0], form.offset, form.shift, form.dof, form.tail),
                _product(location[1], location[1]),
                _product(location[1], spread[1]),
                _product(spread[1], spread[1]),
                slip.times,
            ),
        )

    def _chance(self, slip: SlipByClass, law: ClassSlip, stream: str, path: Path) -> Chance:
        """Return a slip by class its stream and, unless the scenario keeps to best estimates, its figures."""
        chance = self._registry.slip(law, stream, path)
        if not self._draws_figures:
            return chance
        name, block = self._law(slip)
        number = len(self._rows)
        for what in ("location", "spread"):
            best, row = self._row(name, block, slip, what, law.law.lead_d)
            self._best.append(best)
            self._rows.append(row)
            self._names.append(FigureName(name, what, slip.class_.agency, slip.class_.kind))
        return replace(chance, figures=number)

    @property
    def _draws_figures(self) -> bool:
        return self._scenario.uncertainty.figures == "on"

    def _law(self, slip: SlipByClass) -> tuple[str, SlipClasses]:
        name = model_of(self._scenario, slip)
        law = self._scenario.slips[name].classes
        assert law is not None  # the checks refuse a slip by class without one
        return name, law

    def _row(self, name: str, law: SlipClasses, slip: SlipByClass, what: str, lead_d: float) -> tuple[float, Row]:
        """Return the best value of `location` or `spread` of a class, and its weights on the streams of figures."""
        said = (name, law, slip.class_.agency, slip.class_.kind, what, lead_d)
        best, weights = self._shared.get(
            (self._text(name, law), *said[2:], self._draws_figures), lambda: self._weigh(*said)
        )
        return best, {self._registry.stream(f"figure/{name}/{word}", path): weight for word, path, weight in weights}

    def _weigh(
        self, name: str, law: SlipClasses, agency: str, kind: str, what: str, lead_d: float
    ) -> tuple[float, Weights]:
        """Return the best value of a class and, where figures are drawn, name, path and weight of each on it."""
        parameters = list(law.parameters)
        fitting = dict.fromkeys((what, f"{what}.{agency}", f"{what}.{kind}", f"{what}.{agency}.{kind}"), 1.0)
        if what == "spread":
            fitting["spread.lead"] = log((lead_d + law.form.offset) / law.form.reference_lead)
        factors = {parameter: factor for parameter, factor in fitting.items() if parameter in law.parameters}
        best = sum(factor * law.parameters[parameter] for parameter, factor in factors.items())
        if not self._draws_figures:
            return best, ()
        root, path = self._root(name, law), ("slips", name, "classes")
        rows = [(factor, root[parameters.index(parameter)]) for parameter, factor in factors.items()]
        weights: list[tuple[str, Path, float]] = [
            (parameter, (*path, "parameters", parameter), sum(factor * row[column] for factor, row in rows))
            for column, parameter in enumerate(parameters)
        ]
        for word in (agency, kind):
            sd = getattr(law.unknown, what)
            if word not in known_classes(law) and sd > 0.0:
                weights.append((f"{what}.{word}", (*path, "unknown", what), sd))
        return best, tuple(weights)

    def _text(self, name: str, law: SlipClasses) -> str:
        """Return all that a class law says, and its name."""
        if name not in self._texts:
            self._texts[name] = f"{name}: {law!r}"
        return self._texts[name]

    def _root(self, name: str, law: SlipClasses) -> list[list[float]]:
        """Return the symmetric root of the covariance: each stream then is as near to its parameter as can be."""
        if name not in self._roots:
            import numpy as np

            values, vectors = np.linalg.eigh(np.array(law.covariance, dtype=float))
            root = (vectors * np.sqrt(values.clip(0.0))) @ vectors.T
            self._roots[name] = root.tolist()
        return self._roots[name]

    # --- what has happened ------------------------------------------------------------------------------------------

    def observed(self) -> dict[str, float]:
        """Return the normal score of every slip by class that has happened, by dotted path."""
        scenario, found = self._scenario, {}
        for path, slip, happened in slips_by_class(scenario):
            if not happened:
                continue
            block, name, _ = path.split(".")
            item: Activity | Mission = getattr(scenario, block)[name]
            score = self._score(item, slip)
            if score is not None:
                found[path] = score
        return found

    def _score(self, item: Activity | Mission, slip: SlipByClass) -> float | None:
        flown = item.flown if isinstance(item, Mission) else None
        came = item.done if isinstance(item, Activity) else flown.launched if flown is not None else None
        if came is None or item.planned is None or item.said_on is None:
            return None
        from scipy.special import ndtri

        law, slip_d = self._by_class(slip, max(_days(item.said_on, item.planned), 0.0)), _days(item.planned, came)
        score = self._shared.get(("score", law, slip_d), lambda: float(ndtri(law.below(slip_d))))
        return min(max(score, -FARTHEST_SCORE), FARTHEST_SCORE)

    # --- what moves together ----------------------------------------------------------------------------------------

    def compile(self) -> JointDraws:
        """Return what the streams of the campaign share; all of them must have been named before."""
        streams = sorted({stream for row in self._rows for stream in row})
        weights = tuple(tuple(row.get(stream, 0.0) for stream in streams) for row in self._rows)
        figures = Figures(tuple(streams), tuple(self._best), weights, tuple(self._names))
        return JointDraws(self._together(), figures)

    def _together(self) -> tuple[Together, ...]:
        uncertainty = self._scenario.uncertainty
        if uncertainty.correlations == "off":
            return ()
        members, groups = members_of(self._scenario, self._values)
        by_path = {member.name: member for member in members}
        known = zip(self._registry.stream_paths, self._registry.streams, strict=True)
        named = sorted((".".join(map(str, path)), name, stream) for stream, (path, name) in enumerate(known))
        drawn = [(stream, replace(by_path[path], observed=None)) for path, _, stream in named if path in by_path]
        past = self.observed() if uncertainty.learning == "on" else {}
        seen = [replace(by_path[path], observed=score) for path, score in past.items()]
        together = [*seen, *(member for _, member in drawn)]
        try:
            bundles = entwine(together, groups)
        except (AmbiguousError, ImpossibleError) as error:  # several launches may draw from one path
            path, message, hint = say_contradiction(error, together, self._scenario)
            self._registry.problem(path, Code.VALUE, message, hint)
            return ()
        paths = _factor_paths(members)
        streams = [stream for stream, _ in drawn]
        return tuple(self._with_streams(bundle, len(seen), streams, paths) for bundle in bundles)

    def _with_streams(self, bundle: Bundle, seen: int, streams: list[int], paths: Mapping[str, Path]) -> Together:
        """Return a bundle by the indices of streams."""
        members = tuple(streams[place - seen] for place in bundle.members)
        factors = tuple(self._registry.stream(name, paths[name]) for name in bundle.factors)
        return Together(members, (*factors, *members), bundle.offsets, bundle.weights)


def _factor_paths(members: Iterable[Member]) -> dict[str, Path]:
    """Return the path of the figure that says how strong each factor is that members share."""
    found: dict[str, Path] = {}
    for member in members:
        found |= {group_factor(name): ("correlations", name, "coefficient") for name in member.groups}
        if member.kin is not None:
            law: Path = ("slips", member.kin.law, "classes")
            found[member.kin.law_factor] = (*law, "across_correlation")
            found[member.kin.programme_factor] = (*law, "programme_correlation")
    return found


def known_classes(law: SlipClasses) -> set[str]:
    """Return the agencies and kinds a class law has parameters for."""
    return {word for parameter in law.parameters for word in parameter.split(".")[1:]}


def _product(one: Row, two: Row) -> float:
    return sum(weight * two.get(stream, 0.0) for stream, weight in one.items())


def _days(since: datetime, until: datetime) -> float:
    return (until - since).total_seconds() / 86400.0
