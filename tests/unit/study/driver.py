"""Runs a study in a process of its own, so that a test may kill it: FILE FOLDER REPLICATIONS JOBS, or FILE FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

from sim.campaign.compile import compile_campaign
from sim.scenario.load import load_scenario
from sim.study.plan import read_plan
from sim.study.runner import run_study
from sim.study.sweep import Start, run_sweep

if __name__ == "__main__":
    file, folder = Path(sys.argv[1]), Path(sys.argv[2])
    if len(sys.argv) == 3:
        plan = read_plan(load_scenario(file).layered, cases=64, replications=100)
        run_sweep(Start(file), plan, jobs=1, folder=folder)
    else:
        count, jobs = int(sys.argv[3]), int(sys.argv[4])
        run_study(compile_campaign(load_scenario(file)), replications=count, seed=7, jobs=jobs, folder=folder)
