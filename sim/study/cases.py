"""Cases of a sweep, compiled in memory by whoever does them: the scenario with some values set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.analysis.outline import outline_of
from sim.campaign.compile import compile_campaign
from sim.campaign.plan import Campaign
from sim.campaign.sky import Shared
from sim.model.simulate import simulate_nominal
from sim.sampling import LATIN_HYPERCUBE
from sim.scenario.load import Files, load_from, read_resolved
from sim.study.chunks import Case, Work
from sim.study.contents import resolved_name


@dataclass(slots=True)
class Cases:
    """Compiles cases: a scenario is read once, and what no value of a case decides is made once for all."""

    texts: Mapping[tuple[str, ...], str]
    """Resolved scenarios, alone and with each choice of variants, by the variants in them."""
    seed: int
    sampling: str = LATIN_HYPERCUBE
    _read: dict[tuple[str, ...], Files] = field(default_factory=dict)
    _shared: Shared = field(default_factory=Shared)

    def work(self, case: Case, text: str = "") -> Work:
        """Compile a case, and fly its nominal run; raises InputError as `compile` does."""
        campaign = self.compile(case, text)
        return Work(campaign, outline_of(campaign, simulate_nominal(campaign, traced=False)), self.seed, self.sampling)

    def compile(self, case: Case, text: str = "") -> Campaign:
        """Compile a case; `text` is the resolved scenario of its variants where `texts` may not have it.

        Raises:
            InputError: with everything that is wrong, places being those of `scenario.resolved.yaml`.
        """
        names = case.variants
        if names not in self._read:
            self._read[names] = read_resolved(text or self.texts[names], resolved_name(names))
        return compile_campaign(load_from(self._read[names], sets=case.sets), self._shared)

    def __reduce__(self) -> tuple[type[Cases], tuple[Mapping[tuple[str, ...], str], int, str]]:
        """Travel to a worker as the texts alone."""
        return type(self), (self.texts, self.seed, self.sampling)
