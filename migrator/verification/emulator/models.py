"""What a model's name says about what it accepts.

Names change faster than this module: an unknown name is an ordinary, non-reasoning model that
serves both endpoints.
"""

from __future__ import annotations

import re

_REASONING = re.compile(r"(?:o\d|gpt-[5-9]|gpt-\d\d|codex)(?:$|[^a-z0-9])|gpt-oss")
_CHAT_VARIANT = re.compile(r"gpt-\d[\d.]*-chat")
_CHAT_ONLY = re.compile(r"gpt-audio|gpt-4o(-mini)?-audio|.*-search-preview|gpt-image-1(-|\.|$)")
_RESPONSES_ONLY = re.compile(
    r"(?:o\d|gpt-[5-9][\d.]*)-pro(-|$)|.*-deep-research|computer-use|.*codex"
)


def is_reasoning_model(model: str) -> bool:
    """Return whether the model thinks before it answers (o1, o3, o4, gpt-5 and later)."""
    name = base_name(model)
    return bool(_REASONING.match(name)) and not _CHAT_VARIANT.match(name)


def is_chat_only(model: str) -> bool:
    """Return whether ``/responses`` refuses the model."""
    return bool(_CHAT_ONLY.match(base_name(model)))


def is_responses_only(model: str) -> bool:
    """Return whether ``/chat/completions`` refuses the model."""
    return bool(_RESPONSES_ONLY.match(base_name(model)))


def base_name(model: str) -> str:
    """Return the base model of a fine-tuned or vendor-prefixed name."""
    name = model.rsplit("/", 1)[-1]
    return name.split(":")[1] if name.startswith("ft:") and name.count(":") > 1 else name
