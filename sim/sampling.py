"""Ways of drawing the random numbers of replications."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LATIN_HYPERCUBE: Final = "latin-hypercube"
RANDOM: Final = "random"
STRATA: Final[Mapping[str, int]] = {LATIN_HYPERCUBE: 32, RANDOM: 1}
"""Each way with the replications of a block, of which every one draws from a stratum of its own.

32 was measured: larger blocks gain little (docs/performance.md), and the default study of 500 still has sixteen.
"""
