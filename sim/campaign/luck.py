"""Luck that is shared: class laws with their figures, what moves together, and what has flown already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import log
from typing import TYPE_CHECKING

from sim.campaign.plan import Chance
from sim.campaign.slips import ClassSlip
from sim.chance import FigureName, Figures, Luck, RatioLaw, Together
from sim.chance.correlation import AmbiguousError, Bundle, ImpossibleError, Member, entwine, group_factor
from sim.problems import Code
from sim.scenario.check_correlations import say_contradiction
from sim.scenario.joining import members_of, model_of, slips_by_class
from sim.scenario.schema import Activity, ClassLaw, Mission, SlipByClass
from sim.scenario.text import Path

if TYPE_CHECKING:
    from datetime import datetime

    from sim.campaign.compile import Compiler

Row = dict[int, float]
"""Weights of a figure on streams, by index."""
FARTHEST_SCORE = 3.1
"""Normal score beyond which a slip teaches no more: about the share at which the laws are cut."""


class LuckCompiler:
    """Resolves class laws and correlations."""

    def __init__(self, compiler: Compiler) -> None:
        self.whole = compiler
        self._best: list[float] = []
        self._rows: list[Row] = []
        self._names: list[FigureName] = []
        self._roots: dict[str, list[list[float]]] = {}

    # --- slips by class ---------------------------------------------------------------------------------------------

    def slip(self, slip: SlipByClass, lead_d: float) -> ClassSlip:
        """Return the law of a slip by class at a lead time, with the error of its figures."""
        name, law = self._law(slip)
        location, spread = self._row(name, law, slip, "location", lead_d), self._row(name, law, slip, "spread", lead_d)
        form = law.form
        return ClassSlip(
            RatioLaw(lead_d, location[0], spread[0], form.offset, form.shift, form.dof, form.tail),
            _product(location[1], location[1]),
            _product(location[1], spread[1]),
            _product(spread[1], spread[1]),
            slip.times,
        )

    def chance(self, slip: SlipByClass, law: ClassSlip, stream: str, path: Path) -> Chance:
        """Give a slip by class its stream and, unless the scenario keeps to best estimates, its figures."""
        chance = self.whole.registry.slip(law, stream, path)
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
        return self.whole.scenario.uncertainty.figures == "on"

    def _law(self, slip: SlipByClass) -> tuple[str, ClassLaw]:
        name = model_of(self.whole.scenario, slip)
        law = self.whole.scenario.slips[name].classes
        assert law is not None  # the checks refuse a slip by class without one
        return name, law

    def _row(self, name: str, law: ClassLaw, slip: SlipByClass, what: str, lead_d: float) -> tuple[float, Row]:
        """Return the best value of `location` or `spread` of a class, and its weights on the streams of figures."""
        stream, parameters = self.whole.registry.stream, list(law.parameters)
        agency, kind = slip.class_.agency, slip.class_.kind
        fitting = dict.fromkeys((what, f"{what}.{agency}", f"{what}.{kind}", f"{what}.{agency}.{kind}"), 1.0)
        if what == "spread":
            fitting["spread.lead"] = log((lead_d + law.form.offset) / law.form.reference_lead)
        factors = {parameter: factor for parameter, factor in fitting.items() if parameter in law.parameters}
        best = sum(factor * law.parameters[parameter] for parameter, factor in factors.items())
        if not self._draws_figures:
            return best, {}
        root, row = self._root(name, law), dict[int, float]()
        for column, parameter in enumerate(parameters):
            path: Path = ("slips", name, "classes", "parameters", parameter)
            row[stream(f"figure/{name}/{parameter}", path)] = sum(
                factor * root[parameters.index(other)][column] for other, factor in factors.items()
            )
        for word in (agency, kind):
            sd = getattr(law.unknown, what)
            if word not in known_classes(law) and sd > 0.0:
                path = ("slips", name, "classes", "unknown", what)
                row[stream(f"figure/{name}/{what}.{word}", path)] = sd
        return best, row

    def _root(self, name: str, law: ClassLaw) -> list[list[float]]:
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
        scenario, found = self.whole.scenario, {}
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

        law = self.slip(slip, max(_days(item.said_on, item.planned), 0.0))
        score = float(ndtri(law.below(_days(item.planned, came))))
        return min(max(score, -FARTHEST_SCORE), FARTHEST_SCORE)

    # --- what moves together ----------------------------------------------------------------------------------------

    def compile(self) -> Luck:
        """Return what the streams of the campaign share; all of them must have been named before."""
        streams = sorted({stream for row in self._rows for stream in row})
        weights = tuple(tuple(row.get(stream, 0.0) for stream in streams) for row in self._rows)
        figures = Figures(tuple(streams), tuple(self._best), weights, tuple(self._names))
        return Luck(self._together(), figures)

    def _together(self) -> tuple[Together, ...]:
        uncertainty = self.whole.scenario.uncertainty
        if uncertainty.correlations == "off":
            return ()
        members, groups = members_of(self.whole.scenario, self.whole.loaded.layered.values)
        by_path = {member.name: member for member in members}
        drawn = [
            (stream, replace(by_path[dotted], observed=None))
            for stream, path in enumerate(self.whole.registry.stream_paths)
            if (dotted := ".".join(map(str, path))) in by_path
        ]
        past = self.observed() if uncertainty.learning == "on" else {}
        seen = [replace(by_path[path], observed=score) for path, score in past.items()]
        together = [*seen, *(member for _, member in drawn)]
        try:
            bundles = entwine(together, groups)
        except (AmbiguousError, ImpossibleError) as error:  # several launches may draw from one path
            path, message, hint = say_contradiction(error, together, self.whole.scenario)
            self.whole.registry.problem(path, Code.VALUE, message, hint)
            return ()
        paths = _factor_paths(members)
        streams = [stream for stream, _ in drawn]
        return tuple(self._with_streams(bundle, len(seen), streams, paths) for bundle in bundles)

    def _with_streams(self, bundle: Bundle, seen: int, streams: list[int], paths: Mapping[str, Path]) -> Together:
        """Return a bundle by the indices of streams."""
        members = tuple(streams[place - seen] for place in bundle.members)
        factors = tuple(self.whole.registry.stream(name, paths[name]) for name in bundle.factors)
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


def known_classes(law: ClassLaw) -> set[str]:
    """Return the agencies and kinds a class law has parameters for."""
    return {word for parameter in law.parameters for word in parameter.split(".")[1:]}


def _product(one: Row, two: Row) -> float:
    return sum(weight * two.get(stream, 0.0) for stream, weight in one.items())


def _days(since: datetime, until: datetime) -> float:
    return (until - since).total_seconds() / 86400.0
