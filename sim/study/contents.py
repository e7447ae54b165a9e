"""What we write into folders of our own, by name: nothing else there is ours to remove or to write over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sim.study.files import folder_errors, is_link
from sim.study.lock import LOCK

RUN_MARKER, SWEEP_MARKER = "ilrs-run.json", "ilrs-sweep.json"
HISTORY_MARKER, OPTIMISE_MARKER = "ilrs-history.json", "ilrs-optimise.json"
RESOLVED, OUTLINE, NOMINAL, COLUMNS = "scenario.resolved.yaml", "outline.json", "nominal.parquet", "COLUMNS.md"
FINDINGS, SUMMARY, PARTNERS, GROUNDS = "findings.json", "summary.json", "partners.json", "grounds.json"
STATES = ("running", "complete", "interrupted", "failed")
"""What a manifest says of its study."""
DESIGN, LEDGER = "design.json", "ledger.jsonl"
OUTCOMES, TRACES, CASES = "outcomes", "traces", "cases"
TRACED = tuple(f"{TRACES}/{title}.json" for title in ("nominal", "p10", "p50", "p90"))
BRIEF_PAGE, BRIEF_PDF = "brief.html", "brief.pdf"
PAGES = ("report.html", "campaign.html", "flights.html", "flight.html", "plotly.min.js")

_PART = re.compile(rf"{OUTCOMES}/part-\d{{6,12}}-\d{{6,12}}\.parquet|changes-[0-9a-f]{{12}}\.json")
_CASE = re.compile(rf"{CASES}/[0-9a-f]{{24}}-\d{{6,12}}-\d{{6,12}}\.parquet|scenario(\.[^/]+)?\.resolved\.yaml")
_ASIDE = re.compile(r"\.\d+\.tmp$")
"""How the name of a file ends while it is written; one that was killed leaves it."""
HISTORY_FILE = "history.json"
HISTORY = (*PAGES, LOCK, HISTORY_FILE, HISTORY_MARKER)
"""What we write beside the days of a history; the marker goes last."""
FOLDERS = (OUTCOMES, TRACES, CASES)


@dataclass(frozen=True, slots=True)
class FolderKind:
    """A kind of folder that we write, told from others by its marker, which holds the manifest."""

    verb: str
    """Who makes it."""
    marker: str
    names: frozenset[str]
    """Files of ours in it, beside the marker."""
    tables: re.Pattern[str] | None = None
    """Names of its tables, and of what there may be several of."""

    def holds(self, name: str) -> bool:
        """Tell whether a file there, named from the folder with `/`, has a name that we write."""
        name = _ASIDE.sub("", name)
        return name == self.marker or name in self.names or bool(self.tables and self.tables.fullmatch(name))


_SAID = frozenset((LEDGER, FINDINGS, SUMMARY, PARTNERS, LOCK, *PAGES))
_OF_A_RUN = frozenset((GROUNDS, BRIEF_PAGE, BRIEF_PDF, RESOLVED, OUTLINE, NOMINAL, COLUMNS, *TRACED))
RUN_FOLDER = FolderKind("run", RUN_MARKER, _SAID | _OF_A_RUN, _PART)
SWEEP_FOLDER = FolderKind("sweep", SWEEP_MARKER, _SAID | {DESIGN}, _CASE)
OPTIMISE_FOLDER = FolderKind("optimise", OPTIMISE_MARKER, frozenset((SUMMARY, *PAGES)))
HISTORY_FOLDER = FolderKind("history", HISTORY_MARKER, frozenset(HISTORY))
KINDS = (SWEEP_FOLDER, RUN_FOLDER, OPTIMISE_FOLDER)
"""Folders that stand alone; a history is a folder of runs."""


def changes_name(key: str) -> str:
    """Name the file of what changed since another study, by the key of that study."""
    return f"changes-{key[:12]}.json"


def kind_of(folder: Path) -> FolderKind | None:
    """Return the kind of a folder by its marker; None for what is none of ours, or cannot be looked at."""
    return next((kind for kind in KINDS if has_marker(folder, kind)), None)


def has_marker(folder: Path, kind: FolderKind) -> bool:
    """Tell whether a folder has the marker of a kind; one that cannot be looked at has none."""
    try:
        return (folder / kind.marker).is_file()
    except OSError:
        return False


def resolved_name(variants: tuple[str, ...]) -> str:
    """Name the file of a resolved scenario by the variants in it."""
    return ".".join(["scenario", *variants, "resolved.yaml"])


def files_in(folder: Path, kind: FolderKind) -> Iterator[tuple[Path, bool]]:
    """Return every file, link or folder of others in a folder of ours, and whether it is ours.

    Links are theirs, whatever they are called, and are not followed; of folders only our own are looked into.
    """
    for one in sorted(folder.iterdir()):
        if one.name in FOLDERS and one.is_dir() and not is_link(one):
            yield from (
                (inner, _is_our_file(inner, f"{one.name}/{inner.name}", kind)) for inner in sorted(one.iterdir())
            )
        else:
            yield one, _is_our_file(one, one.name, kind)


def remove_torn(folder: Path, kind: FolderKind) -> None:
    """Remove what killed writers of ours left aside; only who holds the folder's lock may ask.

    Raises:
        FolderError: if the system refuses.
    """
    with folder_errors(folder):
        for file, ours in list(files_in(folder, kind)):
            if ours and _ASIDE.search(file.name):
                file.unlink(missing_ok=True)


def _is_our_file(file: Path, name: str, kind: FolderKind) -> bool:
    return not is_link(file) and file.is_file() and kind.holds(name)
