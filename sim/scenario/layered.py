"""A scenario after merging: plain values, and by path the place and the origin of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import Any, TypeVar

from sim.problems import Mark
from sim.scenario.inheritance import LIKE
from sim.scenario.text import Node, Path, plain, walk

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Layered:
    """A scenario after merging: plain values, and by path the place of value and key and the origin.

    `values` has neither `extends` nor `variants`; the names of the latter are in `variants`.
    `shipped` holds those of the `files` that ship with the simulator. `left_out` says of blocks by name why they were
    not in the plan on the day of knowledge.
    An origin is `file.yaml:12`, `variant late (file.yaml:80)`, `like ilrs-1 (file.yaml:30)` or `--set key=value`.
    """

    values: dict[str, Any]
    marks: Mapping[Path, Mark]
    keys: Mapping[Path, Mark]
    origins: Mapping[Path, str]
    variants: tuple[str, ...]
    files: tuple[str, ...]
    shipped: frozenset[str] = frozenset()
    left_out: Mapping[str, str] = field(default_factory=dict)
    overlays: Mapping[str, Any] = field(default_factory=dict)
    """What each variant says, as plain values."""

    def __repr__(self) -> str:
        return f"<Layered {', '.join(self.files)}: {len(self.marks)} values>"

    def mark(self, path: Path) -> Mark | None:
        """Return the place of the value at a path, or of the nearest block around it."""
        return _nearest(self.marks, path)

    def key_mark(self, path: Path) -> Mark | None:
        """Return the place of the key at a path, or of the nearest block around it."""
        return _nearest(self.keys, path)


def _nearest(marks: Mapping[Path, Mark], path: Path) -> Mark | None:
    for length in range(len(path), -1, -1):
        if path[:length] in marks:
            return marks[path[:length]]
    return None


def flatten(root: Node, files: Sequence[str], shipped: Iterable[str] = ()) -> Layered:
    """Return the plain values and places of a merged scenario."""
    assert isinstance(root.value, dict)
    top = dict(root.value)
    variants = top.pop("variants", None)
    overlays = plain(variants) if variants and isinstance(variants.value, dict) else {}
    whole = Node(top, root.mark, root.key, root.layer)
    marks, keys = ByPath(whole, attrgetter("mark")), ByPath(whole, attrgetter("key"))
    origins = ByPath(whole, _origin)
    return Layered(
        plain(whole), marks, keys, origins, tuple(overlays), tuple(files), frozenset(shipped), overlays=overlays
    )


class ByPath(Mapping[Path, T]):
    """Something of every node by its path, looked up when it is first asked for: what is right is never asked."""

    def __init__(self, root: Node, of: Callable[[Node], T]) -> None:
        self._root, self._of = root, of

    @cached_property
    def _found(self) -> dict[Path, T]:
        return {path: self._of(node) for path, node in walk(self._root)}

    def __getitem__(self, path: Path) -> T:
        return self._found[path]

    def __iter__(self) -> Iterator[Path]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def _origin(node: Node) -> str:
    place = f"{node.mark.file}:{node.mark.line}" if node.mark.line else node.mark.file
    return f"{node.layer} ({place})" if node.layer.startswith(("variant ", f"{LIKE} ", "said ")) else place
