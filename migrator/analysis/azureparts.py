"""The address and the credential of an Azure client, followed back to where they come from."""

from __future__ import annotations

from migrator.analysis import hosts
from migrator.analysis.functions import default_of
from migrator.analysis.narrowing import given_for_none
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import FUNCTIONS, ast, constant_string, is_none, keyword
from migrator.analysis.values import Origin, origins, qualified_names

_READS = ("os.getenv", "os.environ.get")
_ASYNC_PROVIDER = "azure.identity.aio.get_bearer_token_provider"


class NotMoved(Exception):
    """A client that stays where it is; the message says why."""


class Endpoint:
    """The address of the Azure resource.

    ``node`` is the expression; it is None where a variable of the environment, ``variable``, is
    all there is.
    ``slashed`` says whether it may end in a slash, ``unseen`` why nobody knows it is Azure's.
    """

    __slots__ = ("node", "variable", "slashed", "unseen")

    def __init__(self, node: ast.expr | None, variable: str, slashed: bool, unseen: str) -> None:
        self.node = node
        self.variable = variable
        self.slashed = slashed
        self.unseen = unseen


class Credential:
    """What the client signs in with.

    ``kind``: key (``api_key`` stays), token, provider (their values become the ``api_key``),
    environment (nothing is given, the SDK reads a variable).  ``variable`` is the variable of
    the environment that is read on the spot, ``optional``: a variable of the program may be None.
    """

    __slots__ = ("kind", "variable", "optional")

    def __init__(self, kind: str, variable: str = "", optional: bool = False) -> None:
        self.kind = kind
        self.variable = variable
        self.optional = optional


def variable_read(module: Module, node: ast.AST) -> tuple[str, ast.expr | None, bool] | None:
    """Return (name, default, raises) for a read of a variable of the environment, else None."""
    if isinstance(node, ast.Subscript):
        name = constant_string(node.slice)
        known = qualified_names(module, node.value) == {"os.environ"}
        return (name, None, True) if known and name is not None else None
    if not isinstance(node, ast.Call) or not node.args or node.keywords:
        return None
    if not qualified_names(module, node.func) <= set(_READS) or len(node.args) > 2:
        return None
    name = constant_string(node.args[0])
    if name is None or not qualified_names(module, node.func):
        return None
    default = node.args[1] if len(node.args) == 2 else None
    return name, None if is_none(default) else default, False


# -- the address ---------------------------------------------------------------------------


def endpoint_of(module: Module, call: ast.Call, trusted: tuple[str, ...]) -> Endpoint:
    """Return where the resource is; raises `NotMoved`."""
    node = keyword(call, "azure_endpoint")
    if node is None or is_none(node):
        unseen = _set_here(module, "AZURE_OPENAI_ENDPOINT", trusted)
        return Endpoint(None, "AZURE_OPENAI_ENDPOINT", True, unseen)
    read = variable_read(module, node)
    if read is not None and read[1] is None:
        return Endpoint(None, read[0], True, _set_here(module, read[0], trusted))
    slashed, unseen = False, ""
    for origin, decides in _sources(module, node):
        text = constant_string(origin.node) if origin.kind == "expr" else None
        if text is not None:
            _address(text, trusted)
            slashed = slashed or text.endswith("/")
            continue
        slashed = True
        if decides:
            may_be_none(module, origin, "azure_endpoint")
        if not is_none(origin.node):
            unseen = unseen or _unseen(module, origin, trusted)
    return Endpoint(node, "", slashed, unseen)


def _address(text: str, trusted: tuple[str, ...]) -> None:
    if hosts.url_verdict(text, trusted) not in ("azure-dated", "openai"):
        raise NotMoved(f"`azure_endpoint` names {hosts.host_of(text)}, which is not Azure's")
    if "/" in text.split("://", 1)[-1].rstrip("/") or "?" in text:
        raise NotMoved("`azure_endpoint` has a path of its own")


def _unseen(module: Module, origin: Origin, trusted: tuple[str, ...]) -> str:
    """Return why nothing shows that an origin is an address of Azure's, else an empty string."""
    node = origin.node
    read = variable_read(module, node) if origin.kind == "expr" else None
    if read is not None:
        default = read[1]
        text = "" if default is None else constant_string(default)
        if text:
            _address(text, trusted)
        if text is not None:
            return _set_here(module, read[0], trusted)
    elif isinstance(node, ast.JoinedStr) and _formatted(node, trusted):
        return ""
    return f"where `azure_endpoint` comes from can't be seen (`{_text(module, node)}`)"


def written(module: Module, name: str) -> list[ast.expr]:
    """Return what this file gives a variable of the environment."""
    result: list[ast.expr] = []
    for node in module.attributes.get("environ", ()):
        user = module.parent(node)
        outer = module.parent(user)
        if isinstance(user, ast.Subscript) and isinstance(outer, ast.Assign):
            if isinstance(user.ctx, ast.Store) and constant_string(user.slice) == name:
                result.append(outer.value)
            continue
        defaulted = isinstance(user, ast.Attribute) and user.attr == "setdefault"
        given = outer.args if defaulted and isinstance(outer, ast.Call) else []
        if given and constant_string(given[0]) == name:
            result.append(given[-1])
    return result


def _set_here(module: Module, name: str, trusted: tuple[str, ...]) -> str:
    """Return why a variable that this file writes may not be an address of Azure's, or ""."""
    for value in written(module, name):
        text = constant_string(value)
        if text is None:
            return f"`{name}` is set to `{_text(module, value)}`"
        _address(text, trusted)
    return ""


def _formatted(node: ast.JoinedStr, trusted: tuple[str, ...]) -> bool:
    """Return whether an f-string ends in a host of Azure's."""
    parts = [
        "x" if constant_string(part) is None else constant_string(part) for part in node.values
    ]
    text = "".join(part or "" for part in parts)
    if "." not in hosts.host_of(text) or "://" not in text:
        return False
    _address(text, trusted)
    return True


def _text(module: Module, node: ast.AST) -> str:
    return module.source.one_line(node)[:60] if hasattr(node, "lineno") else "?"


def _sources(module: Module, node: ast.expr) -> list[tuple[Origin, bool]]:
    """Return the origins of a value, and whether it is None where they are."""
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        *first, last = node.values
        early = [(origin, False) for value in first for origin in origins(module, value)]
        return [*early, *((origin, True) for origin in origins(module, last))]
    if isinstance(node, ast.Name):
        given = given_for_none(module, node)
        if given is not None:
            late = {origin.node for value in given for origin in origins(module, value)}
            return [(origin, origin.node in late) for origin in origins(module, node)]
    return [(origin, True) for origin in origins(module, node)]


def may_be_none(module: Module, origin: Origin, name: str) -> None:
    """Raise `NotMoved` where a value may be None: the Azure client then asks the environment."""
    function = origin.binding.statement if origin.binding is not None else None
    default = None
    if isinstance(origin.node, ast.arg) and isinstance(function, FUNCTIONS):
        default = default_of(function, origin.node.arg)
    if is_none(origin.node) or (default is not None and is_none(default)):
        raise NotMoved(f"`{name}` may be None, and then the environment decides")


# -- the credential ------------------------------------------------------------------------


def credential_of(module: Module, call: ast.Call, name: str) -> Credential:
    """Return what the client signs in with; raises `NotMoved`."""
    kinds = {"api_key": "key", "azure_ad_token": "token", "azure_ad_token_provider": "provider"}
    given = [item for item in call.keywords if item.arg in kinds and not is_none(item.value)]
    if not given:
        if b"AZURE_OPENAI_AD_TOKEN" in module.source.utf8:
            raise NotMoved("the environment may hold a token in the place of the key")
        return Credential("environment", "AZURE_OPENAI_API_KEY")
    if len(given) > 1:
        raise NotMoved("a key and a token are given, and one of them may be None")
    word, node = given[0].arg or "", given[0].value
    read = variable_read(module, node)
    if read is not None and read[1:] == (None, False):
        return Credential(kinds[word], read[0])
    optional = False
    for origin, decides in _sources(module, node):
        if decides:
            may_be_none(module, origin, word)
        read = variable_read(module, origin.node)
        optional = optional or (decides and read is not None and read[1:] == (None, False))
        if kinds[word] == "provider" and name.startswith("Async"):
            _awaitable(module, origin)
    return Credential(kinds[word], "", optional)


def _awaitable(module: Module, origin: Origin) -> None:
    """Raise `NotMoved` unless a token provider is known to be one that is awaited."""
    node = origin.node
    if isinstance(node, ast.AsyncFunctionDef):
        return
    if isinstance(node, ast.Call) and _ASYNC_PROVIDER in qualified_names(module, node.func):
        return
    raise NotMoved("the new client awaits its token provider, and this one may not be awaitable")
