"""`like: NAME`: a block takes from a sibling what it does not say itself.

The sibling's keys stand below the block's own, as a parent's do: mappings merge, everything else is replaced, `null`
removes. A block can be like one that is itself like another. It is resolved last, after parents, variants and `--set`,
so a change of the sibling is a change of all that are like it. What belongs to the sibling alone is not inherited:
its `about`, and what has happened to it. A mission like one that has flown is still to fly, an activity like one that
is done is still to do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from sim.problems import Code, Mark, suggest
from sim.scenario.schema_lookup import holds_blocks
from sim.scenario.text import MOST_NODES, Node, Path, path_text

LIKE: Final = "like"
OWN: Final = ("about", "code", "flown", "done", "started", "remaining", "progress", "planned", "said_on")
"""What no block inherits from a sibling."""
_APART: Final[tuple[Path, ...]] = (
    ("variants",),
    ("sweep",),
    ("seek",),
    ("optimise",),
)  # a variant is resolved when it is chosen
Block = dict[str, Node]


def is_like(node: Node, path: Path) -> bool:
    """Tell whether the block at a path says that it is like a sibling."""
    return isinstance(node.value, dict) and LIKE in node.value and len(path) > 1 and holds_blocks(path[:-1])


@dataclass(slots=True)
class Inheritance:
    """Resolves every `like` of a scenario; `lay` lays a node over another, `complain` says what is wrong."""

    lay: Callable[[Node, Node, Path], Node]
    complain: Callable[[Mark, str, Code, str, str], None]
    _left: int = MOST_NODES
    _circles: set[frozenset[str]] = field(default_factory=set)

    def resolve(self, node: Node, path: Path = ()) -> Node:
        """Return a node in which no block says `like` any more."""
        if not isinstance(node.value, dict) or path in _APART:
            return node
        block = node.value
        if any(is_like(child, (*path, name)) for name, child in block.items()):
            block = self._block(block, path)
        inner = {name: self.resolve(child, (*path, name)) for name, child in block.items()}
        return Node(inner, node.mark, node.key, node.layer)

    def _block(self, block: Block, path: Path) -> Block:
        done: Block = {}
        for name in block:
            chain = [name]
            while (wanted := self._wanted(chain, block, path)) and wanted not in done:
                chain.append(wanted)
            for heir, giver in zip(reversed(chain), (wanted, *reversed(chain)), strict=False):
                if heir not in done:
                    done[heir] = self._heir(block[heir], done.get(giver), giver, (*path, heir))
        return {name: done[name] for name in block}

    def _wanted(self, chain: list[str], block: Block, path: Path) -> str:
        """Return the sibling that the last of a chain is like; empty text where there is none, or none that counts."""
        where = (*path, chain[-1])
        node = block[chain[-1]]
        if not is_like(node, where) or not isinstance(node.value, dict):
            return ""
        like = node.value[LIKE]
        wanted = like.value
        if not isinstance(wanted, str):
            hint = f"for example like: {next((name for name in block if name != chain[-1]), 'NAME')}"
            self._refuse(like, where, Code.WRONG_TYPE, "the name of a block beside this one is wanted here", hint)
            return ""
        if wanted in chain:
            self._refuse_circle(like, chain[chain.index(wanted) :], where)
            return ""
        if wanted not in block:
            hint = suggest(wanted, [name for name in block if name != chain[-1]]) or "there is nothing beside it"
            message = f"there is no '{wanted[:80]}' beside it under {path_text(path)}"
            self._refuse(like, where, Code.NO_SUCH_NAME, message, hint)
            return ""
        return wanted

    def _refuse(self, like: Node, block: Path, code: Code, message: str, hint: str) -> None:
        self.complain(like.mark, path_text((*block, LIKE)), code, message, hint)

    def _refuse_circle(self, like: Node, circle: list[str], block: Path) -> None:
        if frozenset(circle) not in self._circles:
            self._circles.add(frozenset(circle))
            said = " -> ".join([*circle, circle[0]])
            self._refuse(like, block, Code.CYCLE, f"blocks are like each other in a circle: {said}", "cut it")

    def _heir(self, node: Node, below: Node | None, giver: str, path: Path) -> Node:
        if not is_like(node, path) or not isinstance(node.value, dict):
            return node
        own = Node({key: child for key, child in node.value.items() if key != LIKE}, node.mark, node.key, node.layer)
        if below is None or not isinstance(below.value, dict):
            below = Node({}, node.mark, node.key)
        inherited = self._copy(below, f"like {giver}", path)
        if isinstance(inherited.value, dict):
            inherited.value = {key: child for key, child in inherited.value.items() if key not in OWN}
        return self.lay(inherited, own, path)

    def _copy(self, node: Node, layer: str, path: Path) -> Node:
        """Copy what is inherited, so that it knows from whom it is."""
        self._left -= 1
        if self._left == 0:
            message = f"more than {MOST_NODES} values are taken over with like"
            self.complain(node.mark, path_text(path), Code.FILE_TOO_LARGE, message, "split the scenario")
        value = node.value
        if self._left <= 0:
            value = {} if isinstance(value, dict) else value
        elif isinstance(value, dict):
            value = {key: self._copy(child, layer, (*path, key)) for key, child in value.items()}
        elif isinstance(value, list):
            value = [self._copy(child, layer, (*path, index)) for index, child in enumerate(value)]
        return Node(value, node.mark, node.key, node.layer if node.layer.startswith(f"{LIKE} ") else layer)
