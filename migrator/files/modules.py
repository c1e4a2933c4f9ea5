"""Which file of a project an import means."""

from __future__ import annotations

import os
import sys

_SOURCES = ("src", "lib")


def module_file(importer: str, level: int, dotted: str, root: str) -> str | None:
    """Return the absolute path of the file that an import in ``importer`` loads, else None.

    ``level`` counts the leading dots.  None as well for the standard library, for packages that
    are not below ``root`` and where several files would do.
    """
    names = dotted.split(".") if dotted else []
    folder = os.path.dirname(importer)
    if level:
        for _ in range(level - 1):
            folder = os.path.dirname(folder)
        return _below(folder, names)
    if not names or names[0] in sys.stdlib_module_names:
        return None
    if not os.path.exists(os.path.join(folder, "__init__.py")):
        # A script's own folder comes first on the path.
        found = _below(folder, names)
        if found is not None:
            return found
    candidates: set[str] = set()
    while folder.startswith(root):
        for place in (folder, *(os.path.join(folder, name) for name in _SOURCES)):
            found = _below(place, names)
            if found is not None and found != importer:
                candidates.add(found)
        above = os.path.dirname(folder)
        if above == folder:
            break
        folder = above
    return candidates.pop() if len(candidates) == 1 else None


def _below(folder: str, names: list[str]) -> str | None:
    path = os.path.join(folder, *names)
    if names and os.path.isfile(path + ".py"):
        return path + ".py"
    package = os.path.join(path, "__init__.py")
    return package if os.path.isfile(package) else None
