"""What is wrong, where it stands, and the way out: the only wording of errors."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from typing import Literal

_MOST_COMPARED = 500  # names; keeps the answer to a huge file quick
Severity = Literal["error", "warning"]


class Code(str, Enum):
    """The stable words by which programs tell problems apart."""

    meaning: str

    def __new__(cls, word: str, meaning: str) -> Code:
        """Make a member that is its word and carries its meaning."""
        code = str.__new__(cls, word)
        code._value_ = word
        code.meaning = meaning
        return code

    def __str__(self) -> str:
        return str(self.value)

    FILE_MISSING = "file-missing", "The file does not exist."
    FILE_UNREADABLE = "file-unreadable", "The file cannot be read, or is not a plain file."
    FILE_TOO_LARGE = "file-too-large", "The file is longer, deeper or fuller than a scenario may be."
    FOREIGN = "foreign-file", "The file is the plan of another tool, which `ilrs import` brings in."
    ENCODING = "encoding", "The file is not UTF-8 text."
    SYNTAX = "syntax", "The file is not valid YAML."
    YAML_FEATURE = "yaml-feature", "Anchors, aliases, merge keys, tags and several documents are not read."
    DUPLICATE_KEY = (
        "duplicate-key",
        "A key stands twice in one mapping, or two things that can be needed have one name.",
    )
    EMPTY_VALUE = "empty-value", "A key has no value."
    NOTHING_TO_REMOVE = "nothing-to-remove", "A null removes a key that no parent has."
    EXTENDS = "extends", "A parent file cannot be used: outside the tree, a cycle, or a wrong wording."
    PARENTS_CLASH = "parents-clash", "Two parents give the same key different values."
    NO_SUCH_VARIANT = "no-such-variant", "The variant does not exist."
    VARIANTS_CLASH = "variants-clash", "Two chosen variants set the same key."
    SET_SYNTAX = "set-syntax", "A --set is not written key.path=value."
    UNKNOWN_KEY = "unknown-key", "The format knows no such key."
    MISSING_KEY = "missing-key", "A key that is needed is not there."
    WRONG_TYPE = "wrong-type", "A value of another type is wanted: text, number, list or mapping."
    WRONG_CHOICE = "wrong-choice", "The value is not among the words that may stand here."
    UNIT_MISSING = "unit-missing", "A quantity has no unit."
    UNIT_UNKNOWN = "unit-unknown", "The unit is not known for this kind of quantity."
    NUMBER_FORMAT = "number-format", "The number of a quantity cannot be read."
    OUT_OF_RANGE = "out-of-range", "The value lies outside what is possible."
    DISTRIBUTION = "distribution", "A random value is wrongly written or impossible."
    DATE = "date", "A date is wrongly written or impossible."
    NAME = "name", "A name is not lower-case letters, digits and hyphens."
    BAD_DATA = "bad-data", "A data file (CSV) cannot be used."
    VALUE = "value", "A value contradicts another in the same block."
    NO_SUCH_NAME = "no-such-name", "A name refers to nothing in the scenario."
    NO_SUCH_PATH = "no-such-path", "A dotted path of --set, --vary, sweep or seek leads to nothing."
    CYCLE = "cycle", "Things need each other in a circle."
    DATE_ORDER = "date-order", "Dates stand in the wrong order."
    NOT_KNOWN = "not-known", "Nothing tells what was planned on the day of --as-of."
    OUTSIDE_CALENDAR = "outside-calendar", "A date lies outside the calendar."
    OVER_CAPACITY = "over-capacity", "More is carried than the vehicle can carry."
    NO_PAD = "no-pad", "A launcher has no pad that can take it."
    NO_LEG = "no-leg", "A route goes where no leg leads."
    GOAL_UNREACHABLE = "goal-unreachable", "A goal can never be met."
    UNDELIVERED = "undelivered", "An element, or a good that people use, is delivered by no mission."
    NOT_OWNER = "not-owner", "A partner operates what it does not own."
    POWER_SHORT = "power-short", "The power supply can never be enough."
    SOURCE_MISSING = "source-missing", "A shipped figure has no source."
    MASS_OPEN = "mass-open", "The mass of a flight does not close."
    ENDLESS = "endless", "Something is repeated without end, because no time passes."
    FOLDER = "folder", "An output folder cannot be written."


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in what the user wrote; `line` and `column` count from 1, 0 where there are none (`--set`)."""

    file: str
    line: int = 0
    column: int = 0

    def text(self) -> str:
        """Return `file:line:column`, or the file alone."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: its place, the dotted path of the value, a stable code, and what to do."""

    mark: Mark | None
    path: str
    code: str
    severity: Severity
    message: str
    hint: str = ""

    def text(self) -> str:
        """Return `file:line:column: path: message; hint`, leaving out what is not known."""
        said = f"{self.message}; {self.hint}" if self.hint else self.message
        place = self.mark.text() if self.mark else ""
        warning = "warning" if self.severity == "warning" else ""
        return printable(": ".join(part for part in (place, warning, self.path, said) if part))

    def as_json(self) -> dict[str, str | int | None]:
        """Return the problem as a flat JSON object; `file`, `line`, `column` are null where there are none."""
        mark = self.mark
        return {
            "file": mark.file if mark else None,
            "line": mark.line if mark and mark.line else None,
            "column": mark.column if mark and mark.line else None,
            "path": self.path,
            "code": str(self.code),
            "severity": self.severity,
            "message": self.message,
            "hint": self.hint,
        }


class InputError(Exception):
    """What the user gave cannot be used; the command line ends with exit code 1."""


class ScenarioError(InputError):
    """A scenario is wrong; carries every problem that was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(problem.text() for problem in self.problems)


class WrongValueError(ValueError):
    """A value is wrong; whoever knows its place makes a `Problem` of it.

    `inner` is the path from the value that was being read to the part that is wrong.
    """

    def __init__(
        self, message: str, hint: str = "", code: Code = Code.VALUE, inner: tuple[str | int, ...] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code
        self.inner = inner


def printable(text: str) -> str:
    """Return text on one line, with everything escaped that could steer a terminal or hide letters."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def writable(text: str) -> str:
    r"""Return text that UTF-8 can hold: bytes of a file's name that are no letters come out as `\udcff`."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def plural(number: float, noun: str, several: str = "") -> str:
    """Return the form of a noun that goes with a number; `several` where it is no mere `s`.

    >>> f"1 {plural(1, 'case')}, 0 {plural(0, 'case')}, 2 {plural(2, 'study', 'studies')}"
    '1 case, 0 cases, 2 studies'
    """
    return noun if number == 1 else several or f"{noun}s"


def counted(number: int, noun: str, several: str = "") -> str:
    """Return a number with its noun: `1 case`, `64 cases`."""
    return f"{number} {plural(number, noun, several)}"


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """Return `did you mean 'cz-10'?` for the nearest candidate, or empty text when none is near."""
    known = list(islice(candidates, _MOST_COMPARED))
    near = difflib.get_close_matches(word[:80], known, n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else ""


def suggest(word: str, candidates: Iterable[str], limit: int = 12) -> str:
    """Return `did_you_mean`, or else the list of what is known, at most `limit` names long."""
    known = sorted(candidates)
    near = did_you_mean(word, known)
    if near or not known:
        return near
    rest = f", ... ({len(known)} in all)" if len(known) > limit else ""
    return "known: " + ", ".join(known[:limit]) + rest
