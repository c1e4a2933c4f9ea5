"""What ``rules/`` knows, for the rest of the code."""

from __future__ import annotations

import os

from migrator._tables import CODES


def page(code: str) -> str:
    """Return the Markdown of a code's page; raises ``KeyError`` and ``FileNotFoundError``."""
    name = f"{code}-{CODES[code]['name']}.md"
    with open(os.path.join(rules_folder(), name), encoding="utf-8") as stream:
        return stream.read()


def rules_folder() -> str:
    """Return the folder of the pages: inside the package once installed, beside it before."""
    here = os.path.dirname(os.path.abspath(__file__))
    installed = os.path.join(here, "rules")
    return installed if os.path.isdir(installed) else os.path.join(os.path.dirname(here), "rules")
