"""What is committed names no package registry, and what is built carries its data."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

REGISTRY = re.compile(
    "|".join((r"py[p]i\.org", r"python[h]osted", r"np[m]js\.", r"deb\.de[b]ian", r"--(extra-)?index[-]url"))
)
"""Addresses a mirror would have to replace; the brackets keep this line from naming them."""
PINNED = re.compile(r"^[A-Za-z0-9._-]+==[A-Za-z0-9.+!-]+( ; python_(full_)?version >= \"3\.[0-9.]+\")?$")

LOCKED = re.compile(r"[a-z0-9-]+==\S+( ; [^\\]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+")


def _committed(root: Path) -> list[Path]:
    """Return the files git knows or would take; a built sdist has no git and all its files count."""
    if not (root / ".git").exists():
        return [path for path in root.rglob("*") if path.is_file()]
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    paths = [root / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_no_committed_text_names_a_registry(project_root: Path) -> None:
    """Installs go where the user's own pip is set up to go."""
    named = [
        f"{path.relative_to(project_root)}:{number}"
        for path in _committed(project_root)
        for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").splitlines(), 1)
        if REGISTRY.search(line)
    ]
    assert named == []


def test_every_constraint_is_an_exact_pin(project_root: Path) -> None:
    lines = (project_root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    loose = [line for line in lines if not line.startswith("#") and not PINNED.match(line)]
    assert loose == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_a_locked_version_is_the_one_of_its_constraint(project_root: Path, name: str) -> None:
    pins, locked = _pins(project_root / "constraints.txt"), _pins(project_root / name)
    assert {one: version for one, version in locked.items() if pins.get(one, version) != version} == {}


def test_the_lock_of_the_tests_names_every_pin(project_root: Path) -> None:
    """But skyfield-data, which only the extra `ephemeris` brings."""
    pins, locked = _pins(project_root / "constraints.txt"), _pins(project_root / "requirements-test.lock")
    assert pins.keys() - locked.keys() == {"skyfield-data"}


def test_the_lock_of_a_run_is_part_of_the_lock_of_the_tests(project_root: Path) -> None:
    run, tests = (_pins(project_root / name) for name in ("requirements.lock", "requirements-test.lock"))
    assert run.items() <= tests.items()


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_every_locked_file_has_its_hash(project_root: Path, name: str) -> None:
    """A pin is followed by the SHA-256 of each of its files, and by nothing else."""
    text = (project_root / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", "\n".join(line for line in text.splitlines() if not line.startswith("#")))
    assert len(entries) > 60
    bare = [entry for entry in entries if not LOCKED.fullmatch(entry.strip())]
    assert bare == []


def test_what_builds_the_project_is_pinned_and_locked(project_root: Path) -> None:
    said = re.search(r"^requires = \[(.+?)\]", (project_root / "pyproject.toml").read_text(encoding="utf-8"), re.M)
    assert said
    locked = _pins(project_root / "requirements.lock")
    for requirement in re.findall(r'"(.+?)"', said[1]):
        name, version = requirement.split("==")
        assert locked[name] == version


def test_every_package_that_is_imported_is_declared(project_root: Path) -> None:
    """What only another package brings goes away with that package's next version."""
    imported = re.compile(r"^ *(?:import|from) (\w+)", re.M)
    files = [
        project_root / "ilrs.py",
        *(file for top in ("sim", "dashboards") for file in (project_root / top).rglob("*.py")),
    ]
    names = {name for file in files for name in imported.findall(file.read_text(encoding="utf-8"))}
    brought = {_plain(one) for name, ones in packages_distributions().items() if name in names for one in ones}
    said = _declared(project_root, "\ndependencies = [", "[project.scripts]")
    assert {"numpy", "pyerfa"} <= brought
    assert brought - {_plain(re.split("[^A-Za-z0-9._-]", one)[0]) for one in said} - {"ilrs"} == set()


def test_every_package_of_a_plain_install_has_a_lowest_version(project_root: Path) -> None:
    said = _declared(project_root, "\ndependencies = [", "[project.optional-dependencies]")
    assert len(said) > 10
    assert [one for one in said if not re.match("[A-Za-z0-9._-]+[>=]=", one)] == []


def _declared(root: Path, start: str, end: str) -> list[str]:
    """Return the requirements of pyproject.toml between two of its lines."""
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    return re.findall(r'"([^"]+)"', text[text.index(start) : text.index(end)])


def _plain(name: str) -> str:
    """Return a package's name as package indexes write it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _pins(path: Path) -> dict[str, str]:
    """Return the version of each package a file pins, its name as package indexes write it."""
    pinned = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;]+)", path.read_text(encoding="utf-8"), re.M)
    return {_plain(name): version for name, version in pinned}


@pytest.mark.stress
def test_the_wheel_carries_code_scenarios_and_seeds(project_root: Path, tmp_path: Path) -> None:
    """A user of `pip install` finds the shipped scenarios without the source tree."""
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "-w",
        str(tmp_path),
        str(project_root),
    ]
    subprocess.run(build, check=True)
    (wheel,) = tmp_path.glob("ilrs-*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    shipped = {
        f"sim/_shipped/{path.relative_to(project_root).as_posix()}"
        for folder in ("scenarios", "seeds")
        for path in (project_root / folder).rglob("*")
        if path.is_file()
    }
    code = {
        path.relative_to(project_root).as_posix()
        for folder in ("sim", "dashboards")
        for path in (project_root / folder).rglob("*.py")
    }
    assert "sim/_shipped/scenarios/ilrs-2035.yaml" in shipped
    assert shipped | code | {"ilrs.py", "sim/py.typed", "dashboards/py.typed"} <= inside
