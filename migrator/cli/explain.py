"""``migrator explain``."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from migrator._tables import CODES
from migrator.catalogue import page
from migrator.checking.outcome import CheckedFile
from migrator.checking.run import check_paths
from migrator.cli.lane import refuse
from migrator.cli.options import resolver
from migrator.config import ConfigError
from migrator.planning.model import Finding, Group
from migrator.reporting.derivation import as_text, print_tables
from migrator.reporting.text import complain


@click.command("explain")
@click.argument("subject", metavar="CODE | FILE:LINE", required=False)
@click.option("--all", "everything", is_flag=True, help="List every code.")
@click.option("--config", multiple=True, metavar="FILE | 'KEY = VALUE'", help="As for `check`.")
@click.option("--isolated", is_flag=True, help="Ignore all configuration files.")
@click.pass_context
def command(context: click.Context, /, subject: str | None, everything: bool, **given: Any) -> None:
    """Print a rule's page, or why the use at FILE:LINE got its verdict."""
    if everything:
        sys.stdout.writelines(f"{code}  {row['summary']}\n" for code, row in CODES.items())
    elif subject is None:
        raise click.UsageError("name a code, or FILE:LINE; `--all` lists the codes")
    elif _code_of(subject) is not None:
        _print_page(_code_of(subject) or subject)
    else:
        context.exit(_explain_place(subject, given))


def _code_of(subject: str) -> str | None:
    """Return the code that ``subject`` is, or is the name of."""
    if subject.upper() in CODES:
        return subject.upper()
    return next((code for code, row in CODES.items() if row["name"] == subject), None)


def _print_page(code: str) -> None:
    try:
        text = page(code)
    except FileNotFoundError:
        raise ConfigError(code, "has no page in this installation; reinstall migrator") from None
    if not sys.stdout.isatty():
        sys.stdout.write(text)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(text))


def _explain_place(subject: str, given: dict[str, Any]) -> int:
    path, line = _split(subject)
    outcome = check_paths([path], resolver(given), frames=False)
    complain(outcome.problems())
    if outcome.status() == 2:
        return 2
    found = [(file, finding) for file, finding in outcome.findings() if _at(file, finding, line)]
    if not found:
        lines = sorted({finding.place.line for _, finding in outcome.findings()})
        known = f"uses are on line {', '.join(map(str, lines))}" if lines else "it holds no use"
        return refuse(f"{path}:{line}: no use of Chat Completions here; {known}")
    for at, (file, finding) in enumerate(found):
        if at:
            sys.stdout.write("\n")
        _print_derivation(finding, _group(file, finding))
    return 0


def _split(subject: str) -> tuple[str, int]:
    """Return file and line of ``FILE:LINE`` or ``FILE:LINE:COLUMN``; raises a usage error."""
    parts = subject.rsplit(":", 2)
    if len(parts) == 3 and parts[1].isdigit() and parts[2].isdigit():
        parts = parts[:2]
    else:
        parts = subject.rsplit(":", 1)
    if len(parts) == 2 and parts[1].isdigit() and parts[0]:
        return parts[0], int(parts[1])
    if os.path.exists(subject):
        raise click.UsageError(f"{subject}: add a line, as in {subject}:12")
    raise click.UsageError(
        f"`{subject}` is neither a code nor FILE:LINE; `migrator explain --all` lists the codes"
    )


def _at(file: CheckedFile, finding: Finding, line: int) -> bool:
    """Return whether the use, or something that belongs to it, stands on ``line``."""
    if finding.place.line <= line <= finding.place.end_line:
        return True
    group = _group(file, finding)
    places = [member.place for member in group.members] if group is not None else []
    return any(p.path == file.target.shown and p.line <= line <= p.end_line for p in places)


def _group(file: CheckedFile, finding: Finding) -> Group | None:
    return next((group for group in file.plan.groups if group.id == finding.group), None)


def _print_derivation(finding: Finding, group: Group | None) -> None:
    if sys.stdout.isatty():
        from rich.console import Console

        print_tables(finding, group, Console())
    else:
        sys.stdout.write(as_text(finding, group))
