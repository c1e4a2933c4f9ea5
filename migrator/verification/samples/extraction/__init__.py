"""Chat requests that stand in source code, as far as they are literal or filled from a file.

Nothing is imported or run: values are read off the syntax tree, and what only a running program
knows is a hole with a name.
"""

from .holes import Fillings, read_fillings, template
from .sites import Extraction, Skipped, extract

__all__ = ["Extraction", "Fillings", "Skipped", "extract", "read_fillings", "template"]
