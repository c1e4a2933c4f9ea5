"""Where the wire is known to differ from the SDK's types.

Each row names a ``TypedDict`` of the SDK and its key; the evidence is in api-mapping sections
2.1, 2.2, 3.1-3.4 and 4.1. Input messages of the Responses API are declared here anew, because
the SDK's union allows an assistant the parts of a user and not its own. Importing this module
imports the SDK.
"""

from typing import Any, Literal

from openai.types.chat import completion_create_params
from openai.types.responses import (
    ResponseInputContentParam,
    ResponseOutputRefusalParam,
    ResponseOutputTextParam,
    response_create_params,
)
from openai.types.responses.response_input_item_param import ResponseInputItemParam
from typing_extensions import Required, TypedDict

from .typecheck import TypeChecker, WireExceptions, members

ItemStatus = Literal["in_progress", "completed", "incomplete"]


class UserInput(TypedDict, total=False):
    """A user, system or developer message in ``input``."""

    type: Literal["message"]
    role: Required[Literal["user", "system", "developer"]]
    content: Required[str | list[ResponseInputContentParam]]
    id: str
    status: ItemStatus


class AssistantInput(TypedDict, total=False):
    """An assistant message in ``input``: its own parts only, ids and annotations optional."""

    type: Literal["message"]
    role: Required[Literal["assistant"]]
    content: Required[str | list[ResponseOutputTextParam | ResponseOutputRefusalParam]]
    id: str
    status: ItemStatus
    phase: Literal["commentary", "final_answer"] | None


CHAT_PARAMS = completion_create_params.CompletionCreateParamsBase
RESPONSES_PARAMS = response_create_params.ResponseCreateParamsBase

_EXCEPTIONS = WireExceptions(
    optional=frozenset({
        ("ResponseInputImageParam", "detail"),
        ("ResponseInputImageContentParam", "detail"),
        ("FunctionToolParam", "strict"),
        ("FunctionToolParam", "parameters"),
        ("ResponseOutputTextParam", "annotations"),
        ("ResponseReasoningItemParam", "id"),
        ("ResponseFunctionWebSearchParam", "id"),
        ("ResponseFileSearchToolCallParam", "id"),
        ("ResponseCodeInterpreterToolCallParam", "id"),
    }),
    required=frozenset({
        ("FunctionCallOutput", "call_id"),
        ("ResponseCustomToolCallOutputParam", "call_id"),
    }),
    extra={
        # What the API itself puts into an assistant message may come back.
        "ChatCompletionAssistantMessageParam": {"annotations": list[Any] | None},
        "CompletionCreateParamsBase": {"stream": bool | None},
        "ResponseCreateParamsBase": {
            "stream": bool | None,
            "presence_penalty": float | None,
            "frequency_penalty": float | None,
        },
        "ResponseReasoningItemParam": {"encrypted_content": str | None},
    },
    hidden=frozenset({("Reasoning", "generate_summary")}),
)  # fmt: skip

CHECKER = TypeChecker(_EXCEPTIONS)


def _is_message(kind: Any) -> bool:
    return "message" in CHECKER.tags(kind) and "role" in CHECKER.fields(kind)


ITEM_KINDS: dict[str, Any] = {
    tag: kind
    for kind in members(ResponseInputItemParam)
    if not _is_message(kind)
    for tag in CHECKER.tags(kind)
}
CONTENT_TYPES = tuple(
    tag
    for kind in (*members(ResponseInputContentParam), ResponseOutputTextParam,
                 ResponseOutputRefusalParam)
    for tag in CHECKER.tags(kind)
)  # fmt: skip
