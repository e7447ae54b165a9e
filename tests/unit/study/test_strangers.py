"""Run folders as a stranger, a failing disk or an honest mistake could make them are refused, and nothing else is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.campaign.plan import Campaign
from sim.study import files
from sim.study.contents import RUN_MARKER
from sim.study.files import FolderError
from sim.study.manifest import FORMAT
from sim.study.store import read_study
from tests.unit.study.stranger import (
    DEVICES,
    PART,
    N,
    again,
    change,
    edit,
    rows_of,
    set_column,
    sign,
    tables_in,
    write_rows,
)

# --- how many there are -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("promised", [N + 1, 250, 10**8, 10**12])
def test_more_replications_than_the_tables_hold_are_refused(folder: Path, promised: int) -> None:
    change(folder, replications=promised)
    with pytest.raises(FolderError, match=rf"promises {promised} replications, and its tables hold {N}"):
        read_study(folder)


@pytest.mark.parametrize("promised", [0, -1, 2**63, 1.5, True, "230", None])
def test_a_number_of_replications_that_is_none_is_refused(folder: Path, promised: object) -> None:
    change(folder, replications=promised)
    with pytest.raises(FolderError, match=r"not a manifest of ours: \.replications.*makes it again from its tables"):
        read_study(folder)


@pytest.mark.parametrize("lost", [0, 1])
def test_a_chunk_that_the_ledger_leaves_out_is_missed(folder: Path, lost: int) -> None:
    rows = rows_of(folder)
    write_rows(folder, rows[:lost] + rows[lost + 1 :])
    with pytest.raises(FolderError, match=f"lack replications {lost * 100} to {lost * 100 + 99}"):
        read_study(folder)


def test_a_chunk_that_stands_there_twice_counts_once(folder: Path) -> None:
    write_rows(folder, [*rows_of(folder), rows_of(folder)[0]])
    assert read_study(folder).sample.size == N


@pytest.mark.parametrize("span", [(-100, 99), (99, 0), (0, 10**12), (0, 2**62), (0, 199), (7, 99)])
def test_a_chunk_that_is_no_piece_of_ours_counts_as_torn(folder: Path, span: tuple[int, int]) -> None:
    first, *rest = rows_of(folder)
    write_rows(folder, [replace(first, first=span[0], last=span[1]), *rest])
    with pytest.raises(FolderError, match="lack replications 0 to 99"):
        read_study(folder)


def test_a_line_that_was_altered_counts_as_torn(folder: Path, original: Path, campaign: Campaign) -> None:
    text = (folder / "ledger.jsonl").read_text(encoding="utf-8")
    (folder / "ledger.jsonl").write_text(text.replace('"first": 100', '"first": 101'), encoding="utf-8")
    with pytest.raises(FolderError, match=r"lack replications 100 to 199.*the same `ilrs run` command repairs it"):
        read_study(folder)
    again(campaign, folder)
    assert tables_in(folder) == tables_in(original)


def test_a_chunk_of_another_study_is_none_of_this_one(folder: Path) -> None:
    write_rows(folder, [replace(row, key="0" * 64) for row in rows_of(folder)])
    with pytest.raises(FolderError, match="and its tables hold 0"):
        read_study(folder)


# --- what the tables hold ---------------------------------------------------------------------------------------------

TABLES: dict[str, tuple[Callable[[pa.Table], pa.Table], str]] = {
    "fewer rows": (lambda t: t.slice(0, 10), "has 10 rows, and should have 100"),
    "more rows": (lambda t: pa.concat_tables([t, t]), "has 200 rows"),
    "rows of others": (lambda t: set_column(t, "replication", pa.array(range(100))), "replications 100 to 199"),
    "rows in another order": (lambda t: t.take(list(reversed(range(100)))), "in their order"),
    "no date": (lambda t: set_column(t, "reached.both", pa.array([float("nan")] * 100)), "a date that is none"),
    "long ago": (lambda t: set_column(t, "reached.both", pa.array([float("-inf")] * 100)), "a date that is none"),
    "no amount": (lambda t: set_column(t, "crew_days", pa.array([float("inf")] * 100)), "amount that is no number"),
    "less than nothing": (lambda t: set_column(t, "launches", pa.array([-1] * 100)), "counts less than nothing"),
    "another sum": (lambda t: set_column(t, "cause.both.flight", pa.array([1.0] * 100)), "do not add up to its date"),
    "short numbers": (lambda t: set_column(t, "launches", pa.array([0] * 100, pa.int32())), "int32 in launches"),
    "text": (lambda t: set_column(t, "launches", pa.array(["x"] * 100)), "string in launches"),
    "no value": (lambda t: set_column(t, "launches", pa.array([None] * 100, pa.int64())), "a value is missing"),
    "no column": (lambda t: t.drop_columns(["launches"]), "lacks its column launches"),
    "two columns": (lambda t: t.append_column("launches", t.column("launches")), "lacks its column launches"),
}


@pytest.mark.parametrize("fault", TABLES)
def test_a_table_that_is_not_what_it_should_be_is_refused(folder: Path, fault: str) -> None:
    how, said = TABLES[fault]
    edit(folder / PART, how)
    sign(folder)
    with pytest.raises(FolderError, match=said):
        read_study(folder)


@pytest.mark.parametrize("fault", ["fewer rows", "short numbers", "no date"])
def test_the_same_command_repairs_a_table_whose_checksum_is_right(
    folder: Path, original: Path, campaign: Campaign, fault: str
) -> None:
    edit(folder / PART, TABLES[fault][0])
    sign(folder)
    again(campaign, folder)
    assert tables_in(folder) == tables_in(original)


def test_the_same_command_repairs_a_table_that_was_cut_off(folder: Path, original: Path, campaign: Campaign) -> None:
    (folder / PART).write_bytes((folder / PART).read_bytes()[:500])
    sign(folder)
    with pytest.raises(FolderError, match=r"not a table: .*the same `ilrs run` command repairs it"):
        read_study(folder)
    again(campaign, folder)
    assert tables_in(folder) == tables_in(original)


def test_the_same_command_repairs_chunks_that_are_not_cut_as_ours(
    folder: Path, original: Path, campaign: Campaign
) -> None:
    whole = folder / "outcomes" / "part-000000-000199.parquet"
    parts = [pq.read_table(file) for file in sorted(folder.glob("outcomes/*.parquet"))[:2]]
    pq.write_table(pa.concat_tables(parts), whole)
    first, _, *rest = rows_of(folder)
    write_rows(folder, [replace(first, last=199, sha256=files.digest(whole.read_bytes())), *rest])
    again(campaign, folder)
    assert read_study(folder).sample.replication.tolist() == list(range(N))


def test_a_nominal_run_that_is_none_is_refused(folder: Path) -> None:
    shutil.copy(folder / "outcomes" / "part-000200-000229.parquet", folder / "nominal.parquet")
    sign(folder)
    with pytest.raises(FolderError, match="has 30 rows, and should have 1"):
        read_study(folder)


# --- what is no plain file --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", [PART, "outline.json", "nominal.parquet", "traces/p50.json", RUN_MARKER])
def test_what_is_no_plain_file_is_refused_without_waiting(folder: Path, device: str, name: str) -> None:
    (folder / name).unlink()
    DEVICES[device](folder / name)
    with pytest.raises(FolderError, match="no plain file"):
        read_study(folder)


def test_a_table_of_more_bytes_than_its_rows_can_have_is_not_read(folder: Path) -> None:
    with (folder / PART).open("r+b") as file:
        file.truncate(2**40)
    with pytest.raises(FolderError, match=r"more than the .* it can have"):
        read_study(folder)


@pytest.mark.parametrize("name", ["outline.json", "scenario.resolved.yaml", "traces/p10.json"])
def test_a_folder_in_the_place_of_a_file_is_named_with_the_way_out(folder: Path, campaign: Campaign, name: str) -> None:
    (folder / name).unlink()
    (folder / name).mkdir()
    with pytest.raises(FolderError, match=r"is no plain file; remove it"):
        read_study(folder)
    with pytest.raises(FolderError, match=rf"{name}: is a folder.*remove it"):
        again(campaign, folder)
    (folder / name).rmdir()
    again(campaign, folder)
    assert read_study(folder).sample.size == N


def test_a_small_file_takes_little_memory_whatever_it_may_be(tmp_path: Path) -> None:
    """A read of up to n bytes makes room for n bytes, and a terabyte is nowhere."""
    (tmp_path / "small").write_bytes(b"small")
    assert files.read_plain(tmp_path / "small", 2**40) == b"small"


@pytest.mark.parametrize("name", ["outline.json", "traces/p50.json", RUN_MARKER])
def test_a_file_nested_too_deeply_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_text("[" * 100_000, encoding="utf-8")
    change(folder, files=[]) if name != RUN_MARKER else None
    with pytest.raises(FolderError, match="nested too deeply"):
        read_study(folder)


# --- other files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["outline.json", "nominal.parquet", "scenario.resolved.yaml", "traces/p10.json"])
def test_a_file_that_was_altered_is_found_and_repaired(folder: Path, campaign: Campaign, name: str) -> None:
    (folder / name).write_bytes((folder / name).read_bytes() + b" ")
    with pytest.raises(FolderError, match=rf"{name}.* (was altered|is not the scenario).*`ilrs run` command repairs"):
        read_study(folder)
    again(campaign, folder)
    assert read_study(folder).sample.size == N


PLANNED: dict[str, object] = {
    "early_start_d": 0.0, "early_finish_d": 1.0, "late_start_d": 0.0, "late_finish_d": 1.0, "total_float_d": 0.0,
    "free_float_d": 0.0, "critical": True,
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("start_iso",), "not a date", "start_iso"),
        (("end_d",), "nan", "end_d"),
        (("end_d",), 1e12, "end_d"),
        (("goals", 0, "reached"), 99, "reached is 99"),
        (("goals", 0, "reached"), -1, "reached is -1"),
        (("goals", 0, "subject"), 99, "subject is 99"),
        (("goals", 0, "by_d"), "inf", "by_d"),
        (("goals", 0, "wanted"), 2, "wanted is no share"),
        (("causes",), ["luck"], "causes"),
        (("identity",), "0" * 64, "belongs to another scenario"),
        (("subjects", 0, "finish"), 99, "finish is 99"),
        (("drawn",), {"streams": ["a", "a"]}, "two of its drawn streams"),
        (("drawn",), {"streams": ["a"], "weights": [[1.0, 2.0]]}, "weights.0. is not a row of 1"),
        (("drawn",), {"streams": ["a"], "weights": [["nan"]]}, "weights.0. is not a row"),
        (
            ("subjects", 0, "planned"),
            {**PLANNED, "early_start_d": 1e12},
            "subjects.0..planned holds a day that is none",
        ),
        (("subjects", 0, "planned"), {**PLANNED, "early_finish_d": "nan"}, "subjects.0..planned holds a day"),
        (("subjects", 0, "planned"), {**PLANNED, "late_finish_d": -1e12}, "subjects.0..planned holds a day"),
        (("subjects", 0, "planned"), {**PLANNED, "critical": "<b>"}, "critical"),
    ],
)
def test_an_outline_that_names_what_is_not_there_is_refused(
    folder: Path, path: tuple[Any, ...], value: object, said: str
) -> None:
    outline = json.loads((folder / "outline.json").read_text(encoding="utf-8"))
    holder = outline
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    (folder / "outline.json").write_text(json.dumps(outline), encoding="utf-8")
    sign(folder)
    with pytest.raises(FolderError, match=said):
        read_study(folder)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("events", {"verb": "sings"}, "no verb is called 'sings'"),
        ("events", {"t_d": "nan"}, "a day that is none"),
        ("tanks", {"subject": "depot", "capacity_kg": 1.0, "t_d": [1.0], "before_kg": [], "after_kg": []}, "tanks"),
        ("tanks", {"subject": "d", "capacity_kg": 1.0, "t_d": [1.0], "before_kg": ["nan"], "after_kg": [0]}, "tanks"),
    ],
)
def test_a_trace_of_what_cannot_happen_is_refused(folder: Path, key: str, value: dict[str, object], said: str) -> None:
    trace = json.loads((folder / "traces" / "p50.json").read_text(encoding="utf-8"))
    trace[key] = [{**next(iter(trace[key]), {}), **value}]
    (folder / "traces" / "p50.json").write_text(json.dumps(trace), encoding="utf-8")
    sign(folder)
    with pytest.raises(FolderError, match=said):
        read_study(folder)


def test_a_run_of_an_older_format_is_refused_with_the_way_out(folder: Path) -> None:
    change(folder, format=3, parts=[])
    with pytest.raises(
        FolderError, match=f"has format 3, and this version knows {FORMAT}; make it again in another folder"
    ):
        read_study(folder)


@pytest.mark.parametrize("field", ["started", "finished"])
@pytest.mark.parametrize("text", ["not a date", "2031-02-30", ""])
def test_a_time_that_is_none_is_refused(folder: Path, field: str, text: str) -> None:
    change(folder, **{field: text})
    with pytest.raises(FolderError, match=rf"\.{field}: .* is no time"):
        read_study(folder)


@pytest.mark.parametrize("text", ["", "{}", "[1]", "not json", "\ufeff{}", None])
def test_a_run_whose_manifest_is_broken_or_gone_is_made_again_from_its_tables(
    folder: Path, original: Path, campaign: Campaign, text: str | None
) -> None:
    before = {file.name: file.stat().st_mtime_ns for file in (folder / "outcomes").iterdir()}
    (folder / RUN_MARKER).unlink()
    if text is not None:
        (folder / RUN_MARKER).write_text(text, encoding="utf-8")
        with pytest.raises(FolderError, match=r"the same `ilrs run` command, .* makes it again from its tables"):
            read_study(folder)
    again(campaign, folder)
    assert tables_in(folder) == tables_in(original)
    assert {file.name: file.stat().st_mtime_ns for file in (folder / "outcomes").iterdir()} == before


def test_a_run_without_manifest_and_ledger_is_simulated_again(folder: Path, original: Path, campaign: Campaign) -> None:
    (folder / RUN_MARKER).write_text("{}", encoding="utf-8")
    (folder / "ledger.jsonl").unlink()
    with pytest.raises(FolderError, match=r"the same `ilrs run` command, .* simulates it again"):
        read_study(folder)
    again(campaign, folder)
    assert tables_in(folder) == tables_in(original)


def test_a_folder_with_a_file_of_others_and_no_manifest_stays_as_it_is(folder: Path, campaign: Campaign) -> None:
    (folder / RUN_MARKER).unlink()
    (folder / "thesis.txt").write_text("precious", encoding="utf-8")
    with pytest.raises(FolderError, match="not empty and is no run folder"):
        again(campaign, folder)
