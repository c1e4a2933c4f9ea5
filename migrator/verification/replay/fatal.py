"""Which answers are about the run and not about the sample: no use in sending the rest."""

from __future__ import annotations

from .jobs import Job
from .target import Target
from .transport import Attempt

# Codes of a 404 or 403 that are about the request's model.
_OF_THE_MODEL = frozenset({"model_not_found", "DeploymentNotFound", "OperationNotSupported"})
_NO_CREDIT = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})


def fatal(target: Target, job: Job, attempt: Attempt) -> str | None:
    """Return why the run can't go on, ``None`` if it can."""
    answer, failure = attempt.answer, attempt.failure
    if answer is None or failure is None:
        return None
    host = " and ".join(target.hosts)
    about_model = failure.code in _OF_THE_MODEL or job.prepared.sample.model in failure.message
    if failure.code in _NO_CREDIT:
        return f"{host} takes no more requests: {_short(failure.message)}"
    if answer.status == 401:
        return f"{host} refuses the key: {_short(_without_key(failure.message))}"
    if answer.status == 403 and not about_model:
        return f"{host} refuses access: {_short(_without_key(failure.message))}"
    if answer.status in (404, 405) and not about_model:
        name = "chat/completions" if job.side == "chat" else "responses"
        return f"{host} has no /{name} (HTTP {answer.status}: {_short(failure.message)})"
    if 300 <= answer.status < 400:
        return f"{host} answers with a redirect; give the URL it points to"
    return None


def _without_key(message: str) -> str:
    """Return the API's sentence without the piece of the key that it quotes."""
    head, colon, _ = message.partition(" provided: ")
    return f"{head} provided" if colon else message


def _short(message: str) -> str:
    line = " ".join(message.split()).rstrip(".")
    return line if len(line) <= 200 else line[:197] + "..."
