"""Comparisons of the finish reason, written as tests of the status."""

from __future__ import annotations

from migrator.analysis.requests import Request
from migrator.analysis.syntax import ast, constant_string, keyword
from migrator.analysis.values import constants

_CALLED = 'any(item.type == "function_call" for item in {0}.output)'
_CUT = '{0}.incomplete_details is not None and {0}.incomplete_details.reason == "%s"'
_WHOLE = '{0}.incomplete_details is None or {0}.incomplete_details.reason != "%s"'
_OF_TOOLS = ("stop", "tool_calls")
# Finish reasons by what `incomplete_details` calls them.
_CUTS = {"length": "max_output_tokens", "content_filter": "content_filter"}
# Values of `tool_choice` that leave it to the model.
_FREE = ("auto", "none", None)


def offers_tools(request: Request) -> bool:
    """Return whether the answer may call tools."""
    return bool({"tools", "functions", ""} & set(request.names))


def forces_tools(request: Request) -> bool:
    """Return whether a tool may have been forced: then chat says ``stop`` when it is called."""
    if "" in request.names:
        return True
    for name in ("tool_choice", "function_call"):
        if name not in request.names:
            continue
        value = keyword(request.site.call, name)
        known, values = constants(request.module, value) if value is not None else (False, [])
        if not known or any(item not in _FREE for item in values):
            return True
    return False


def asked(compare: ast.Compare, value: ast.expr) -> list[str]:
    """Return the finish reasons that ``value`` is compared with, each once."""
    other = compare.comparators[0] if compare.left is value else compare.left
    values = other.elts if isinstance(other, (ast.Tuple, ast.List, ast.Set)) else [other]
    words = [constant_string(item) or "" for item in values]
    return list(dict.fromkeys("tool_calls" if w == "function_call" else w for w in words))


def about_tools(words: list[str], *, tools: bool) -> bool:
    """Return whether the test asks which items there are, not the status alone."""
    return "any(" in _text(words, False, tools)


def written(
    compare: ast.Compare,
    words: list[str],
    root: str,
    parent: ast.AST,
    *,
    tools: bool,
    named: str = "",
) -> str:
    """Return the test of the status that takes the place of ``compare`` inside ``parent``.

    ``named`` is a variable that holds the tool calls, where there is one.
    """
    negative = isinstance(compare.ops[0], (ast.NotEq, ast.NotIn))
    text = _text(words, negative, tools).format(root)
    if named:
        text = text.replace(_CALLED.format(root), named)
    if isinstance(parent, ast.BoolOp) and isinstance(parent.op, ast.And):
        return f"({text})" if " or " in text else text
    if isinstance(parent, ast.UnaryOp) and (" and " in text or " or " in text):
        return f"({text})"
    return text


def _text(words: list[str], negative: bool, tools: bool) -> str:
    if set(words) == set(_CUTS):
        return '{0}.status != "incomplete"' if negative else '{0}.status == "incomplete"'
    if set(words) == set(_OF_TOOLS) or (words == ["stop"] and not tools):
        return '{0}.status != "completed"' if negative else '{0}.status == "completed"'
    if len(words) == 1:
        return _one(words[0], negative)
    parts = [_one(word, False) if word in _CUTS else _one(word, False, tools) for word in words]
    text = " or ".join(f"({part})" if " and " in part else part for part in parts)
    return f"not ({text})" if negative else text


def _one(word: str, negative: bool, tools: bool = True) -> str:
    if word in _CUTS:
        return (_WHOLE if negative else _CUT) % _CUTS[word]
    if word == "stop" and not tools:
        return '{0}.status == "completed"'
    calls = word == "tool_calls"
    if negative:
        return '{0}.status != "completed" or ' + ("not " if calls else "") + _CALLED
    return '{0}.status == "completed" and ' + ("" if calls else "not ") + _CALLED
