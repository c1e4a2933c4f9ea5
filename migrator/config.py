"""Settings: defaults, ``[tool.migrator]``, ``--config`` and options, merged into one object.

On the hook's path, so it imports nothing at the top; TOML is parsed only where a
``pyproject.toml`` holds the words ``tool.migrator``.
"""

from __future__ import annotations

import os
import sys

from migrator.files.reading import shown_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

# Ruff's default excludes.
DEFAULT_EXCLUDE = (
    ".bzr", ".direnv", ".eggs", ".git", ".git-rewrite", ".hg", ".ipynb_checkpoints",
    ".mypy_cache", ".nox", ".pants.d", ".pyenv", ".pytest_cache", ".pytype", ".ruff_cache",
    ".svn", ".tox", ".venv", ".vscode", "__pycache__", "__pypackages__", "_build", "buck-out",
    "build", "dist", "node_modules", "site-packages", "venv",
)  # fmt: skip

DEFAULT_MAX_FILE_SIZE = 10_000_000


class ConfigError(Exception):
    """A setting that can't be used: ``where`` it stands and ``what`` is wrong, one line."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")
        self.where = where
        self.what = what


class Settings:
    """Everything that can be configured; ``Settings()`` gives the defaults.

    ``root`` is the folder that relative patterns are relative to.
    """

    __slots__ = (
        "store", "history", "system", "unknown_hosts", "hosts", "drop", "library", "azure_v1",
        "select", "extend_select", "ignore", "per_file_ignores", "exclude", "extend_exclude",
        "max_file_size", "respect_gitignore", "force_exclude", "root",
    )  # fmt: skip

    def __init__(self) -> None:
        self.store = "preserve"
        self.history = "chain"
        self.system = "input"
        self.unknown_hosts = "suggest"
        self.hosts: tuple[str, ...] = ()
        self.drop: tuple[str, ...] = ()
        self.library = False
        self.azure_v1 = False
        self.select: tuple[str, ...] = ("ALL",)
        self.extend_select: tuple[str, ...] = ()
        self.ignore: tuple[str, ...] = ()
        self.per_file_ignores: dict[str, tuple[str, ...]] = {}
        self.exclude: tuple[str, ...] = DEFAULT_EXCLUDE
        self.extend_exclude: tuple[str, ...] = ()
        self.max_file_size = DEFAULT_MAX_FILE_SIZE
        self.respect_gitignore = True
        self.force_exclude = False
        self.root = os.getcwd()

    def updated(self, table: Mapping[str, Any], where: str) -> Settings:
        """Return a copy with the keys of a ``[tool.migrator]`` table; raises `ConfigError`."""
        copy = Settings()
        for name in Settings.__slots__:
            setattr(copy, name, getattr(self, name))
        for key, value in table.items():
            reader = _READERS.get(key)
            if reader is None:
                raise ConfigError(where, f"unknown setting `{key}`{_nearest(key, _READERS)}")
            try:
                setattr(copy, key.replace("-", "_"), reader(value))
            except ValueError as error:
                raise ConfigError(where, f"`{key}` {error}") from None
        return copy


def _nearest(word: str, known: Mapping[str, Any]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word, list(known), 1)
    return f"; did you mean `{close[0]}`?" if close else f"; known: {', '.join(known)}"


def _choice(*allowed: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in allowed:
            wanted = ", ".join(f'"{each}"' for each in allowed)
            raise ValueError(f"is {_shown(value)}; it must be one of {wanted}")
        return value

    return read


def _shown(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"is {_shown(value)}; it must be true or false")
    return value


def _strings(value: Any) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not all(isinstance(each, str) for each in value):
        raise ValueError(f"is {_shown(value)}; it must be a list of strings")
    return tuple(value)


def _codes(value: Any) -> tuple[str, ...]:
    codes = _strings(value)
    for code in codes:
        complaint = code_complaint(code)
        if complaint:
            raise ValueError(f"has {complaint}")
    return codes


def code_complaint(code: str) -> str:
    """Return what is wrong with a code or prefix that someone selects, or ``""``."""
    from migrator._tables import CODES

    if code == "ALL":
        return ""
    if len(code) >= 3:
        matches = [known for known in CODES if known.startswith(code)]
        if any(CODES[known]["role"] != "reason" for known in matches):
            return ""
        if matches:
            return (
                f"`{code}`, which is a reason, not a finding; select findings (CC1…) or inspect"
                f" it with `migrator explain {matches[0]}`"
            )
    return f"the unknown code `{code}`; `migrator explain --all` lists them"


def _codes_by_pattern(value: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        raise ValueError(f"is {_shown(value)}; it must be a table of pattern = [codes]")
    return {pattern: _codes(codes) for pattern, codes in value.items()}


_UNITS = {"": 1, "B": 1, "KB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000}


def file_size(value: Any) -> int:
    """Return a number of bytes from ``10_000_000`` or ``"10MB"``; raises ``ValueError``."""
    if isinstance(value, str):
        digits = value.strip().rstrip("BKMGbkmg").strip()
        unit = value.strip()[len(digits) :].strip().upper()
        if digits.isdigit() and unit in _UNITS:
            value = int(digits) * _UNITS[unit]
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise ValueError(f'is {_shown(value)}; it must be a number of bytes, or like "10MB"')
    return value


_READERS: dict[str, Callable[[Any], Any]] = {
    "store": _choice("preserve", "api-default"),
    "history": _choice("chain", "list"),
    "system": _choice("input", "instructions"),
    "unknown-hosts": _choice("suggest", "rewrite", "block"),
    "hosts": _strings,
    "drop": _strings,
    "library": _flag,
    "azure-v1": _flag,
    "select": _codes,
    "extend-select": _codes,
    "ignore": _codes,
    "per-file-ignores": _codes_by_pattern,
    "exclude": _strings,
    "extend-exclude": _strings,
    "max-file-size": file_size,
    "respect-gitignore": _flag,
    "force-exclude": _flag,
}


def parse_toml(text: str, where: str) -> dict[str, Any]:
    """Return the parsed document; raises `ConfigError` naming ``where``."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        document: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(where, f"not valid TOML: {error}") from None
    return document


class Resolver:
    """Finds the settings that govern a file: the closest configured ``pyproject.toml`` wins.

    ``file`` replaces the search, ``isolated`` turns it off, and the tables in ``overrides``
    come on top of whatever was found.  Raises `ConfigError` from the constructor for bad
    overrides and from `settings_for` for a bad file.
    """

    def __init__(
        self,
        overrides: Sequence[tuple[str, Mapping[str, Any]]] = (),
        *,
        isolated: bool = False,
        file: str | None = None,
    ) -> None:
        self._overrides = overrides
        self._isolated = isolated
        self._by_folder: dict[str, Settings] = {}
        base = Settings()
        if file is not None:
            base = _from_file(base, file, required=True) or base
        self._fixed = base if file is not None or isolated else None
        self._default = self._with_overrides(base)

    def settings_for(self, folder: str) -> Settings:
        """Return the settings for the files of an absolute ``folder``."""
        if self._fixed is not None:
            return self._default
        known = self._by_folder.get(folder)
        if known is None:
            known = self._find(folder)
            self._by_folder[folder] = known
        return known

    def _find(self, folder: str) -> Settings:
        found = _from_file(Settings(), os.path.join(folder, "pyproject.toml"), required=False)
        if found is not None:
            return self._with_overrides(found)
        parent = os.path.dirname(folder)
        return self._default if parent == folder else self.settings_for(parent)

    def _with_overrides(self, settings: Settings) -> Settings:
        for where, table in self._overrides:
            settings = settings.updated(table, where)
        return settings


def _from_file(base: Settings, path: str, *, required: bool) -> Settings | None:
    try:
        with open(path, "rb") as stream:
            data = stream.read()
    except (FileNotFoundError, NotADirectoryError):
        if required:
            raise ConfigError(path, "no such file") from None
        return None
    except OSError as error:
        raise ConfigError(shown_path(path), f"can't be read: {error.strerror}") from None
    if not required and b"tool.migrator" not in data:
        return None
    where = shown_path(path)
    try:
        document = parse_toml(data.decode("utf-8"), where)
    except UnicodeDecodeError:
        raise ConfigError(where, "not valid TOML: it is not UTF-8") from None
    tool = document.get("tool", {})
    table = tool.get("migrator") if isinstance(tool, dict) else None
    if table is None and required and os.path.basename(path) != "pyproject.toml":
        table = document
    if table is None:
        return None
    if not isinstance(table, dict):
        raise ConfigError(where, "`tool.migrator` must be a table")
    settings = base.updated(table, f"{where}: [tool.migrator]")
    settings.root = os.path.dirname(os.path.abspath(path))
    return settings
