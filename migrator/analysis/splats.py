"""Keywords that a call takes from a mapping with ``**``.

Every entry is treated like the keyword of its name; what that changes is written where the entry
is, not in the call.
"""

from __future__ import annotations

from migrator.analysis.facts import LedgerRow, Reshape
from migrator.analysis.holders import known_sites
from migrator.analysis.keywords import Carrier, Keywords, keywords_of
from migrator.analysis.sites import PARSE
from migrator.analysis.syntax import FUNCTIONS, ast, is_none
from migrator.analysis.values import constants

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.requests import Change, Request

_CODE = "CC210"


def read_splats(request: Request, splats: list[ast.expr]) -> None:
    """Look at the entries of every mapping that the call takes keywords from."""
    written = set(request.names)
    followed: list[Keywords] = []
    for node in splats:
        found = keywords_of(request.module, node, library=request.settings.library)
        reasons = []
        for report in found.reports():
            request.calls.extend(report.calls)
            request.mentions.extend(report.mentions)
            reasons.extend([*report.unseen, *report.shared])
        sites = known_sites(request.module)
        if any(sites[call] != request.site.operation for call in request.calls):
            request.reason(_CODE, "calls of different methods take the same keywords", node)
        if reasons:
            shown = request.module.source.one_line(node, 60)
            request.reason(_CODE, f"keywords come from `**{shown}`", node)
            request.reasons.extend(reasons)
            request.ledger.append(LedgerRow("**", "refused", shown))
        elif found not in followed:
            followed.append(found)
            request.names.extend({carrier.name: None for carrier in found.carriers()})
    for found in followed:
        for carrier in found.carriers():
            if carrier.name in written or sum(_has(other, carrier) for other in followed) > 1:
                message = f"`{carrier.name}` is given twice"
                request.reason(_CODE, message, carrier.value)
            carried(request, found, carrier)
    one_target(request, written, followed)


def _has(found: Keywords, carrier: Carrier) -> bool:
    return any(other.name == carrier.name for other in found.carriers())


def carried(request: Request, found: Keywords, carrier: Carrier) -> None:
    """Look at one entry, and write its changes where it stands."""
    if carrier.name == "stream" and not never_streams(request, carrier.value):
        _streams(request, found, carrier)
        return
    if carrier.name in _must_be_sure(request) and not found.always(carrier.name):
        request.reason(_CODE, f"`{carrier.name}` may or may not be set", carrier.value)
    before, count = len(request.changes), len(request.reshapes)
    request.carrier = carrier
    request.keyword(carrier.name, carrier.value)
    request.carrier = None
    changes = request.changes[before:]
    request.changes[before:] = [change for change in changes if change.op == "add"]
    moved = [_moved(carrier, change) for change in changes if change.op != "add"]
    if isinstance(carrier.node, ast.Call) and (moved or len(request.reshapes) > count):
        message = f"a caller gives `{carrier.name}` through `**`"
        request.reason(_CODE, message, carrier.value)
        return
    request.reshapes.extend(moved)


def _streams(request: Request, found: Keywords, carrier: Carrier) -> None:
    """Look at ``stream`` in a mapping: it has to be true, and always there."""
    complete, values = constants(request.module, carrier.value)
    if not complete or any(value is not True for value in values):
        request.reason("CC215", "whether the answer is streamed can't be seen", carrier.value)
    elif not found.always("stream") and not _before(request, carrier.node):
        request.reason("CC215", "`stream` may or may not be set", carrier.value)
    else:
        request.keyword("stream", carrier.value)


def _before(request: Request, entry: ast.AST) -> bool:
    """Return whether ``params["stream"] = …`` has always run where the call is made."""
    module = request.module
    if not isinstance(entry, ast.Subscript):
        return False
    statement, node = module.statement(entry), module.statement(request.site.call)
    if module.scope(statement).function() is not module.scope(node).function():
        return False
    while not isinstance(node, (ast.Module, *FUNCTIONS)):
        parent = module.parent(node)
        for name in ("body", "orelse", "finalbody"):
            block = getattr(parent, name, None)
            if isinstance(block, list) and node in block and statement in block:
                return bool(block.index(statement) < block.index(node))
        node = parent  # type: ignore[assignment]
    return False


def _must_be_sure(request: Request) -> tuple[str, ...]:
    """Return the keywords of which it has to be known whether they are sent."""
    parses = request.site.operation == PARSE
    return ("store", "functions", "response_format") if parses else ("store", "functions")


def _moved(carrier: Carrier, change: Change) -> Reshape:
    detail = {"wrap": f"{change.new}.{change.prefix}", "set": change.prefix}
    return Reshape(f"keywords.{change.op}", carrier.node, detail.get(change.op, change.new))


def never_streams(request: Request, node: ast.expr) -> bool:
    """Return whether a value of ``stream`` means that the answer comes whole."""
    if is_none(node) or request.omitted(node):
        return True
    complete, values = constants(request.module, node)
    return complete and all(value in (False, None) for value in values)


def one_target(request: Request, written: set[str], followed: list[Keywords]) -> None:
    """Refuse what would give ``text`` twice: its parts stand in different places."""
    names = written | {carrier.name for found in followed for carrier in found.carriers()}
    if {"response_format", "verbosity"} <= names and not (
        {"response_format", "verbosity"} <= written
    ):
        message = "`response_format` and `verbosity` both go into `text`"
        request.reason(_CODE, message, request.site.call)
