"""Find the imports that break the order of the layers; used by `tests/unit/test_layers.py`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

LAYERS = (
    ("sim.problems", "sim.units", "sim.clock", "sim.worktime", "sim.sampling", "sim.chance"),
    ("sim.physics",),
    ("sim.scenario",),
    ("sim.campaign",),
    ("sim.model",),
    ("sim.analysis",),
    ("sim.study",),
    ("sim.calibration",),
    ("sim.decide",),
    ("sim.validation",),
    ("sim.interchange",),
    ("dashboards",),
    ("sim.front",),
    ("sim.cli",),
    ("ilrs",),
)
"""A module may import from its own layer and from those before it."""


LIGHT = (
    "ilrs",
    *(
        f"sim.front.{name}"
        for name in (
            "arguments", "comparison", "forecasts", "model", "pages", "plan", "plot", "progress", "study",
            "sweeps", "trace", "why",
        )
    ),
)  # fmt: skip
"""What `import ilrs` and every verb load: all of the front but its tables."""
THROUGH_THE_FRONT = tuple(
    f"sim.cli.verb_{verb}"
    for verb in ("check", "compare", "guesses", "plan", "report", "run", "seek", "sweep", "trace", "why")
)
"""Verbs that a Python program has too."""


@dataclass(frozen=True, slots=True)
class Fence:
    """Packages that only `allowed` modules may import, or that `barred` ones may not, and why."""

    packages: tuple[str, ...]
    reason: str
    allowed: tuple[str, ...] = ("",)
    barred: tuple[str, ...] = ()


FENCES = (
    Fence(
        ("boinor", "poliastro", "astropy"),
        "only sim.physics.orbits wraps the astrodynamics packages",
        allowed=("sim.physics.orbits",),
    ),
    Fence(("ortools",), "only sim.decide.cpsat asks CP-SAT", allowed=("sim.decide.cpsat",)),
    Fence(("simpy",), "only sim.model knows SimPy", allowed=("sim.model",)),
    Fence(
        ("pydantic", "pydantic_core"),
        "pydantic stays at the edge, in sim.scenario and sim.units",
        allowed=("sim.scenario", "sim.units"),
    ),
    Fence(
        ("pathlib", "os", "io", "shutil", "tempfile", "json", "yaml", "pandas", "pyarrow"),
        "sim.model knows no file and no table",
        barred=("sim.model",),
    ),
    Fence(
        ("pathlib", "os", "io", "shutil", "tempfile", "pyarrow"),
        "sim.analysis takes arrays and opens no file",
        barred=("sim.analysis",),
    ),
    Fence(
        ("babel", "plotly"),
        "only dashboards draws",
        allowed=("dashboards", "sim.front.plot", "sim.front.forecast_history"),
    ),
    Fence(("click", "rich"), "only sim.cli talks to a terminal", allowed=("sim.cli", "sim.front.progress")),
    Fence(
        ("numpy", "pandas", "scipy", "numba", "pyarrow"),
        "reading a scenario and answering --help need no arrays",
        barred=("sim.units", "sim.problems", "sim.scenario", "sim.cli", *LIGHT),
    ),
    Fence(
        ("sim.scenario", "sim.campaign", "sim.model", "sim.analysis", "sim.study", "dashboards"),
        "this verb is a call of sim.front and knows no more",
        barred=THROUGH_THE_FRONT,
    ),
)
"""Third-party packages have their place too."""

NO_FILES = ("sim.model", "sim.analysis")
"""Packages in which a call of `open` is a break in itself."""


@dataclass(frozen=True, slots=True)
class Import:
    """One import as it stands in a source file: the module it names, and whether it runs with its file."""

    line: int
    module: str
    at_import_time: bool
    for_types: bool = False
    """Whether it stands under TYPE_CHECKING, for annotations alone."""


def find_breaks(root: Path) -> list[str]:
    """Return every break under `sim/` and `dashboards/` as `file:line: what imports what; why not`."""
    found: list[str] = []
    for package in ("sim", "dashboards"):
        for path in sorted((root / package).rglob("*.py")):
            place = path.relative_to(root)
            found += breaks_in(path.read_text(encoding="utf-8"), _module_name(place), place.as_posix())
    return found + breaks_in((root / "ilrs.py").read_text(encoding="utf-8"), "ilrs", "ilrs.py")


def find_circles(root: Path) -> list[str]:
    """Return every circle of imports under `sim/` and `dashboards/`, late and type-checking ones among them."""
    paths = [path for package in ("sim", "dashboards") for path in sorted((root / package).rglob("*.py"))]
    sources = {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    return circles_in(sources)


def circles_in(sources: Mapping[str, str]) -> list[str]:
    """Return the circles of imports among modules, by their places, each as `a -> b -> a`."""
    modules = {_module_name(Path(place)): place for place in sources}
    graph = {
        module: {
            found
            for item in _imports(ast.parse(sources[place]), module, is_package=place.endswith("__init__.py"))
            if (found := _known_module(item.module, modules)) not in ("", module)
        }
        for module, place in modules.items()
    }
    circles: list[str] = []
    while True:
        try:
            list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            circle = list(reversed(error.args[1]))
            circles.append(" -> ".join(circle))
            graph[circle[0]].discard(circle[1])
        else:
            return circles


def _known_module(name: str, modules: Mapping[str, str]) -> str:
    """Return the module that a name stands in; empty for what is not ours."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name


def breaks_in(source: str, module: str, place: str) -> list[str]:
    """Return the breaks in one module's source text."""
    tree = ast.parse(source, filename=place)
    found = [
        f"{place}:{item.line}: {module} imports {item.module}; {reason}"
        for item in _imports(tree, module, is_package=place.endswith("__init__.py"))
        for reason in _reasons(module, item)
    ]
    if _inside(module, NO_FILES):
        found += [f"{place}:{line}: {module} opens a file" for line in _opens(tree)]
    return found


def _reasons(module: str, item: Import) -> Iterator[str]:
    importer, imported = _rank(module), _rank(item.module)
    if importer is not None and imported is not None and imported > importer:
        yield "the layers allow imports from the left only"
    for fence in FENCES:
        if not _inside(item.module, fence.packages):
            continue
        # The fence around arrays is about start-up: a verb may import what it needs when it runs.
        # That around verbs is about what they do: an annotation may name a record that the front hands them.
        if module in THROUGH_THE_FRONT and fence.barred == THROUGH_THE_FRONT and item.for_types:
            continue
        if _inside(module, fence.barred) and (item.at_import_time or "numpy" not in fence.packages):
            yield fence.reason
        if not fence.barred and not _inside(module, fence.allowed):
            yield fence.reason


def _imports(tree: ast.Module, module: str, *, is_package: bool) -> Iterator[Import]:
    lazy = {
        id(node)
        for scope in ast.walk(tree)
        if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef) or _is_type_checking(scope)
        for node in ast.walk(scope)
    }
    for_types = {id(node) for scope in ast.walk(tree) if _is_type_checking(scope) for node in ast.walk(scope)}
    for node in ast.walk(tree):
        when = (id(node) not in lazy, id(node) in for_types)
        if isinstance(node, ast.Import):
            yield from (Import(node.lineno, alias.name, *when) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, module, is_package=is_package)
            yield from (Import(node.lineno, f"{base}.{alias.name}", *when) for alias in node.names)


def _absolute(node: ast.ImportFrom, module: str, *, is_package: bool) -> str:
    if node.level == 0:
        return node.module or ""
    parts = module.split(".")
    up = node.level - 1 if is_package else node.level
    kept = parts[: len(parts) - up]
    return ".".join([*kept, node.module] if node.module else kept)


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def _opens(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open":
            yield node.lineno


def _module_name(place: Path) -> str:
    parts = place.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _rank(module: str) -> int | None:
    for rank, names in enumerate(LAYERS):
        if _inside(module, names):
            return rank
    return None


def _inside(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in packages)
