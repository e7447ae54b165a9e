"""Run folders as a stranger, a failing disk or an honest mistake could make them are refused, and nothing else is."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable
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
from sim.study.lock import LOCK, held, holder
from sim.study.manifest import FORMAT
from sim.study.place import ALLOWED, SharedFolderError
from sim.study.records import to_plain
from sim.study.runner import run_study
from sim.study.store import read_study
from sim.study.work_ledger import Row, rows_in

N = 230
PART = "outcomes/part-000100-000199.parquet"


@pytest.fixture(scope="module")
def original(campaign: Campaign, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_study(campaign, replications=N, seed=7, jobs=1, folder=tmp_path_factory.mktemp("o") / "run").folder


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "run"))


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    (tmp_path / "victim").mkdir()
    (tmp_path / "victim" / "thesis.txt").write_text("precious", encoding="utf-8")
    return tmp_path / "victim" / "thesis.txt"


def manifest_of(folder: Path) -> Any:
    return json.loads((folder / RUN_MARKER).read_text(encoding="utf-8"))


def change(folder: Path, **values: object) -> None:
    (folder / RUN_MARKER).write_text(json.dumps({**manifest_of(folder), **values}), encoding="utf-8")


def rows_of(folder: Path) -> list[Row]:
    return sorted(rows_in(folder), key=lambda row: row.first)


def write_rows(folder: Path, rows: Iterable[Row]) -> None:
    """Write a ledger, with every seal right, as a stranger would."""
    lines = [json.dumps(to_plain(row.sealed())) for row in rows]
    (folder / "ledger.jsonl").write_text("\n".join([*lines, ""]), encoding="utf-8")


def sign(folder: Path) -> None:
    """Make the checksums right again, as a stranger would."""
    tables = folder / "outcomes"
    signed = [replace(row, sha256=files.digest((tables / row.span.name).read_bytes())) for row in rows_of(folder)]
    write_rows(folder, signed)
    change(folder, files=[])


def again(campaign: Campaign, folder: Path) -> None:
    run_study(campaign, replications=N, seed=7, jobs=1, folder=folder)


def tables_in(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.glob("outcomes/*.parquet"))}


def edit(file: Path, how: Callable[[pa.Table], pa.Table]) -> None:
    with pq.ParquetFile(file) as opened:
        table = opened.read()
    pq.write_table(how(table), file)


def set_column(table: pa.Table, name: str, values: pa.Array) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, values)


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

DEVICES: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo,
    "a device": lambda file: file.symlink_to("/dev/zero"),
    "a folder": lambda file: file.mkdir(),
}


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


# --- links ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("link", ["soft", "hard"])
def test_a_lock_that_leads_elsewhere_empties_nothing(folder: Path, campaign: Campaign, victim: Path, link: str) -> None:
    (folder / LOCK).symlink_to(victim) if link == "soft" else (folder / LOCK).hardlink_to(victim)
    with pytest.raises(FolderError, match=r"is a link or no plain file.*remove it"):
        again(campaign, folder)
    assert victim.read_text(encoding="utf-8") == "precious"
    assert holder(folder) is None


@pytest.mark.parametrize("device", DEVICES)
def test_a_lock_that_is_no_plain_file_is_refused(folder: Path, device: str) -> None:
    DEVICES[device](folder / LOCK)
    with pytest.raises(FolderError, match="is a link or no plain file"), held(folder):
        raise AssertionError("held")


def test_a_lock_that_leads_to_nothing_makes_nothing(folder: Path, tmp_path: Path) -> None:
    (folder / LOCK).symlink_to(tmp_path / "new")
    with pytest.raises(FolderError), held(folder):
        raise AssertionError("held")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["outcomes", "traces"])
def test_nothing_is_written_through_a_folder_that_is_a_link(
    folder: Path, campaign: Campaign, victim: Path, name: str
) -> None:
    shutil.rmtree(folder / name)
    (folder / name).symlink_to(victim.parent)
    with pytest.raises(FolderError, match="is a link, and nothing is written through it"):
        again(campaign, folder)
    assert [file.name for file in victim.parent.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("name", [RUN_MARKER, "outline.json", "traces/p50.json", PART])
def test_a_file_that_is_a_link_is_replaced_and_what_it_leads_to_stays(
    folder: Path, campaign: Campaign, victim: Path, name: str
) -> None:
    victim.write_bytes((folder / name).read_bytes())
    before = victim.read_bytes()
    (folder / name).unlink()
    (folder / name).symlink_to(victim)
    change(folder, state="failed") if name != RUN_MARKER else None
    run_study(campaign, replications=N + 50, seed=7, jobs=1, folder=folder)
    assert victim.read_bytes() == before


def test_a_file_laid_aside_by_others_is_not_followed(folder: Path, victim: Path) -> None:
    (folder / f"summary.json.{os.getpid()}.tmp").symlink_to(victim)
    files.write_whole(folder, "summary.json", b"{}")
    assert victim.read_text(encoding="utf-8") == "precious"
    assert (folder / "summary.json").read_bytes() == b"{}"
    assert not (folder / "summary.json").is_symlink()


# --- tables elsewhere -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["{}", "file://{}", "local://{}", "FILE://{}"])
def test_tables_are_not_read_where_a_strangers_manifest_says(folder: Path, tmp_path: Path, how: str) -> None:
    shutil.move(folder / "outcomes", tmp_path / "elsewhere")
    change(folder, shared=how.format(tmp_path / "elsewhere"))
    with pytest.raises(SharedFolderError, match="where none of this study are"):
        read_study(folder)


@pytest.mark.parametrize("url", ["../elsewhere", "~", "file://", "file:", "//host/share", "\\\\host\\share"])
def test_a_relative_or_foreign_place_of_tables_is_refused(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.chdir(folder)
    (tmp_path / "elsewhere").mkdir()
    change(folder, shared=url)
    with pytest.raises(SharedFolderError):
        read_study(folder)


def test_a_run_writes_nothing_where_a_strangers_manifest_says(folder: Path, campaign: Campaign, victim: Path) -> None:
    change(folder, shared=str(victim.parent), replications=10)
    with pytest.raises(SharedFolderError):
        again(campaign, folder)
    assert [file.name for file in victim.parent.iterdir()] == ["thesis.txt"]


def test_tables_below_the_folder_that_the_user_allows_are_read(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.move(folder / "outcomes", tmp_path / "elsewhere")
    change(folder, shared=f"file://{tmp_path / 'elsewhere'}")
    monkeypatch.setenv(ALLOWED, str(tmp_path))
    assert read_study(folder).sample.size == N
    monkeypatch.setenv(ALLOWED, f"{tmp_path / 'else'}")
    with pytest.raises(SharedFolderError):
        read_study(folder)


@pytest.mark.parametrize("escape", ["%2e%2e", "%2E.", "%252e%252e", "..%2f..", "x::file:///etc"])
def test_an_escaped_way_out_of_the_allowed_url_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, escape: str
) -> None:
    monkeypatch.setenv(ALLOWED, "http://127.0.0.1:9/ok")
    change(folder, shared=f"http://127.0.0.1:9/ok/{escape}/evil")
    with pytest.raises(SharedFolderError, match="on another machine"):
        read_study(folder)


@pytest.mark.parametrize("url", ["file://", "file://host/share", "local://x", "file:x", " "])
def test_a_shared_folder_that_is_none_is_said_before_anything_is_written(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SharedFolderError, match=r"say file:///mnt/studies"):
        run_study(campaign, replications=5, seed=7, jobs=1, folder=tmp_path / "run", shared=url)
    assert not (tmp_path / "file:").exists()
