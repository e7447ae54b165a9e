"""Studies and sweeps in the browser; needs the extra [explore]."""

from dashboards.explorer.app import listen, make_app
from dashboards.explorer.brush import keep_cases, name_nearest
from dashboards.explorer.door import LOOPBACK
from dashboards.explorer.studies import draw_curves, job_of

__all__ = ["LOOPBACK", "draw_curves", "job_of", "keep_cases", "listen", "make_app", "name_nearest"]
