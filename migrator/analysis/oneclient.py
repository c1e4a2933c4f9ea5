"""Whether all turns of a conversation go through one client: ids belong to one project."""

from __future__ import annotations

from migrator.analysis.scopes import Module
from migrator.analysis.syntax import FUNCTIONS, ast, literal, walk
from migrator.analysis.values import origins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.conversations import Conversation
    from migrator.analysis.sites import Site

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_WHOSE = ("api_key", "organization", "project", "azure_ad_token", "default_headers")


def other_client(module: Module, talk: Conversation, sites: list[Site]) -> ast.AST | None:
    """Return a call that may go through another client than the others, else None."""
    seen: set[ast.AST] = set()
    for site in sites:
        if site.receiver is None:
            continue
        found = origins(module, site.receiver)
        if len(found) != 1 or found[0].kind not in ("expr", "param", "import"):
            return site.call
        node: ast.AST = module.tree if found[0].kind == "import" else found[0].node
        if isinstance(node, ast.Call) and not _certain(module, talk, node):
            return site.call
        if found[0].kind == "param" and not _given_once(module, talk, node):
            return site.call
        seen.add(node)
    if len(seen) > 1 and not all(isinstance(node, ast.Call) and _plain(node) for node in seen):
        return sites[-1].call
    if len(_keys(module)) > 1:
        return sites[-1].call
    return None


def _given_once(module: Module, talk: Conversation, node: ast.AST) -> bool:
    """Return whether a client that is a parameter is the same as long as a conversation lasts."""
    owner = module.enclosing(node, FUNCTIONS)
    if owner is talk.holder.scope.node:
        return True
    initial = isinstance(owner, FUNCTIONS) and owner.name == "__init__"
    return initial and owner is not None and module.parent(owner) is talk.holder.scope.node


def _certain(module: Module, talk: Conversation, call: ast.Call) -> bool:
    """Return whether a client is built once, or built the same way each time."""
    if _plain(call):
        return True
    function = module.enclosing(call, FUNCTIONS)
    once = function is None or getattr(function, "name", "") == "__init__"
    if function is talk.holder.scope.node:
        once = True
    return once and module.enclosing(call, _LOOPS) is None


def _plain(call: ast.Call) -> bool:
    """Return whether nothing that says whose client it is may be another thing next time."""
    if call.args:
        return False
    for item in call.keywords:
        if item.arg is None:
            return False
        if item.arg in _WHOSE and not literal(item.value)[0] and not _from_environment(item.value):
            return False
    return True


def _from_environment(node: ast.expr) -> bool:
    names = {part.id for part in walk(node) if isinstance(part, ast.Name)}
    words = {part.attr for part in walk(node) if isinstance(part, ast.Attribute)}
    return names <= {"os", "getenv", "environ"} and bool(names) and words <= {
        "environ", "getenv", "get"
    }  # fmt: skip


def _keys(module: Module) -> list[ast.Attribute]:
    """Return where the key of the module-level client is set."""
    return [use for use in module.attributes.get("api_key", ()) if isinstance(use.ctx, ast.Store)]
