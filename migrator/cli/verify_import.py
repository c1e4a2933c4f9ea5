"""``migrator verify import``: samples from cassettes, Batch files and stored completions."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from migrator.cli.lane import refuse
from migrator.cli.verify_common import (
    REDACTION,
    SOURCE,
    check_installed,
    keep_samples,
    located,
    split,
    with_options,
)

if TYPE_CHECKING:
    from migrator.verification.samples import Sample

_OPTIONS = (
    click.argument("files", nargs=-1, metavar="[FILES OR FOLDERS]..."),
    click.option("-o", "--output", default="samples.jsonl", show_default=True, metavar="FILE"),
    click.option("--stored", is_flag=True, help="Also the completions that the API stored."),
    click.option("--base-url", metavar="URL", help="The server of --stored [OPENAI_BASE_URL]."),
    click.option(
        "--allow-host", multiple=True, callback=split, metavar="LIST",
        help="Hosts beside OpenAI, Azure and this machine whose requests are taken.",
    ),
    click.option("--model", metavar="NAME", help="Only stored completions of this model."),
    click.option(
        "--limit", type=click.IntRange(1), default=100, show_default=True,
        help="How many stored completions, the newest first.",
    ),
    SOURCE,
    *REDACTION,
)  # fmt: skip


@click.command("import")
@with_options(_OPTIONS)
@click.pass_context
def command(context: click.Context, /, **given: Any) -> None:
    """Add samples from VCR cassettes (.yaml, .json), Batch files (.jsonl) and stored completions.

    Of a folder, all its cassettes are read.
    """
    check_installed(context)
    if not given["files"] and not given["stored"]:
        raise click.UsageError("name files, or pass --stored")
    context.exit(_import(given))


def _import(given: dict[str, Any]) -> int:
    from migrator.verification.replay.errors import CannotReplay
    from migrator.verification.samples import SampleError

    try:
        samples = list(_samples(given))
    except (SampleError, CannotReplay) as error:
        return refuse(str(error))
    except OSError as error:
        return refuse(f"{error.filename}: can't be read: {error.strerror}")
    if not samples:
        return refuse("no chat request was found")
    return keep_samples(located(samples, given), given)


def _samples(given: dict[str, Any]) -> Iterator[Sample]:
    from migrator.verification.samples import SampleError, read_samples
    from migrator.verification.samples.cassettes import read_cassette
    from migrator.verification.samples.traffic import divided, samples_of

    traffic = []
    for name, sure in _files(given["files"]):
        if name.endswith(".jsonl"):
            yield from read_samples(name)
            continue
        try:
            traffic += read_cassette(name)
        except SampleError:
            if sure:
                raise
    ours, others = divided(traffic, given["allow_host"])
    for host, count in sorted(others.items()):
        what = "request was" if count == 1 else "requests were"
        sys.stderr.write(f"{count} {what} for {host}; --allow-host {host} takes them in.\n")
    yield from samples_of(ours, "cassette")
    if given["stored"]:
        from migrator.verification.replay.target import Wanted, target_of
        from migrator.verification.samples.stored import stored_samples

        wanted = Wanted(given["base_url"], allow_host=given["allow_host"])
        yield from stored_samples(target_of(wanted, os.environ), given["limit"], given["model"])


def _files(names: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    """Yield the files, and whether each was named: in a folder others lie beside cassettes."""
    for name in names:
        if not os.path.isdir(name):
            yield name, True
            continue
        for folder, folders, files in os.walk(name):
            folders.sort()
            found = sorted(each for each in files if each.endswith((".yaml", ".yml", ".json")))
            yield from ((os.path.join(folder, each), False) for each in found)
