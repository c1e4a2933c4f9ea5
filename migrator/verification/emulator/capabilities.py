"""What the named model refuses, once the body is well formed (the API checks this last).

Evidence: measurements of one reasoning model (see :mod:`.errors`) and reports for the others.
"""

from __future__ import annotations

from .canonical import JsonObject
from .errors import ApiError, unsupported_with_model
from .from_responses import LOGPROBS
from .models import is_chat_only, is_reasoning_model, is_responses_only

_CHAT_NEVER = ("stop", "logit_bias", "prediction")
_CHAT_NOT_WHILE_THINKING = ("presence_penalty", "frequency_penalty", "logprobs", "top_logprobs")


def check_chat_model(body: JsonObject, model: str) -> None:
    """Raise for what ``model`` refuses on Chat Completions."""
    if is_responses_only(model):
        raise ApiError(
            "This model is only supported in v1/responses and not in v1/chat/completions.",
            status=404,
            param="model",
        )
    if not is_reasoning_model(model):
        if body.get("reasoning_effort") is not None:
            raise ApiError(
                "Unrecognized request argument supplied: reasoning_effort", param=None, code=None
            )
        return
    if body.get("max_tokens") is not None:
        raise ApiError(
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use"
            " 'max_completion_tokens' instead.",
            param="max_tokens",
            code="unsupported_parameter",
        )
    for name in _CHAT_NEVER:
        if body.get(name):
            raise unsupported_with_model(name)
    if body.get("reasoning_effort") == "none":
        return
    for name in _CHAT_NOT_WHILE_THINKING:
        if body.get(name):
            raise unsupported_with_model(name)
    if body.get("temperature") not in (None, 1):
        raise ApiError(
            f"Unsupported value: 'temperature' does not support {body['temperature']} with this"
            " model. Only the default (1) value is supported.",
            param="temperature",
            code="unsupported_value",
        )
    if body.get("top_p") not in (None, 1):
        raise unsupported_with_model("top_p")


def check_responses_model(body: JsonObject) -> None:
    """Raise for what the body's model refuses on the Responses API."""
    model = body["model"]
    if is_chat_only(model):
        raise ApiError(
            f"The requested model '{model}' is not supported with the Responses API.",
            param="model",
            code="unsupported_model",
        )
    reasoning = body.get("reasoning") or {}
    include = body.get("include") or []
    if not is_reasoning_model(model):
        for key in ("effort", "summary"):
            if reasoning.get(key) is not None:
                raise unsupported_with_model(f"reasoning.{key}")
        if "reasoning.encrypted_content" in include:
            raise ApiError("Encrypted content is not supported with this model.", param="include")
        return
    if reasoning.get("effort") == "none":
        return
    if body.get("temperature") not in (None, 1):
        raise unsupported_with_model("temperature", None)
    for name in ("top_p", "presence_penalty", "frequency_penalty"):
        # top_p is refused even at its default, unlike on chat.
        if body.get(name) is not None and (name == "top_p" or body[name] != 0):
            raise unsupported_with_model(name, None)
    for name in ("include", "top_logprobs"):
        if (name == "include" and LOGPROBS in include) or (name != "include" and body.get(name)):
            raise ApiError(
                "logprobs are not supported with reasoning models.",
                param=name,
                code="unsupported_parameter",
            )
