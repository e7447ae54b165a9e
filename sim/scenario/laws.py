"""The laws of chance in words: how each is written, what it means, and when to take it."""

from __future__ import annotations

from typing import Final, NamedTuple


class LawText(NamedTuple):
    """A law of chance as the reference explains it."""

    name: str
    written: str
    meaning: str
    use: str


LAW_TEXTS: Final = (
    LawText("fixed", "{fixed: 20 d}", "always this value; 20 d alone says the same", "to give one value a source"),
    LawText(
        "triangular",
        "{triangular: [20 d, 30 d, 60 d]}",
        "least, likeliest, most; straight lines between them",
        "three-point estimates whose ends are really possible",
    ),
    LawText(
        "pert",
        "{pert: [20 d, 30 d, 60 d]}",
        "least, likeliest, most; a beta law whose mean weighs the likeliest four times",
        "three-point estimates whose ends are extreme; weeks apart from triangular",
    ),
    LawText("uniform", "{uniform: [20 d, 60 d]}", "every value between two is as likely", "a range and nothing more"),
    LawText(
        "normal",
        "{normal: {mean: 30 d, sd: 5 d}}",
        "the bell curve, cut off where the quantity ends",
        "measured values that scatter to both sides",
    ),
    LawText(
        "lognormal",
        "{lognormal: {median: 334 d, p90: 800 d}}",
        "half below the median, one in ten above p90; never negative, long to the right",
        "delays and stand-downs",
    ),
    LawText(
        "exponential",
        "{exponential: {mean: 10 d}}",
        "waiting for something that comes at any moment alike",
        "failures, calls for help",
    ),
    LawText(
        "weibull",
        "{weibull: {shape: 1.02, scale: 26 d, zero: 14 %}}",
        "a share that is exactly zero, the rest after a Weibull law",
        "measured slips, of which some are none",
    ),
    LawText(
        "discrete",
        "{discrete: {20 d: 70 %, 200 d: 30 %}}",
        "one of these values with these chances, which add up to 100 %",
        "it goes well or it does not",
    ),
    LawText(
        "empirical",
        "{empirical: slips.csv#delay_d}",
        "one of the observed values, each as likely: a column of a CSV file beside the scenario, or a list",
        "when there are data",
    ),
    LawText(
        "beta",
        "{beta: [97, 3]}",
        "a share that is not known exactly: so many successes, so many failures (shares only)",
        "chances learnt from a record",
    ),
)
"""Every law a random value can follow, in the order in which the reference tells them."""
