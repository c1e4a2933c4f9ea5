"""The file that fills holes: values by the names they have in the source.

TOML or JSON.  Keys that are places hold values for that place only, a list of tables makes one
sample of each::

    model = "gpt-4.1-mini"
    "self.question" = "What is the capital of France?"

    ["src/app.py"]
    language = "French"

    [["src/app.py:12"]]
    text = "first"
    [["src/app.py:12"]]
    text = "second"
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from migrator.config import ConfigError, parse_toml
from migrator.verification.samples.sample import SampleError

_PLACE = re.compile(r"\.pyw?(:\d+)?$")


class Fillings:
    """What the user says about holes."""

    def __init__(self, table: Mapping[str, Any] | None = None) -> None:
        everything = dict(table or {})
        self._places = {key: each for key, each in everything.items() if _PLACE.search(key)}
        self._general = {key: each for key, each in everything.items() if key not in self._places}

    def of(self, file: str, line: int) -> list[dict[str, Any]]:
        """Return the values for a call, one mapping for each sample to make of it."""
        here = self._places.get(f"{file}:{line}", {})
        common = {**self._general, **self._places.get(file, {})}
        each = here if isinstance(here, list) else [here]
        return [{**common, **values} for values in each]


def read_fillings(path: str) -> Fillings:
    """Return the fillings of a file; raise `SampleError`, or ``OSError``."""
    try:
        text = Path(path).read_text(encoding="utf-8")
        table = json.loads(text) if path.endswith(".json") else parse_toml(text, path)
    except ConfigError as error:
        raise SampleError(str(error)) from None
    except (ValueError, RecursionError) as error:
        raise SampleError(f"{path}: {error}") from None
    if not isinstance(table, dict):
        raise SampleError(f"{path}: not a table of names and values")
    for key, value in table.items():
        tables = value if isinstance(value, list) else [value]
        if _PLACE.search(key) and not all(isinstance(each, dict) for each in tables):
            raise SampleError(f"{path}: `{key}` is a place, so it must be a table")
    return Fillings(table)


def template(holes: Iterable[tuple[str, str]]) -> str:
    """Return a TOML file with every hole to fill in: pairs of place and name."""
    found: dict[str, dict[str, None]] = {}
    for place, name in holes:
        found.setdefault(place, {})[name] = None
    lines = ["# Fill in what is known, delete the rest; a value before the first table is for all."]
    for place, names in found.items():
        lines += ["", f"[{_quoted(place)}]"]
        lines += [f'# {_key(name)} = ""' for name in names]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _quoted(name)


def _quoted(name: str) -> str:
    return json.dumps(name)
