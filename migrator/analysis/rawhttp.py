"""Requests to the endpoint without the SDK: address and body in sight, sent by a known library."""

from __future__ import annotations

from migrator.analysis import hosts
from migrator.analysis.functions import argument_of, references
from migrator.analysis.holders import known_bodies
from migrator.analysis.mentions import named
from migrator.analysis.reaching import bindings_of
from migrator.analysis.scopes import Module
from migrator.analysis.sites import RAW, Mark, Site
from migrator.analysis.syntax import FUNCTIONS, ast, constant_string, keyword, literal
from migrator.analysis.uses import uses_of
from migrator.analysis.values import Origin, constants, origins, qualified_names

_HTTPX = ("requests", "httpx", "httpx2")
_POSTS = {f"{name}.post" for name in _HTTPX}
_REQUESTS = {f"{name}.request" for name in _HTTPX}
_SESSIONS = {
    "requests.Session", "requests.session", "requests.sessions.Session", "httpx.Client",
    "httpx.AsyncClient", "httpx2.Client", "httpx2.AsyncClient", "aiohttp.ClientSession",
    "aiohttp.client.ClientSession",
}  # fmt: skip
# What a session may be told without answering in the server's place.
_REPLACED = {"transport", "mounts", "app", "request_class", "response_class", "connector"}
# Keywords of the libraries that say nothing of the body.
_AROUND = {
    "url", "method", "headers", "timeout", "verify", "proxies", "proxy", "auth", "cookies", "cert",
    "allow_redirects", "follow_redirects", "ssl", "json", "data", "content", "raise_for_status",
}  # fmt: skip
_PATH = "/v1/chat/completions"


class Raw(Site):
    """One request: ``address`` is the string with the path, ``where`` the argument it comes by.

    ``body`` is the mapping that is sent as JSON, ``raw`` the kind of what the call returns.
    """

    __slots__ = ("address", "where", "body")

    def __init__(
        self, call: ast.Call, address: ast.expr, where: ast.expr, body: ast.expr, gives: str
    ) -> None:
        super().__init__("CC105", RAW, call, None, [], gives, False, "/v1/chat/completions")
        self.address = address
        self.where = where
        self.body = body


def raw_sites(module: Module, marks: list[Mark], trusted: tuple[str, ...]) -> list[Raw]:
    """Return the requests among ``marks`` of which address and body are in sight."""
    found = [
        raw
        for mark in marks
        if mark.code == "CC105" and mark.reason == "CC225"
        for raw in [_raw(module, mark, trusted)]
        if raw is not None
    ]
    # Who follows the mapping asks which call it is sent with.
    known_bodies(module).update({raw.body: raw.call for raw in found})
    return found


def others(module: Module, raw: Raw, known: list[Raw]) -> list[ast.expr]:
    """Return the uses of the address that are no requests of ours."""
    sent = {each.where for each in known}
    parent = module.parent(raw.address)
    return [use for use in named(module, raw.address, parent) if use not in sent]


def _raw(module: Module, mark: Mark, trusted: tuple[str, ...]) -> Raw | None:
    call, address = mark.node, mark.receiver
    if not isinstance(call, ast.Call) or address is None:
        return None
    sender = _sender(module, call)
    if sender is None or any(isinstance(item, ast.Starred) for item in call.args):
        return None
    gives, place = sender
    if any(item.arg not in _AROUND for item in call.keywords):
        return None
    where = call.args[place] if len(call.args) > place else keyword(call, "url")
    text = _text(module, address)
    if where is None or text is None or not _ours(text, trusted):
        return None
    if where is not address and [o.node for o in origins(module, where)] != [address]:
        return None
    body = _body(module, call, place, gives)
    return None if body is None else Raw(call, address, where, body, gives)


def _ours(text: str, trusted: tuple[str, ...]) -> bool:
    secure = text.startswith("https://") or hosts.host_of(text) in trusted
    return text.endswith(_PATH) and secure and hosts.url_verdict(text, trusted) == "openai"


def _sender(module: Module, call: ast.Call) -> tuple[str, int] | None:
    """Return what a call gives and the place of its address, None where it sends nothing."""
    func = call.func
    names = qualified_names(module, func)
    if names and names <= _POSTS:
        return "reply", 0
    if names and names <= _REQUESTS:
        return ("reply", 1) if _posts(call) else None
    if names == {"urllib.request.Request"}:
        return ("asked", 0) if keyword(call, "method") is None or _posts(call) else None
    if names == {"urllib.request.urlopen"}:
        return "reply", 0
    if not isinstance(func, ast.Attribute) or not _is_session(module, func.value):
        return None
    if func.attr == "post":
        return "reply", 0
    return ("reply", 1) if func.attr == "request" and _posts(call) else None


def _posts(call: ast.Call) -> bool:
    method = keyword(call, "method")
    if method is None and call.args:
        method = call.args[0]
    return (constant_string(method) or "").upper() == "POST"


def _is_session(module: Module, node: ast.expr, depth: int = 3) -> bool:
    found = origins(module, node)
    return bool(found) and all(_is_made(module, origin, depth) for origin in found)


def _is_made(module: Module, origin: Origin, depth: int) -> bool:
    """Return whether a receiver comes from a constructor, or is annotated with the class."""
    node, binding = origin.node, origin.binding
    if origin.kind == "expr":
        return _opens(module, node)
    if origin.kind == "bound" and binding is not None and binding.kind == "with":
        return _opens(module, binding.value)
    if origin.kind != "param" or not isinstance(node, ast.arg):
        return False
    if node.annotation is not None:
        return _opens(module, node.annotation)
    given = _given(module, origin)
    return bool(depth and given) and all(
        isinstance(value, ast.expr) and _is_session(module, value, depth - 1) for value in given
    )


def _given(module: Module, origin: Origin) -> list[ast.expr | None]:
    """Return what the callers of this file give a parameter; None for what can't be seen."""
    function = origin.binding.statement if origin.binding is not None else None
    if not isinstance(function, FUNCTIONS) or not isinstance(origin.node, ast.arg):
        return []
    return [
        argument_of(module, call, origin.node.arg, function)[1]
        for call in references(module, function).calls
        if isinstance(call, ast.Call)
    ]


def _opens(module: Module, node: ast.AST | None) -> bool:
    if isinstance(node, ast.Call):
        if any(item.arg is None or item.arg in _REPLACED for item in node.keywords):
            return False
        node = node.func
    names = qualified_names(module, node) if node is not None else set()
    return bool(names) and names <= _SESSIONS


def _text(module: Module, node: ast.expr) -> str | None:
    """Return the text of an address that is put together from constants, else None."""
    if isinstance(node, ast.JoinedStr):
        parts = [_text(module, part) for part in node.values]
        return None if None in parts else "".join(part or "" for part in parts)
    if isinstance(node, ast.FormattedValue):
        plain = node.conversion == -1 and node.format_spec is None
        return _text(module, node.value) if plain else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _text(module, node.left), _text(module, node.right)
        return None if left is None or right is None else left + right
    known, values = constants(module, node)
    return values[0] if known and len(values) == 1 and isinstance(values[0], str) else None


# -- bodies -----------------------------------------------------------------------------


def _body(module: Module, call: ast.Call, place: int, gives: str) -> ast.expr | None:
    """Return the mapping a call sends as JSON, None where it sends something else."""
    given = [item for item in call.keywords if item.arg in ("json", "data", "content")]
    texts = [item.value for item in given if item.arg != "json"]
    if gives == "asked" or qualified_names(module, call.func) == {"urllib.request.urlopen"}:
        texts.extend(call.args[1:2])
    elif len(call.args) > place + 1:
        return None
    if len(given) > 1 or len(call.args) > place + 2:
        return None
    if given and given[0].arg == "json":
        return given[0].value if gives == "reply" and not texts else None
    dumped = _dumped(module, texts[0]) if len(texts) == 1 else None
    return dumped.args[0] if dumped is not None else None


def _dumped(module: Module, node: ast.expr) -> ast.Call | None:
    """Return the ``json.dumps(…)`` that makes a text nobody else gets, else None."""
    if isinstance(node, ast.Name):
        found = bindings_of(module, node)
        if len(found) != 1 or found[0].kind != "assign" or found[0].path or found[0].remote:
            return None
        value = found[0].value
        alone = uses_of(module, found[0]) == [node] and isinstance(value, ast.expr)
        return _dumped(module, value) if alone and isinstance(value, ast.expr) else None
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Attribute) and node.func.attr == "encode":
        plain = all(literal(item)[0] for item in node.args)
        return _dumped(module, node.func.value) if plain else None
    if qualified_names(module, node.func) != {"json.dumps"} or len(node.args) != 1:
        return None
    return node if all(literal(item.value)[0] for item in node.keywords) else None
