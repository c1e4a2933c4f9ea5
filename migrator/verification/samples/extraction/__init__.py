"""Chat requests that stand in source code, as far as they are literal or filled from a file.

Nothing is imported or run: values are read off the syntax tree, and what only a running program
knows is a hole with a name.
"""

from .holes import Fillings, read_fillings, template
from .matching import known_calls, with_sites
from .sites import Extraction, Skipped, extract

__all__ = [
    "Extraction",
    "Fillings",
    "Skipped",
    "extract",
    "known_calls",
    "read_fillings",
    "template",
    "with_sites",
]
