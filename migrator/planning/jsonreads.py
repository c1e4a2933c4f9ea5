"""Edits of answers that are read as JSON: keys renamed, the text collected from `output`."""

from __future__ import annotations

from migrator.analysis.holders import known_sites
from migrator.analysis.resultuses import Step
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast, constant_string, walk
from migrator.planning.above import Above
from migrator.planning.build import Unclear
from migrator.planning.links import attribute_link, subscript_link
from migrator.planning.model import Cut, Splice
from migrator.planning.nones import Nones
from migrator.planning.variables import Variables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.planning.model import Edit

# What an expression may consist of that stands in a new place as it is.
_PLAIN = (ast.Name, ast.Attribute, ast.Call, ast.Await, ast.Constant, ast.keyword)
_ANSWERS = ("data", "answer", "result")
_NAMES = ("text", "content", "output_text", "answer_text")


class Json:
    """Writes the reads of one group."""

    def __init__(self, module: Module, variables: Variables, nones: Nones, above: Above) -> None:
        self.module = module
        self.source = module.source
        self.variables = variables
        self.nones = nones
        self.above = above

    def edits(self, step: Step) -> list[Edit]:
        """Return the edits of one step; raises `Unclear`."""
        if step.becomes == "content":
            return self._content(step)
        if step.text:
            text = step.text.format(self._root(step.value)) if "{}" in step.text else step.text
            return [self.above.cut(step.whole, self._quoted(step.whole, text))]
        link = self._link(step)
        if link is None:
            raise Unclear("CC506", f"`{step.name}` can't be located exactly", step.whole)
        return [link]

    # -- keys ---------------------------------------------------------------------------

    def _link(self, step: Step) -> Splice | None:
        """Return the edit of one key: it gets another name, or goes."""
        whole = step.whole
        key = whole.slice if isinstance(whole, ast.Subscript) else None
        if isinstance(whole, ast.Call) and isinstance(whole.func, ast.Attribute):
            key = whole.args[0]
        if key is not None and step.to:
            start, end = self.source.span(key)
            if self.source.utf8[start + 1 : end - 1] != (constant_string(key) or "").encode():
                return None
            return Splice(start + 1, end - 1, step.to)
        if isinstance(whole, ast.Subscript):
            found = subscript_link(self.source, whole)
            return None if found is None else Splice(found.start, found.end, "")
        assert isinstance(whole, ast.Call) and isinstance(whole.func, ast.Attribute)
        link = attribute_link(self.source, whole.func)
        end = self.source.span(whole)[1]
        if link is None or b"#" in self.source.utf8[link.start : end]:
            return None
        return Splice(link.start, end, "")

    def _quoted(self, node: ast.expr, text: str) -> str:
        """Return ``text`` in the quotes that ``node`` is written in."""
        start, end = self.source.span(node)
        old = self.source.utf8[start:end]
        if self.module.enclosing(node, (ast.JoinedStr,)) is not None:
            return text
        return text.replace('"', "'") if b"'" in old and b'"' not in old else text

    # -- the text -----------------------------------------------------------------------

    def _root(self, value: ast.expr) -> str:
        root = self.variables.root(value)
        if isinstance(root, ast.Name):
            return self.variables.name(root)
        start, end = self.source.span(root)
        text = self.source.utf8[start:end]
        if not self._is_plain(root) or b"#" in text or b"\n" in text:
            raise Unclear("CC506", "the answer is not in a variable", root)
        return f"({text.decode()})" if isinstance(root, ast.Await) else text.decode()

    def _is_plain(self, root: ast.expr) -> bool:
        """Return whether nothing in an expression is itself rewritten."""
        sites = known_sites(self.module)
        return all(isinstance(part, _PLAIN) and part not in sites for part in walk(root))

    def _content(self, step: Step) -> list[Edit]:
        whole = step.whole
        root = self.variables.root(step.value)
        if not isinstance(root, ast.Name) and not self._is_plain(root):
            return self._sent(step, root)
        lines = self._lines(step, self._root(step.value))
        added = self.nones.edits(whole)
        if self.above.alone(whole):
            return [self.above.in_place(whole, _optional(lines) if added else lines)]
        setting, name = self.above.before(whole, lines, _NAMES, root)
        return [setting, self.above.cut(whole, name), *added]

    def _lines(self, step: Step, root: str) -> str:
        return self._quoted(step.whole, step.row["long"]).strip("\n").format(root)

    def _sent(self, step: Step, root: ast.expr) -> list[Edit]:
        """Give the answer a variable where it is read from the request itself."""
        whole = step.whole
        statement = self.module.statement(whole)
        start = self.source.span(statement)[0]
        (first, end), behind = self.source.span(root), self.source.span(whole)[1]
        if not self.above.alone(whole) or first != self.source.span(whole)[0]:
            raise Unclear("CC506", "the answer is not in a variable", root)
        if b"#" in self.source.utf8[end:behind]:
            raise Unclear("CC506", "a comment stands in the expression", whole)
        name = self.above.claimed(whole, _ANSWERS)
        lines = self._lines(step, name)
        if self.nones.edits(whole):
            lines = _optional(lines)
        prefix = self.source.utf8[start:first].decode()
        text = self.above.over_lines(statement, f"\n{prefix}{lines}")
        return [Splice(start, first, f"{name} = "), Cut(end, behind, text)]


def _optional(lines: str) -> str:
    """Return ``lines`` with None instead of an empty text."""
    inner = f"{lines}\nor None".replace("\n", "\n    ")
    return f"(\n    {inner}\n)"
