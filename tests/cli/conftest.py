"""A scenario that runs in a moment, and the command line called in this process."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sim.cli import main

SMALL = Path(__file__).with_name("small.yaml")
Call = Callable[..., Result]


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder with `small.yaml` in it, and give its path from there."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(SMALL.read_text(encoding="utf-8"), encoding="utf-8")
    return Path("small.yaml")


@pytest.fixture
def ilrs() -> Call:
    """Call the command with some arguments."""

    def call(*arguments: str | Path) -> Result:
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    return call


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run 60 replications of the small scenario once for all tests; they take copies (`folder`)."""
    out = tmp_path_factory.mktemp("runs") / "out"
    done = CliRunner().invoke(main, ["run", str(SMALL), "-n", "60", "-j", "1", "-q", "-o", str(out)])
    assert done.exit_code == 0, done.output
    return out


@pytest.fixture
def folder(small: Path, finished: Path) -> Path:
    """Return a copy of the finished run, beside its scenario."""
    shutil.copytree(finished, small.parent / "out")
    return small.parent / "out"
