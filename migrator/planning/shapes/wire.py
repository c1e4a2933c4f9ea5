"""Address and body of requests without the SDK: another path, and what the body lacks."""

from __future__ import annotations

from migrator.analysis.facts import Reshape
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast
from migrator.planning.build import Unclear
from migrator.planning.model import Splice
from migrator.planning.shapes.displays import added, entries, opened, separator
from migrator.planning.shapes.lines import too_long

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.planning.model import Edit

_PATH = b"chat/completions"


def _address(module: Module, reshape: Reshape) -> list[Edit]:
    """``…/v1/chat/completions`` → ``…/v1/responses``."""
    start, end = module.source.span(reshape.node)
    text = module.source.utf8[start:end]
    at = start + text.find(_PATH)
    if text.count(_PATH) != 1 or b"#" in text:
        raise Unclear("CC506", "the path can't be located exactly", reshape.node)
    return [Splice(at, at + len(_PATH), "responses")]


def _add(module: Module, reshape: Reshape) -> list[Edit]:
    """``{"model": …}`` → ``{"model": …, "store": False}``."""
    node = reshape.node
    assert isinstance(node, ast.Dict)
    name, _, value = reshape.detail.rstrip(";").partition("=")
    text = f'"{name}": {value}'
    end = module.source.span(node)[1]
    if not node.keys:
        # Type checkers would take the first entry for the type of all.
        raise Unclear("CC506", "the body begins empty", node)
    if None in node.keys:
        return [_behind_spread(module, node, text)]
    found = entries(module, node)
    key = module.source.utf8[found[-1].start : found[-1].start + 1]
    if key == b"'":
        text = text.replace('"', "'")
    line = module.source.utf8.find(b"\n", found[-1].end)
    tail = module.source.utf8[found[-1].end : min(line, end) if line >= 0 else end]
    if tail.lstrip().startswith(b",") and b"#" in tail:
        # The comment belongs to the entry before.
        space = separator(module, node, found)
        return [Splice(found[-1].end + len(tail), found[-1].end + len(tail), f"{space}{text},")]
    space = "" if reshape.detail.endswith(";") else too_long(module, node, len(text) + 2)
    if not space:
        return [added(found, text, separator(module, node, found))]
    return [added(found, text, space), *opened(module, node, found, space)]


def _behind_spread(module: Module, node: ast.Dict, text: str) -> Splice:
    """Return the edit that adds an entry to a display with ``**`` in it."""
    source = module.source
    behind, close = source.span(node.values[-1])[1], source.span(node)[1] - 1
    gap = source.utf8[behind:close]
    if gap.strip(b" \t\r\n,"):
        raise Unclear("CC506", "the body can't be located exactly", node)
    last = node.keys[-1] or node.values[-1]
    line = source.utf8.rfind(b"\n", 0, source.span(last)[0]) + 1
    lead = source.utf8[line : source.span(last)[0]]
    lead = lead.removesuffix(b"**") if node.keys[-1] is None else lead
    if lead.strip() or line < source.span(node)[0]:
        return Splice(behind, behind, f", {text}")
    newline = "\r\n" if source.utf8[line - 2 : line] == b"\r\n" else "\n"
    return Splice(behind, behind, f",{newline}{lead.decode()}{text}")


def _argument(module: Module, reshape: Reshape) -> list[Edit]:
    """``dict(model=…)`` → ``dict(model=…, store=False)``."""
    node = reshape.node
    assert isinstance(node, ast.Call)
    end = module.source.span(node)[1] - 1
    given = [*node.args, *node.keywords]
    last = max(module.source.span(item)[1] for item in given) if given else 0
    behind = module.source.utf8[last:end]
    if not given or behind.strip(b" \t\r\n,"):
        raise Unclear("CC506", "the body can't be located exactly", node)
    name, _, value = reshape.detail.rstrip(";").partition("=")
    space = " "
    if b"\n" in behind:
        line = module.source.utf8.rfind(b"\n", 0, module.source.span(given[-1])[0]) + 1
        lead = module.source.utf8[line : module.source.span(given[-1])[0]]
        if lead.strip():
            raise Unclear("CC506", "the body can't be located exactly", node)
        newline = "\r\n" if module.source.utf8[line - 2 : line] == b"\r\n" else "\n"
        space = newline + lead.decode()
    return [Splice(last, last, f",{space}{name}={value}")]


KINDS = {"wire.address": _address, "wire.add": _add, "wire.argument": _argument}
