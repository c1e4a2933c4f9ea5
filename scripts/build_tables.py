"""Compile ``rules/codes.toml`` and ``rules/api/*.toml`` into ``migrator/_tables.py``.

``check`` may not pay for a TOML parser on the hook's path, so the tables travel as a Python
literal; the data stays in ``rules/``.  A test asserts that the two agree.

    python scripts/build_tables.py          write
    python scripts/build_tables.py --check  exit 1 when the file is out of date
"""

from __future__ import annotations

import pprint
import sys
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "migrator" / "_tables.py"


def load(path: Path) -> dict[str, Any]:
    """Return the parsed table; raises ``tomllib.TOMLDecodeError``."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def compiled() -> str:
    """Return the text that ``migrator/_tables.py`` must have."""
    codes = load(ROOT / "rules" / "codes.toml")
    api = {path.stem: load(path) for path in sorted((ROOT / "rules" / "api").glob("*.toml"))}

    def literal(value: object) -> str:
        return pprint.pformat(value, width=96, sort_dicts=False)

    return (
        '"""Generated from ``rules/`` by ``scripts/build_tables.py``; do not edit."""\n\n'
        "# fmt: off\n"
        "# ruff: noqa\n"
        f"CODES: dict[str, dict[str, str]] = \\\n{literal(codes)}\n\n"
        f"API: dict[str, dict[str, dict[str, dict[str, str]]]] = \\\n{literal(api)}\n"
    )


def main() -> int:
    """Write the tables, or compare them with ``--check``; return the exit status."""
    text = compiled()
    if "--check" in sys.argv[1:]:
        current = TARGET.read_text(encoding="utf-8") if TARGET.exists() else ""
        return 0 if current == text else 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
