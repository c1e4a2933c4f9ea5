"""Chat Completions requests and results ↔ Responses, at run time.

    body = convert_request({"model": "gpt-4o", "messages": [...], "max_tokens": 100})
    view = view_response(client.responses.create(**body))
    view.content, view.finish_reason, view.usage

See ``docs/converter.md``.
"""

from .errors import GenerationFailed, Unconvertible
from .messages import convert_messages
from .options import Options
from .request import convert_request

__all__ = [
    "GenerationFailed",
    "Options",
    "Unconvertible",
    "convert_messages",
    "convert_request",
]
