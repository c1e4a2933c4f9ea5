"""Statements that a rewrite changed, laid out as the file lays out its others.

Nothing happens to a file that no formatter has been over: only where our rules give the old
statements exactly the lines they had do they decide about the new ones.
"""

from __future__ import annotations

import ast
import difflib

from migrator.rewriting.breaking import broken
from migrator.rewriting.leaves import Unsuited

# How wide lines are, the usual width first.
_WIDTHS = (88, 79, 80, 100, 110, 119, 120, 140)
# So many statements tell how a file is laid out.
_SAMPLE = 24
_SHORT = 79
_HEADED = (ast.If, ast.While, ast.For, ast.AsyncFor, ast.With, ast.AsyncWith)
_OTHERS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Try,
           ast.Import, ast.ImportFrom, ast.Match)  # fmt: skip


class _Piece:
    """The lines ``first:end`` of a simple statement, or of the header of another one."""

    __slots__ = ("lines", "first")

    def __init__(self, lines: list[str], first: int) -> None:
        self.lines = lines
        self.first = first

    def text(self) -> str:
        """Return the lines as one text."""
        return "\n".join(self.lines)

    def laid_out(self, width: int) -> list[str]:
        """Return the lines that formatters give it; raises `Unsuited`."""
        line = self.lines[0]
        indent = line[: len(line) - len(line.lstrip())]
        if "\t" in indent:
            raise Unsuited
        return broken(self.text().lstrip(), indent, width)

    def stable(self, width: int) -> bool | None:
        """Return whether it is laid out so already; None where that can't be said."""
        try:
            return self.laid_out(width) == self.lines
        except Unsuited:
            return None


def reflowed(old: str, new: str) -> str:
    """Return ``new`` with the statements that are not in ``old`` laid out anew."""
    if "\r" in old.replace("\r\n", "") or ("\r\n" in old and "\n" in old.replace("\r\n", "")):
        return new
    if "# fmt: off" in old or "# yapf: disable" in old:
        return new
    newline = "\r\n" if "\r\n" in old else "\n"
    before, after = _pieces(old.replace("\r\n", "\n")), _pieces(new.replace("\r\n", "\n"))
    lines = new.replace("\r\n", "\n").split("\n")
    matcher = difflib.SequenceMatcher(
        None, [piece.text() for piece in before], [piece.text() for piece in after], autojunk=False
    )
    changed = [op for op in matcher.get_opcodes() if op[0] != "equal"]
    gone = [piece for _, i, j, _, _ in changed for piece in before[i:j]]
    width = _width(before, gone)
    if width is None:
        return new
    for _, _, _, i, j in reversed(changed):
        for piece in reversed(after[i:j]):
            _replace(lines, piece, width)
    return newline.join(lines)


def _replace(lines: list[str], piece: _Piece, width: int) -> None:
    try:
        found = piece.laid_out(width)
    except Unsuited:
        return
    if found != piece.lines and _same(piece.text(), "\n".join(found)):
        lines[piece.first : piece.first + len(piece.lines)] = found


def _width(pieces: list[_Piece], gone: list[_Piece]) -> int | None:
    """Return how wide the lines of a file may be; None where nothing keeps to any width."""
    telling = [piece for piece in pieces if len(piece.lines) > 1 or len(piece.lines[0]) > _SHORT]
    telling = telling[:_SAMPLE]
    for width in _WIDTHS:
        found = [piece.stable(width) for piece in (*gone, *telling)]
        if False not in found:
            return width
    return None


def _same(one: str, two: str) -> bool:
    """Return whether two texts are the same statement."""
    return _dumped(one) == _dumped(two) is not None


def _dumped(text: str) -> str | None:
    text = text.strip()
    if text.startswith("elif"):
        text = text[2:]
    if text.startswith("async "):
        text = text[6:]
    if text.endswith(":"):
        text += " pass"
    try:
        return ast.dump(compile(text, "<statement>", "exec", 0x400, dont_inherit=True))
    except (SyntaxError, ValueError):
        return None


def _pieces(text: str) -> list[_Piece]:
    lines = text.split("\n")
    tree = compile(text, "<file>", "exec", 0x400, dont_inherit=True)
    assert isinstance(tree, ast.Module)
    result: list[_Piece] = []
    stack: list[ast.stmt] = list(reversed(tree.body))
    while stack:
        node = stack.pop()
        inner = [item for block in _suites(node) for item in block]
        stack.extend(reversed(inner))
        if isinstance(node, _OTHERS) or type(node).__name__ == "TryStar":
            continue
        end = node.end_lineno
        if isinstance(node, _HEADED):
            end = _before(node.body[0]) - 1
        assert end is not None
        found = lines[node.lineno - 1 : end]
        while found and (not found[-1].strip() or found[-1].lstrip().startswith("#")):
            found.pop()
        if found and not found[0][: node.col_offset].strip():
            result.append(_Piece(found, node.lineno - 1))
    return result


def _before(node: ast.stmt) -> int:
    """Return the line a statement begins in, its decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(item.lineno for item in decorators)])


def _suites(node: ast.stmt) -> list[list[ast.stmt]]:
    suites = [getattr(node, name, []) for name in ("body", "orelse", "finalbody")]
    suites += [handler.body for handler in getattr(node, "handlers", [])]
    return suites + [case.body for case in getattr(node, "cases", [])]
