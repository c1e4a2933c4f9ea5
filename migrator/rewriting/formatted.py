"""Whether a formatter has been over a file, and how wide it lets lines be.

Told by what formatters never leave: one blank line between functions, suites behind a colon,
other indents than four spaces, and statements that our rules would lay out in another way.
"""

from __future__ import annotations

import ast

from migrator.rewriting.leaves import Unsuited
from migrator.rewriting.pieces import first_line
from migrator.rewriting.spacing import spaced

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from migrator.rewriting.pieces import Piece

# How wide lines are, the usual width first.
_WIDTHS = (88, 79, 80, 100, 110, 119, 120, 140)
# So many statements tell how a file is laid out.
_SAMPLE = 24
_SHORT = 79
_SWITCHES = ("# fmt: off", "# yapf: disable")
_IMPORTS = (ast.Import, ast.ImportFrom)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def width_of(
    nodes: list[ast.stmt], lines: list[str], pieces: list[Piece], gone: list[Piece]
) -> int | None:
    """Return how wide the lines of a file may be; None where nobody keeps it formatted.

    ``nodes`` are all its statements, ``gone`` the pieces that a rewrite replaced: those have to
    be laid out by the rules.
    """
    if any(len(piece.indent) % 4 or "\t" in piece.indent for piece in pieces):
        return None
    if any(switch in line for line in lines for switch in _SWITCHES if "#" in line):
        return None
    if _crowded(nodes) or not _apart(nodes, lines):
        return None
    sample = [*gone, *_sample(pieces)]
    if not all(_spaced(piece) for piece in sample):
        return None
    least = _least(nodes, lines)
    for width in _WIDTHS:
        if width >= least and all(_stable(piece, width) for piece in sample):
            return width
    return None


def _sample(pieces: list[Piece]) -> list[Piece]:
    """Return the statements that tell most: some over lines, and the longest lines."""
    broken = [piece for piece in pieces if len(piece.lines) > 1]
    broken = broken[:: len(broken) // _SAMPLE + 1]
    long = [piece for piece in pieces if len(piece.lines[0]) > _SHORT]
    long.sort(key=lambda piece: -max(map(len, piece.lines)))
    return broken + long[:_SAMPLE]


def _least(nodes: list[ast.stmt], lines: list[str]) -> int:
    """Return how wide the lines are that are never laid out here, but would be broken, too."""
    least = 0
    for node in nodes:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Assert)):
            line = lines[node.lineno - 1]
            if "#" not in line and line.rstrip().endswith((":", ")", '"', "'")):
                least = max(least, len(line))
    return least


def _stable(piece: Piece, width: int) -> bool:
    """Return whether a piece is laid out by the rules, or tells nothing."""
    try:
        return piece.laid_out(width) == piece.lines
    except Unsuited:
        return True


def _spaced(piece: Piece) -> bool:
    try:
        return spaced(piece.leaves())
    except Unsuited:
        return True


def _crowded(nodes: list[ast.stmt]) -> bool:
    """Return whether something but ``...`` stands behind a colon, or a semicolon."""
    for node in nodes:
        for suite in _bodies(node):
            at = node.lineno
            for inner in suite:
                if inner.lineno == at and not _is_dots(inner):
                    return True
                at = inner.end_lineno or inner.lineno
    return False


def _bodies(node: ast.stmt) -> Iterable[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        suite = getattr(node, name, None)
        # ``elif`` is a suite that begins where a suite behind a colon would.
        if suite and not (name == "orelse" and isinstance(suite[0], ast.If)):
            yield suite


def _is_dots(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and node.value.value is ...
    )


def _apart(nodes: list[ast.stmt], lines: list[str]) -> bool:
    """Return whether blank lines stand behind the imports and before the definitions."""
    body = [node for node in nodes if node.col_offset == 0]
    for number, node in enumerate(body[1:]):
        before = body[number]
        if isinstance(node, _DEFINITIONS):
            if not _is_dots(node.body[0]) and not _far(
                node, lines, not number and isinstance(before, ast.Expr)
            ):
                return False
        elif isinstance(before, _IMPORTS) and not isinstance(node, _IMPORTS):
            following = lines[before.end_lineno or 0]
            if following.strip() and not following.startswith("#"):
                return False
    return True


def _far(node: ast.stmt, lines: list[str], documented: bool) -> bool:
    """Return whether two blank lines stand before a definition.

    Behind comments of their own and the docstring of the module formatters keep less.
    """
    at = first_line(node) - 1
    while at and lines[at - 1].startswith("#"):
        at -= 1
    blank = 0
    while blank < at and not lines[at - blank - 1].strip():
        blank += 1
    if blank == at:
        return True
    return blank == 2 or (blank > 0 and (documented or lines[at - blank - 1].startswith("#")))
