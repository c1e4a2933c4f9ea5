"""The result of a program run for people (plain text, or rich on a terminal) and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from .observation import Observation
from .process import shown
from .session import Result
from .sidebyside import Row, plain, rows, visible

if TYPE_CHECKING:
    from rich.console import Console

_MOST_LINES = 200
_STYLES = {" ": "dim", "|": "bold", "<": "red", ">": "green"}


def report(result: Result, *, width: int, show_stderr: bool = False) -> Iterator[str]:
    """Yield the lines of the plain report."""
    found = _first_rows(result)
    if found:
        yield _headline(result)
        yield from plain(found, width)
        yield ""
    if show_stderr:
        yield from _both_stderr(result)
    yield from _closing(result)


def print_report(result: Result, console: Console, *, show_stderr: bool = False) -> None:
    """Print the report on a terminal: the side-by-side as a table."""
    from rich.text import Text

    found = _first_rows(result)
    if found:
        console.print(Text(_headline(result), style="bold"))
        console.print(_table(found))
    if show_stderr:
        for line in _both_stderr(result):
            console.print(Text(line, style="dim"))
    colour = "green" if result.same else "red"
    for number, line in enumerate(_closing(result)):
        console.print(Text(line, style="" if number else colour))


def _table(found: Sequence[Row]) -> Any:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, expand=True)
    table.add_column("before", ratio=1, overflow="fold")
    table.add_column("", width=1)
    table.add_column("after", ratio=1, overflow="fold")
    for row in found:
        style = _STYLES[row.mark]
        cells = (visible(row.before), row.mark, visible(row.after))
        table.add_row(*(Text(cell, style=style) for cell in cells))
    return table


def _first_rows(result: Result) -> list[Row]:
    if result.same:
        return []
    first = result.comparison.differences[0]
    return rows(first.before, first.after)


def _headline(result: Result) -> str:
    differences = result.comparison.differences
    more = [each.what for each in differences[1:]]
    also = f"; also different: {', '.join(more)}" if more else ""
    return f"First difference: {differences[0].what}{also}"


def _both_stderr(result: Result) -> Iterator[str]:
    for name, run in (("before", result.before), ("after", result.after)):
        if run is not None:
            lines = run.stderr.splitlines()
            yield f"stderr {name}:" + ("" if lines else " (empty)")
            yield from (f"  {visible(line)}" for line in lines[-_MOST_LINES:])


def _closing(result: Result) -> Iterator[str]:
    """Yield the verdict, then the notes."""
    if result.before is None or result.after is None:
        yield "Nothing to verify."
    elif result.same:
        yield f"Same: {_what_was_seen(result.before)} before and after the rewrite."
    else:
        count = len(result.comparison.differences)
        yield f"Differs in {count} {'thing' if count == 1 else 'things'}."
    if result.rewrite.files:
        yield (
            f"Rewritten: {_counted(result.rewrite.applied, 'use')} in"
            f" {_counted(len(result.rewrite.files), 'file')}; {result.rewrite.left} left."
        )
    if result.before is not None and result.after is not None:
        yield (
            f"Ran `{shown(result.command)}` against {result.server}:"
            f" {result.before.seconds:.1f} s before, {result.after.seconds:.1f} s after."
        )
    yield from (f"note: {note}" for note in result.comparison.notes)
    if result.kept is not None:
        yield f"Kept: {result.kept}"


def _what_was_seen(run: Observation) -> str:
    files = f", {_counted(len(run.files), 'file')} written" if run.files else ""
    lines = len(run.stdout.splitlines())
    requests = _counted(len(run.requests), "request")
    return f"exit status {run.exit}, {_counted(lines, 'line')} on stdout{files}, {requests}"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def as_json(result: Result) -> str:
    """Return the result as one JSON document; ``docs/verify.md`` describes it."""
    ran = result.before is not None
    document = {
        "version": 1,
        "verdict": ("same" if result.same else "differs") if ran else "nothing-to-rewrite",
        "command": list(result.command),
        "server": result.server,
        "rewritten": {
            "files": list(result.rewrite.files),
            "applied": result.rewrite.applied,
            "left": result.rewrite.left,
        },
        "differences": [
            {"kind": each.kind, "what": each.what, "rows": _rows_json(each.before, each.after)}
            for each in result.comparison.differences
        ],
        "notes": result.comparison.notes,
        "before": _run_json(result.before),
        "after": _run_json(result.after),
        "kept": str(result.kept) if result.kept else None,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _rows_json(before: Sequence[str], after: Sequence[str]) -> list[dict[str, str]]:
    return [
        {"mark": row.mark, "before": row.before, "after": row.after} for row in rows(before, after)
    ]


def _run_json(run: Observation | None) -> dict[str, Any] | None:
    if run is None:
        return None
    return {
        "exit": run.exit,
        "seconds": round(run.seconds, 3),
        "stdout": run.stdout,
        "stderr": run.stderr,
        "files": {name: each.digest for name, each in run.files.items()},
        "requests": [
            {
                "endpoint": request.endpoint,
                "store": request.store,
                "streamed": request.streamed,
                "meaning": request.meaning,
            }
            for request in run.requests
        ],
    }
