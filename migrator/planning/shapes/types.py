"""Names of types: another name, and the imports that go with it."""

from __future__ import annotations

from migrator.analysis.facts import Reshape
from migrator.analysis.reaching import bindings_of
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast
from migrator.analysis.values import imported_path
from migrator.planning.build import Unclear
from migrator.planning.imports import at_top, drop, need
from migrator.planning.model import Splice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.planning.model import Edit
    from migrator.planning.shapes import Kind


def name(module: Module, reshape: Reshape) -> list[Edit]:
    """Return the edits that write ``reshape.detail``, a full path, in place of a type's name."""
    node = reshape.node
    assert isinstance(node, ast.expr)
    base = node
    while isinstance(base, ast.Attribute):
        base = base.value
    bindings = bindings_of(module, base) if isinstance(base, ast.Name) else ()
    start, end = module.source.span(node)
    if bindings and all(imported_path(binding) == "openai" for binding in bindings):
        text = f"{bindings[0].name}.{reshape.detail.split('.', 1)[1]}"
        return [Splice(start, end, text)]
    if len(bindings) != 1 or b"\n" in module.source.utf8[start:end]:
        raise Unclear("CC320", "where a type comes from can't be seen", node)
    binding = bindings[0]
    if not at_top(module, binding.statement):
        raise Unclear("CC320", "a type is not imported at the top of the file", node)
    origin, _, new = reshape.detail.rpartition(".")
    text, changes = need(module, origin, new, node)
    return [Splice(start, end, text), *changes, *drop(module, binding, [base])]


def annotated(module: Module, reshape: Reshape) -> list[Edit]:
    """Return the edits that annotate a list, whose elements have no common type any more."""
    node = reshape.node
    origin, _, new = reshape.detail.rpartition(".")
    text, changes = need(module, origin, new, node)
    end = module.source.span(node)[1]
    if not module.source.utf8[end:].lstrip(b" ").startswith(b"="):
        raise Unclear("CC506", "an assignment can't be located exactly", node)
    return [Splice(end, end, f": {text}"), *changes]


KINDS: dict[str, Kind] = {"types.name": name, "types.annotated": annotated}
