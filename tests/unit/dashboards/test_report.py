"""The page as a whole: written at once, escaped, small, and answering first."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import pytest

from dashboards.page import PLOTLY_FILE, embed_json, render_page
from dashboards.report import REPORT_FILE, compose_page, write_report
from sim.analysis.findings import Findings, MassCurve
from tests.unit.dashboards.sample import HOSTILE, sample_findings

LARGEST_PAGE = 1_500_000
"""Bytes beside plotly.js: what the project promises for a report of any number of replications."""


@pytest.fixture(scope="module")
def findings() -> Findings:
    return sample_findings()


@pytest.fixture(scope="module")
def html(findings: Findings) -> str:
    return render_page(compose_page(findings), single_file=False).html


def test_the_headline_is_the_answer(findings: Findings) -> None:
    headline = compose_page(findings).headline
    assert headline == ("The basic ILRS stands: 10 % chance by 31 Dec 2035; to be 70 % sure, promise Jun 2037")


def test_a_goal_never_reached_has_words_instead_of_a_date(findings: Findings) -> None:
    page = compose_page(dataclasses.replace(findings, goals=(findings.goals[2],)))
    assert page.headline.endswith("fewer than 1 in 100 (0 of 500); no date up to 2050 is 50 % sure")
    assert "not by 20" in page.tiles[1].value


def test_names_of_a_scenario_are_escaped_everywhere(html: str) -> None:
    assert HOSTILE not in html
    assert "<script>alert" not in html
    assert "<img" not in html


def test_json_in_the_page_cannot_end_its_script() -> None:
    text = embed_json({"name": "</script><!--\u2028"})
    assert re.search("[<>&\u2028]", text) is None
    assert json.loads(text) == {"name": "</script><!--\u2028"}


def test_scripts_run_only_by_their_hash(findings: Findings) -> None:
    page = render_page(compose_page(findings), single_file=True).html
    policy = page.split('Content-Security-Policy" content="')[1].split('"')[0]
    scripts = policy.split("script-src ")[1].split(";")[0]
    assert "unsafe" not in scripts
    assert scripts.count("sha256-") == 3
    assert policy.startswith("default-src 'none'")


def test_the_page_names_no_address_outside(html: str) -> None:
    assert re.findall(r"(?:src|href)=\"(?!#)([^\"]+)\"", html) == [PLOTLY_FILE]


def test_the_page_is_small_beside_plotly(html: str) -> None:
    assert len(html.encode()) < LARGEST_PAGE


def test_a_single_file_needs_nothing_beside_it(findings: Findings, tmp_path: Path) -> None:
    assert write_report([findings], tmp_path) == tmp_path / REPORT_FILE
    assert [path.name for path in tmp_path.iterdir()] == [REPORT_FILE]


def test_a_folder_holds_the_page_and_plotly(findings: Findings, tmp_path: Path) -> None:
    write_report([findings], tmp_path, single_file=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([PLOTLY_FILE, REPORT_FILE])


def test_a_page_that_cannot_be_written_leaves_the_old_one(
    findings: Findings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / REPORT_FILE).write_text("old", encoding="utf-8")

    def refuse(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(OSError, match="disk full"):
        write_report([findings], tmp_path)
    assert [(path.name, path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()] == [(REPORT_FILE, "old")]


def test_a_scenario_without_a_goal_has_no_report(findings: Findings) -> None:
    with pytest.raises(ValueError, match="without a goal"):
        compose_page(dataclasses.replace(findings, goals=()))


def test_the_four_questions_come_first(findings: Findings) -> None:
    ids = [section.id for section in compose_page(findings).sections]
    assert ids[:4] == ["likely", "margin-for", "risks", "deciding"]


def test_what_is_empty_is_left_out(findings: Findings) -> None:
    bare = dataclasses.replace(
        findings, bars=(), traces=(), manifest=(), facility_days=(), mass=MassCurve((), (), (), (), ())
    )
    ids = {section.id for section in compose_page(bare).sections}
    assert ids == {"likely", "margin-for", "risks", "deciding"}


def test_the_footer_says_what_the_intervals_cover(findings: Findings) -> None:
    footer = " ".join(compose_page(findings).footer)
    for fact in ("sampling error only", "N = 500", "seed 2035", "212 of 540", findings.identity):
        assert fact in footer


def test_the_footer_gives_the_command_that_made_the_study(findings: Findings) -> None:
    command = "ilrs run ilrs-2035 --variant late -S 'base.robot_shift=3 h'"
    assert compose_page(findings, command=command).footer[-1].endswith(f"To make it again: {command}")


def test_a_study_without_a_command_is_made_again_from_its_own_folder(findings: Findings) -> None:
    last = compose_page(findings).footer[-1]
    assert last.endswith("in its run folder: ilrs run scenario.resolved.yaml -n 500 --seed 2035")


def test_a_command_cannot_write_into_the_page(findings: Findings) -> None:
    command = "ilrs run '<script>alert(1)</script>'\u202e"
    page = render_page(compose_page(findings, command=command), single_file=False).html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)" not in page
    assert "\u202e" not in page


def test_the_same_findings_give_the_same_page(findings: Findings, html: str) -> None:
    assert render_page(compose_page(sample_findings()), single_file=False).html == html


def test_every_id_stands_once(html: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_a_title_names_the_goal_and_its_key_is_told(findings: Findings) -> None:
    first = findings.goals[0]
    titled = dataclasses.replace(first, goal=dataclasses.replace(first.goal, title=HOSTILE[:80]))
    page = compose_page(dataclasses.replace(findings, goals=(titled, *findings.goals[1:])))
    assert page.headline.startswith(HOSTILE[:80])
    assert titled.name in page.about
    assert HOSTILE[:80] not in render_page(page, single_file=False).html
