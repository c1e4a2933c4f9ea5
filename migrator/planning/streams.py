"""Loops over chunks become loops over events: one ``if`` by the type of the event."""

from __future__ import annotations

from migrator.analysis.facts import Mention, Reason
from migrator.analysis.loops import StreamLoop
from migrator.analysis.pieces import Piece, signature
from migrator.analysis.reaching import bindings_of
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast, walk
from migrator.planning.build import Unclear
from migrator.planning.failures import Failures, exact, failures
from migrator.planning.imports import drop
from migrator.planning.links import alone
from migrator.planning.model import Splice
from migrator.planning.suites import Suites
from migrator.planning.wrapping import wrapped_test

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.planning.model import Edit


def loop_edits(module: Module, loop: StreamLoop, failures: Failures) -> list[Edit]:
    """Return the edits that rewrite one loop; raises `Unclear`."""
    return [*_Writer(module, loop, failures).edits(), *failures.imports]


def stream_edits(module: Module, loops: list[StreamLoop]) -> tuple[list[Edit], list[Mention]]:
    """Return the edits of the loops of one group, and what to ask the project; raises `Unclear`.

    The loops raise ``OpenAIError``, unless ``APIError`` is used in this file or another one.
    """
    edits: list[Edit] = []
    asked: list[Mention] = []
    for loop in loops:
        if loop.whole and not loop.shown:
            edits += _renamed(module, loop)
            continue
        raised = failures(module, loop)
        found = loop_edits(module, loop, raised)
        edits += found
        if raised.stream:
            continue
        reason = Reason("CC215", "`APIError` is used in", module.source.place(loop.node), "block")
        mention = Mention((b"APIError",), reason, anywhere=True)
        mention.swap = _swap(module, loop, found)
        asked.append(mention)
    return edits, asked


def _renamed(module: Module, loop: StreamLoop) -> list[Edit]:
    """Return the edits of a loop that hands on every event."""
    source, nodes = module.source, [loop.node.target, *loop.whole]
    if any(source.segment(node) != loop.binding.name for node in nodes):
        # Before Python 3.12 what stands in an f-string has no place of its own.
        loop.event = loop.binding.name
    if loop.event == loop.binding.name:
        return []
    return [Splice(*source.span(node), loop.event) for node in nodes]


def _swap(
    module: Module, loop: StreamLoop, old: list[Edit]
) -> tuple[list[Edit], list[Edit]] | None:
    """Return the edits to swap where another file uses ``APIError``; None when that stops it."""
    try:
        return old, loop_edits(module, loop, exact(module, loop))
    except Unclear:
        return None


def written(module: Module, loops: list[StreamLoop]) -> set[ast.AST]:
    """Return the statements that loops have been written anew with."""
    return {
        part
        for loop in loops
        for item in loop.node.body
        for part in walk(item)
        if isinstance(part, ast.stmt)
    }


class _Writer:
    """Writes the body of one loop."""

    def __init__(self, module: Module, loop: StreamLoop, failures: Failures) -> None:
        self.module = module
        self.source = module.source
        self.loop = loop
        self.failures = failures
        line = self.source.line(loop.node.lineno)
        self.outer = line[: len(line) - len(line.lstrip())]
        self.unit = self._unit()
        self.indent = self.outer + self.unit
        self.inner = self.indent + self.unit

    def edits(self) -> list[Edit]:
        """Return the edits of the loop variable and of the body."""
        loop, source = self.loop, self.source
        if loop.shown:
            return [*_renamed(self.module, loop), self._raising()]
        if b"\r" in source.utf8.replace(b"\r\n", b""):
            raise Unclear("CC506", "the file has line ends that are carriage returns", loop.node)
        result: list[Edit] = []
        if loop.event != loop.binding.name:
            result.append(Splice(*source.span(loop.node.target), loop.event))
        lists = [loop.text, loop.added, loop.arguments]
        lists += [pieces for _, _, pieces in loop.others]
        lists += [loop.called or [], *loop.endings.values()]
        suites = Suites(self.module, loop.node.body, lists, self.unit)
        branches = self._branches(suites)
        lines: list[str] = []
        for word, (test, suite) in zip(["if", *["elif"] * len(branches)], branches, strict=False):
            lines += [*self._test(word, test), *suite]
        start, end = suites.region()
        text = "\n".join(lines)
        if source.utf8[start - 1 : start] != b"\n":
            text = "\n" + text
        suites.check(text)
        if b"\r\n" in source.utf8:
            text = text.replace("\n", "\r\n")
        result.append(Splice(start, end, text))
        for name in sorted(loop.untyped, key=lambda node: (node.lineno, node.col_offset)):
            for binding in bindings_of(self.module, name):
                gone = [other for other in loop.untyped if other.id == name.id]
                result += drop(self.module, binding, [*gone])
        return result

    def _raising(self) -> Edit:
        """Return what follows the statement of a loop that prints every event."""
        statement = self.loop.node.body[0]
        if statement.lineno == self.loop.node.lineno or not alone(self.source, statement):
            raise Unclear("CC506", "the loop stands in one line", statement)
        branches = self.failures.branches(self.loop.event, self.indent, self.unit)
        lines: list[str] = []
        for word, (test, suite) in zip(["if", "elif"], branches, strict=True):
            lines += [*self._test(word, test), *suite]
        newline = "\r\n" if b"\r\n" in self.source.utf8 else "\n"
        end = self.source.span(statement)[1]
        return Splice(end, end, newline + newline.join(lines))

    def _branches(self, suites: Suites) -> list[tuple[str, list[str]]]:
        loop = self.loop
        type_ = f"{loop.event}.type"
        branches: list[tuple[str, list[str]]] = []
        if loop.text:
            test = f'{type_} == "response.output_text.delta"'
            branches.append((test, suites.write(loop.text, self.inner)))
        if loop.added:
            test = f'{type_} == "response.output_item.added" and {loop.event}.item.type'
            test += ' == "function_call"'
            branches.append((test, suites.write(loop.added, self.inner)))
        if loop.arguments:
            test = f'{type_} == "response.function_call_arguments.delta"'
            branches.append((test, suites.write(loop.arguments, self.inner)))
        for name, field, pieces in loop.others:
            if pieces:
                more = f" and {loop.event}.{field}" if field else ""
                branches.append((f'{type_} == "{name}"{more}', suites.write(pieces, self.inner)))
        if loop.endings:
            branches += self._with_id(self._ends(suites, type_), type_)
        branches += self.failures.branches(loop.event, self.indent, self.unit)
        rest = [self.inner + comment.text for comment in suites.rest]
        test, suite = branches[0]
        branches[0] = (test, [*suite, *rest] if loop.text else [*rest, *suite])
        return branches

    def _ends(self, suites: Suites, type_: str) -> list[tuple[str, list[str]]]:
        """Return the branches for the last event."""
        loop = self.loop
        stop, length, filtered = loop.endings.values()
        first = [f"{self.inner}{loop.response} = {loop.event}.response"] if loop.response else []
        if loop.called is None and signature(stop) == signature(length) == signature(filtered):
            test = f'{type_} == "response.completed" or {type_} == "response.incomplete"'
            suite = [*first, *suites.write(stop, self.inner)]
            return [(test, suite)] if suite else []
        if loop.called is None:
            completed = suites.write(stop, self.inner)
        else:
            completed = self._completed(suites, loop.called, stop)
        incomplete = self._incomplete(suites, length, filtered) if length or filtered else []
        return [
            (f'{type_} == "response.{name}"', [*first, *suite])
            for name, suite in (("completed", completed), ("incomplete", incomplete))
            if first or suite
        ]

    def _completed(self, suites: Suites, called: list[Piece], stop: list[Piece]) -> list[str]:
        """Return the suite for an answer that may call tools, and does something else then."""
        test = f'any(item.type == "function_call" for item in {self.loop.event}.response.output)'
        if not called:
            lines = self._test("if", f"not {test}", self.inner)
            return lines + suites.write(stop, self.inner + self.unit)
        lines = self._test("if", test, self.inner)
        lines += suites.write(called, self.inner + self.unit)
        if stop:
            lines += [self.inner + "else:", *suites.write(stop, self.inner + self.unit)]
        return lines

    def _with_id(
        self, branches: list[tuple[str, list[str]]], type_: str
    ) -> list[tuple[str, list[str]]]:
        """Return the branches for the last event, remembering the id of the answer."""
        if not self.loop.keeps:
            return branches
        line = f"{self.inner}{self.loop.keeps} = {self.loop.event}.response.id"
        branches = [(test, [line, *suite]) for test, suite in branches]
        ends = (f'{type_} == "response.completed"', f'{type_} == "response.incomplete"')
        missing = [end for end in ends if all(end not in test for test, _ in branches)]
        return [*branches, (" or ".join(missing), [line])] if missing else branches

    def _incomplete(self, suites: Suites, length: list[Piece], filtered: list[Piece]) -> list[str]:
        if signature(length) == signature(filtered):
            return suites.write(length, self.inner)
        details = f"{self.loop.event}.response.incomplete_details"
        reason = "content_filter" if filtered else "max_output_tokens"
        test = f'{details} and {details}.reason == "{reason}"'
        lines = self._test("if", test, self.inner)
        lines += suites.write(filtered or length, self.inner + self.unit)
        if filtered and length:
            lines += [self.inner + "else:", *suites.write(length, self.inner + self.unit)]
        return lines

    def _test(self, word: str, test: str, indent: str = "") -> list[str]:
        indent = indent or self.indent
        return wrapped_test(f"{indent}{word} {test}:", self.unit, self.failures.width)

    def _unit(self) -> str:
        """Return the white space by which the body is indented."""
        first = self.loop.node.body[0]
        if first.lineno == self.loop.node.lineno:
            return "\t" if self.outer.startswith("\t") else "    "
        line = self.source.line(first.lineno)
        lead = line[: len(line) - len(line.lstrip())]
        if not lead.startswith(self.outer) or lead == self.outer:
            raise Unclear("CC506", "the loop is indented in an odd way", self.loop.node)
        return lead[len(self.outer) :]
