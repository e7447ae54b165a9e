"""A shipped scenario, replicated: what the published figures of a case are held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.analysis.outline import Outline, outline_of
from sim.campaign.compile import compile_campaign
from sim.campaign.plan import Campaign
from sim.model.sample import Sample
from sim.model.simulate import simulate_chunk, simulate_nominal
from sim.scenario.load import load_scenario
from sim.scenario.tree import shipped_folder

Floats = NDArray[np.float64]


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
