"""The HTTP surface: the routes of the OpenAI API and of Azure."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from .canonical import JsonObject
from .errors import ApiError
from .journal import Entry
from .service import Answer, Arrival, Service, own_fault
from .stored import STORED_ROUTES, StoredHandler

# The first dated version that has /openai/responses (Azure's documentation).
_AZURE_RESPONSES_SINCE = "2025-03-01"
_HEADERS = {
    "x-request-id": "req_emulator",
    "openai-processing-ms": "1",
    "openai-version": "2020-10-01",
    "x-ratelimit-limit-requests": "10000",
    "x-ratelimit-remaining-requests": "9999",
    "x-ratelimit-reset-requests": "6ms",
    "x-ratelimit-limit-tokens": "2000000",
    "x-ratelimit-remaining-tokens": "1999999",
    "x-ratelimit-reset-tokens": "0s",
}
_BOTH = ("/v1", "/openai/v1")

Handler = Callable[[Request], Awaitable[Response]]


def application(service: Service) -> Starlette:
    """Return the ASGI application that serves ``service``."""
    routes = [
        Route("/openai/deployments/{deployment:path}/chat/completions",
              _generation(service, "chat"), methods=["POST"]),
        Route("/openai/responses", _generation(service, "responses"), methods=["POST"]),
    ]  # fmt: skip
    for prefix in _BOTH:
        routes += [
            Route(f"{prefix}/chat/completions", _generation(service, "chat"), methods=["POST"]),
            Route(f"{prefix}/responses", _generation(service, "responses"), methods=["POST"]),
        ]
    for prefix in (*_BOTH, "/openai"):
        routes += [
            Route(prefix + path, _stored(service, handler), methods=[method])
            for method, path, handler in STORED_ROUTES
        ]
    routes.append(Route("/{path:path}", _nothing_here(service), methods=_METHODS))
    return Starlette(routes=routes)


_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def _generation(service: Service, endpoint: str) -> Handler:
    async def handle(request: Request) -> Response:
        arrival = _arrival(request)
        try:
            _check_version(request, endpoint)
            _check_key(request)
            body = await _json_body(request)
            serve = service.chat if endpoint == "chat" else service.responses
            answer = serve(body, arrival)
        except ApiError as error:
            return _error_response(error)
        await asyncio.sleep(answer.delay)
        return _response(answer, named_events=endpoint == "responses")

    return handle


def _stored(service: Service, handler: StoredHandler) -> Handler:
    async def handle(request: Request) -> Response:
        status, error = 200, None
        try:
            _check_version(request, "stored")
            _check_key(request)
            body = await _json_body(request) if request.method == "POST" else {}
            parameters = {**dict(request.query_params), **request.path_params}
            result = handler(service.state, parameters, body)
            if isinstance(result, Answer):
                return _response(result, named_events=True)
            return JSONResponse(result)
        except ApiError as fault:
            status, error = fault.status, fault.body()
            return _error_response(fault)
        except Exception as defect:
            own = own_fault(defect)
            status, error = own.status, own.body()
            return _error_response(own)
        finally:
            path = request.url.path
            service.record(Entry("other", request.method, path, status, error=error))

    return handle


def _nothing_here(service: Service) -> Handler:
    async def handle(request: Request) -> Response:
        path = request.url.path
        if path.startswith("/openai"):
            body: JsonObject = {"error": {"code": "404", "message": "Resource not found"}}
        else:
            body = ApiError(f"Invalid URL ({request.method} {path})", status=404).body()
        service.record(Entry("other", request.method, path, 404, error=body))
        return JSONResponse(body, status_code=404)

    return handle


def _arrival(request: Request) -> Arrival:
    path = request.url.path
    deployment = request.path_params.get("deployment")
    return Arrival(request.method, path, path.startswith("/openai"), deployment)


def _check_version(request: Request, endpoint: str) -> None:
    """Raise unless a dated Azure path has an ``api-version`` that serves it."""
    path = request.url.path
    if not path.startswith("/openai") or path.startswith("/openai/v1"):
        return
    version = request.query_params.get("api-version")
    if not version:
        raise ApiError("Resource not found", status=404, code="404")
    if endpoint != "chat" and version[:1].isdigit() and version[:10] < _AZURE_RESPONSES_SINCE:
        raise ApiError(
            "Azure OpenAI Responses API is enabled only for api-version 2025-03-01-preview and"
            " later",
            code="BadRequest",
        )


def _check_key(request: Request) -> None:
    bearer = request.headers.get("authorization", "").removeprefix("Bearer").strip()
    key = bearer or request.headers.get("api-key", "")
    if not key:
        raise ApiError(
            "You didn't provide an API key. You need to provide your API key in an Authorization"
            " header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
            status=401,
        )
    if key.startswith("invalid"):
        raise ApiError(
            f"Incorrect API key provided: {key}. You can find your API key at"
            " https://platform.openai.com/account/api-keys.",
            status=401,
            code="invalid_api_key",
        )


async def _json_body(request: Request) -> JsonObject:
    raw = await request.body()
    try:
        body: Any = json.loads(raw or b"{}")
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise ApiError(
            "We could not parse the JSON body of your request. (HINT: This likely means you aren't"
            " using your HTTP library correctly. The OpenAI API expects a JSON payload, but what"
            " was sent was not valid JSON.)"
        )
    return body


def _response(answer: Answer, named_events: bool) -> Response:
    headers = dict(_HEADERS)
    if answer.events is None:
        return JSONResponse(answer.body, headers=headers)
    lines = _named_lines(answer) if named_events else _chat_lines(answer)
    return StreamingResponse(lines, media_type="text/event-stream", headers=headers)


async def _named_lines(answer: Answer) -> AsyncIterator[str]:
    for event in answer.events or ():
        yield f"event: {event['type']}\ndata: {json.dumps(event)}\n\n"


async def _chat_lines(answer: Answer) -> AsyncIterator[str]:
    last: JsonObject = {}
    for chunk in answer.events or ():
        last = chunk
        yield f"data: {json.dumps(chunk)}\n\n"
    if "error" not in last:
        yield "data: [DONE]\n\n"


def _error_response(error: ApiError) -> Response:
    headers = {"x-request-id": "req_emulator", **error.headers}
    return JSONResponse(error.body(), status_code=error.status, headers=headers)
