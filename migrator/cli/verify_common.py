"""What the commands of ``migrator verify`` share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeVar

import click

from migrator.cli.lane import refuse

if TYPE_CHECKING:
    from migrator.config import Resolver, Settings
    from migrator.verification.samples import Sample

Command = TypeVar("Command", bound=Callable[..., Any])

_EXTRA = ("jsonschema", "openai", "pydantic", "starlette", "uvicorn")
_INSTALL = "pip install 'responses-migrator[verify]'"


def with_options(options: Sequence[Callable[[Any], Any]]) -> Callable[[Command], Command]:
    """Return a decorator that adds ``options`` to a command, in their order."""

    def decorate(function: Command) -> Command:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def check_installed(context: click.Context) -> None:
    """End the command if a library of the ``verify`` extra is missing."""
    missing = [name for name in _EXTRA if find_spec(name) is None]
    if missing:
        what = ", ".join(missing)
        context.exit(refuse(f"`verify` needs {what}, not installed here; run {_INSTALL}"))


def split(_: click.Context, __: click.Parameter, value: Sequence[str]) -> list[str]:
    """Return the items of a repeatable, comma-separated option."""
    return [item.strip() for each in value for item in each.split(",") if item.strip()]


REDACTION: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--redact", multiple=True, metavar="REGEX", help="Replace what matches, beside keys."
    ),
    click.option(
        "--redact-field", multiple=True, callback=split, metavar="LIST",
        help="Replace what stands under these names.",
    ),
    click.option("--plain", is_flag=True, help="Write only what OpenAI's Batch API knows."),
)  # fmt: skip


def keep_samples(
    samples: Iterable[Sample], given: dict[str, Any], *, replaced: Collection[str] = ()
) -> int:
    """Add samples to the file of ``--output`` and say so; return the exit status.

    What was extracted from the files ``replaced`` before goes: its lines may have moved.
    """
    import re

    from migrator.verification.samples import SampleError
    from migrator.verification.samples.files import add_samples
    from migrator.verification.samples.redaction import Redactor

    output = given["output"]
    try:
        redactor = Redactor(given["redact"], given["redact_field"], os.environ)
    except re.error as error:
        raise click.UsageError(f"--redact: {error}") from None
    try:
        kept = add_samples(output, samples, redactor, plain=given["plain"], replaced=replaced)
    except SampleError as error:
        return refuse(str(error))
    except OSError as error:
        return refuse(f"{output}: can't be written: {error.strerror}")
    for line in kept.refused:
        refuse(f"{line}; left out (--redact replaces it)")
    known = f", {kept.known} were there" if kept.known else ""
    sys.stderr.write(f"{output}: {_counted(kept.new, 'new sample')}{known}.\n")
    return 2 if kept.refused else 0


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def samples_of(names: Sequence[str]) -> list[Sample]:
    """Return the samples of several files; raise ``click.ClickException``.

    Samples that hold what looks like a key are refused, wherever they come from.
    """
    from migrator.verification.samples import SampleError, read_samples
    from migrator.verification.samples.redaction import Redactor

    redactor = Redactor()
    found: dict[str, Sample] = {}
    for name in names:
        try:
            samples = read_samples(name)
        except OSError as error:
            raise click.ClickException(f"{name}: can't be read: {error.strerror}") from None
        except SampleError as error:
            raise click.ClickException(str(error)) from None
        for sample in samples:
            try:
                redactor.check(sample)
            except SampleError as error:
                what = f"{name}: {error}; `migrator verify import {name} -o FILE` replaces it"
                raise click.ClickException(what) from None
            if found.setdefault(sample.id, sample) != sample:
                raise click.ClickException(f"{name}: another sample is called {sample.id!r}, too")
    return list(found.values())


def source_files(paths: Sequence[str], settings: Resolver) -> Iterator[tuple[str, bytes, Settings]]:
    """Yield the files that may hold a call; unreadable ones are told of."""
    from migrator.files.discovery import discover
    from migrator.files.reading import Unreadable, read, shown_from, working_folder
    from migrator.prefilter import has_needle

    here = working_folder()

    def complain(path: str, error: Unreadable) -> None:
        refuse(f"{path}: {error}")

    for path in paths:
        full = os.path.abspath(path)
        names = discover(full, settings.settings_for, complain) if os.path.isdir(full) else [full]
        for name in names:
            own = settings.settings_for(os.path.dirname(name))
            try:
                data = read(name, own.max_file_size, has_needle)
            except Unreadable as error:
                complain(name, error)
                continue
            if has_needle(data):
                yield shown_from(here, name).replace(os.sep, "/"), data, own


SOURCE = click.option(
    "--source", multiple=True, callback=split, metavar="LIST", default=(".",),
    help="Where the calls stand that requests come from (default: here).",
)  # fmt: skip


def located(samples: Sequence[Sample], given: dict[str, Any]) -> list[Sample]:
    """Return samples with the call sites that they fit."""
    from migrator.config import Resolver
    from migrator.verification.samples.extraction import known_calls, with_sites

    return with_sites(samples, known_calls(source_files(given["source"], Resolver())))
