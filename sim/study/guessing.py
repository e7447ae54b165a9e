"""The figures behind the random numbers of a study, and which of the guesses among them moves a goal most."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from sim.analysis.guesses import Guess, effects, first_draws, rank_guesses
from sim.campaign.compile import compile_campaign
from sim.campaign.plan import Campaign
from sim.chance import FigureName
from sim.scenario.load import Loaded, load_scenario
from sim.scenario.provenance import note_at, notes_of
from sim.scenario.schema import SlipModel
from sim.scenario.text import path_text
from sim.study.files import FolderError
from sim.study.store import Study

Floats = NDArray[np.float64]
KINDS: Mapping[str, str] = {
    "first": "firsts of their kind",
    "vehicle": "first flights of vehicles",
    "repeat": "repeats",
    "series": "one of a series",
    "construction": "construction",
}
"""Kinds of the tables of statements, in words; others stand as they are."""


def rank_study(study: Study, goal: str | None = None) -> tuple[str, tuple[Guess, ...], float]:
    """Return (goal, guesses by weight, standard deviation of its date in days) of a finished study.

    Raises:
        FolderError: if the study has no such goal, too few replications, or was made with another scenario.
    """
    goals = {line.name: line for line in study.outline.goals}
    name = goal or next(iter(goals), "")
    if name not in goals:
        raise FolderError(study.folder, f"has no goal '{name:.60}'", f"known are {', '.join(goals)}")
    loaded, campaign = compiled_again(study)
    dates_d = np.minimum(study.sample.reached_d[:, goals[name].reached], study.outline.end_d)
    draws = first_draws(campaign.streams, study.manifest.seed, study.sample.replication)
    figures, drawn = _figures_of(loaded, campaign, draws)
    try:
        found = effects(list(figures), drawn, dates_d)
    except ValueError as error:
        raise FolderError(study.folder, str(error), "run more replications with -n") from None
    spread_d = float(dates_d.std(ddof=1))
    return name, rank_guesses(found, figures, spread_d), spread_d


def _figures_of(loaded: Loaded, campaign: Campaign, draws: Floats) -> tuple[dict[str, tuple[str, str, str]], Floats]:
    """Return (path, source, confidence) of every figure that is drawn, and its draws, shape (n, figures).

    A class law has many parameters that are known only together; what can be found out is how late the things of a
    class come. So in place of its parameters stand location and spread of each class, as the scenario takes them.
    """
    notes, law_streams = notes_of(loaded.layered.values), campaign.luck.figures.streams
    kept = [stream for stream in range(len(campaign.streams)) if stream not in law_streams]
    figures = {}
    for stream in kept:
        path = campaign.stream_paths[stream]
        note = note_at(path, notes)
        figures[campaign.streams[stream]] = (path_text(path), note.source, note.confidence)
    classes = _classes_of(campaign, draws[:, list(law_streams)])
    for one in classes:
        note = note_at(("slips", one.law), notes)
        words = _words_of(one, loaded.scenario.slips[one.law])
        figures[f"figure/{words}"] = (words, note.source, note.confidence)
    return figures, np.column_stack([draws[:, kept], *classes.values()])


def _words_of(one: FigureName, law: SlipModel) -> str:
    table = "" if law.data is None else f", fitted to {law.data.table}"
    return f"slips.{one.law}.classes: {one.what} of {one.agency}, {KINDS.get(one.kind, one.kind)}{table}"


def _classes_of(campaign: Campaign, draws: Floats) -> dict[FigureName, Floats]:
    """Return the draws of location and spread of each class, shape (n,), from those of the parameters' streams."""
    figures, scores = campaign.luck.figures, ndtri(draws)
    rows: dict[FigureName, list[tuple[float, ...]]] = {}
    for one, row in zip(figures.names, figures.weights, strict=True):
        rows.setdefault(one, []).append(row)
    means = {one: np.mean(found, axis=0) for one, found in rows.items()}  # a spread differs a little with the lead
    sizes = {one: float(np.linalg.norm(mean)) for one, mean in means.items()}
    return {one: ndtr(scores @ mean / sizes[one]) for one, mean in means.items() if sizes[one] > 0.0}


def compiled_again(study: Study) -> tuple[Loaded, Campaign]:
    """Return the scenario of a finished study, read and compiled once more."""
    loaded = load_scenario(study.folder / "scenario.resolved.yaml")
    return loaded, compile_campaign(loaded)
