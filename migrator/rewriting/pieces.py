"""The statements of a file as ranges of lines: what is laid out together."""

from __future__ import annotations

import ast

from migrator.rewriting.breaking import broken
from migrator.rewriting.leaves import Unsuited
from migrator.rewriting.statements import statement_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.rewriting.leaves import Leaf

HEADED = (ast.If, ast.While, ast.For, ast.AsyncFor, ast.With, ast.AsyncWith)
_OTHERS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Try,
           ast.Import, ast.ImportFrom, ast.Match)  # fmt: skip


class Piece:
    """A simple statement, or the header of another one: the ``lines`` from number ``first``."""

    __slots__ = ("lines", "first", "indent", "_leaves")

    def __init__(self, lines: list[str], first: int) -> None:
        self.lines = lines
        self.first = first
        self.indent = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
        self._leaves: list[Leaf] | None = None

    def text(self) -> str:
        """Return the lines as one text."""
        return "\n".join(self.lines)

    def leaves(self) -> list[Leaf]:
        """Return the leaves of the statement; raises `Unsuited`."""
        if self._leaves is None:
            self._leaves = statement_of(self.text().lstrip())
        return self._leaves

    def laid_out(self, width: int) -> list[str]:
        """Return the lines that formatters give it; raises `Unsuited`."""
        if self.indent.strip(" "):
            raise Unsuited
        return broken(self.leaves(), self.indent, width)

    def numbers(self) -> range:
        """Return the numbers of its lines, from 0."""
        return range(self.first, self.first + len(self.lines))


def pieces_of(nodes: list[ast.stmt], lines: list[str]) -> list[Piece]:
    """Return the pieces of a file with the statements ``nodes``, in their order."""
    result: list[Piece] = []
    for node in nodes:
        if isinstance(node, _OTHERS) or type(node).__name__ == "TryStar":
            continue
        end = node.end_lineno
        if isinstance(node, HEADED):
            end = first_line(node.body[0]) - 1
        assert end is not None
        found = lines[node.lineno - 1 : end]
        while found and (not found[-1].strip() or found[-1].lstrip().startswith("#")):
            found.pop()
        if found and not found[0][: node.col_offset].strip():
            result.append(Piece(found, node.lineno - 1))
    return result


def statements_of(tree: ast.Module) -> list[ast.stmt]:
    """Return all statements of a file, in their order."""
    result: list[ast.stmt] = []
    stack: list[ast.stmt] = list(reversed(tree.body))
    while stack:
        node = stack.pop()
        result.append(node)
        inner = [item for block in _suites(node) for item in block]
        stack.extend(reversed(inner))
    return result


def first_line(node: ast.stmt) -> int:
    """Return the line a statement begins in, its decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(item.lineno for item in decorators)])


def _suites(node: ast.stmt) -> list[list[ast.stmt]]:
    suites = [getattr(node, name, []) for name in ("body", "orelse", "finalbody")]
    suites[1:1] = [handler.body for handler in getattr(node, "handlers", [])]
    return suites + [case.body for case in getattr(node, "cases", [])]
