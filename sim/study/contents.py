"""What we write into run and sweep folders, by name: nothing else there is ours to remove or to write over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sim.study.files import folder_errors, is_link
from sim.study.lock import LOCK

RUN_MARKER, SWEEP_MARKER = "ilrs-run.json", "ilrs-sweep.json"
HISTORY_MARKER = "ilrs-history.json"
RESOLVED, OUTLINE, NOMINAL, COLUMNS = "scenario.resolved.yaml", "outline.json", "nominal.parquet", "COLUMNS.md"
FINDINGS, SUMMARY = "findings.json", "summary.json"
STATES = ("running", "complete", "interrupted", "failed")
"""What a manifest says of its study."""
DESIGN, LEDGER = "design.json", "ledger.jsonl"
OUTCOMES, TRACES, CASES = "outcomes", "traces", "cases"
TRACED = tuple(f"{TRACES}/{title}.json" for title in ("nominal", "p10", "p50", "p90"))
PAGES = ("report.html", "flight.html", "plotly.min.js")

_RUN = frozenset((RUN_MARKER, RESOLVED, LEDGER, OUTLINE, NOMINAL, COLUMNS, FINDINGS, SUMMARY, LOCK, *PAGES, *TRACED))
_SWEEP = frozenset((SWEEP_MARKER, DESIGN, LEDGER, FINDINGS, SUMMARY, LOCK, *PAGES))
_PART = re.compile(rf"{OUTCOMES}/part-\d{{6,12}}-\d{{6,12}}\.parquet")
_CASE = re.compile(rf"{CASES}/[0-9a-f]{{24}}-\d{{6,12}}-\d{{6,12}}\.parquet|scenario(\.[^/]+)?\.resolved\.yaml")
_ASIDE = re.compile(r"\.\d+\.tmp$")
"""How the name of a file ends while it is written; one that was killed leaves it."""
HISTORY = (*PAGES, LOCK, HISTORY_MARKER)
"""What we write beside the days of a history; the marker goes last."""
FOLDERS = (OUTCOMES, TRACES, CASES)


def resolved_name(variants: tuple[str, ...]) -> str:
    """Name the file of a resolved scenario by the variants in it."""
    return ".".join(["scenario", *variants, "resolved.yaml"])


def is_ours(name: str, *, sweep: bool) -> bool:
    """Tell whether a file of a run or sweep folder, named from there with `/`, has a name that we write."""
    name = _ASIDE.sub("", name)
    return name in (_SWEEP if sweep else _RUN) or bool((_CASE if sweep else _PART).fullmatch(name))


def files_in(folder: Path, *, sweep: bool) -> Iterator[tuple[Path, bool]]:
    """Return every file, link or folder of others in a run or sweep folder, and whether it is ours.

    Links are theirs, whatever they are called, and are not followed; of folders only our own are looked into.
    """
    for one in sorted(folder.iterdir()):
        if one.name in FOLDERS and one.is_dir() and not is_link(one):
            yield from (
                (inner, _is_our_file(inner, f"{one.name}/{inner.name}", sweep)) for inner in sorted(one.iterdir())
            )
        else:
            yield one, _is_our_file(one, one.name, sweep)


def remove_torn(folder: Path, *, sweep: bool) -> None:
    """Remove what killed writers of ours left aside; only who holds the folder's lock may ask.

    Raises:
        FolderError: if the system refuses.
    """
    with folder_errors(folder):
        for file, ours in list(files_in(folder, sweep=sweep)):
            if ours and _ASIDE.search(file.name):
                file.unlink(missing_ok=True)


def _is_our_file(file: Path, name: str, sweep: bool) -> bool:
    return not is_link(file) and file.is_file() and is_ours(name, sweep=sweep)
