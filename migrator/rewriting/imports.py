"""Import statements: what the groups of a file add and drop, as one edit each."""

from __future__ import annotations

from migrator.analysis.syntax import ast
from migrator.documents.source import Source
from migrator.planning.model import ImportChange, RemoveStatement, Splice
from migrator.rewriting.selfcheck import Failed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.planning.model import Edit

_WIDEST = 88


def settled_imports(source: Source, edits: list[Edit]) -> list[Edit]:
    """Return ``edits`` with all changes of one import statement made one; raises `Failed`."""
    changes: dict[tuple[int, int, str], list[ImportChange]] = {}
    result: list[Edit] = []
    for edit in edits:
        if isinstance(edit, ImportChange):
            changes.setdefault((edit.start, edit.end, edit.origin), []).append(edit)
        else:
            result.append(edit)
    for (start, end, origin), found in changes.items():
        if start == end:
            names = sorted({change.add for change in found if change.add}, key=_order)
            newline = "\r\n" if b"\r\n" in source.utf8 else "\n"
            before, after = (
                newline if change == found[0].apart else "" for change in ("before", "after")
            )
            text = f"from {origin} import {', '.join(names)}{newline}"
            if not origin:
                text = "".join(f"import {name}{newline}" for name in names)
            text = before + text + after
            result.append(Splice(start, end, text))
        else:
            result.extend(_statement(source, start, end, origin, found))
    return result


def _statement(
    source: Source, start: int, end: int, origin: str, found: list[ImportChange]
) -> list[Edit]:
    text = source.utf8[start:end].decode("utf-8")
    old = _names(text)
    dropped = {name for name in old if _unused(name, found)}
    new = [name for name in old if name not in dropped]
    for name in sorted({change.add for change in found if change.add} - set(new), key=_order):
        at = len(new)
        if new == sorted(new, key=_order):
            at = sum(_order(other) < _order(name) for other in new)
        new.insert(at, name)
    if new == old:
        return []
    if not new:
        return [RemoveStatement(start, end)]
    return [Splice(start, end, _written(text, origin, new))]


def _names(text: str) -> list[str]:
    tree = compile(text, "<import>", "exec", 0x400, dont_inherit=True)
    assert isinstance(tree, ast.Module)
    statement = tree.body[0]
    if not isinstance(statement, (ast.Import, ast.ImportFrom)) or "#" in text:
        raise Failed("an import can't be changed where it stands")
    return [f"{a.name} as {a.asname}" if a.asname else a.name for a in statement.names]


def _unused(name: str, found: list[ImportChange]) -> bool:
    drops = [change for change in found if change.drop == name]
    if not drops:
        return False
    gone: set[int] = set().union(*(change.gone for change in drops))
    return drops[0].uses <= gone


def _written(text: str, origin: str, names: list[str]) -> str:
    """Return the statement laid out as it was: on one line, or one name a line."""
    head = f"from {origin} import " if origin else "import "
    single = head + ", ".join(names)
    if "(" not in text:
        if len(single) <= _WIDEST:
            return single
        return head + "(\n    " + ",\n    ".join(names) + ",\n)"
    if "\n" not in text:
        return f"{head}({', '.join(names)})"
    newline = "\r\n" if "\r\n" in text else "\n"
    if len(single) <= _WIDEST and not text.rstrip(") \t\r\n").endswith(","):
        return single
    return head + f"({newline}    " + f",{newline}    ".join(names) + f",{newline})"


def _order(name: str) -> tuple[int, str]:
    """Return the key isort and ruff sort by: CONSTANTS, Classes, functions."""
    first = name.split(" ")[0]
    kind = 0 if first.isupper() and len(first) > 1 else 1 if first[:1].isupper() else 2
    return kind, first
