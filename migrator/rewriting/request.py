"""The keywords of one call, changed with LibCST on the call's own text."""

from __future__ import annotations

import libcst as cst

from migrator.rewriting.selfcheck import Failed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.analysis.requests import Change


def rewrite_call(text: str, changes: Sequence[Change], column: int = 0) -> str:
    """Return the call ``text`` with its keywords changed; raises `Failed`."""
    newline = "\r\n" if "\r\n" in text else "\n"
    config = cst.PartialParserConfig(default_newline=newline)
    try:
        node = cst.parse_expression(text, config)
    except Exception as error:
        raise Failed(f"the call can't be parsed on its own: {error}") from error
    if not isinstance(node, cst.Call):
        raise Failed("the range does not hold a call")
    arguments = list(node.args)
    for change in changes:
        arguments = _changed(arguments, change, node)
    module = cst.Module(body=[], default_newline=newline)
    return module.code_for_node(_closed(node, arguments))


def _changed(arguments: list[cst.Arg], change: Change, call: cst.Call) -> list[cst.Arg]:
    if change.op == "add":
        return _added(arguments, change)
    index = _index(arguments, change.name)
    if change.op == "rename":
        arguments[index] = _renamed(arguments[index], change.new)
    elif change.op == "wrap":
        arg = _renamed(arguments[index], change.new)
        key = change.prefix.split('"')[1]
        arguments[index] = arg.with_changes(
            value=cst.Dict([cst.DictElement(cst.SimpleString(f'"{key}"'), arg.value)])
        )
    elif change.op == "merge":
        arguments = _merged(arguments, index, change)
    elif change.op == "remove":
        arguments = _removed(arguments, index, call)
    return arguments


def _index(arguments: list[cst.Arg], name: str) -> int:
    for index, arg in enumerate(arguments):
        if arg.keyword is not None and arg.keyword.value == name:
            return index
    raise Failed(f"the call has no keyword `{name}`")


def _renamed(arg: cst.Arg, name: str) -> cst.Arg:
    return arg.with_changes(keyword=cst.Name(name))


def _merged(arguments: list[cst.Arg], index: int, change: Change) -> list[cst.Arg]:
    value = arguments[index].value
    target = _index(arguments, change.new)
    known = arguments[target].value
    if not isinstance(known, cst.Dict):
        raise Failed(f"`{change.new}` is not a dict")
    elements = list(known.elements)
    elements[-1] = elements[-1].with_changes(
        comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    )
    elements.append(cst.DictElement(cst.SimpleString(f'"{change.prefix}"'), value))
    arguments[target] = arguments[target].with_changes(value=known.with_changes(elements=elements))
    return _removed(arguments, index, None)


def _removed(arguments: list[cst.Arg], index: int, call: cst.Call | None) -> list[cst.Arg]:
    """Remove one argument; what stood behind the last one then stands behind its successor."""
    gone = arguments[index]
    rest = arguments[:index] + arguments[index + 1 :]
    if index == len(arguments) - 1 and rest:
        rest[-1] = rest[-1].with_changes(
            comma=gone.comma, whitespace_after_arg=gone.whitespace_after_arg
        )
    return rest


def _added(arguments: list[cst.Arg], change: Change) -> list[cst.Arg]:
    """Add a keyword at the end, laid out like the others; comments stay where they are."""
    new = cst.Arg(
        value=cst.parse_expression(change.prefix),
        keyword=cst.Name(change.new),
        equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")),
    )
    if not arguments:
        return [new]
    last = arguments[-1]
    comma = last.comma if isinstance(last.comma, cst.Comma) else None
    behind = last.whitespace_after_arg if comma is None else comma.whitespace_after
    between = _with_comment_of(_separator(arguments), behind)
    arguments = [
        *arguments[:-1],
        last.with_changes(
            comma=cst.Comma(whitespace_after=between),
            whitespace_after_arg=cst.SimpleWhitespace(""),
        ),
    ]
    bare = _without_comment(behind)
    if comma is None:
        arguments.append(new.with_changes(whitespace_after_arg=bare))
    else:
        arguments.append(
            new.with_changes(
                comma=cst.Comma(whitespace_after=bare),
                whitespace_after_arg=last.whitespace_after_arg,
            )
        )
    return arguments


def _with_comment_of(
    space: cst.BaseParenthesizableWhitespace, behind: cst.BaseParenthesizableWhitespace
) -> cst.BaseParenthesizableWhitespace:
    """Return ``space`` with the comment that stood behind the last argument."""
    if not isinstance(behind, cst.ParenthesizedWhitespace) or behind.first_line.comment is None:
        return space
    if isinstance(space, cst.ParenthesizedWhitespace):
        return space.with_changes(first_line=behind.first_line)
    return behind.with_changes(empty_lines=[])


def _without_comment(
    behind: cst.BaseParenthesizableWhitespace,
) -> cst.BaseParenthesizableWhitespace:
    if not isinstance(behind, cst.ParenthesizedWhitespace):
        return behind
    return behind.with_changes(first_line=cst.TrailingWhitespace(newline=behind.first_line.newline))


def _separator(arguments: list[cst.Arg]) -> cst.BaseParenthesizableWhitespace:
    """Return the white space that separates arguments in this call, without its comments."""
    for arg in arguments[:-1]:
        if isinstance(arg.comma, cst.Comma):
            space = arg.comma.whitespace_after
            if isinstance(space, cst.ParenthesizedWhitespace):
                return cst.ParenthesizedWhitespace(
                    first_line=cst.TrailingWhitespace(newline=space.first_line.newline),
                    indent=space.indent,
                    last_line=space.last_line,
                )
    return cst.SimpleWhitespace(" ")


def _closed(call: cst.Call, arguments: list[cst.Arg]) -> cst.Call:
    return call.with_changes(args=arguments)
