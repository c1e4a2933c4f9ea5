"""Plots as inline SVG: few marks, colours from the page's style, every mark with its value."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from migrator.verification.comparing import Measure, SampleResult, Verdict
from migrator.verification.comparing.statistics import percentile

from ..wording import number, shortened
from .markup import Markup, joined, tag

_LEFT, _RIGHT = 150.0, 24.0
_WIDTH = 640.0
_NARROW = 440.0
_ROW = 22.0
MOST_ROWS = 24


@dataclass(frozen=True)
class Scale:
    """Values from ``low`` to ``high`` on a line from ``start`` to ``end``."""

    low: float
    high: float
    start: float = _LEFT
    end: float = _WIDTH - _RIGHT

    def at(self, value: float) -> float:
        """Return where a value is."""
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return round(self.start + share * (self.end - self.start), 1)


def noise_plot(samples: Sequence[SampleResult]) -> Markup:
    """Return one row a sample: chat against itself as a band, chat against Responses as dots."""
    rows = samples[:MOST_ROWS]
    scale = Scale(0.0, 1.0)
    top = 26.0
    height = top + len(rows) * _ROW + 34
    marks: list[Markup] = [_axis(scale, top, height - 30, (0, 0.25, 0.5, 0.75, 1), _share)]
    for n, sample in enumerate(rows):
        marks.append(_noise_row(sample, scale, top + (n + 0.5) * _ROW))
    return _svg(height, "Distance of the words, against the noise floor", marks)


def _noise_row(sample: SampleResult, scale: Scale, y: float) -> Markup:
    draws = sample.words
    parts: list[Markup] = [_label(sample.id, y)]
    if draws is None:
        text = tag("text", "no whole answers", x=_LEFT, y=y + 4, class_="tick")
        return tag("g", parts, text)
    if draws.floor:
        low, high = scale.at(min(draws.floor)), scale.at(max(draws.floor))
        band = tag(
            "rect", x=low - 3, y=y - 6, width=high - low + 6, height=12, rx=6, class_="floor"
        )
        parts.append(band)
        parts += [tag("circle", cx=scale.at(v), cy=y, r=2, class_="floor-dot") for v in draws.floor]
    kind: Verdict = sample.verdict
    parts += [
        tag("circle", cx=scale.at(value), cy=y, r=3.2, class_=f"dot {kind}")
        for value in sorted(draws.across)[:60]
    ]
    mean = fmean(draws.across)
    parts.append(
        tag("line", x1=scale.at(mean), x2=scale.at(mean), y1=y - 8, y2=y + 8, class_=f"mean {kind}")
    )
    own = f"; chat against itself {fmean(draws.floor):.2f}" if draws.floor else ""
    title = tag("title", f"{sample.id}: chat against Responses {mean:.2f}{own}")
    return tag("g", title, parts)


def strips(measure: Measure) -> Markup:
    """Return the values of both sides as two rows of dots, with median and 90th percentile."""
    values = [value for pair in measure.pairs for value in pair]
    low = 0.0 if min(values) < 0.6 * max(values) else min(values)
    high = max(values)
    if high == low:
        low, high = low * 0.9 - 1, high * 1.1 + 1
    pad = (high - low) * 0.04
    start = max(low - pad, 0.0) if low >= 0 else low - pad
    scale = Scale(start, high + pad, start=88.0, end=_NARROW - _RIGHT)
    height = 108.0
    ticks = _round_values(scale.low, scale.high)
    marks: list[Markup] = [
        _axis(scale, 16, height - 28, ticks, lambda value: number(value, measure.unit))
    ]
    for side, (name, y) in enumerate((("chat", 34.0), ("Responses", 62.0))):
        own = sorted(pair[side] for pair in measure.pairs)
        marks.append(_label(name, y, 76.0))
        kind = "chat" if side == 0 else "responses"
        for n, value in enumerate(own):
            # A little up and down, so that equal values stay visible.
            shift = ((n * 7) % 5 - 2) * 2.0 if len(own) > 1 else 0.0
            marks.append(
                tag("circle", cx=scale.at(value), cy=y + shift, r=3.2, class_=f"dot {kind}")
            )
        for share, style in ((0.5, "mean"), (0.9, "tail")):
            x = scale.at(percentile(own, share))
            words = f"{name}, {'median' if share == 0.5 else '90th percentile'}"
            title = tag("title", f"{words}: {number(percentile(own, share), measure.unit)}")
            marks.append(
                tag("line", title, x1=x, x2=x, y1=y - 11, y2=y + 11, class_=f"{style} {kind}")
            )
    return _svg(height, measure.name, marks, _NARROW)


def _share(value: float) -> str:
    return f"{value:g}"


def _axis(
    scale: Scale, top: float, bottom: float, ticks: Sequence[float], shown: Callable[[float], str]
) -> Markup:
    parts: list[Markup] = []
    for value in ticks:
        x = scale.at(value)
        parts.append(tag("line", x1=x, x2=x, y1=top, y2=bottom, class_="grid"))
        parts.append(
            tag("text", shown(value), x=x, y=bottom + 18, class_="tick", text_anchor="middle")
        )
    return joined(parts)


def _round_values(low: float, high: float) -> list[float]:
    """Return about four round values between two others."""
    rough = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * 0.99)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [n * step for n in range(first, last + 1)]


def _label(text: str, y: float, end: float = _LEFT - 12) -> Markup:
    short = shortened(text, 20)
    return tag("text", tag("title", text), short, x=end, y=y + 4, class_="label", text_anchor="end")


def _svg(height: float, title: str, marks: list[Markup], width: float = _WIDTH) -> Markup:
    return tag(
        "svg",
        tag("title", title),
        *marks,
        viewBox=f"0 0 {width:g} {height:g}",
        role="img",
        aria_label=title,
    )
