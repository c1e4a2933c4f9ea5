"""Two runs of a program side by side: what differs, and what is only worth a note."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from .files import Written
from .noise import last_error, without_noise
from .observation import Observation, Request

Kind = Literal["exit", "stdout", "file", "requests"]
_LARGEST_TEXT = 1_000_000


@dataclass(frozen=True)
class Difference:
    """One thing that is not the same; ``before`` and ``after`` are lines to be shown."""

    kind: Kind
    what: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass
class Comparison:
    """Everything that differs, in the order in which a person should look at it, and notes."""

    differences: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def same(self) -> bool:
        """Whether the two runs did the same."""
        return not self.differences


def compare(before: Observation, after: Observation) -> Comparison:
    """Return how ``after`` differs from ``before``."""
    result = Comparison()
    _requests(before.requests, after.requests, result)
    if before.exit != after.exit:
        result.differences.append(
            Difference("exit", "exit status", (_status(before.exit),), (_status(after.exit),))
        )
    _stdout(before.stdout, after.stdout, result)
    result.differences += _files(before, after)
    _stderr(before.stderr, after.stderr, result)
    return result


def _status(code: int | None) -> str:
    if code is None:
        return "did not end"
    return f"ended by signal {-code}" if code < 0 else str(code)


def _requests(before: Sequence[Request], after: Sequence[Request], result: Comparison) -> None:
    first = [lines_of(request.meaning) for request in before]
    second = [lines_of(request.meaning) for request in after]
    if first != second:
        if Counter(first) == Counter(second):
            result.notes.append(
                "the same requests arrived in another order; requests made at the same time have"
                " none, so this does not count as a difference"
            )
        else:
            result.differences.append(_first_request(first, second))
    result.notes += _beside(before, after)


def lines_of(value: object) -> tuple[str, ...]:
    """Return a value of JSON as lines that two people can compare."""
    return tuple(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False).splitlines())


def _first_request(
    first: Sequence[tuple[str, ...]], second: Sequence[tuple[str, ...]]
) -> Difference:
    # Where requests overlap their order means nothing: shown is the first without a counterpart.
    one, other = _without_counterpart(first, second), _without_counterpart(second, first)
    number = min(n for n in (one, other) if n is not None) + 1
    count = f"{len(first)}" if len(first) == len(second) else f"{len(first)} → {len(second)}"
    return Difference(
        "requests",
        f"request {number} of {count}",
        first[one] if one is not None else ("(no such request)",),
        second[other] if other is not None else ("(no such request)",),
    )


def _without_counterpart(
    these: Sequence[tuple[str, ...]], those: Sequence[tuple[str, ...]]
) -> int | None:
    left = Counter(those)
    for number, each in enumerate(these):
        if left[each] == 0:
            return number
        left[each] -= 1
    return None


def _beside(before: Sequence[Request], after: Sequence[Request]) -> Iterator[str]:
    """Yield what is said of delivery: it is no part of the meaning."""
    kept = [sum(bool(request.store) for request in run) for run in (before, after)]
    if kept[0] != kept[1]:
        yield f"answers kept on the server (store): {kept[0]} before, {kept[1]} after"
    streamed = [sum(request.streamed for request in run) for run in (before, after)]
    if streamed[0] != streamed[1]:
        yield f"streamed answers: {streamed[0]} before, {streamed[1]} after"


def _stdout(before: str, after: str, result: Comparison) -> None:
    if before == after:
        return
    if without_noise(before) == without_noise(after):
        result.notes.append(
            "stdout differs only in the places that tracebacks name, in addresses or in durations"
        )
        return
    lines = _texts(before, after)
    result.differences.append(Difference("stdout", "stdout", *lines))


def _texts(before: str, after: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    one, other = tuple(before.split("\n")), tuple(after.split("\n"))
    return (one, other) if one != other else ((before,), (after,))


def _files(before: Observation, after: Observation) -> Iterator[Difference]:
    for name in sorted({*before.files, *after.files}):
        one, other = before.files.get(name), after.files.get(name)
        if one != other:
            yield Difference("file", f"file {name}", *_contents(one, other))


def _contents(
    one: Written | None, other: Written | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    texts = _text_of(one), _text_of(other)
    if texts[0] is None or texts[1] is None:
        return (_described(one),), (_described(other),)
    return tuple(texts[0].split("\n")), tuple(texts[1].split("\n"))


def _text_of(written: Written | None) -> str | None:
    """Return a file's text; ``None`` if there is none that could be shown."""
    if written is None or written.digest is None or not written.path.is_file():
        return None
    try:
        if written.path.stat().st_size <= _LARGEST_TEXT:
            return written.path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        pass
    return None


def _described(written: Written | None) -> str:
    if written is None:
        return "(not written)"
    if written.digest is None:
        return "(deleted)"
    if not written.path.is_file():
        return f"({written.digest})"
    return f"({written.path.stat().st_size} bytes, sha256 {written.digest[:16]}…)"


def _stderr(before: str, after: str, result: Comparison) -> None:
    """Note where the errors that ended the runs are worded differently."""
    one, other = last_error(before), last_error(after)
    if one != other:
        result.notes.append(
            f"the last traceback ends in `{one or 'none'}` before and in `{other or 'none'}` after"
        )
