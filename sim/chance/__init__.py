"""Distributions, and random numbers that are found by their key."""

from sim.chance.beta import Beta, Pert
from sim.chance.correlation import FigureName, Figures, JointDraws, Together
from sim.chance.distributions import (
    Discrete,
    Distribution,
    Empirical,
    Exponential,
    Fixed,
    Lognormal,
    Normal,
    Shifted,
    Triangular,
    Uniform,
    Weibull,
    shift,
)
from sim.chance.draws import Draws, DrawTable
from sim.chance.ratio import RatioLaw
