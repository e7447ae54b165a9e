"""Constants of nature and of bodies: value, unit, source, a line each."""

from __future__ import annotations

from typing import Final

G0_M_S2: Final = 9.80665  # m/s2; standard gravity, CGPM 1901
AU_KM: Final = 149_597_870.7  # km; IAU 2012 resolution B2
DAY_S: Final = 86_400.0  # s
HOUR_S: Final = 3_600.0  # s

EARTH_MU_KM3_S2: Final = 398_600.435_507  # km3/s2; JPL DE440, Park et al. 2021, AJ 161:105, table 2
MOON_MU_KM3_S2: Final = 4_902.800_118  # km3/s2; JPL DE440, same table
SUN_MU_KM3_S2: Final = 132_712_440_041.279_42  # km3/s2; JPL DE440, same table
EARTH_RADIUS_KM: Final = 6_378.137  # km, equatorial; WGS 84
EARTH_MEAN_RADIUS_KM: Final = 6_371.0  # km; of distances along the ground, (2 a + b) / 3, IUGG
EARTH_FLATTENING: Final = 1.0 / 298.257_223_563  # WGS 84
EARTH_J2: Final = 1.082_626_68e-3  # WGS 84 / EGM96, unnormalised
MOON_RADIUS_KM: Final = 1_737.4  # km, mean; IAU WGCCRE 2015, Archinal et al. 2018, table 5

MOON_MEAN_DISTANCE_KM: Final = 384_400.0  # km; mean Earth-Moon distance used as a scale
SYNODIC_MONTH_D: Final = 29.530_589  # d; Explanatory Supplement to the Astronomical Almanac

J2000_JD: Final = 2_451_545.0  # TDB Julian date of epoch_d = 0
