"""The figures of a study, as Plotly figures that stand alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from sim.problems import suggest

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from dashboards.card import Card
    from sim.analysis.findings import Findings, GoalFinding
    from sim.decide.sought import Found
    from sim.model.tracing import Trace


class Drawable(Protocol):
    """What can be drawn: a study."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def findings(self) -> Findings:
        """What it found."""

    def goal_called(self, name: str | None) -> str:
        """Return the goal of a name, the first where none is said; raises FolderError for an unknown one."""


class Plots:
    """Draws a study; every method returns a Plotly figure that says in its title what it shows."""

    def __init__(self, study: Drawable) -> None:
        self._study = study

    def scurve(self, goal: str | None = None) -> go.Figure:
        """Chance of a goal over time, with its band, P50, P80 and the date wanted."""
        from dashboards.figures.scurve import draw_scurve

        return self._of_goal(draw_scurve, goal)

    def goals(self) -> go.Figure:
        """Chance of every goal over time."""
        from dashboards.figures.scurve import draw_goals

        return _alone(draw_goals(self._study.findings))

    def margin(self, goal: str | None = None) -> go.Figure:
        """The dates that go with each confidence, and their distance to the date wanted."""
        from dashboards.figures.margin import draw_margin

        return self._of_goal(draw_margin, goal)

    def causes(self, goal: str | None = None) -> go.Figure:
        """Mean days that each cause adds to a goal's date against the plan."""
        from dashboards.figures.waterfall import draw_causes

        return self._of_goal(draw_causes, goal)

    def paths(self, goal: str | None = None) -> go.Figure:
        """What is how often on the chain that dates a goal."""
        from dashboards.figures.critical_paths import draw_paths

        return self._of_goal(draw_paths, goal)

    def chain(self, goal: str | None = None) -> go.Figure:
        """The chain that dates a goal in the plan and in the P10, P50 and P90 replications."""
        from dashboards.figures.chain import draw_chain

        return self._of_goal(draw_chain, goal)

    def gantt(self, goal: str | None = None) -> go.Figure:
        """The campaign: medians with P10 to P90 of each finish, and criticality for a goal."""
        from dashboards.figures.gantt import draw_gantt

        return self._of_goal(draw_gantt, goal)

    def mass(self, goal: str | None = None) -> go.Figure:
        """Mass landed at the base over time."""
        from dashboards.figures.mass import draw_mass

        return self._of_goal(draw_mass, goal)

    def bat(self, run: str = "P50") -> go.Figure:
        """Where everything is over time, in the Nominal, P10, P50 or P90 run."""
        from dashboards.figures.bat import draw_bat

        return self._of_run(draw_bat, run)

    def power(self, run: str = "P50") -> go.Figure:
        """Power supply and demand of the base over time, in the Nominal, P10, P50 or P90 run."""
        from dashboards.figures.power import draw_power

        return self._of_run(draw_power, run)

    def _of_goal(self, draw: Callable[[Findings, GoalFinding], Card], goal: str | None) -> go.Figure:
        name, found = self._study.goal_called(goal), self._study.findings
        return _alone(draw(found, next(one for one in found.goals if one.name == name)))

    def _of_run(self, draw: Callable[[Findings, Trace], Card], run: str) -> go.Figure:
        from sim.front.arguments import ArgumentError

        traces = {trace.title.lower(): trace for trace in self._study.findings.traces}
        if run.lower() not in traces:
            raise ArgumentError("run", f"no run {run!r:.40} was kept; {suggest(run.lower(), traces)}")
        return _alone(draw(self._study.findings, traces[run.lower()]))

    def __dir__(self) -> list[str]:
        return [name for name in vars(type(self)) if not name.startswith("_")]

    def __repr__(self) -> str:
        return f"<figures of {self._study.name}: {', '.join(dir(self))}>"


class SearchPlots:
    """Draws a search; every method returns a Plotly figure that says in its title what it shows."""

    def __init__(self, found: Found) -> None:
        self._found = found

    def chances(self) -> go.Figure:
        """Cost of the packages against the chance by the goal's date."""
        from dashboards.figures.frontier import draw_chances

        return _alone(draw_chances(self._found))

    def promises(self) -> go.Figure:
        """Cost of the packages against the date that can be promised."""
        from dashboards.figures.frontier import draw_promises

        return _alone(draw_promises(self._found))

    def levers(self) -> go.Figure:
        """How far each lever alone moves the mean date."""
        from dashboards.figures.movers import draw_tornado

        return _alone(draw_tornado(self._found.swings))

    def __dir__(self) -> list[str]:
        return [name for name in vars(type(self)) if not name.startswith("_")]

    def __repr__(self) -> str:
        return f"<figures of levers of {self._found.scenario}: {', '.join(dir(self))}>"


def _alone(card: Card) -> go.Figure:
    from dashboards.picture import figure_alone

    return figure_alone(card)
