"""Comparisons: studies side by side, paired replication by replication."""

from __future__ import annotations

from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.front.arguments import MOST_REPLICATIONS, MOST_SEED, ArgumentError, Day, named_of, require_whole, workers
from sim.front.model import COUNT, SEED, Model, load
from sim.front.progress import Listening, Reporter, listening
from sim.front.study import Study
from sim.problems import counted
from sim.sampling import LATIN_HYPERCUBE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Executor

    import pandas as pd

    from sim.study.contrast import Side
    from sim.study.moves import Changes
    from sim.study.pairing import GoalName, GoalRow

MOST_COMPARED = 26


class Changed:
    """What each input moves between two studies, one after another; the moves add up exactly."""

    def __init__(self, found: Changes, names: tuple[str, ...]) -> None:
        self.found = found
        self._names = names

    @property
    def document(self) -> dict[str, Any]:
        """What `ilrs compare --changes --json` prints of it."""
        from sim.study.records import to_plain

        found: Any = to_plain(self.found)
        return {"from": self._names[0], "to": self._names[1], **found}

    @cached_property
    def frame(self) -> pd.DataFrame:
        """A row for each goal and step: days of P50 and mean, share of chance, each with its 95 % interval."""
        import dataclasses

        import pandas as pd

        rows = [
            {"goal": goal, "step": step.title, "values": step.values, **dataclasses.asdict(move)}
            for step in self.found.steps
            for goal, move in zip(self.found.goals, step.moves, strict=True)
        ]
        return pd.DataFrame(rows)

    @cached_property
    def subjects(self) -> pd.DataFrame:
        """A row for each goal and subject: how many days later it ends, and how often it decides before and after."""
        import dataclasses

        import pandas as pd

        rows = [
            {"goal": goal, **dataclasses.asdict(one)}
            for goal, some in zip(self.found.goals, self.found.subjects, strict=True)
            for one in some
        ]
        return pd.DataFrame(rows)

    def __repr__(self) -> str:
        steps = counted(len(self.found.steps), "step")
        return f"<ilrs.Changed from {self._names[0]} to {self._names[1]}: {steps}; .frame has them>"

    def _repr_html_(self) -> str:
        from sim.front.data_frames import html_of

        return f"<p>{escape(repr(self)[1:-1])}</p>{html_of(self.frame)}"


class Comparison:
    """What studies promise, and what each changes against the first, A (or the first that has the goal)."""

    def __init__(self, sides: Sequence[Side], rows: Sequence[GoalRow], left_out: Mapping[str, str]) -> None:
        from sim.study.contrast import compare_sides

        self._sides = tuple(sides)
        self._rows = tuple(rows)
        self.left_out = dict(left_out)
        """Studies that are not in it, by name, and why."""
        self.document: Mapping[str, Any] = compare_sides(sides, rows, left_out)
        """What `ilrs compare --json` prints."""

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where the studies are kept."""
        return tuple(side.study.folder for side in self._sides)

    @cached_property
    def goals(self) -> pd.DataFrame:
        """A row for each goal and study: the date wanted, chance with its interval, P50 and P80."""
        import pandas as pd

        labels = {label: one["name"] for label, one in self.document["studies"].items()}
        rows = []
        for title, goal in self.document["goals"].items():
            for label, name in ((label, name) for label, name in labels.items() if label in goal):
                one = goal[label]
                low, high = one["interval"]
                dates = {word: pd.to_datetime(one[word]) for word in ("by", "p50", "p80")}
                chance = {"probability": one["probability"], "low": low, "high": high}
                rows.append({"goal": title, "study": label, "name": name, **chance, **dates})
        return pd.DataFrame(rows).set_index(["goal", "study"])

    @cached_property
    def differences(self) -> pd.DataFrame:
        """A row for each goal and study but A: the study less A, in points and days, each with its paired interval."""
        import pandas as pd

        rows = []
        for title, goal in self.document["goals"].items():
            for label, one in (goal.get("differences") or {"B": goal}).items():
                row: dict[str, Any] = {"goal": title, "study": label, "pairs": one["pairs"]}
                for name, value, interval in _DIFFERENCES:
                    low, high = one[interval] or (None, None)
                    row |= {name: one[value], f"{name}_low": low, f"{name}_high": high}
                rows.append(row)
        return pd.DataFrame(rows).set_index(["goal", "study"]).astype("float64")

    @cached_property
    def inputs(self) -> pd.DataFrame:
        """The values of the input that differ: a row for each path, a column for each study."""
        import pandas as pd

        return pd.DataFrame(list(self.document["input"]), columns=["path", *self.document["studies"]]).set_index("path")

    def changes(
        self,
        *,
        jobs: int | None = None,
        engine: str | Executor | None = None,
        scheduler: str | None = None,
        progress: Listening = None,
    ) -> Changed:
        """Say what each input that differs moves, one after another, from the first of two studies to the second.

        What lies between is simulated with the same luck, and kept in the second study's folder, so that the next call
        need not simulate. From then on `document` and `report` have it too.

        Raises:
            ArgumentError: if more than two studies are compared.
        """
        from sim.study.moves import what_changed

        if len(self._sides) != 2:
            raise ArgumentError("changes", f"two studies are wanted, one to the other, not {len(self._sides)}")
        first, second = (side.study for side in self._sides)
        with listening(progress) as reporter, workers(jobs, engine, scheduler) as ready:
            reporter.say("looking for an order in which each change makes sense")
            found = what_changed(first, second, self._rows, ready, reporter.update)
        changed = Changed(found, tuple(side.name for side in self._sides))
        self.document = {**self.document, "changes": changed.document}
        return changed

    def report(self, folder: str | Path | None = None) -> Path:
        """Draw a page for each run and one that compares them, into `folder` or beside the first; return its path."""
        from sim.front.pages import beside_of, draw_runs
        from sim.study.files import require_no_link

        different = list(dict.fromkeys(self.folders))
        beside = beside_of(different) if folder is None else Path(folder)
        if folder is None:
            require_no_link(beside)  # it may have come with the run folders
        rows = self._rows if len(different) == len(self._sides) else ()
        drawn = draw_runs(different, {one: one for one in different}, beside, rows=rows)
        return Path(str(drawn[0].get("comparison", drawn[0]["report"])))

    def __repr__(self) -> str:
        said = self.document
        names = ", ".join(f"{label} {one['name']}" for label, one in said["studies"].items())
        return f"<ilrs.Comparison {names}; goals {', '.join(said['goals'])}>"

    def _repr_html_(self) -> str:
        from sim.front.data_frames import html_of

        return f"<p>{escape(repr(self)[1:-1])}</p>{html_of(self.goals)}{html_of(self.differences)}"


_DIFFERENCES = (
    ("probability", "probability_difference", "probability_interval"),
    ("p50_d", "p50_difference_d", "p50_interval_d"),
    ("p80_d", "p80_difference_d", "p80_interval_d"),
    ("mean_d", "difference_d", "interval_d"),
)


def compare(
    *things: Study | Model | str | Path,
    goal: str | None = None,
    replications: int = COUNT,
    seed: int = SEED,
    as_of: Day | None = None,
    jobs: int | None = None,
    engine: str | Executor | None = None,
    scheduler: str | None = None,
    progress: Listening = None,
) -> Comparison:
    """Compare two or more studies, models, run folders, scenarios or variants, all with the same luck.

    A text is a run folder, a scenario, or FILE@VARIANT, FILE@ONE+OTHER, or @VARIANT of the first. Models and scenarios
    are run first, or read where the run is there; scenarios with what was known on the day `as_of`. Goals pair by their
    names or by what both count as (`counts_as`); `goal` is one name, or one for each joined by `=`.

    Raises:
        ArgumentError: if there are fewer than two things, or more than 26.
        ScenarioError: if a scenario is wrong.
        FolderError: if studies cannot be paired.
        InputError: if no two have a goal in common, before anything is simulated.
    """
    from sim.study.contrast import sides_of

    if not 2 <= len(things) <= MOST_COMPARED:
        raise ArgumentError("things", f"two to {MOST_COMPARED} can be compared, not {len(things)}")
    require_whole("replications", replications, 1, MOST_REPLICATIONS)
    require_whole("seed", seed, 0, MOST_SEED)
    with listening(progress) as reporter, workers(jobs, engine, scheduler) as ready:
        opened = [_opened(thing, things[0], as_of) for thing in things]
        rows, kept, apart = _paired(opened, goal)
        if apart:
            reporter.note(f"left out, for want of that goal: {', '.join(apart)}")
        studies = [_run(one, replications, seed, ready, reporter) for one in kept]
        reporter.say("comparing")
        return Comparison(sides_of([one.tables for one in studies]), rows, apart)


def _paired(
    opened: Sequence[Study | Model], goal: str | None
) -> tuple[list[GoalRow], list[Study | Model], dict[str, str]]:
    """Pair the goals before anything is simulated: the goals, the studies that have one, and those without, by name."""
    from sim.study.pairing import GoalRow, left_out, pair_goals

    names = [_called(one) for one in opened]
    goals = [_goals_of(one) for one in opened]
    rows = pair_goals(names, goals, goal)
    without = left_out(rows)
    apart = {
        names[one]: f"it has no such goal; it has {', '.join(known.name for known in goals[one]) or 'none'}"
        for one in without
    }
    kept = [number for number in range(len(opened)) if number not in without]
    rows_kept = [GoalRow(row.title, tuple(row.picked[number] for number in kept)) for row in rows]
    return rows_kept, [opened[number] for number in kept], apart


def _goals_of(thing: Study | Model) -> tuple[GoalName, ...]:
    from sim.study.contrast import goal_names

    return goal_names(thing.campaign.goals if isinstance(thing, Model) else thing.tables.outline.goals)


def _called(thing: Study | Model) -> str:
    if isinstance(thing, Study):
        return thing.name
    return f"{thing.name}@{'+'.join(thing.variants)}" if thing.variants else thing.name


def _opened(thing: Study | Model | str | Path, first: Study | Model | str | Path, as_of: Day | None) -> Study | Model:
    """Return what a text stands for: a run that is there, or a scenario with its variants."""
    from sim.front.pages import open_run
    from sim.study.contents import RUN_MARKER as MARKER

    if isinstance(thing, (Study, Model)):
        return thing
    named = f"{_file_of(first)}{thing}" if str(thing).startswith("@") else str(thing)
    if (Path(named) / MARKER).is_file():
        return open_run(named, rows=True)
    file, _, variants = named.partition("@") if not Path(named).exists() else (named, "", "")
    return load(file, [part for part in variants.split("+") if part], as_of=as_of)


def _file_of(first: Study | Model | str | Path) -> str:
    if isinstance(first, Study):
        raise ArgumentError("things", "@VARIANT needs a scenario as the first of them")
    return str(first.file) if isinstance(first, Model) else str(first).partition("@")[0]


def _run(thing: Study | Model, replications: int, seed: int, engine: Executor, reporter: Reporter) -> Study:
    from sim.study.runner import run_study

    if isinstance(thing, Study):
        return thing
    reporter.say(f"compiling {_called(thing)}")
    tables = run_study(
        thing.campaign,
        replications=replications,
        seed=seed,
        folder=_folder(thing, seed),
        engine=engine,
        on_progress=reporter.update,
        named=named_of(None, thing.variants, thing.sets, thing.as_of),
    )
    return Study(tables, campaign=thing.campaign)


def _folder(model: Model, seed: int) -> Path:
    from sim.study.runner import study_key

    return Path("runs") / f"{_called(model)}-{study_key(model.campaign.identity, seed, LATIN_HYPERCUBE)[:8]}-s{seed}"
