"""The keywords of one call, changed with LibCST on the call's own text."""

from __future__ import annotations

import libcst as cst

from migrator.rewriting.selfcheck import Failed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.analysis.requests import Change


def rewrite_call(text: str, changes: Sequence[Change]) -> str:
    """Return the call ``text`` with its keywords changed; raises `Failed`."""
    newline = "\r\n" if "\r\n" in text else "\r" if "\r" in text else "\n"
    config = cst.PartialParserConfig(default_newline=newline)
    try:
        # The parentheses let a chain go over several lines, as it may where it stands.
        node = cst.parse_expression(f"({text})", config)
    except Exception as error:
        raise Failed(f"the call can't be parsed on its own: {error}") from error
    if not isinstance(node, cst.Call):
        raise Failed("the range does not hold a call")
    for change in changes:
        node = _changed(node, change)
    for name in {change.new for change in changes if change.op == "wrap"}:
        node = _exploded(node, name)
    code = cst.Module(body=[], default_newline=newline).code_for_node(node)
    return code[1:-1]


def _changed(call: cst.Call, change: Change) -> cst.Call:
    arguments = list(call.args)
    if change.op == "add":
        return call.with_changes(args=_added(arguments, change))
    index = _index(arguments, change.name)
    if change.op == "remove":
        return _removed(call, index)
    if change.op == "merge":
        return _merged(call, index, change)
    arg = arguments[index]
    if change.op == "set":
        arguments[index] = arg.with_changes(value=cst.parse_expression(change.prefix))
    else:
        arguments[index] = arg.with_changes(keyword=cst.Name(change.new))
    if change.op == "wrap":
        value = cst.Dict([cst.DictElement(cst.SimpleString(f'"{change.prefix}"'), arg.value)])
        arguments[index] = arguments[index].with_changes(value=value)
    return call.with_changes(args=arguments)


def _index(arguments: list[cst.Arg], name: str) -> int:
    for index, arg in enumerate(arguments):
        if arg.keyword is not None and arg.keyword.value == name:
            return index
    raise Failed(f"the call has no keyword `{name}`")


def _merged(call: cst.Call, index: int, change: Change) -> cst.Call:
    arguments = list(call.args)
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
    return _removed(call.with_changes(args=arguments), index)


def _exploded(call: cst.Call, name: str) -> cst.Call:
    """Give a dict that holds lines of its own one line an entry, as formatters do."""
    index = _index(list(call.args), name)
    value = call.args[index].value
    before = call.whitespace_before_args if index == 0 else _behind(call.args[index - 1])
    if (
        not isinstance(before, cst.ParenthesizedWhitespace)
        or not isinstance(value, cst.Dict)
        or not any(_has_lines(element) for element in value.elements)
    ):
        return call
    lead = before.last_line.value
    deeper = "\t" if "\t" in lead else "    "
    inner = _line(before, lead + deeper)
    elements = [
        element.with_changes(
            value=element.value.visit(_Deeper(deeper)),
            comma=cst.Comma(
                whitespace_after=inner if number + 1 < len(value.elements) else _line(before, lead)
            ),
        )
        for number, element in enumerate(value.elements)
        if isinstance(element, cst.DictElement)
    ]
    exploded = value.with_changes(
        elements=elements, lbrace=cst.LeftCurlyBrace(whitespace_after=inner)
    )
    arguments = list(call.args)
    arguments[index] = arguments[index].with_changes(value=exploded)
    return call.with_changes(args=arguments)


def _has_lines(element: cst.BaseDictElement) -> bool:
    return "\n" in cst.Module(body=[]).code_for_node(element)


def _line(like: cst.ParenthesizedWhitespace, lead: str) -> cst.ParenthesizedWhitespace:
    """Return a line break with the white space ``lead`` behind it."""
    return cst.ParenthesizedWhitespace(
        first_line=cst.TrailingWhitespace(newline=like.first_line.newline),
        indent=like.indent,
        last_line=cst.SimpleWhitespace(lead),
    )


class _Deeper(cst.CSTTransformer):
    """Moves the lines of an expression right."""

    def __init__(self, more: str) -> None:
        super().__init__()
        self.more = more

    def leave_ParenthesizedWhitespace(
        self, original_node: cst.ParenthesizedWhitespace, updated_node: cst.ParenthesizedWhitespace
    ) -> cst.ParenthesizedWhitespace:
        """Move what follows a line break, comments on lines of their own included."""
        lines = [
            line
            if line.comment is None
            else line.with_changes(
                whitespace=cst.SimpleWhitespace(line.whitespace.value + self.more)
            )
            for line in updated_node.empty_lines
        ]
        last = cst.SimpleWhitespace(updated_node.last_line.value + self.more)
        return updated_node.with_changes(empty_lines=lines, last_line=last)


def _removed(call: cst.Call, index: int) -> cst.Call:
    """Remove one argument; its comments get a line of their own where it stood."""
    gone = call.args[index]
    rest = [*call.args[:index], *call.args[index + 1 :]]
    behind = _behind(gone)
    if index == 0:
        before = call.whitespace_before_args
        if isinstance(behind, cst.ParenthesizedWhitespace) or not rest:
            before = _joined(before, behind)
        return call.with_changes(args=rest, whitespace_before_args=before)
    last = rest[index - 1]
    space = _joined(_behind(last), behind)
    if isinstance(gone.comma, cst.Comma) or index < len(call.args) - 1:
        rest[index - 1] = last.with_changes(comma=cst.Comma(whitespace_after=space))
    else:
        rest[index - 1] = last.with_changes(
            comma=cst.MaybeSentinel.DEFAULT, whitespace_after_arg=space
        )
    return call.with_changes(args=rest)


def _behind(arg: cst.Arg) -> cst.BaseParenthesizableWhitespace:
    """Return the white space and comments behind an argument and its comma."""
    if isinstance(arg.comma, cst.Comma):
        return arg.comma.whitespace_after
    return arg.whitespace_after_arg


def _joined(
    first: cst.BaseParenthesizableWhitespace, second: cst.BaseParenthesizableWhitespace
) -> cst.BaseParenthesizableWhitespace:
    """Return the space that stays when what stood between two spaces goes."""
    if not isinstance(second, cst.ParenthesizedWhitespace):
        has_comment = isinstance(first, cst.ParenthesizedWhitespace) and (
            first.first_line.comment is not None or any(x.comment for x in first.empty_lines)
        )
        return first if has_comment else second
    if not isinstance(first, cst.ParenthesizedWhitespace):
        return second
    lines = list(first.empty_lines)
    if second.first_line.comment is not None:
        lines.append(
            cst.EmptyLine(
                indent=first.indent,
                whitespace=first.last_line,
                comment=second.first_line.comment,
                newline=second.first_line.newline,
            )
        )
    return second.with_changes(
        first_line=first.first_line, empty_lines=[*lines, *second.empty_lines]
    )


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
