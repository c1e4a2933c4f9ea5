"""Made-up results: ``Mock(choices=[Mock(message=Mock(content="…"))])`` and its relatives."""

from __future__ import annotations

from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast, is_none, literal
from migrator.analysis.values import qualified_names

_MOCKS = {"Mock", "MagicMock", "AsyncMock", "NonCallableMock", "NonCallableMagicMock"}
_PLACES = ("unittest.mock.", "mock.")
# What says nothing that calls which only read the text could notice.
_SILENT = {"index", "logprobs", "role", "refusal", "tool_calls", "function_call"}
_COUNTS = {"prompt_tokens", "completion_tokens", "total_tokens"}


class Stuck(Exception):
    """A use of a test double that nobody can write for the other endpoint."""

    def __init__(self, node: ast.AST, message: str) -> None:
        super().__init__(message)
        self.node = node
        self.message = message


def built(module: Module, node: ast.expr) -> bool:
    """Return whether ``node`` is one of the mock classes."""
    names = qualified_names(module, node)
    return bool(names) and all(
        name.startswith(_PLACES) and name.rpartition(".")[2] in _MOCKS for name in names
    )


def mock_class(module: Module, call: ast.Call) -> bool:
    """Return whether ``call`` makes an object without a mind of its own."""
    return built(module, call.func) or qualified_names(module, call.func) == {
        "types.SimpleNamespace"
    }


def reply(module: Module, node: ast.expr) -> tuple[ast.expr, bool, list[ast.AST]]:
    """Return the text of a list of choices, whether it is said to be whole, and its nodes."""
    if not isinstance(node, ast.List) or len(node.elts) != 1:
        raise Stuck(node, "the choices are not a list of one, in sight")
    nodes: list[ast.AST] = [node]
    message: ast.expr | None = None
    stopped = False
    for item in _parts(module, node.elts[0], nodes):
        if item.arg == "message":
            message = item.value
        elif item.arg == "finish_reason" and literal(item.value) == (True, "stop"):
            stopped = True
        else:
            _silent(item)
    if message is None:
        raise Stuck(node, "the choice has no message")
    text: ast.expr | None = None
    for item in _parts(module, message, nodes):
        if item.arg == "content":
            text = content(module, item.value)
        else:
            _silent(item)
    if text is None:
        raise Stuck(message, "the message has no content")
    return text, stopped, nodes


def _parts(module: Module, node: ast.expr, nodes: list[ast.AST]) -> list[ast.keyword]:
    if not isinstance(node, ast.Call) or node.args or not mock_class(module, node):
        raise Stuck(node, "a part of the result is not built in sight")
    nodes.extend([node, *node.keywords])
    return node.keywords


def _silent(item: ast.keyword) -> None:
    known, value = literal(item.value)
    if item.arg not in _SILENT or not known or value not in (None, "assistant", 0):
        raise Stuck(item.value, f"`{item.arg}` of the result is set")


def content(module: Module, node: ast.expr) -> ast.expr:
    """Return ``node`` if it is text that is not empty; raises `Stuck`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        return node
    if isinstance(node, ast.JoinedStr) and any(
        isinstance(part, ast.Constant) and part.value for part in node.values
    ):
        return node
    if isinstance(node, ast.Call) and qualified_names(module, node.func) == {"json.dumps"}:
        return node
    raise Stuck(node, "the content may be empty, None or no text")


def usage(module: Module, node: ast.expr) -> list[ast.keyword]:
    """Return the keywords of made-up token counts."""
    if is_none(node):
        return []
    items = _parts(module, node, [])
    for item in items:
        if item.arg not in _COUNTS:
            raise Stuck(item.value, f"`{item.arg}` of the token counts is set")
    return items
