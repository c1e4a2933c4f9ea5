"""Keeps secrets out of sample files: what looks like a key is replaced, or the sample refused.

Of headers only an allow-list is ever written, so keys and cookies can't come from there; this
is about the bodies, which may quote anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from .sample import Answer, Sample, SampleError

REDACTED = "[redacted]"

KEY_PATTERNS: Mapping[str, str] = {
    "an OpenAI key": r"\bsk-(?!emulator\b)[A-Za-z0-9_-]{16,}",
    "an OpenAI organisation": r"\borg-[A-Za-z0-9]{16,}",
    "an OpenAI project": r"\bproj_[A-Za-z0-9]{16,}",
    "a bearer token": r"\b[Bb]earer\s+[A-Za-z0-9._~+/=-]{20,}",
    "a JSON web token": r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+",
    "an AWS key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a GitHub token": r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})",
    "a GitLab token": r"\bglpat-[A-Za-z0-9_-]{20,}",
    "a Google key": r"\bAIza[0-9A-Za-z_-]{35}",
    "a Slack token": r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",
    "a Stripe key": r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}",
    "a Hugging Face token": r"\bhf_[A-Za-z0-9]{30,}",
    "a private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"
    r"(?:[^-]*-----END (?:[A-Z]+ )*PRIVATE KEY-----)?",
    "a password in a URL": r"\b[a-z][a-z0-9+.-]*://[^\s/:@]+:[^\s/@]+@",
}
# Values under these names are secrets whatever they look like.
FIELDS = frozenset(
    {"api_key", "api-key", "apikey", "authorization", "access_token", "refresh_token",
     "client_secret", "password", "passwd", "secret", "cookie", "set-cookie",
     "openai-organization", "openai-project"}
)  # fmt: skip
_SECRET_NAME = re.compile(r"(?:KEY|TOKEN|SECRET|PASSWORD)$", re.IGNORECASE)
_SHORTEST = 12


class Redactor:
    """Replaces secrets in samples.

    ``more`` are further patterns of the user's; ``fields`` names whose values always go;
    ``environment`` holds secrets by the names of its variables.  Raises ``re.error``.
    """

    def __init__(
        self,
        more: Iterable[str] = (),
        fields: Iterable[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._named = {name: re.compile(pattern) for name, pattern in KEY_PATTERNS.items()}
        for pattern in more:
            self._named[f"what {pattern!r} matches"] = re.compile(pattern)
        found = (environment or {}).items()
        values = {v for k, v in found if _SECRET_NAME.search(k) and len(v) >= _SHORTEST}
        if values:
            longest_first = sorted(values, key=len, reverse=True)
            self._named["a secret of the environment"] = re.compile(
                "|".join(map(re.escape, longest_first))
            )
        self._fields = FIELDS | {name.lower() for name in fields}

    def clean(self, sample: Sample) -> Sample:
        """Return the sample without secrets; raise `SampleError` if one is left."""
        recorded = sample.recorded
        if recorded is not None:
            events = recorded.events
            recorded = Answer(
                recorded.status,
                None if recorded.body is None else self.value(recorded.body),
                None if events is None else tuple(self.value(event) for event in events),
                self.value(dict(recorded.headers)),
            )
        cleaned = replace(
            sample, body=self.value(sample.body), recorded=recorded, url=self.text(sample.url)
        )
        self.check(cleaned)
        return cleaned

    def check(self, sample: Sample) -> None:
        """Raise `SampleError` if the sample holds what looks like a key."""
        for path, text, is_name in _texts(sample.to_json(), ""):
            for name, pattern in self._named.items():
                # The user's patterns are about what is said, not about the API's own words.
                if pattern.search(text) and (name in KEY_PATTERNS or not is_name):
                    raise SampleError(f"sample {sample.id!r} holds {name} at `{self.text(path)}`")

    def text(self, text: str) -> str:
        """Return ``text`` without secrets."""
        for pattern in self._named.values():
            text = pattern.sub(REDACTED, text)
        return text

    def value(self, value: Any) -> Any:
        """Return JSON without secrets; the names of keys stay."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(each) for each in value]
        if isinstance(value, dict):
            return {key: self._field(key, each) for key, each in value.items()}
        return value

    def _field(self, key: str, value: Any) -> Any:
        # A schema's property of that name is no secret, its value is no text.
        if key.lower() in self._fields and isinstance(value, str) and value:
            return REDACTED
        return self.value(value)


def _texts(value: Any, path: str) -> Iterable[tuple[str, str, bool]]:
    """Yield every text of a JSON value with its path, and whether it is the name of a key."""
    if isinstance(value, str):
        yield path, value, False
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _texts(each, f"{path}[{index}]")
    elif isinstance(value, dict):
        for key, each in value.items():
            inner = f"{path}.{key}" if path else key
            yield inner, key, True
            yield from _texts(each, inner)
