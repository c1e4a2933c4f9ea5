"""The comparison as JSON; ``docs/json-schema/verification-1.json`` describes it."""

from __future__ import annotations

import json
from typing import Any

from migrator.verification.comparing import (
    Judged,
    Measure,
    SampleResult,
    SiteResult,
    Verification,
)
from migrator.verification.comparing.reading import Reading
from migrator.verification.comparing.statistics import Draws, Interval
from migrator.verification.convert import ChatView

VERSION = 1
JsonObject = dict[str, Any]


def json_report(result: Verification) -> str:
    """Return the comparison as one JSON document."""
    return json.dumps(as_document(result), indent=2, ensure_ascii=False) + "\n"


def as_document(result: Verification) -> JsonObject:
    """Return the comparison as values of JSON."""
    header = result.header
    return {
        "version": VERSION,
        "verdict": result.verdict,
        "exit_status": result.exit_status,
        "reason": result.reason,
        "migrator": header.migrator,
        "started": header.started,
        "server": header.server,
        "urls": dict(header.urls),
        "draws": header.draws,
        "drop": list(header.drop),
        "notes": list(result.notes),
        "counts": dict(result.counts()),
        "tests": _tests(result.judged),
        "measures": [_measure(each) for each in result.measures],
        "sites": [_site(site) for site in result.sites],
    }


def _site(site: SiteResult) -> JsonObject:
    return {
        "site": site.site,
        "verdict": site.verdict,
        "reason": site.reason,
        "tests": _tests(site.judged),
        "excess": _interval(site.excess),
        "measures": [_measure(each) for each in site.measures],
        "samples": [_sample(sample) for sample in site.samples],
    }


def _sample(sample: SampleResult) -> JsonObject:
    return {
        "id": sample.id,
        "verdict": sample.verdict,
        "reason": sample.reason,
        "checks": [vars(check) for check in sample.checks],
        "known": [vars(known) for known in sample.known],
        "accessors": [vars(accessor) for accessor in sample.accessors],
        "tests": _tests(sample.judged),
        "words": _distances(sample.words),
        "chat": [_reading(reading) for reading in sample.chat],
        "responses": [_reading(reading) for reading in sample.responses],
    }


def _distances(draws: Draws | None) -> JsonObject | None:
    if draws is None:
        return None
    return {
        "chat_chat": [round(value, 4) for value in draws.floor],
        "chat_responses": [round(value, 4) for value in draws.across],
    }


def _tests(judged: Any) -> JsonObject:
    return {name: _test(each) for name, each in judged.items()}


def _test(judged: Judged) -> JsonObject:
    test = judged.test
    return {
        "varied": judged.varied,
        "effect": None if test is None else round(test.effect, 4),
        "p": None if test is None else round(test.p, 5),
        "level": round(judged.level, 6),
        "able": judged.able,
        "significant": judged.significant,
        "smallest_effect": None if judged.visible is None else round(judged.visible, 4),
        "smallest_changed_answers": judged.answers,
        "answers": judged.total,
    }


def _measure(measure: Measure) -> JsonObject:
    sides = {"chat": measure.chat, "responses": measure.responses, "difference": measure.delta}
    return {
        "name": measure.name,
        "unit": measure.unit,
        "samples": measure.samples,
        **{name: {"median": each[0], "p90": each[1]} for name, each in sides.items()},
        "interval": _interval(measure.interval),
    }


def _interval(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [interval.low, interval.high]


def _reading(reading: Reading) -> JsonObject:
    exchange = reading.exchange
    return {
        "draw": reading.draw,
        "state": reading.state,
        "status": reading.status,
        "code": reading.code,
        "param": reading.param,
        "why": reading.why,
        "seconds": None if exchange is None else round(exchange.seconds, 6),
        "first_token": None if exchange is None else exchange.first_token,
        "answer": None if reading.view is None else _view(reading.view),
    }


def _view(view: ChatView) -> JsonObject:
    call = view.function_call
    return {
        "content": view.content,
        "refusal": view.refusal,
        "finish_reason": view.finish_reason,
        "tool_calls": [
            {"kind": each.kind, "name": each.name, "arguments": each.arguments}
            for each in view.tool_calls or ()
        ],
        "function_call": None if call is None else vars(call),
        "usage": None if view.usage is None else vars(view.usage),
    }
