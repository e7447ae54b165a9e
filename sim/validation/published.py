"""Published figures, and cases: what we find beside what others published, how far apart they may be and why.

Shipped scenarios are replicated here too: their samples are held against the published figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from math import sqrt
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml
from numpy.typing import NDArray

from sim.analysis.outline import Outline, outline_of
from sim.campaign.compile import compile_campaign
from sim.campaign.plan import Campaign
from sim.model.sample import Sample
from sim.model.simulate import simulate_chunk, simulate_nominal
from sim.scenario.load import load_scenario
from sim.scenario.tree import shipped_folder

Floats = NDArray[np.float64]
Value = float | tuple[float, ...]

SIGMAS: Final = 4.0
"""Deviations beyond which a sampled figure is called wrong: once in 16,000 tries by chance."""


@dataclass(frozen=True, slots=True)
class About:
    """What a case is about: its name, family, source and quantity with its unit."""

    id: str
    kind: str
    source: str
    quantity: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class PublishedCase:
    """One published figure beside ours; `note` gives the reason of the tolerance and what is known of a miss."""

    id: str
    kind: str
    source: str
    quantity: str
    ours: Value
    theirs: Value
    tolerance: float
    met: bool
    note: str


def near(
    about: About, ours: float | Sequence[float], theirs: float | Sequence[float], tolerance: float
) -> PublishedCase:
    """Return a case that is met when every figure of ours is within `tolerance` of theirs."""
    mine, other = _tuple(ours), _tuple(theirs)
    met = len(mine) == len(other) and all(abs(a - b) <= tolerance for a, b in zip(mine, other, strict=True))
    return _case(about, mine, other, tolerance, met=met)


def at_most(about: About, ours: float, theirs: float, tolerance: float = 0.0) -> PublishedCase:
    """Return a one-sided case: met when ours is not above theirs by more than `tolerance`."""
    return _case(about, (ours,), (theirs,), tolerance, met=ours <= theirs + tolerance)


def between(about: About, ours: float, low: float, high: float) -> PublishedCase:
    """Return a case that is met when ours lies in the published range; theirs is the range."""
    return _case(about, (ours,), (low, high), 0.0, met=low <= ours <= high)


def holds(about: About, low: float, high: float, theirs: float) -> PublishedCase:
    """Return a case that is met when our range holds the published figure; ours is the range."""
    return _case(about, (low, high), (theirs,), 0.0, met=low <= theirs <= high)


def share_tolerance(share: float, ours_n: int, theirs_n: float = float("inf")) -> float:
    """Return the deviation of two independent estimates of a share that chance explains."""
    return SIGMAS * sqrt(share * (1.0 - share) * (1.0 / ours_n + 1.0 / theirs_n))


def mean_tolerance(sd: float, ours_n: int, theirs_n: float = float("inf")) -> float:
    """Return the deviation of two independent means of values with this standard deviation that chance explains."""
    return SIGMAS * sd * sqrt(1.0 / ours_n + 1.0 / theirs_n)


def read_published(name: str) -> Any:
    """Read one of the files of published figures, `cases/<name>.yaml`."""
    text = resources.files("sim.validation").joinpath("cases", f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def document(cases: Sequence[PublishedCase]) -> Mapping[str, Any]:
    """Return the cases as plain values for JSON."""
    return {"cases": [_plain(case) for case in cases]}


def _plain(case: PublishedCase) -> Mapping[str, Any]:
    return {
        "id": case.id,
        "kind": case.kind,
        "source": case.source,
        "quantity": case.quantity,
        "ours": list(case.ours) if isinstance(case.ours, tuple) else case.ours,
        "theirs": list(case.theirs) if isinstance(case.theirs, tuple) else case.theirs,
        "tolerance": case.tolerance,
        "met": case.met,
        "note": case.note,
    }


def _case(
    about: About, ours: tuple[float, ...], theirs: tuple[float, ...], tolerance: float, *, met: bool
) -> PublishedCase:
    return PublishedCase(
        about.id,
        about.kind,
        about.source,
        about.quantity,
        _value(ours),
        _value(theirs),
        float(tolerance),
        bool(met),
        about.note,
    )


def _tuple(value: float | Sequence[float]) -> tuple[float, ...]:
    return tuple(float(one) for one in value) if isinstance(value, Sequence) else (float(value),)


def _value(values: tuple[float, ...]) -> Value:
    """Return single figures as themselves, rounded to eight digits: the rest differs from machine to machine."""
    rounded = tuple(float(f"{one:.8g}") for one in values)
    return rounded[0] if len(rounded) == 1 else rounded


@dataclass(frozen=True, slots=True)
class Replicated:
    """A campaign with its plan and its replications."""

    campaign: Campaign
    outline: Outline
    nominal: Sample
    sample: Sample

    @property
    def finish_d(self) -> Floats:
        """Return the day of the first goal in each replication, infinity when it is not reached."""
        return self.sample.reached_d[:, self.campaign.goals[0].reached]

    @property
    def durations_d(self) -> Floats:
        """Return the days of every subject that finishes, shape (n, subjects); 0 for the others."""
        finish = np.array([subject.finish for subject in self.outline.subjects])
        days = self.sample.reached_d[:, finish] - self.sample.start_d
        return np.where(finish >= 0, np.nan_to_num(days, nan=np.inf), 0.0)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the subjects, in the order of the columns."""
        return tuple(subject.key for subject in self.outline.subjects)

    def critical(self, name: str) -> float:
        """Return the share of replications in which a subject dates the first goal."""
        return float(self.sample.on_chain[:, 0, self.names.index(name)].mean())


def shipped_scenario(name: str) -> Path:
    """Return the file of a shipped scenario, `examples/bridge` say."""
    return shipped_folder() / f"{name}.yaml"


def packaged_scenario(name: str) -> Path:
    """Return the file of a scenario that only validation uses."""
    return Path(__file__).with_name("cases") / f"{name}.yaml"


def replicate(
    file: Path, runs: int, seed: int, *, variants: Sequence[str] = (), sets: Sequence[str] = ()
) -> Replicated:
    """Simulate a scenario `runs` times."""
    campaign = compile_campaign(load_scenario(file, variants=variants, sets=sets))
    nominal = simulate_nominal(campaign)
    sample = simulate_chunk(campaign, seed, 0, runs)
    return Replicated(campaign, outline_of(campaign, nominal), nominal, sample)
