"""One self-contained HTML page: nothing is fetched, nothing runs, it can be sent to anybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import fmean

from migrator.verification.comparing import (
    MEANINGS,
    TITLES,
    VERDICTS,
    Measure,
    SampleResult,
    SiteResult,
    Verification,
)

from ..code import Code
from ..wording import change, counted, headline, number, site_name, spread
from .diffing import unified
from .markup import Child, Markup, joined, prose, tag
from .plots import MOST_ROWS, noise_plot, strips
from .sample import pill, sample_section

_STYLE = Path(__file__).with_name("style.css")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_OPEN = ("failed", "outside")
_MOST_OPEN = 3


def html_report(result: Verification, codes: Mapping[str, Code] | None = None) -> str:
    """Return the page; ``codes`` has the rewrites of call sites."""
    opened = iter([True] * _MOST_OPEN)
    ordered = sorted(result.sites, key=lambda site: VERDICTS.index(site.verdict))
    body: list[Child] = [
        _top(result),
        _plots(result),
        _numbers(result),
        tag("h2", "Call sites"),
        *(_site(site, (codes or {}).get(site.site or ""), opened) for site in ordered),
        _legend(result),
    ]
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"migrator verify: {TITLES[result.verdict]}"),
        tag("style", Markup(_STYLE.read_text(encoding="utf-8"))),
    )
    page = tag("html", head, tag("body", tag("main", body)), lang="en")
    return f"<!doctype html>\n{page}\n"


def _top(result: Verification) -> Markup:
    counts = result.counts()
    total = sum(counts.values())
    bar = [
        tag("span", class_=f"part {verdict}", style=f"flex-grow: {count}", title=TITLES[verdict])
        for verdict, count in counts.items()
    ]
    key = [
        tag("li", tag("span", class_=f"swatch {verdict}"), f"{count} {TITLES[verdict]}")
        for verdict, count in counts.items()
    ]
    header = result.header
    when = f"{header.started} · migrator {header.migrator}"
    urls = " · ".join(dict.fromkeys(header.urls.values()))
    return tag(
        "header",
        tag("p", "migrator verify", class_="brand"),
        tag("h1", TITLES[result.verdict].capitalize(), class_=f"verdict {result.verdict}"),
        tag("p", headline(result).partition(": ")[2], class_="lead"),
        tag("p", prose(result.reason), class_="reason") if result.reason else None,
        tag("div", bar, class_="bar", role="img", aria_label=f"{counted(total, 'sample')}"),
        tag("ul", key, class_="key"),
        [tag("p", note, class_="note") for note in result.notes],
        tag("p", f"{when} · {urls}", class_="quiet"),
    )


def _plots(result: Verification) -> Markup | None:
    varied = [sample for sample in result.samples if sample.words and any(sample.words.across)]
    figures: list[Child] = []
    if varied:
        varied.sort(key=_excess, reverse=True)
        left_out = len(varied) - MOST_ROWS
        rest = f" The {MOST_ROWS} furthest of {len(varied)}." if left_out > 0 else ""
        words = (
            "How far the words are apart, 0 equal and 1 nothing in common. The band is chat against"
            " chat: the noise floor. Dots are chat against Responses, the line is their mean."
        )
        figures.append(_figure("Words against the noise floor", noise_plot(varied), words + rest))
    elif any(sample.words for sample in result.samples):
        figures.append(tag("p", "Every answer has the same words on both sides.", class_="even"))
    figures += [
        _figure(measure.name.capitalize(), strips(measure), _caption(measure))
        for measure in result.measures
    ]
    return tag("section", figures, class_="plots") if figures else None


def _excess(sample: SampleResult) -> float:
    draws = sample.words
    assert draws is not None
    return fmean(draws.across) - (fmean(draws.floor) if draws.floor else 0.0)


def _figure(title: str, plot: Markup, caption: str) -> Markup:
    words = tag("figcaption", tag("b", title), tag("span", caption))
    return tag("figure", words, plot, class_="noise" if "noise" in title else None)


def _caption(measure: Measure) -> str:
    before, after = (
        number(value, measure.unit) for value in (measure.chat[0], measure.responses[0])
    )
    return f"median {before} → {after}; one dot a sample, | median, ¦ 90th percentile"


def _numbers(result: Verification) -> Markup | None:
    if not result.measures:
        return None
    rows = [
        tag(
            "tr",
            tag("th", each.name, scope="row"),
            [tag("td", number(value, each.unit)) for value in (*each.chat, *each.responses)],
            tag("td", change(each), class_="change"),
            tag("td", spread(each)),
        )
        for each in result.measures
    ]
    groups = tag(
        "tr",
        tag("td"),
        *(tag("th", name, colspan=2, scope="colgroup") for name in ("chat", "Responses")),
        tag("th", "difference", colspan=2, scope="colgroup"),
    )
    names = ("", "median", "p90", "median", "p90", "median", "95 % of the mean")
    head = tag("thead", groups, tag("tr", [tag("th", name, scope="col") for name in names]))
    table = tag("table", head, tag("tbody", rows), class_="numbers")
    return joined(tag("h2", "Numbers"), tag("div", table, class_="wide"))


def _site(site: SiteResult, code: Code | None, opened: Iterator[bool]) -> Markup:
    parts: list[Child] = [
        tag("h3", pill(site.verdict), tag("code", site_name(site))),
        tag("p", prose(site.reason), class_="reason"),
    ]
    if site.excess is not None:
        low, high = site.excess.low, site.excess.high
        words = f"Words beyond the noise floor: {low:+.2f} … {high:+.2f} (95 % of the mean)"
        parts.append(tag("p", words, class_="quiet"))
    if code is not None and code.note:
        parts.append(tag("p", prose(code.note), class_="note"))
    if code is not None and code.lines:
        summary = tag("summary", prose("What `fix` does here"))
        parts.append(tag("details", summary, unified(code.lines), class_="code", open=True))
    for sample in site.samples:
        open_ = sample.verdict in _OPEN and next(opened, False)
        parts.append(sample_section(sample, open_=open_, alone=len(site.samples) == 1))
    return tag("section", parts, class_="site")


def _legend(result: Verification) -> Markup:
    rows = [
        tag("tr", tag("td", pill(verdict)), tag("td", MEANINGS[verdict])) for verdict in VERDICTS
    ]
    words = (
        "Answers are dealt to the two sides at random; a difference counts where fewer than one in"
        " twenty such runs would show one anywhere. Samples with too few draws are judged together."
    )
    return tag(
        "footer",
        tag("h2", "How to read this"),
        tag("table", tag("tbody", rows), class_="legend"),
        tag("p", words),
    )
