"""What the expressions that programs read return: before, and as the codemod spells them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrator.verification.convert import ChatView

from .model import Accessor
from .reading import Reading
from .schemas import wants_json
from .text import canonical, normalised, spelt

_NOTHING = "None"


def accessors(
    request: Mapping[str, Any], chat: Reading, responses: Reading
) -> tuple[Accessor, ...]:
    """Return the fields of two complete answers side by side; those that neither has are left out.

    Text is the same if it is when normalised, arguments and JSON in any spelling; where the
    answers are a model's, sameness says nothing about the endpoint.
    """
    one, other = chat.view, responses.view
    if one is None or other is None:
        return ()
    plain = canonical if wants_json(request) else normalised
    legacy = bool(request.get("functions"))
    calls = "function_call" if legacy else "tool_calls"
    rows = [
        _row("message.content", "output_text", one.content or "", other.content or "", plain),
        _row("message.refusal", "part.refusal", one.refusal, other.refusal, normalised),
        _row(f"message.{calls}", "function_call items", _calls(one), _calls(other), normalised),
        _row("finish_reason", "status", one.finish_reason, other.finish_reason, str),
        *(
            _row(
                f"usage.{before}", f"usage.{after}", _count(one, before), _count(other, before), str
            )
            for before, after in (
                ("prompt_tokens", "input_tokens"),
                ("completion_tokens", "output_tokens"),
            )
        ),
    ]
    return tuple(row for row in rows if row is not None)


def _row(chat: str, responses: str, before: Any, after: Any, plain: Any) -> Accessor | None:
    if before is None and after is None:
        return None
    same = before is not None and after is not None and plain(str(before)) == plain(str(after))
    texts = [_NOTHING if value is None else str(value) for value in (before, after)]
    return Accessor(chat, responses, texts[0], texts[1], same)


def _calls(view: ChatView) -> str | None:
    if view.function_call is not None:
        return f"{view.function_call.name}({canonical(view.function_call.arguments)})"
    calls = [f"{call.name}({canonical(call.arguments)})" for call in view.tool_calls or ()]
    return "\n".join(calls) or None


def _count(view: ChatView, name: str) -> int | None:
    return None if view.usage is None else getattr(view.usage, name)


def shown(value: Any) -> str:
    """Return a value of a signature for people."""
    return value if isinstance(value, str) else spelt(value)
