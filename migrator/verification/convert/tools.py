"""Tools, tool choices, legacy functions and response formats, by ``rules/api/tools.toml``."""

from __future__ import annotations

from typing import Any

from migrator._tables import API

from .errors import Unconvertible
from .nested import JsonObject, bare, fields_of, flattened, kind_of, mapping, sequence

_TOOLS = API["tools"]["tool"]
_FORMATS = API["tools"]["custom_format"]
_CHOICES = API["tools"]["choice"]
_ANSWERS = API["tools"]["response_format"]
_MODES = ("none", "auto", "required")


def converted_tools(tools: Any) -> list[JsonObject]:
    """Return flat tools, strictness written out; raise `Unconvertible`."""
    given = sequence(tools, "CC216", "tools")
    return [_tool(tool, f"tools[{i}]") for i, tool in enumerate(given)]


def _tool(tool: Any, path: str) -> JsonObject:
    result = flattened(tool, _TOOLS, "CC216", path)
    if result["type"] == "function":
        return _function(result)
    if "format" in result:
        result["format"] = flattened(result["format"], _FORMATS, "CC216", f"{path}.format")
    return result


def _function(tool: JsonObject) -> JsonObject:
    """Return a function tool with what Chat Completions takes for granted written out.

    Without ``strict`` the Responses API would try to make the schema strict; without
    ``parameters`` a chat function takes none.
    """
    nothing: JsonObject = {"type": "object", "properties": {}}
    return {
        **tool,
        "parameters": tool.get("parameters") or nothing,
        "strict": bool(tool.get("strict")),
    }


def converted_functions(functions: Any) -> list[JsonObject]:
    """Return tools for legacy functions; raise `Unconvertible`."""
    given = sequence(functions, "CC217", "functions")
    row = bare({**_TOOLS["function"], "fields": "name description parameters"})
    result: list[JsonObject] = []
    for index, each in enumerate(given):
        path = f"functions[{index}]"
        found = fields_of(mapping(each, "CC217", path), row, "CC217", path, ())
        result.append(_function({"type": "function", **found}))
    return result


def converted_choice(choice: Any) -> str | JsonObject:
    """Return a flat ``tool_choice``; raise `Unconvertible`."""
    if isinstance(choice, str) and choice in _MODES:
        return choice
    result = flattened(choice, _CHOICES, "CC216", "tool_choice")
    if result["type"] == "allowed_tools":
        path = "tool_choice.allowed_tools.tools"
        tools = sequence(result["tools"], "CC216", path)
        result["tools"] = [
            flattened(tool, _CHOICES, "CC216", f"{path}[{i}]") for i, tool in enumerate(tools)
        ]
    return result


def converted_function_choice(choice: Any) -> str | JsonObject:
    """Return the ``tool_choice`` of a legacy ``function_call``; raise `Unconvertible`."""
    if isinstance(choice, str) and choice in ("none", "auto"):
        return choice
    given = mapping(choice, "CC217", "function_call")
    row = bare(_CHOICES["function"])
    return {"type": "function", **fields_of(given, row, "CC217", "function_call", ())}


def converted_format(value: Any) -> JsonObject:
    """Return ``text.format`` for a ``response_format``; raise `Unconvertible`."""
    if isinstance(value, type):
        message = f"`{value.__name__}` is a class: only `parse` takes one"
        raise Unconvertible("CC218", "response_format", message)
    given = mapping(value, "CC218", "response_format")
    kind = kind_of(given, _ANSWERS, "CC218", "response_format")
    result = flattened(given, _ANSWERS, "CC218", "response_format")
    return {**result, "strict": bool(result.get("strict"))} if kind == "json_schema" else result
