"""YAML to plain values, with a place for every one of them.

Scalars follow the YAML 1.2 core schema: `NO` is text, `1e6` a number, `012` is 12, dates stay text. Anchors,
aliases, merge keys, tags and several documents are refused, and so are documents without bound.
The document is built from parser events without recursion, so no input can exhaust the stack.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import yaml

from sim.problems import Code, Mark, Problem

LARGEST_FILE: Final = 20_000_000  # bytes
DEEPEST: Final = 50
MOST_NODES: Final = 500_000
MOST_PROBLEMS: Final = 200
_LONGEST_INTEGER: Final = 18  # digits
LONGEST_SHOWN: Final = 60  # letters of a setting that stands as the place of a message

Scalar = str | int | float | bool | None
Path = tuple[str | int, ...]

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("null", "Null", "NULL", "~")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(slots=True, eq=False)
class Node:
    """A value with its place: text, number, truth value or null, a mapping of nodes, or a list of nodes.

    `key` is the place of the key the value stands under (its own place where there is none); `layer` names
    the variant or `--set` it came from (empty for a file).
    """

    value: Scalar | dict[str, Node] | list[Node]
    mark: Mark
    key: Mark
    layer: str = ""


def plain(node: Node) -> Any:
    """Return the values of a node without their places."""
    value = node.value
    if isinstance(value, dict):
        return {key: plain(child) for key, child in value.items()}
    if isinstance(value, list):
        return [plain(child) for child in value]
    return value


def copied(node: Node) -> Node:
    """Return a node that can be changed without changing this one."""
    value = node.value
    if isinstance(value, dict):
        value = {key: copied(child) for key, child in value.items()}
    elif isinstance(value, list):
        value = [copied(child) for child in value]
    return Node(value, node.mark, node.key, node.layer)


def walk(node: Node) -> list[tuple[Path, Node]]:
    """Return every node with its path, parents first."""
    found: list[tuple[Path, Node]] = []
    _walk(node, (), found)
    return found


def _walk(node: Node, path: Path, found: list[tuple[Path, Node]]) -> None:
    found.append((path, node))
    value = node.value
    if isinstance(value, dict):
        for key, child in value.items():
            _walk(child, (*path, key), found)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _walk(item, (*path, index), found)


def set_mark(text: str) -> Mark:
    """Return the place of what a `--set` says; a long value is left out of it."""
    path, _, _ = text.partition("=")
    return Mark(f"--set {text if len(text) <= LONGEST_SHOWN else f'{path[:LONGEST_SHOWN]}=...'}")


def path_text(path: Path) -> str:
    """Write a path as `missions.ilrs-1.route[2]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text if text.isprintable() else ascii(text)[1:-1]


def read_text(
    data: bytes | str, file: str, layer: str = "", numbered: bool = True
) -> tuple[Node | None, list[Problem]]:
    """Return the root node of a YAML document and everything that is wrong with its wording.

    The node is None when nothing can be read. With `numbered` false, marks carry no line (for `--set`).
    """
    text, problem = _decode(data, file)
    if problem:
        return None, [problem]
    builder = _Builder(file, layer, numbered)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
            if builder.full:
                break
    except yaml.YAMLError as error:
        builder.problems.append(_syntax_problem(error, builder))
        return None, builder.problems
    if builder.root is None and not builder.problems:
        builder.complain(Mark(file, 1, 1), Code.EMPTY_VALUE, "the document is empty", "write at least one key")
    return (None if builder.full else builder.root), builder.problems


def _decode(data: bytes | str, file: str) -> tuple[str, Problem | None]:
    if isinstance(data, bytes):
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "", _encoding_problem(file, 1, 1, "the file is UTF-16")
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            before = data[: error.start].decode("utf-8", "replace")
            line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
            return "", _encoding_problem(file, line, column, f"byte 0x{data[error.start]:02x} is not UTF-8 text")
    else:
        text = data
    bad = _UNPRINTABLE.search(text.replace("\r", "\n"))
    if bad:
        line, column = text.count("\n", 0, bad.start()) + 1, bad.start() - text.rfind("\n", 0, bad.start())
        return "", _encoding_problem(file, line, column, f"character U+{ord(bad[0]):04X} cannot stand in a text")
    return text, None


def _encoding_problem(file: str, line: int, column: int, message: str) -> Problem:
    mark = Mark(file, line, column)
    return Problem(mark, "", Code.ENCODING, "error", message, "save the scenario as UTF-8 text")


_REMEDIES: Final = (
    ("mapping values are not allowed", "put text that contains ': ' in quotes, and check the indentation"),
    ("could not find expected ':'", "write 'key: value'"),
    ("did not find expected key", "check the indentation and close every quote and bracket"),
    ("did not find expected ',' or", "close the bracket, or put a comma between two entries"),
    ("unexpected end of stream", "close the quote"),
    ("expected node content", "give the value, or close the bracket"),
)


def _syntax_problem(error: yaml.YAMLError, builder: _Builder) -> Problem:
    mark = getattr(error, "problem_mark", None)
    message = getattr(error, "problem", None) or getattr(error, "reason", None) or "this is not YAML"
    context = getattr(error, "context", None)
    said = f"{message} {context}" if context else str(message)
    hint = next((remedy for sign, remedy in _REMEDIES if sign in said), "")
    if "cannot start any token" in said:
        hint = "indent with blanks, not tabs, and put text that starts with @, ` or % in quotes"
    place = builder.place(mark) if mark else Mark(builder.file)
    return Problem(place, path_text(builder.path()), Code.SYNTAX, "error", said, hint)


class _Builder:
    """Makes nodes of parser events."""

    def __init__(self, file: str, layer: str, numbered: bool) -> None:
        self.file = file
        self.layer = layer
        self.numbered = numbered
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self.full = False
        self._nodes = 0
        self._documents = 0
        self._open: list[Node] = []
        self._keys: list[tuple[str, Mark] | None] = []  # of each open block, the key whose value is awaited
        self._parts: list[str | int] = []  # of each open block, where it stands in the block around it

    def place(self, mark: Any) -> Mark:
        return Mark(self.file, mark.line + 1, mark.column + 1) if self.numbered else Mark(self.file)

    def path(self) -> Path:
        """Return the path of the value that is being read."""
        if not self._open:
            return ()
        parts = tuple(self._parts[1:])
        block, key = self._open[-1].value, self._keys[-1]
        if isinstance(block, list):
            return (*parts, len(block))
        return (*parts, key[0]) if key else parts

    def complain(self, mark: Mark, code: Code, message: str, hint: str) -> None:
        self.full = self.full or len(self.problems) >= MOST_PROBLEMS
        self.problems.append(Problem(mark, path_text(self.path()), code, "error", message, hint))

    def take(self, event: Any) -> None:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self._take_scalar(event)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            self._open_block(event, {} if kind is yaml.MappingStartEvent else [])
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self._open.pop()
            self._keys.pop()
            self._parts.pop()
        elif kind is yaml.AliasEvent:
            self._refuse(event, f"the alias *{event.anchor} is not read", "write the value out, or use extends")
            self._place_value(Node(None, self.place(event.start_mark), self.place(event.start_mark)))
        elif kind is yaml.DocumentStartEvent:
            self._start_document(event)

    def _start_document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            self._refuse(event, "a second document starts here", "one file is one scenario; use extends")
            self.full = True

    def _refuse(self, event: Any, message: str, hint: str) -> None:
        self.complain(self.place(event.start_mark), Code.YAML_FEATURE, message, hint)

    def _check_properties(self, event: Any) -> None:
        if event.anchor is not None:
            self._refuse(event, f"the anchor &{event.anchor} is not read", "write the value out, or use extends")
        if event.tag is not None:
            self._refuse(event, f"the tag {event.tag} is not read", "leave it out; types follow from the key")

    def _count(self, event: Any) -> None:
        self._nodes += 1
        if self._nodes > MOST_NODES or len(self._open) > DEEPEST:
            what = f"deeper than {DEEPEST} levels" if len(self._open) > DEEPEST else f"more than {MOST_NODES} values"
            self.complain(self.place(event.start_mark), Code.FILE_TOO_LARGE, f"the document has {what}", "split it")
            self.full = True

    def _open_block(self, event: Any, value: dict[str, Node] | list[Node]) -> None:
        self._check_properties(event)
        self._count(event)
        mark = self.place(event.start_mark)
        node = Node(value, mark, mark, self.layer)
        if self._awaits_key():
            self._refuse(event, "a key is plain text, not a mapping or list", "write 'key: value'")
            self._keys[-1] = ("?", mark)
            self.full = True
        self._parts.append((self.path() or ("",))[-1])
        self._place_value(node)
        self._open.append(node)
        self._keys.append(None)

    def _awaits_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1].value, dict) and self._keys[-1] is None

    def _take_scalar(self, event: Any) -> None:
        self._check_properties(event)
        self._count(event)
        mark = self.place(event.start_mark)
        if self._awaits_key():
            if event.value == "<<" and event.implicit[0]:
                self._refuse(event, "the merge key << is not read", "use extends")
            self._keys[-1] = (event.value, mark)
        else:
            self._place_value(Node(self._scalar(event, mark), mark, mark, self.layer))

    def _place_value(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        block = self._open[-1].value
        if isinstance(block, list):
            block.append(node)
        elif isinstance(block, dict):
            self._place_under_key(block, node)

    def _place_under_key(self, block: dict[str, Node], node: Node) -> None:
        entry = self._keys[-1]
        if entry is None:  # an alias where a key should stand; already refused
            return
        key, node.key = entry
        if key in block:
            first = block[key].key.text()
            self.complain(node.key, Code.DUPLICATE_KEY, f"the key stands twice, first at {first}", "keep one")
        else:
            block[key] = node
        self._keys[-1] = None

    def _scalar(self, event: Any, mark: Mark) -> Scalar:
        text: str = event.value
        if not event.implicit[0]:
            bad = _UNPRINTABLE.search(text)
            if bad:
                message = f"character U+{ord(bad[0]):04X} cannot stand in a text"
                self.complain(mark, Code.ENCODING, message, "leave it out")
            return text if not bad else ""
        if text == "":
            hint = "write {} for an empty block, null to remove what a parent says, or leave the key out"
            if re.match(r"[0-9]", "".join(map(str, self.path()[-1:]))):
                hint = "inside { } a comma ends the value: use a decimal point"
            self.complain(mark, Code.EMPTY_VALUE, "there is no value", hint)
            return None
        return self._plain_scalar(text, mark)

    def _plain_scalar(self, text: str, mark: Mark) -> Scalar:
        first = text[0]
        if first in "0123456789+-.":
            if _INTEGER.fullmatch(text):
                return self._integer(text, mark)
            if _FLOAT.fullmatch(text):
                return self._float(text, mark)
            if _NOT_FINITE.fullmatch(text):
                self.complain(mark, Code.NUMBER_FORMAT, f"{text} is not a number", "give a finite number")
                return 0
            return text
        return _WORDS.get(text, text) if first in "nNtTfF~" else text

    def _integer(self, text: str, mark: Mark) -> int:
        if len(text.lstrip("+-0")) > _LONGEST_INTEGER:
            hint = "put it in quotes if it is text"
            self.complain(mark, Code.NUMBER_FORMAT, f"{text[:20]}... is too large a number", hint)
            return 0
        return int(text, 0) if text[1:2] in ("o", "x") else int(text)

    def _float(self, text: str, mark: Mark) -> float:
        value = float(text)
        if abs(value) == float("inf"):
            self.complain(mark, Code.NUMBER_FORMAT, f"{text[:20]} is too large a number", "give a finite number")
            return 0.0
        return value
