"""The HTTP library that the installed SDK brings: httpx2 since openai 3, httpx before."""

from __future__ import annotations

import importlib
from typing import Any


def http() -> Any:
    """Return the library's module; both versions have what is used here."""
    try:
        return importlib.import_module("httpx2")
    except ModuleNotFoundError:
        return importlib.import_module("httpx")
