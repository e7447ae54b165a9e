"""Runs a study in a process of its own, so that a test may kill it.

FILE FOLDER REPLICATIONS JOBS STOP runs a study, or a sweep where REPLICATIONS is 0. Before it puts the file number STOP
in place it halts, says so on stdout, and waits to be killed; never where STOP is 0.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Callable
from pathlib import Path

from sim.campaign.compile import compile_campaign
from sim.scenario.load import load_scenario
from sim.study.runner import run_study
from sim.study.sweep import Start, run_sweep
from sim.study.sweep_plan import read_plan

HALTED = b"halted"


def halting(replace: Callable[[Path, Path], None], stop: int) -> Callable[[Path, Path], None]:
    """Return `os.replace`, which halts at its call number `stop`."""
    number = itertools.count(1)

    def put(source: Path, target: Path) -> None:
        if next(number) == stop:
            os.write(1, HALTED + b"\n")
            sys.stdin.read()  # ends when the test does, so that nothing is left behind
            os._exit(1)
        replace(source, target)

    return put


if __name__ == "__main__":
    file, folder = Path(sys.argv[1]), Path(sys.argv[2])
    replications, jobs, stop = map(int, sys.argv[3:])
    os.replace = halting(os.replace, stop)  # type: ignore[assignment]
    if replications:
        run_study(compile_campaign(load_scenario(file)), replications=replications, seed=7, jobs=jobs, folder=folder)
    else:
        cases, count = (4, 10) if stop else (64, 100)
        plan = read_plan(load_scenario(file), cases=cases, replications=count)
        run_sweep(Start(file), plan, jobs=jobs, folder=folder)
