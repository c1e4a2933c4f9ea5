"""Edits that turn an Azure client into OpenAI's own client at Azure's v1 address."""

from __future__ import annotations

from migrator.analysis.azure import CLASSES, GONE, Move
from migrator.analysis.facts import Mention, Reason
from migrator.analysis.reaching import bindings_of
from migrator.analysis.requests import Change
from migrator.analysis.scopes import Binding, Module
from migrator.analysis.syntax import ast, constant_string, is_none, keyword, walk
from migrator.analysis.uses import uses_of
from migrator.analysis.values import imported_path, qualified_names
from migrator.planning.arguments import argument_edit
from migrator.planning.build import Unclear
from migrator.planning.imports import at_top, drop_unused, need, need_module
from migrator.planning.leftovers import leftovers
from migrator.planning.links import attribute_link
from migrator.planning.model import ImportChange, Splice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.planning.model import Edit

_PATH = "/openai/v1/"
_TOKENS = ("azure_ad_token", "azure_ad_token_provider")


def azure_edits(module: Module, moves: list[Move]) -> tuple[list[Edit], list[Mention]]:
    """Return the edits that move clients, and what to ask about them; raises `Unclear`."""
    writer = _Writer(module)
    for move in moves:
        writer.constructor(move)
    for move in moves:
        for annotation in move.flow.annotations:
            writer.annotation(annotation)
    writer.imports()
    return writer.edits, writer.mentions


class _Writer:
    """Collects the edits of the clients of one group."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.edits: list[Edit] = []
        self.mentions: list[Mention] = []
        # Names of classes that are written differently, by what binds them.
        self.renamed: dict[Binding, list[ast.AST]] = {}
        self.gone: list[ast.expr] = []
        self.annotations: set[ast.AST] = set()
        self.environ = False

    # -- the call -----------------------------------------------------------------------

    def constructor(self, move: Move) -> None:
        """Change the class and the keywords of one constructor."""
        call = move.call
        self.name(call.func)
        given = {item.arg for item in call.keywords}
        changes: list[Change] = []
        for name in ("api_key", *_TOKENS):
            value = keyword(call, name)
            if value is not None and is_none(value):
                changes.append(Change("remove", name))
            elif value is not None and name in _TOKENS:
                changes.append(Change("rename", name, "api_key"))
        address = self._address(move)
        if "azure_endpoint" in given:
            changes.append(Change("rename", "azure_endpoint", "base_url"))
            changes.append(Change("set", "base_url", prefix=address))
        else:
            changes.append(Change("add", "", "base_url", address))
        if move.credential.variable:
            # OpenAI's class takes None for a key of its own.
            read = next(
                (item.value for item in call.keywords if item.arg in ("api_key", *_TOKENS)
                 and not is_none(item.value)), None)  # fmt: skip
            key = self._variable(move.credential.variable, call, read)
            if read is None:
                changes.append(Change("add", "", "api_key", key))
            else:
                changes.append(Change("set", "api_key", prefix=key))
        for name in GONE:
            value = keyword(call, name)
            if value is not None:
                changes.append(Change("remove", name))
                self.gone.append(value)
        self.edits.append(argument_edit(self.module, call, changes))

    def _variable(self, name: str, call: ast.Call, read: ast.expr | None) -> str:
        """Return how a variable of the environment is read here, failing where it is not set.

        ``read`` is the expression that reads it now, if there is one.
        """
        self.environ = True
        quote = self._quote()
        return f"{self._mapping(call, read)}[{quote}{name}{quote}]"

    def _mapping(self, call: ast.Call, read: ast.expr | None) -> str:
        """Return how `os.environ` is spelled."""
        if isinstance(read, ast.Subscript):
            return self.module.source.segment(read.value)
        func = read.func if isinstance(read, ast.Call) else None
        if isinstance(func, ast.Attribute):
            base = self.module.source.segment(func.value)
            return base if func.attr == "get" else f"{base}.environ"
        for binding in self.module.imports:
            known = imported_path(binding) == "os.environ"
            if known and binding.statement in self.module.tree_of(call).body:
                return binding.name
        spelled, added = need_module(self.module, "os", call)
        self.edits.extend(added)
        return f"{spelled}.environ"

    # -- the address --------------------------------------------------------------------

    def _address(self, move: Move) -> str:
        node = move.endpoint.node
        if node is None:
            read = keyword(move.call, "azure_endpoint")
            text = self._variable(move.endpoint.variable, move.call, read)
        else:
            text = self.module.source.segment(node)
            literal = _lengthened(node, text)
            if literal:
                return literal
        if "\n" in text or "#" in text:
            raise Unclear("CC506", "`azure_endpoint` is written over several lines", move.call)
        return _formatted(text, move, self._quote())

    def _quote(self) -> str:
        """Return the quotes that the file prefers."""
        utf8 = self.module.source.utf8
        return "'" if utf8.count(b"'") > utf8.count(b'"') else '"'

    # -- names --------------------------------------------------------------------------

    def name(self, node: ast.expr) -> None:
        """Have ``node`` name the class of OpenAI."""
        source = self.module.source
        if isinstance(node, ast.Attribute):
            link = attribute_link(source, node)
            if link is None:
                raise Unclear("CC506", "the class of the client can't be located exactly", node)
            self.edits.append(Splice(link.name, link.end, CLASSES[node.attr]))
            return
        assert isinstance(node, ast.Name)
        self.renamed.setdefault(self._binding(node), []).append(node)

    def _binding(self, node: ast.Name) -> Binding:
        """Return the import that a name of Azure's class comes from."""
        found = bindings_of(self.module, node)
        if len(found) != 1 or found[0].kind != "from":
            raise Unclear("CC506", f"`{node.id}` is another name of the client's class", node)
        return found[0]

    def annotation(self, annotation: ast.expr) -> None:
        """Rename the classes that an annotation names."""
        if annotation in self.annotations:
            return
        self.annotations.add(annotation)
        for part in walk(annotation):
            names = qualified_names(self.module, part)
            classes = {name.rsplit(".", 1)[-1] for name in names if name.startswith("openai.")}
            if not classes & set(CLASSES):
                continue
            if not isinstance(part, (ast.Name, ast.Attribute)) or len(names) != 1:
                raise Unclear("CC506", "the annotation can't be located exactly", annotation)
            base = part.value if isinstance(part, ast.Attribute) else None
            if base is not None and qualified_names(self.module, base) != {"openai"}:
                raise Unclear("CC506", "the class is not read from `openai` itself", part)
            plain = CLASSES[classes.pop()]
            if not self._merged(part, plain):
                self.name(part)

    def _merged(self, node: ast.expr, plain: str) -> bool:
        """Take the class out of a union that names OpenAI's already."""
        parent = self.module.parent(node)
        union = parent if isinstance(parent, ast.BinOp) else self.module.parent(parent)
        others = [each for each in _alternatives(self.module, node) if self._is(each, plain)]
        if not others:
            return False
        if not isinstance(parent, (ast.BinOp, ast.Tuple)) or not isinstance(union, ast.expr):
            raise Unclear("CC506", f"the union would name `{plain}` twice", node)
        kept = others[0]
        if isinstance(parent, ast.Tuple) and len(parent.elts) == 2:
            assert isinstance(union, ast.Subscript)
            self.gone.append(union.value)
        elif isinstance(parent, ast.Tuple) or kept not in (parent.left, parent.right):
            raise Unclear("CC506", f"the union would name `{plain}` twice", node)
        start, end = self.module.source.span(union)
        first, last = self.module.source.span(kept)
        self.edits.extend([Splice(start, first, ""), Splice(last, end, "")])
        if isinstance(node, ast.Name):
            self.renamed.setdefault(self._binding(node), [])
            self.gone.append(node)
        return True

    def _is(self, node: ast.expr, plain: str) -> bool:
        return f"openai.{plain}" in qualified_names(self.module, node)

    # -- what is left -------------------------------------------------------------------

    def imports(self) -> None:
        """Import the new classes, and drop what nothing uses any more."""
        for binding, nodes in self.renamed.items():
            plain = CLASSES[imported_path(binding).rsplit(".", 1)[-1]]
            spelled = self._imported(binding, plain, nodes)
            self.edits.extend(Splice(*self.module.source.span(node), spelled) for node in nodes)
            gone = [*nodes, *(node for node in self.gone if node in uses_of(self.module, binding))]
            replaced = any(
                isinstance(edit, ImportChange) and edit.add and edit.end > edit.start
                for edit in self.edits
            )
            dropped = drop_unused(self.module, binding, gone, replaced=replaced)
            self.edits.extend(dropped)
            self._taken(binding, dropped)
        found = leftovers(self.module, self.gone)
        self.edits.extend(found.edits)
        drops: list[ImportChange] = []
        for binding, gone in found.imports.items():
            kept = imported_path(binding).split(".")[0] == "os" and self.environ
            if not kept and binding not in self.renamed:
                drops.extend(drop_unused(self.module, binding, gone))
        for mention in found.mentions:
            assert mention.swap is not None
            mention.swap[0].extend(drops)
        self.edits.extend(drops)
        self.mentions.extend(found.mentions)

    def _taken(self, binding: Binding, dropped: list[ImportChange]) -> None:
        """Ask whether another file takes the class from this one; then the import stays."""
        place = self.module.source.place(binding.statement)
        reason = Reason("CC406", "the client's class is taken from here in", place, "block")
        mention = Mention((binding.name.encode(),), reason)
        mention.swap = (list(dropped), [])
        self.mentions.append(mention)

    def _imported(self, binding: Binding, plain: str, nodes: list[ast.AST]) -> str:
        """Return how OpenAI's class is spelled where ``binding`` brought Azure's."""
        statement = binding.statement
        if not nodes or not isinstance(statement, ast.ImportFrom):
            return plain
        for alias in statement.names:
            if statement.module == "openai" and alias.name == plain:
                return alias.asname or plain
        if at_top(self.module, statement) and statement.module != "openai":
            spelled, added = need(self.module, "openai", plain, nodes[0])
            self.edits.extend(added)
            return spelled
        tree = self.module.tree_of(nodes[0])
        top = [each for each in self.module.imports if each.statement in tree.body]
        for other in top:
            if imported_path(other) == f"openai.{plain}":
                return other.name
        self._free(plain, nodes[0])
        if statement.module != "openai":
            raise Unclear("CC506", f"there is no place to import `{plain}`", nodes[0])
        start, end = self.module.source.span(statement)
        if b"#" in self.module.source.utf8[start:end]:
            raise Unclear("CC506", "a comment stands inside the import", statement)
        self.edits.append(ImportChange(start, end, "openai", add=plain))
        return plain

    def _free(self, plain: str, node: ast.AST) -> None:
        """Raise `Unclear` where the name is anything but OpenAI's class."""
        for scope in self.module.scopes.values():
            for other in scope.bindings.get(plain, ()):
                known = other.kind in ("import", "from")
                if not known or imported_path(other) != f"openai.{plain}":
                    raise Unclear("CC506", f"`{plain}` means something else here", node)


def _alternatives(module: Module, node: ast.expr) -> list[ast.expr]:
    """Return the other types of the union that ``node`` stands in."""
    parent = module.parent(node)
    if isinstance(parent, ast.Tuple):
        return [each for each in parent.elts if each is not node]
    top: ast.AST = node
    while isinstance(above := module.parent(top), ast.BinOp) and isinstance(above.op, ast.BitOr):
        top = above
    result: list[ast.expr] = []
    waiting = [top] if isinstance(top, ast.BinOp) else []
    while waiting:
        part = waiting.pop()
        for side in (part.left, part.right):
            if isinstance(side, ast.BinOp):
                waiting.append(side)
            elif side is not node:
                result.append(side)
    return result


def _lengthened(node: ast.expr, text: str) -> str:
    """Return a literal with the path of the v1 address behind it, "" for anything else."""
    quote = text[-1:]
    known = constant_string(node)
    if known is not None and "#" not in text:
        return f"{quote}{known.rstrip('/')}{_PATH}{quote}" if known.isprintable() else ""
    last = node.values[-1] if isinstance(node, ast.JoinedStr) else None
    body = text[1:]
    if constant_string(last) is None or text[:1] not in "fF" or body[:1] != quote:
        return ""
    if "\n" in text or "\\" in text:
        return ""
    if body.count(quote) != 2:
        return ""
    return text[:-1].rstrip("/") + _PATH + quote


def _formatted(text: str, move: Move, quote: str) -> str:
    """Return the f-string that puts the path of the v1 address behind an expression."""
    node = move.endpoint.node
    inner = "'" if quote == '"' else '"'
    if quote in text:
        if inner in text:
            quote, inner = inner, quote
        else:
            text = text.replace(quote, inner)
    if quote in text or "\\" in text or "{" in text or "}" in text:
        raise Unclear("CC506", "`azure_endpoint` can't be put into an f-string", move.call)
    if isinstance(node, (ast.BoolOp, ast.IfExp, ast.BinOp, ast.Await)):
        text = f"({text})"
    if move.endpoint.slashed:
        text = f"{text}.rstrip({inner}/{inner})"
    return f"f{quote}{{{text}}}{_PATH}{quote}"
