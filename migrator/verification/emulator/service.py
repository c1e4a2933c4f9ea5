"""One generation request from body to answer: check, reduce, reply, render, remember, record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from .canonical import Conversation, Delivery, JsonObject
from .dice import token
from .directives import DirectiveError, Directives, directives_of
from .errors import ApiError, forced
from .from_chat import conversation_from_chat, delivery_from_chat
from .from_responses import conversation_from_responses, delivery_from_responses
from .journal import Endpoint, Entry
from .reply import Reply, reply_to
from .state import State, StoredResponse
from .streams import chat_chunks, failed, response_events
from .to_chat import completion
from .to_responses import response as rendered_response


@dataclass(frozen=True)
class Options:
    """How the emulator behaves.

    ``eager_tools``: call the first offered tool where the model would be free to.
    ``ignored_settings``: settings that are no part of the meaning in this run, by their name in
    :class:`~.canonical.Settings` or its ``extra``.
    ``models``: the models that exist; ``None`` for any name.
    """

    eager_tools: bool = False
    ignored_settings: frozenset[str] = frozenset()
    models: frozenset[str] | None = None


@dataclass(frozen=True)
class Answer:
    """What goes back: a JSON object or the events of a stream, after ``delay`` seconds."""

    body: JsonObject | None = None
    events: Iterator[Any] | None = None
    delay: float = 0.0


@dataclass(frozen=True)
class Arrival:
    """How a request came in."""

    method: str
    path: str
    azure: bool = False
    deployment: str | None = None


@dataclass
class _Draft:
    """What is known of a request so far; becomes its journal entry."""

    conversation: Conversation | None = None
    delivery: Delivery | None = None
    store: bool | None = None


@dataclass
class Service:
    """The emulator without HTTP; not thread-safe, one event loop calls it."""

    options: Options = field(default_factory=Options)
    record: Callable[[Entry], None] = lambda entry: None
    state: State = field(default_factory=State)

    def __post_init__(self) -> None:
        self._requests = 0
        self._failures: Counter[tuple[str, str]] = Counter()

    def reset(self) -> None:
        """Forget everything remembered, so that the next run answers like the first."""
        self.state = State()
        self._requests = 0
        self._failures.clear()

    def chat(self, body: JsonObject, arrival: Arrival) -> Answer:
        """Answer ``POST /chat/completions``; raise :class:`~.errors.ApiError`."""
        return self._recorded("chat", body, arrival, self._chat)

    def responses(self, body: JsonObject, arrival: Arrival) -> Answer:
        """Answer ``POST /responses``; raise :class:`~.errors.ApiError`."""
        return self._recorded("responses", body, arrival, self._responses)

    def _recorded(
        self,
        endpoint: Endpoint,
        body: JsonObject,
        arrival: Arrival,
        handle: Callable[[JsonObject, Arrival, _Draft], Answer],
    ) -> Answer:
        draft = _Draft()
        status, error = 200, None
        try:
            return handle(body, arrival, draft)
        except ApiError as fault:
            status, error = fault.status, fault.body()
            raise
        except Exception as fault:
            own = own_fault(fault)
            status, error = own.status, own.body()
            raise own from fault
        finally:
            self.record(
                Entry(
                    endpoint=endpoint,
                    method=arrival.method,
                    path=arrival.path,
                    status=status,
                    streamed=bool(body.get("stream")),
                    store=draft.store,
                    conversation=draft.conversation,
                    delivery=draft.delivery,
                    error=error,
                    request=body,
                )
            )

    def _chat(self, body: JsonObject, arrival: Arrival, draft: _Draft) -> Answer:
        from .rules_chat import check_chat  # imports the SDK: not before it is needed

        check_chat(body, arrival.deployment)
        model = arrival.deployment or body["model"]
        self._check_exists(model, arrival)
        draft.store = bool(body.get("store"))
        draft.delivery = delivery_from_chat(body)
        conversation = conversation_from_chat(body, model)
        draft.conversation = conversation
        wanted = self._forced("chat", conversation, arrival)
        replies = [self._reply(conversation, i) for i in range(body.get("n") or 1)]
        if wanted.failure is not None and not body.get("stream"):
            raise forced(500, None)
        id_ = f"chatcmpl-{self._next_id(conversation)}"
        result = completion(id_, body, model, replies, conversation.settings.top_logprobs)
        if draft.store and wanted.failure is None:
            self.state.chats[id_] = (
                {**result, "metadata": body.get("metadata") or {}},
                body["messages"],
            )
        if body.get("stream"):
            return Answer(events=chat_chunks(result, body, wanted.failure), delay=wanted.delay)
        return Answer(body=result, delay=wanted.delay)

    def _responses(self, body: JsonObject, arrival: Arrival, draft: _Draft) -> Answer:
        from .capabilities import check_responses_model
        from .rules_responses import check_input_given, check_items, check_responses

        check_responses(body)
        history = self.state.history_of(body)
        check_input_given(body)
        given = self.state.resolved_input(body, missing_status=400 if arrival.azure else 404)
        check_items(body, [*history, *given])
        check_responses_model(body)
        self._check_exists(body["model"], arrival)
        draft.store = body.get("store") is not False
        draft.delivery = delivery_from_responses(body)
        conversation = conversation_from_responses({**body, "input": given}, history)
        draft.conversation = conversation
        wanted = self._forced("responses", conversation, arrival)
        reply = self._reply(conversation, 0)
        id_ = f"resp_{self._next_id(conversation)}"
        said = rendered_response(id_, body, _without_failure(reply))
        final = said if reply.failure is None else failed(said)
        stored = StoredResponse(final, self.state.with_ids(given), history)
        self.state.keep(stored, body.get("conversation"), draft.store)
        if body.get("stream"):
            return Answer(events=response_events(said, reply.failure), delay=wanted.delay)
        if body.get("background"):
            final = {**failed(final), "status": "queued", "error": None}
        return Answer(body=final, delay=wanted.delay)

    def _forced(
        self, endpoint: Endpoint, conversation: Conversation, arrival: Arrival
    ) -> Directives:
        """Return the directives; raise the error they ask for."""
        try:
            wanted = directives_of(conversation)
        except DirectiveError as fault:
            raise ApiError(str(fault), code="emulator_directive") from None
        if wanted.error is not None:
            key = (endpoint, conversation.digest)
            self._failures[key] += 1
            if wanted.error.times is None or self._failures[key] <= wanted.error.times:
                raise forced(wanted.error.status, wanted.error.code, azure=arrival.azure)
        return wanted

    def _reply(self, conversation: Conversation, variant: int) -> Reply:
        meant = conversation.without(self.options.ignored_settings)
        return reply_to(meant, variant, self.options.eager_tools)

    def _next_id(self, conversation: Conversation) -> str:
        self._requests += 1
        return token(conversation.digest, f"request-{self._requests}", 48)

    def _check_exists(self, model: str, arrival: Arrival) -> None:
        if self.options.models is None or model in self.options.models:
            return
        if arrival.azure:
            raise ApiError(
                "The API deployment for this resource does not exist. If you created the deployment"
                " within the last 5 minutes, please wait a moment and try again.",
                status=404,
                code="DeploymentNotFound",
            )
        raise ApiError(
            f"The model `{model}` does not exist or you do not have access to it.",
            status=404,
            code="model_not_found",
        )


def own_fault(error: Exception) -> ApiError:
    """Return a defect of the emulator as an answer that no client retries or mistakes."""
    return ApiError(
        f"the emulator itself failed: {type(error).__name__}: {error}",
        status=500,
        code="emulator_fault",
        type="server_error",
        headers={"x-should-retry": "false"},
    )


def _without_failure(reply: Reply) -> Reply:
    """Return the reply that was on its way when the model failed."""
    return Reply(**{**reply.__dict__, "failure": None})
