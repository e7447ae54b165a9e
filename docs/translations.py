"""Bring the catalogues of pages, dashboards/locale/*.po, up to date with the texts of the code.

Run it from a source checkout after a change of any text of a page, then translate what it names:

    python docs/translations.py

A new translation made by machine keeps the mark `fuzzy` until somebody who speaks the language has read it.
`tests/unit/dashboards/test_translation.py` fails while a text is missing or one is no longer used.
"""

from __future__ import annotations

import ast
import datetime
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # run as a script, it finds its neighbour
    sys.path.insert(0, str(ROOT))

from dashboards import theme  # noqa: E402
from dashboards.formats import ORBITS  # noqa: E402
from dashboards.translation import LANGUAGES, SOURCE  # noqa: E402
from sim.campaign.causes import CAUSE_FAMILY  # noqa: E402

LOCALE = ROOT / "dashboards" / "locale"
_HEAD = """# Texts of the pages of ilrs in the language named below; the English text is the key.
# `fuzzy` marks what was translated by machine and has not been read by anybody who speaks the language.
# `official` marks a name as an agency or a government itself writes it.
"""
_WORDS = {
    "confidence": ("high", "medium", "low"),
    "measure": ("total index", "rank correlation", "share between its values", "largest change, d"),
    "plan": ("answer", "not surely worse", "surely worse"),
    "case": ("replay", "schedule risk", "stochastic", "real flight", "slip", "slip by class", "hindcast"),
}
"""Words that results and scenarios hold and pages show, by what they are."""
_SINCE = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
"""Stands in every file: one that changes daily would hide what changed."""


def messages() -> Catalog:
    """Return every text that a page can hold: those in the code, words of the simulator, titles of what is shipped."""
    found = Catalog()
    for path in sorted((ROOT / "dashboards").rglob("*.py")):
        for context, text in texts_in(path.read_text(encoding="utf-8")):
            found.add(text, context=context)
    for context, text in _terms():
        found.add(text, context=context)
    return found


def texts_in(source: str) -> Iterator[tuple[str | None, str | tuple[str, str]]]:
    """Return the texts that a module translates, with their context: also those inside f-strings."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        said = [part.value for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        if node.func.id == "_" and len(said) == 1:
            yield None, said[0]
        elif node.func.id == "plural" and len(said) == 2:
            yield None, (said[0], said[1])
        elif node.func.id == "term" and len(said) == 2:
            yield said[0], said[1]


def _terms() -> Iterator[tuple[str, str]]:
    """Return the words that the code looks up by a name it does not know beforehand, with what they are."""
    yield from (("cause", cause) for cause in CAUSE_FAMILY)
    yield from (("family", family) for family in dict.fromkeys(CAUSE_FAMILY.values()))
    yield from (("vehicle", kind) for kind in theme.VEHICLE_KINDS)
    yield from (("kind", kind) for kind in theme.BAR_KINDS)
    yield from (("kinds", heading) for heading, _ in theme.BAR_KINDS.values())
    yield from (("orbit", orbit) for orbit in ORBITS.values())
    for kind, words in _WORDS.items():
        yield from ((kind, word) for word in words)
    yield from (("title", title) for title in dict.fromkeys(_titles()))


def _titles() -> Iterator[str]:
    for path in sorted((ROOT / "scenarios").rglob("*.yaml")):
        yield from _titles_in(yaml.safe_load(path.read_text(encoding="utf-8")))


def _titles_in(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "title" and isinstance(inner, str):
                yield inner
            else:
                yield from _titles_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _titles_in(inner)


def read(code: str) -> Catalog:
    """Return the catalogue of a language as it is; empty when there is none yet."""
    path = LOCALE / f"{code}.po"
    if not path.exists():
        return _empty(code)
    with path.open("rb") as stream:
        return read_po(stream, locale=code)


def _empty(code: str) -> Catalog:
    return Catalog(
        locale=code,
        header_comment=_HEAD,
        project="ilrs",
        version="1",
        msgid_bugs_address="-",
        last_translator="a machine",
        creation_date=_SINCE,
        revision_date=_SINCE,
        fuzzy=False,
    )


def renew(code: str) -> Catalog:
    """Return the catalogue of a language with the texts of now: new ones empty, those that are gone left out."""
    old, new = read(code), _empty(code)
    for message in messages():
        if message.id:
            _add(new, message, old.get(message.id, message.context))
    return new


def _add(catalogue: Catalog, message: Message, known: Message | None) -> None:
    empty = ("",) * catalogue.num_plurals if message.pluralizable else ""
    if known is None or known.pluralizable != message.pluralizable:
        catalogue.add(message.id, empty, context=message.context)
    else:
        catalogue.add(
            message.id, known.string, context=message.context, flags=known.flags, user_comments=known.user_comments
        )


def write(code: str, catalogue: Catalog) -> None:
    """Write a catalogue so that the same texts always make the same file."""
    with (LOCALE / f"{code}.po").open("wb") as stream:
        write_po(stream, catalogue, width=120, omit_header=False, sort_output=True, ignore_obsolete=True)


def missing(catalogue: Catalog) -> list[Message]:
    """Return the messages without a translation."""
    return [one for one in catalogue if one.id and not all([one.string] if isinstance(one.string, str) else one.string)]


def main() -> None:
    """Renew every catalogue and say what is missing in each."""
    for code in LANGUAGES:
        if code != SOURCE:
            catalogue = renew(code)
            write(code, catalogue)
            gone = missing(catalogue)
            print(f"{code}: {len(catalogue)} texts, {len(gone)} to translate")
            for message in gone:
                print(f"  {message.context or ''}\t{message.id}")


if __name__ == "__main__":
    main()
