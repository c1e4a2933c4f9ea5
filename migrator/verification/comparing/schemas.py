"""Whether calls and structured answers keep to the schemas of the original request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, best_match
from jsonschema_specifications import REGISTRY

from migrator.verification.convert import ChatView

JsonObject = dict[str, Any]


@dataclass(frozen=True)
class Validity:
    """``valid`` is ``None`` where there is no schema to go by; ``why`` says what is wrong."""

    valid: bool | None
    why: str = ""


NOT_JUDGED = Validity(None)


def function_schemas(request: Mapping[str, Any]) -> dict[str, JsonObject]:
    """Return the parameters of each function that a chat request offers, legacy ones included."""
    found: dict[str, JsonObject] = {}
    tools = [each for each in request.get("tools") or () if isinstance(each, Mapping)]
    nested = [tool.get("function") for tool in tools if tool.get("type") == "function"]
    for function in (*nested, *(request.get("functions") or ())):
        if isinstance(function, Mapping) and isinstance(function.get("name"), str):
            schema = function.get("parameters")
            found[function["name"]] = schema if isinstance(schema, dict) else {"type": "object"}
    return found


def calls_validity(request: Mapping[str, Any], view: ChatView) -> Validity:
    """Judge all calls of an answer by the schemas of the chat request."""
    schemas = function_schemas(request)
    judged = NOT_JUDGED
    for name, arguments in functions_called(view):
        if name not in schemas:
            return Validity(False, f"`{name}` was not offered")
        judged = _valid(arguments, schemas[name], f"arguments of `{name}`")
        if judged.valid is False:
            return judged
    return judged


def functions_called(view: ChatView) -> list[tuple[str, str]]:
    """Return the names and arguments of the function calls of an answer."""
    if view.function_call is not None:
        return [(view.function_call.name, view.function_call.arguments)]
    return [(c.name, c.arguments) for c in view.tool_calls or () if c.kind == "function"]


def wants_json(request: Mapping[str, Any]) -> bool:
    """Return whether the request asks for an answer in JSON."""
    wanted = request.get("response_format")
    return isinstance(wanted, Mapping) and wanted.get("type") in ("json_object", "json_schema")


def format_validity(request: Mapping[str, Any], view: ChatView) -> Validity:
    """Judge the text of a finished answer by the format that the chat request asks for."""
    if not wants_json(request) or not view.content or view.finish_reason != "stop":
        return NOT_JUDGED
    wanted = request["response_format"]
    schema: Any = {"type": "object"}
    if wanted["type"] == "json_schema":
        schema = (wanted.get("json_schema") or {}).get("schema", {})
    return _valid(view.content, schema, "the answer")


def _valid(text: str, schema: Any, what: str) -> Validity:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return Validity(False, f"{what}: not JSON: {text[:60]!r}")
    try:
        Draft202012Validator.check_schema(schema)
        # With a registry of its own it never looks for schemas elsewhere.
        error = best_match(Draft202012Validator(schema, registry=REGISTRY).iter_errors(value))
    except SchemaError:
        return Validity(None, f"{what}: the schema is none")
    except Exception as problem:  # a reference that leads nowhere, recursion without end
        return Validity(None, f"{what}: the schema can't be used: {type(problem).__name__}")
    if error is None:
        return Validity(True)
    place = error.json_path.removeprefix("$").lstrip(".")
    return Validity(False, f"{what}: {f'{place}: ' if place else ''}{error.message[:120]}")


def always_present(
    request: Mapping[str, Any], chat: list[ChatView], responses: list[ChatView]
) -> list[str]:
    """Return ``function.argument`` of optional arguments that became always present.

    That is what strict schemas do: chat left the argument out at least once, Responses never.
    """
    found: list[str] = []
    for name, schema in function_schemas(request).items():
        sides = [[_keys(text) for view in views for called, text in functions_called(view)
                  if called == name] for views in (chat, responses)]  # fmt: skip
        required = set(schema.get("required") or ())
        for argument in schema.get("properties") or ():
            before, after = ([argument in keys for keys in side] for side in sides)
            if argument not in required and after and all(after) and before and not all(before):
                found.append(f"{name}.{argument}")
    return found


def _keys(text: str) -> frozenset[str]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return frozenset()
    return frozenset(value) if isinstance(value, dict) else frozenset()
