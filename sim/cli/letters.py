"""Letters that the encoding of the output lacks: escaped as JSON escapes them, never an error."""

from __future__ import annotations

import codecs
import sys

ESCAPED = "ilrs-escaped"
"""Name of the error handler, as streams take it."""


def escape_what_lacks() -> None:
    r"""Let stdout and stderr write every letter: what their encoding lacks becomes `\u0411`.

    Windows writes files and pipes in a code page of 256 letters, and titles come in Russian and Chinese.
    """
    codecs.register_error(ESCAPED, _escaped)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors=ESCAPED)


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """Return the letters as JSON escapes them, those beyond the first plane as pairs, so that JSON stays JSON."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2)), error.end


def ascii_only() -> bool:
    """Tell whether stdout may lack letters, so that text which is read back must be written with escapes."""
    return codecs.lookup(sys.stdout.encoding or "ascii").name != "utf-8"
