"""A fitted law of slip by class in words."""

from __future__ import annotations

from collections.abc import Sequence

from sim.calibration.class_fit import ClassCalibration
from sim.calibration.class_score import Score
from sim.calibration.comparisons import OURS


def about_classes(fit: ClassCalibration) -> str:
    """Return what the law is about, in one sentence."""
    statements = fit.statements
    years = sorted(int(day / 365.2425) for day in statements.said_d)
    return (
        f"Slip of planned dates by agency, kind and lead time, {statements.rows} statements of "
        f"{len(statements.programmes)} programmes, said {years[0] + 1} to {years[-1] + 1}."
    )


def describe_classes(name: str, fit: ClassCalibration) -> list[str]:
    """Return the law with the errors of its parameters and its scores, a line for each."""
    law, statements = fit.law, fit.statements
    sd = law.covariance.diagonal() ** 0.5
    figures = [
        f"{one} {value:.2f} ± {error:.2f}" for one, value, error in zip(law.names, law.estimate, sd, strict=True)
    ]
    text = [
        f"{name}: {statements.rows} rows ({int((~statements.open).sum())} decided) of "
        f"{len(statements.programmes)} programmes"
        + (f"; left out: {'; '.join(fit.left_out)}" if fit.left_out else "")
        + (f"; as known on {fit.choice.as_of}" if fit.choice.as_of else ""),
        *(f"{name}: {line}" for line in _lines(figures)),
        f"{name}: correlation within a programme {fit.luck.value:.2f} ± {fit.luck.sd:.2f} (different missions; all "
        f"statements {fit.weight_correlation:.2f}), across programmes {fit.luck.across:.2f}",
    ]
    if fit.compared:
        text.append(f"{name}: each programme forecast without its own rows:")
    for one in fit.compared:
        judged = one.judged
        line = (
            f"{name}:   {one.name:24s} P10-P90 holds {judged.inside.mean():6.1%}, below {judged.below.mean():6.1%}, "
            f"above {judged.above.mean():6.1%}, CRPS {judged.crps_d.mean():5.0f} d"
        )
        if one.name != OURS:
            line += f", {one.excess.value_d:+.0f} ± {one.excess.error_d:.0f} d"
        text.append(line)
    for column, parts in fit.parts.items():
        found = (f"{one} {part.inside:.0%} of {part.rows}, {part.crps_d:.0f} d" for one, part in parts.items())
        text.append(f"{name}:   by {column}: {'; '.join(found)}")
    return text


def describe_score(name: str, table: str, score: Score) -> list[str]:
    """Return how a law did on a table, a line for each part."""
    text = [
        f"{name} on {table}: {score.rows} statements, {score.decided} of them decided",
        f"P10-P90 holds {score.inside:.1%}; {score.below:.1%} came below P10, {score.above:.1%} above P90",
        f"mean CRPS {score.crps_d:.0f} d; the plan {score.crps_plan_d:.0f} d, the plan plus the mean slip "
        f"{score.crps_plan_plus_mean_d:.0f} d",
        "",
        f"{'':24s}{'rows':>6s}{'inside':>9s}{'CRPS':>9s}",
    ]
    for column, parts in score.by.items():
        text.append(column)
        text += [f"  {one:22s}{part.rows:6d}{part.inside:9.0%}{part.crps_d:7.0f} d" for one, part in parts.items()]
    return text


def _lines(words: Sequence[str], width: int = 100) -> list[str]:
    lines = [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] += f", {word}" if lines[-1] else word
    return lines
