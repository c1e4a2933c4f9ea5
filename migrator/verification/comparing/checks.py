"""The comparison of one sample, check by check, in the order in which a person would ask.

Checks only describe; :mod:`.judging` decides, since one sample can't tell what is chance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any

from migrator.verification.samples.sample import Answer

from .accessors import shown
from .model import Check, Outcome
from .reading import Reading, asks_for_usage, names_a_tool, read_recorded, said, said_exactly
from .schemas import wants_json
from .statistics import Draws
from .text import distance


@dataclass(frozen=True)
class Sides:
    """The readings of one sample; ``request`` is the chat request."""

    request: Mapping[str, Any]
    chat: Sequence[Reading]
    responses: Sequence[Reading]

    @property
    def usable(self) -> tuple[list[Reading], list[Reading]]:
        """The draws that say something, of each side."""
        return (
            [each for each in self.chat if each.usable],
            [each for each in self.responses if each.usable],
        )

    @property
    def complete(self) -> tuple[list[Reading], list[Reading]]:
        """The draws with a whole answer, of each side."""
        return (
            [each for each in self.chat if each.view],
            [each for each in self.responses if each.view],
        )

    def signature(self, reading: Reading) -> dict[str, Any]:
        """Return what a program can branch on."""
        return reading.signature(
            forced=names_a_tool(self.request), counted=asks_for_usage(self.request)
        )


def contract_draws(sides: Sides) -> Draws | None:
    """Return the distances of contracts: 0 for equal ones, 1 for others."""
    chat, responses = sides.usable
    return _draws(chat, responses, sides.signature, lambda one, other: float(one != other))


def word_draws(sides: Sides) -> Draws | None:
    """Return the distances of words."""
    chat, responses = sides.complete
    return _draws(chat, responses, lambda reading: said(reading, sides.request), distance)


def _draws(
    chat: Sequence[Reading],
    responses: Sequence[Reading],
    of: Callable[[Reading], Any],
    apart: Callable[[Any, Any], float],
) -> Draws | None:
    if not chat or not responses:
        return None
    values = [of(reading) for reading in (*chat, *responses)]
    rows = [[0.0] * len(values) for _ in values]
    for i, one in enumerate(values):
        for j in range(i):
            rows[i][j] = rows[j][i] = apart(one, values[j])
    return Draws(rows, len(chat))


def checks(
    sides: Sides, recorded: Answer | None, words: Draws | None, *, emulator: bool = False
) -> Iterator[Check]:
    """Yield the checks of a sample, the first first; ``words`` are its distances."""
    found = self_check(sides, recorded)
    if emulator and found.outcome in ("differs", "varies"):
        # What a model once answered is nothing the emulator could know.
        found = Check(found.name, "none", f"not by a model: {found.detail}")
    yield found
    yield _acceptance(sides)
    yield _counted("terminal state", sides, "state")
    yield _tools(sides)
    if wants_json(sides.request):
        yield _counted("structured output", sides, "format valid")
    yield _accessors(sides)
    yield _text(sides, words)
    yield _usage(sides)


def self_check(sides: Sides, recorded: Answer | None) -> Check:
    """Say whether chat still answers as it did when the sample was recorded."""
    name = "self-check"
    if recorded is None:
        return Check(name, "none", "nothing was recorded")
    then = read_recorded(recorded, sides.request)
    now, _ = sides.usable
    if not now:
        return Check(name, "unknown", "chat gave no answer")
    old = sides.signature(then)
    new = [sides.signature(each) for each in now]
    same = new.count(old)
    if same == len(now):
        return Check(name, "same", "chat answers as it was recorded")
    changed = next(each for each in new if each != old)
    keys = [key for key in {**old, **changed} if old.get(key) != changed.get(key)]
    detail = "; ".join(f"{key}: {_one(old, key)} → {_one(changed, key)}" for key in keys)
    return Check(name, "varies" if same else "differs", f"recorded → replayed: {detail}")


def _one(signature: Mapping[str, Any], key: str) -> str:
    return shown(signature[key]) if key in signature else "–"


def _acceptance(sides: Sides) -> Check:
    def word(reading: Reading) -> str:
        if reading.accepted:
            return "taken"
        place = f" at `{reading.param}`" if reading.param else ""
        code = f" {reading.code}" if reading.code else ""
        return f"{reading.status}{code}{place}"

    def value(reading: Reading) -> Any:
        signature = reading.signature()
        return [signature.get(key) for key in ("status", "code", "param")]

    return _tally("acceptance", sides, value, word)


def _counted(name: str, sides: Sides, key: str) -> Check:
    def value(reading: Reading) -> str:
        return shown(sides.signature(reading).get(key, "–"))

    return _tally(name, sides, value, value)


def _tools(sides: Sides) -> Check:
    name = "tool calls"
    offered = sides.request.get("tools") or sides.request.get("functions")
    complete = [*sides.complete[0], *sides.complete[1]]
    if not offered or not complete:
        return Check(name, "none", "" if offered else "no tools are offered")

    def value(reading: Reading) -> str:
        signature = sides.signature(reading)
        called = ", ".join(signature.get("calls", ())) or "no call"
        invalid = signature.get("arguments valid") is False
        return f"{called} (invalid: {reading.calls.why})" if invalid else called

    found = _tally(name, sides, value, value)
    if found.outcome != "same" or "no call" in found.detail:
        return found
    arguments = {said(reading, sides.request) for reading in complete}
    if len(arguments) == 1:
        return Check(name, "same", f"{found.detail}, same arguments")
    return Check(name, "varies", f"{found.detail}, other arguments")


def _accessors(sides: Sides) -> Check:
    keys = ("text", "refusal", "calls", "usage")

    def value(reading: Reading) -> str:
        signature = sides.signature(reading)
        there = [key for key in keys if signature.get(key)]
        return ", ".join(there) or "nothing"

    if not all(sides.complete):
        return Check("accessors", "none", "no whole answer on both sides")
    return _tally("accessors", sides, value, value)


def _text(sides: Sides, draws: Draws | None) -> Check:
    chat, responses = sides.complete
    if draws is None:
        return Check("text", "none", "no whole answer on both sides")
    if len({said_exactly(each) for each in (*chat, *responses)}) == 1:
        return Check("text", "same", "equal to the byte")
    if not any(map(any, draws.distances)):
        return Check("text", "same", "equal when normalised")
    return Check("text", "varies", f"{fmean(draws.across):.2f} apart on average")


def _usage(sides: Sides) -> Check:
    """Compare token counts; the same prompt has the same one, whatever the model says."""
    found = [
        [each.view.usage for each in side if each.view and each.view.usage]
        for side in sides.complete
    ]
    if not all(found):
        return Check("usage", "none", "no token counts on both sides")
    parts: list[str] = []
    for name, field in (("input", "prompt_tokens"), ("output", "completion_tokens")):
        one, other = (median(getattr(usage, field) for usage in side) for side in found)
        parts.append(f"{name} {one:g}" if one == other else f"{name} {one:g} → {other:g}")
    same = not any("→" in part for part in parts)
    return Check("usage", "same" if same else "varies", f"{', '.join(parts)} tokens")


def _tally(
    name: str,
    sides: Sides,
    value: Callable[[Reading], Any],
    word: Callable[[Reading], str],
) -> Check:
    """Compare how often each side gave each value."""
    usable = sides.usable
    if not all(usable):
        return Check(name, "unknown", "a side gave no answer")
    values = [[shown(value(each)) for each in side] for side in usable]
    words = [Counter(word(each) for each in side) for side in usable]
    if len({*values[0], *values[1]}) == 1:
        return Check(name, "same", _counts(words[0], plain=True))
    outcome: Outcome = "differs" if not set(values[0]) & set(values[1]) else "varies"
    return Check(name, outcome, f"{_counts(words[0])} → {_counts(words[1])}")


def _counts(words: Counter[str], *, plain: bool = False) -> str:
    if len(words) == 1 and (plain or words.total() == 1):
        return next(iter(words))
    total = words.total()
    return ", ".join(f"{word} {count}/{total}" for word, count in words.most_common())
