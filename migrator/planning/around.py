"""What speaks against rewriting a call apart from its request and its result."""

from __future__ import annotations

from migrator.analysis.facts import Reason
from migrator.analysis.requests import Request
from migrator.analysis.scopes import Module
from migrator.analysis.sites import CREATE, RAW, Site


def call_reasons(module: Module, site: Site, request: Request) -> list[Reason]:
    """Return the reasons that follow from how a call is spelled, and from handlers around it."""
    place = module.source.place(site.call)
    result: list[Reason] = []
    if site.legacy and request.streamed:
        message = "the stream is one of openai before 1.0"
        result.append(Reason("CC220", message, place, "block"))
    opened = site.raw == "streaming" and request.streamed
    if site.raw and site.operation != RAW and (site.operation != CREATE or opened):
        what = "with_raw_response" if site.raw == "raw" else "with_streaming_response"
        message = f"`{what}` returns more than a wrapped completion here"
        result.append(Reason("CC221", message, place, "block"))
    if site.aliased:
        message = "the method is called through another name"
        result.append(Reason("CC505", message, place, "block"))
    if b" as " in module.source.utf8 and b"except" in module.source.utf8:
        from migrator.analysis.handlers import examined

        result.extend(examined(module, site.call))
    return result
