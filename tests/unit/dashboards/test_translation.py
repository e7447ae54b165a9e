"""Every text of a page stands in the catalogues, in all languages, and a page turns whole from one into another."""

from __future__ import annotations

import base64
import dataclasses
import gettext
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from babel.messages.catalog import Catalog, Message

from dashboards import translation
from dashboards.comparison_page import Entry, compose_comparison
from dashboards.page import render_each
from dashboards.report import compose_page
from dashboards.sweep_page import compose_sweep
from dashboards.translation import LANGUAGES, SOURCE, SpokenTexts, in_each_language, speaking, written_in
from dashboards.wording import Rendering, compare, texts_of
from docs.translations import messages, missing, read
from tests.unit.dashboards.sample import sample_findings, sample_setting
from tests.unit.dashboards.test_sweeps import sample_sweep

OTHERS = tuple(code for code in LANGUAGES if code != SOURCE)
PLACEHOLDER = re.compile(r"\{\w+\}")
BRACKETED = re.compile(r"⟦[^⟦⟧]*⟧")
WORD = re.compile(r"[A-Za-z]{3,}")
SHOWN_KEYS = {"text", "hovertemplate", "customdata", "ticktext", "title"}
"""Keys of a figure whose strings a reader sees."""
DATE = re.compile(r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept|Oct|Nov|Dec)\b")
"""Months as CLDR writes them, which no catalogue holds."""
MARKUP = re.compile(r"<[^>]*>|%\{[^}]*\}|&[\w#]+;")


def _said(message: Message) -> list[str]:
    """Return what stands for a text: its forms where it has several."""
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


@pytest.fixture(scope="module", params=OTHERS)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    return read(request.param)


def test_no_text_is_without_a_translation(catalogue: Catalog) -> None:
    assert [one.id for one in missing(catalogue)] == []


def test_the_catalogue_holds_what_the_code_says_and_nothing_else(catalogue: Catalog) -> None:
    held = {(one.context, one.id) for one in catalogue if one.id}
    assert held == {(one.context, one.id) for one in messages() if one.id}


def test_placeholders_are_those_of_the_english_text(catalogue: Catalog) -> None:
    wrong = []
    for one in catalogue:
        english = one.id if isinstance(one.id, str) else " ".join(one.id)
        said = _said(one)
        wrong += [text for text in said if not set(PLACEHOLDER.findall(text)) <= set(PLACEHOLDER.findall(english))]
        if isinstance(one.id, str) and set(PLACEHOLDER.findall(one.id)) - set(PLACEHOLDER.findall(said[0])):
            wrong.append(said[0])
    assert wrong == []


def test_french_has_no_space_at_which_a_line_breaks_before_a_sign() -> None:
    said = [text for one in read("fr") if one.id for text in _said(one)]
    assert [text for text in said if re.search(r" [:;?!»]|[\d}] %", text)] == []


def test_russian_has_a_form_for_one_few_and_many() -> None:
    with speaking("ru"):
        forms = [translation.plural("{count} run", "{count} runs", count) for count in (1, 2, 5, 21)]
    assert forms == ["{count} прогон", "{count} прогона", "{count} прогонов", "{count} прогон"]


def test_a_title_of_ones_own_stays_as_it_is() -> None:
    with speaking("zh"):
        assert translation.term("title", "A base of my own") == "A base of my own"


class _Bracketed(gettext.NullTranslations):
    """A made-up language in which every text stands in brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"

    def pgettext(self, context: str, message: str) -> str:
        return f"⟦{message}⟧"


@pytest.fixture
def bracketed(monkeypatch: pytest.MonkeyPatch) -> None:
    known = translation.catalogue
    made_up = SpokenTexts(_Bracketed(), 1)
    monkeypatch.setattr(translation, "catalogue", lambda code: made_up if code == "xx" else known(code))
    monkeypatch.setitem(translation.NAMES, "xx", "⟦⟧")


@pytest.mark.usefixtures("bracketed")
def test_every_word_of_the_report_stands_in_the_catalogue() -> None:
    findings = sample_findings()
    own = set(_strings(dataclasses.asdict(findings))) | set(_strings(dataclasses.asdict(sample_setting())))
    with written_in("xx"):
        html = render_each(lambda: compose_page(findings, sample_setting()), single_file=False).html
    assert _plain(html, own) == []


@pytest.mark.usefixtures("bracketed")
def test_every_word_of_a_sweep_stands_in_the_catalogue(tmp_path: Path) -> None:
    sweep = sample_sweep()
    own = set(_strings(dataclasses.asdict(sweep)))
    with written_in("xx"):
        html = render_each(lambda: compose_sweep(sweep, tmp_path), single_file=False).html
    assert _plain(html, own) == []


@pytest.mark.usefixtures("bracketed")
def test_every_word_of_a_comparison_stands_in_the_catalogue() -> None:
    first = sample_findings()
    second = dataclasses.replace(first, scenario="other")
    luck = {first.goals[0].name: np.random.default_rng(1).normal(5300.0, 200.0, first.replications)}
    own = {*_strings(dataclasses.asdict(first)), "other"}
    with written_in("xx"):
        html = render_each(
            lambda: compose_comparison([Entry(first, luck), Entry(second, luck)]), single_file=False
        ).html
    assert _plain(html, own) == []


def _plain(html: str, own: set[str]) -> list[str]:
    """Return what a page says outside brackets, but for what people wrote themselves."""
    body = html[html.index("<title>") : html.index('<script type="application/json"')]
    figures = json.loads(html.split('id="figures">')[1].split("</script>", maxsplit=1)[0])["figures"]
    names = {word for text in own for word in WORD.findall(text)}
    left = []
    for text in {*texts_of(body), *_shown(figures)}:
        rest = MARKUP.sub(" ", text)
        while BRACKETED.search(rest):
            rest = BRACKETED.sub(" ", rest)
        words = set(WORD.findall(DATE.sub(" ", rest))) - {"ilrs", "TLI", "LOI", "and"}
        if not all(any(name.startswith(word) for name in names) for word in words):  # long names are cut
            left.append(text)
    return sorted(left)


def _shown(value: Any, *, seen: bool = False) -> Iterator[str]:
    if isinstance(value, str) and seen:
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _shown(inner, seen=seen or key in SHOWN_KEYS)
    elif isinstance(value, list):
        for inner in value:
            yield from _shown(inner, seen=seen)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _strings(key)
            yield from _strings(inner)
    elif isinstance(value, list | tuple | set | frozenset):
        for inner in value:
            yield from _strings(inner)


# --- the switch -----------------------------------------------------------------------------------------------------


def _held(html: str) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(html.split('id="languages">')[1].split("</script>", maxsplit=1)[0])
    held.update(json.loads(gzip.decompress(base64.b64decode(held["packed"]))))
    return held


def test_a_report_holds_all_languages_and_is_built_alike_in_each() -> None:
    html = render_each(lambda: compose_page(sample_findings(), sample_setting()), single_file=False).html
    assert _held(html)["codes"] == list(LANGUAGES)


def test_a_page_in_one_language_has_no_switch() -> None:
    with written_in("fr"):
        html = render_each(lambda: compose_page(sample_findings()), single_file=False).html
    assert '<html lang="fr">' in html
    assert 'id="language"' not in html
    assert "Aller à la réponse" in html


def test_a_page_says_that_nobody_has_checked_its_translation() -> None:
    html = render_each(lambda: compose_page(sample_findings()), single_file=False).html
    assert set(_held(html)["notes"]) == set(OTHERS)


def test_what_is_composed_is_composed_once_for_each_language() -> None:
    assert in_each_language(translation.spoken) == {code: code for code in LANGUAGES}


def test_a_text_that_differs_is_held_once_and_found_by_its_place() -> None:
    first = Rendering("<p>day</p><p>same</p><p>day</p>", {"block": {"a": ["same", "day"]}})
    other = Rendering("<p>jour</p><p>same</p><p>jour</p>", {"block": {"a": ["same", "jour"]}})
    found = compare(first, {"fr": other})
    assert (found.texts, found.document, found.data) == ({"fr": ["jour"]}, [0, 0, 1, 0], {"block": [1, 0]})


def test_a_number_that_differs_is_held_with_its_path() -> None:
    first, other = (Rendering("", {"block": {"a": [1, width]}}) for width in (2, 3))
    assert compare(first, {"fr": other}).changes == {"fr": {"block": [(("a", 1), 3)]}}


def test_a_language_in_which_a_page_is_built_otherwise_is_left_out() -> None:
    assert compare(Rendering("<p>a</p>", {}), {"fr": Rendering("<div>b</div>", {})}).texts == {}


def test_attributes_and_scripts_are_told_apart() -> None:
    assert texts_of('<p title="a">b</p><script>c</script><i>d</i>') == ["a", "b", "d"]
