"""What the commands of ``migrator verify`` share."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

import click

from migrator.cli.lane import refuse

if TYPE_CHECKING:
    from migrator.verification.samples import Sample

_EXTRA = ("openai", "pydantic", "starlette", "uvicorn")
_INSTALL = "pip install 'responses-migrator[verify]'"


def check_installed(context: click.Context) -> None:
    """End the command if a library of the ``verify`` extra is missing."""
    missing = [name for name in _EXTRA if find_spec(name) is None]
    if missing:
        what = ", ".join(missing)
        context.exit(refuse(f"`verify` needs {what}, not installed here; run {_INSTALL}"))


def split(_: click.Context, __: click.Parameter, value: Sequence[str]) -> list[str]:
    """Return the items of a repeatable, comma-separated option."""
    return [item.strip() for each in value for item in each.split(",") if item.strip()]


def samples_of(names: Sequence[str]) -> list[Sample]:
    """Return the samples of several files; raise ``click.ClickException``."""
    from migrator.verification.samples import SampleError, read_samples

    found: dict[str, Sample] = {}
    for name in names:
        try:
            samples = read_samples(name)
        except OSError as error:
            raise click.ClickException(f"{name}: can't be read: {error.strerror}") from None
        except SampleError as error:
            raise click.ClickException(str(error)) from None
        for sample in samples:
            if found.setdefault(sample.id, sample) != sample:
                raise click.ClickException(f"{name}: another sample is called {sample.id!r}, too")
    return list(found.values())
