"""Links in a run folder, and tables that its manifest says are elsewhere, lead only where the user asked."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from sim.campaign.plan import Campaign
from sim.study import files
from sim.study.contents import RUN_MARKER
from sim.study.files import FolderError
from sim.study.lock import LOCK, held, holder
from sim.study.place import ALLOWED, SharedFolderError
from sim.study.runner import run_study
from sim.study.store import read_study
from tests.unit.study.stranger import (
    DEVICES,
    PART,
    N,
    again,
    change,
)

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
