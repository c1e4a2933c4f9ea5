"""Where the calls of a module meet: their results, their messages lists, their tools."""

from __future__ import annotations

from migrator.analysis.grouping import Groups
from migrator.analysis.requests import Request
from migrator.analysis.results import Results
from migrator.analysis.sites import CREATE, PARSE, RAW, STREAM, Site
from migrator.analysis.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.analysis.loops import Asked
    from migrator.planning.model import Finding

    Call = tuple[int, Site, Request, Finding]

_RETURNS = {"": "completion", "raw": "raw", "streaming": "manager"}


def follow(results: Results, number: int, site: Site, request: Request) -> None:
    """Follow what a call returns."""
    if site.operation == RAW:
        results.follow(site.call, number, site.raw)
        return
    if site.operation == STREAM and not site.raw:
        results.follow_streams().manage(site.call, number)
    elif request.switch is not None:
        from migrator.analysis.twomodes import follow_either

        if site.raw or site.legacy:
            place = results.module.source.one_line(request.switch, 40)
            message = f"`stream={place}` decides what the call returns"
            results.reason(number, "CC213", message, request.switch)
        else:
            follow_either(results, site.call, request.switch, number, _asked(request))
    elif request.streamed and site.operation == CREATE and not site.legacy:
        if not site.raw:
            results.follow_streams().follow(site.call, number, _asked(request))
        elif site.raw == "raw":
            results.follow_streams().expect(number, _asked(request))
            results.follow(site.call, number, "raw")
    elif site.operation in (CREATE, PARSE) and not request.streamed:
        kind = "old.completion" if site.legacy else _RETURNS[site.raw]
        results.follow(site.call, number, kind)


def _asked(request: Request) -> Asked:
    """Return what the chunks of a streamed answer may hold."""
    from migrator.analysis.loops import Asked

    legacy = "functions" in request.names
    tools = request.offers_tools()
    return Asked(usage=request.includes_usage, tools=tools, legacy=legacy)


def claim(results: Results, calls: list[Call]) -> None:
    """Give the messages lists what results put into them; what nobody knows is a reason."""
    shaped: set[int] = set()
    for number, _, request, finding in calls:
        for node, reason in request.pending:
            if not results.history.claim(node, number):
                finding.reasons.append(reason)
            else:
                shaped.add(number)
    results.history.unclaimed()
    for number, _, request, finding in calls:
        # An answer takes as many items as it has, and they are no messages.
        if number in shaped:
            finding.reasons.extend([*request.reads, *request.counts])


def join(groups: Groups, calls: list[Call]) -> None:
    """Decide calls that are sent the same thing together."""
    numbers = {site.call: number for number, site, _, _ in calls}
    shaped: dict[ast.AST, int] = {}
    for number, _, request, _ in calls:
        for call in request.calls:
            groups.join(numbers[call], number)
        for reshape in request.reshapes:
            groups.join(shaped.setdefault(reshape.node, number), number)


def parsed(results: Results, calls: list[Call]) -> None:
    """Add a reason where ``parsed`` is read from what may come from a call of ``create``."""
    find = results.groups.find
    creating = {find(number) for number, site, _, _ in calls if site.operation != PARSE}
    for number, step in results.steps:
        if step.kind == "message" and step.name == "parsed" and find(number) in creating:
            results.reason(number, "CC318", "`.parsed` is read", step.whole)


def note_calls(calls: Sequence[tuple[Site, Request, Finding]]) -> None:
    """Note that an answer which only calls tools has no content in chat, and empty text now."""
    for _, request, finding in calls:
        if {"tools", "functions"} & set(request.names):
            finding.notes.append('`content` is None where only tools are called; now it is `""`')
