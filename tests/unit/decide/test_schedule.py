"""Schedules are the shortest of trying every order, and those of a published library."""

from __future__ import annotations

import itertools
import random

import pytest

from sim.decide.explain import Explanation
from sim.decide.schedule import (
    Project,
    ScheduleJob,
    ScheduleLink,
    check_schedule,
    explain_schedule,
    read_project,
    solve_schedule,
)
from sim.problems import InputError


def drawn(seed: int) -> Project:
    """Return a project of six jobs and two resources."""
    draw = random.Random(seed)
    names = "abcdef"
    jobs = {
        name: ScheduleJob(
            draw.randint(0, 5),
            (draw.randint(0, 3), draw.randint(0, 3)),
            tuple(later for later in names[place + 1 :] if draw.random() < 0.3),
        )
        for place, name in enumerate(names)
    }
    return Project((3, 4), jobs)


def shortest(project: Project) -> int:
    """Return the least duration over every order of the jobs, each started as early as it can be.

    One of these orders is a best one. Source: Sprecher, Kolisch, Drexl, European Journal of Operational Research 80
    (1995) 94-102, on active schedules; recalled.
    """
    best = sum(job.duration for job in project.jobs.values())
    for order in itertools.permutations(project.jobs):
        starts: dict[str, int] = {}
        for name in order:
            waits = [other for other, job in project.jobs.items() if name in job.before]
            if any(other not in starts for other in waits):
                break
            start = max((starts[other] + project.jobs[other].duration for other in waits), default=0)
            while not _room(project, starts, name, start):
                start += 1
            starts[name] = start
        else:
            best = min(best, max(starts[name] + job.duration for name, job in project.jobs.items()))
    return best


def _room(project: Project, starts: dict[str, int], name: str, start: int) -> bool:
    job = project.jobs[name]
    for t in range(start, start + job.duration):
        running = [project.jobs[one] for one, at in starts.items() if at <= t < at + project.jobs[one].duration]
        for number, capacity in enumerate(project.capacities):
            if job.uses[number] + sum(one.uses[number] for one in running) > capacity:
                return False
    return True


@pytest.mark.parametrize("seed", range(8))
def test_the_duration_is_the_shortest_of_every_order(seed: int) -> None:
    project = drawn(seed)
    found = solve_schedule(project)
    assert found.proof.status == "optimal"
    assert found.proof.objective == shortest(project)


@pytest.mark.parametrize("seed", range(8))
def test_a_schedule_keeps_every_rule(seed: int) -> None:
    project = drawn(seed)
    assert list(check_schedule(project, solve_schedule(project).starts)) == []


def test_the_judge_sees_a_job_too_early_and_a_resource_overdrawn() -> None:
    project = Project((1,), {"a": ScheduleJob(2, (1,), ("b",)), "b": ScheduleJob(1, (1,), ())})
    assert len(list(check_schedule(project, {"a": 0, "b": 1}))) == 2


def explained(deadline: int) -> Explanation | None:
    """Return why two jobs of three days, which share one crane, are not done by a deadline."""
    return explain_schedule(Project((1,), {"a": ScheduleJob(3, (1,), ()), "b": ScheduleJob(3, (1,), ())}, deadline))


def test_a_deadline_and_a_resource_that_clash_are_both_named() -> None:
    found = explained(5)
    assert found is not None
    assert [one.key for one in found.conflict.statements] == ["capacities.0", "deadline"]


def test_each_repair_is_the_least_that_helps() -> None:
    found = explained(5)
    assert found is not None
    assert {one.key: (one.value, one.proof.objective) for one in found.repairs} == {
        "capacities.0": (2, 3.0),
        "deadline": (6, 6.0),
    }


def test_a_deadline_that_can_be_kept_has_no_conflict() -> None:
    assert explained(6) is None


def test_a_job_that_needs_more_than_there_is_has_no_schedule() -> None:
    assert solve_schedule(Project((1,), {"a": ScheduleJob(1, (2,), ())})).proof.status == "infeasible"


@pytest.mark.parametrize(
    ("jobs", "wrong"),
    [
        ({"a": {"duration": 1, "uses": [1, 2]}}, "1 numbers are wanted"),
        ({"a": {"duration": 1, "uses": [1], "before": ["z"]}}, "there is no job 'z'"),
        ({"a": {"duration": 1, "uses": [1], "before": ["a"]}}, "in a circle"),
        ({"a": {"duration": -1, "uses": [1]}}, "a number of at least 0"),
    ],
)
def test_a_wrong_project_is_refused_with_its_key(jobs: object, wrong: str) -> None:
    with pytest.raises(InputError, match=wrong):
        read_project({"capacities": [1], "jobs": jobs})


def two_jobs(*links: ScheduleLink, teams: int = 2) -> Project:
    """Return two jobs of 4 and 3 that need a team each."""
    return Project((teams,), {"a": ScheduleJob(4, (1,)), "b": ScheduleJob(3, (1,))}, links=links)


@pytest.mark.parametrize(
    ("links", "least"),
    [
        ((ScheduleLink("a", "b", 4 + 2),), 9),  # 2 after the end of a
        ((ScheduleLink("a", "b", 1),), 4),  # 1 after the start of a
        ((ScheduleLink("b", "a", 1), ScheduleLink("a", "b", -1)), 5),  # a exactly 1 after the start of b
    ],
)
def test_a_lag_is_kept(links: tuple[ScheduleLink, ...], least: int) -> None:
    found = solve_schedule(two_jobs(*links))
    assert (found.proof.status, found.proof.objective) == ("optimal", least)
    assert list(check_schedule(two_jobs(*links), found.starts)) == []


def test_a_greatest_lag_that_one_team_cannot_keep_is_infeasible() -> None:
    """B is to start at most 1 after a, which keeps the only team for 4."""
    links = (ScheduleLink("a", "b", 0), ScheduleLink("b", "a", -1))
    assert solve_schedule(two_jobs(*links, teams=1)).proof.status == "infeasible"
    assert solve_schedule(two_jobs(*links, teams=2)).proof.status == "optimal"


def test_links_that_go_round_in_a_circle_are_infeasible() -> None:
    assert solve_schedule(two_jobs(ScheduleLink("a", "b", 1), ScheduleLink("b", "a", 1))).proof.status == "infeasible"


def test_the_best_order_serves_first_what_the_longest_way_waits_for() -> None:
    """One team; c takes 9 after b and no team, so b goes first."""
    jobs = {"a": ScheduleJob(4, (1,)), "b": ScheduleJob(3, (1,), ("c",)), "c": ScheduleJob(9, (0,))}
    found = solve_schedule(Project((1,), jobs))
    assert found.proof.objective == 12
    assert found.order.index("b") < found.order.index("a")


def test_a_job_starts_no_earlier_than_it_is_ready() -> None:
    found = solve_schedule(Project((1,), {"a": ScheduleJob(2, (1,), ready=5)}))
    assert (found.starts["a"], found.proof.objective) == (5, 7)


def test_links_stand_in_a_file_and_name_jobs_that_are_there() -> None:
    said = {
        "capacities": [1],
        "jobs": {"a": {"duration": 2, "uses": [1]}, "b": {"duration": 1, "uses": [0], "ready": 1}},
        "links": [{"first": "a", "second": "b", "least": 5}],
    }
    assert solve_schedule(read_project(said)).proof.objective == 6
    with pytest.raises(InputError, match="links: there is no job 'c'"):
        read_project({**said, "links": [{"first": "a", "second": "c", "least": 5}]})
