"""What stratified sampling gains: how many random replications know each answer as well as one of a Latin hypercube.

Run: python benchmarks/sampling.py [scenario] [-n REPLICATIONS]

For each goal, and blocks of 16 to 256 replications, the ratio of variances of the mean date (the calendar's end where
it is not reached), of the shares that P50 and P80 rest on, and of the chance by the goal's date. A ratio has an error
of its own, about sqrt(2 / blocks); the last column is its time beside that of random sampling.
"""

from __future__ import annotations

import argparse
import time
from unittest import mock

import numpy as np
from numpy.typing import NDArray

from sim import sampling
from sim.analysis.clusters import mean_variance
from sim.campaign.compile import compile_campaign
from sim.campaign.plan import Campaign
from sim.model.sample import Sample
from sim.model.simulate import simulate_chunk
from sim.scenario.load import load_scenario

SEED = 2035
SIZES = (16, 32, 64, 128, 256)


def main() -> None:
    """Print a table for each goal."""
    parser = argparse.ArgumentParser()
    parser.add_argument("scenario", nargs="?", default="ilrs-2035")
    parser.add_argument("-n", type=int, default=4096)
    options = parser.parse_args()
    if options.n < 8 * max(SIZES):
        parser.error(f"-n: at least eight of the largest blocks are wanted, {8 * max(SIZES)}")
    campaign = compile_campaign(load_scenario(options.scenario))
    plain, plain_s = _drawn(campaign, options.n, sampling.RANDOM)
    made = {size: _in_blocks(campaign, options.n, size) for size in SIZES}
    print(f"{options.scenario}, {options.n} replications each; random sampling {1000 * plain_s:.2f} ms of CPU each")
    for goal in campaign.goals:
        reached = plain.reached_d[:, goal.reached]
        ends = [*np.quantile(reached, (0.5, 0.8), method="inverted_cdf"), goal.by_d]
        print(f"\n{goal.name}  (chance by its date {np.mean(reached <= goal.by_d):.3f})")
        print("block    mean     P50     P80  chance    time")
        for size, (sample, took_s) in made.items():
            blocks = np.arange(options.n) // size
            dates = sample.reached_d[:, goal.reached]
            ratios = [_ratio(np.minimum(reached, campaign.end_d), np.minimum(dates, campaign.end_d), blocks)]
            ratios += [_ratio(1.0 * (reached <= end), 1.0 * (dates <= end), blocks) for end in ends]
            shown = "  ".join(f"{ratio:6.2f}" for ratio in ratios)
            print(f"{size:5d}  {shown}  {took_s / plain_s:6.2f}")


def _ratio(plain: NDArray[np.float64], stratified: NDArray[np.float64], blocks: NDArray[np.int64]) -> float:
    variance = mean_variance(stratified, blocks)
    return float(plain.var(ddof=1)) / len(plain) / variance if variance > 0.0 else float("nan")


def _in_blocks(campaign: Campaign, count: int, size: int) -> tuple[Sample, float]:
    with mock.patch.dict(sampling.STRATA, {sampling.LATIN_HYPERCUBE: size}):  # type: ignore[arg-type]
        return _drawn(campaign, count, sampling.LATIN_HYPERCUBE)


def _drawn(campaign: Campaign, count: int, way: str) -> tuple[Sample, float]:
    begin = time.process_time()
    sample = simulate_chunk(campaign, SEED, 0, count, way)
    return sample, (time.process_time() - begin) / count


if __name__ == "__main__":
    main()
