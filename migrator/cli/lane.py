"""``migrator check`` on plain paths with plain flags: text out, no option parser."""

from __future__ import annotations

import sys

from migrator.checking.run import check_paths
from migrator.config import ConfigError, Resolver

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from migrator.checking.outcome import Outcome


def check(paths: Sequence[str], flags: Sequence[str], preread: Mapping[str, bytes]) -> int:
    """Check ``paths`` and print; return the exit status."""
    overrides = [("--force-exclude", {"force-exclude": True})] if "--force-exclude" in flags else []
    try:
        outcome = check_paths(paths, Resolver(overrides), preread=preread)
    except ConfigError as error:
        return refuse(str(error))
    quiet = "-q" in flags or "--quiet" in flags
    return present(outcome, quiet=quiet, exit_zero="-e" in flags or "--exit-zero" in flags)


def refuse(message: str) -> int:
    """Say in one line why nothing was done; return exit status 2."""
    sys.stderr.write(f"migrator: {message}\n")
    return 2


def present(
    outcome: Outcome,
    *,
    style: str = "full",
    quiet: bool = False,
    exit_zero: bool = False,
    show_kept: bool = False,
) -> int:
    """Print an outcome as text and return the exit status."""
    from migrator.reporting import text

    tolerant_streams()
    text.complain(outcome.problems())
    paint = text.painter_for(sys.stdout)
    render = text.concise if style == "concise" else text.full
    for line in render(outcome, paint, show_kept=show_kept):
        sys.stdout.write(line + "\n")
    status = outcome.status(exit_zero=exit_zero)
    if not quiet and (status != 2 or any(True for _ in outcome.findings())):
        sys.stdout.write(text.closing(outcome, show_kept=show_kept) + "\n")
    return status


def tolerant_streams() -> None:
    """Let names and source text that the terminal's encoding lacks come out escaped."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
