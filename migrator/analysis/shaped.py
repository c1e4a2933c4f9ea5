"""Keywords whose value takes another shape: one function per action of the parameter table."""

from __future__ import annotations

from migrator._tables import API
from migrator.analysis.choices import FunctionCall, ToolChoice
from migrator.analysis.displays import fields_of
from migrator.analysis.facts import Reshape
from migrator.analysis.formats import Format, filled, is_type
from migrator.analysis.functions import default_of, passed_constants
from migrator.analysis.holders import Holders, known_sites
from migrator.analysis.parameters import same_everywhere
from migrator.analysis.requests import Change
from migrator.analysis.sites import CREATE, RAW
from migrator.analysis.sources import Report, is_omitted
from migrator.analysis.syntax import FUNCTIONS, ast, is_none, literal
from migrator.analysis.tools import FunctionList, ToolList, settle_parsed
from migrator.analysis.values import constants, origins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.requests import Request

    Row = dict[str, str]

_ROWS = API["parameters"]["chat"]
_KINDS: dict[str, type[Holders]] = {
    "tools": ToolList,
    "functions": FunctionList,
    "tool_choice": ToolChoice,
    "function_call": FunctionCall,
    "response_format": Format,
}


def shaped(request: Request, name: str, node: ast.expr, row: Row) -> None:
    """Write a keyword for Responses, or add the reasons why not."""
    actions = {
        "nest": _nested,
        "format": _format,
        "tools": _tools,
        "choice": _tools,
        "body": _body,
        "options": _options,
    }
    actions[row["action"]](request, name, node, row)


def _refused(request: Request, name: str, node: ast.expr, code: str, message: str) -> None:
    request.reason(code, message, node)
    request.row(name, "refused", node)


# -- tools, choices, formats ----------------------------------------------------------------


def _followed(request: Request, name: str, node: ast.expr) -> Report | None:
    """Follow a value; return what is known of it, None after adding reasons."""
    report = _report(request, _KINDS[name], node)
    request.calls.extend(report.calls)
    request.mentions.extend(report.mentions)
    # Who else sees a value matters only when it changes.
    found = [*report.unseen, *(report.shared if report.reshapes else ())]
    if found:
        request.reasons.extend(found)
        request.row(name, "refused", node)
        return None
    request.reshapes.extend(report.reshapes)
    return report


def _report(request: Request, kind: type[Holders], node: ast.expr) -> Report:
    """Return what is known of a value; asked once for all calls that send it."""
    memo = request.module.memo
    known = memo.get((kind, node))
    if isinstance(known, Report):
        return known
    report = Report()
    memo[kind, node] = report
    holders = kind(request.module, report, library=request.settings.library)
    holders.node(node)
    holders.use(node)
    for call in report.calls:
        for item in call.keywords:
            if item.arg in kind.keywords:
                memo[kind, item.value] = report
    if isinstance(holders, ToolList):
        settle_parsed(holders, known_sites(request.module))
    return report


def _tools(request: Request, name: str, node: ast.expr, row: Row) -> None:
    legacy = name in ("functions", "function_call")
    if name == "functions" and not _legacy_alone(request, node, row):
        return
    report = _followed(request, name, node)
    if report is None:
        return
    if name == "functions" and (report.nones or not report.reshapes):
        _refused(request, name, node, row["code"], "there may be no functions")
        return
    to = row.get("to", name)
    request.row(name, "reshaped" if report.reshapes else "same", node, to)
    if legacy:
        request.changes.append(Change("rename", name, to))
    if name == "functions" and "parallel_tool_calls" not in request.names:
        request.changes.append(Change("add", "", "parallel_tool_calls", "False"))
        request.added("parallel_tool_calls", "False", "a legacy answer holds one call at most")


def _legacy_alone(request: Request, node: ast.expr, row: Row) -> bool:
    if not {"tools", "tool_choice"} & set(request.names):
        return True
    _refused(request, "functions", node, row["code"], "`functions` and `tools` are both given")
    return False


def _format(request: Request, name: str, node: ast.expr, row: Row) -> None:
    parses = request.site.operation not in (CREATE, RAW)
    if parses and is_type(request.module, node):
        request.row(name, "renamed", node, "text_format")
        request.changes.append(Change("rename", name, "text_format"))
        return
    if parses:
        _refused(request, name, node, "CC222", "`response_format` is not surely a class")
        return
    report = _followed(request, name, node)
    if report is None:
        return
    extra = filled(request.module, node, report)
    if extra is None:
        _refused(request, name, node, row["code"], "`response_format` may be None")
        return
    request.reshapes.extend(extra)
    request.nest(name, node, row["to"], row["key"])


# -- values that go into a dict -------------------------------------------------------------


def _nested(request: Request, name: str, node: ast.expr, row: Row) -> None:
    if _maybe_omitted(request, node):
        shown = request.module.source.one_line(node, 40)
        _refused(request, name, node, "CC213", f"`{name}={shown}` may be left out of the request")
        return
    if row["to"] != "reasoning" or not _maybe_none(request, node):
        request.nest(name, node, row["to"], row["key"])
        return
    arms = [node.body, node.orelse] if isinstance(node, ast.IfExp) else []
    if arms:
        request.reshapes.extend(
            Reshape("nested.arm", arm, row["key"]) for arm in arms if not is_none(arm)
        )
    else:
        request.reshapes.append(Reshape("nested.unless", node, row["key"]))
    request.row(name, "nested", node, f'{row["to"]}["{row["key"]}"]', "unless it is None")
    request.changes.append(Change("rename", name, row["to"]))


def _maybe_omitted(request: Request, node: ast.expr) -> bool:
    """Return whether a value may be the SDK's word for "not sent", which a dict can't hold."""
    if isinstance(node, ast.IfExp):
        return _maybe_omitted(request, node.body) or _maybe_omitted(request, node.orelse)
    if is_omitted(request.module, node):
        return True
    if not isinstance(node, (ast.Name, ast.Attribute)):
        return False
    for origin in origins(request.module, node):
        if isinstance(origin.node, ast.expr) and is_omitted(request.module, origin.node):
            return True
        default = _default(origin.node, origin.binding.statement if origin.binding else None)
        if default is not None and is_omitted(request.module, default):
            return True
    return False


def _default(arg: ast.AST, function: ast.AST | None) -> ast.expr | None:
    if isinstance(arg, ast.arg) and isinstance(function, FUNCTIONS):
        return default_of(function, arg.arg)
    return None


def _maybe_none(request: Request, node: ast.expr) -> bool:
    """Return whether something says that a value may be None, and it is cheap to ask again."""
    if isinstance(node, ast.IfExp):
        return is_none(node.body) != is_none(node.orelse)
    if not isinstance(node, (ast.Name, ast.Attribute)):
        return False
    module = request.module
    if None in constants(module, node)[1] or None in passed_constants(module, node):
        return True
    return any(
        isinstance(origin.node, ast.arg)
        and origin.node.annotation is not None
        and any(
            word in module.source.segment(origin.node.annotation) for word in ("None", "Optional")
        )
        for origin in origins(module, node)
    )


# -- dicts of which some keys go ------------------------------------------------------------


def _body(request: Request, name: str, node: ast.expr, row: Row) -> None:
    found = fields_of(node) if isinstance(node, ast.Dict) else None
    if found == {}:
        request.dropped(name, node, "nothing is in it")
        return
    if found is None:
        _refused(request, name, node, row["code"], "what is in `extra_body` can't be seen")
        return
    for key, value in found.items():
        known = _ROWS.get(key)
        if known is None:
            message = f"`extra_body` sends `{key}`, which Chat Completions does not document"
        elif key == "model" or not same_everywhere(key):
            message = f"`extra_body` sends `{key}`: make it a keyword of the call"
        else:
            continue
        _refused(request, name, value, row["code"], message)
        return
    request.row(name, "same", node, name)


def _options(request: Request, name: str, node: ast.expr, row: Row) -> None:
    found = fields_of(node) if isinstance(node, ast.Dict) else None
    if not isinstance(node, ast.Dict) or found is None:
        _refused(request, name, node, row["code"], f"what is in `{name}` can't be seen")
        return
    gone, kept = ("include_usage",), ("include_obfuscation",)
    usage = literal(found.get("include_usage", ast.Constant(None)))
    request.includes_usage = usage == (True, True)
    unknown = [key for key in found if key not in (*gone, *kept)]
    if unknown:
        _refused(request, name, node, row["code"], f"`{name}` has the key `{unknown[0]}`")
    elif not usage[0]:
        _refused(request, name, node, row["code"], "whether usage is sent can't be seen")
    elif not set(found) & set(kept):
        request.dropped(name, node, "usage always arrives with the last event")
    else:
        if set(found) & set(gone):
            request.reshapes.append(Reshape("keywords.without", node, gone[0]))
        request.row(name, "reshaped", node, name)
