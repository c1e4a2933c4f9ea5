"""Whether the content of a message is text; lists of parts go to `migrator.analysis.parts`."""

from __future__ import annotations

from migrator.analysis.functions import argument_of, references, returned
from migrator.analysis.scopes import Module
from migrator.analysis.shapefacts import CONTENT
from migrator.analysis.syntax import FUNCTIONS, ast, constant_string, is_none, last_name
from migrator.analysis.values import Origin, origins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.messages import MessageList
    from migrator.analysis.parts import Parts

_PARTS = {"text", "image_url", "input_audio", "file", "refusal", "video_url", "audio_url"}
_TEXT = ("str", "Optional[str]", "str | None", "'str'", '"str"')
_PART_WORDS = (b"image_url", b"input_audio", b'"type": "text"', b"'type': 'text'",
               b'"type": "file"')  # fmt: skip
_PARSERS = {"loads", "load", "safe_load", "json", "full_load", "literal_eval"}
_LISTS = ("list", "List", "Sequence", "Iterable", "ContentPart", "dict", "Dict", "Mapping")


class Contents:
    """Checks contents of one messages list and reports to it."""

    def __init__(self, module: Module, report: MessageList) -> None:
        self.module = module
        self.report = report
        self._seen: set[ast.AST] = set()
        self._parts: Parts | None = None

    @property
    def parts(self) -> Parts:
        """What looks at parts; most files have none."""
        if self._parts is None:
            from migrator.analysis.parts import Parts

            self._parts = Parts(self.module, self.report)
        return self._parts

    def check(self, node: ast.expr) -> None:
        """Add a reason unless ``node`` is text, or nothing suggests that it is not."""
        if node in self._seen:
            return
        self._seen.add(node)
        if isinstance(node, ast.Constant):
            if not isinstance(node.value, str):
                self.report.reason("CC238", f"the content is `{node.value!r}`", node)
        elif isinstance(node, (ast.List, ast.ListComp)):
            self.parts.held(node)
        elif isinstance(node, (ast.Tuple, ast.Dict, ast.DictComp)):
            self.report.reason("CC232", "the content is neither text nor a list", node)
        elif isinstance(node, ast.JoinedStr):
            return
        elif isinstance(node, ast.BinOp):
            self._operator(node)
        elif isinstance(node, (ast.IfExp, ast.BoolOp)):
            values = [node.body, node.orelse] if isinstance(node, ast.IfExp) else node.values
            for value in values:
                if not is_none(value):
                    self.check(value)
        elif isinstance(node, ast.NamedExpr):
            self.check(node.value)
        elif isinstance(node, (ast.Name, ast.Attribute)):
            self.report.named(node, CONTENT)
            for origin in origins(self.module, node):
                self._origin(origin, node)
        elif isinstance(node, ast.Call):
            self._call(node)
        else:
            self._assume(node)

    def _operator(self, node: ast.BinOp) -> None:
        if not isinstance(node.op, (ast.Add, ast.Mod)):
            return
        self.check(node.left)
        if isinstance(node.op, ast.Add):
            self.check(node.right)

    def _call(self, node: ast.Call) -> None:
        if _is_text(node):
            return
        if len(node.args) == 1 and last_name(node.func) in ("list", "deepcopy", "copy"):
            self.check(node.args[0])
            return
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if name in _PARSERS:
            self.report.reason("CC232", f"what `{name}` returns is data, perhaps parts", node)
            return
        found = origins(self.module, node.func)
        if found and all(origin.kind == "def" for origin in found):
            for origin in found:
                assert isinstance(origin.node, FUNCTIONS)
                self._returned(origin.node, node)
            return
        self._assume(node)

    def _returned(self, function: ast.FunctionDef | ast.AsyncFunctionDef, node: ast.expr) -> None:
        self.report.types.returned(function)
        for statement in returned(function):
            value = statement.value
            if value is not None and not is_none(value):
                self.check(value)

    def _origin(self, origin: Origin, node: ast.expr) -> None:
        if origin.kind == "expr" and isinstance(origin.node, ast.expr):
            if origin.node is not node and not is_none(origin.node):
                self.check(origin.node)
        elif origin.kind == "param" and isinstance(origin.node, ast.arg):
            self._parameter(origin, origin.node, node)
        elif (
            origin.binding is not None
            and origin.binding.kind == "augassign"
            and isinstance(origin.binding.value, ast.expr)
        ):
            self.check(origin.binding.value)
        else:
            self._assume(node)

    def _parameter(self, origin: Origin, arg: ast.arg, node: ast.expr) -> None:
        annotation = self.module.source.segment(arg.annotation) if arg.annotation else ""
        function = origin.binding.statement if origin.binding is not None else None
        lists = any(word in annotation for word in _LISTS)
        if not isinstance(function, FUNCTIONS):
            self._assume(node)
            return
        uses = references(self.module, function)
        seen = bool(uses.calls) and not uses.others and not uses.unsure
        if lists and not seen:
            self.report.reason("CC232", f"`{arg.arg}` is annotated as `{annotation}`", node)
            return
        for call in uses.calls:
            known, value = (False, None)
            if isinstance(call, ast.Call):
                known, value = argument_of(self.module, call, arg.arg, function)
            seen = seen and known
            if value is not None and not is_none(value):
                self.check(value)
        # An annotation is evidence, not proof: callers that are seen have been asked first.
        if not seen and (annotation not in _TEXT or uses.others or uses.unsure):
            self._assume(node)
        elif annotation not in _TEXT:
            self.report.assumed.append(node)
        message = f"`{function.name}` gets `{arg.arg}`, perhaps with content parts, from"
        for part in _PART_WORDS:
            self.report.ask(function, (part,), "CC232", message)

    def _assume(self, node: ast.expr) -> None:
        """Take ``node`` for text unless its file builds content parts somewhere."""
        part = self._possible(node)
        if part is None:
            self.report.assumed.append(node)
            return
        place = self.module.source.place(part)
        where = f"line {place.line}"
        if place.path != self.module.source.place(node).path:
            where = f"{place.path}:{place.line}"
        message = f"may hold content parts, which {where} builds"
        self.report.reason("CC232", message, node)

    def _possible(self, node: ast.expr) -> ast.AST | None:
        """Return a part of this file that ``node`` may hold, else None."""
        if parts_in(self.module) is None:
            return None
        from migrator.analysis.parts import open_part

        return open_part(self.module, node, self.report)


def _is_text(node: ast.Call) -> bool:
    """Return whether a call is known to return text."""
    func = node.func
    if isinstance(func, ast.Name):
        return func.id in ("str", "input", "repr", "format", "open")
    if not isinstance(func, ast.Attribute):
        return False
    if func.attr in ("format", "join", "strip", "lstrip", "rstrip", "replace", "lower", "upper",
                     "dumps", "read_text", "substitute", "safe_substitute", "title", "decode",
                     "format_map", "removeprefix", "removesuffix", "model_dump_json", "dedent",
                     "to_string", "to_markdown", "isoformat", "strftime"):  # fmt: skip
        return True
    return func.attr == "read" and not node.args


def parts_in(module: Module) -> ast.AST | None:
    """Return the first place of the file that builds or names content parts, else None."""
    if "parts" not in module.memo:
        module.memo["parts"] = _find_parts(module)
    found = module.memo["parts"]
    return found if isinstance(found, ast.AST) else None


def _find_parts(module: Module) -> ast.AST | None:
    for node in module.dicts:
        keys = {constant_string(key) for key in node.keys}
        if "type" not in keys:
            continue
        for key, value in zip(node.keys, node.values, strict=True):
            kind = constant_string(value)
            if constant_string(key) == "type" and kind in _PARTS and kind in keys:
                return node
    return next(
        (node for node in module.strings if node.value in ("image_url", "input_audio")), None
    )
