"""The arguments of a call that gets other ones, laid out as formatters lay them out."""

from __future__ import annotations

from migrator.analysis.requests import Change
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast
from migrator.planning.layout import indent_of, newline_of
from migrator.planning.model import CallEdit, Cut
from migrator.planning.wrapping import width_of


def argument_edit(module: Module, call: ast.Call, changes: list[Change]) -> CallEdit | Cut:
    """Return the edit that makes ``changes`` (rename, set, remove, add) to the keywords of a call.

    Arguments that stand on one line are laid out anew; where each has its own, or comments stand
    between them, they stay where they are.
    """
    source = module.source
    start, end = source.span(call)
    opening = source.utf8.find(b"(", source.span(call.func)[1])
    inside = source.utf8[opening + 1 : end - 1].decode()
    plain = CallEdit(start, end, changes)
    indent = indent_of(module, module.statement(call))
    crowded = "#" in inside or "\n" in inside.strip() or inside.rstrip().endswith(",")
    if indent is None or crowded or call.args or not call.keywords:
        return plain
    texts = _changed(
        {item.arg or "": source.segment(item.value) for item in call.keywords}, changes
    )
    line = source.utf8.rfind(b"\n", 0, opening) + 1
    if source.utf8[line : line + len(indent)].decode() != indent:
        return plain
    # Calls nest; the arguments stand one step behind the line they begin on.
    lead = source.utf8[line:opening].decode()
    indent = lead[: len(lead) - len(lead.lstrip())]
    stop = source.utf8.find(b"\n", end)
    tail = source.utf8[end - 1 : stop if stop >= 0 else len(source.utf8)].decode().rstrip()
    joined = ", ".join(texts)
    newline = newline_of(module, module.statement(call))
    width, inner = width_of(source), f"{newline}{indent}    "
    before = len(lead) + 1 + len(inside) + len(tail)
    if len(lead) + 1 + len(joined) + len(tail) <= width or ("\n" not in inside and before > width):
        text = joined
    elif len(indent) + 4 + len(joined) <= width:
        text = f"{inner}{joined}{newline}{indent}"
    else:
        text = "".join(f"{inner}{each}," for each in texts) + f"{newline}{indent}"
    return Cut(opening + 1, end - 1, text)


def _changed(given: dict[str, str], changes: list[Change]) -> list[str]:
    """Return the arguments after ``changes``, in order."""
    for change in changes:
        if change.op == "add":
            given[change.new] = change.prefix
        elif change.op == "remove":
            del given[change.name]
        elif change.op == "set":
            given[change.name] = change.prefix
        else:
            given = {change.new if name == change.name else name: text
                     for name, text in given.items()}  # fmt: skip
    return [f"{name}={text}" for name, text in given.items()]
