"""What a conversion raises."""

from __future__ import annotations


class Unconvertible(Exception):
    """A request with no Responses request of the same meaning.

    ``code`` is a reason of ``rules/codes.toml``, ``path`` the place inside the request
    (``messages[2].name``), ``message`` what is wrong there.
    """

    def __init__(self, code: str, path: str, message: str) -> None:
        super().__init__(f"{code} {path}: {message}")
        self.code = code
        self.path = path
        self.message = message

    def __reduce__(self) -> tuple[type[Unconvertible], tuple[str, str, str]]:
        return type(self), (self.code, self.path, self.message)


class GenerationFailed(Exception):
    """An answer that Chat Completions would not have given: it would have failed instead.

    The Responses API answers HTTP 200 with ``status`` "failed", "cancelled", "queued" or
    "in_progress", or ends a stream in ``error``, in ``response.failed`` or in nothing at all.
    ``status`` says which ("error" for the event, "ended" for a stream without an end);
    ``code`` is the API's, where it gave one.
    """

    def __init__(self, status: str, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code

    def __reduce__(self) -> tuple[type[GenerationFailed], tuple[str, str, str | None]]:
        return type(self), (self.status, self.message, self.code)
