"""``migrator verify record``: the chat requests that a command makes."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from migrator.cli.lane import refuse
from migrator.cli.verify_common import (
    REDACTION,
    SOURCE,
    check_installed,
    keep_samples,
    located,
    with_options,
)

_OPTIONS = (
    click.argument("program", nargs=-1, required=True, metavar="COMMAND..."),
    click.option("-o", "--output", default="samples.jsonl", show_default=True, metavar="FILE"),
    click.option(
        "--live", is_flag=True,
        help="Send requests on to where they would have gone, by the environment.",
    ),
    click.option("--upstream", metavar="URL", help="Send them on to this base URL."),
    click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on."),
    SOURCE,
    *REDACTION,
)  # fmt: skip


@click.command("record", context_settings={"allow_interspersed_args": False})
@with_options(_OPTIONS)
@click.pass_context
def command(context: click.Context, /, **given: Any) -> None:
    """Run COMMAND and keep the chat requests it makes as samples.

    Requests are answered by the emulator unless --live or --upstream says otherwise. COMMAND
    runs in place; its exit status is that of this command.
    """
    check_installed(context)
    context.exit(_record(given))


def _record(given: dict[str, Any]) -> int:
    from migrator.verification.running import CannotRun
    from migrator.verification.samples.recording import record, upstream_of

    upstream = None
    if given["live"] or given["upstream"]:
        upstream = upstream_of(given["upstream"], os.environ)
    try:
        recording = record(given["program"], upstream, os.environ, given["port"])
    except CannotRun as error:
        return refuse(str(error))
    if recording.others:
        sys.stderr.write(f"{recording.others} requests were no chat requests.\n")
    if not recording.samples:
        sys.stderr.write("No chat request was made: is the base URL fixed in the program?\n")
        return recording.code or 2
    status = keep_samples(located(recording.samples, given), given)
    return _status(recording.code) or status


def _status(code: int) -> int:
    """Return the exit status of a command as a shell would, for one that a signal ended."""
    return 128 - code if code < 0 else code
