"""A plain script, without a main guard, runs a study with several workers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.study import script

SMALL = Path(__file__).with_name("two-steps.yaml")
ROOT = Path(__file__).resolve().parents[3]
STUDY = """
print("the script runs", flush=True)
from pathlib import Path
from sim.campaign.compile import compile_campaign
from sim.scenario.load import load_scenario
from sim.study.cluster import cluster
from sim.study.engines import choose
from sim.study.runner import run_study
campaign = compile_campaign(load_scenario({file!r}))
with {engine} as engine:
    study = run_study(campaign, replications=300, seed=7, folder=Path("run"), engine=engine)
print(study.sample.size)
"""
"""Three chunks, so that there is work for more than one worker."""


def run_script(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script of its own file, in a folder of its own, as a user does."""
    (folder / "plain.py").write_text(text)
    return subprocess.run(
        [sys.executable, "plain.py"],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("engine", ["choose(2)", "cluster(None, 2)"])
def test_workers_do_not_run_the_script_again(tmp_path: Path, engine: str) -> None:
    done = run_script(STUDY.format(file=str(SMALL), engine=engine), tmp_path)
    assert (done.stdout, done.returncode) == ("the script runs\n300\n", 0), done.stderr


def test_the_main_module_is_back_when_nobody_hides_it() -> None:
    before = sys.modules["__main__"]
    with script.hidden(), script.hidden():
        assert sys.modules["__main__"] is not before
    assert sys.modules["__main__"] is before


def test_what_is_hidden_is_still_the_main_module_of_this_process() -> None:
    with script.hidden():
        sys.modules["__main__"].left_behind = 1  # type: ignore[attr-defined]
        assert sys.modules["__main__"].left_behind == 1
    assert vars(sys.modules["__main__"]).pop("left_behind") == 1
