"""Pieces: the statements that are left of a loop body, and questions about them."""

from __future__ import annotations

from migrator.analysis.chunkvalues import pure
from migrator.analysis.syntax import ast, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.chunkvalues import Edits, Key, Value

    Signature = tuple[object, ...]


class Piece:
    """A statement that stays.

    ``edits`` are the ranges to write anew (of the header, for a statement with suites); ``body``
    and ``orelse`` what stays in the suites, None for a simple statement.  ``sets`` is the variable
    that only this round needs, ``keeps`` one that is needed later, with ``value``; ``needs`` are
    the variables of this round that it reads.
    """

    __slots__ = ("node", "edits", "body", "orelse", "sets", "keeps", "value", "needs", "says_none")

    def __init__(self, node: ast.stmt, edits: Edits, needs: frozenset[Key] = frozenset()) -> None:
        self.node = node
        self.edits = edits
        self.body: list[Piece] | None = None
        self.orelse: list[Piece] = []
        self.sets: Key | None = None
        self.keeps: Key | None = None
        self.value: Value | None = None
        self.needs = needs
        # It prints the word None and nothing else.
        self.says_none = False


def pruned(pieces: list[Piece], needed: set[Key]) -> tuple[list[Piece], set[Key]]:
    """Drop what sets variables that nothing behind it reads; return the rest and what it needs."""
    result: list[Piece] = []
    for piece in reversed(pieces):
        if piece.sets is not None and piece.sets not in needed:
            continue
        if piece.body is not None and isinstance(piece.node, (ast.For, ast.While)):
            # A round of the inner loop may read what the round before it has set.
            needed |= needs_of(piece.body)
        elif piece.body is not None:
            body, inside = pruned(piece.body, set(needed))
            orelse, more = pruned(piece.orelse, set(needed))
            piece.body, piece.orelse = body, orelse
            if not body and not orelse and isinstance(piece.node, ast.If) and pure(piece.node.test):
                continue
            needed |= inside | more
        if piece.sets is not None:
            needed.discard(piece.sets)
        needed |= piece.needs
        result.append(piece)
    result.reverse()
    return result, needed


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


def leaves(piece: Piece) -> bool:
    """Return whether a piece may leave the loop it stands in."""
    if any(isinstance(part, (ast.Break, ast.Continue)) for part in walk(piece.node)):
        return piece.body is None or any(map(leaves, [*piece.body, *piece.orelse]))
    return False


def needs_of(pieces: list[Piece]) -> set[Key]:
    """Return every variable of this round that some pieces read."""
    result: set[Key] = set()
    for piece in pieces:
        result |= piece.needs
        result |= needs_of(piece.body or []) | needs_of(piece.orelse)
    return result
