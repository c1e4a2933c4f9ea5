"""Checks the ``input`` list of a Responses request, item by item.

The sentences follow the measured behaviour of the API (see :mod:`.errors`): an item
without ``type`` is read as a message, parts are checked first against all part types and then
against those the role may use.
"""

from __future__ import annotations

from typing import Any

from .canonical import JsonObject
from .errors import ApiError, missing_parameter, too_long, wrong_type, wrong_value
from .typecheck import members, unwrapped
from .validation import check_value, error_of
from .wire import CHECKER, CONTENT_TYPES, ITEM_KINDS, AssistantInput, UserInput

ROLES = ("assistant", "system", "developer", "user")
_CALL_ID_LIMIT = 64
_ID_PREFIXES = {
    "message": "msg",
    "function_call": "fc",
    "custom_tool_call": "ctc",
    "reasoning": "rs",
}


def check_input(value: Any) -> None:
    """Raise :class:`~.errors.ApiError` unless ``value`` is a string or a list of input items."""
    if isinstance(value, str):
        return
    if value is None:
        raise wrong_type("input", "a string", {})
    if not isinstance(value, list):
        raise wrong_type("input", "one of a string or array of input items", value)
    for index, item in enumerate(value):
        _check_item(item, f"input[{index}]")


def _check_item(item: Any, path: str) -> None:
    if not isinstance(item, dict):
        raise wrong_type(path, "an input item", item)
    kind = item.get("type")
    if "type" in item and kind != "message" and not _is_item_kind(kind):
        raise wrong_value(path, kind, ("message", *ITEM_KINDS))
    if kind is None and set(item) == {"id"}:
        kind = "item_reference"
    if kind in (None, "message"):
        _check_message(item, path)
    else:
        check_value(item, ITEM_KINDS[kind], path)
        _check_ids(item, kind, path)


def _is_item_kind(kind: object) -> bool:
    return isinstance(kind, str) and kind in ITEM_KINDS


def _check_message(item: JsonObject, path: str) -> None:
    role = item.get("role")
    if role not in ROLES:
        raise wrong_value(path, role, ROLES)
    if "content" not in item:
        raise missing_parameter(f"{path}.content")
    variant = AssistantInput if role == "assistant" else UserInput
    content = item["content"]
    if isinstance(content, list):
        part_kinds = _part_kinds(variant)
        for index, part in enumerate(content):
            _check_part(part, part_kinds, f"{path}.content[{index}]")
    elif not isinstance(content, str):
        raise wrong_type(f"{path}.content", "one of an array of objects or string", content)
    found = CHECKER.violations(item, variant, path)
    if found:
        raise error_of(found[0])
    _check_ids(item, "message", path)


def _part_kinds(variant: Any) -> dict[str, Any]:
    annotation = CHECKER.fields(variant)["content"][0]
    (array,) = (m for m in members(annotation) if m is not str)
    return {
        tag: kind for kind in members(unwrapped(array).__args__[0]) for tag in CHECKER.tags(kind)
    }


def _check_part(part: Any, kinds: dict[str, Any], path: str) -> None:
    if not isinstance(part, dict):
        raise wrong_type(path, "an object", part)
    tag = part.get("type")
    if tag is None:
        raise missing_parameter(f"{path}.type")
    if tag not in CONTENT_TYPES:
        raise wrong_value(f"{path}.type", tag, CONTENT_TYPES)
    if tag not in kinds:
        raise wrong_value(path, tag, tuple(kinds))
    check_value(part, kinds[tag], path)


def _check_ids(item: JsonObject, kind: str, path: str) -> None:
    id_ = item.get("id")
    prefix = _ID_PREFIXES.get(kind)
    if isinstance(id_, str) and prefix is not None and not id_.startswith(prefix):
        raise ApiError(
            f"Invalid '{path}.id': '{id_}'. Expected an ID that begins with '{prefix}'.",
            param=f"{path}.id",
            code="invalid_value",
        )
    call_id = item.get("call_id")
    if isinstance(call_id, str) and len(call_id) > _CALL_ID_LIMIT:
        raise too_long(f"{path}.call_id", _CALL_ID_LIMIT, len(call_id))
