"""Words and numbers that all reports share."""

from __future__ import annotations

import json
import math
from typing import Any

from migrator.verification.comparing import TITLES, Measure, SampleResult, SiteResult, Verification

NO_SITE = "no call site known"
_LONGEST_VALUE = 2000


def headline(result: Verification) -> str:
    """Return the verdict and what it is about, in one line."""
    samples = [sample for sample in result.samples if sample.verdict != "skipped"]
    sites = len({sample.site for sample in samples} - {None})
    draws = counted(result.header.draws, "draw")
    where = f" at {counted(sites, 'call site')}" if sites else ""
    what = f"{counted(len(samples), 'sample')}{where}, {draws} a side"
    return f"{TITLES[result.verdict].capitalize()}: {what}, against {result.header.server}."


def counted(number: int, word: str) -> str:
    """Return a number with its noun."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def tally(result: Verification) -> str:
    """Return how many samples have each verdict."""
    return ", ".join(f"{count} {TITLES[verdict]}" for verdict, count in result.counts().items())


def site_name(site: SiteResult | SampleResult) -> str:
    """Return where a site is."""
    return site.site or NO_SITE


def first_words(sample: SampleResult, length: int = 70) -> str:
    """Return what the user says last in a sample, shortened, on one line."""
    messages = [each for each in sample.request.get("messages") or () if isinstance(each, dict)]
    asked = [each for each in messages if each.get("role") == "user"] or messages
    content = asked[-1].get("content") if asked else ""
    if isinstance(content, list):
        content = " ".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return shortened(" ".join(str(content or "").split()), length)


def shortened(text: str, length: int) -> str:
    """Return at most ``length`` characters, the cut marked."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def number(value: float, unit: str) -> str:
    """Return a value as people write it."""
    size = abs(value)
    if unit == "s":
        if size < 1:
            return (
                f"{value * 1000:.0f} ms" if size >= 0.01 or not size else f"{value * 1000:.1f} ms"
            )
        return f"{value:.1f} s" if size < 100 else f"{value:.0f} s"
    if unit == "$":
        sign = "-" if value < 0 else ""
        digits = 2 if size >= 1 or not size else 1 - math.floor(math.log10(size))
        return f"{sign}${size:.{digits}f}"
    return f"{value:.0f}" if size >= 100 or value == int(value) else f"{value:.1f}"


def change(measure: Measure) -> str:
    """Return the median difference, with its sign."""
    value = measure.delta[0]
    return ("+" if value > 0 else "") + number(value, measure.unit)


def spread(measure: Measure) -> str:
    """Return the interval of the mean difference, or why there is none."""
    found = measure.interval
    if found is None:
        return f"{counted(measure.samples, 'sample')}: too few"
    low, high = (("+" if v > 0 else "") + number(v, measure.unit) for v in (found.low, found.high))
    return f"{low} … {high}"


def pretty(value: Any) -> str:
    """Return a value of JSON over several lines, data that nobody reads shortened."""
    return json.dumps(_short(value), indent=2, ensure_ascii=False)


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _short(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_short(inner) for inner in value]
    if isinstance(value, str) and len(value) > _LONGEST_VALUE:
        return f"{value[:_LONGEST_VALUE]}… ({len(value) - _LONGEST_VALUE} more characters)"
    return value
