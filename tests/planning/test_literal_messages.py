"""Messages written out, in random layouts: the rewrite says what the converter makes of them."""

from __future__ import annotations

import ast
import random
from typing import Any

import pytest

from migrator.verification.convert.messages import convert_messages

from ..analysis.support import rewritten

_TEXTS = ["a", "it's", 'say "hi"', "two\nlines", "ünïcode", "{x}", ""]


def _messages(dice: random.Random) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = []
    for index in range(dice.randint(1, 3)):
        kind = dice.choice(["text", "parts", "assistant", "assistant-part", "tools"])
        if kind == "text":
            result.append({"role": dice.choice(["user", "system"]), "content": dice.choice(_TEXTS)})
        elif kind == "parts":
            parts = [_part(dice) for _ in range(dice.randint(1, 3))]
            result.append({"role": "user", "content": parts})
        elif kind == "assistant":
            result.append({"role": "assistant", "content": dice.choice(_TEXTS)})
        elif kind == "assistant-part":
            text = {"type": "text", "text": dice.choice(["a", "b c"])}
            result.append({"role": "assistant", "content": [text]})
        else:
            result.extend(_tools(dice, index))
    return [_shuffled(dice, message) for message in result]


def _shuffled(dice: random.Random, display: dict[str, Any]) -> dict[str, Any]:
    if "tool_calls" in display:
        return display
    keys = list(display)
    dice.shuffle(keys)
    return {key: display[key] for key in keys}


def _part(dice: random.Random) -> dict[str, Any]:
    kind = dice.choice(["text", "image", "file", "data"])
    if kind == "text":
        part: dict[str, Any] = {"type": "text", "text": dice.choice(_TEXTS)}
    elif kind == "image":
        image = {"url": "https://example.com/a.png"}
        if dice.random() < 0.5:
            image["detail"] = "low"
        part = {"type": "image_url", "image_url": _shuffled(dice, image)}
    elif kind == "file":
        part = {"type": "file", "file": {"file_id": "file-1"}}
    else:
        part = {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:,x"}}
    return _shuffled(dice, part)


def _tools(dice: random.Random, index: int) -> list[dict[str, Any]]:
    calls = []
    for number in range(dice.randint(1, 2)):
        function = {"name": "f", "arguments": '{"a": 1}'}
        call = {
            "id": f"c{index}{number}",
            "type": "function",
            "function": _shuffled(dice, function),
        }
        calls.append(_shuffled(dice, call))
    said: dict[str, Any] = {"role": "assistant"}
    if dice.random() < 0.7:
        said["content"] = dice.choice([None, "", "Let me see."])
    said["tool_calls"] = calls
    outputs: list[dict[str, Any]] = []
    for call in calls:
        content: Any = dice.choice(["ok", [{"type": "text", "text": "ok"}]])
        outputs.append({"role": "tool", "tool_call_id": call["id"], "content": content})
    return [said, *outputs]


def _written(dice: random.Random, value: Any, indent: str, newline: str) -> str:
    """Return ``value`` as source, each display on one line or on several."""
    if isinstance(value, str):
        text = repr(value)
        return f"({text})" if dice.random() < 0.1 else text
    if not isinstance(value, (dict, list)):
        return repr(value)
    several = dice.random() < 0.5
    inner = indent + "    "
    items = [
        f"{k!r}: {_written(dice, v, inner, newline)}" for k, v in value.items()
    ] if isinstance(value, dict) else [_written(dice, v, inner, newline) for v in value]  # fmt: skip
    first, last = ("{", "}") if isinstance(value, dict) else ("[", "]")
    if not several:
        return first + ", ".join(items) + ("," if dice.random() < 0.2 else "") + last
    body = f",{newline}{inner}".join(items)
    comma = "," if dice.random() < 0.8 else ""
    return f"{first}{newline}{inner}{body}{comma}{newline}{indent}{last}"


@pytest.mark.parametrize("seed", range(150))
def test_rewrite_and_converter_agree(seed: int) -> None:
    dice = random.Random(seed)
    messages = _messages(dice)
    newline = dice.choice(["\n", "\n", "\r\n"])
    shown = _written(dice, messages, "", newline)
    source = (
        f"h = {shown}{newline}client.chat.completions.create(model='gpt-4o', messages=h){newline}"
    )
    new = rewritten(source)
    assert "responses.create" in new, new
    (assign, _) = ast.parse(new.replace("\r\n", "\n")).body
    assert isinstance(assign, ast.Assign)
    assert ast.literal_eval(assign.value) == _plain(convert_messages(messages))


def _plain(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the items with an assistant's text as a string, which is how source says it."""
    for item in items:
        if item.get("role") == "assistant" and isinstance(item["content"], list):
            (part,) = item["content"]
            item["content"] = part["text"]
            del item["type"]
    return items
