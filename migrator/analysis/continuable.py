"""Which requests the server may continue: what they say of storage, limits, hosts and models."""

from __future__ import annotations

from migrator.analysis.scopes import Module, Scope
from migrator.analysis.sites import STREAM
from migrator.analysis.syntax import ast, keyword, literal
from migrator.analysis.values import attribute_owner, constants

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.conversations import Conversation
    from migrator.analysis.facts import Host
    from migrator.analysis.requests import Request
    from migrator.analysis.sites import Site

_OWN = ("built without `base_url`", "the module-level client")
_LIMITS = ("max_tokens", "max_completion_tokens")
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def refusal(
    site: Site, request: Request, host: Host | None, *, text: bool, read: bool
) -> tuple[str, ast.AST] | None:
    """Return why the server can't be asked to go on from an answer, and where that shows.

    ``text``: the program keeps no more than the text of the answer; ``read``: a loop that reads
    the stream can remember the id of the answer.
    """
    call = site.call
    if not _remembers(host, request):
        return "only OpenAI's own servers are known to keep conversations", call
    if site.legacy or site.raw or site.operation == STREAM:
        return "the answer comes in a form whose id isn't read", call
    if request.streamed and not read:
        return "the answer is streamed", call
    for item in call.keywords:
        if item.arg is None or item.arg == "extra_body":
            return "what else is sent can't be seen", item.value
        if item.arg == "store" and literal(item.value) != (True, True):
            return "`store` says what is to be kept", item.value
        if item.arg in _LIMITS and _sent(request, item.arg):
            return f"an answer that `{item.arg}` cuts off may not be continued", item.value
        if item.arg == "response_format" and text and _sent(request, item.arg):
            return "a refusal has no text, so the list would not say what the server knows", call
    return None


def _remembers(host: Host | None, request: Request) -> bool:
    """Return whether the client is seen to talk to OpenAI: other hosts may not keep answers."""
    if host is None or host.verdict != "openai":
        return False
    if host.detail == "`base_url` names OpenAI":
        return not request.settings.hosts
    return host.detail in _OWN


def _sent(request: Request, name: str) -> bool:
    return any(row.keyword == name and row.action != "dropped" for row in request.ledger)


def models_differ(module: Module, talk: Conversation) -> ast.AST | None:
    """Return a model that may be another one in another turn, else None."""
    seen: set[object] = set()
    for call in talk.calls:
        node = keyword(call, "model")
        if node is None:
            return call
        complete, values = constants(module, node)
        if complete and len({repr(value) for value in values}) == 1:
            seen.add(repr(values[0]))
        else:
            fixed = _fixed(module, node, talk.holder.scope)
            if fixed is None:
                return node
            seen.add(fixed)
        if len(seen) > 1:
            return node
    return None


def _fixed(module: Module, node: ast.expr, scope: Scope) -> object:
    """Return what a name stands for as long as a conversation lasts, None if that may change."""
    if isinstance(node, ast.Name):
        for owner in (scope, module.root):
            bindings = owner.bindings.get(node.id, [])
            if len(bindings) == 1 and bindings[0].kind in ("assign", "param"):
                return None if module.enclosing(bindings[0].node, _LOOPS) else bindings[0]
            if bindings:
                return None
        return None
    if isinstance(node, ast.Attribute) and attribute_owner(module, node) is scope:
        stores = [
            use for use in module.attributes.get(node.attr, ())
            if not isinstance(use.ctx, ast.Load)
        ]  # fmt: skip
        function = module.enclosing(stores[0], (ast.FunctionDef,)) if len(stores) == 1 else None
        if isinstance(function, ast.FunctionDef) and function.name == "__init__":
            return (scope, node.attr)
    return None
