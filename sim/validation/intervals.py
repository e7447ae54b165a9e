"""The intervals beside every printed probability, quantile and difference, against those that others printed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from sim.analysis.estimates import Proportion, clopper_pearson, paired_mean, rank_coverage, wilson
from sim.validation.case import About, PublishedCase, near
from sim.validation.published import read_published

KIND: Final = "schedule risk"
_DIGITS: Final = 6e-5
_PRINTED: Final = "printed to four digits"


def interval_cases() -> Iterator[PublishedCase]:
    """Return the binomial, order-statistic and paired intervals."""
    said = read_published("intervals")
    yield from _binomial(said["wilson_95"], "wilson-95", wilson)
    yield from _binomial(said["clopper_pearson_95"], "exact-95", clopper_pearson)
    yield from _binomial(said["clopper_pearson_90"], "exact-90", lambda k, n: clopper_pearson(k, n, level=0.9))
    yield from _ranks(said["rank_coverage"])
    for pair in said["paired"]:
        found = paired_mean(pair["first"], pair["second"], level=pair["level"])
        about = About(pair["id"], KIND, pair["source"], f"{pair['level']:.0%} interval of a paired mean", _PRINTED)
        yield near(about, [found.lo, found.hi], pair["interval"], _DIGITS)


def _binomial(said: Mapping[str, Any], name: str, estimate: Callable[..., Proportion]) -> Iterator[PublishedCase]:
    for row in said["rows"]:
        found = estimate(row["k"], row["n"])
        quantity = f"interval of the share {row['k']} of {row['n']}"
        about = About(f"{name}-{row['k']}-of-{row['n']}", KIND, said["source"], quantity, _PRINTED)
        yield near(about, [found.lo, found.hi], row["interval"], _DIGITS)


def _ranks(said: Mapping[str, Any]) -> Iterator[PublishedCase]:
    for row in said["rows"]:
        lower, upper = row["ranks"]
        quantity = f"coverage of ranks {lower} and {upper} for P{100 * row['q']:.0f} of {row['n']}"
        about = About(f"ranks-{row['n']}-p{100 * row['q']:.0f}", KIND, said["source"], quantity, _PRINTED)
        yield near(about, rank_coverage(row["n"], row["q"], lower, upper), row["coverage"], _DIGITS)
