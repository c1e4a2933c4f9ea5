"""Where the wire is known to differ from the SDK's types.

Each row names a ``TypedDict`` of the SDK and its key; the evidence is the API description, the
guides' own examples or measurements (see :mod:`.errors`). Input messages of the Responses API
are declared here anew, because the SDK's union allows an assistant the parts of a user and not
its own. Importing this module imports the SDK.
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

_REASONING_ITEM: dict[str, Any] = {"summary": list[Any], "encrypted_content": str | None}
_REASONING_SETTINGS: dict[str, Any] = {
    "summary": Literal["auto", "concise", "detailed"] | None,
}

_EXCEPTIONS = WireExceptions(
    optional=frozenset({
        ("ResponseInputImageParam", "detail"),
        ("ResponseInputImageContentParam", "detail"),
        ("FunctionToolParam", "strict"),
        ("FunctionToolParam", "parameters"),
        ("ResponseOutputTextParam", "annotations"),
        ("ResponseReasoningItemParam", "id"),
        ("ChatCompletionUserMessageParam", "content"),
        ("ChatCompletionSystemMessageParam", "content"),
        ("ChatCompletionToolMessageParam", "content"),
        ("ResponseFunctionWebSearchParam", "id"),
        ("ResponseFileSearchToolCallParam", "id"),
        ("ResponseCodeInterpreterToolCallParam", "id"),
        # The first releases that had the endpoint required more than the API does.
        ("ResponseFunctionToolCallParam", "id"),
        ("ItemReference", "type"),
        ("reasoning.Reasoning", "effort"),
        ("response_input_item_param.Reasoning", "id"),
        ("response_input_item_param.Reasoning", "content"),
    }),
    required=frozenset({
        ("FunctionCallOutput", "call_id"),
        ("ResponseCustomToolCallOutputParam", "call_id"),
        ("ResponseFormatTextJSONSchemaConfigParam", "name"),
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
        "ResponseReasoningItemParam": _REASONING_ITEM,
        "response_input_item_param.Reasoning": _REASONING_ITEM,
        "reasoning.Reasoning": _REASONING_SETTINGS,
        "ResponseOutputTextParam": {"logprobs": list[Any]},
        "FileFile": {"filename": str},
    },
    hidden=frozenset({("reasoning.Reasoning", "generate_summary")}),
    nullable=frozenset({
        ("FunctionToolParam", "parameters"),
        ("FunctionToolParam", "strict"),
        # Measured: null is read as absent, so that a dumped message comes back.
        ("ChatCompletionAssistantMessageParam", "tool_calls"),
        # Refused too, but later and in other words: see rules_chat.
        ("ChatCompletionUserMessageParam", "content"),
        ("ChatCompletionSystemMessageParam", "content"),
        ("ChatCompletionToolMessageParam", "content"),
    }),
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
