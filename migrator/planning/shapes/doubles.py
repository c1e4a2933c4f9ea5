"""Test doubles, written for the Responses API."""

from __future__ import annotations

from migrator.analysis.facts import Reshape
from migrator.analysis.mockparts import reply
from migrator.analysis.requests import Change
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast
from migrator.planning.build import Unclear
from migrator.planning.links import attribute_link
from migrator.planning.model import CallEdit, Splice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from migrator.planning.model import Edit


def _unclear(node: ast.AST, what: str) -> Unclear:
    return Unclear("CC503", f"its test double can't move along: {what}", node)


def _target(module: Module, reshape: Reshape) -> list[Edit]:
    """``"app.client.chat.completions.create"`` → ``"app.client.responses.create"``."""
    old = b".chat.completions.create"
    start, end = module.source.span(reshape.node)
    text = module.source.utf8[start:end]
    if text.count(old) != 1 or not text[:-1].endswith(old):
        raise _unclear(reshape.node, "its target can't be located exactly")
    at = start + text.find(old)
    return [Splice(at, at + len(old), ".responses.create")]


def _chain(module: Module, reshape: Reshape) -> list[Edit]:
    """``client.chat.completions`` → ``client.responses``."""
    node = reshape.node
    assert isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute)
    outer, inner = attribute_link(module.source, node), attribute_link(module.source, node.value)
    if outer is None or inner is None:
        raise _unclear(node, "the chain can't be located exactly")
    return [Splice(inner.start, inner.end, ""), Splice(outer.start, outer.end, ".responses")]


def _text(module: Module, node: ast.expr, sign: str) -> str:
    """Return what takes the place of a list of choices."""
    text, stopped, _ = reply(module, node)
    if b"#" in _bytes(module, node).replace(_bytes(module, text), b""):
        raise _unclear(node, "a comment stands in its answer")
    written = module.source.segment(text)
    if "\n" in written:
        raise _unclear(text, "its answer has several lines")
    status = f', status{sign}"completed"' if stopped and sign == "=" else ""
    return f"output_text{sign}{written}{status}"


def _bytes(module: Module, node: ast.AST) -> bytes:
    start, end = module.source.span(node)
    return module.source.utf8[start:end]


def _keyword(module: Module, reshape: Reshape) -> list[Edit]:
    """``choices=[Mock(message=Mock(content="x"))]`` → ``output_text="x"``."""
    node = reshape.node
    assert isinstance(node, ast.keyword)
    start, end = module.source.span(node)
    return [Splice(start, end, _text(module, node.value, "="))]


def _stored(module: Module, reshape: Reshape) -> list[Edit]:
    """``result.choices = [Mock(message=Mock(content="x"))]`` → ``result.output_text = "x"``."""
    node = reshape.node
    assert isinstance(node, ast.Assign)
    target = node.targets[0]
    assert isinstance(target, ast.Attribute)
    link = attribute_link(module.source, target)
    if link is None:
        raise _unclear(node, "the assignment can't be located exactly")
    _, end = module.source.span(node.value)
    return [Splice(link.name, end, _text(module, node.value, " = "))]


def _content(module: Module, reshape: Reshape) -> list[Edit]:
    """``result.choices[0].message.content`` → ``result.output_text``."""
    node = reshape.node
    base: ast.AST = node
    for _ in range(4):
        assert isinstance(base, (ast.Attribute, ast.Subscript))
        base = base.value
    start, end = module.source.span(base)[1], module.source.span(node)[1]
    text = module.source.utf8[start:end]
    if b"".join(text.split()) != b".choices[0].message.content":
        raise _unclear(node, "the chain can't be located exactly")
    return [Splice(start, end, ".output_text")]


def _attribute(module: Module, reshape: Reshape) -> list[Edit]:
    """``usage.prompt_tokens`` → ``usage.input_tokens``."""
    assert isinstance(reshape.node, ast.Attribute)
    link = attribute_link(module.source, reshape.node)
    if link is None:
        raise _unclear(reshape.node, "the chain can't be located exactly")
    return [Splice(link.name, link.end, reshape.detail)]


def _name(module: Module, reshape: Reshape) -> list[Edit]:
    """``prompt_tokens=1`` → ``input_tokens=1``."""
    node = reshape.node
    assert isinstance(node, ast.keyword) and node.arg is not None
    start, _ = module.source.span(node)
    return [Splice(start, start + len(node.arg.encode()), reshape.detail)]


def _string(module: Module, reshape: Reshape) -> list[Edit]:
    """``kwargs["messages"]`` → ``kwargs["input"]``."""
    node = reshape.node
    assert isinstance(node, ast.Constant)
    start, end = module.source.span(node)
    if module.source.utf8[start + 1 : end - 1] != str(node.value).encode():
        raise _unclear(node, "a name can't be located exactly")
    return [Splice(start + 1, end - 1, reshape.detail)]


def _assertion(module: Module, reshape: Reshape) -> list[Edit]:
    """``assert_called_with(messages=m)`` → ``assert_called_with(input=m, store=False)``."""
    changes: list[Change] = []
    for part in reshape.detail.split(" "):
        name, _, new = part.partition("=")
        if name.startswith("+"):
            changes.append(Change("add", "", name[1:], new))
        elif name != new:
            changes.append(Change("rename", name, new))
    return [CallEdit(*module.source.span(reshape.node), changes)]


KINDS: Mapping[str, Callable[[Module, Reshape], list[Edit]]] = {
    "doubles.target": _target,
    "doubles.chain": _chain,
    "doubles.keyword": _keyword,
    "doubles.stored": _stored,
    "doubles.content": _content,
    "doubles.attribute": _attribute,
    "doubles.name": _name,
    "doubles.string": _string,
    "doubles.assertion": _assertion,
}
