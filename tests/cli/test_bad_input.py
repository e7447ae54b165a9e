"""What is wrong is said in clear lines with the place, ends with exit code 1, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from sim.study.manifest import read_manifest

Call = Callable[..., Result]
ROOT = Path(__file__).resolve().parents[2]


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


BAD = {
    "cycle": ("duration: {triangular: [200 d, 300 d, 700 d]}", "duration: 300 d, needs: [flight.landed]", "design"),
    "launcher": ("launcher: rocket,", "launcher: rocked,", "rocked"),
    "capacity": ("tli: 12 t", "tli: 8 t", "8 t"),
    "propellant": ("propellant: 7 t", "propellant: 2 t", "kg"),
    "unit": ("dry: 1 t", "dry: 1", "spacecraft.lander.dry"),
    "key": ("pads: [coast.one]", "padz: [coast.one]", "pads"),
    "syntax": ("to: {tli: 12 t}", "to: {tli: 12 t", ""),
}


@pytest.mark.parametrize("name", BAD)
def test_a_wrong_scenario_is_refused_with_its_place(name: str, small: Path, ilrs: Call) -> None:
    old, new, words = BAD[name]
    change(small, old, new)
    done = ilrs("run", small, "-n", 10, "-q", "-o", "out")
    assert done.exit_code == 1, done.output
    assert done.stdout == ""
    assert done.stderr.startswith("small.yaml:")
    assert words in done.stderr
    assert not Path("out").exists()


def test_check_finds_the_same_without_running(small: Path, ilrs: Call) -> None:
    change(small, *BAD["unit"][:2])
    done = ilrs("check", small)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "spacecraft.lander.dry" in done.stderr


def test_check_prints_json_with_stable_codes(small: Path, ilrs: Call) -> None:
    change(small, *BAD["unit"][:2])
    done = ilrs("check", small, "--json")
    (problem,) = json.loads(done.stdout)
    assert done.exit_code == 1
    assert problem["code"] == "unit-missing"
    assert (problem["file"], problem["path"]) == ("small.yaml", "spacecraft.lander.dry")
    assert problem["line"] > 1


def test_check_of_good_scenarios_prints_an_empty_list(small: Path, ilrs: Call) -> None:
    done = ilrs("check", small, "ilrs-2035", "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (0, [])


def test_check_can_close_the_mass_of_every_flight(small: Path, ilrs: Call) -> None:
    change(small, *BAD["propellant"][:2])
    assert ilrs("check", small).exit_code == 0
    done = ilrs("check", small, "--flights")
    assert done.exit_code == 1
    assert re.search(r"[\d,]+ kg", done.stderr)


def test_a_missing_file_is_one_line(ilrs: Call, small: Path) -> None:
    done = ilrs("run", "nowhere.yaml", "-q")
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1
    assert "nowhere.yaml" in done.stderr


def test_a_folder_that_cannot_be_written_is_one_line_before_anything_is_computed(small: Path, ilrs: Call) -> None:
    """Tests may run as root, who may write anywhere; nobody can make a folder below a file."""
    done = ilrs("run", small, "-n", 10, "-o", "small.yaml/out")
    assert (done.exit_code, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("small.yaml/out: cannot be written")


def test_the_folder_of_another_study_is_refused(small: Path, ilrs: Call) -> None:
    assert ilrs("run", small, "-n", 10, "-q", "-j", 1, "-o", "out").exit_code == 0
    done = ilrs("run", small, "-n", 10, "-q", "-j", 1, "-o", "out", "--seed", 1)
    assert done.exit_code == 1
    assert "holds another study" in done.stderr


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_a_report_of_no_run_folder_is_refused(folder: str, small: Path, ilrs: Call) -> None:
    done = ilrs("report", folder)
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [["fly"], ["run"], ["run", "x", "-n", "0"], ["run", "x", "--fast"], ["check"]])
def test_wrong_usage_is_exit_code_2(arguments: list[str], ilrs: Call) -> None:
    assert ilrs(*arguments).exit_code == 2


def test_a_bug_of_ours_is_one_line_and_exit_code_70(small: Path, ilrs: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("sim.scenario.load.load_scenario", fail)
    done = ilrs("run", small, "-q")
    assert (done.exit_code, done.stdout) == (70, "")
    assert len(done.stderr.splitlines()) == 1
    assert "ZeroDivisionError: by zero" in done.stderr
    assert "report" in done.stderr
    told = ilrs("--debug", "run", small, "-q")
    assert told.exit_code == 70
    assert "Traceback" in told.stderr


@pytest.fixture
def long_run(small: Path) -> Iterator[subprocess.Popen[str]]:
    """A real process that has stored its first chunk and would go on for minutes."""
    command = [sys.executable, "-m", "sim", "run", str(small), "-n", "100000", "-j", "2", "-o", "out"]
    running = subprocess.Popen(
        command,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        wait_for(lambda: any(Path("out").glob("outcomes/*.parquet")), running)
        yield running
    finally:
        running.kill()
        running.communicate(timeout=60)


def test_ctrl_c_leaves_a_folder_that_says_so_and_can_be_continued(long_run: subprocess.Popen[str], ilrs: Call) -> None:
    long_run.send_signal(signal.SIGINT)
    stdout, stderr = long_run.communicate(timeout=60)
    assert (long_run.returncode, stdout) == (130, "")
    assert stderr.splitlines()[-1].startswith("interrupted")
    assert "Traceback" not in stderr
    assert read_manifest(Path("out")).state == "interrupted"
    assert not list(Path("out").rglob("*.tmp"))
    assert "not finished" in ilrs("report", "out").stderr
    assert ilrs("run", "small.yaml", "-n", 50, "-j", 1, "-q", "-o", "out").exit_code == 0


def test_a_killed_run_leaves_no_process_behind_and_can_be_continued(
    long_run: subprocess.Popen[str], ilrs: Call
) -> None:
    """Its pipes end only when every process that inherited them has gone; else this times out."""
    long_run.send_signal(signal.SIGKILL)
    long_run.communicate(timeout=60)
    assert read_manifest(Path("out")).state == "running"
    assert "not finished" in ilrs("report", "out").stderr
    assert ilrs("run", "small.yaml", "-n", 50, "-j", 1, "-q", "-o", "out").exit_code == 0


def test_a_reader_that_leaves_is_no_error(small: Path) -> None:
    """`ilrs check ... | true`: the pipe is closed before the answer is written."""
    command = [sys.executable, "-m", "sim", "check", "small.yaml"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as closed:
        done = subprocess.run(command, env=environment, stdout=closed, stderr=subprocess.PIPE, text=True, check=False)
    assert done.stderr == ""


def wait_for(condition: Callable[[], bool], running: subprocess.Popen[str]) -> None:
    for _ in range(1200):
        if condition():
            return
        assert running.poll() is None, running.communicate()
        time.sleep(0.05)
    raise AssertionError("the run stored nothing in a minute")
