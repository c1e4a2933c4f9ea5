"""What ``# migrator: host=openai`` says."""

from __future__ import annotations

WORDS = ("openai", "other")


def may_hold(data: bytes) -> bool:
    """Return whether the tokenizer is worth its time."""
    return b"migrator:" in data and b"host" in data


def host_word(text: str) -> str | None:
    """Return what a comment says the host is; None for other comments."""
    rest = text.partition("migrator:")[2].lstrip()
    if not text.lstrip("# \t").startswith("migrator:") or not rest.startswith("host"):
        return None
    before, sign, after = rest.partition("=")
    if not sign or before.strip() != "host":
        return None
    return after.split("#", 1)[0].strip()
