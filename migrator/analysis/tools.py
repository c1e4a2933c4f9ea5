"""Tools and legacy functions of a request: what they hold and how they change.

Definitions are one level flatter on Responses, and say what Chat Completions takes for granted:
``strict`` and ``parameters``.
"""

from __future__ import annotations

from migrator._tables import API
from migrator.analysis.displays import displays_of, fields_of
from migrator.analysis.facts import Reshape
from migrator.analysis.holders import Holders
from migrator.analysis.reaching import bindings_of
from migrator.analysis.scopes import Binding, Module
from migrator.analysis.sources import Report
from migrator.analysis.syntax import ast, constant_string, is_none, literal
from migrator.analysis.values import constants, qualified_names

_ROWS = API["tools"]["tool"]
_HELPER = {"openai.pydantic_function_tool", "openai.lib._tools.pydantic_function_tool"}
_READ = ("name", "description")


class ToolList(Holders):
    """A list of tools: its elements, wherever they are put in, and everybody who reads it."""

    keywords = ("tools",)
    code = "CC216"
    what = "the tools"

    def __init__(self, module: Module, report: Report, *, library: bool = False) -> None:
        super().__init__(module, report, library=library)
        self.single = self.element(module, report, library)
        # Calls of `pydantic_function_tool`.
        self.helpers: list[ast.Call] = []

    def element(self, module: Module, report: Report, library: bool) -> Element:
        """Return what follows the elements."""
        return Tool(self, module, report, library=library)

    def source(self, node: ast.expr) -> None:
        """Look at an expression that makes the value."""
        if isinstance(node, (ast.List, ast.Tuple)):
            for item in node.elts:
                if isinstance(item, ast.Starred):
                    self.node(item.value)
                else:
                    self.single.node(item)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            self.node(node.left)
            self.node(node.right)
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            self.node(node.value)
        elif isinstance(node, ast.ListComp):
            self.single.node(node.elt)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("list", "tuple")
            and not bindings_of(self.module, node.func)
            and not node.keywords
        ):
            for argument in node.args:
                self.node(argument)
        else:
            shown = self.module.source.one_line(node, 60)
            self.reason(f"{self.what} come from `{shown}`", node)

    def look(self, node: ast.expr, parent: ast.AST) -> bool:
        """Look at a use; return whether it is understood."""
        if isinstance(parent, ast.Attribute) and parent.value is node:
            return self._method(parent)
        if isinstance(parent, ast.Subscript) and parent.value is node:
            return self._indexed(parent)
        if isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension)) and parent.iter is node:
            return self._elements(parent.target)
        if isinstance(parent, ast.Starred):
            outer = self.module.parent(parent)
            if isinstance(outer, (ast.List, ast.Tuple)):
                self.node(outer)
                self.use(outer)
                return True
        if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Add):
            self.node(parent)
            self.use(parent)
            return True
        if isinstance(parent, ast.AugAssign) and isinstance(parent.op, ast.Add):
            return self._added(node, parent)
        return isinstance(parent, ast.Call) and self._called(node, parent)

    def _added(self, node: ast.expr, parent: ast.AugAssign) -> bool:
        """``tools += more``, seen from either side."""
        self.node(parent.value)
        if parent.target is not node:
            binding = self.module.binding_of.get(parent.target)
            if binding is None:
                return False
            for other in binding.scope.bindings.get(binding.name, ()):
                self.binding(other, parent)
        return True

    def _called(self, node: ast.expr, call: ast.Call) -> bool:
        func = call.func
        if isinstance(func, ast.Name) and func.id in ("list", "tuple"):
            self.node(call)
            self.use(call)
            return True
        if isinstance(func, ast.Attribute) and func.attr == "extend" and call.args == [node]:
            self.node(func.value)
            return isinstance(self.module.parent(call), ast.Expr)
        return False

    def _method(self, method: ast.Attribute) -> bool:
        call = self.module.parent(method)
        if not isinstance(call, ast.Call) or call.func is not method or call.keywords:
            return False
        if method.attr in ("append", "insert") and call.args:
            self.single.node(call.args[-1])
        elif method.attr == "extend" and len(call.args) == 1:
            self.node(call.args[0])
        elif method.attr == "copy":
            self.use(call)
            return True
        elif method.attr not in ("clear", "reverse"):
            return False
        return isinstance(self.module.parent(call), ast.Expr)

    def _indexed(self, whole: ast.Subscript) -> bool:
        parent = self.module.parent(whole)
        if isinstance(whole.ctx, ast.Del):
            return True
        if isinstance(whole.ctx, ast.Store):
            if not isinstance(parent, ast.Assign):
                return False
            (self if isinstance(whole.slice, ast.Slice) else self.single).node(parent.value)
            return True
        if isinstance(whole.slice, ast.Slice):
            self.use(whole)
        else:
            self.single.use(whole)
        return True

    def _elements(self, target: ast.expr) -> bool:
        binding = self.module.binding_of.get(target)
        if not isinstance(target, ast.Name) or binding is None:
            return False
        self.single.binding(binding, target)
        return True


class Element(Holders):
    """One element of a list of tools or functions."""

    keywords: tuple[str, ...] = ()
    what = "tools"

    def __init__(
        self, owner: ToolList, module: Module, report: Report, *, library: bool = False
    ) -> None:
        super().__init__(module, report, library=library)
        self.owner = owner
        self.code = owner.code
        self.defaults: list[str] = []

    def bound(self, binding: Binding, node: ast.AST) -> bool:
        """Look at the variable of a loop over the list."""
        if binding.kind not in ("for", "comp") or binding.path:
            return False
        assert isinstance(binding.value, ast.expr)
        self.owner.node(binding.value)
        self.owner.use(binding.value)
        return True

    def look(self, node: ast.expr, parent: ast.AST) -> bool:
        """Look at a use; return whether it is understood."""
        if isinstance(parent, (ast.List, ast.Tuple)):
            self.owner.node(parent)
            self.owner.use(parent)
            return True
        if isinstance(parent, ast.ListComp) and parent.elt is node:
            self.owner.node(parent)
            self.owner.use(parent)
            return True
        if isinstance(parent, ast.Call) and isinstance(parent.func, ast.Attribute):
            if parent.func.attr not in ("append", "insert") or parent.args[-1] is not node:
                return False
            self.owner.node(parent.func.value)
            return isinstance(self.module.parent(parent), ast.Expr)
        return isinstance(parent, ast.Subscript) and parent.value is node and self.read(parent)

    def read(self, whole: ast.Subscript) -> bool:
        """Look at ``tool[…]``; return whether it can be written for the new shape."""
        return False

    def strict(self, node: ast.expr) -> bool:
        """Return whether ``strict`` is surely a boolean, after noting a None to replace."""
        if is_none(node):
            self.reshape("tools.false", node)
            return True
        complete, values = constants(self.module, node)
        return complete and all(isinstance(value, bool) for value in values)

    def reshape(self, kind: str, node: ast.AST, detail: str = "") -> None:
        """Ask for a node to be written differently."""
        self.report.reshapes.append(Reshape(kind, node, detail))

    def definition(self, node: ast.Dict, row: dict[str, str], where: ast.expr) -> str | None:
        """Check a display of ``name``, ``parameters`` …; return what to add, None when wrong."""
        found = fields_of(node)
        fields = row["fields"].split()
        if found is None:
            self.reason("a definition has keys that are not constants", where)
            return None
        unknown = [name for name in found if name not in fields]
        missing = [name for name in row["required"].split() if name not in found]
        if unknown or missing:
            what = f"the key `{unknown[0]}`" if unknown else f"no `{missing[0]}`"
            self.reason(f"a definition has {what}", where)
            return None
        if row is not _ROWS["function"]:
            return ""
        if "strict" in found and not self.strict(found["strict"]):
            self.reason("whether `strict` may be None can't be seen", found["strict"])
            return None
        parameters = found.get("parameters")
        if parameters is not None and literal(parameters) in ((True, {}), (True, None)):
            self.reshape("tools.empty", parameters)
        return " ".join(name for name in ("parameters", "strict") if name not in found)


class Tool(Element):
    """One tool: a display, a helper's dict, or what ``pydantic_function_tool`` makes."""

    def source(self, node: ast.expr) -> None:
        """Look at an expression that makes the value."""
        if isinstance(node, ast.Dict):
            self._display(node)
        elif isinstance(node, ast.Call) and qualified_names(self.module, node.func) & _HELPER:
            self.owner.helpers.append(node)
        elif isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice):
            self.owner.node(node.value)
            self.owner.use(node.value)
        else:
            shown = self.module.source.one_line(node, 60)
            self.reason(f"a tool is made by `{shown}`", node)

    def _display(self, node: ast.Dict) -> None:
        found = fields_of(node)
        kind = constant_string(found.get("type")) if found is not None else None
        row = _ROWS.get(kind or "")
        if found is None or row is None or set(found) != {"type", row["inside"]}:
            self.reason("a tool is not written as Chat Completions wants it", node)
            return
        inner = found[row["inside"]]
        if not isinstance(inner, ast.Dict):
            self._spread(node, inner, row)
            return
        missing = self.definition(inner, row, inner)
        if missing is None:
            return
        self.defaults.extend(missing.split())
        self.reshape("tools.flat", node, missing)
        grammar = (fields_of(inner) or {}).get("format")
        if kind == "custom" and grammar is not None:
            self._custom_format(grammar)

    def _custom_format(self, node: ast.expr) -> None:
        found = fields_of(node) if isinstance(node, ast.Dict) else None
        kind = constant_string(found.get("type")) if found is not None else None
        if found is not None and kind == "text" and len(found) == 1:
            return
        inner = found.get("grammar") if found is not None else None
        if (
            kind == "grammar"
            and isinstance(inner, ast.Dict)
            and len(found or ()) == 2
            and set(fields_of(inner) or ()) == {"definition", "syntax"}
        ):
            return
        self.reason("the format of a custom tool can't be followed", node)

    def _spread(self, node: ast.Dict, inner: ast.expr, row: dict[str, str]) -> None:
        """``{"type": "function", "function": schema}``: the schema itself stays as it is."""
        displays = displays_of(self.module, inner)
        if not displays or not isinstance(inner, (ast.Name, ast.Attribute, ast.Call)):
            shown = self.module.source.one_line(inner, 60)
            self.reason(f"what is in `{shown}` can't be seen", inner)
            return
        missing: set[str] = set()
        for display in displays:
            before = len(self.report.reshapes)
            found = self.definition(display, row, inner)
            if found is None:
                return
            if len(self.report.reshapes) > before:
                self.reason("a definition that others may use says None, or `{}`", inner)
                return
            missing.add(found)
        if len(missing) > 1:
            self.reason("some definitions have `strict` or `parameters`, some have not", inner)
            return
        text = missing.pop()
        self.defaults.extend(text.split())
        self.reshape("tools.spread", node, text)

    def read(self, whole: ast.Subscript) -> bool:
        """Look at ``tool[…]``; return whether it can be written for the new shape."""
        key = constant_string(whole.slice)
        parent = self.module.parent(whole)
        if key == "type" and isinstance(whole.ctx, ast.Load):
            return True
        if key not in ("function", "custom") or not isinstance(whole.ctx, ast.Load):
            return False
        if isinstance(parent, ast.Subscript) and parent.value is whole:
            name = constant_string(parent.slice)
            known = isinstance(parent.ctx, ast.Load)
        else:
            call = self.module.parent(parent)
            known = isinstance(parent, ast.Attribute) and parent.attr == "get"
            known = known and isinstance(call, ast.Call) and call.func is parent
            name = constant_string(call.args[0]) if known and call.args else None  # type: ignore[attr-defined]
        if not known or name not in _READ:
            return False
        self.reshape("tools.read", whole)
        return True


class FunctionList(ToolList):
    """The list of legacy functions, which becomes a list of tools."""

    keywords = ("functions",)
    code = "CC217"
    what = "the functions"

    def element(self, module: Module, report: Report, library: bool) -> Element:
        """Return what follows the elements."""
        return LegacyFunction(self, module, report, library=library)


class LegacyFunction(Element):
    """One definition of a legacy function."""

    def source(self, node: ast.expr) -> None:
        """Look at an expression that makes the value."""
        if not isinstance(node, ast.Dict):
            shown = self.module.source.one_line(node, 60)
            self.reason(f"a function is made by `{shown}`", node)
            return
        missing = self.definition(node, _ROWS["function"], node)
        if missing is None:
            return
        if "strict" not in missing.split():
            self.reason("a legacy function has `strict`", node)
            return
        self.reshape("tools.legacy", node, missing)

    def read(self, whole: ast.Subscript) -> bool:
        """Look at ``tool[…]``; return whether it can be written for the new shape."""
        key = constant_string(whole.slice)
        return isinstance(whole.ctx, ast.Load) and key in _READ


def settle_parsed(holders: ToolList, sites: dict[ast.AST, str]) -> None:
    """Settle what ``parse`` asks of tools: it takes the helper's dicts, and only strict tools."""
    report = holders.report
    parsing = [call for call in report.calls if sites.get(call) == "parse"]
    if holders.helpers:
        _settle_helpers(holders, len(parsing) == len(report.calls))
    if parsing and (
        "strict" in holders.single.defaults
        or any(item.kind == "tools.false" for item in report.reshapes)
    ):
        holders.reason("`parse` refuses tools that are not strict", parsing[0])


def _settle_helpers(holders: ToolList, parsed: bool) -> None:
    """`responses.parse` flattens what the helper makes; `responses.create` sends it as it is."""
    report, helper = holders.report, holders.helpers[0]
    changed = [item for item in report.reshapes if item.kind != "tools.read"]
    if not parsed:
        holders.reason("`pydantic_function_tool` makes what only `parse` takes", helper)
    elif not changed:
        # The tools stay as they are, and so does what reads them.
        report.reshapes = []
    elif len(changed) < len(report.reshapes):
        holders.reason("tools of both shapes are read", helper)
