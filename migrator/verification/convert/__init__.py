"""Chat Completions requests and results ↔ Responses, at run time.

::

    body = convert_request({"model": "gpt-4o", "messages": [...], "max_tokens": 100})
    view = view_response(client.responses.create(**body))
    view.content, view.tool_calls, view.finish_reason, view.usage

Needs neither the ``openai`` package nor a network; ``docs/converter.md`` is the manual.
"""

from .chunks import chunk_deltas, collect
from .completion import view_completion
from .errors import GenerationFailed, Unconvertible
from .events import EventReader, achat_deltas, chat_deltas
from .messages import convert_messages
from .options import Options
from .request import convert_request
from .response import finish_reason, view_response
from .view import (
    Annotation,
    ChatDelta,
    ChatView,
    FinishReason,
    FunctionCall,
    TokenLogprob,
    ToolCall,
    ToolCallDelta,
    TopLogprob,
    Usage,
)

__all__ = [
    "Annotation",
    "ChatDelta",
    "ChatView",
    "EventReader",
    "FinishReason",
    "FunctionCall",
    "GenerationFailed",
    "Options",
    "TokenLogprob",
    "ToolCall",
    "ToolCallDelta",
    "TopLogprob",
    "Unconvertible",
    "Usage",
    "achat_deltas",
    "chat_deltas",
    "chunk_deltas",
    "collect",
    "convert_messages",
    "convert_request",
    "finish_reason",
    "view_completion",
    "view_response",
]
