"""Sample files: one line of JSON per sample, in the OpenAI Batch format."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from .redaction import Redactor
from .sample import Sample, SampleError


def read_samples(path: Path | str) -> list[Sample]:
    """Return the samples of a file; raise `SampleError` with the place, or ``OSError``."""
    return parse_samples(Path(path).read_bytes(), str(path))


def parse_samples(data: bytes, name: str) -> list[Sample]:
    """Return the samples of a file's bytes; raise `SampleError` with the place."""
    found: dict[str, Sample] = {}
    # Only "\n" ends a line: JSON strings may hold what else `splitlines` splits at.
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            sample = _sample(line)
            if sample.id in found:
                raise SampleError(f"`custom_id` {sample.id!r} was there before")
        except SampleError as error:
            raise SampleError(f"{name}:{number}: {error}") from None
        found[sample.id] = sample
    return list(found.values())


def _sample(line: bytes) -> Sample:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise SampleError(f"no JSON: {error}") from None
    if not isinstance(value, dict):
        raise SampleError("no JSON object")
    return Sample.from_json(value)


def sample_lines(samples: Iterable[Sample], *, plain: bool = False) -> str:
    """Return the text of a sample file; ``plain`` leaves only what Batch knows."""
    return "".join(line_of(sample.to_json(plain=plain)) for sample in samples)


def line_of(value: object) -> str:
    """Return one line of JSON; characters that other tools end lines at are escaped."""
    text = json.dumps(value, ensure_ascii=False)
    for character in _LINE_ENDS:
        if character in text:
            text = text.replace(character, f"\\u{ord(character):04x}")
    return _encodable(text) + "\n"


# Above ASCII, where `str.splitlines` splits; JSON escapes the others of itself.
_LINE_ENDS = "\x85\u2028\u2029"


def _encodable(text: str) -> str:
    """Return ``text`` with lone surrogates as JSON spells them."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "".join(
            f"\\u{ord(each):04x}" if 0xD800 <= ord(each) <= 0xDFFF else each for each in text
        )
    return text


def write_samples(path: Path | str, samples: Iterable[Sample], *, plain: bool = False) -> None:
    """Put a sample file in place, whole or not at all; raise ``OSError``."""
    data = sample_lines(samples, plain=plain).encode("utf-8")
    target = Path(path).resolve()
    if target.exists() and not target.is_file():
        target.write_bytes(data)  # a pipe, /dev/stdout
        return
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(data)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


@dataclass(frozen=True)
class Kept:
    """What became of samples: those written anew, those that were there, and why not."""

    new: int
    known: int
    refused: tuple[str, ...]


def add_samples(
    path: Path | str, samples: Iterable[Sample], redactor: Redactor, *, plain: bool = False,
    replaced: Collection[str] = (),
) -> Kept:  # fmt: skip
    """Add redacted samples to a file, which may not be there yet; the newer of two counts.

    Samples that were extracted from the files ``replaced`` before go.  Raises `SampleError` for
    a file of another kind, and ``OSError``.
    """
    target = Path(path)
    found = {each.id: each for each in read_samples(target)} if target.is_file() else {}
    new = known = 0
    refused: list[str] = []
    current: set[str] = set()
    for sample in samples:
        try:
            clean = redactor.clean(sample)
        except SampleError as error:
            refused.append(str(error))
            continue
        before = found.get(clean.id)
        known, new = (known + 1, new) if before is not None else (known, new + 1)
        found[clean.id] = clean if before is None else _merged(before, clean)
        current.add(clean.id)
    kept = [each for each in found.values() if each.id in current or not _of(each, replaced)]
    write_samples(target, kept, plain=plain)
    return Kept(new, known, tuple(refused))


def _of(sample: Sample, files: Collection[str]) -> bool:
    """Return whether a sample was extracted from one of ``files``."""
    return sample.source == "extract" and (sample.site or "").rpartition(":")[0] in files


def _merged(before: Sample, now: Sample) -> Sample:
    """Return the newer sample, with what only the older one knows."""
    return replace(now, site=now.site or before.site, recorded=now.recorded or before.recorded)
