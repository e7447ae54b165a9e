"""The shortest schedule of work under limited resources: the resource-constrained project scheduling problem.

Source: Brucker, Drexl, Moehring, Neumann, Pesch, European Journal of Operational Research 112 (1999) 3-41 (PS | prec |
Cmax), recalled; instances of Kolisch and Sprecher, PSPLIB, European Journal of Operational Research 96 (1997) 205-216.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from sim.decide import cpsat
from sim.decide.explain import SHORTENING, Explanation, Statement, explain
from sim.decide.keyed import Reader
from sim.decide.proof import DEFAULT, Limits, Listener, Proof, SolveClock
from sim.problems import InputError, suggest


@dataclass(frozen=True, slots=True)
class ScheduleJob:
    """A piece of work without a pause."""

    duration: int
    uses: tuple[int, ...]
    """How much of each resource while it runs."""
    before: tuple[str, ...] = ()
    """Jobs that start only when it is done."""
    ready: int = 0
    """It starts no earlier."""


@dataclass(frozen=True, slots=True)
class ScheduleLink:
    """A job that starts no earlier than some time after the start of another: a generalised precedence.

    After its end with a lag: the duration of the first, and the lag. At most some time after it: the two exchanged,
    and that time, negative.
    """

    first: str
    second: str
    least: int


@dataclass(frozen=True, slots=True)
class Project:
    """Jobs by name, and how much there is of each resource."""

    capacities: tuple[int, ...]
    jobs: Mapping[str, ScheduleJob]
    deadline: int | None = None
    """By when all must be done; None for no limit."""
    links: tuple[ScheduleLink, ...] = ()
    """Precedence beyond `Job.before`."""

    def all_links(self) -> Iterator[ScheduleLink]:
        """Yield every precedence as a link."""
        for name, job in self.jobs.items():
            yield from (ScheduleLink(name, later, job.duration) for later in job.before)
        yield from self.links


@dataclass(frozen=True, slots=True)
class Schedule:
    """When each job starts, and what is proven of the whole duration; no starts without a plan."""

    proof: Proof
    starts: Mapping[str, int]

    @property
    def order(self) -> tuple[str, ...]:
        """Return the jobs in the order in which they start: who is served first."""
        return tuple(sorted(self.starts, key=lambda name: self.starts[name]))


def solve_schedule(
    project: Project,
    limits: Limits = DEFAULT,
    on_progress: Listener = lambda _: None,
) -> Schedule:
    """Return a schedule of least duration, in the project's whole units of time."""
    model = cpsat.cp().CpModel()
    links = tuple(project.all_links())
    lags = sum(max(link.least, 0) for link in project.links)
    horizon = sum(job.duration for job in project.jobs.values()) + max(
        (job.ready for job in project.jobs.values()), default=0) + lags  # fmt: skip
    if project.deadline is not None:
        horizon = min(horizon, project.deadline)
    earliest, after = _heads(project, links), _tails(project, links)
    starts = {}
    for name in project.jobs:
        if earliest is None or after is None or horizon - after[name] < earliest[name]:
            return Schedule(Proof("infeasible", None, None, 0.0), {})
        starts[name] = model.new_int_var(earliest[name], horizon - after[name], name)
    for link in links:
        model.add(starts[link.second] >= starts[link.first] + link.least)
    tasks = [Task(starts[name], job.duration, job.uses) for name, job in project.jobs.items()]
    for number, capacity in enumerate(project.capacities):
        share(model, tasks, number, capacity)
    end = model.new_int_var(0, horizon, "end")
    for name in project.jobs:
        model.add(end >= starts[name] + (after or {})[name])
    solved = cpsat.solve(model, end, list(starts.values()), limits, on_progress)
    return Schedule(solved.proof, dict(zip(starts, solved.values, strict=True)) if solved.values else {})


@dataclass(frozen=True, slots=True)
class Task:
    """A job inside a model: its start variable, how long it lasts, what it uses of each resource."""

    start: Any
    duration: int
    uses: Sequence[int]


def share(model: Any, tasks: Iterable[Task], resource: int, capacity: int) -> None:
    """Let tasks use together no more of a resource than there is, at every time."""
    using = [task for task in tasks if task.duration and task.uses[resource]]
    if sum(task.uses[resource] for task in using) <= capacity:
        return
    intervals = [
        model.new_fixed_size_interval_var(task.start, task.duration, f"r{resource}.{number}")
        for number, task in enumerate(using)
    ]
    demands = [task.uses[resource] for task in using]
    if capacity == 1 and set(demands) == {1}:
        model.add_no_overlap(intervals)
    else:
        model.add_cumulative(intervals, demands, capacity)


def statements_of(project: Project) -> tuple[Statement, ...]:
    """Return what the user said that takes possibilities away: the deadline and the capacities."""
    found = [
        Statement(f"capacities.{number}", capacity, sum(job.uses[number] for job in project.jobs.values()), whole=True)
        for number, capacity in enumerate(project.capacities)
    ]
    if project.deadline is not None:
        longest = sum(job.duration + job.ready for job in project.jobs.values())
        longest += sum(max(link.least, 0) for link in project.links)
        found.append(Statement("deadline", project.deadline, longest, whole=True))
    return tuple(one for one in found if one.value != one.free)


def explain_schedule(project: Project, *, seconds: float = 10.0) -> Explanation | None:
    """Return why no schedule exists and what would help."""
    clock = SolveClock(Limits(seconds))

    def price(one: Project) -> Proof:
        return solve_schedule(one, clock.rest()).proof

    def exists(one: Project) -> bool | None:
        status = price(one).status
        return None if status == "unknown" else status != "infeasible"

    return explain(project, statements_of(project), exists, price, seconds=seconds * SHORTENING)


def read_project(said: object) -> Project:
    """Read a project from a mapping as it stands in a file.

    Raises:
        InputError: with the key that is wrong.
    """
    reader = Reader(said)
    capacities = reader.wholes("capacities")
    jobs = {
        name: ScheduleJob(one.whole("duration"), one.wholes("uses"), one.words("before", ()), one.whole("ready", 0))
        for name, one in reader.several("jobs").items()
    }
    for name, job in jobs.items():
        if len(job.uses) != len(capacities):
            raise InputError(f"jobs.{name}.uses: {len(capacities)} numbers are wanted, one for each of `capacities`")
        for later in job.before:
            if later not in jobs:
                raise InputError(f"jobs.{name}.before: there is no job '{later:.60}'; {suggest(later, jobs)}")
    deadline = reader.whole("deadline") if "deadline" in reader.said else None
    links = tuple(
        ScheduleLink(str(one.said.get("first")), str(one.said.get("second")), one.whole("least", least=-(10**6)))
        for one in (reader.items("links") if "links" in reader.said else ())
    )
    for name in {one.first for one in links} | {one.second for one in links}:
        if name not in jobs:
            raise InputError(f"links: there is no job '{name:.60}'; {suggest(name, jobs)}")
    project = Project(capacities, jobs, deadline, links)
    order(project.jobs)
    return project


def order(jobs: Mapping[str, ScheduleJob]) -> tuple[str, ...]:
    """Return the jobs so that each stands after all it waits for.

    Raises:
        InputError: if jobs wait for each other in a circle.
    """
    waits: dict[str, list[str]] = {name: [] for name in jobs}
    for name, job in jobs.items():
        for later in job.before:
            waits[later].append(name)
    try:
        return tuple(TopologicalSorter(waits).static_order())
    except CycleError as error:
        raise InputError(f"jobs wait for each other in a circle: {' -> '.join(error.args[1])}") from None


def _heads(project: Project, links: Sequence[ScheduleLink]) -> dict[str, int] | None:
    """Return the earliest start of each job with resources without limit; None when the links go round in a circle."""
    return _longest({name: job.ready for name, job in project.jobs.items()}, links)


def _tails(project: Project, links: Sequence[ScheduleLink]) -> dict[str, int] | None:
    """Return how long after the start of each job all is done at the earliest."""
    back = [ScheduleLink(link.second, link.first, link.least) for link in links]
    return _longest({name: job.duration for name, job in project.jobs.items()}, back)


def _longest(at: dict[str, int], links: Sequence[ScheduleLink]) -> dict[str, int] | None:
    """Return the longest way to each job (Bellman and Ford); None when a circle makes it ever longer."""
    for _ in range(len(at) + 1):
        moved = False
        for link in links:
            if at[link.first] + link.least > at[link.second]:
                at[link.second], moved = at[link.first] + link.least, True
        if not moved:
            return at
    return None


def check_schedule(project: Project, starts: Mapping[str, int]) -> Iterator[str]:
    """Say every rule that a schedule breaks; written apart from the model, to judge it."""
    for link in project.all_links():
        if starts[link.second] < starts[link.first] + link.least:
            yield f"{link.second} starts less than {link.least} after {link.first}"
    yield from (f"{name} starts too early" for name, job in project.jobs.items() if starts[name] < job.ready)
    for moment in sorted(set(starts.values())):
        running = [job for name, job in project.jobs.items() if starts[name] <= moment < starts[name] + job.duration]
        for number, capacity in enumerate(project.capacities):
            if sum(job.uses[number] for job in running) > capacity:
                yield f"more of resource {number} is used at {moment} than there is"
