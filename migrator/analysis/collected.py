"""Texts that are collected from a stream, piece by piece, and hold the whole answer at its end."""

from __future__ import annotations

from migrator.analysis.chunkvalues import replaced
from migrator.analysis.loops import StreamLoop
from migrator.analysis.pieces import Piece, flat
from migrator.analysis.reaching import owner_of
from migrator.analysis.syntax import ast, constant_string, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.results import Results

_SUITES = ("body", "orelse", "finalbody")
_LEAVES = (ast.Break, ast.Return, ast.Raise, ast.Continue, ast.Yield, ast.YieldFrom, ast.Try)


def mark_of(node: ast.AST) -> str:
    """Return what is known, beside names, once a loop has come to its end."""
    return f"loop {getattr(node, 'lineno', 0)}"


def collected(results: Results, node: ast.Name) -> StreamLoop | None:
    """Return the loop at whose end a variable holds all text of a stream, else None."""
    if results.streams is None:
        return None
    for _, loop in results.streams.loops:
        for piece in loop.text:
            if _adds(results, node, loop, piece):
                return loop if _whole(results, node, loop, piece) else None
    return None


def _adds(results: Results, node: ast.Name, loop: StreamLoop, piece: Piece) -> bool:
    """Return whether a piece adds exactly the text of an event to the variable."""
    statement = piece.node
    if not isinstance(statement, ast.AugAssign) or not isinstance(statement.op, ast.Add):
        return False
    target = statement.target
    if not isinstance(target, ast.Name) or target.id != node.id:
        return False
    text = _written(results, piece, statement.value)
    if text == f"{loop.event}.delta":
        return True
    # A variable that holds the text of this event.
    names = [
        each for each in flat(loop.text)
        if isinstance(each.node, ast.Assign) and any(
            isinstance(part, ast.Name) and part.id == text and isinstance(part.ctx, ast.Store)
            for part in walk(each.node)
        )
    ]  # fmt: skip
    if len(names) != 1 or names[0] not in loop.text[: loop.text.index(piece)]:
        return False
    value = names[0].node
    assert isinstance(value, ast.Assign)
    simple = len(value.targets) == 1 and isinstance(value.targets[0], ast.Name)
    return simple and _written(results, names[0], value.value) == f"{loop.event}.delta"


def _written(results: Results, piece: Piece, node: ast.expr) -> str:
    """Return what becomes of an expression of a piece."""
    source = results.module.source
    start, end = source.span(node)
    inside = [edit for edit in piece.edits if start <= edit[0] and edit[1] <= end]
    return replaced(source, start, end, inside)


def _whole(results: Results, node: ast.Name, loop: StreamLoop, piece: Piece) -> bool:
    """Return whether the variable starts empty right before the loop, and nothing else sets it."""
    module = results.module
    scope = owner_of(module, node)
    if scope is None or loop.node.orelse:
        return False
    if any(isinstance(part, _LEAVES) for item in loop.node.body for part in walk(item)):
        return False
    pieces = [*loop.text, *(p for ends in loop.endings.values() for p in ends)]
    if sum(1 for each in flat(pieces) if each.node is piece.node) != 1:
        return False
    block = _block(results, loop.node)
    starts = 0
    for binding in scope.bindings[node.id]:
        if binding.kind == "annotation":
            continue
        if binding.statement is piece.node:
            continue
        value = binding.value
        if (
            binding.kind != "assign"
            or binding.remote
            or binding.path
            or constant_string(value) != ""
            or binding.statement not in block
            or block.index(binding.statement) > block.index(loop.node)
        ):
            return False
        starts += 1
    return starts == 1


def _block(results: Results, node: ast.stmt) -> list[ast.stmt]:
    parent = results.module.parent(node)
    for name in _SUITES:
        block = getattr(parent, name, None)
        if isinstance(block, list) and node in block:
            return block
    return [node]
