"""``migrator verify``: evidence that a rewritten program does what it did."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

import click

from migrator.cli.lane import refuse
from migrator.cli.options import resolver
from migrator.cli.verify_common import check_installed

if TYPE_CHECKING:
    from migrator.verification.running import Options, Result

_WIDTH = 100
Command = TypeVar("Command", bound=Callable[..., Any])


class _Lazy(click.Group):
    """Imports a command when it is asked for: the others need what ``run`` does not."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *_MODULES]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _MODULES:
            return super().get_command(ctx, cmd_name)
        command: Any = import_module(f"migrator.cli.{_MODULES[cmd_name]}").command
        assert isinstance(command, click.Command)
        return command


_MODULES = {
    "extract": "verify_extract",
    "record": "verify_record",
    "import": "verify_import",
    "replay": "verify_replay",
    "report": "verify_report",
}


@click.group("verify", cls=_Lazy)
def command() -> None:
    """Show that programs and requests do the same after the rewrite."""


def _split(_: click.Context, __: click.Parameter, value: Sequence[str]) -> list[str]:
    return [item.strip() for each in value for item in each.split(",") if item.strip()]


def _several(*names: str, metavar: str, help: str) -> Callable[[Command], Command]:
    return click.option(*names, multiple=True, callback=_split, metavar=metavar, help=help)


_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.argument("program", nargs=-1, required=True, metavar="COMMAND..."),
    click.option("--emulator", is_flag=True, help="Run against the emulator (the default)."),
    click.option("--base-url", metavar="URL", help="Run against this server instead."),
    click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port of the emulator."),
    _several("--paths", metavar="LIST", help="Rewrite only these files or folders."),
    _several("--include", metavar="LIST", help="Also copy these, which git ignores."),
    _several("--ignore-files", metavar="LIST", help="Patterns of written files not to compare."),
    click.option("--unsafe-fixes", is_flag=True, help="Also apply suggestions."),
    click.option(
        "--timeout", type=click.FloatRange(0, min_open=True), default=300.0, show_default=True,
        metavar="SECONDS", help="How long one run may take.",
    ),
    click.option(
        "--stdin", type=click.File("rb"), help="What the program reads (default: nothing)."
    ),
    click.option("--keep", is_flag=True, help="Keep the copies and say where they are."),
    click.option("--show-stderr", is_flag=True, help="Print what both runs wrote to stderr."),
    click.option("--config", multiple=True, metavar="FILE | 'KEY = VALUE'", help="As for `fix`."),
    click.option("--isolated", is_flag=True, help="Ignore all configuration files."),
    click.option(
        "--output-format", type=click.Choice(("text", "json")), default="text", show_default=True
    ),
)  # fmt: skip


def _with_options(function: Command) -> Command:
    for decorate in reversed(_OPTIONS):
        function = decorate(function)
    return function


@command.command("run", context_settings={"allow_interspersed_args": False})
@_with_options
@click.pass_context
def run(context: click.Context, /, **given: Any) -> None:
    """Run COMMAND in a copy of the project, rewrite the copy, run it again, compare.

    Compared are exit status, stdout, the files written and the conversations that reached the
    server. Exits 0 if they are the same, or if there is nothing to rewrite; 1 if they differ;
    2 if nothing could be compared.
    """
    if given["emulator"] and given["base_url"]:
        raise click.UsageError("--emulator and --base-url exclude each other")
    check_installed(context)
    from migrator.verification import running

    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with running.verified(_options(given), resolver(given)) as result:
            status = _print(result, given)
    except running.CannotRun as error:
        status = refuse(str(error))
    context.exit(status)


def _interrupt(number: int, _: object) -> None:
    """End as after ^C, so that nothing that was started is left behind."""
    raise KeyboardInterrupt


def _options(given: dict[str, Any]) -> Options:
    from pathlib import Path

    from migrator.verification.running import Options

    return Options(
        command=given["program"],
        folder=Path.cwd(),
        base_url=given["base_url"],
        port=given["port"],
        paths=given["paths"],
        include=given["include"],
        ignored_files=given["ignore_files"],
        timeout=given["timeout"],
        stdin=given["stdin"].read() if given["stdin"] else b"",
        unsafe=given["unsafe_fixes"],
        keep=given["keep"],
    )


def _print(result: Result, given: dict[str, Any]) -> int:
    """Print the result as asked for; return the exit status."""
    from migrator.verification.running import as_json, print_report, report

    if given["output_format"] == "json":
        sys.stdout.write(as_json(result))
    elif sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
        from rich.console import Console

        print_report(result, Console(), show_stderr=given["show_stderr"])
    else:
        for line in report(result, width=_WIDTH, show_stderr=given["show_stderr"]):
            sys.stdout.write(line + "\n")
    return 0 if result.same else 1
