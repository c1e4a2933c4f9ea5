"""What ``parse`` does beyond ``create``: it raises for answers that were cut off or filtered."""

from __future__ import annotations

from migrator.analysis.facts import Mention, Reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.requests import Request

_CODE = "CC222"
_ERRORS = ("LengthFinishReasonError", "ContentFilterFinishReasonError")
# What they derive from; other errors of a request have classes in between.
_BASE = "OpenAIError"
_LIMITS = {"max_tokens", "max_completion_tokens"}


def look_at_parse(request: Request) -> None:
    """Add what follows from errors that only Chat Completions' ``parse`` raises.

    Without a class there is nothing on Responses that would raise for half an answer; with one,
    pydantic does, unless nothing was written before a token limit.
    """
    call = request.site.call
    utf8 = request.module.source.file_of(call)
    place = request.module.source.place(call)
    for name in (*_ERRORS, _BASE):
        roots = (request.module.scopes[tree] for tree in request.module.trees)
        if any(
            binding.kind == "class" for root in roots for binding in root.bindings.get(name, ())
        ):
            continue
        if _word(utf8, name.encode()):
            request.reason(_CODE, f"`{name}` is named here; Responses does not raise it", call)
            break
        reason = Reason(_CODE, f"`{name}` is named in", place, "block")
        request.mentions.append(Mention((name.encode(),), reason, anywhere=name != _BASE))
    if "response_format" not in request.names or any(
        row.keyword == "response_format" and row.action == "dropped" for row in request.ledger
    ):
        request.reason(_CODE, "`parse` without a class raises for an answer cut off", call)
    elif _LIMITS & set(request.names):
        message = "an answer cut off before it begins gives None instead of an error"
        request.reason(_CODE, message, call, "suggest")
    request.notes.append(
        "an answer that was cut off raises pydantic's ValidationError where "
        "`parse` raised LengthFinishReasonError"
    )


def _word(data: bytes, word: bytes) -> bool:
    at = data.find(word)
    while at >= 0:
        before = data[at - 1 : at]
        if not (before.isalnum() or before == b"_"):
            return True
        at = data.find(word, at + 1)
    return False
