"""Sweep folders as a stranger, a failing disk or an honest mistake could make them are refused, or run again."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.scenario.load import load_scenario
from sim.study import files
from sim.study.contents import SWEEP_MARKER as MARKER
from sim.study.files import FolderError
from sim.study.manifest import FORMAT
from sim.study.records import from_json, to_plain
from sim.study.responses import responses
from sim.study.sweep import Start, run_sweep
from sim.study.sweep_plan import read_plan
from sim.study.sweep_tables import SweepTables, read_sweep
from sim.study.work_ledger import Row

FILE = Path(__file__).with_name("sweeping.yaml")
N, CASES = 30, 4


def sweep_into(folder: Path) -> SweepTables:
    plan = read_plan(load_scenario(FILE), cases=CASES, replications=N)
    return run_sweep(Start(FILE), plan, jobs=1, folder=folder)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sweep_into(tmp_path_factory.mktemp("o") / "sweep").folder


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "sweep"))


@pytest.mark.parametrize("text", [None, "", "{}", "[1]", "not json"])
def test_a_sweep_whose_manifest_is_lost_or_broken_is_made_again_from_its_tables(
    folder: Path, original: Path, text: str | None
) -> None:
    before = {file.name: file.stat().st_mtime_ns for file in (folder / "cases").iterdir()}
    (folder / MARKER).unlink()
    if text is not None:
        (folder / MARKER).write_text(text, encoding="utf-8")
        with pytest.raises(FolderError, match="the same `ilrs sweep` command, with this folder as -o, makes it again"):
            read_sweep(folder)
    sweep_into(folder)
    assert {file.name: file.stat().st_mtime_ns for file in (folder / "cases").iterdir()} == before
    assert dates_in(folder) == dates_in(original)


@pytest.mark.parametrize("text", [None, "{}"])
def test_a_sweep_of_another_scenario_without_its_manifest_stays_as_it_is(folder: Path, text: str | None) -> None:
    (folder / MARKER).write_text(text, encoding="utf-8") if text else (folder / MARKER).unlink()
    (folder / "scenario.resolved.yaml").write_text("name: another", encoding="utf-8")
    with pytest.raises(FolderError, match=" -o"):
        sweep_into(folder)
    assert (folder / "scenario.resolved.yaml").read_text(encoding="utf-8") == "name: another"


def test_a_folder_with_a_file_of_others_and_no_manifest_of_a_sweep_stays_as_it_is(folder: Path) -> None:
    (folder / MARKER).unlink()
    (folder / "thesis.txt").write_text("precious", encoding="utf-8")
    with pytest.raises(FolderError, match="not empty and is no sweep folder"):
        sweep_into(folder)


def dates_in(folder: Path) -> list[list[float]]:
    return [one.dates_d.tolist() for one in responses(read_sweep(folder))["both"]]


def change(folder: Path, name: str, how: Callable[[Any], None]) -> None:
    document = json.loads((folder / name).read_text(encoding="utf-8"))
    how(document)
    (folder / name).write_text(json.dumps(document), encoding="utf-8")


def change_row(folder: Path, *, forged: bool, **values: object) -> None:
    """Change the first line of the ledger, with its seal made right again if it is `forged`."""
    first, *rest = (folder / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    row: Any = {**json.loads(first), **values}
    if forged:
        row = to_plain(from_json(Row, json.dumps(row)).sealed())
    (folder / "ledger.jsonl").write_text("\n".join([json.dumps(row), *rest, ""]), encoding="utf-8")


def row_in(folder: Path) -> Any:
    return json.loads((folder / "ledger.jsonl").read_text(encoding="utf-8").splitlines()[0])


@pytest.mark.parametrize(
    "how",
    [
        lambda cases: cases[1]["case"]["settings"][0].__setitem__(1, "1 d"),
        lambda cases: cases[1].__setitem__("key", "0" * 64),
        lambda cases: cases[1]["case"].__setitem__("number", 7),
        lambda cases: cases[1]["case"].__setitem__("variants", ["../../../etc/passwd"]),
        lambda cases: cases.pop(),
        lambda cases: cases.append(cases[0]),
    ],
)
def test_a_design_that_was_not_swept_is_refused_whether_its_checksum_is_right_or_not(
    folder: Path, original: Path, how: Callable[[Any], None]
) -> None:
    change(folder, "design.json", how)
    with pytest.raises(FolderError, match=r"design\.json was altered.*the same `ilrs sweep` command repairs it"):
        read_sweep(folder)
    change(folder, MARKER, lambda manifest: manifest.update(files=[]))
    with pytest.raises(FolderError, match="the same `ilrs sweep` command repairs it"):
        read_sweep(folder)
    sweep_into(folder)
    assert dates_in(folder) == dates_in(original)


@pytest.mark.parametrize("field", ["seed", "code"])
def test_a_manifest_of_another_seed_or_code_is_refused(folder: Path, field: str) -> None:
    change(folder, MARKER, lambda manifest: manifest.update({field: 8 if field == "seed" else "other"}))
    with pytest.raises(FolderError, match="is not the one that was run"):
        read_sweep(folder)


def test_another_scenario_in_the_folder_is_noticed(folder: Path) -> None:
    with (folder / "scenario.resolved.yaml").open("a", encoding="utf-8") as file:
        file.write("# mine\n")
    with pytest.raises(FolderError, match="is not the one that was run"):
        read_sweep(folder)


@pytest.mark.parametrize("replications", [0, -1, 2**63])
def test_a_number_of_replications_that_is_none_is_refused(folder: Path, replications: int) -> None:
    change(folder, MARKER, lambda manifest: manifest.update(replications=replications))
    with pytest.raises(FolderError, match="not a manifest of ours"):
        read_sweep(folder)


def test_more_replications_than_there_are_leave_every_case_unfinished(folder: Path) -> None:
    change(folder, MARKER, lambda manifest: manifest.update(replications=N + 1))
    assert responses(read_sweep(folder)) == {}


@pytest.mark.parametrize("forged", [False, True])
@pytest.mark.parametrize(
    "values",
    [{"first": 0, "last": N + 9}, {"first": -5}, {"last": -5}, {"first": 10}, {"key": "../x"}, {"ended": "never"}],
)
def test_a_line_of_the_ledger_that_cannot_be_is_as_if_it_were_torn(
    folder: Path, original: Path, values: dict[str, object], forged: bool
) -> None:
    change_row(folder, forged=forged, **values)
    sweep_into(folder)
    assert dates_in(folder) == dates_in(original)


def test_a_line_nested_too_deeply_is_as_if_it_were_torn(folder: Path, original: Path) -> None:
    with (folder / "ledger.jsonl").open("a", encoding="utf-8") as file:
        file.write("[" * 200_000 + "\n")
    assert dates_in(folder) == dates_in(original)
    sweep_into(folder)


def test_the_date_that_a_goal_is_wanted_by_cannot_be_edited_in_the_ledger(folder: Path, original: Path) -> None:
    goals = [{**row_in(folder)["goals"][0], "by_d": 1.0}]
    change_row(folder, forged=False, goals=goals)
    sweep_into(folder)
    by_d = {one.goal.by_d for one in responses(read_sweep(folder))["both"]}
    assert by_d == {one.goal.by_d for one in responses(read_sweep(original))["both"]}


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (lambda t: t.slice(0, 10), "has 10 rows, and should have 30"),
        (lambda t: t.set_column(0, "replication", pa.array(range(1, N + 1))), "replications 0 to 29"),
        (lambda t: t.set_column(1, t.column_names[1], pa.array([float("nan")] * N)), "a date that is none"),
        (lambda t: t.set_column(1, t.column_names[1], pa.array(["x"] * N)), "holds string in reached"),
        (lambda t: t.remove_column(1), "lacks its column reached"),
    ],
)
def test_a_table_whose_checksum_is_right_is_refused_and_run_again(
    folder: Path, original: Path, how: Callable[[pa.Table], pa.Table], said: str
) -> None:
    row = from_json(Row, json.dumps(row_in(folder)))
    file = folder / "cases" / f"{row.key[:24]}-{row.first:06d}-{row.last:06d}.parquet"
    with pq.ParquetFile(file) as opened:
        table = opened.read()
    assert table.column_names[1].startswith("reached.")
    pq.write_table(how(table), file)
    change_row(folder, forged=True, sha256=files.digest(file.read_bytes()))
    with pytest.raises(FolderError, match=rf"{said}.*remove it; the same `ilrs sweep` command makes it again"):
        dates_in(folder)
    sweep_into(folder)
    assert dates_in(folder) == dates_in(original)


def test_a_ledger_that_leads_elsewhere_is_not_written(folder: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim.txt"
    (folder / "ledger.jsonl").rename(victim)
    before = victim.read_bytes()
    for link in (os.symlink, os.link):
        link(victim, folder / "ledger.jsonl")
        with pytest.raises(FolderError, match="is a link or no plain file"):
            sweep_into(folder)
        (folder / "ledger.jsonl").unlink()
    assert victim.read_bytes() == before


def test_tables_are_not_written_through_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "victim").mkdir()
    shutil.rmtree(folder / "cases")
    (folder / "cases").symlink_to(tmp_path / "victim")
    with pytest.raises(FolderError, match="is a link, and nothing is written through it"):
        sweep_into(folder)
    assert list((tmp_path / "victim").iterdir()) == []


@pytest.mark.parametrize("name", ["ledger.jsonl", "design.json", "scenario.resolved.yaml", MARKER])
def test_a_pipe_is_refused_without_waiting(folder: Path, name: str) -> None:
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with pytest.raises(FolderError, match="no plain file"):
        read_sweep(folder)


def test_a_sweep_of_an_older_format_is_refused_with_the_way_out(folder: Path) -> None:
    change(folder, MARKER, lambda manifest: manifest.update(format=1))
    with pytest.raises(
        FolderError, match=rf"has format 1, and this version knows {FORMAT}; make it again in another folder"
    ):
        read_sweep(folder)


def test_a_manifest_of_a_run_is_none_of_a_sweep(folder: Path) -> None:
    change(folder, MARKER, lambda manifest: manifest.update(design="run"))
    with pytest.raises(FolderError, match=r"\.design: 'run' is none of ours"):
        read_sweep(folder)
