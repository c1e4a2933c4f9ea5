"""Test doubles that change together with the calls they stand for."""

from __future__ import annotations

from migrator.analysis.doubled import Called, Double, Doubles
from migrator.analysis.facts import Mention, Reason
from migrator.analysis.grouping import Groups
from migrator.analysis.mockparts import Stuck
from migrator.analysis.requests import Request
from migrator.analysis.results import Results
from migrator.analysis.scopes import Module
from migrator.analysis.sites import CREATE, Mark, Site
from migrator.analysis.syntax import ast
from migrator.planning.build import Unclear
from migrator.planning.model import Finding, Splice
from migrator.planning.shapes import reshape_edits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.planning.model import Edit
    from migrator.planning.share import Share

    Call = tuple[int, Site, Request, Finding]

# What made-up results have, under the names that rewritten code reads.
_READ = {
    "choices", "message", "content", "usage", "prompt_tokens", "completion_tokens",
    "total_tokens", "id", "model", "_request_id", "[0]",
}  # fmt: skip

_WRITTEN = {"responses", "output_text", "usage", "input_tokens", "output_tokens", "strip", "create"}


class TestDoubles:
    """The doubles of a module, by the groups they change with."""

    def __init__(
        self, module: Module, groups: Groups, calls: list[Call], results: Results
    ) -> None:  # fmt: skip
        self._module = module
        self._groups = groups
        own = [node for _, site, _, _ in calls for node in site.chain]
        own += [step.whole for _, step in results.steps]
        self._doubles = Doubles(module, [_called(module, call) for call in calls], own)
        # What is blocked whatever tests do: no test file is asked for on its account.
        stopped = {
            groups.find(number)
            for number, reason in [
                *results.reasons,
                *((number, reason) for number, _, _, each in calls for reason in each.reasons),
            ]
            if reason.effect in ("block", "keep")
        }
        odd = dict(reversed(self._doubles.odd))
        for double in self._doubles.found:
            path = module.source.place(double.node).path
            if double.stuck is None and path in odd:
                double.flow.stuck = Stuck(odd[path], "this may stand for a call, too")
        self._stopped = {number for number, *_ in calls if groups.find(number) in stopped}
        staying = {number: site.call for number, site, _, _ in calls if number in self._stopped}
        for double in self._doubles.found:
            for number in double.numbers:
                if number in staying:
                    stuck = Stuck(staying[number], "a call that it stands for stays as it is")
                    double.flow.stuck = double.flow.stuck or stuck
                    self._doubles.seen.discard(module.source.place(double.node).path)
        for double in self._doubles.found:
            for number in double.numbers[1:]:
                if double.stuck is None:
                    groups.join(double.numbers[0], number)
        self.covered = self._doubles.seen

    def of(self, root: int) -> list[Double]:
        """Return the doubles of one group."""
        return [
            double
            for double in self._doubles.found
            if any(self._groups.find(number) == root for number in double.numbers)
        ]

    def moved(self, marks: list[Mark]) -> dict[ast.AST, list[int]]:
        """Return the reported doubles that can move along, and with which group."""
        return {
            mark.node: [self._groups.find(double.numbers[0])]
            for mark in marks
            if mark.code == "CC109"
            for double in self._doubles.found
            if double.numbers and double.stuck is None and mark.node in double.known
        }

    def why(self, mark: Mark) -> str:
        """Return why a reported double stays, where that is known; else what it is."""
        for double in self._doubles.found:
            if double.stuck is not None and mark.node in (double.node, *double.known):
                line = self._module.source.place(double.stuck.node).line
                return f"{double.stuck.message} (line {line})"
        return mark.message

    def reasons(self, root: int) -> list[Reason]:
        """Return what stops a group because a double of its calls can't move along."""
        result: list[Reason] = []
        if any(self._groups.find(number) == root for number in self._stopped):
            return result
        for double in self.of(root):
            if double.stuck is not None:
                place = self._module.source.place(double.stuck.node)
                message = f"its test double can't move along: {double.stuck.message}"
                result.append(Reason("CC503", message, place, "block"))
        return result

    def mentions(self, root: int, calls: list[tuple[Site, Request, Finding]]) -> list[Mention]:
        """Ask who else may use the client that a double replaces."""
        if not self.of(root):
            return []
        places = {finding.place.path: finding.place for _, _, finding in calls}
        shared = {binding: None for double in self.of(root) for binding in double.flow.shared}
        return [
            Mention(
                (binding.name.encode(),),
                Reason(
                    "CC503",
                    f"`{binding.name}` of a test double is used in",
                    self._module.source.place(binding.statement),
                    "block",
                ),
                seen=True,
            )
            for binding in shared
        ] + [
            Mention(
                (b"completions",),
                Reason("CC503", "a test double may also stand for calls in", place, "block"),
                seen=True,
            )
            for place in places.values()
        ]

    def edits(
        self, root: int, calls: list[tuple[Site, Request, Finding]], share: Share
    ) -> list[Edit]:
        """Return the edits of the doubles of one group; raises `Unclear`."""
        doubles = self.of(root)
        if not doubles:
            return []
        node: ast.AST = doubles[0].node
        message = "its test double can't move along: {}"
        for site, request, _ in calls:
            if site.operation != CREATE or site.raw or request.streamed or request.switch:
                raise Unclear("CC503", message.format("the call is not a plain `create`"), node)
        for step in share.steps:
            if step.name not in _READ:
                read = f"`{step.name}` is read from what it answers"
                raise Unclear("CC503", message.format(read), node)
        if any(not each.kind.startswith("types.") for each in share.reshapes):
            raise Unclear("CC503", message.format("its answer is sent back"), node)
        if share.loops:
            raise Unclear("CC503", message.format("its answer is a stream"), node)
        result: list[Edit] = []
        changes = {change: None for double in doubles for change in double.changes}
        for change in changes:
            result.extend(reshape_edits(self._module, change))
        return result

    def check(self, root: int, edits: list[Edit]) -> None:
        """Raise `Unclear` if rewritten code reads what no double has."""
        doubles = self.of(root)
        for edit in edits if doubles else ():
            for part in edit.text.split(".")[1:] if isinstance(edit, Splice) else ():
                name = part[: next((i for i, c in enumerate(part) if not _is_word(c)), len(part))]
                if name not in _WRITTEN:
                    message = f"its test double can't move along: `.{name}` is read"
                    raise Unclear("CC503", message, doubles[0].node)


def _is_word(char: str) -> bool:
    return char == "_" or char.isalnum()


def _called(module: Module, call: Call) -> Called:
    number, site, request, finding = call
    names: dict[str, str] = {}
    added: list[str] = []
    reshaped = any(each.kind.startswith("messages.") for each in request.reshapes)
    for row in request.ledger:
        if row.action == "added":
            added.append(row.after)
        elif row.action in ("same", "renamed") and not (row.keyword == "messages" and reshaped):
            names[row.keyword] = row.after if row.action == "renamed" else row.keyword
        else:
            names[row.keyword] = ""
    built = finding.host.built.path if finding.host is not None and finding.host.built else ""
    awaited = isinstance(module.parent(site.call), ast.Await)
    return Called(
        number, finding.place.path, site.receiver, awaited, built, names, added
    )  # fmt: skip
