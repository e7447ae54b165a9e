"""Physics as floats and arrays: transfers, windows, light, tracking and rockets; no scenario is known here.

Time is `epoch_d`: days of TDB since J2000.0 (2000-01-01T12:00:00 TDB). Positions are km in the GCRS axes,
speeds km/s inside kernels; public results carry their unit in their name.
"""
