"""One sample on the page: what was checked, both requests, the answers side by side."""

from __future__ import annotations

from migrator.verification.comparing import TITLES, SampleResult, Verdict
from migrator.verification.comparing.known import RULES
from migrator.verification.comparing.reading import Reading

from ..wording import counted, first_words, number, pretty, shortened
from .diffing import marked
from .markup import Child, Markup, joined, prose, tag

_LONGEST_ANSWER = 20_000
_MOST_DRAWS = 12
_MOST_MARKED = 2
SIGNS = {"same": "=", "differs": "≠", "varies": "~", "unknown": "?", "none": "–"}


def pill(verdict: Verdict) -> Markup:
    """Return a verdict as a label."""
    return tag("span", TITLES[verdict], class_=f"pill {verdict}")


def sample_section(sample: SampleResult, *, open_: bool, alone: bool) -> Markup:
    """Return a sample, folded unless ``open_``; ``alone``: its site says the same."""
    summary = tag(
        "summary",
        pill(sample.verdict),
        tag("span", sample.id, class_="id"),
        tag("span", first_words(sample), class_="asked"),
    )
    parts: list[Child] = [] if alone else [tag("p", prose(sample.reason), class_="reason")]
    if sample.verdict != "skipped":
        parts += [_checks(sample), _known(sample), _accessors(sample), _answers(sample)]
    parts.append(_requests(sample))
    return tag("details", summary, tag("div", parts, class_="body"), class_="sample", open=open_)


def _checks(sample: SampleResult) -> Markup:
    rows = [
        tag(
            "tr",
            tag("td", SIGNS[check.outcome], class_=f"sign {check.outcome}", title=check.outcome),
            tag("th", check.name, scope="row"),
            tag("td", prose(check.detail)),
        )
        for check in sample.checks
    ]
    return tag("table", tag("tbody", rows), class_="checks")


def _known(sample: SampleResult) -> Markup | None:
    if not sample.known:
        return None
    rows = [
        tag("li", tag("b", each.rule), prose(f" – {RULES[each.rule]}: {each.detail}"))
        for each in sample.known
    ]
    return joined(tag("h4", "Known differences, by rule"), tag("ul", rows, class_="known"))


def _accessors(sample: SampleResult) -> Markup | None:
    if not sample.accessors:
        return None
    rows = []
    for each in sample.accessors:
        sign = "same" if each.same else "varies"
        texts = [tag("td", shortened(text, 160)) for text in (each.before, each.after)]
        spelt = tag("th", tag("code", each.chat), " → ", tag("code", each.responses), scope="row")
        rows.append(tag("tr", tag("td", SIGNS[sign], class_=f"sign {sign}"), spelt, texts))
    names = ("", "what the program reads", "chat", "Responses")
    head = tag("thead", tag("tr", [tag("th", name, scope="col") for name in names]))
    return joined(
        tag("h4", "Accessors, first answers"),
        tag("div", tag("table", head, tag("tbody", rows), class_="accessors"), class_="wide"),
    )


def _answers(sample: SampleResult) -> Markup:
    chat, responses = sample.chat, sample.responses
    count = max(len(chat), len(responses))
    pairs: list[Child] = []
    for n in range(min(count, _MOST_DRAWS)):
        one = chat[n] if n < len(chat) else None
        other = responses[n] if n < len(responses) else None
        texts = _text(one), _text(other)
        whole = one is not None and other is not None and one.view and other.view
        # Of the others, the eye has seen by now what differs.
        left, right = marked(*texts) if whole and n < _MOST_MARKED else map(joined, texts)
        pairs += [_answer("chat", n, one, left), _answer("Responses", n, other, right)]
    more = count - _MOST_DRAWS
    rest = tag("p", f"and {counted(more, 'draw')} more", class_="quiet") if more > 0 else None
    return joined(tag("h4", "Answers"), tag("div", pairs, class_="sides"), rest)


def _answer(side: str, draw: int, reading: Reading | None, text: Markup) -> Markup:
    facts = [f"{side} {draw + 1}"]
    if reading is not None:
        facts.append(reading.state or "no answer")
        if reading.exchange is not None and reading.exchange.answer is not None:
            facts.append(number(reading.exchange.seconds, "s"))
        if reading.view is not None and reading.view.usage is not None:
            facts.append(f"{reading.view.usage.completion_tokens} tokens")
    head = tag("div", " · ".join(facts), class_="head")
    return tag("div", head, tag("pre", text, tabindex="0"), class_="answer")


def _text(reading: Reading | None) -> str:
    if reading is None:
        return "(not drawn)"
    view = reading.view
    if view is None:
        return reading.why or f"({reading.state or 'no answer'})"
    parts = [view.content or ""]
    if view.refusal is not None:
        parts.append(f"refusal: {view.refusal}")
    if view.function_call is not None:
        parts.append(f"→ {view.function_call.name}({view.function_call.arguments})")
    parts += [f"→ {call.name}({call.arguments})" for call in view.tool_calls or ()]
    return shortened("\n".join(part for part in parts if part), _LONGEST_ANSWER) or "(empty)"


def _requests(sample: SampleResult) -> Markup:
    responses = sample.prepared.responses
    sides = [
        ("chat/completions", pretty(sample.prepared.chat)),
        ("responses", pretty(responses) if responses is not None else "(none)"),
    ]
    boxes = [
        tag("div", tag("div", name, class_="head"), tag("pre", text, tabindex="0"), class_="answer")
        for name, text in sides
    ]
    body = tag("div", boxes, class_="sides")
    return tag("details", tag("summary", "Requests"), body, class_="requests")
