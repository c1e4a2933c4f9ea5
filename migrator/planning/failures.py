"""What a loop over events has to raise, because a loop over chunks did.

A failed answer raised ``openai.APIError`` while it was read; now it is an event, ``error`` or
``response.failed``.  Where the project catches or tests for ``APIError`` the same is raised, else
its base class, which needs nothing but the message.
"""

from __future__ import annotations

from migrator.analysis.loops import StreamLoop
from migrator.analysis.reaching import bindings_of
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast, walk
from migrator.planning.build import Unclear
from migrator.planning.imports import need
from migrator.planning.wrapping import width_of, wrapped_call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.planning.model import ImportChange

_DETAILS = ("body", "code", "param", "type", "request")


class Failures:
    """How the loop raises: the branches as lines, and the imports they take."""

    __slots__ = ("name", "imports", "stream", "width")

    def __init__(self, name: str, imports: list[ImportChange], stream: str, width: int) -> None:
        self.width = width
        self.name = name
        self.imports = imports
        # The variable to take the request from, empty when the base class is raised.
        self.stream = stream

    def branches(self, event: str, indent: str, unit: str) -> list[tuple[str, list[str]]]:
        """Return the tests and suites of the two branches, indented."""
        error = f"{event}.response.error"
        failed = f"{error} and {error}.message"
        inner = indent + unit
        return [
            (f'{event}.type == "response.failed"', self._raised(failed, inner, unit, wrap=True)),
            (f'{event}.type == "error"', self._raised(f"{event}.message", inner, unit)),
        ]

    def _raised(self, message: str, indent: str, unit: str, *, wrap: bool = False) -> list[str]:
        given = [message]
        if self.stream:
            message = f"str({message})" if wrap else message
            given = [message, f"request={self.stream}.response.request", "body=None"]
        line = f"{indent}raise {self.name}({', '.join(given)})"
        return wrapped_call(line, unit, self.width)


def failures(module: Module, loop: StreamLoop) -> Failures:
    """Return how a loop of this file raises; raises `Unclear`."""
    if not names_api_error(module):
        name, imports = need(module, "openai", "OpenAIError", loop.node)
        return Failures(name, imports, "", width_of(module.source))
    return exact(module, loop)


def exact(module: Module, loop: StreamLoop) -> Failures:
    """Return how a loop raises exactly what it raised before; raises `Unclear`."""
    stream = loop.node.iter
    if loop.generated:
        message = "`APIError` is caught, and the stream it is raised for is in a generator"
        raise Unclear("CC215", message, loop.node)
    if not isinstance(stream, ast.Name):
        message = "`APIError` is caught, and without a name for the stream none can be raised"
        raise Unclear("CC215", message, loop.node)
    if loop.others:
        message = "`APIError` is caught, and the `stream` helper shows no request to raise it for"
        raise Unclear("CC215", message, loop.node)
    if any(binding.node in set(walk(loop.node)) for binding in bindings_of(module, stream)):
        raise Unclear("CC215", f"`{stream.id}` is set in the loop", loop.node)
    for handler in _handlers(module):
        for name in _DETAILS:
            for use in module.attributes.get(name, ()):
                if isinstance(use.value, ast.Name) and use.value.id == handler.name:
                    raise Unclear("CC215", f"`.{name}` of the error is read", use)
    name, imports = need(module, "openai", "APIError", loop.node)
    return Failures(name, imports, stream.id, width_of(module.source))


def names_api_error(module: Module) -> bool:
    """Return whether this file does anything with ``APIError``."""
    return "APIError" in module.attributes or any(
        "APIError" in scope.loads for scope in module.scopes.values()
    )


def _handlers(module: Module) -> list[ast.ExceptHandler]:
    return [
        binding.node
        for scope in module.scopes.values()
        for bindings in scope.bindings.values()
        for binding in bindings
        if isinstance(binding.node, ast.ExceptHandler)
    ]
