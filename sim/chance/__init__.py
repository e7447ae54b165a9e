"""Distributions, and random numbers that are found by their key."""

from sim.chance.correlation import FigureName, Figures, JointDraws, Together
from sim.chance.distributions import (
    Beta,
    Discrete,
    Distribution,
    Empirical,
    Exponential,
    Fixed,
    Lognormal,
    Normal,
    Pert,
    Shifted,
    Triangular,
    Uniform,
    Weibull,
    shift,
)
from sim.chance.draws import Draws, DrawTable
from sim.chance.ratio import RatioLaw
