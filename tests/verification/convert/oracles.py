"""Other people's converters, asked offline for what they make of a chat request.

Each function imports what it needs, so that one environment need not hold all.
"""

from __future__ import annotations

import json
import os
from typing import Any

Request = dict[str, Any]


class _Silent:
    """A logger that takes every call."""

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **keywords: None


def litellm(chat: Request) -> Request:
    """Return what the bridge of LiteLLM sends to `/responses`."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    from litellm.completion_extras.litellm_responses_transformation.transformation import (
        LiteLLMResponsesTransformationHandler as Handler,
    )

    rest = {key: value for key, value in chat.items() if key not in ("model", "messages")}
    made = Handler().transform_request(
        model=chat["model"],
        messages=json.loads(json.dumps(chat["messages"])),
        optional_params=json.loads(json.dumps(rest)),
        litellm_params={},
        headers={},
        litellm_logging_obj=_Silent(),
    )
    return {k: v for k, v in made.items() if k not in ("litellm_logging_obj", "client")}


def litellm_back(request: Request) -> Request:
    """Return the chat request that LiteLLM makes of a Responses request."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    from litellm.responses.litellm_completion_transformation.transformation import (
        LiteLLMCompletionResponsesConfig as Config,
    )

    rest = {key: value for key, value in request.items() if key not in ("model", "input")}
    made: Request = Config.transform_responses_api_request_to_chat_completion_request(
        model=request["model"], input=request["input"], responses_api_request=rest
    )
    return made


def langchain(chat: Request) -> Request:
    """Return what langchain-openai sends to `/responses`."""
    from langchain_core.messages import convert_to_messages
    from langchain_openai import ChatOpenAI

    rest = {key: value for key, value in chat.items() if key not in ("model", "messages")}
    model = ChatOpenAI(model=chat["model"], use_responses_api=True, api_key="x")
    made: Request = model._get_request_payload(convert_to_messages(chat["messages"]), **rest)
    return made


def agents_back(items: list[Request]) -> list[Request]:
    """Return the chat messages that openai-agents makes of input items."""
    from agents.models.chatcmpl_converter import Converter

    return [dict(message) for message in Converter.items_to_messages(items)]


def pydantic_ai(build: Any, endpoint: str) -> Request:
    """Return the body pydantic-ai sends for its own messages to ``chat`` or ``responses``.

    ``build`` makes the messages, the settings and the request parameters.
    """
    import asyncio

    import httpx2
    from openai import AsyncOpenAI
    from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
    from pydantic_ai.providers.openai import OpenAIProvider

    bodies: list[Request] = []

    def capture(request: httpx2.Request) -> httpx2.Response:
        bodies.append(json.loads(request.content))
        return httpx2.Response(400, json={"error": {"message": "captured"}})

    transport = httpx2.MockTransport(capture)
    client = AsyncOpenAI(
        api_key="x", max_retries=0, http_client=httpx2.AsyncClient(transport=transport)
    )
    kind = OpenAIChatModel if endpoint == "chat" else OpenAIResponsesModel
    messages, settings, parameters = build()
    model = kind("gpt-4.1", provider=OpenAIProvider(openai_client=client))
    try:
        asyncio.run(model.request(messages, settings, parameters))
    except Exception:
        if not bodies:
            raise
    return bodies[0]
