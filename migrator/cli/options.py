"""The options that several commands share, spelled as ruff spells them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from migrator.config import ConfigError, Resolver, parse_toml

Command = TypeVar("Command", bound=Callable[..., Any])

FORMATS = ("text", "full", "concise", "json", "github", "sarif")


def _list(_: click.Context, __: click.Parameter, value: Sequence[str]) -> list[str] | None:
    """Return the items of a repeatable, comma-separated option; ``None`` if it was not given."""
    items = [item.strip() for each in value for item in each.split(",") if item.strip()]
    return items or None


def _list_option(*names: str, help: str) -> Callable[[Command], Command]:
    return click.option(*names, multiple=True, callback=_list, metavar="LIST", help=help)


_SHARED: tuple[Callable[[Any], Any], ...] = (
    click.argument("paths", nargs=-1, metavar="[FILES OR FOLDERS]..."),
    _list_option("--select", help="Codes or prefixes to report (CC1, CC101, ALL)."),
    _list_option("--extend-select", help="Like --select, added to the configured ones."),
    _list_option("--ignore", help="Codes or prefixes to leave out."),
    _list_option("--exclude", help="Patterns of files and folders to leave out."),
    _list_option("--extend-exclude", help="Like --exclude, added to the configured ones."),
    click.option(
        "--force-exclude", is_flag=True, help="Apply excludes to files named on the command line."
    ),
    click.option(
        "--config", multiple=True, metavar="FILE | 'KEY = VALUE'",
        help="A TOML file to use instead of pyproject.toml, or one setting as TOML.",
    ),
    click.option("--azure-v1", is_flag=True, help="Move Azure clients to Azure's v1 address."),
    click.option("--isolated", is_flag=True, help="Ignore all configuration files."),
    click.option("--stdin-filename", metavar="NAME", help="The name of what `-` reads."),
    click.option("-e", "--exit-zero", is_flag=True, help="Exit 0 even if something was found."),
    click.option("--show-kept", is_flag=True, help="Also show uses that are fine as they are."),
    click.option("-q", "--quiet", is_flag=True, help="Print findings only."),
)  # fmt: skip


def shared(command: Command) -> Command:
    """Add the options that `check` and `fix` share."""
    for decorate in reversed(_SHARED):
        command = decorate(command)
    return command


def output_format(default: str) -> Callable[[Command], Command]:
    """Add ``--output-format``."""
    return click.option(
        "--output-format",
        type=click.Choice(FORMATS),
        default=default,
        show_default=True,
        help="How findings are printed; `text` is the same as `full`.",
    )


def resolver(given: dict[str, Any]) -> Resolver:
    """Return what finds the settings of a file under these options; raises `ConfigError`."""
    file: str | None = None
    overrides: list[tuple[str, dict[str, Any]]] = []
    for value in given.get("config", ()):
        table = _inline(value)
        if table is not None:
            overrides.append(("--config", table))
        elif file is not None:
            raise ConfigError("--config", "only one configuration file can be used")
        else:
            file = value
    if file is not None and given.get("isolated"):
        raise ConfigError("--config", f"{file} can't be used together with --isolated")
    for key in ("select", "extend_select", "ignore", "exclude", "extend_exclude"):
        if given.get(key):
            name = key.replace("_", "-")
            overrides.append((f"--{name}", {name: given[key]}))
    if given.get("force_exclude"):
        overrides.append(("--force-exclude", {"force-exclude": True}))
    if given.get("azure_v1"):
        overrides.append(("--azure-v1", {"azure-v1": True}))
    return Resolver(overrides, isolated=bool(given.get("isolated")), file=file)


def _inline(value: str) -> dict[str, Any] | None:
    """Return the table of ``KEY = VALUE``; ``None`` if it is a file's name."""
    import os

    if "=" not in value or os.path.exists(value):
        return None
    return parse_toml(value, f"--config '{value}'")
