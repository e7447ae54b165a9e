"""Packages are chosen by chances that are known, with the promised risk, and what is in doubt is said."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from sim.decide.packages import Option
from sim.decide.selection import Floats, Frontier, Request, select
from sim.decide.sureness import paired, replications_to_tell, share


def product_of(weights: Sequence[tuple[float, float]], base: float) -> tuple[list[Option], list[float]]:
    """Return all packages of levers (cost, gain), cheapest first, with their chances: the base and the gains."""
    made = []
    for pulls in itertools.product((0, 1), repeat=len(weights)):
        cost = sum(one[0] for one, pull in zip(weights, pulls, strict=True) if pull)
        gain = sum(one[1] for one, pull in zip(weights, pulls, strict=True) if pull)
        made.append((Option(cost, pulls), base + gain))
    made.sort(key=lambda one: one[0].cost)
    return [one for one, _ in made], [chance for _, chance in made]


def luck(
    chances: Sequence[float], seed: int = 1, log: list[Request] | None = None
) -> Callable[[Sequence[Request]], list[Floats]]:
    """Return a simulation in which all options share one uniform number in each replication."""
    drawn = np.random.default_rng(seed).random(200_000)

    def simulate(requests: Sequence[Request]) -> list[Floats]:
        if log is not None:
            log.extend(requests)
        return [drawn[one.first : one.first + one.count] - chances[one.option] for one in requests]

    return simulate


LEVERS = ((3.0, 0.05), (1.0, 0.1), (4.0, 0.2), (6.0, 0.4))
OPTIONS, CHANCES = product_of(LEVERS, 0.1)  # 0.10, 0.15 ... 0.85
DIRECTED = [True] * len(LEVERS)


def cheapest(level: float) -> float:
    """Return the exact answer's cost."""
    return min(one.cost for one, chance in zip(OPTIONS, CHANCES, strict=True) if chance >= level)


def run(levels: Sequence[float], seed: int = 1, most: int = 6400, outline: int = 0) -> Frontier:
    return select(OPTIONS, DIRECTED, luck(CHANCES, seed), levels, most=most, outline=outline)


@pytest.mark.parametrize("level", [0.175, 0.325, 0.575, 0.775])
def test_the_cheapest_package_is_the_exact_one_away_from_ties(level: float) -> None:
    (found,) = run([level], most=25_600).levels
    assert found.state == "found"
    assert found.option is not None
    assert OPTIONS[found.option].cost == cheapest(level)
    assert CHANCES[found.option] >= level


def test_one_search_answers_every_level_as_each_alone_would() -> None:
    levels = (0.175, 0.575, 0.775)
    together = [one.option for one in run(levels).levels]
    assert together == [run([level]).levels[0].option for level in levels]


def test_the_promised_risk_is_kept_over_many_searches() -> None:
    """The limit is five in a hundred; 60 searches with 16 packages near three levels have none or few."""
    wrong = 0
    for seed in range(60):
        for level, found in zip((0.275, 0.525, 0.725), run((0.275, 0.525, 0.725), seed, most=800).levels, strict=True):
            answer, doubtful = found.option, {one.option for one in found.doubtful}
            sure = found.state == "found" and answer is not None and CHANCES[answer] < level
            missed = {n for n, p in enumerate(CHANCES) if p >= level and OPTIONS[n].cost < OPTIONS[answer or 0].cost}
            wrong += sure or (found.state == "found" and bool(missed - doubtful))
    assert wrong <= 6  # 60 searches x 5 %, and three deviations


def test_a_level_that_everything_misses_ends_early_with_the_best_and_its_date() -> None:
    log: list[Request] = []
    found = select(OPTIONS, DIRECTED, luck(CHANCES, log=log), [0.97])
    (level,) = found.levels
    assert level.state == "nothing"
    assert level.option == len(OPTIONS) - 1
    assert level.late_d is not None
    assert level.late_d.value is not None
    assert level.late_d.value > 0.0
    assert found.unseen > 0
    assert len({one.option for one in log}) < len(OPTIONS)


def test_a_package_on_the_level_is_told_as_in_doubt_with_what_more_would_cost() -> None:
    chances = [0.5, 0.7, 0.9]
    options = [Option(0.0, (0,)), Option(1.0, (1,)), Option(2.0, (2,))]
    (found,) = select(options, [True], luck(chances), [0.701], most=1600).levels
    assert found.option == 2
    assert [one.option for one in found.doubtful] == [1]
    assert found.doubtful[0].more is None or found.doubtful[0].more > 1600


def test_more_of_a_lever_that_harms_is_not_taken_to_be_better() -> None:
    """The last lever takes 30 points away: what pulls everything misses, and yet half of it meets."""
    options, chances = product_of([(1.0, 0.3), (2.0, -0.3)], 0.5)
    found = select(options, [True, True], luck(chances), [0.7])
    assert [one.monotone for one in found.tests] == [True, False]
    assert found.levels[0].option is not None
    assert chances[found.levels[0].option] == 0.8


def test_a_lever_without_direction_is_never_inferred() -> None:
    options, chances = product_of([(1.0, 0.3), (2.0, -0.3)], 0.5)
    found = select(options, [True, False], luck(chances), [0.7])
    assert found.tests[1].pairs == 0
    assert not found.tests[1].monotone
    assert found.levels[0].option is not None
    assert chances[found.levels[0].option] == 0.8


def test_of_two_that_cost_the_same_the_surer_is_taken() -> None:
    options = [Option(0.0, (0, 0)), Option(1.0, (1, 0)), Option(1.0, (0, 1))]
    (found,) = select(options, [True, True], luck([0.2, 0.75, 0.85]), [0.6]).levels
    assert found.option == 2
    assert found.ties == ()


def test_two_that_cost_the_same_and_are_alike_are_told_as_a_tie() -> None:
    options = [Option(0.0, (0, 0)), Option(1.0, (1, 0)), Option(1.0, (0, 1))]
    (found,) = select(options, [True, True], luck([0.2, 0.8, 0.8]), [0.6]).levels
    assert found.option is not None
    assert {found.option, *found.ties} == {1, 2}


def test_an_option_that_cannot_be_simulated_is_left_out() -> None:
    simulate = luck(CHANCES)

    def some(requests: Sequence[Request]) -> list[Floats | None]:
        return [None if one.option == 1 else late for one, late in zip(requests, simulate(requests), strict=True)]

    found = select(OPTIONS, DIRECTED, some, [0.175])
    assert OPTIONS[1].cost == cheapest(0.175)
    assert found.levels[0].option is not None
    assert OPTIONS[found.levels[0].option].cost == 4.0
    assert 1 not in found.looked


def test_ctrl_c_keeps_what_is_known() -> None:
    calls = itertools.count()
    simulate = luck(CHANCES)

    def stopped(requests: Sequence[Request]) -> list[Floats]:
        if next(calls) == 2:
            raise KeyboardInterrupt
        return simulate(requests)

    found = select(OPTIONS, DIRECTED, stopped, [0.575])
    assert found.interrupted
    assert found.replications > 0


def test_a_budget_ends_the_search_and_says_what_was_never_looked_at() -> None:
    found = select(OPTIONS, DIRECTED, luck(CHANCES), [0.575], budget=900)
    whole = run([0.575])
    assert found.replications < whole.replications
    assert found.levels[0].unseen > 0
    assert whole.levels[0].unseen == 0


def test_replications_are_asked_for_in_order_and_never_twice() -> None:
    log: list[Request] = []
    select(OPTIONS, DIRECTED, luck(CHANCES, log=log), [0.575, 0.775])
    for option in {one.option for one in log}:
        asked = [(one.first, one.count) for one in log if one.option == option]
        assert [first for first, _ in asked] == [
            sum(count for _, count in asked[:place]) for place in range(len(asked))
        ]


def test_the_steps_rise_with_the_cost() -> None:
    steps = run([0.5], outline=400).steps
    costs = [OPTIONS[one.option].cost for one in steps]
    assert costs == sorted(set(costs))
    assert [one.chance.value for one in steps] == sorted(one.chance.value for one in steps)


def test_limits_of_a_share_hold_at_every_look_together() -> None:
    """Of 400 sequences of 1,000 coins, at most five in a hundred (and three deviations) ever leave their limits."""
    draws = np.random.default_rng(7).random((400, 1000)) < 0.3
    left = 0
    for row in draws:
        met = np.cumsum(row)
        bands = (share(int(met[n - 1]), n, 0.05) for n in (10, 20, 50, 100, 200, 400, 700, 1000))
        left += any(not band.low <= 0.3 <= band.high for band in bands)
    assert left <= 400 * 0.05 + 3 * np.sqrt(400 * 0.05 * 0.95)


def test_limits_of_a_share_close_in_on_it() -> None:
    widths = [band.high - band.low for band in (share(3 * n // 10, n, 0.01) for n in (100, 1000, 10_000))]
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < 0.05


def test_paired_limits_know_which_is_surer() -> None:
    assert paired(60, 20, 400, 0.05).low > 0.0
    assert paired(20, 60, 400, 0.05).high < 0.0
    assert paired(30, 30, 400, 0.05).low < 0.0 < paired(30, 30, 400, 0.05).high


def test_the_replications_said_to_be_needed_do_tell() -> None:
    n = replications_to_tell(0.75, 0.7, 0.001)
    assert n is not None
    assert share(round(0.75 * 1.1 * n), round(1.1 * n), 0.001).low > 0.7
    assert share(round(0.75 * 0.8 * n), round(0.8 * n), 0.001).low < 0.7


def test_no_number_of_replications_tells_a_chance_from_itself() -> None:
    assert replications_to_tell(0.7, 0.7, 0.01) is None
