"""One module, of one file or several: from the syntax tree to groups, verdicts and edits."""

from __future__ import annotations

from migrator._tables import CODES
from migrator.analysis.clients import host_of_receiver
from migrator.analysis.doubles import interception, is_double
from migrator.analysis.facts import Host, Member, Reason, Reshape
from migrator.analysis.grouping import Groups
from migrator.analysis.mentions import marks_of
from migrator.analysis.requests import Request
from migrator.analysis.results import Results
from migrator.analysis.scopes import Module
from migrator.analysis.sites import RAW, Mark, Site, Sites
from migrator.analysis.syntax import ast
from migrator.documents.place import Place
from migrator.planning.answers import Answers
from migrator.planning.around import call_reasons
from migrator.planning.build import Unclear, chain_edits, step_edits
from migrator.planning.following import claim, follow, join, note_calls, parsed
from migrator.planning.model import CallEdit, FilePlan, Finding, Group
from migrator.planning.names import SharedNames
from migrator.planning.nones import Nones
from migrator.planning.operands import dropped
from migrator.planning.questions import questions
from migrator.planning.shapes import reshape_edits
from migrator.planning.share import Share
from migrator.planning.typeimports import renamed_imports
from migrator.planning.variables import Variables
from migrator.planning.verdicts import decide, settled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.azure import Fleet
    from migrator.analysis.legacy import Legacy
    from migrator.analysis.rawhttp import Raw
    from migrator.config import Settings
    from migrator.planning.doubles import TestDoubles
    from migrator.planning.model import Edit


class Planner:
    """Builds the plan of one module, of one file or several."""

    def __init__(self, module: Module, settings: Settings, plan: FilePlan) -> None:
        self.module = module
        self.settings = settings
        self.plan = plan
        self.groups = Groups()
        self.results = Results(module, self.groups, library=settings.library)
        self.calls: list[tuple[int, Site, Request, Finding]] = []
        self.nones: dict[int, Nones] = {}
        self.variables: Variables | None = None
        self.shares: dict[int, Share] | None = None
        self.legacy: Legacy | None = None
        self.raw: dict[ast.AST, Raw] = {}
        self.fleet: Fleet | None = None
        self.doubles: TestDoubles | None = None
        if settings.azure_v1 and b"AzureOpenAI" in module.source.utf8:
            from migrator.analysis.azure import Fleet

            self.fleet = module.memo["azure"] = Fleet(module, settings.hosts)

    def run(self) -> None:
        """Fill the plan."""
        found = Sites(self.module)
        seen: set[ast.AST] = {mark.node for mark in found.marks}
        marks = [*found.marks, *marks_of(self.module, seen)]
        sites = [*found.sites, *self._raw(marks)]
        self.module.memo["sites"] = {site.call: site.operation for site in sites}
        for site in sites:
            self._site(site)
        if self.results.streams is not None:
            self.results.streams.apart([(number, site.call) for number, site, _, _ in self.calls])
        self._old([call for call in self.calls if call[1].legacy])
        self.results.finish()
        parsed(self.results, self.calls)
        join(self.groups, self.calls)
        if self.fleet is not None:
            self.fleet.join(self.groups, self.calls)
        claim(self.results, self.calls)
        gone = self._renamed(marks)
        if is_double(self.module.source.utf8):
            from migrator.planning.doubles import TestDoubles

            self.doubles = TestDoubles(self.module, self.groups, self.calls, self.results)
            gone.update(self.doubles.moved(marks))
            self.plan.covered = frozenset(self.doubles.covered)
        self._assemble(marks, gone)
        for mark in marks:
            if mark.node not in gone and mark.node not in self.raw:
                self._mark(mark)
        self.plan.findings.sort(key=lambda finding: (finding.place.key(), finding.code))

    # -- calls --------------------------------------------------------------------------

    def _site(self, site: Site) -> None:
        number = self.groups.new()
        place = self.module.source.place(site.call)
        message = f"`{site.spelling}` is a call of the Chat Completions API"
        if site.legacy:
            message = f"`{site.spelling}` was removed in openai 1.0"
        elif site.operation == RAW:
            message = "raw HTTP request to `/chat/completions`"
        finding = Finding(site.code, message, place, "")
        finding.spelling = site.spelling
        request = self._request(site)
        finding.ledger = request.ledger
        finding.notes = request.notes
        finding.model = request.model
        finding.host, reasons = self._host(site)
        finding.reasons = [*reasons, *call_reasons(self.module, site, request), *request.reasons]
        self.calls.append((number, site, request, finding))
        follow(self.results, number, site, request)

    def _raw(self, marks: list[Mark]) -> list[Raw]:
        """Return the requests without the SDK of which address and body are in sight."""
        if any(mark.code == "CC105" for mark in marks):
            from migrator.analysis.rawhttp import raw_sites

            found = raw_sites(self.module, marks, self.settings.hosts)
            self.raw = {raw.call: raw for raw in found}
        return list(self.raw.values())

    def _request(self, site: Site) -> Request:
        if site.operation != RAW:
            return Request(self.module, site, self.settings)
        from migrator.analysis.rawrequests import RawRequest

        raw = self.raw[site.call]
        return RawRequest(self.module, raw, self.settings, list(self.raw.values()))

    def _renamed(self, marks: list[Mark]) -> dict[ast.AST, list[int]]:
        """Return the imports that change with a group; few files have any."""
        reshapes = [
            (self.groups.find(number), reshape)
            for number, _, request, _ in self.calls
            for reshape in request.reshapes
        ]
        reshapes += [(self.groups.find(n), reshape) for n, reshape in self.results.reshapes]
        reshapes += [
            (self.groups.find(number), Reshape("types.name", step.whole, step.to))
            for number, step in self.results.steps
            if step.becomes == "type"
        ]
        return renamed_imports(self.module, marks, reshapes) if reshapes else {}

    def _old(self, calls: list[tuple[int, Site, Request, Finding]]) -> None:
        """Make the calls of openai before 1.0 one group: the package is there for all of them."""
        if not calls:
            return
        from migrator.analysis.legacy import Legacy

        self.legacy = Legacy(self.module, [site for _, site, _, _ in calls])
        for number, _, _, finding in calls:
            self.groups.join(calls[0][0], number)
            finding.reasons.extend(self.legacy.reasons)

    def _host(self, site: Site) -> tuple[Host, list[Reason]]:
        if site.operation == RAW:
            return Host("openai", "", "the address says so"), []
        if site.receiver is None:
            return Host("openai", "openai", "the module-level client"), []
        settings = self.settings
        return host_of_receiver(
            self.module, site.receiver, settings.hosts, library=settings.library
        )

    # -- groups -------------------------------------------------------------------------

    def _assemble(self, marks: list[Mark], gone: dict[ast.AST, list[int]]) -> None:
        table: dict[int, Group] = {}
        roots: dict[int, list[tuple[Site, Request, Finding]]] = {}
        for number, site, request, finding in self.calls:
            root = self.groups.find(number)
            roots.setdefault(root, []).append((site, request, finding))
        replaced: dict[str, list[Reason]] = {}
        stored = [
            Reason("CC224", "stored completions are looked up here", place, "block")
            for mark in marks
            if mark.code == "CC106" and (place := self.module.source.place(mark.node))
        ][:1]
        for root, calls in roots.items():
            group = Group(str(calls[0][2].place))
            table[root] = group
            self.plan.groups.append(group)
            for site, request, finding in calls:
                finding.group = group.id
                group.findings.append(finding)
                self.plan.findings.append(finding)
                group.members.append(
                    Member("call", finding.place, self.module.source.text_of(finding.place).strip())
                )
                group.members.extend(request.members)
                path = finding.place.path
                if path not in replaced:
                    replaced[path] = self._replaced(
                        marks, path, self.module.source.file_of(site.call)
                    )
                finding.reasons.extend(replaced[path])
                if request.stores:
                    finding.reasons.extend(stored)
        self._results(table)
        if self.doubles is not None:
            for root in roots:
                for finding in table[root].findings:
                    finding.reasons.extend(self.doubles.reasons(root))
        for root, calls in roots.items():
            self._decide(table[root], root, calls)
        self._separate(table)
        self._chain(table)
        for mark in marks:
            if mark.node in gone:
                finding = Finding(mark.code, mark.message, self.module.source.place(mark.node), "")
                groups = [table[root] for root in gone[mark.node]]
                finding.group = groups[0].id
                self.plan.findings.append(finding)
                self.plan.imports.append((finding, groups))

    def _chain(self, table: dict[int, Group]) -> None:
        """Move conversations to the server, where that is proven to be the same."""
        data = self.module.source.utf8
        if self.settings.history != "chain" or self.variables is None or b"messages" not in data:
            return
        if self.module.links is not None:
            # What is proven of a list holds for one file; a chain keeps the verdict it has alone.
            return
        if any(word in data for word in (b".append(", b".extend(", b"+=")):
            from migrator.planning.chaining import Chains

            chains = Chains(self.module, self.settings, self.results, self.variables, self.plan)
            chains.run(self.calls, table)

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

    def _replaced(self, marks: list[Mark], path: str, data: bytes) -> list[Reason]:
        """Return the reason when calls of the file at ``path`` are answered by a test double."""
        for mark in [] if path in self.plan.covered else marks:
            place = self.module.source.place(mark.node)
            if mark.code == "CC109" and place.path == path:
                message = "a test double in this file replaces such calls"
                return [Reason("CC503", message, place, "block")]
        found = interception(data)
        if found is None:
            return []
        message = f"HTTP is recorded or replaced in this file (`{found[1]}`)"
        return [Reason("CC503", message, Place(path, found[0], 1), "block")]

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
        share = self.share(root)
        if any(step.becomes == "content" for step in share.steps):
            note_calls(calls)
        asked = [*share.mentions, *self.nones[root].mentions]
        if self.legacy is not None and calls[0][0].legacy:
            asked.extend(self.legacy.mentions())
        if self.fleet is not None:
            from migrator.analysis.azure import members, mentions, note

            moves = self.fleet.moved(self.groups, root)
            note(calls, moves)
            group.members.extend(members(self.module, moves))
            asked.extend(mentions(self.module, moves))
        if self.doubles is not None:
            asked.extend(self.doubles.mentions(root, calls))
        self.plan.mentions.extend(questions(self.module, group, asked, calls))

    def share(self, root: int) -> Share:
        """Return what the flow found for one group; everything is sorted out at the first call."""
        if self.shares is None:
            self.shares = {}
            for number, mention in self.results.mentions:
                self._share_of(number).mentions.append(mention)
            for alias in self.results.aliases:
                self._share_of(alias.group).aliases.append(alias)
            for number, step in self.results.steps:
                self._share_of(number).steps.append(step)
            for number, reshape in self.results.reshapes:
                self._share_of(number).reshapes.append(reshape)
            for number, loop in self.results.streams.loops if self.results.streams else ():
                self._share_of(number).loops.append(loop)
        return self.shares.setdefault(root, Share())

    def _share_of(self, number: int) -> Share:
        assert self.shares is not None
        return self.shares.setdefault(self.groups.find(number), Share())

    def _edits(self, root: int, calls: list[tuple[Site, Request, Finding]]) -> list[Edit]:
        result: list[Edit] = []
        shaped: set[tuple[str, ast.AST]] = set()
        for site, request, _ in calls:
            if site.operation != RAW:
                result.extend(chain_edits(self.module, site))
                start, end = self.module.source.span(site.call)
                result.append(CallEdit(start, end, request.changes))
            for reshape in request.reshapes:
                if (reshape.kind, reshape.node) not in shaped:
                    shaped.add((reshape.kind, reshape.node))
                    result.extend(reshape_edits(self.module, reshape))
        for reshape in self.share(root).reshapes:
            if (reshape.kind, reshape.node) not in shaped:
                shaped.add((reshape.kind, reshape.node))
                result.extend(reshape_edits(self.module, reshape))
        if self.legacy is not None and calls[0][0].legacy:
            from migrator.planning.legacy import legacy_edits

            result.extend(legacy_edits(self.module, self.legacy))
        if self.fleet is not None:
            from migrator.planning.azure import azure_edits

            edits, asked = azure_edits(self.module, self.fleet.moved(self.groups, root))
            result.extend(edits)
            self.share(root).mentions.extend(asked)
        if self.variables is None:
            self.variables = Variables(self.module, self.results)
        share = self.share(root)
        if self.doubles is not None:
            result.extend(self.doubles.edits(root, calls, share))
        nones = self.nones[root] = Nones(self.module)
        answers = Answers(self.module, self.variables, nones, [request for _, request, _ in calls])
        gone = {alias.binding.statement for alias in share.aliases if self.variables.removed(alias)}
        if share.loops:
            from migrator.planning.streams import stream_edits, written

            streamed, about = stream_edits(self.module, share.loops)
            result.extend(streamed)
            share.mentions.extend(about)
            gone |= written(self.module, share.loops)
        steps = [step for step in share.steps if self.module.statement(step.whole) not in gone]
        result.extend(answers.hoists.edits(steps))
        for alias in share.aliases:
            result.extend(self.variables.edits(alias))
        for step in steps:
            written_step = answers.edits(step)
            result.extend(
                step_edits(self.module, step, nones) if written_step is None else written_step
            )
        result.extend(dropped(self.module, steps, share.aliases, self.variables))
        for step in share.steps:
            if step.name == "dump":
                from migrator.planning.imports import unloaded

                result.extend(unloaded(self.module, step))
        if self.doubles is not None:
            self.doubles.check(root, result)
        return result

    # -- marks --------------------------------------------------------------------------

    def _mark(self, mark: Mark) -> None:
        place = self.module.source.place(mark.node)
        finding = Finding(mark.code, mark.message, place, "blocked")
        finding.group = str(place)
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
        message = mark.message if self.doubles is None else self.doubles.why(mark)
        finding.reasons.append(Reason(mark.reason, message, place, row["effect"]))
        finding.verdict = "keep" if row["effect"] == "keep" else "blocked"
        self.plan.findings.append(finding)
