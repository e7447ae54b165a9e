"""Packages are chosen by chances that are known, with the promised risk, and what is in doubt is said."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from sim.decide.packages import Lattice
from sim.decide.selection import Level, Selection
from sim.decide.tally import Floats, Request, Simulate, Tally, paired, pairs_to_tell, replications_to_tell, share


def lattice_of(*packages: tuple[float, tuple[int, ...]], directed: Sequence[bool] = ()) -> Lattice:
    """Return packages (cost, pulls); all levers have a direction unless said."""
    costs, pulls = zip(*packages, strict=True)
    return Lattice(np.array(costs), np.array(pulls).T, directed or [True] * len(pulls[0]))


def product_of(
    weights: Sequence[tuple[float, float]], base: float, directed: Sequence[bool] = ()
) -> tuple[Lattice, list[float]]:
    """Return all packages of levers (cost, gain), cheapest first, with their chances: the base and the gains."""
    made = []
    for pulls in itertools.product((0, 1), repeat=len(weights)):
        cost = sum(one[0] for one, pull in zip(weights, pulls, strict=True) if pull)
        gain = sum(one[1] for one, pull in zip(weights, pulls, strict=True) if pull)
        made.append(((cost, pulls), base + gain))
    made.sort(key=lambda one: one[0][0])
    return lattice_of(*(one for one, _ in made), directed=directed), [chance for _, chance in made]


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


def cheapest(level: float) -> float:
    """Return the exact answer's cost."""
    return min(float(cost) for cost, chance in zip(OPTIONS.costs, CHANCES, strict=True) if chance >= level)


def select(
    lattice: Lattice, simulate: Simulate, levels: Sequence[float], *, most: int = 6400, budget: int = 10**9
) -> tuple[tuple[Level, ...], Tally]:
    tally = Tally(lattice, simulate, most=most, budget=budget, first=100)
    selection = Selection(tally, levels)
    selection.run()
    return selection.known(), tally


def run(levels: Sequence[float], seed: int = 1, most: int = 6400) -> tuple[Level, ...]:
    return select(OPTIONS, luck(CHANCES, seed), levels, most=most)[0]


@pytest.mark.parametrize("level", [0.175, 0.325, 0.575, 0.775])
def test_the_cheapest_package_is_the_exact_one_away_from_ties(level: float) -> None:
    (found,) = run([level], most=25_600)
    assert found.state == "found"
    assert found.option is not None
    assert OPTIONS.costs[found.option] == cheapest(level)
    assert CHANCES[found.option] >= level


def test_one_search_answers_every_level_as_each_alone_would() -> None:
    levels = (0.175, 0.575, 0.775)
    together = [one.option for one in run(levels)]
    assert together == [run([level])[0].option for level in levels]


def test_the_promised_risk_is_kept_over_many_searches() -> None:
    """The limit is five in a hundred; 60 searches with 16 packages near three levels have none or few."""
    wrong = 0
    for seed in range(60):
        for level, found in zip((0.275, 0.525, 0.725), run((0.275, 0.525, 0.725), seed, most=800), strict=True):
            answer, doubtful = found.option, {one.option for one in found.doubts}
            sure = found.state == "found" and answer is not None and CHANCES[answer] < level
            missed = {n for n, p in enumerate(CHANCES) if p >= level and OPTIONS.costs[n] < OPTIONS.costs[answer or 0]}
            wrong += sure or (found.state == "found" and bool(missed - doubtful))
    assert wrong <= 6  # 60 searches x 5 %, and three deviations


def test_a_level_that_everything_misses_ends_early_with_the_best() -> None:
    log: list[Request] = []
    (level,), tally = select(OPTIONS, luck(CHANCES, log=log), [0.97])
    assert level.state == "nothing"
    assert level.option == len(OPTIONS) - 1
    assert level.unseen == 0
    assert len({one.option for one in log}) == len(tally.late_d) < len(OPTIONS)


def test_a_package_on_the_level_is_told_as_in_doubt_with_what_more_would_cost() -> None:
    lattice = lattice_of((0.0, (0,)), (1.0, (1,)), (2.0, (2,)))
    (found,), _ = select(lattice, luck([0.5, 0.7, 0.9]), [0.701], most=1600)
    assert found.option == 2
    assert [one.option for one in found.doubts] == [1]
    assert found.doubts[0].more is None or found.doubts[0].more > 1600


def test_more_of_a_lever_that_harms_is_not_taken_to_be_better() -> None:
    """The last lever takes 30 points away: what pulls everything misses, and yet half of it meets."""
    lattice, chances = product_of([(1.0, 0.3), (2.0, -0.3)], 0.5)
    (found,), tally = select(lattice, luck(chances), [0.7])
    assert [one.monotone for one in tally.order.tests()] == [True, False]
    assert found.option is not None
    assert chances[found.option] == 0.8


def test_a_lever_without_direction_is_never_inferred() -> None:
    lattice, chances = product_of([(1.0, 0.3), (2.0, -0.3)], 0.5, directed=[True, False])
    (found,), tally = select(lattice, luck(chances), [0.7])
    assert tally.order.tests()[1].pairs == 0
    assert not tally.order.tests()[1].monotone
    assert found.option is not None
    assert chances[found.option] == 0.8


def test_of_two_that_cost_the_same_the_surer_is_taken() -> None:
    lattice = lattice_of((0.0, (0, 0)), (1.0, (1, 0)), (1.0, (0, 1)))
    (found,), _ = select(lattice, luck([0.2, 0.75, 0.85]), [0.6])
    assert found.option == 2
    assert found.ties == ()


def test_two_that_cost_the_same_and_are_alike_are_told_as_a_tie() -> None:
    lattice = lattice_of((0.0, (0, 0)), (1.0, (1, 0)), (1.0, (0, 1)))
    (found,), _ = select(lattice, luck([0.2, 0.8, 0.8]), [0.6])
    assert found.option is not None
    assert {found.option, *found.ties} == {1, 2}


def test_an_option_that_cannot_be_simulated_is_left_out() -> None:
    simulate = luck(CHANCES)

    def some(requests: Sequence[Request]) -> list[Floats | None]:
        return [None if one.option == 1 else late for one, late in zip(requests, simulate(requests), strict=True)]

    (found,), tally = select(OPTIONS, some, [0.175])
    assert OPTIONS.costs[1] == cheapest(0.175)
    assert found.option is not None
    assert OPTIONS.costs[found.option] == 4.0
    assert 1 not in tally.late_d


def test_what_is_known_can_be_asked_after_ctrl_c() -> None:
    calls = itertools.count()
    simulate = luck(CHANCES)

    def stopped(requests: Sequence[Request]) -> list[Floats]:
        if next(calls) == 2:
            raise KeyboardInterrupt
        return simulate(requests)

    tally = Tally(OPTIONS, stopped, most=6400, budget=10**9)
    selection = Selection(tally, [0.575])
    with pytest.raises(KeyboardInterrupt):
        selection.run()
    assert selection.known()[0].option is not None
    assert tally.replications > 0


def test_a_budget_ends_the_search_and_says_what_was_never_looked_at() -> None:
    (found,), tally = select(OPTIONS, luck(CHANCES), [0.575], budget=900)
    (whole,), everything = select(OPTIONS, luck(CHANCES), [0.575])
    assert tally.replications < everything.replications
    assert found.unseen > 0
    assert whole.unseen == 0


def test_replications_are_asked_for_in_order_and_never_twice() -> None:
    log: list[Request] = []
    select(OPTIONS, luck(CHANCES, log=log), [0.575, 0.775])
    for option in {one.option for one in log}:
        asked = [(one.first, one.count) for one in log if one.option == option]
        assert [first for first, _ in asked] == [
            sum(count for _, count in asked[:place]) for place in range(len(asked))
        ]


@pytest.mark.parametrize("seed", range(4))
def test_of_many_packages_few_are_simulated_and_the_answer_is_near_the_cheapest(seed: int) -> None:
    """Six levers with three values and two without direction make 16,384 packages, whose chances are known.

    At most a quarter is paid more than for the cheapest that is five points above the level.
    """
    drawn = np.random.default_rng(seed)
    sizes = (4, 4, 4, 4, 4, 4, 2, 2)
    pulls = np.indices(sizes, dtype=np.int16).reshape(len(sizes), -1)
    gains, costs = np.zeros(pulls.shape[1]), np.zeros(pulls.shape[1])
    for row, size in zip(pulls, sizes, strict=True):
        gains += np.array([0.0, *np.sort(drawn.uniform(0.0, 0.12, size - 1))])[row]
        costs += np.array([0.0, *np.sort(drawn.uniform(1.0, 9.0, size - 1))])[row]
    order = np.argsort(costs)
    lattice, truth = Lattice(costs[order], pulls[:, order], [True] * 6 + [False] * 2), 0.05 + gains[order]
    (found,), tally = select(lattice, luck(truth.tolist(), seed), [0.5], budget=60_000)
    assert found.option is not None
    assert truth[found.option] >= 0.5
    assert lattice.costs[found.option] <= 1.25 * lattice.costs[truth >= 0.55].min()
    assert found.unseen > 0
    assert len(tally.late_d) < 0.03 * len(lattice)


def test_a_few_levers_are_answered_as_trying_every_package_would() -> None:
    """Of 54 packages, the cheapest with each chance is known; what is cheaper and within a point is named at least."""
    sizes, gains, costs = (
        (3, 3, 3, 2),
        ((0.1, 0.18), (0.05, 0.21), (0.12, 0.3), (0.08,)),
        ((1, 3), (2, 4), (3, 7), (2,)),
    )
    pulls = np.indices(sizes, dtype=np.int16).reshape(len(sizes), -1)
    weights = [(np.array([0, *cost]), np.array([0, *gain])) for cost, gain in zip(costs, gains, strict=True)]
    cost, truth = np.zeros(pulls.shape[1]), np.full(pulls.shape[1], 0.1)
    for row, (by_cost, by_gain) in zip(pulls, weights, strict=True):
        cost, truth = cost + by_cost[row], truth + by_gain[row]
    order = np.argsort(cost, kind="stable")
    cost, truth = cost[order], truth[order]
    levels = (0.305, 0.505, 0.645, 0.765)
    known, _ = select(Lattice(cost, pulls[:, order], [True] * 4), luck(truth.tolist()), levels, most=102_400)
    for found in known:
        assert found.option is not None
        cheaper = np.flatnonzero((truth >= found.level) & (cost < cost[found.option]))
        assert truth[found.option] >= found.level
        assert set(cheaper) <= {one.option for one in found.doubts}


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


def test_the_pairs_said_to_be_needed_do_tell() -> None:
    n = pairs_to_tell(30, 20, 400, 0.001)
    assert n is not None
    assert n > 400
    assert paired(round(30 * n / 400), round(20 * n / 400), n, 0.001).low > 0.0
    assert paired(round(27 * n / 400), round(18 * n / 400), round(0.9 * n), 0.001).low <= 0.0
    assert pairs_to_tell(20, 20, 400, 0.001) is None


def test_no_number_of_replications_tells_a_chance_from_itself() -> None:
    assert replications_to_tell(0.7, 0.7, 0.01) is None
