"""What a file is that is no scenario: the plan of another tool, told by its first bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sim.problems import Code, Mark, Problem

_HEAD: Final = 1 << 16
_OLE, _ZIP, _JAVA = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04", b"\xac\xed\x00\x05"
_ROOT: Final = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
_IDS: Final = {
    "id",
    "task id",
    "activity id",
    "task_id",
    "activity_id",
    "activity",
    "task",
    "name",
    "task name",
    "code",
}
_WORK: Final = {"duration", "dur", "predecessors", "predecessor", "pred", "preds", "original duration", "depends on"}


@dataclass(frozen=True, slots=True)
class ForeignKind:
    """A kind of file: its word for `--from`, empty where it cannot be read; what it is; and how to go on."""

    word: str
    what: str
    way_out: str = ""


_AS_XML: Final = "save it there as XML (File > Save As > XML Format), then `ilrs import` that"
MSPDI: Final = ForeignKind("mspdi", "a plan of MS Project in XML")
XER: Final = ForeignKind("xer", "a plan of Primavera (XER)")
PMXML: Final = ForeignKind("pmxml", "a plan of Primavera in XML")
CSV: Final = ForeignKind("csv", "a table of activities")
PSPLIB: Final = ForeignKind("psplib", "a problem of PSPLIB")
PATTERSON: Final = ForeignKind("patterson", "a problem in Patterson's format")
SPACENET: Final = ForeignKind("spacenet", "a SpaceNet scenario")
SPACENET_JAVA: Final = ForeignKind("spacenet", "a SpaceNet scenario of the older Java program")
READ: Final = (MSPDI, XER, PMXML, CSV, PSPLIB, PATTERSON, SPACENET)
"""The kinds that are read, by their words."""
_MPP: Final = ForeignKind("", "a plan of MS Project in its own format (.mpp)", f"open it in MS Project and {_AS_XML}")
_POD: Final = ForeignKind("", "a plan of ProjectLibre (.pod)", f"open it in ProjectLibre and {_AS_XML}")
_MPX: Final = ForeignKind(
    "", "a plan of an old MS Project (MPX)", f"open it in MS Project or ProjectLibre and {_AS_XML}"
)
_BOOK: Final = ForeignKind("", "a workbook", "save its sheet as CSV, then `ilrs import` that")
_GANTT: Final = ForeignKind("", "XML of another planner", "export it there as MS Project XML, then `ilrs import` that")


def foreign_kind(path: Path) -> ForeignKind | None:
    """Return what a file is, or None where its first bytes are no plan of another tool; never raises."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except (OSError, ValueError):
        return None
    return kind_of_bytes(head, path.name)


def kind_of_bytes(head: bytes, name: str = "") -> ForeignKind | None:
    """Return what the first bytes of a file say it is."""
    suffix = name.lower().rpartition(".")[2]
    if head.startswith((_OLE, _JAVA, _ZIP)):
        book = suffix == "xls" or head.startswith(_ZIP)
        return _POD if head.startswith(_JAVA) else _BOOK if book else _MPP
    text = _text(head).lstrip("\ufeff \t\r\n")
    if text.startswith("ERMHDR"):
        return XER
    if text.startswith("MPX,") or text.startswith("MPX;"):
        return _MPX
    if text.startswith("<"):
        return _xml_kind(text)
    if text.startswith("{") and re.search(r'"(missionList|scenarioType|elementTemplates)"\s*:', text):
        return SPACENET
    return _table_kind(text)


def foreign_problem(path: Path, shown: str) -> Problem | None:
    """Return the problem that a file is the plan of another tool, with the way to bring it in."""
    kind = foreign_kind(path)
    if kind is None or (kind is PATTERSON and path.suffix in (".yaml", ".yml")):
        return None
    hint = kind.way_out or f"bring it in: ilrs import {shown} -o plan.yaml"
    return Problem(Mark(shown), "", Code.FOREIGN, "error", f"this is {kind.what}, not a scenario of ilrs", hint)


def _text(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    return head.decode("utf-8", "replace")


def _xml_kind(text: str) -> ForeignKind:
    bare = re.sub(r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(\[[^\]]*\])?[^>]*>", "", text, flags=re.DOTALL)
    root = _ROOT.search(bare)
    kinds = {"Project": MSPDI, "APIBusinessObjects": PMXML, "scenario": SPACENET_JAVA}
    return kinds.get(root[1], _GANTT) if root else _GANTT


def _table_kind(text: str) -> ForeignKind | None:
    if "file with basedata" in text[:1000] or "jobs (incl. supersource/sink" in text[:2000]:
        return PSPLIB
    if re.fullmatch(r"[\d\s]*", text) and len(text.split()) >= 6:
        return PATTERSON
    for line in text.splitlines()[:20]:
        if not line.strip() or line.startswith(("#", "sep=")):
            continue
        columns = {cell.strip(" \"'").lower() for cell in re.split(r"[,;\t]", line)}
        return CSV if len(columns) >= 3 and columns & _IDS and columns & _WORK else None
    return None
