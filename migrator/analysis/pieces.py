"""Questions about the pieces that are left of a loop body."""

from __future__ import annotations

from migrator.analysis.chunkvalues import pure
from migrator.analysis.residual import Piece
from migrator.analysis.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    Signature = tuple[object, ...]


def flat(pieces: list[Piece]) -> list[Piece]:
    """Return pieces and everything inside them."""
    result: list[Piece] = []
    for piece in pieces:
        result += [piece, *flat(piece.body or []), *flat(piece.orelse)]
    return result


def signature(pieces: list[Piece]) -> Signature:
    """Return what two equal lists of pieces have in common."""
    return tuple(
        (piece.node, tuple(sorted(piece.edits)), signature(piece.body or []),
         signature(piece.orelse))
        for piece in pieces
    )  # fmt: skip


def only_leaves(node: ast.stmt) -> bool:
    """Return whether a statement is a harmless test that leaves the loop."""
    return (
        isinstance(node, ast.If)
        and not node.orelse
        and len(node.body) == 1
        and isinstance(node.body[0], (ast.Break, ast.Return, ast.Raise))
        and pure(node.test)
    )


def leaving(pieces: list[Piece]) -> set[ast.AST]:
    """Return the harmless tests at the beginning that only leave."""
    result: set[ast.AST] = set()
    for piece in pieces:
        if not only_leaves(piece.node):
            break
        result.add(piece.node)
    return result


def stops(piece: Piece) -> bool:
    """Return whether a piece only leaves the loop, which ends here anyway."""
    node = piece.node
    return isinstance(node, ast.If) and only_leaves(node) and isinstance(node.body[0], ast.Break)


def constant(piece: Piece) -> bool:
    """Return whether a piece sets a variable to a constant."""
    return piece.value is not None and piece.value.kind == "const"


def nothing(piece: Piece) -> bool:
    """Return whether a piece changes nothing."""
    if isinstance(piece.node, ast.Continue):
        return True
    if not isinstance(piece.node, ast.If) or piece.body is None or not pure(piece.node.test):
        return False
    return all(map(nothing, [*piece.body, *piece.orelse]))
