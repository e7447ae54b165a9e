"""A file to a scenario, or to everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path as FilePath
from typing import Any, Final

from pydantic import ValidationError

from sim.problems import Code, Mark, Problem, ScenarioError, did_you_mean, suggest, writable
from sim.scenario.as_of import Known, explain, known_on
from sim.scenario.cells import read_columns
from sim.scenario.check_optimise import check_optimise
from sim.scenario.check_study_values import check_study_values
from sim.scenario.checks import check_blocks, check_sense
from sim.scenario.draft import Draft, without_wrong
from sim.scenario.events import check_needs
from sim.scenario.inheritance import LIKE
from sim.scenario.layered import Layered, flatten
from sim.scenario.layers import LayerStack
from sim.scenario.names import check_references, is_needed, section
from sim.scenario.paths import check_study_paths, check_study_variants, study_variants, wrong_path
from sim.scenario.provenance import check_sources
from sim.scenario.said import SAID, children
from sim.scenario.schema import Scenario
from sim.scenario.text import MOST_PROBLEMS, Node, copied, path_text, plain, set_mark
from sim.scenario.tree import SHIPPED_NAME, Tree, shipped_folder, shipped_names
from sim.scenario.validation_errors import shape_problems
from sim.units import UnitError, file_name, parse_name


@dataclass(frozen=True, slots=True)
class Loaded:
    """A scenario that makes sense, the values it was made of, and what is not wrong but worth a look."""

    scenario: Scenario
    layered: Layered
    warnings: tuple[Problem, ...]

    def __repr__(self) -> str:
        return f"<Loaded {self.scenario.name}: {len(self.warnings)} warnings>"


def load_scenario(
    path: str | FilePath, variants: Sequence[str] = (), sets: Sequence[str] = (), as_of: str | None = None
) -> Loaded:
    """Read a scenario with its parents, the chosen variants and `--set` values.

    A path without a file behind it is taken as the name of a shipped scenario (`ilrs-2035`). With `as_of`, a date as
    text, only what was known on that day counts.
    Raises `ScenarioError` with every problem of every layer.
    """
    return load_from(_read(path, as_of), variants, sets)


def read_resolved(text: str, called: str) -> Files:
    """Read a resolved scenario that is in memory, once for all the settings that are to be laid over it.

    `called` names its file in messages.
    """
    folder = shipped_folder()  # nothing stands beside it
    stack = LayerStack(Tree(folder, folder))
    return replace(_files(folder / called, stack, stack.take(text.encode(), folder / called, called)), settled=True)


def check_scenario(
    path: str | FilePath, variants: Sequence[str] = (), sets: Sequence[str] = (), as_of: str | None = None
) -> tuple[Problem, ...]:
    """Return every problem and warning of a scenario, with the errors that each of its other variants would make."""
    files = _read(path, as_of)
    found = _problems(files, variants, sets)
    found += _study_problems(files, variants, sets)
    for name in _variant_names(files):
        if name not in variants:
            known = {(problem.mark, problem.path, problem.code) for problem in found}
            found += [
                replace(problem, message=f"with variant {name}: {problem.message}")
                for problem in _of_then(_problems(files, [name], sets), files)
                if problem.severity == "error" and (problem.mark, problem.path, problem.code) not in known
            ]
    return tuple(found)


def _misspelt(files: Files, layered: Layered) -> list[Problem]:
    """Return activities that only a variant names, that nothing needs, and whose name is nearly that of another."""
    block = files.root.value.get("activities") if files.root and isinstance(files.root.value, dict) else None
    known = block.value if block and isinstance(block.value, dict) else {}
    problems: list[Problem] = []
    for name in section(layered.values, "activities"):
        near = did_you_mean(name, known)
        made = layered.origins.get(("activities", name), "").startswith("variant ")
        if made and near and name not in known and not is_needed(layered.values, name):
            message = f"nothing needs '{name[:80]}', which only this variant names"
            mark = layered.key_mark(("activities", name))
            problems.append(Problem(mark, f"activities.{name}", Code.NO_SUCH_PATH, "error", message, near))
    return problems


def _of_then(problems: list[Problem], files: Files) -> list[Problem]:
    """Return the problems of a variant; what it needs and nobody knew of on the day is not its fault."""
    if files.as_of is None:
        return problems
    return [
        replace(problem, severity="warning") if problem.code in (Code.NO_SUCH_NAME, Code.NOT_KNOWN) else problem
        for problem in problems
    ]


def value_problems(
    path: str | FilePath,
    variants: Sequence[str],
    sets: Sequence[str],
    as_of: str | None,
    block: str,
    keys: Sequence[str],
) -> list[Problem]:
    """Return what is wrong with the values that `sweep` or `seek` (the `block`) lists in the file for these paths."""
    files = _read(path, as_of)
    layered, _, whole = _merge(files, variants, sets)
    if layered is None or not whole or not keys:
        return []
    study = _Study(files, variants, sets, layered)
    found = check_study_values(layered, study.choices(), study.errors, block, keys)
    return _in_order([problem for problem in found if _is_error(problem)])


def _study_problems(files: Files, variants: Sequence[str], sets: Sequence[str]) -> list[Problem]:
    """Return what is wrong in `sweep` and `seek` with all the variants that these choose, and in `optimise`."""
    layered, _, whole = _merge(files, variants, sets)
    if layered is None or not whole:
        return []
    study = _Study(files, variants, sets, layered)
    choices = study.choices()
    found = [*check_study_variants(layered), *check_study_paths(layered, [values for _, values in choices[1:]])]
    found += study.wrong_choices()
    for block in ("sweep", "seek"):
        found += check_study_values(layered, choices, study.errors, block)
    scenario, _ = _validate(layered, [], whole=whole)
    found += check_optimise(Draft(scenario, layered)) if scenario is not None else []
    return _in_order(found)


@dataclass(frozen=True, slots=True)
class _Study:
    """A scenario as `sweep` and `seek` take it: with more variants and more values."""

    files: Files
    variants: Sequence[str]
    sets: Sequence[str]
    layered: Layered

    def names(self) -> list[tuple[str, ...]]:
        """Return the choices of variants that exist, without that of none."""
        known = set(self.layered.variants)
        chosen = dict.fromkeys(names for _, names in study_variants(self.layered.values) if set(names) <= known)
        return [names for names in chosen if names]

    def choices(self) -> list[tuple[tuple[str, ...], Mapping[str, Any]]]:
        """Return the choices of variants with the values of the scenario, that of none first."""
        others = ((names, _merge(self.files, (*self.variants, *names), self.sets)[0]) for names in self.names())
        return [((), self.layered.values), *((names, one.values) for names, one in others if one is not None)]

    def errors(self, names: Sequence[str], sets: Sequence[str]) -> list[Problem]:
        """Return the errors with more variants and settings."""
        found = _problems(self.files, (*self.variants, *names), (*self.sets, *sets))
        return [problem for problem in _of_then(found, self.files) if _is_error(problem)]

    def wrong_choices(self) -> list[Problem]:
        """Return what is wrong with variants of `sweep` that are chosen together, and with none of them alone."""
        found: list[Problem] = []
        for place, names in study_variants(self.layered.values):
            if len(names) > 1 and names in self.names():
                single = [problem for name in names for problem in self.errors([name], ())]
                known = {(problem.path, problem.code, problem.message) for problem in single}
                found += [
                    replace(
                        problem,
                        mark=self.layered.mark(place),
                        path=path_text(place),
                        message=f"with variants {'+'.join(names)}: {problem.path}: {problem.message}",
                    )
                    for problem in self.errors(names, ())
                    if (problem.path, problem.code, problem.message) not in known
                ]
        return found


def _is_error(problem: Problem) -> bool:
    return problem.severity == "error"


def read_layers(
    path: str | FilePath, variants: Sequence[str] = (), sets: Sequence[str] = (), as_of: str | None = None
) -> tuple[Layered | None, list[Problem], bool]:
    """Return the merged values, the problems so far, and whether every layer could be read."""
    return _merge(_read(path, as_of), variants, sets)


@dataclass(frozen=True, slots=True)
class Files:
    """A scenario file and its parents, read and merged; without a root there is nothing to go on with."""

    file: FilePath
    stack: LayerStack
    root: Node | None
    as_of: str | None = None
    """The day whose knowledge counts, where one is asked for."""
    settled: bool = False
    """Whether it is resolved: it inherits nothing, names no file and says no days."""


_UNSETTLING: Final = (LIKE, SAID, "empirical")


def _read(path: str | FilePath, as_of: str | None = None) -> Files:
    file, missing = _find(path)
    stack = LayerStack(Tree(file.resolve().parent if missing is None else FilePath(), shipped_folder()))
    if missing:
        stack.problems.append(missing)
        return Files(file, stack, None)
    return _files(file, stack, stack.read(file, writable(str(path if file == FilePath(path) else file))), as_of)


def _files(file: FilePath, stack: LayerStack, root: Node | None, as_of: str | None = None) -> Files:
    return Files(file, stack, root if root is not None and isinstance(root.value, dict) else None, as_of)


def _variant_names(files: Files) -> list[str]:
    block = files.root.value.get("variants") if files.root and isinstance(files.root.value, dict) else None
    return list(block.value) if block and isinstance(block.value, dict) else []


def _wrong_set(stack: LayerStack, root: Node, text: str) -> list[Problem]:
    """Return what is wrong with the path of a `--set`, blocks being whole as `like` makes them."""
    path, equals, value = (part.strip() for part in text.partition("="))
    if not equals or not all(path.split(".")):
        return []
    adds = value.startswith("{")
    head = path.partition(".")[0]
    said_of_path = {key: plain(node) if key == head else None for key, node in root.value.items()}  # type: ignore[union-attr]
    if wrong_path(said_of_path, path, varied=False, adds=adds) is None:
        return []
    whole = stack.again().resolve_likes(copied(root))
    said = wrong_path(plain(whole), path, varied=False, adds=adds)
    return [Problem(set_mark(text), said[0], said[1], "error", *said[2:])] if said else []


def _wrong_variant_names(root: Node) -> list[Problem]:
    """Return what is wrong with the names of variants, which files of a sweep are called by."""
    block = root.value.get("variants") if isinstance(root.value, dict) else None
    problems: list[Problem] = []
    for name, variant in block.value.items() if block and isinstance(block.value, dict) else ():
        try:
            parse_name(name)
        except UnitError as error:
            place = path_text(("variants", name))
            problems.append(Problem(variant.key, place, error.code, "error", error.message, error.hint))
    return problems[:MOST_PROBLEMS]


def _merge(files: Files, variants: Sequence[str], sets: Sequence[str]) -> tuple[Layered | None, list[Problem], bool]:
    """Lay variants and settings over what was read; the files themselves stay as they are."""
    stack = files.stack.again()
    if files.root is None:
        return None, stack.problems, False
    settled = files.settled and not any(word in text for text in sets for word in _UNSETTLING)
    base = Node(dict(children(files.root)), files.root.mark, files.root.key) if settled else copied(files.root)
    root = stack.hold_risks(stack.apply_variants(base, variants))
    for text in sets:
        said = _wrong_set(stack, root, text)
        stack.problems += said
        root = root if said else stack.apply_set(root, text)
    root = stack.hold_risks(root)
    root = root if settled else stack.resolve_likes(root)
    stack.problems += _wrong_variant_names(files.root)
    stack.problems += [] if settled else read_columns(root, stack.tree, stack.folders, files.file.resolve().parent)
    if isinstance(root.value, dict):
        _name_after_file(root.value, files.file, stack.files[0])
    known = Known(root, (), {}) if settled else known_on(root, files.as_of)
    root, stack.problems = known.root, [*stack.problems, *known.problems]
    whole = not any(problem.code in _INCOMPLETE for problem in stack.problems)
    layered = flatten(root, stack.files, stack.shipped_files())
    return replace(layered, left_out=known.left_out), stack.problems, whole


def load_from(files: Files, variants: Sequence[str] = (), sets: Sequence[str] = ()) -> Loaded:
    """Return a scenario that was read, with variants and `--set` values; raises `ScenarioError`."""
    layered, problems, whole = _merge(files, variants, sets)
    if layered is None:
        raise ScenarioError(_in_order(problems))
    scenario, shape = _validate(layered, problems, whole=whole)
    problems = problems + shape
    if whole:
        problems += _check(scenario, layered, problems) + (_misspelt(files, layered) if variants else [])
    if scenario is None or any(problem.severity == "error" for problem in problems):
        raise ScenarioError(_in_order(problems))
    return Loaded(scenario, layered, tuple(_in_order(problems)))


def _problems(files: Files, variants: Sequence[str], sets: Sequence[str]) -> list[Problem]:
    try:
        return list(load_from(files, variants, sets).warnings)
    except ScenarioError as error:
        return list(error.problems)


_INCOMPLETE = (
    Code.EXTENDS,
    Code.FILE_MISSING,
    Code.FILE_UNREADABLE,
    Code.FILE_TOO_LARGE,
    Code.SYNTAX,
    Code.ENCODING,
)


def _find(path: str | FilePath) -> tuple[FilePath, Problem | None]:
    given, name = FilePath(path), str(path)
    shipped = shipped_folder() / f"{name}.yaml"
    try:
        if given.exists():
            return given, None
        if SHIPPED_NAME.fullmatch(name) and shipped.is_file():
            return shipped, None
    except (OSError, ValueError):  # a name too long, or with a character no file name has
        pass
    shown = name if name.isprintable() else ascii(name)[1:-1]
    hint = suggest(name, shipped_names()) or "give the path of a scenario file"
    return given, Problem(Mark(shown[:200]), "", Code.FILE_MISSING, "error", "there is no such file", hint)


def _name_after_file(top: dict[str, Node], file: FilePath, shown: str) -> None:
    """Name a scenario after its file unless the file itself names it: a parent's name is not inherited."""
    name = top.get("name")
    if name is not None and (name.mark.file == shown or name.layer):
        return
    plain = re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-") or "scenario"
    mark = Mark(shown, 1, 1)
    top["name"] = Node(file_name(plain), mark, mark)


def _validate(layered: Layered, before: list[Problem], *, whole: bool) -> tuple[Scenario | None, list[Problem]]:
    """Validate the shape; problems at or below a path that is already complained of are left out."""
    try:
        return Scenario.model_validate(layered.values, strict=True), []
    except ValidationError as error:
        problems = shape_problems(error.errors(include_url=False)[:MOST_PROBLEMS], layered, Scenario)
    known = [problem.path.removesuffix(".like") for problem in before]
    fresh = [problem for problem in problems if not any(_below(problem.path, path) for path in known)]
    if not whole:
        fresh = [problem for problem in fresh if problem.code != Code.MISSING_KEY]
    return None, fresh


def _below(path: str, block: str) -> bool:
    return bool(block) and (path == block or path.startswith((f"{block}.", f"{block}[")))


def _check(scenario: Scenario | None, layered: Layered, before: list[Problem]) -> list[Problem]:
    """Check the sense: of the whole scenario, or of the blocks in which nothing is wrong so far."""
    names, needs = _first(check_references(layered)), _first(check_needs(layered))
    problems = [*explain([*names, *needs], layered.left_out), *_first(check_sources(layered))]
    if scenario is not None and not names and not needs:
        return problems + check_sense(scenario, layered)
    rest = without_wrong(layered, [*before, *names])
    return problems + (check_blocks(rest, layered) if rest else [])


def _first(problems: Iterable[Problem]) -> list[Problem]:
    return list(islice(problems, MOST_PROBLEMS))


def _in_order(problems: Sequence[Problem]) -> list[Problem]:
    """Sort by file in order of appearance, then by line; what is wrong where others inherit it is said once."""
    files = list(dict.fromkeys(problem.mark.file for problem in problems if problem.mark))
    told: dict[tuple[Mark | None, str, str, str], Problem] = {}
    for problem in problems:
        place = "" if problem.mark and problem.mark.line else problem.path
        told.setdefault((problem.mark, place, problem.code, problem.message), problem)
    return sorted(
        told.values(),
        key=lambda p: (files.index(p.mark.file), p.mark.line, p.mark.column) if p.mark else (-1, 0, 0),
    )
