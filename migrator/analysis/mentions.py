"""Uses that show as strings and imports: raw HTTP, batches, patch targets, chat types."""

from __future__ import annotations

from migrator.analysis import hosts
from migrator.analysis.scopes import Module
from migrator.analysis.sites import Mark
from migrator.analysis.syntax import FUNCTIONS, ast, constant_string, last_name
from migrator.analysis.uses import uses_of
from migrator.analysis.values import imported_path, origins, qualified_names

_PATH = "chat/completions"
_SENDERS = {
    "post", "request", "Request", "urlopen", "stream", "send", "fetch", "build_request", "apost",
    "async_post", "put",
}  # fmt: skip
_MOCKERS = {"patch", "setattr", "object", "spy", "stub", "patch_object"}
_HTTP_MOCKS = {"add", "post", "add_response", "route", "request", "register_uri", "upsert"}
_HTTP_MOCK_NAMES = {"respx", "responses", "httpx_mock", "requests_mock", "aioresponses", "rsps",
                    "respx_mock", "m", "mock", "httpx2_mock", "mocked"}  # fmt: skip
_APPLICATIONS = {
    "TestClient", "AsyncTestClient", "test_client", "APIRouter", "FastAPI", "Blueprint", "Flask",
}  # fmt: skip
_CHAT_MODULES = ("openai.types.chat", "openai.resources.chat", "openai.lib.streaming.chat")


def marks_of(module: Module, found: set[ast.AST]) -> list[Mark]:
    """Return the marks of a module that its strings and imports show."""
    result: list[Mark] = []
    for node in module.strings:
        for mark in _string(module, node):
            if mark.node not in found:
                found.add(mark.node)
                result.append(mark)
    for binding in module.imports:
        alias = binding.node
        path = imported_path(binding)
        if isinstance(binding.statement, ast.Import) and isinstance(alias, ast.alias):
            path = alias.name
        if any(path == name or path.startswith(f"{name}.") for name in _CHAT_MODULES):
            statement = binding.statement
            if statement not in found:
                found.add(statement)
                message = f"import of `{path}`"
                result.append(Mark("CC108", statement, message, "CC227"))
    return result


def _string(module: Module, node: ast.Constant) -> list[Mark]:
    text = constant_string(node)
    if text is None or isinstance(module.parent(node), ast.Expr):
        return []
    if _PATH in text:
        return _address(module, node, text)
    if (
        "chat.completions" in text
        or "ChatCompletion.create" in text
        or ("ChatCompletion.acreate" in text)
    ):
        call = module.parent(node)
        if isinstance(call, ast.Call) and last_name(call.func) in _MOCKERS and node in call.args:
            return [Mark("CC109", call, f"patch of `{text}`", "CC503")]
    return []


def _address(module: Module, node: ast.Constant, text: str) -> list[Mark]:
    """Return what a string with the endpoint's path is used for."""
    whole = _outermost(module, node)
    parent = module.parent(whole)
    batch = _batch(module, whole, parent, text)
    if batch is not None:
        return [batch]
    result: list[Mark] = []
    for use in [whole, *named(module, whole, parent)]:
        call = module.parent(use)
        if isinstance(call, ast.keyword):
            call = module.parent(call)
        if not isinstance(call, ast.Call) or use is call.func or _is_decorator(module, call):
            continue
        name = last_name(call.func)
        receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
        if _is_mock(module, call, receiver, name):
            result.append(Mark("CC109", call, "HTTP mock of `/chat/completions`", "CC503"))
        elif name in _SENDERS and not _is_local(module, receiver):
            message = "raw HTTP request to `/chat/completions`"
            result.append(Mark("CC105", call, message, _host_reason(text), whole))
    return result


def _outermost(module: Module, node: ast.expr) -> ast.expr:
    """Return the string expression ``node`` is a part of."""
    current: ast.expr = node
    while True:
        parent = module.parent(current)
        if (
            isinstance(parent, (ast.JoinedStr, ast.FormattedValue))
            or (isinstance(parent, ast.BinOp) and isinstance(parent.op, (ast.Add, ast.Mod)))
            or (
                isinstance(parent, ast.Call)
                and last_name(parent.func) in ("urljoin", "join", "URL")
            )
        ):
            current = parent
        elif isinstance(parent, ast.Attribute) and parent.attr == "format":
            call = module.parent(parent)
            if not isinstance(call, ast.Call):
                return current
            current = call
        else:
            return current


def named(module: Module, whole: ast.expr, parent: ast.AST) -> list[ast.expr]:
    """Return the uses of the variable or attribute a URL is assigned to."""
    found: list[ast.expr] = []
    if isinstance(parent, (ast.Assign, ast.AnnAssign)) and parent.value is whole:
        targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
        for target in targets:
            binding = module.binding_of.get(target)
            if isinstance(target, ast.Name) and binding is not None:
                found.extend(uses_of(module, binding))
            elif isinstance(target, ast.Attribute):
                found.extend(
                    use for use in module.attributes.get(target.attr, ())
                    if isinstance(use.ctx, ast.Load)
                )  # fmt: skip
    return found


def _batch(module: Module, whole: ast.expr, parent: ast.AST, text: str) -> Mark | None:
    if not text.endswith("/v1/chat/completions") or "://" in text:
        return None
    if isinstance(parent, ast.keyword) and parent.arg == "endpoint":
        call = module.parent(parent)
        if isinstance(call, ast.Call) and "batches" in module.source.segment(call.func):
            return Mark("CC110", call, "batch job for `/v1/chat/completions`", "CC226")
    if isinstance(parent, ast.Dict):
        keys = {constant_string(key) for key in parent.keys}
        if {"custom_id", "url"} <= keys or {"method", "url", "body"} <= keys:
            return Mark("CC110", parent, "batch line for `/v1/chat/completions`", "CC226")
    return None


def _is_decorator(module: Module, call: ast.Call) -> bool:
    parent = module.parent(call)
    return isinstance(parent, (*FUNCTIONS, ast.ClassDef)) and call in parent.decorator_list


def _is_mock(module: Module, call: ast.Call, receiver: ast.expr | None, name: str) -> bool:
    if receiver is None or name not in _HTTP_MOCKS:
        return False
    root = receiver
    while isinstance(root, (ast.Attribute, ast.Call)):
        root = root.value if isinstance(root, ast.Attribute) else root.func
    names = qualified_names(module, root)
    if any(path.split(".")[0] in ("respx", "responses", "requests_mock", "aioresponses")
           for path in names):  # fmt: skip
        return True
    return isinstance(root, ast.Name) and root.id in _HTTP_MOCK_NAMES and not names


def _is_local(module: Module, receiver: ast.expr | None) -> bool:
    """Return whether requests go to an application under test rather than to a server."""
    if receiver is None:
        return False
    if isinstance(receiver, ast.Name) and receiver.id in ("app", "router", "test_client"):
        return True
    return any(
        origin.kind == "expr"
        and isinstance(origin.node, ast.Call)
        and last_name(origin.node.func) in _APPLICATIONS
        for origin in origins(module, receiver)
    )


def _host_reason(text: str) -> str:
    if "://" in text and hosts.url_verdict(text, ()) == "other":
        return "CC402"
    return "CC225"
