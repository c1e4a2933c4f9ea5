"""What ``parse`` does beyond ``create``: it raises for answers that were cut off or filtered."""

from __future__ import annotations

from migrator.analysis.facts import Mention, Reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.requests import Request

# The errors, and the class they derive from that no other error of a request has to itself.
_ERRORS = ("LengthFinishReasonError", "ContentFilterFinishReasonError", "OpenAIError")


def ask_for_handlers(request: Request) -> None:
    """Add a reason where an error may be handled that only Chat Completions' ``parse`` raises."""
    call = request.site.call
    utf8 = request.module.source.utf8
    for name in _ERRORS:
        if _word(utf8, name.encode()):
            request.reason("CC222", f"`{name}` is named here; Responses does not raise it", call)
            break
    place = request.module.source.place(call)
    for name in _ERRORS:
        reason = Reason("CC222", f"`{name}` is named in", place, "block")
        request.mentions.append(Mention((name.encode(),), reason))
    request.notes.append(
        "an answer that was cut off raises pydantic's ValidationError, or leaves "
        "`output_parsed` None, where `parse` raised LengthFinishReasonError"
    )


def _word(data: bytes, word: bytes) -> bool:
    at = data.find(word)
    while at >= 0:
        before = data[at - 1 : at]
        if not (before.isalnum() or before == b"_"):
            return True
        at = data.find(word, at + 1)
    return False
