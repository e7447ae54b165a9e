"""From a file to a scenario, or to everything that is wrong with it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.chance import Empirical, Triangular
from sim.problems import Problem, ScenarioError
from sim.scenario.load import check_scenario, load_scenario
from sim.scenario.text import LARGEST_FILE
from sim.scenario.tree import read_bytes, shipped_names
from tests.unit.scenario.small import SMALL, problems_of, told


def test_values_arrive_in_si(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SMALL)
    scenario = load_scenario(tmp_path / "a.yaml").scenario
    assert scenario.launchers["cz-10"].to == {"tli": 27_000.0}
    assert scenario.risks["trouble"].stretches["cz10-dev"] == Triangular(1.1, 1.4, 2.2)
    assert scenario.goals["base"].power_margin == 0.1


SHAPE: list[tuple[str, str, str, str, str]] = [
    # child; code; path; place in child.yaml; part of the text
    ("abuot: x", "unknown-key", "abuot", "2:1", "did you mean 'about'?"),
    ("launchers: {cz-10: {turnaruond: 5}}", "unknown-key", "launchers.cz-10.turnaruond", "2:21", "known: family"),
    ("legs: {out: {frm: leo}}", "unknown-key", "legs.out.frm", "2:14", "did you mean 'from'?"),
    ("launchers: {slv: {to: {tli: 1 t}}}", "missing-key", "launchers.slv.pads", "2:13",
     "'pads' is missing; add 'pads: ...' (pads it can use"),
    ("launchers: {cz-10: {to: {tli: 27 MT}}}", "unit-unknown", "launchers.cz-10.to.tli", "2:31", "'MT' is not a unit"),
    ("launchers: {cz-10: {to: {tli: 27}}}", "unit-missing", "launchers.cz-10.to.tli", "2:31", "27 has no unit"),
    ("activities: {lander-dev: {duration: {pert: [5 yr, 3 yr, 8 yr]}}}", "distribution",
     "activities.lander-dev.duration.pert", "2:44", "fall from left to right"),
    ("activities: {lander-dev: {duration: {pert: [1 yr, 3 months, 8 yr]}}}", "unit-unknown",
     "activities.lander-dev.duration.pert[1]", "2:51", "months vary in length"),
    ("activities: {lander-dev: {duration: {pret: [1 yr, 3 yr, 8 yr]}}}", "unknown-key",
     "activities.lander-dev.duration.pret", "2:38", "did you mean 'pert'?"),
    ("goals: {base: {by: 2035-02-30}}", "date", "goals.base.by", "2:20", "2035-02 ends with 2035-02-28"),
    ("goals: {base: {confidence: 120 %}}", "out-of-range", "goals.base.confidence", "2:28", "at most 100 %"),
    ("missions: {cargo-1: {on_loss: fly}}", "wrong-choice", "missions.cargo-1.on_loss", "2:31", "mean 'refly'?"),
    ("missions: {cargo-1: {needs: cz10-dev}}", "wrong-type", "missions.cargo-1.needs", "2:29", "a list is wanted"),
    ("missions: {cargo-1: 5}", "wrong-type", "missions.cargo-1", "2:21", "a mapping (lines 'key: value')"),
    ("missions: {Cargo_2: {flown: {launched: 2024-01-01}}}", "name", "missions.Cargo_2", "2:12", "write 'cargo-2'"),
    ("spacecraft: {lanyue: {crew: 2.5}}", "wrong-type", "spacecraft.lanyue.crew", "2:29", "a whole number is wanted"),
    ("spacecraft: {lanyue: {crew: true}}", "wrong-type", "spacecraft.lanyue.crew", "2:29", "not true"),
    ("spacecraft: {lanyue: {crew: -1}}", "out-of-range", "spacecraft.lanyue.crew", "2:29", "must be at least 0"),
    ("legs: {out: {light: 'yes'}}", "wrong-type", "legs.out.light", "2:21", "true or false is wanted"),
    ("about: 5", "wrong-type", "about", "2:8", "put it in quotes"),
    ("format: 2", "wrong-choice", "format", "2:9", "known: 1"),
    ("activities: {x: {}}", "value", "activities.x", "2:17", "exactly one of duration, finish and done"),
    ("launchers: {cz-10: {record: {failures: 3}}}", "value", "launchers.cz-10.record", "2:29", "3 failures in 2"),
    ("name: ../elsewhere", "name", "name", "2:7", "write 'elsewhere'"),
    ("name: /tmp/elsewhere", "name", "name", "2:7", "write 'tmp-elsewhere'"),
    ("name: con", "name", "name", "2:7", "a name that Windows keeps; write 'plan-con'"),
    ("variants: {../up: {about: x}}", "name", "variants.../up", "2:12", "write 'up'"),
    ("spacecraft: {lanyue: {crew: 1e1}}", "wrong-type", "spacecraft.lanyue.crew", "2:29", "write 10"),
    ("partners: {roscosmos: {withdraws: {per_yaer: 2 %}}}", "unknown-key", "partners.roscosmos.withdraws.per_yaer",
     "2:36", ""),
    ("partners: {roscosmos: {withdraws: nevr}}", "date", "partners.roscosmos.withdraws", "2:35", "is no date"),
]  # fmt: skip


@pytest.mark.parametrize(("child", "code", "path", "place", "text"), SHAPE, ids=[f"{c[1]}-{c[2]}" for c in SHAPE])
def test_wrong_shape_is_told_at_its_place(
    tmp_path: Path, child: str, code: str, path: str, place: str, text: str
) -> None:
    found = problems_of(tmp_path, child)
    assert told(found)[0] == (code, path)
    assert f"child.yaml:{place}: {path}: " in found[0].text()
    assert text in found[0].text()


def test_problem_in_a_parent_has_the_place_in_the_parent(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, base=SMALL.replace("tli: 27 t", "tli: 27 tt"))
    assert problem.mark is not None
    assert problem.mark.file.endswith("small.yaml")
    assert problem.text().endswith(
        "launchers.cz-10.to.tli: 'tt' is not a unit of mass; did you mean 't'? known: t, kg, g"
    )


def test_problem_in_a_variant_has_the_place_in_the_variant(tmp_path: Path) -> None:
    child = "variants:\n  weak: {launchers: {cz-10: {to: {tli: 5 k}}}}\n"
    assert told(problems_of(tmp_path, child)) == []
    (problem,) = problems_of(tmp_path, child, variants=["weak"])
    assert "child.yaml:3:40: launchers.cz-10.to.tli: 'k' is not a unit of mass" in problem.text()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("launchers.cz-10.to.tli=5", "launchers.cz-10.to.tli: 5 has no unit"),
        ("launchers.cz10.production.every=3 d", "launchers.cz10: there is no such block; did you mean 'cz-10'?"),
        ("missions.cargo-1.cargoo=[hub]", "missions.cargo-1.cargoo: unknown key; did you mean 'cargo'?"),
        ("lunchers.cz-10.integration=3 d", "lunchers: unknown key; did you mean 'launchers'?"),
        ("missions.cargo-1.launches.main.launcher=cz9", "there is no launcher 'cz9'"),
    ],
)
def test_wrong_setting_is_told_with_the_setting(tmp_path: Path, text: str, said: str) -> None:
    problems = problems_of(tmp_path, sets=[text])
    assert len(problems) == 1
    assert problems[0].text().startswith(f"--set {text}: ")
    assert said in problems[0].text()
    assert problems[0].as_json()["line"] is None


def test_check_finds_what_is_wrong_in_variants_that_are_not_chosen(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SMALL + "variants:\n  gone: {partners: {cnsa: null}}\n  fine: {about: x}\n")
    load_scenario(tmp_path / "a.yaml")
    found = check_scenario(tmp_path / "a.yaml")
    assert ("no-such-name", "missions.cargo-1.partner") in told(found)
    assert all(problem.message.startswith("with variant gone: ") for problem in found)


def test_check_tells_a_problem_of_the_file_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SMALL + "abuot: x\nvariants: {one: {about: x}, two: {about: y}}\n")
    assert told(check_scenario(tmp_path / "a.yaml")) == [("unknown-key", "abuot")]


HUGE = {
    "nulls": "".join(f"a{i}: null\n" for i in range(30_000)),
    "unknown keys": SMALL + "".join(f"a{i}: 1\n" for i in range(30_000)),
    "duplicates": "a: 1\n" * 30_000,
    "wrong values": SMALL.replace("risks:", "".join(f"  x{i}: {{duration: {i}}}\n" for i in range(5000)) + "risks:"),
    "unknown names": SMALL
    + "".join(f"  m{i}: {{launches: {{x: {{launcher: l{i}, carries: [c]}}}}}}\n" for i in range(2000)),
    "a long circle": SMALL.replace(
        "risks:", "".join(f"  x{i}: {{duration: 1 d, needs: [x{(i + 1) % 3000}]}}\n" for i in range(3000)) + "risks:"
    ),
    "many circles": SMALL.replace(
        "risks:", "".join(f"  x{i}: {{duration: 1 d, needs: [x{i}]}}\n" for i in range(3000)) + "risks:"
    ),
}


@pytest.mark.parametrize("name", HUGE)
def test_answer_to_a_huge_wrong_file_is_bounded(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.yaml").write_text(HUGE[name])
    with pytest.raises(ScenarioError) as caught:
        load_scenario(tmp_path / "a.yaml")
    assert 0 < len(caught.value.problems) < 1000
    assert max(len(problem.text()) for problem in caught.value.problems) < 3000


def test_parents_are_bounded_together(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.yaml").write_text(f"about{name}: '" + "x" * (LARGEST_FILE // 2) + "'\n")
    (tmp_path / "d.yaml").write_text("extends: [a.yaml, b.yaml, c.yaml]\n")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(tmp_path / "d.yaml")
    assert "file-too-large" in [problem.code for problem in caught.value.problems]


def test_name_is_not_inherited(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("name: parent\n" + SMALL)
    (tmp_path / "Late_Nuclear 2.yaml").write_text("extends: base.yaml\n")
    assert load_scenario(tmp_path / "base.yaml").scenario.name == "parent"
    assert load_scenario(tmp_path / "Late_Nuclear 2.yaml").scenario.name == "late-nuclear-2"
    assert load_scenario(tmp_path / "base.yaml", sets=["name=mine"]).scenario.name == "mine"


def test_missing_parent_is_told_without_all_that_follows_from_it(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("extends: nowhere.yaml\ngoals: {g: {by: 2035-13-01, needs: [x]}}\n")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(tmp_path / "a.yaml")
    assert told(caught.value.problems) == [("file-missing", "extends"), ("date", "goals.g.by")]


def test_problems_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, "format: 3\nabuot: x\nlegs: {out: {frm: leo}}\nbase: {at: x}\n")
    assert [problem.mark.line for problem in problems if problem.mark] == [2, 3, 4, 5]


@pytest.mark.parametrize(
    ("csv", "value", "law"),
    [
        ("delay\n3 d\n1 wk\n", "d.csv", Empirical((3, 7))),
        ("lead_d,delay_days\n1,3\n2,4.5\n", "d.csv#delay_days", Empirical((3, 4.5))),
        ("\ufeffdelay_h\n24\n", "d.csv", Empirical((1,))),
        ("Lead; Delay (d)\n1;3\n2;4,5\n", "d.csv#delay_d", Empirical((3, 4.5))),
        ("# Source: a log\nDelay_d,note\n3,x\n\n1000,y\n", "d.csv#Delay_d", Empirical((3, 1000))),
    ],
)
def test_observed_values_come_from_a_column(tmp_path: Path, csv: str, value: str, law: Empirical) -> None:
    (tmp_path / "d.csv").write_text(csv)
    (tmp_path / "a.yaml").write_text(
        SMALL + f'  x: {{every: {{empirical: "{value}"}}, flown: {{launched: 2024-01-01}}}}\n'
    )
    assert load_scenario(tmp_path / "a.yaml").scenario.missions["x"].every == law


@pytest.mark.parametrize(
    ("csv", "value", "said"),
    [
        ("a,b\n1,2\n", "d.csv", "name one: d.csv#b"),
        ("a,b\n1,2\n", "d.csv#c", "there is no column c; known: a, b"),
        ("delay_d\n", "d.csv", "no rows below its heading"),
        ("delay_d,n\n1,2\n,2\n", "d.csv", "name one"),
        ("delay_d,n\n1,2\n,2\n", "d.csv#delay_d", "d.csv:3: row 3, column delay_d: there is no value"),
        ("delay_d\n1.000,5\n3.7\n", "d.csv", "has another decimal mark"),
        ("delay\n1\n", "d.csv", "1 has no unit"),
        ("delay_d\nx\n", "d.csv", "'x' is no slip"),
        (b"\xff\xfe\x00", "d.csv", "this is not text"),
        ("delay_d\n1\n", "e.csv", "there is no file 'e.csv'; did you mean 'd.csv'?"),
        ("delay_d\n1\n", "../d.csv", "leads out of"),
        ("delay_d\n1\n", "/etc/passwd", "not a relative path"),
    ],
)
def test_unusable_column_is_answered(tmp_path: Path, csv: str | bytes, value: str, said: str) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "d.csv").write_bytes(csv if isinstance(csv, bytes) else csv.encode())
    (tmp_path / "d.csv").write_text("a_d\n1\n")
    problems = problems_of(home, f'activities: {{cz10-dev: {{slip: {{empirical: "{value}"}}}}}}\n')
    assert problems[0].path.startswith("activities.cz10-dev.slip.empirical")
    assert said in problems[0].text()


@pytest.mark.parametrize(
    "path", ["nowhere.yaml", "ilrs-2036", "", "a\0b", "x" * 5000, "/dev/zero", "/dev", "\udcff"], ids=range(8)
)
def test_path_without_a_scenario_is_one_line(path: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert len(str(caught.value).splitlines()) == 1
    assert caught.value.problems[0].code in ("file-missing", "file-unreadable")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root and Windows may read everything")
def test_unreadable_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SMALL)
    (tmp_path / "a.yaml").chmod(0)
    with pytest.raises(ScenarioError, match="cannot be read"):
        load_scenario(tmp_path / "a.yaml")


@pytest.mark.parametrize("name", shipped_names())
def test_shipped_scenario_is_right_and_every_figure_has_a_source(name: str) -> None:
    assert [problem.text() for problem in load_scenario(name).warnings] == []


@pytest.mark.parametrize("name", shipped_names())
def test_every_variant_of_a_shipped_scenario_is_right(name: str) -> None:
    for variant in load_scenario(name).layered.variants:
        load_scenario(name, [variant])


def test_shipped_figure_without_a_source_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.scenario.load.shipped_folder", lambda: tmp_path)
    warned = {problem.path for problem in problems_of(tmp_path) if problem.code == "source-missing"}
    assert {"launchers.cz-10", "activities.lander-dev", "places.leo", "elements.hub"} <= warned
    assert "missions.scout" not in warned - {"missions.scout.flown"}


def test_source_beside_a_figure_covers_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.scenario.load.shipped_folder", lambda: tmp_path)
    child = "elements: {hub: {source: estimate}}\n"
    child += "places: {leo: {sources: {altitude: {source: x}, inclination: {source: x}}}}\n"
    warned = {problem.path for problem in problems_of(tmp_path, child)}
    assert not warned & {"elements.hub", "elements.hub.supply", "places.leo"}


def test_own_figure_needs_no_source(tmp_path: Path) -> None:
    assert problems_of(tmp_path) == []


def test_reading_loads_no_heavy_library() -> None:
    heavy = ("numpy", "scipy", "pandas", "astropy", "plotly", "simpy")
    code = f"import sys, sim.scenario.load as l; l.shipped_names(); sys.exit(any(m in sys.modules for m in {heavy}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_repeats_are_not_called_times(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, "missions: {cargo-1: {every: 200 d, times: 3}}\n")
    assert [problem.text() for problem in problems] == [
        f"{tmp_path / 'child.yaml'}:2:36: missions.cargo-1.times: unknown key; "
        "how many times a mission flies is called repeats"
    ]


@pytest.mark.parametrize("law", ["beta", "normal"])
def test_pad_called_like_a_law_needs_a_source_for_its_own_figures_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, law: str
) -> None:
    monkeypatch.setattr("sim.scenario.load.shipped_folder", lambda: tmp_path)
    child = f"launch_sites: {{wenchang: {{source: x, pads: {{lc-301: null, {law}: {{turnaround: 60 d}}}}}}}}\n"
    problems = problems_of(tmp_path, child + f"launchers: {{cz-10: {{pads: [wenchang.{law}]}}}}\n")
    assert not [problem for problem in problems if problem.path.startswith("launch_sites")]


@pytest.mark.parametrize(
    ("child", "hint"),
    [
        ("missions: {cargo-1: {meet: llo}}", "where launches meet is called rendezvous: {at: ..., wait: ...,"),
        ("missions: {cargo-1: {payload: [hub]}}", "what a mission brings is called cargo"),
        ("spacecraft: {lanyue: {seats: 2}}", "how many seats it has is called crew"),
        ("missions: {cargo-1: {route: pole}}", "write [pole]"),
    ],
)
def test_what_a_newcomer_tries_first_is_answered_with_the_right_key(tmp_path: Path, child: str, hint: str) -> None:
    assert problems_of(tmp_path, child)[0].hint.startswith(hint)


def test_unknown_key_is_answered_with_every_key_that_is_free(tmp_path: Path) -> None:
    hint = problems_of(tmp_path, "missions: {cargo-1: {xyzzy: 1}}")[0].hint
    assert {"rendezvous", "route", "crew", "back"} - {"route"} <= set(hint.removeprefix("known: ").split(", "))
    assert "confidence" not in hint


def test_every_file_is_read_once_however_many_variants_are_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def counted(path: Path, shown: str) -> bytes | Problem:
        read.append(path.name)
        return read_bytes(path, shown)

    monkeypatch.setattr("sim.scenario.layers.read_bytes", counted)
    variants = "variants: {a: {g0_m_s2: 9.8}, b: {partners: {cnsa: 3}}}\n"
    (tmp_path / "small.yaml").write_text(SMALL)
    (tmp_path / "child.yaml").write_text(f"extends: small.yaml\n{variants}")
    problems = check_scenario(tmp_path / "child.yaml")
    assert sorted(read) == ["child.yaml", "small.yaml"]
    assert [problem.message.split(":")[0] for problem in problems] == ["with variant b"]


def test_earth_is_a_place_that_must_be_there_like_any_other(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, "legs: {home: {from: llo, to: earth, burns: [{dv: 900 m/s}], tof: [4 d]}}\n")
    assert told(problems) == [("no-such-name", "legs.home.to")]
    assert problems[0].hint.endswith("or add it under places")
