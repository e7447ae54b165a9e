"""Optimisations: the best plan of a model, proven, replayed, run with the same luck as the plan as it is."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.front.arguments import MOST_SEED, ArgumentError, require_whole
from sim.problems import counted

if TYPE_CHECKING:
    import pandas as pd

    from sim.decide.judging import JudgedPool
    from sim.decide.optimum import Optimum
    from sim.front.progress import Reporter
    from sim.study.sweep import Start

OBJECTIVES = ("date", "launches", "imleo", "cost")
MOST_JUDGED, MOST_POOL = 100_000, 100
_PACE_S = {"Lines": 5.0}
"""Seconds between two words of a solver, by who listens."""


class Optimisation:
    """What should fly on which flight, and when: the best plan, its proof, what it changes, and how sure it is."""

    def __init__(self, found: Optimum, judged: JudgedPool | None, folder: Path, command: str) -> None:
        from sim.decide.judging import judged_json
        from sim.decide.optimum import optimum_json

        self.best = found
        """Best when nothing slips."""
        self.judged = judged
        """Replications of the plan before and of what may replace it; None without any."""
        self.found = judged.chosen.optimum if judged is not None else found
        """The answer: the best, or one of the pool that is surely surer."""
        self.folder = folder
        """Where its page goes."""
        self.document: Mapping[str, Any] = {**optimum_json(self.found), **judged_json(self.found, judged)}
        """What `ilrs optimise --json` prints."""
        self._command = command

    @property
    def status(self) -> str:
        """How far it is proven: optimal, feasible, infeasible or unknown."""
        return self.best.proof.status

    @property
    def agrees(self) -> bool:
        """Whether the simulation replays the plan to the day."""
        return bool(self.document["agrees"])

    @property
    def flights(self) -> pd.DataFrame:
        """A row for each free flight of the answer: its day, what it carries, with how much it closes."""
        import pandas as pd

        rows = [
            {**one, "not_before": pd.to_datetime(one["not_before"]), "cargo": ", ".join(one["cargo"])}
            for one in self.document["flights"]
        ]
        return pd.DataFrame(rows).set_index("mission") if rows else pd.DataFrame()

    @property
    def goals(self) -> pd.DataFrame:
        """A row for each goal: its date in the plan before and after, and with replications its chances and P70."""
        import pandas as pd

        rows = {}
        for name, one in self.document["goals"].items():
            row = {word: pd.to_datetime(one[word]) for word in ("before", "after")}
            for word in ("before", "after"):
                chance = one.get(f"chance_{word}")
                if chance is not None:
                    row |= {f"probability_{word}": chance["value"], f"p70_{word}": pd.to_datetime(chance["P70"])}
            if "difference" in one:
                row |= {"difference": one["difference"]["value"]}
            rows[name] = row
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("goal")

    @property
    def pool(self) -> pd.DataFrame:
        """A row for each plan that was run: date, launches, mass, cost, chance with its interval, P50 and P70."""
        import pandas as pd

        kept = ("launches", "imleo", "cost", "chance", "replications", "kept", "chosen")
        rows = [
            {"date": pd.to_datetime(one["date"]), **{name: one[name] for name in kept},
             "low": one["interval"][0], "high": one["interval"][1],
             "p50": pd.to_datetime(one["P50"]), "p70": pd.to_datetime(one["P70"])}
            for one in self.document["pool"]
        ]  # fmt: skip
        return pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1, name="plan"))

    @property
    def changes(self) -> Mapping[str, str]:
        """What moves, in words, by mission."""
        return dict(self.found.moves())

    def write(self, file: str | Path, *, force: bool = False) -> Path:
        """Write the better plan as a scenario that extends the old one and holds only what differs; return its path.

        Raises:
            FolderError: if the file is there and not to be overwritten, or cannot be written.
            InputError: if no plan was found.
        """
        from sim.decide.changes import require_place, write_better
        from sim.problems import InputError

        out = Path(file)
        require_place(self.found.facts.start.file, out, force=force)
        if self.found.plan is None:
            raise InputError(f"no plan was found, so none is written: {self.best.proof.text}")
        words = self.best.state(next(iter(self.best.proofs)))
        write_better(self.found.facts, self.found.changes, out, words, self._command)
        return out

    def report(self, folder: str | Path | None = None, *, single_file: bool = True) -> Path:
        """Draw its page into a folder, its own unless named, and return the path; raises FolderError."""
        from dashboards.optimise_page import report_optimum
        from sim.study.store import require_writable

        where = self.folder if folder is None else Path(folder)
        require_writable(where)
        return report_optimum(self.best, self.judged, where, command=self._command, single_file=single_file)

    def __repr__(self) -> str:
        said, state = self.document, self.best.state(next(iter(self.best.proofs)))
        least = f"least {said['minimise'][0]} {said['objective']}" if said["objective"] is not None else ""
        moves = counted(len(self.changes), "mission") + " changed" if self.found.plan is not None else ""
        words = ", ".join(word for word in (least, state, moves) if word)
        return f"<ilrs.Optimisation {said['goal']}: {words}>"

    def _repr_html_(self) -> str:
        from sim.front.data_frames import html_of

        return f"<p>{escape(repr(self)[1:-1])}</p>{html_of(self.goals)}"


def optimise(
    start: Start,
    reporter: Reporter,
    *,
    goal: str | None,
    minimise: str | Sequence[str],
    at_most: Mapping[str, Any] | None,
    seconds: float,
    seed: int,
    replications: int,
    pool: int,
    within: int,
    folder: Path | None,
    command: str,
) -> Optimisation:
    """Optimise a scenario and keep the answer in its folder; see `Model.optimise`."""
    from sim.decide.judging import judge
    from sim.decide.optimise import optimise as solve
    from sim.decide.optimise import others
    from sim.decide.proof import Limits
    from sim.study import files
    from sim.study.contents import OPTIMISE_FOLDER, SUMMARY, kind_of
    from sim.study.files import FolderError
    from sim.study.lock import held
    from sim.study.manifest import COMPLETE, INTERRUPTED, OPTIMISE, begun, now, write_manifest
    from sim.study.records import to_json
    from sim.study.store import require_writable

    require_writable(folder or Path("runs"))
    if folder is not None and kind_of(folder) not in (None, OPTIMISE_FOLDER):
        raise FolderError(folder, "holds a run or a sweep", "choose another with -o")
    since, began = time.monotonic(), now()
    names = (minimise,) if isinstance(minimise, str) else tuple(minimise)
    limits, words = Limits(seconds, seed=seed % 2**31), _Words(reporter)
    found = solve(start, goal=goal, minimise=names, at_most=at_most, limits=limits, on_progress=words.say)
    judged = None
    if replications and found.plan is not None and not found.interrupted:
        try:
            plans = [found, *(others(found, pool, within, limits, words.say) if pool else ())]
            if len(plans) <= pool:
                reporter.note(f"{len(plans) - 1} of {pool} other plans were found within the limits and the time")
            judged = judge(plans, replications, seed, words.count)
        except KeyboardInterrupt:
            found = found.stopped()
    key = files.digest(f"{found.facts.campaign.identity}\n{found.facts.question!r}".encode())
    name = found.facts.campaign.scenario
    where = folder or Path("runs") / f"{name}-optimise-{key[:8]}"
    made = Optimisation(found, judged, where, command)
    kept = begun(OPTIMISE, name, key, seed=seed, replications=replications, command=command)
    state, wall_s = INTERRUPTED if found.interrupted else COMPLETE, round(time.monotonic() - since, 3)
    with held(where):
        files.write_whole(where, SUMMARY, to_json(dict(made.document)).encode())
        write_manifest(where, replace(kept, state=state, started=began, finished=now(), wall_s=wall_s))
    return made


def require_question(seed: int, replications: int, pool: int, within: int) -> None:
    """Refuse numbers out of their bounds; raises ArgumentError."""
    require_whole("seed", seed, 0, MOST_SEED)
    require_whole("replications", replications, 0, MOST_JUDGED)
    require_whole("pool", pool, 0, MOST_POOL)
    require_whole("within", within, 0)


def seconds_of(text: str | float) -> float:
    """Return a time limit in seconds: a number, or a text such as "60 s"; raises ArgumentError."""
    from sim.problems import WrongValueError
    from sim.units import read_quantity

    said = f"{text} s" if str(text).replace(".", "", 1).isdigit() else str(text)
    try:
        seconds = read_quantity(said, "duration") * 86400.0
    except WrongValueError as error:
        raise ArgumentError("time", f"{error.message}; {error.hint}") from None
    if not 0.0 < seconds <= 86400.0:
        raise ArgumentError("time", "between 0 s and 1 d is wanted")
    return seconds


class _Words:
    """Passes on where a solve stands, not too often."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._pace_s = _PACE_S.get(type(reporter).__name__, 0.5)
        self._since = time.monotonic()
        self._last = -self._pace_s
        self._done = 0

    def say(self, text: str) -> None:
        """Tell what a solver says."""
        now = time.monotonic() - self._since
        if now - self._last >= self._pace_s:
            self._last = now
            self._reporter.say(f"{now:5.1f} s  {text}")

    def count(self, more: int) -> None:
        """Tell how many replications are done."""
        self._done += more
        self.say(counted(self._done, "replication"))
