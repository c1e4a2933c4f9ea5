"""One file: from bytes to findings, groups, verdicts and edits."""

from __future__ import annotations

import sys

from migrator._tables import CODES
from migrator.analysis.clients import host_of_receiver
from migrator.analysis.doubles import interception
from migrator.analysis.facts import Host, Member, Mention, Reason
from migrator.analysis.grouping import Groups
from migrator.analysis.mentions import marks_of
from migrator.analysis.presence import possible
from migrator.analysis.requests import Request, streams
from migrator.analysis.results import Alias, Results
from migrator.analysis.resultuses import Step
from migrator.analysis.scopes import Module
from migrator.analysis.sites import CREATE, PARSE, STREAM, Mark, Site, Sites
from migrator.analysis.syntax import ast, parse
from migrator.documents.place import Place
from migrator.documents.source import Source, Undecodable
from migrator.planning.build import Unclear, chain_edits, step_edits
from migrator.planning.model import CallEdit, FilePlan, Finding, Group, Problem
from migrator.planning.names import SharedNames
from migrator.planning.nones import Nones
from migrator.planning.questions import questions
from migrator.planning.shapes import reshape_edits
from migrator.planning.variables import Variables
from migrator.planning.verdicts import decide, settled
from migrator.prefilter import worth_parsing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.config import Settings
    from migrator.planning.model import Edit


# Generated code nests deeply, long sums above all; the compiler takes it, so we do.
_DEEPEST = 8000


def plan_file(path: str, data: bytes, settings: Settings) -> FilePlan:
    """Return everything known of one file; never raises for what is in ``data``.

    Verdicts that depend on other files are provisional until
    `migrator.planning.project.settle` has run.
    """
    plan = FilePlan(path)
    if len(data) > settings.max_file_size:
        message = f"{len(data)} bytes, more than `max-file-size`"
        plan.problems.append(Problem("CC903", message, Place(path, 1, 1)))
    elif worth_parsing(data):
        module = _module(path, data, plan)
        if module is not None:
            limit = sys.getrecursionlimit()
            sys.setrecursionlimit(max(limit, _DEEPEST))
            try:
                _Planner(module, settings, plan).run()
            except RecursionError:
                plan = FilePlan(path)
                message = "nested too deeply to be analysed"
                plan.problems.append(Problem("CC901", message, Place(path, 1, 1)))
            finally:
                sys.setrecursionlimit(limit)
                module.release()
    return plan


def _module(path: str, data: bytes, plan: FilePlan) -> Module | None:
    if b"\0" in data:
        plan.problems.append(Problem("CC902", "holds NUL bytes", Place(path, 1, 1)))
        return None
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _DEEPEST))
    try:
        source = Source(path, data)
        tree = parse(source.text, path)
        return Module(source, tree) if possible(tree, source.utf8) else None
    except Undecodable as error:
        plan.problems.append(Problem("CC902", str(error), Place(path, 1, 1)))
    except SyntaxError as error:
        place = Place(path, error.lineno or 1, error.offset or 1)
        plan.problems.append(Problem("CC901", error.msg or "invalid syntax", place))
    except (RecursionError, MemoryError, ValueError) as error:
        message = str(error) or "nested too deeply to be parsed"
        plan.problems.append(Problem("CC901", message, Place(path, 1, 1)))
    finally:
        sys.setrecursionlimit(limit)
    return None


class _Share:
    """What the flow of results found for one group."""

    __slots__ = ("mentions", "aliases", "steps")

    def __init__(self) -> None:
        self.mentions: list[Mention] = []
        self.aliases: list[Alias] = []
        self.steps: list[Step] = []


class _Planner:
    """Builds the plan of one module."""

    def __init__(self, module: Module, settings: Settings, plan: FilePlan) -> None:
        self.module = module
        self.settings = settings
        self.plan = plan
        self.groups = Groups()
        self.results = Results(module, self.groups, library=settings.library)
        self.calls: list[tuple[int, Site, Request, Finding]] = []
        self.nones: dict[int, Nones] = {}
        self.variables: Variables | None = None
        self.shares: dict[int, _Share] | None = None

    def run(self) -> None:
        found = Sites(self.module)
        self.module.memo["sites"] = {site.call: site.operation for site in found.sites}
        for site in found.sites:
            self._site(site)
        self.results.finish()
        self._parsed()
        self._join()
        seen: set[ast.AST] = {mark.node for mark in found.marks}
        marks = [*found.marks, *marks_of(self.module, seen)]
        self._assemble(marks)
        for mark in marks:
            self._mark(mark)
        self.plan.findings.sort(key=lambda finding: (finding.place.key(), finding.code))

    # -- calls --------------------------------------------------------------------------

    def _site(self, site: Site) -> None:
        number = self.groups.new()
        place = self.module.source.place(site.call)
        message = f"`{site.spelling}` is a call of the Chat Completions API"
        finding = Finding(site.code, message, place, "")
        finding.spelling = site.spelling
        request = Request(self.module, site, self.settings)
        finding.ledger = request.ledger
        finding.notes = request.notes
        finding.model = request.model
        finding.host, reasons = self._host(site)
        finding.reasons = [*reasons, *self._spelled(site), *request.reasons]
        self.calls.append((number, site, request, finding))
        if site.operation in (CREATE, PARSE) and not site.raw and not streams(site):
            self.results.follow(site.call, number)

    def _join(self) -> None:
        """Decide calls that are sent the same thing together."""
        numbers = {site.call: number for number, site, _, _ in self.calls}
        shaped: dict[ast.AST, int] = {}
        for number, _, request, _ in self.calls:
            for call in request.calls:
                self.groups.join(numbers[call], number)
            for reshape in request.reshapes:
                self.groups.join(shaped.setdefault(reshape.node, number), number)

    def _parsed(self) -> None:
        """Add a reason where ``parsed`` is read from what may come from a call of ``create``."""
        creating = {self.groups.find(n) for n, site, _, _ in self.calls if site.operation != PARSE}
        for number, step in self.results.steps:
            read = step.kind == "message" and step.name == "parsed"
            if read and self.groups.find(number) in creating:
                self.results.reason(number, "CC318", "`.parsed` is read", step.whole)

    def _host(self, site: Site) -> tuple[Host, list[Reason]]:
        if site.receiver is None:
            return Host("openai", "openai", "the module-level client"), []
        return host_of_receiver(self.module, site.receiver, self.settings.hosts)

    def _spelled(self, site: Site) -> list[Reason]:
        """Return the reasons that follow from how the call is spelled."""
        place = self.module.source.place(site.call)
        result = []
        if site.raw:
            what = "with_raw_response" if site.raw == "raw" else "with_streaming_response"
            result.append(Reason("CC221", f"the call goes through `{what}`", place, "block"))
        if site.operation == STREAM:
            result.append(Reason("CC223", "`stream` has other events", place, "block"))
        if site.aliased:
            message = "the method is called through another name"
            result.append(Reason("CC505", message, place, "block"))
        return result

    # -- groups -------------------------------------------------------------------------

    def _assemble(self, marks: list[Mark]) -> None:
        table: dict[int, Group] = {}
        roots: dict[int, list[tuple[Site, Request, Finding]]] = {}
        for number, site, request, finding in self.calls:
            root = self.groups.find(number)
            roots.setdefault(root, []).append((site, request, finding))
        replaced = self._replaced(marks)
        stored = [
            Reason("CC224", "stored completions are looked up here", place, "block")
            for mark in marks
            if mark.code == "CC106" and (place := self.module.source.place(mark.node))
        ][:1]
        for root, calls in roots.items():
            group = Group(f"{self.plan.path}:{calls[0][2].place.line}:{calls[0][2].place.column}")
            table[root] = group
            self.plan.groups.append(group)
            for _, request, finding in calls:
                finding.group = group.id
                group.findings.append(finding)
                self.plan.findings.append(finding)
                group.members.append(
                    Member(
                        "call", finding.place, self.module.source.line(finding.place.line).strip()
                    )
                )
                group.members.extend(request.members)
                finding.reasons.extend(replaced)
                if request.stores:
                    finding.reasons.extend(stored)
        self._results(table)
        for root, calls in roots.items():
            self._decide(table[root], root, calls)
        self._separate(table)

    def _separate(self, table: dict[int, Group]) -> None:
        """Block groups whose variables also hold results that stay, until none is left."""
        names = SharedNames(self.module, self.results, {site.call for _, site, _, _ in self.calls})
        while True:
            rewritten = {root for root, group in table.items() if not settled(group)}
            found = names.conflicts(rewritten)
            if not found:
                return
            for root, reason in found.items():
                for finding in table[root].findings:
                    finding.reasons.append(reason)
                decide(table[root], self.settings)
                table[root].edits = []

    def _replaced(self, marks: list[Mark]) -> list[Reason]:
        """Return the reason when calls of this file are answered by a test double."""
        for mark in marks:
            if mark.code == "CC109":
                place = self.module.source.place(mark.node)
                message = "a test double in this file replaces such calls"
                return [Reason("CC503", message, place, "block")]
        found = interception(self.module.source.utf8)
        if found is None:
            return []
        message = f"HTTP is recorded or replaced in this file (`{found[1]}`)"
        return [Reason("CC503", message, Place(self.plan.path, found[0], 1), "block")]

    def _results(self, table: dict[int, Group]) -> None:
        for number, reason in self.results.reasons:
            for finding in table[self.groups.find(number)].findings:
                known = [(r.code, r.place.key()) for r in finding.reasons]
                if (reason.code, reason.place.key()) not in known:
                    finding.reasons.append(reason)
        for number, member in self.results.members:
            table[self.groups.find(number)].members.append(member)

    def _decide(self, group: Group, root: int, calls: list[tuple[Site, Request, Finding]]) -> None:
        decide(group, self.settings)
        if settled(group):
            return
        try:
            group.edits = self._edits(root, calls)
        except Unclear as error:
            place = self.module.source.place(error.node)
            for _, _, finding in calls:
                finding.reasons.append(Reason(error.code, error.message, place, "block"))
            decide(group, self.settings)
            return
        asked = [*self.share(root).mentions, *self.nones[root].mentions]
        self.plan.mentions.extend(questions(self.module, group, asked, calls))

    def share(self, root: int) -> _Share:
        """Return what the flow found for one group; everything is sorted out at the first call."""
        if self.shares is None:
            self.shares = {}
            for number, mention in self.results.mentions:
                self._share_of(number).mentions.append(mention)
            for alias in self.results.aliases:
                self._share_of(alias.group).aliases.append(alias)
            for number, step in self.results.steps:
                self._share_of(number).steps.append(step)
        return self.shares.setdefault(root, _Share())

    def _share_of(self, number: int) -> _Share:
        assert self.shares is not None
        return self.shares.setdefault(self.groups.find(number), _Share())

    def _edits(self, root: int, calls: list[tuple[Site, Request, Finding]]) -> list[Edit]:
        result: list[Edit] = []
        shaped: set[tuple[str, ast.AST]] = set()
        for site, request, _ in calls:
            result.extend(chain_edits(self.module, site))
            start, end = self.module.source.span(site.call)
            result.append(CallEdit(start, end, request.changes))
            for reshape in request.reshapes:
                if (reshape.kind, reshape.node) not in shaped:
                    shaped.add((reshape.kind, reshape.node))
                    result.extend(reshape_edits(self.module, reshape))
        if self.variables is None:
            self.variables = Variables(self.module, self.results)
        gone = set()
        for alias in self.share(root).aliases:
            result.extend(self.variables.edits(alias))
            if self.variables.removed(alias):
                gone.add(alias.binding.statement)
        nones = Nones(self.module)
        self.nones[root] = nones
        for step in self.share(root).steps:
            if self.module.statement(step.whole) not in gone:
                result.extend(step_edits(self.module, step, nones))
        return result

    # -- marks --------------------------------------------------------------------------

    def _mark(self, mark: Mark) -> None:
        place = self.module.source.place(mark.node)
        finding = Finding(mark.code, mark.message, place, "blocked")
        finding.group = f"{self.plan.path}:{place.line}:{place.column}"
        if mark.receiver is not None:
            finding.host, reasons = host_of_receiver(
                self.module, mark.receiver, self.settings.hosts
            )
            # A test double is never OpenAI's client; what it stands for may be.
            kept = [r for r in reasons if r.effect == "keep" and "test double" not in r.message]
            if kept:
                finding.verdict = "keep"
                finding.reasons = kept
                self.plan.findings.append(finding)
                return
        row = CODES[mark.reason]
        finding.reasons.append(Reason(mark.reason, mark.message, place, row["effect"]))
        finding.verdict = "keep" if row["effect"] == "keep" else "blocked"
        self.plan.findings.append(finding)
