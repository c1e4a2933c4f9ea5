"""``migrator verify extract``: the requests that stand in the source."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from migrator.cli.lane import refuse
from migrator.cli.options import resolver
from migrator.cli.verify_common import (
    REDACTION,
    check_installed,
    keep_samples,
    source_files,
    with_options,
)

if TYPE_CHECKING:
    from migrator.verification.samples.extraction import Extraction

_OPTIONS = (
    click.argument("paths", nargs=-1, metavar="[FILES OR FOLDERS]..."),
    click.option("-o", "--output", default="samples.jsonl", show_default=True, metavar="FILE"),
    click.option("--values", metavar="FILE", help="TOML or JSON with values for what is unknown."),
    click.option("--template", metavar="FILE", help="Write a file for --values to fill in."),
    click.option("--model", metavar="NAME", help="The model where it is unknown."),
    click.option(
        "--invent", is_flag=True,
        help="Take unknown texts by their names, and leave out other unknown keywords.",
    ),
    click.option("--config", multiple=True, metavar="FILE | 'KEY = VALUE'", help="As for `fix`."),
    click.option("--isolated", is_flag=True, help="Ignore all configuration files."),
    *REDACTION,
)  # fmt: skip


@click.command("extract")
@with_options(_OPTIONS)
@click.pass_context
def command(context: click.Context, /, **given: Any) -> None:
    """Make a sample of every chat call whose request is known from the source.

    What only the running program knows is filled from --values, or the call is skipped with the
    reason. Nothing is imported or run.
    """
    check_installed(context)
    context.exit(_extract(given))


def _extract(given: dict[str, Any]) -> int:
    from migrator.verification.samples import SampleError
    from migrator.verification.samples.extraction import Fillings, extract, read_fillings

    values = given["values"]
    try:
        fillings = read_fillings(values) if values else Fillings()
    except SampleError as error:
        return refuse(str(error))
    except OSError as error:
        return refuse(f"{values}: can't be read: {error.strerror}")
    files = source_files(given["paths"] or (".",), resolver(given))
    found = extract(files, fillings, given["model"], invent=given["invent"])
    for skipped in found.skipped:
        sys.stderr.write(f"{skipped.site}: skipped: {skipped.reason}\n")
    if given["template"]:
        _write_template(found, given["template"])
    if not found.samples:
        return refuse("no chat call whose request is known from the source was found")
    return keep_samples(found.samples, given, replaced=found.files)


def _write_template(found: Extraction, path: str) -> None:
    from pathlib import Path

    from migrator.verification.samples.extraction import template

    holes = [(skipped.site, name) for skipped in found.skipped for name in skipped.holes]
    try:
        with Path(path).open("x", encoding="utf-8") as out:
            out.write(template(holes))
    except OSError as error:
        raise click.ClickException(f"{path}: can't be written: {error.strerror}") from None
    sys.stderr.write(f"{path}: {len(holes)} values to fill in.\n")
