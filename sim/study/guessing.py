"""The figures behind the random numbers of a study, and which of the guesses among them moves a goal most."""

from __future__ import annotations

import numpy as np

from sim.analysis.guesses import Guess, effects, first_draws, rank_guesses
from sim.campaign.compile import compile_campaign
from sim.campaign.plan import Campaign
from sim.scenario.load import Loaded, load_scenario
from sim.scenario.provenance import note_at, notes_of
from sim.scenario.text import path_text
from sim.study.files import FolderError
from sim.study.store import Study


def rank_study(study: Study, goal: str | None = None) -> tuple[str, tuple[Guess, ...], float]:
    """Give (goal, guesses by weight, standard deviation of its date in days) of a finished study.

    Raises:
        FolderError: if the study has no such goal, too few replications, or was made with another scenario.
    """
    goals = {line.name: line for line in study.outline.goals}
    name = goal or next(iter(goals), "")
    if name not in goals:
        raise FolderError(study.folder, f"has no goal '{name:.60}'", f"known are {', '.join(goals)}")
    loaded, campaign = compiled_again(study)
    streams = campaign.streams
    dates_d = np.minimum(study.sample.reached_d[:, goals[name].reached], study.outline.end_d)
    draws = first_draws(streams, study.manifest.seed, study.sample.replication)
    try:
        found = effects(streams, draws, dates_d)
    except ValueError as error:
        raise FolderError(study.folder, str(error), "run more replications with -n") from None
    notes = notes_of(loaded.layered.values)
    figures = {}
    for stream, path in zip(streams, campaign.stream_paths, strict=True):
        note = note_at(path, notes)
        figures[stream] = (path_text(path), note.source, note.confidence)
    spread_d = float(dates_d.std(ddof=1))
    return name, rank_guesses(found, figures, spread_d), spread_d


def compiled_again(study: Study) -> tuple[Loaded, Campaign]:
    """Return the scenario of a finished study, read and compiled once more."""
    loaded = load_scenario(study.folder / "scenario.resolved.yaml")
    return loaded, compile_campaign(loaded)
