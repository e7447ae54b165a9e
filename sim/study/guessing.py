"""The figures behind the random numbers of a study, and which of the guesses among them moves a goal most."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from sim.analysis.guesses import Guess, effects, first_draws, rank_guesses
from sim.campaign.compile import compile_campaign
from sim.scenario.load import load_scenario
from sim.scenario.provenance import note_at, notes_of
from sim.scenario.text import Path, path_text
from sim.study.files import FolderError
from sim.study.store import Study

_OF_LAUNCH: Mapping[str, tuple[str, ...]] = {
    "failure": ("record", "reliability"),
    "stand-down": ("stand_down",),
    "integration": ("integration",),
    "production": ("production",),
}
_OF_SITE: Mapping[str, tuple[str, ...]] = {"scrub": ("scrub",), "recycle": ("recycle",)}
_BLOCKS = ("activities", "missions", "elements", "stations", "risks", "spacecraft", "launchers", "partners", "living")


def rank_study(study: Study, goal: str | None = None) -> tuple[str, tuple[Guess, ...], float]:
    """Give (goal, guesses by weight, standard deviation of its date in days) of a finished study.

    Raises:
        FolderError: if the study has no such goal, too few replications, or was made with another scenario.
    """
    goals = {line.name: line for line in study.outline.goals}
    name = goal or next(iter(goals), "")
    if name not in goals:
        raise FolderError(study.folder, f"has no goal '{name:.60}'", f"known are {', '.join(goals)}")
    loaded = load_scenario(study.folder / "scenario.resolved.yaml")
    streams = compile_campaign(loaded).streams
    dates_d = np.minimum(study.sample.reached_d[:, goals[name].reached], study.outline.end_d)
    draws = first_draws(streams, study.manifest.seed, study.sample.replication)
    try:
        found = effects(streams, draws, dates_d)
    except ValueError as error:
        raise FolderError(study.folder, str(error), "run more replications with -n") from None
    notes = notes_of(loaded.layered.values)
    figures = {}
    for stream in streams:
        path = figure_of(stream, loaded.layered.values)
        note = note_at(path, notes)
        figures[stream] = (path_text(path) or stream, note.source, note.confidence)
    spread_d = float(dates_d.std(ddof=1))
    return name, rank_guesses(found, figures, spread_d), spread_d


def figure_of(stream: str, values: Mapping[str, Any]) -> Path:
    """Give the path of the figure a stream of random numbers comes from, or of the nearest block that is there."""
    kind, _, rest = stream.partition("/")
    parts = rest.split("/")
    return next(_candidates(kind, parts, values), ())


def _candidates(kind: str, parts: list[str], values: Mapping[str, Any]) -> Iterator[Path]:
    if kind == "risk":
        inner: Path = ("stretches", parts[1]) if len(parts) > 1 else ("probability",)
        yield from _there(values, ("risks", parts[0], *inner))
    if kind == "risk-factor":
        yield from _there(values, ("risks", parts[0], "stretches"))
    yield from _of_shared_luck(kind, parts, values)
    mission = _mission(values, parts[0])
    launch = mission.get("launches", {}).get(parts[1], {}) if len(parts) > 1 else {}
    launcher = launch.get("launcher", parts[0]) if isinstance(launch, dict) else parts[0]
    for key in _OF_LAUNCH.get(kind, ()):
        yield from _there(values, ("launchers", launcher, key))
    for pad in values.get("launchers", {}).get(launcher, {}).get("pads", ()):
        site, _, name = str(pad).partition(".")
        for key in _OF_SITE.get(kind, ()):
            yield from _there(values, ("launch_sites", site, key))
        if kind == "turnaround":
            yield from _there(values, ("launch_sites", site, "pads", name, "turnaround"))
    site, _, pad = parts[0].partition(".")
    if pad:
        yield from _there(values, ("launch_sites", site, "pads", pad, kind.replace("-", "_")))
    for block in _BLOCKS:
        for name in dict.fromkeys((parts[0], re.sub(r"-[0-9]+$", "", parts[0]))):
            yield from _there(values, (block, name, kind.replace("-", "_")))
    for block in _BLOCKS:
        for name in dict.fromkeys((parts[0], re.sub(r"-[0-9]+$", "", parts[0]))):
            yield from _there(values, (block, name))


def _of_shared_luck(kind: str, parts: list[str], values: Mapping[str, Any]) -> Iterator[Path]:
    """Give the figure behind a parameter of a class law, or behind a factor that values share."""
    if kind == "figure":
        law: Path = ("slips", parts[0], "classes")
        yield from _there(values, (*law, "parameters", parts[1]))
        yield from _there(values, (*law, "unknown"))
    elif kind == "luck":
        word = "programme_correlation" if len(parts) > 1 else "across_correlation"
        yield from _there(values, ("slips", parts[0], "classes", word))
    elif kind == "correlation":
        yield from _there(values, ("correlations", parts[0]))


def _mission(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    missions = values.get("missions", {})
    found = missions.get(name) or missions.get(re.sub(r"-[0-9]+$", "", name)) or {}
    while "launches" not in found and isinstance(found.get("like"), str):
        found = missions.get(found["like"], {})
    return found if isinstance(found.get("launches", {}), dict) else {}


def _there(values: Mapping[str, Any], path: Path) -> Iterator[Path]:
    here: Any = values
    for part in path:
        if not isinstance(here, dict) or part not in here:
            return
        here = here[part]
    yield path
