"""Text with a unit to SI floats and back: one closed table of units per kind of quantity.

Inside the model a mass is in kg, a duration in days, a speed in m/s, a length in m, an angle in rad,
a power in W, an energy in J, a share a fraction of one, a rate per day, a specific impulse in s,
a mass rate in kg/d, labour in h.
"""

from sim.units.known_units import KINDS, Kind, UnitError, unit_of_word
from sim.units.reading import (
    FIRST_YEAR,
    LAST_YEAR,
    file_name,
    format_date,
    format_quantity,
    parse_date,
    parse_file_name,
    parse_name,
    parse_quantity,
    read_quantity,
    within,
)
from sim.units.types import (
    Angle,
    Date,
    Duration,
    Elevation,
    Energy,
    FileName,
    Hours,
    Inclination,
    Latitude,
    Length,
    Longitude,
    Margin,
    Mass,
    MassRate,
    Name,
    Power,
    Rate,
    Share,
    Slip,
    SpecificImpulse,
    Speed,
    quantity_pattern,
    quantity_schema,
)
