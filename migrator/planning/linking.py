"""Files that are decided together: what one leaves open is looked for in those it names.

A file whose calls are stopped by what it can't see (who calls a function, where a client is
built) is analysed again as one with the files that hold the answer, until no question is left or
they are too many.  Which files those are follows from the project, never from the command line.
"""

from __future__ import annotations

import os
import sys

from migrator.analysis.facts import Mention, Reason
from migrator.analysis.functions import question
from migrator.analysis.linking import Links, unclear, unknown_bases
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import FUNCTIONS, ast, parse, walk
from migrator.analysis.uses import uses_of
from migrator.documents.joined import Joined
from migrator.documents.place import Place
from migrator.documents.source import Source, Undecodable
from migrator.files.modules import module_file
from migrator.files.reading import Unreadable, read, shown_path
from migrator.planning.homes import name_in, word_of
from migrator.planning.model import BLOCKED, SUGGEST, FilePlan, Group, Problem
from migrator.planning.plan import DEEPEST
from migrator.planning.planner import Planner
from migrator.planning.search import Answers, Search, root_of
from migrator.planning.splitting import split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from migrator.config import Settings
    from migrator.documents.joined import Part

# More files than a reader would look at, more text than is worth the wait, more rounds than
# calls between files are deep.
_MOST_FILES = 48
_MOST_BYTES = 2_000_000
_ROUNDS = 8
# What no other file can change.
_FINAL = {
    "CC201", "CC202", "CC203", "CC204", "CC205", "CC206", "CC207", "CC208", "CC209", "CC211",
    "CC214", "CC217", "CC219", "CC220", "CC223", "CC224", "CC225", "CC330", "CC401", "CC402",
    "CC403", "CC406", "CC408", "CC409", "CC506", "CC508", "CC510",
}  # fmt: skip
# Where the client comes from is worth an answer also where the call stays.
_WHOSE = "CC405"


class Cluster:
    """Files that are analysed as one, and what came of it."""

    def __init__(self, path: str, root: tuple[str, bool], settings: Settings) -> None:
        self.root = root
        self.settings = settings
        self.paths: list[str] = []
        self.waiting: dict[str, None] = {path: None}
        self.refused: set[str] = set()
        self.trees: list[ast.Module] = []
        self.source: Joined | None = None
        self.plan = FilePlan(shown_path(path))
        self.open: list[Mention] = []
        self.stale = False
        self._resolved: dict[tuple[str, int, str], str | None] = {}

    def load(self, overlay: Mapping[str, bytes]) -> None:
        """Take in the files that wait."""
        waiting, self.waiting = list(self.waiting), {}
        for path in waiting:
            if path in self.paths or path in self.refused:
                continue
            size = 0 if self.source is None else len(self.source.utf8)
            if len(self.paths) >= _MOST_FILES or size > _MOST_BYTES:
                break
            self._load(path, overlay)

    def _load(self, path: str, overlay: Mapping[str, bytes]) -> None:
        try:
            data = overlay.get(path)
            if data is None:
                data = read(path, self.settings.max_file_size, lambda data: False)
            source = Source(shown_path(path), data)
            tree = parse(source.text, path)
        except (Unreadable, Undecodable, SyntaxError, ValueError, RecursionError, MemoryError):
            self.refused.add(path)
            return
        if self.source is None:
            self.source = Joined(source)
        else:
            part = self.source.add(source)
            for node in walk(tree):
                if hasattr(node, "lineno"):
                    node.lineno += part.line
                    node.end_lineno += part.line  # type: ignore[attr-defined]
        self.trees.append(tree)
        self.paths.append(path)
        self.stale = True

    def analyse(self) -> None:
        """Plan the files as one, and note which others that asks for."""
        assert self.source is not None
        self.stale = False
        self.plan = FilePlan(self.source.path)
        self.plan.members = frozenset(self.paths)
        module = Module(self.source, *self.trees)
        links = module.links = Links(module, self.paths, self._resolve)
        Planner(module, self.settings, self.plan).run()
        self.waiting = dict.fromkeys(sorted(links.wanted))
        self.plan.mentions.extend(self._exports(module, links, self.plan.mentions))
        shown = {part.source.path: path for part, path in self._parts()}
        self.plan.covered = frozenset(shown[path] for path in self.plan.covered)
        self.open = [
            mention for mention in self.plan.mentions if mention.seen or not mention.needles
        ]
        uncalled: list[Mention] = []
        for function in dict.fromkeys(links.unseen):
            binding = module.binding_of[function]
            if binding.scope.kind not in ("function", "lambda"):
                reason = Reason("", "", module.source.place(function), "")
                uncalled.append(question(function, binding, reason))
        uncalled += self._typed(module)
        self.open += [*uncalled, *self._exports(module, links, uncalled)]
        self.plan.unclear = self._unclear(module)

    def _typed(self, module: Module) -> list[Mention]:
        """Return who uses what of the first file is annotated with types of results.

        Calls in other files may change the annotations.
        """
        lines = {
            finding.place.line
            for finding in self.plan.findings
            if finding.code == "CC108" and finding.place.path == self.plan.path
        }
        owners = {
            _top(module, use)
            for binding in module.imports
            if module.source.place(binding.statement).path == self.plan.path
            and module.source.place(binding.statement).line in lines
            for use in uses_of(module, binding)
        }
        found: list[Mention] = []
        for node in owners:
            if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
                reason = Reason("", "", module.source.place(node), "")
                found.append(Mention((node.name.encode(),), reason, seen=True))
        return found

    def _unclear(self, module: Module) -> frozenset[tuple[str, bytes]]:
        """Return the files with names that may be, or set, what a module is asked for."""
        names = {
            name_in(mention.needles[-1]).decode()
            for mention in self.open
            if mention.needles and not mention.anywhere
        }
        shown = {part.source.path: path for part, path in self._parts()}
        bases = {
            word_of(mention.needles[0]).decode()
            for mention in self.open
            if mention.needles and mention.needles[0].startswith(b"<")
        }
        assert module.links is not None
        found: list[tuple[ast.AST, str]] = module.links.unresolved(names)
        found.extend(unknown_bases(module, bases))
        found.extend((node, node.attr) for node in unclear(module, names))
        return frozenset(
            (shown[module.source.place(node).path], name.encode()) for node, name in found
        )

    def _parts(self) -> list[tuple[Part, str]]:
        assert self.source is not None
        return list(zip(self.source.parts, self.paths, strict=True))

    @staticmethod
    def _exports(module: Module, links: Links, asked: list[Mention]) -> list[Mention]:
        """Return the questions about names, put to those that take them from another file."""
        found: list[Mention] = []
        for mention in asked:
            if not mention.seen or mention.anywhere:
                continue
            for binding in links.exported(mention.needles[0].decode()):
                place = module.source.place(binding.statement)
                if place.path == mention.reason.place.path:
                    continue
                known = mention.reason
                reason = Reason(known.code, known.message, place, known.effect)
                needles = (binding.name.encode(), *mention.needles[1:])
                again = Mention(needles, reason, seen=True)
                again.group = mention.group
                found.append(again)
        return found

    def _resolve(self, importer: str, level: int, dotted: str) -> str | None:
        # The same imports are looked at every time that a file joins.
        key = (importer, level, dotted)
        if key not in self._resolved:
            self._resolved[key] = module_file(importer, level, dotted, self.root[0])
        return self._resolved[key]


def link(plans: list[FilePlan], settings: Settings, overlay: Mapping[str, bytes]) -> list[FilePlan]:
    """Decide again, with the files they name, what ``plans`` leave blocked or doubtful.

    Changes ``plans`` in place and returns plans of further files that change with them.
    """
    known = {os.path.abspath(plan.path): plan for plan in plans}
    clusters = [
        Cluster(path, root_of(path), settings) for path, plan in known.items() if _may_gain(plan)
    ]
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, DEEPEST))
    try:
        clusters = _grown(clusters, known, overlay)
    finally:
        sys.setrecursionlimit(limit)
    for root in sorted({cluster.root for cluster in clusters}):
        asked = [
            (cluster.plan, mention)
            for cluster in clusters
            if cluster.root == root
            for mention in cluster.plan.mentions
        ]
        Search(*root, asked, settings).run()
    added: list[FilePlan] = []
    for cluster in clusters:
        if cluster.source is not None:
            added.extend(split(cluster.plan, cluster.source, known))
    return added


def _may_gain(plan: FilePlan) -> bool:
    """Return whether another file could hold what stops a group of this one.

    What an annotation or a test double stands for is found in others, too.
    """
    return any(_open(group) for group in plan.groups) or any(
        finding.code in ("CC108", "CC109") and finding.verdict == BLOCKED
        for finding in plan.findings
    )


def _top(module: Module, node: ast.AST) -> ast.AST:
    """Return the statement at the top of its file that ``node`` stands in."""
    while not isinstance(module.parent(node), ast.Module):
        node = module.parent(node)
    return node


def _open(group: Group) -> bool:
    if group.verdict not in (BLOCKED, SUGGEST):
        return False
    codes = {reason.code for finding in group.findings for reason in finding.reasons}
    return _WHOSE in codes or (bool(codes) and not codes & _FINAL)


def _grown(
    clusters: list[Cluster], known: Mapping[str, FilePlan], overlay: Mapping[str, bytes]
) -> list[Cluster]:
    """Let clusters take in files until nothing asks for more; those that meet become one."""
    for _ in range(_ROUNDS):
        for cluster in clusters:
            cluster.load(overlay)
        clusters = _united(clusters, known, overlay)
        moved = [cluster for cluster in clusters if cluster.stale]
        if not moved:
            break
        for cluster in moved:
            _analyse(cluster, known)
        for root in sorted({cluster.root for cluster in moved}):
            asked: list[tuple[object, Mention]] = [
                (cluster, mention)
                for cluster in moved
                if cluster.root == root
                for mention in cluster.open
            ]
            Answers(*root, asked).run()
    return [cluster for cluster in clusters if len(cluster.paths) > 1]


def _analyse(cluster: Cluster, known: Mapping[str, FilePlan]) -> None:
    """Analyse a cluster; one that can't be leaves its files the verdicts they have alone."""
    try:
        cluster.analyse()
    except Exception as error:
        if os.environ.get("MIGRATOR_DEBUG"):
            raise
        cluster.paths, cluster.open, cluster.waiting = cluster.paths[:1], [], {}
        plan = known[cluster.paths[0]]
        if not isinstance(error, RecursionError):
            what = f"internal error: {type(error).__name__}: {error}"
            plan.problems.append(Problem("CC905", what, Place(plan.path, 1, 1)))


def _united(
    clusters: list[Cluster], known: Mapping[str, FilePlan], overlay: Mapping[str, bytes]
) -> list[Cluster]:
    """Make one cluster of those that share a file with calls."""
    result: list[Cluster] = []
    for cluster in clusters:
        calls = {path for path in cluster.paths if path in known}
        shared = [other for other in result if calls.intersection(other.paths)]
        if not shared:
            result.append(cluster)
            continue
        first = shared[0]
        for other in [*shared[1:], cluster]:
            first.waiting.update(dict.fromkeys(other.paths))
        first.load(overlay)
        result = [other for other in result if other not in shared[1:]]
    return result
