"""Layers of a scenario, merged: parents, file, variants, `--set`.

Order of precedence: `--set` > `--variant` (left to right) > file > parent.

- Mappings merge by key, everything else is replaced; `null` removes what a parent says, and is an error where
  there is nothing to remove. A random value (`{pert: [...]}`) is one value: it is replaced whole, with its
  source. So is a value with the days it was said on, unless both are; see :mod:`sim.scenario.as_of`.
- `extends` names one parent, or a list of parents that may not contradict each other (this is how a catalogue
  is put together from files). Parents are looked for beside the file, then among the shipped scenarios;
  never elsewhere.
- `variants` are named partial overrides. They are inherited and merged like everything else. Two chosen
  variants that set the same key are an error, so their order never matters.
- `--set key.path=value` replaces one value; the value is read as YAML.
- `like` is resolved when all layers are merged; see :mod:`sim.scenario.inheritance`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Final

from sim.problems import Code, Mark, Problem, suggest
from sim.scenario.foreign_kinds import foreign_problem
from sim.scenario.inheritance import LIKE, Inheritance, is_like
from sim.scenario.said import is_said
from sim.scenario.schema_lookup import is_random
from sim.scenario.text import (
    DEEPEST,
    LARGEST_FILE,
    MOST_PROBLEMS,
    Node,
    Path,
    copied,
    path_text,
    plain,
    read_text,
    set_mark,
)
from sim.scenario.tree import Tree, read_bytes

_MOST_FILES: Final = 50
_NOT_IN_A_VARIANT: Final = ("extends", "variants", "format", "name")


class LayerStack:
    """Reads the layers of one scenario and collects what is wrong with them."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.problems: list[Problem] = []
        self.files: list[str] = []
        self.folders: dict[str, FilePath] = {}
        self._said: set[str] = set()  # paths that are already complained of
        self._bytes = 0
        self._whole: list[Node] = []  # values of --set, which replace and do not merge
        self._keeps_nulls = False

    def again(self) -> LayerStack:
        """Return a stack that has read the same files, to lay other variants and settings over them."""
        other = LayerStack(self.tree)
        other.problems, other.files, other.folders = [*self.problems], [*self.files], {**self.folders}
        other._said, other._keeps_nulls = {*self._said}, self._keeps_nulls
        return other

    def read(self, path: FilePath, shown: str) -> Node | None:
        """Return the root of a file with its parents merged in; None when there is nothing to go on with."""
        return self._read(path, shown, ())

    def _read(self, path: FilePath, shown: str, descent: tuple[FilePath, ...]) -> Node | None:
        data = foreign_problem(path, shown) or read_bytes(path, shown)
        if isinstance(data, Problem):
            self.problems.append(data)
            return None
        return self.take(data, path, shown, descent)

    def take(self, data: bytes, path: FilePath, shown: str, descent: tuple[FilePath, ...] = ()) -> Node | None:
        """Return the root of a file whose bytes are at hand, as `read` does."""
        self._bytes += len(data)
        if self._bytes > LARGEST_FILE:
            message = f"the files are larger than {LARGEST_FILE // 1_000_000} MB together"
            self._complain(Mark(shown), "", Code.FILE_TOO_LARGE, message, "extend fewer")
            return None
        self.files.append(shown)
        self.folders[shown] = path.resolve().parent
        root, problems = read_text(data, shown)
        self.problems += problems
        self._said.update(problem.path for problem in problems)
        if root is None:
            return None
        if not isinstance(root.value, dict):
            hint = "a scenario is made of lines 'key: value'"
            self._complain(root.mark, "", Code.WRONG_TYPE, "a mapping is wanted here", hint)
            return None
        parents = root.value.pop("extends", None)
        below = self._read_parents(parents, path, shown, (*descent, path.resolve())) if parents else None
        stated = "slips_hold" in root.value
        root = self._merge(below, root, ()) if below else self._without_nulls(root)
        return self.hold_risks(root) if stated else root

    def hold_risks(self, root: Node) -> Node:
        """Replace names of risks under `slips_hold` by the risks as they stand now, so that no later layer moves them.

        What the laws hold is a statement about these risks, and not about what a variant, a setting or a child makes
        of them. Unknown names are complained of.
        """
        assert isinstance(root.value, dict)
        said, risks = root.value.get("slips_hold"), root.value.get("risks")
        if said is None or not (isinstance(said.value, list) or said.value == "all"):
            return root
        block = self.resolve_likes(Node({"risks": copied(risks)}, root.mark, root.key)) if risks else None
        known = _children(_children(block)["risks"]) if block else {}
        items = said.value if isinstance(said.value, list) else [Node(name, said.mark, said.key) for name in known]
        held: dict[str, Node] = {}
        for index, item in enumerate(items):
            risk = known.get(item.value) if isinstance(item.value, str) else None
            if risk is None:
                message = f"there is no risk '{str(item.value)[:80]}'"
                hint = suggest(str(item.value), known) or "the scenario has no risks"
                self._complain(item.mark, f"slips_hold[{index}]", Code.NO_SUCH_NAME, message, hint)
            else:
                kept = {key: child for key, child in _children(risk).items() if key in ("probability", "stretches")}
                held[str(item.value)] = Node(kept, item.mark, item.key, said.layer)
        return Node({**root.value, "slips_hold": Node(held, said.mark, said.key, said.layer)}, root.mark, root.key)

    def _read_parents(self, parents: Node, path: FilePath, shown: str, descent: tuple[FilePath, ...]) -> Node | None:
        items = parents.value if isinstance(parents.value, list) else [parents]
        merged: Node | None = None
        for item in items:
            if not isinstance(item.value, str):
                self._complain(
                    item.mark, "extends", Code.EXTENDS, "a file name is wanted here", "for example base.yaml"
                )
                continue
            parent = self._read_parent(item.value, item.mark, path, shown, descent)
            if merged and parent:
                self._refuse_clash(merged, parent)
                merged = self._merge(merged, parent, ())
            merged = merged or parent
        return merged

    def _read_parent(
        self, wanted: str, mark: Mark, path: FilePath, shown: str, descent: tuple[FilePath, ...]
    ) -> Node | None:
        found = self.tree.find(wanted, path.resolve().parent, mark, "extends")
        if isinstance(found, Problem):
            self.problems.append(found)
            return None
        if found in descent:
            circle = " -> ".join(file.name for file in (*descent[descent.index(found) :], found))
            self._complain(mark, "extends", Code.EXTENDS, f"files extend each other in a circle: {circle}", "cut it")
            return None
        if len(self.files) >= _MOST_FILES:
            self._complain(mark, "extends", Code.FILE_TOO_LARGE, f"more than {_MOST_FILES} files", "extend fewer")
            return None
        return self._read(found, _shown_beside(shown, wanted, path, found), descent)

    def shipped_files(self) -> list[str]:
        """Return the files read so far that ship with the simulator."""
        shipped = self.tree.shipped.resolve()
        return [name for name, folder in self.folders.items() if folder.is_relative_to(shipped)]

    def _complain(self, mark: Mark, path: str, code: Code, message: str, hint: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(mark, path, code, "error", message, hint))

    def _refuse_clash(self, first: Node, second: Node, path: Path = ()) -> None:
        """Complain where two parents give one key different values; lists and random values count whole."""
        if _merges(first, path) and _merges(second, path):
            for key, other in _children(first).items():
                if key in _children(second):
                    self._refuse_clash(other, _children(second)[key], (*path, key))
        elif plain(first) != plain(second):
            message = f"two parents give different values; the other is at {first.mark.text()}"
            self._complain(second.mark, path_text(path), Code.PARENTS_CLASH, message, "keep one of them")

    def _merge(self, below: Node, above: Node, path: Path, *, kept: bool = False) -> Node:
        """Lay a node over another one; nulls are kept where something is still to be inherited with `like`."""
        kept = kept or is_like(below, path) or is_like(above, path)
        if not isinstance(above.value, dict) or not isinstance(below.value, dict) or above in self._whole:
            return self._without_nulls(above, path, kept=kept)
        both_random = is_random(above.value, path) and is_random(below.value, path)
        if both_random or is_said(above.value, path) != is_said(below.value, path):
            return self._without_nulls(above, path, kept=kept)
        merged = dict(below.value)
        for key, child in above.value.items():
            self._lay_key(merged, key, child, (*path, key), kept=kept)
        return Node(merged, above.mark, above.key, above.layer)

    def _lay_key(self, merged: dict[str, Node], key: str, child: Node, path: Path, *, kept: bool) -> None:
        if child.value is None and self._keeps_null(path, kept=kept):
            merged[key] = child
        elif child.value is None:
            self._remove(merged, key, child, path)
        elif key in merged:
            merged[key] = self._merge(merged[key], child, path, kept=kept)
        else:
            merged[key] = self._without_nulls(child, path, kept=kept)

    def _keeps_null(self, path: Path, *, kept: bool) -> bool:
        inherits = kept and path[-1] != LIKE
        self._keeps_nulls = self._keeps_nulls or inherits
        return inherits or _in_variant(path)

    def _remove(self, block: dict[str, Node], key: str, node: Node, path: Path) -> None:
        if block.pop(key, None) is None and path_text(path) not in self._said:
            hint = suggest(key, block) or "leave the key out"
            message = "null removes what a parent says, but there is nothing to remove"
            self._complain(node.key, path_text(path), Code.NOTHING_TO_REMOVE, message, hint)

    def _without_nulls(self, node: Node, path: Path = (), *, kept: bool = False) -> Node:
        """Take nulls out of a block that has nothing below it, saying so; variants keep theirs."""
        if isinstance(node.value, dict):
            kept = kept or is_like(node, path)
            for key, child in list(node.value.items()):
                inner = (*path, key)
                if child.value is not None:
                    self._without_nulls(child, inner, kept=kept)
                elif not self._keeps_null(inner, kept=kept):
                    self._remove({}, key, child, inner)
                    del node.value[key]
        return node

    def resolve_likes(self, root: Node) -> Node:
        """Let every block that is like a sibling have what it inherits."""
        root = Inheritance(self._merge, self._complain).resolve(root)
        return self._without_nulls(root) if self._keeps_nulls else root

    def apply_variants(self, root: Node, chosen: Sequence[str]) -> Node:
        """Lay the chosen variants over a scenario."""
        block = root.value.get("variants") if isinstance(root.value, dict) else None
        known = block.value if block and isinstance(block.value, dict) else {}
        taken = _Taken()
        for name in chosen:
            if name not in known:
                hint = suggest(name, known) or "the scenario has no variants"
                self._complain(Mark(f"--variant {name}"), "", Code.NO_SUCH_VARIANT, "no such variant", hint)
                continue
            if self._may_apply(name, known[name], taken):
                root = self._merge(root, _labelled(known[name], f"variant {name}"), ())
        return root

    def _may_apply(self, name: str, variant: Node, taken: _Taken) -> bool:
        before = len(self.problems)
        base = f"variants.{name}"
        if not isinstance(variant.value, dict):
            self._complain(variant.mark, base, Code.WRONG_TYPE, "a mapping is wanted here", "name what changes")
            return False
        for key in _NOT_IN_A_VARIANT:
            if key in variant.value:
                mark = variant.value[key].key
                self._complain(mark, f"{base}.{key}", Code.UNKNOWN_KEY, f"a variant cannot set {key}", "remove it")
        for path, node in _leaves(variant):
            other = taken.by(path)
            if other and other != name:
                message = f"variant '{other}' sets the same key"
                self._complain(node.key, f"{base}.{path_text(path)}", Code.VARIANTS_CLASH, message, "choose one")
            taken.add(path, name)
        return len(self.problems) == before

    def apply_set(self, root: Node, text: str) -> Node:
        """Lay one `key.path=value` over a scenario."""
        mark = set_mark(text)
        where, equals, value = text.partition("=")
        parts = where.strip().split(".")
        if not equals or not all(parts) or len(parts) > DEEPEST:
            hint = "for example --set launchers.cz-10.production.every='120 d'"
            self._complain(mark, "", Code.SET_SYNTAX, "this is not key.path=value", hint)
            return root
        node, problems = read_text(value, mark.file, "--set", numbered=False)
        if node is None or problems:
            self.problems += [replace(problem, mark=mark, path=".".join(parts)) for problem in problems]
            return root
        self._whole.append(node)
        for part in reversed(parts):
            node = Node({part: node}, mark, mark, "--set")
        return self._replace(root, node, (), parts)

    def _replace(self, root: Node, node: Node, path: Path, parts: Sequence[str], *, kept: bool = False) -> Node:
        """Merge down to the last part of the path, then replace: `--set` sets, it does not merge."""
        inside, above = root.value, node.value
        if not isinstance(above, dict) or not parts:
            return self._without_nulls(node, path, kept=kept)
        if not isinstance(inside, dict):
            return self._set_into_no_mapping(root, node, path)
        kept = kept or is_like(root, path)
        key, child = parts[0], above[parts[0]]
        merged = dict(inside)
        if child.value is None or key not in merged:
            self._lay_key(merged, key, child, (*path, key), kept=kept)
        else:
            merged[key] = self._replace(merged[key], child, (*path, key), parts[1:], kept=kept)
        return Node(merged, root.mark, root.key, root.layer)

    def _set_into_no_mapping(self, root: Node, node: Node, path: Path) -> Node:
        if not isinstance(root.value, list):
            return node  # a plain value gives way to a block: 20 d -> {uniform: ...}
        hint = f"replace it whole: --set {path_text(path)}=[...]"
        self._complain(node.mark, path_text(path), Code.SET_SYNTAX, "this is a list, not a mapping", hint)
        return root


def _merges(node: Node, path: Path) -> bool:
    return isinstance(node.value, dict) and not is_random(node.value, path)


def _in_variant(path: Path) -> bool:
    """Tell whether a path lies inside a variant, where null is kept until the variant is chosen."""
    return path[:1] == ("variants",) and len(path) > 2


def _children(node: Node) -> dict[str, Node]:
    return node.value if isinstance(node.value, dict) else {}


def _labelled(node: Node, layer: str) -> Node:
    value = node.value
    if isinstance(value, dict):
        value = {key: _labelled(child, layer) for key, child in value.items()}
    elif isinstance(value, list):
        value = [_labelled(item, layer) for item in value]
    return Node(value, node.mark, node.key, layer)


def _leaves(node: Node, path: Path = ()) -> list[tuple[Path, Node]]:
    if isinstance(node.value, dict) and node.value and not is_random(node.value, path):
        return [leaf for key, child in node.value.items() for leaf in _leaves(child, (*path, key))]
    return [(path, node)]


class _Taken:
    """Which variant set which key, or something inside it."""

    def __init__(self) -> None:
        self._leaves: dict[Path, str] = {}
        self._blocks: dict[Path, str] = {}

    def add(self, path: Path, name: str) -> None:
        self._leaves[path] = name
        self._blocks.update((path[:length], name) for length in range(len(path)))

    def by(self, path: Path) -> str | None:
        """Return the variant that set this key, one around it or one inside it."""
        around = (self._leaves.get(path[:length]) for length in range(len(path) + 1))
        return next((name for name in around if name), self._blocks.get(path))


def _shown_beside(shown: str, wanted: str, path: FilePath, found: FilePath) -> str:
    """Name a parent as the user would: beside the file that names it when it stands there."""
    beside = FilePath(shown).parent / wanted
    return str(beside) if (path.parent / wanted).resolve() == found else str(found)
