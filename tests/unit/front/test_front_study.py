"""A study answers with tables, reasons and figures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import ilrs
from sim.cli import main
from sim.front.data_frames import FRAMES, TableColumn, dates_of, frame_of, html_of

GOAL = "hut-stands"


def said(*arguments: object) -> dict[str, object]:
    found: dict[str, object] = json.loads(CliRunner().invoke(main, [*map(str, arguments), "--json"]).stdout)
    return found


def test_the_goals_are_those_of_the_summary(study: ilrs.Study) -> None:
    kept = json.loads((study.folder / "summary.json").read_text())["goals"][GOAL]
    row = study.goals.loc[GOAL]
    assert (row["probability"], row["p80"].date().isoformat()) == (kept["probability"], kept["p80"])
    assert [row["low"], row["high"]] == kept["interval"]


@pytest.mark.parametrize("name", FRAMES)
def test_every_table_has_named_columns_and_rows(study: ilrs.Study, name: str) -> None:
    frame = study.frame(name)
    assert len(frame)
    assert frame.columns.is_unique
    assert study.table(name).num_rows == len(frame)


@pytest.mark.parametrize("name", [name for name, (_, index, _) in FRAMES.items() if index == "replication"])
def test_a_table_of_replications_has_a_row_for_each(study: ilrs.Study, name: str) -> None:
    assert study.frame(name).index.tolist() == list(range(300))


def test_the_causes_of_a_goal_add_up_to_its_day(study: ilrs.Study) -> None:
    """Where it is not reached, to the calendar's end."""
    end_d = study.calendar.length_d
    days = study.frame("reached")[f"{GOAL}_d"].clip(upper=end_d)
    assert np.allclose(study.frame("causes")[GOAL].to_numpy().sum(axis=1), days, atol=1e-6)


def test_a_date_stands_beside_its_day(study: ilrs.Study) -> None:
    reached = study.frame("reached")
    there = reached[np.isfinite(reached[f"{GOAL}_d"])]
    days = (there[GOAL] - pd.Timestamp(study.calendar.start)) / pd.Timedelta(days=1)
    assert np.allclose(days, there[f"{GOAL}_d"], atol=1e-9)


def test_what_is_not_reached_has_no_date_and_an_infinite_day(study: ilrs.Study) -> None:
    reached = study.frame("reached")
    never = reached[reached[GOAL].isna()]
    assert [len(never)] == study.goals["not_reached"].tolist()
    assert len(never)
    assert np.isinf(never[f"{GOAL}_d"]).all()


def test_dates_hold_beyond_what_nanoseconds_can() -> None:
    """Source: pandas, Timestamp limitations: nanoseconds end in 2262."""
    import datetime

    (date,) = frame_of([TableColumn(("x",), dates_of(datetime.datetime(2290, 1, 1), np.array([365.0])))])["x"]
    assert date.isoformat() == "2291-01-01T00:00:00"


def test_a_table_that_is_not_there_is_refused_with_those_that_are(study: ilrs.Study) -> None:
    with pytest.raises(ilrs.ArgumentError, match="did you mean 'reached'"):
        study.frame("reach")


def test_why_has_the_days_of_the_command_line(study: ilrs.Study) -> None:
    causes = {one["cause"]: one["slip_d"] for one in said("why", study.folder)["causes"]}  # type: ignore[attr-defined]
    assert study.why().causes["slip_d"].drop("total").to_dict() == causes


def test_the_story_has_the_sentences_of_the_command_line(study: ilrs.Study) -> None:
    chain = said("why", study.folder, "--replication", 3)["chain"]
    assert str(study.story(3)).splitlines() == [one["text"] for one in chain]  # type: ignore[attr-defined]


def test_guesses_are_those_of_the_command_line(study: ilrs.Study) -> None:
    paths = [one["path"] for one in said("guesses", study.folder)["guesses"]]  # type: ignore[attr-defined]
    assert study.guesses().frame["path"].tolist() == paths != []


def test_guesses_are_ranked_without_compiling_the_scenario(study: ilrs.Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder says which figure each random number draws."""
    monkeypatch.setattr("sim.study.replay.compile_campaign", None)
    assert study.guesses().guesses


def test_a_goal_that_is_not_there_is_refused_with_the_nearest(study: ilrs.Study) -> None:
    with pytest.raises(ilrs.InputError, match="did you mean 'hut-stands'"):
        study.why("hut-stand")


@pytest.mark.parametrize("name", ["bat", "causes", "chain", "gantt", "goals", "margin", "mass", "paths", "scurve"])
def test_a_figure_stands_alone_with_title_and_key(study: ilrs.Study, name: str) -> None:
    figure = getattr(study.plot, name)()
    assert figure.layout.title.text
    named = [trace.name for trace in figure.data if trace.showlegend]
    assert bool(named) == bool(figure.layout.showlegend)


def test_drawing_a_figure_changes_none_that_was_drawn(study: ilrs.Study) -> None:
    assert study.plot.scurve() == study.plot.scurve()


def test_a_run_that_was_not_kept_is_refused(study: ilrs.Study) -> None:
    with pytest.raises(ilrs.ArgumentError, match="p50"):
        study.plot.bat("P51")


def test_an_opened_study_answers_like_the_one_that_ran(study: ilrs.Study) -> None:
    opened = ilrs.open(study.folder)
    assert isinstance(opened, ilrs.Study)
    assert opened.goals.equals(study.goals)
    assert opened.frame("reached").equals(study.frame("reached"))


def test_a_report_lands_where_it_is_wanted(study: ilrs.Study, tmp_path: Path) -> None:
    page = study.report(tmp_path / "page")
    assert page.parent == tmp_path / "page"
    assert "hut-stands" in page.read_text(encoding="utf-8")


def test_a_file_is_no_run_folder(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("")
    with pytest.raises(ilrs.InputError, match="simulate it first"):
        ilrs.open(tmp_path / "x.yaml")


def test_everything_is_short_at_a_prompt(study: ilrs.Study, model: ilrs.Model) -> None:
    """Once a study printed 307,541 characters."""
    things = [
        *(model, model.campaign, model.plan(), model.trace(3), study, study.why(), study.story(3), study.guesses()),
        *(study.plot, study.tables, study.tables.sample, study.tables.outline, study.findings, study.tables.traces[0]),
        *(study.findings.goals[0], study.findings.traces[0]),
    ]
    long = [repr(one)[:100] for one in things if len(repr(one)) > 300]
    assert long == []


def test_a_notebook_is_shown_no_word_unescaped(study: ilrs.Study, model: ilrs.Model) -> None:
    evil = ilrs.load("tutorial", set={"about": "<script>x</script>", "goals.hut-stands.about": "<img src=x>"})
    assert "<script" not in evil._repr_html_()
    assert "<img" not in evil._repr_html_()
    assert "<b>x" not in html_of(pd.DataFrame({"<b>x": ["<b>x"]}, index=["<b>x"]))
    for shown in (study, study.why(), study.story(3), study.trace(3), study.guesses(), model.plan()):
        assert "<" in shown._repr_html_()
