"""The error envelopes of the API.

Shapes and sentences follow measurements of the live API that a third party published (August
2026, one reasoning model) and reports of real messages. Every error is an :class:`ApiError`;
:meth:`ApiError.body` is what goes on the wire.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .canonical import JsonObject

_DOCS = "https://platform.openai.com/docs/api-reference/responses/create"


class ApiError(Exception):
    """An HTTP error answer."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        param: str | None = None,
        code: str | None = None,
        type: str = "invalid_request_error",
        headers: Mapping[str, str] | None = None,
        extra: JsonObject | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.param = param
        self.code = code
        self.type = type
        self.headers = dict(headers or {})
        self.extra = extra or {}

    def body(self) -> JsonObject:
        """Return the JSON body."""
        inner = {
            "message": self.message,
            "type": self.type,
            "param": self.param,
            "code": self.code,
        }
        return {"error": {**inner, **self.extra}}


def unknown_parameter(path: str, known: Iterable[str] = (), sent: Iterable[str] = ()) -> ApiError:
    """``path`` is no parameter; near names among ``known`` that were not ``sent`` are offered."""
    name = path.rsplit(".", 1)[-1]
    near = _near(name, set(known) - set(sent))
    hint = f" Did you mean {_listed(near, 'or')}?" if near else ""
    return ApiError(f"Unknown parameter: '{path}'.{hint}", param=path, code="unknown_parameter")


def moved_parameter(name: str, target: str) -> ApiError:
    """A chat parameter sent to the Responses API, which names its new place."""
    return ApiError(
        f"Unsupported parameter: '{name}'. In the Responses API, this parameter has moved to"
        f" '{target}'. Try again with the new parameter. See the API documentation for more"
        f" information: {_DOCS}.",
        code="unsupported_parameter",
    )


def missing_parameter(path: str) -> ApiError:
    """A required parameter is absent."""
    return ApiError(
        f"Missing required parameter: '{path}'.", param=path, code="missing_required_parameter"
    )


def wrong_type(path: str, expected: str, value: object) -> ApiError:
    """``value`` has another JSON type than ``expected`` ("a string", "an array of tools")."""
    return ApiError(
        f"Invalid type for '{path}': expected {expected}, but got {described(value)} instead.",
        param=path,
        code="invalid_type",
    )


def wrong_value(path: str, value: object, supported: Sequence[str]) -> ApiError:
    """``value`` is none of the ``supported`` ones."""
    shown = value if isinstance(value, str) else ""
    return ApiError(
        f"Invalid value: '{shown}'. Supported values are: {_listed(supported, 'and')}.",
        param=path,
        code="invalid_value",
    )


def below_minimum(path: str, minimum: float, value: float) -> ApiError:
    """A number is too small."""
    return _out_of_bounds(path, "below minimum", ">=", minimum, value)


def above_maximum(path: str, maximum: float, value: float) -> ApiError:
    """A number is too large."""
    return _out_of_bounds(path, "above maximum", "<=", maximum, value)


def _out_of_bounds(path: str, how: str, sign: str, bound: float, value: float) -> ApiError:
    kind = "decimal" if isinstance(value, float) else "integer"
    code = f"{kind}_{how.split()[0]}_{'min' if sign == '>=' else 'max'}_value"
    return ApiError(
        f"Invalid '{path}': {kind} {how} value. Expected a value {sign} {bound},"
        f" but got {value} instead.",
        param=path,
        code=code,
    )


def empty_array(path: str) -> ApiError:
    """An array that needs an element has none."""
    return ApiError(
        f"Invalid '{path}': empty array. Expected an array with minimum length 1, but got an empty"
        " array instead.",
        param=path,
        code="empty_array",
    )


def too_long(path: str, limit: int, length: int) -> ApiError:
    """A string is too long."""
    return ApiError(
        f"Invalid '{path}': string too long. Expected a string with maximum length {limit}, but"
        f" got a string with length {length} instead.",
        param=path,
        code="string_above_max_length",
    )


def unsupported_with_model(name: str, code: str | None = "unsupported_parameter") -> ApiError:
    """The model does not take the parameter (the Responses API leaves ``code`` null)."""
    return ApiError(
        f"Unsupported parameter: '{name}' is not supported with this model.", param=name, code=code
    )


def not_found(what: str, id_: str, *, status: int = 404) -> ApiError:
    """Nothing is stored under ``id_``."""
    return ApiError(f"{what} with id '{id_}' not found.", status=status)


def previous_response_not_found(id_: str) -> ApiError:
    """``previous_response_id`` names nothing that was stored: a 400, not a 404."""
    return ApiError(
        f"Previous response with id '{id_}' not found.",
        param="previous_response_id",
        code="previous_response_not_found",
    )


def forced(status: int, code: str | None, azure: bool = False) -> ApiError:
    """The error a directive asks for, with the usual type, code and headers of its status."""
    filtered = {"code": "ResponsibleAIPolicyViolation", "content_filter_result": {}}
    type_, usual, message = _FORCED.get(
        status, ("server_error" if status >= 500 else "invalid_request_error", None, "")
    )
    return ApiError(
        _FORCED_MESSAGES.get(code or "", message) or f"The emulator was asked for HTTP {status}.",
        status=status,
        code=code or usual,
        type="insufficient_quota" if code == "insufficient_quota" else type_,
        # Clients retry these: without the header they would wait half a second and more.
        headers={"retry-after-ms": "1"} if status in (408, 409, 429) or status >= 500 else None,
        extra={"innererror": filtered} if azure and code == "content_filter" else None,
    )


def described(value: object) -> str:
    """Return the JSON type of ``value`` in the API's words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int):
        return "an integer"
    if isinstance(value, float):
        return "a decimal number"
    if isinstance(value, str):
        return "a string"
    return "an array" if isinstance(value, list) else "an object"


def _listed(names: Sequence[str], word: str) -> str:
    quoted = [f"'{name}'" for name in names]
    if len(quoted) < 3:
        return f" {word} ".join(quoted)
    return f"{', '.join(quoted[:-1])}, {word} {quoted[-1]}"


def either(names: Sequence[str]) -> str:
    """Return ``one of 'a', 'b', or 'c'`` as type errors put it."""
    return f"one of {_listed(names, 'or')}" if len(names) > 1 else f"'{names[0]}'"


def _near(name: str, candidates: set[str]) -> list[str]:
    close = [(d, c) for c in candidates if (d := _distance(name, c)) <= 2]
    return [candidate for _, candidate in sorted(close)][:2]


def _distance(left: str, right: str) -> int:
    if abs(len(left) - len(right)) > 2:
        return 3
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]


_FORCED: dict[int, tuple[str, Any, str]] = {
    401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    403: (
        "invalid_request_error",
        "unsupported_country_region_territory",
        "Country, region, or territory not supported",
    ),
    404: ("invalid_request_error", "model_not_found", "The model does not exist."),
    409: ("invalid_request_error", None, "The resource is being modified by another request."),
    422: ("invalid_request_error", None, "The request was well-formed but could not be processed."),
    429: (
        "requests",
        "rate_limit_exceeded",
        "Rate limit reached for requests. Please try again in 1ms.",
    ),
    500: (
        "server_error",
        None,
        "The server had an error while processing your request. Sorry about that!",
    ),
    503: ("server_error", None, "The engine is currently overloaded, please try again later"),
}
_FORCED_MESSAGES = {
    "insufficient_quota": "You exceeded your current quota, please check your plan and billing"
    " details.",
    "context_length_exceeded": "This model's maximum context length is 128000 tokens. However,"
    " your messages resulted in more tokens. Please reduce the length of the messages.",
    "content_filter": "The response was filtered due to the prompt triggering the content"
    " management policy. Please modify your prompt and retry.",
}
