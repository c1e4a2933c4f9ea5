"""What the imports of one file in another stand for, when several are analysed as one."""

from __future__ import annotations

import os

from migrator.analysis.instances import is_foreign
from migrator.analysis.scopes import Binding, Module, Scope
from migrator.analysis.syntax import ast, dotted, last_name
from migrator.analysis.values import attribute_owner, definitions, imported_path, module_named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    # The file that an import loads: the importer's path, leading dots, the dotted name.
    Resolve = Callable[[str, int, str], str | None]

_IMPORTS = ("import", "from")


class Links:
    """The imports of a module of several files.

    ``importers`` are the imports of names of a module scope; ``missing`` the files of the project
    that imports load and that are not here; ``wanted`` those of them that analysis asked for.
    ``unseen`` are functions, and classes, of which no call was found here.
    """

    def __init__(self, module: Module, paths: list[str], resolve: Resolve) -> None:
        self._resolve = resolve
        self._paths = dict(zip(module.trees, paths, strict=True))
        self._roots = {path: module.scopes[tree] for tree, path in self._paths.items()}
        self._names: dict[Binding, Scope] = {}
        self._modules: dict[Binding, dict[str, Scope]] = {}
        self.importers: dict[Scope, list[Binding]] = {}
        self.missing: dict[Binding, str] = {}
        self.wanted: set[str] = set()
        self._all = module.imports
        self.unseen: list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef] = []
        for binding in module.imports:
            if imported_path(binding).split(".")[0] == "openai":
                # Known by its name, also where the package itself is the project.
                continue
            path = self._paths[module.tree_of(binding.statement)]
            if isinstance(binding.statement, ast.ImportFrom):
                self._from(binding, binding.statement, path)
            else:
                self._import(binding, path)
        for binding in self._names:
            for target in self.expanded((binding,)):
                known = self.importers.setdefault(target.scope, [])
                if target is not binding and binding not in known:
                    known.append(binding)

    # -- imports ------------------------------------------------------------------------

    def _from(self, binding: Binding, statement: ast.ImportFrom, path: str) -> None:
        alias = binding.node
        assert isinstance(alias, ast.alias)
        inside = statement.module or ""
        file = self._resolve(path, statement.level, inside)
        if file is not None and file != path:
            scope = self._roots.get(file)
            if scope is not None and alias.name in scope.bindings:
                self._names[binding] = scope
                return
        whole = f"{inside}.{alias.name}" if inside else alias.name
        inner = self._resolve(path, statement.level, whole)
        if file is not None and file not in self._roots and file != path:
            self.missing[binding] = file
            if inner is not None:
                # A package may give the name of one of its modules to something else.
                self.wanted.add(file)
            return
        self._module(binding, {binding.name: inner})

    def _import(self, binding: Binding, path: str) -> None:
        alias = binding.node
        assert isinstance(alias, ast.alias)
        if alias.asname:
            self._module(binding, {alias.asname: self._resolve(path, 0, alias.name)})
            return
        parts = alias.name.split(".")
        prefixes = [".".join(parts[: end + 1]) for end in range(len(parts))]
        self._module(binding, {name: self._resolve(path, 0, name) for name in prefixes})

    def _module(self, binding: Binding, files: dict[str, str | None]) -> None:
        known = {name: self._roots[file] for name, file in files.items() if file in self._roots}
        if known:
            self._modules[binding] = known
        last = list(files.values())[-1]
        if last is not None and last not in self._roots:
            self.missing[binding] = last

    # -- questions ----------------------------------------------------------------------

    def expanded(self, bindings: tuple[Binding, ...]) -> tuple[Binding, ...]:
        """Return ``bindings`` with imports of names that are here replaced by what they mean."""
        if not any(binding in self._names for binding in bindings):
            return bindings
        result: dict[Binding, None] = {}
        pending = list(bindings)
        seen: set[Binding] = set()
        while pending:
            binding = pending.pop(0)
            scope = self._names.get(binding)
            if scope is None:
                result[binding] = None
            elif binding not in seen:
                seen.add(binding)
                alias = binding.node
                assert isinstance(alias, ast.alias)
                found = scope.bindings[alias.name]
                pending.extend(item for item in found if item.kind != "annotation")
        return tuple(result)

    def want(self, binding: Binding) -> None:
        """Note that analysis asks what an import stands for."""
        if binding in self.missing:
            self.wanted.add(self.missing[binding])

    def loaded(self, tree: ast.Module, dotted: str) -> Scope | None:
        """Return the scope of the module called ``dotted``, as the file of ``tree`` sees it."""
        file = self._resolve(self._paths[tree], 0, dotted)
        if file is not None and file not in self._roots:
            self.wanted.add(file)
        return self._roots.get(file) if file is not None else None

    def in_project(self, binding: Binding) -> bool:
        """Return whether an import loads a file of the project."""
        return binding in self.missing or binding in self._names or binding in self._modules

    def modules_at(self, scope: Scope) -> list[Binding]:
        """Return the imports of the module with this scope."""
        return [name for name, known in self._modules.items() if scope in known.values()]

    def exported(self, name: str) -> list[Binding]:
        """Return the imports of a name at the top level of files, from which others may take it."""
        return [
            binding
            for binding in self._names
            if binding.scope.kind == "module" and getattr(binding.node, "name", "") == name
        ]

    def unresolved(self, names: set[str]) -> list[tuple[ast.AST, str]]:
        """Return the imports of one of ``names`` from a module called like one of these files.

        Several files would do for them, or none that is found.
        """
        stems = {_stem(path) for path in self._roots}
        return [
            (binding.node, name)
            for binding in self._all
            if isinstance(binding.statement, ast.ImportFrom)
            and (name := getattr(binding.node, "name", "")) in names
            and (binding.statement.module or "").rsplit(".", 1)[-1] in stems
            and not self.in_project(binding)
        ]

    def module_of(self, bindings: tuple[Binding, ...], node: ast.expr) -> Scope | None:
        """Return the module scope that ``node`` is; its first name sees ``bindings``."""
        text = dotted(node)
        if text is None or len(bindings) != 1:
            return None
        known = self._modules.get(bindings[0])
        if known is None:
            return None
        names = text.split(".")
        for end in range(len(names), 0, -1):
            scope = known.get(".".join(names[:end]))
            if scope is None and end == 1 and len(known) == 1:
                # An import of an import has another name.
                scope = next(iter(known.values()))
            if scope is not None:
                return self._inside(scope, names[end:])
        return None

    def _inside(self, scope: Scope, names: list[str]) -> Scope | None:
        """Return the module that a package holds, by way of names of modules."""
        for name in names:
            inner: Scope | None = None
            for binding in scope.bindings.get(name, ()):
                known = self._modules.get(binding)
                inner = next(iter(known.values())) if known else None
            if inner is None and isinstance(scope.node, ast.Module):
                file = self._resolve(self._paths[scope.node], 1, name)
                inner = self._roots.get(file) if file is not None else None
            if inner is None:
                return None
            scope = inner
        return scope


def _stem(path: str) -> str:
    folder, name = os.path.split(path)
    return os.path.basename(folder) if name == "__init__.py" else name.removesuffix(".py")


def unclear(module: Module, names: set[str]) -> list[ast.Attribute]:
    """Return the attributes called one of ``names`` that may be a name of a module, or set one."""
    return [
        node
        for name in sorted(names)
        for node in module.attributes.get(name, ())
        if _is_unclear(module, node)
    ]


def unknown_bases(module: Module, names: set[str]) -> list[tuple[ast.expr, str]]:
    """Return the base classes called one of ``names`` of which it isn't seen what they are."""
    return [
        (base, last_name(base))
        for scope in list(module.scopes.values())
        if isinstance(scope.node, ast.ClassDef)
        for base in scope.node.bases
        if last_name(base) in names
        and not any(binding.kind == "class" for binding in definitions(module, base))
    ]


def _is_unclear(module: Module, node: ast.Attribute) -> bool:
    if module_named(module, node.value) is not None:
        return not isinstance(node.ctx, ast.Load)
    return attribute_owner(module, node) is None and not is_foreign(module, node.value)
