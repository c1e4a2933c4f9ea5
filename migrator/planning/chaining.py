"""Conversations that move to the server: ``previous_response_id`` instead of the whole list.

The list keeps what was not sent yet.  The id of the last answer is remembered beside it, or read
from the answer itself where it is certain which one that is.
"""

from __future__ import annotations

from migrator.analysis.continuable import models_differ, refusal
from migrator.analysis.conversations import LIST, REPLY, REQUEST, Conversation, Conversations
from migrator.analysis.facts import LedgerRow, Mention, Reason
from migrator.analysis.listholders import ATTRIBUTE, CONCURRENT, LOCAL, SAVING
from migrator.analysis.oneclient import other_client
from migrator.analysis.requests import Change
from migrator.analysis.syntax import ast, walk
from migrator.planning.build import Unclear
from migrator.planning.chainedits import ChainEdits
from migrator.planning.chainstreams import keep_id
from migrator.planning.model import CallEdit, Kept
from migrator.planning.wrapping import width_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.requests import Request
    from migrator.analysis.results import Results
    from migrator.analysis.scopes import Module, Scope
    from migrator.analysis.sites import Site
    from migrator.config import Settings
    from migrator.planning.model import Edit, FilePlan, Finding, Group
    from migrator.planning.variables import Variables

    Call = tuple[int, Site, Request, Finding]

ON_SERVER = "CC601"
_OPT_OUT = "migrator: ignore[CC601]"


class Chains:
    """Decides for the conversations of one module and changes the edits of their groups."""

    def __init__(
        self, module: Module, settings: Settings, results: Results, variables: Variables,
        plan: FilePlan,
    ) -> None:  # fmt: skip
        self.module = module
        self.settings = settings
        self.results = results
        self.variables = variables
        self.plan = plan
        self.calls: dict[ast.Call, Call] = {}
        self.taken: list[tuple[Scope, str]] = []
        self.table: dict[int, Group] = {}
        self.found: list[Conversation] = []

    def run(self, calls: list[Call], table: dict[int, Group]) -> None:
        """Look at every conversation of the module; groups that it joins are one in ``table``."""
        self.table = table
        self.calls = {call[1].call: call for call in calls}
        tools = {call[1].call for call in calls if call[2].offers_tools()}
        self.found = Conversations(self.results, self.calls, tools).found
        for talk in self.found:
            groups = self._groups(talk)
            if not groups:
                continue
            stop = talk.stop or self._refused(talk)
            if stop is None:
                stop = self._chain(talk, groups)
            if stop is not None:
                self._stays(talk, *stop)

    def _groups(self, talk: Conversation) -> list[Group]:
        """Return the groups whose calls send the list and are rewritten."""
        calls = talk.calls or self._senders(talk)
        ids = {self.calls[call][3].group for call in calls}
        return [group for group in self.plan.groups if group.id in ids and group.edits]

    def _senders(self, talk: Conversation) -> list[ast.Call]:
        """Return the calls in whose messages the list is named."""
        holder = talk.holder
        names = {id(use) for use in holder.uses()}
        found = []
        for call in self.calls:
            for item in call.keywords:
                if item.arg == "messages" and any(id(part) in names for part in walk(item.value)):
                    found.append(call)
        return found

    # -- may it ---------------------------------------------------------------------------

    def _refused(self, talk: Conversation) -> tuple[str, str, ast.AST] | None:
        replies = [op.reply for op in talk.of("reply") if op.reply is not None]
        replied = {call for reply in replies for call in reply.calls}
        texts = {call for reply in replies if reply.text for call in reply.calls}
        loops = {call for reply in replies if reply.loop is not None for call in reply.calls}
        for call in talk.calls:
            _, site, request, finding = self.calls[call]
            read = (call in loops or call not in replied) and talk.kind == LOCAL
            found = refusal(site, request, finding.host, text=call in texts, read=read)
            if found is not None:
                return (REQUEST, *found)
        other = models_differ(self.module, talk)
        if other is not None:
            return (REQUEST, "the model may change between turns", other)
        stray = other_client(self.module, talk, [self.calls[call][1] for call in talk.calls])
        if stray is not None:
            return (REQUEST, "not every turn is known to go through one client", stray)
        if self.settings.library and talk.kind != LOCAL:
            return (REQUEST, "callers outside the project may share it", talk.ops[0].node)
        if b".responses.delete" in self.module.source.utf8:
            return (REQUEST, "answers are deleted in this file", talk.ops[0].node)
        for op in (*talk.of("start"), *talk.of("send")):
            first = self.module.source.line(op.node.lineno)
            last = self.module.source.line(op.node.end_lineno or op.node.lineno)
            if _OPT_OUT in first or _OPT_OUT in last:
                self.plan.heeded.append(op.node.lineno)
                return (LIST, "a comment asks for it", op.node)
        return None

    # -- doing it -------------------------------------------------------------------------

    def _chain(
        self, talk: Conversation, groups: list[Group]
    ) -> tuple[str, str, ast.AST] | None:  # fmt: skip
        if {self.calls[call][3].group for call in talk.calls} != {group.id for group in groups}:
            return (REQUEST, "another call that is sent the list stays as it is", talk.calls[0])
        edits = [edit for group in groups for edit in group.edits]
        try:
            writer = ChainEdits(self.module, self.variables, talk, self.taken, self.found)
            added = writer.edits(edits)
            old, new = self._requests(talk, edits, writer)
            for loop in writer.loops:
                gone, come = keep_id(self.module, loop, writer.answer, edits, self.plan.mentions)
                old, new = [*old, *gone], [*new, *come]
        except Unclear as error:
            return (REPLY, error.message, error.node)
        group = self._together(groups)
        self.taken.append((talk.holder.scope, writer.name))
        self.taken.append((talk.holder.scope, writer.response))
        self.taken.append((talk.holder.scope, writer.answer))
        group.edits = [edit for edit in group.edits if edit not in old] + new + added
        kept = self._kept(talk, writer)
        kept.swap = (new + added, old)
        group.kept.append(kept)
        self._ask(talk, group, kept)
        return None

    def _requests(
        self, talk: Conversation, edits: list[Edit], writer: ChainEdits
    ) -> tuple[list[Edit], list[Edit]]:
        """Return the edits of the calls that go, and those that take their place."""
        old: list[Edit] = []
        new: list[Edit] = []
        for call in talk.calls:
            span = self.module.source.span(call)
            edit = next(
                (e for e in edits if isinstance(e, CallEdit) and (e.start, e.end) == span), None
            )
            if edit is None:
                raise Unclear("CC506", "the call can't be located exactly", call)
            changes = [c for c in edit.changes if (c.op, c.new) != ("add", "store")]
            before = writer.before(call)
            if before:
                changes.append(Change("add", "", "previous_response_id", before))
            if all(item.arg != "store" for item in call.keywords):
                store = "True" if call in writer.continued else "False"
                if store == "True" or self.settings.store == "preserve":
                    changes.append(Change("add", "", "store", store))
            old.append(edit)
            width = width_of(self.module.source)
            lead, deeper = writer.leads.get(call, ("", 0))
            new.append(CallEdit(*span, changes, width, lead=lead, dedent=deeper))
        return old, new

    def _together(self, groups: list[Group]) -> Group:
        """Make the groups of one conversation one group, and return it."""
        first, *others = groups
        for other in others:
            for finding in other.findings:
                finding.group = first.id
            for mention in self.plan.mentions:
                if mention.group == other.id:
                    mention.group = first.id
            first.findings += other.findings
            first.members += other.members
            first.edits += other.edits
            first.kept += other.kept
            self.plan.groups.remove(other)
            for root, group in self.table.items():
                if group is other:
                    self.table[root] = first
        if any(group.verdict != first.verdict for group in others):
            for finding in first.findings:
                finding.verdict = first.verdict = "suggest"
        return first

    def _kept(self, talk: Conversation, writer: ChainEdits) -> Kept:
        place = self.module.source.place(talk.of("start")[0].node)
        why = _why(talk)
        kept = Kept(talk.holder.shown, place, why)
        for call in talk.calls:
            finding = self.calls[call][3]
            kept.before.append((finding, list(finding.ledger), list(finding.reasons)))
            message = f"`{talk.holder.shown}`, {why}"
            finding.reasons.append(Reason(ON_SERVER, message, place, "note"))
            finding.ledger[:] = [
                row for row in finding.ledger if (row.keyword, row.action) != ("store", "added")
            ]
            before = writer.before(call)
            if before:
                finding.ledger.append(
                    LedgerRow("previous_response_id", "added", "",
                              f"previous_response_id={before}", "the server keeps the history")
                )  # fmt: skip
            if all(row.keyword != "store" for row in finding.ledger):
                store = f"store={call in writer.continued}"
                note = "a later turn continues this answer" if call in writer.continued else ""
                finding.ledger.append(LedgerRow("store", "added", "", store, note))
            kept.calls.append(finding.place)
        return kept

    def _ask(self, talk: Conversation, group: Group, kept: Kept) -> None:
        """Ask the rest of the project about what would need the list, or share it."""
        if talk.kind == LOCAL:
            return
        place = kept.place
        holder = talk.holder
        asked: list[tuple[tuple[bytes, ...], str]] = []
        if talk.kind == ATTRIBUTE:
            owner = getattr(holder.scope.node, "name", "").encode()
            name = holder.name.encode()
            message = f"`.{holder.name}` is named in"
            asked.append(((b"*." + name,), message))
            for form in (b"." + name, b'"' + name + b'"', b"'" + name + b"'"):
                asked.append(((owner, form), message))
        for word in (*CONCURRENT, *SAVING):
            what = "may save it, in" if word in SAVING else "may run two turns at once, in"
            for verb in ("import", "from"):
                asked.append(((f"{verb} {word}".encode(),), f"`{word}` {what}"))
        for needles, message in asked:
            reason = Reason(LIST, message, place, "note")
            mention = Mention(needles, reason, group.id, anywhere=True)
            mention.kept = kept
            self.plan.mentions.append(mention)

    def _stays(self, talk: Conversation, code: str, message: str, node: ast.AST) -> None:
        """Say why the list stays a list."""
        place = self.module.source.place(node)
        for call in talk.calls or self._senders(talk):
            self.calls[call][3].reasons.append(Reason(code, message, place, "note"))


def _why(talk: Conversation) -> str:
    """Return in a few words why a conversation is linear."""
    replies = [op.statement.lineno for op in talk.of("reply")]
    lines = ", ".join(str(line) for line in sorted(replies))
    who = {
        "local": "used here only", "closure": "used by its function only",
        "global": "used in this file only", "attribute": "used by its class only",
    }[talk.kind]  # fmt: skip
    verb = "line" if len(replies) == 1 else "lines"
    return f"{who}, only added to, answers verbatim ({verb} {lines})"
