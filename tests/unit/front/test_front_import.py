"""`import ilrs` finds its own packages, or says what is in the way; it loads nothing heavy."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = """
import ilrs
study = ilrs.load({file!r}).run(300, folder="run")
print(len(study.frame("reached")))
"""


def run_in(folder: Path, program: str) -> subprocess.CompletedProcess[str]:
    (folder / "plain.py").write_text(program)
    return subprocess.run(
        [sys.executable, "plain.py"],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["sim", "dashboards"])
def test_another_package_in_the_way_is_named_in_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.py").write_text("")
    last = run_in(tmp_path, "import ilrs").stderr.splitlines()[-1]
    assert last.startswith(f"ImportError: ilrs needs its own package '{name}', and another one is in the way: ")
    assert str(tmp_path / f"{name}.py") in last


def test_a_folder_without_code_is_not_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "dashboards").mkdir()
    assert run_in(tmp_path, "import ilrs").returncode == 0


def test_a_plain_script_runs_with_as_many_workers_as_there_are(tmp_path: Path) -> None:
    """No main guard, and no number of jobs."""
    done = run_in(tmp_path, SCRIPT.format(file=str(ROOT / "tests/unit/study/two-steps.yaml")))
    assert (done.stdout, done.returncode) == ("300\n", 0), done.stderr


def test_the_types_are_exported() -> None:
    assert (ROOT / "sim/py.typed").is_file()
    assert (ROOT / "dashboards/py.typed").is_file()
