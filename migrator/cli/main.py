"""The option parser behind everything but the plainest `check`."""

from __future__ import annotations

import importlib
from typing import Any

import click

import migrator
from migrator.cli.lane import refuse, tolerant_streams
from migrator.config import ConfigError

# Command, and what its module is for; a module is imported when its command is asked for.
_COMMANDS = {
    "check": "Find Chat Completions uses; exit 1 if there are any.",
    "fix": "Rewrite what can be rewritten to the Responses API.",
    "explain": "Print a rule's page, or why the use at FILE:LINE got its verdict.",
    "report": "Count uses, verdicts and reasons per folder.",
    "clients": "List the clients of all calls: where each is built, and whose it is.",
    "verify": "Run programs before and after the rewrite and compare what they do.",
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: Any = importlib.import_module(f"migrator.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(migrator.__version__, prog_name="migrator", message="%(prog)s %(version)s")
def _migrator() -> None:
    """Linter and codemod from OpenAI's Chat Completions API to the Responses API."""


def run(arguments: list[str]) -> int:
    """Parse ``arguments``, run the command and return its exit status."""
    tolerant_streams()
    try:
        # Not `main`, which writes a stray line on ^C.
        with _migrator.make_context("migrator", list(arguments)) as context:
            _migrator.invoke(context)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 2
    except click.UsageError as error:
        hint = f" (try `{error.ctx.command_path} --help`)" if error.ctx else ""
        return refuse(error.format_message() + hint)
    except click.ClickException as error:
        return refuse(error.format_message())
    except ConfigError as error:
        return refuse(str(error))
    return 0
