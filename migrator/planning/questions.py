"""What the rest of the project is asked before a group changes."""

from __future__ import annotations

from migrator.analysis.facts import Mention, Reason
from migrator.analysis.functions import references
from migrator.analysis.members import self_class
from migrator.analysis.reaching import owner_of
from migrator.analysis.requests import Request
from migrator.analysis.scopes import Module, Scope
from migrator.analysis.sites import Site
from migrator.analysis.syntax import FUNCTIONS, ast, last_name
from migrator.analysis.values import ancestry
from migrator.documents.place import Place
from migrator.planning.model import Finding, Group

_STORED = ("retrieve", "list", "update", "delete", "messages")
_ADDRESSES = ("OPENAI_BASE_URL", "OPENAI_API_BASE")


def questions(
    module: Module,
    group: Group,
    results: list[Mention],
    calls: list[tuple[Site, Request, Finding]],
) -> list[Mention]:
    """Return every question whose answer can stop ``group``."""
    asked = list(results)
    for site, request, finding in calls:
        asked.extend(request.mentions)
        host = finding.host
        settled = host is not None and host.settled
        asked.extend(_client(module, site, finding.place, settled))
        if host is not None:
            asked.extend(mention.again() for mention in host.mentions)
            if host.built is not None and not settled:
                asked.append(_moved(host.built))
            if host.built is not None and host.built.path != finding.place.path:
                asked.extend(_client(module, site, host.built, settled))
        if request.stores:
            asked.extend(_stored(finding.place))
    asked.extend(_alike(module, asked))
    asked.extend(_derived(module, asked, [site for site, _, _ in calls]))
    files = {finding.place.path: finding.place for finding in reversed(group.findings)}
    for place in files.values():
        doubles = Reason("CC503", "a test double replaces calls of this file in", place, "block")
        asked.append(Mention((), doubles))
        # What a comment at the constructor says holds wherever the variables come from.
        if not all(finding.host is not None and finding.host.settled for finding in group.findings):
            asked.extend(_address(place))
    for mention in asked:
        mention.group = group.id
    return asked


def _alike(module: Module, asked: list[Mention]) -> list[Mention]:
    """Ask whether classes of other files have a method that annotations alone tell apart."""
    result: list[Mention] = []
    for mention in asked:
        name = mention.needles[0].removeprefix(b".").decode() if mention.needles else ""
        for binding in mention.owner.bindings.get(name, ()) if mention.owner is not None else ():
            function = binding.node
            if isinstance(function, FUNCTIONS) and references(module, function).is_assumed:
                message = f"only an annotation tells `.{name}` from the one in"
                reason = Reason("CC502", message, mention.reason.place, "block")
                needle = f"def {name}".encode()
                result.append(Mention((needle,), reason, anywhere=True, seen=True))
    return result


def _derived(module: Module, asked: list[Mention], sites: list[Site]) -> list[Mention]:
    """Ask whether other files derive from the classes a group reads attributes of.

    What is found on ``self`` may be something else there.
    """
    owners = {mention.owner: None for mention in asked if mention.owner is not None}
    for site in sites:
        scope: Scope | None = module.scope(site.call)
        while scope is not None:
            if scope.kind == "class":
                owners[scope] = None
            scope = scope.parent
    found: dict[Scope, None] = {}
    for scope in list(module.scopes.values()):
        if scope.kind == "class" and any(base in owners for base in ancestry(module, scope)):
            found[scope] = None
    result: list[Mention] = []
    for scope in found:
        if isinstance(scope.node, ast.ClassDef) and scope.parent is not None:
            place = module.source.place(scope.node)
            reason = Reason("CC502", f"`{scope.node.name}` is derived from in", place, "block")
            needle = b"<" + scope.node.name.encode()
            result.append(Mention((needle,), reason, anywhere=True, seen=True))
    return result


def _stored(place: Place) -> list[Mention]:
    reason = Reason("CC224", "stored completions are looked up in", place, "block")
    return [Mention((f".completions.{name}".encode(),), reason, anywhere=True) for name in _STORED]


def _client(module: Module, site: Site, place: Place, settled: bool) -> list[Mention]:
    """Ask whether another file puts its own client where a call finds one."""
    node = site.receiver
    name = last_name(node)
    if not name:
        return []
    if isinstance(node, ast.Name):
        owner = owner_of(module, node)
        if owner is not None and owner.kind != "module":
            return []
    asked = [] if settled else _subclasses(module, node, place)
    reason = Reason("CC503", "the client is replaced in", place, "block")
    forms = (f'.{name}"', f".{name}'", f'"{name}",', f"'{name}',")
    # What files that are analysed together assign was looked at.
    asked.append(Mention((f".{name} =".encode(),), reason, seen=True))
    return asked + [Mention((form.encode(),), reason) for form in forms]


def _moved(built: Place) -> Mention:
    """Ask whether another file gives the client another address."""
    reason = Reason("CC404", "the client's address is set in", built, "unknown")
    return Mention((b".base_url =",), reason, seen=True)


def _subclasses(module: Module, node: ast.expr | None, place: Place) -> list[Mention]:
    """Ask whether a class of another file derives from this one and names its client."""
    if not isinstance(node, ast.Attribute):
        return []
    owner = self_class(module.scope(node), node.value)
    if owner is None or not isinstance(owner.node, ast.ClassDef):
        return []
    reason = Reason("CC405", "a subclass may have another client, in", place, "unknown")
    needles = (f"({owner.node.name}".encode(), node.attr.encode())
    return [Mention(needles, reason, anywhere=True, seen=True)]


def _address(place: Place) -> list[Mention]:
    """Ask whether another file sets the environment variables the SDK reads."""
    reason = Reason("CC404", "the SDK's address is set in", place, "unknown")
    return [
        Mention((form.encode(),), reason, linked=True)
        for name in _ADDRESSES
        for mark in ('"', "'")
        for form in (f"environ[{mark}{name}{mark}] =", f"setdefault({mark}{name}{mark}")
    ]
