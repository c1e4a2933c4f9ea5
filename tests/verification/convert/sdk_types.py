"""Checks a request against the SDK's `ResponseCreateParams`, unknown keys forbidden."""

from __future__ import annotations

import collections.abc
import copy
from functools import cache
from typing import Any

from openai.types.responses.response_create_params import ResponseCreateParams
from pydantic import ConfigDict, TypeAdapter

Request = dict[str, Any]


@cache
def _adapter() -> TypeAdapter[Any]:
    return TypeAdapter(ResponseCreateParams, config=ConfigDict(extra="forbid", strict=True))


def check_types(request: Request) -> None:
    """Raise ``pydantic.ValidationError`` if the SDK's types refuse ``request``."""
    _exhaust(_adapter().validate_python(typed_form(request)))


def typed_form(request: Request) -> Request:
    """Return ``request`` with what only the types insist on.

    An assistant's `output_text` and `refusal` parts are accepted by the API in a message that
    has neither id nor status, and without annotations; the types know them only in
    `ResponseOutputMessageParam`, where all three are required.
    """
    changed = copy.deepcopy(request)
    for item in changed["input"]:
        if item.get("role") == "assistant" and isinstance(item["content"], list):
            item |= {"type": "message", "id": "msg_1", "status": "completed"}
            for part in item["content"]:
                if part["type"] == "output_text":
                    part["annotations"] = []
    return changed


def _exhaust(value: Any) -> None:
    """Walk through everything: what the types call Iterable is only checked on the way."""
    if isinstance(value, dict):
        for inner in value.values():
            _exhaust(inner)
    elif isinstance(value, collections.abc.Iterable) and not isinstance(value, (str, bytes)):
        for inner in value:
            _exhaust(inner)
