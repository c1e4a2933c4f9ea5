"""A plan of several files that were analysed as one, taken apart again."""

from __future__ import annotations

from migrator.planning.model import (
    CallEdit,
    Cut,
    FilePlan,
    Group,
    ImportChange,
    RemoveStatement,
    Splice,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from migrator.documents.joined import Joined
    from migrator.planning.model import Edit, Finding


def split(plan: FilePlan, source: Joined, known: Mapping[str, FilePlan]) -> list[FilePlan]:
    """Put what ``plan`` says of each file into the plan that is ``known`` for it.

    Returns new plans for files that have none and change all the same.
    """
    files = _Files(plan, known)
    for group in plan.groups:
        _take_apart(group, source, files)
    for finding in plan.findings:
        files.of(finding.place.path).findings.append(files.settled.get(id(finding), finding))
    for imported in plan.imports:
        files.of(imported[0].place.path).imports.append(imported)
    return files.added()


class _Files:
    """The plans of the files, emptied where one is known and made where not."""

    def __init__(self, plan: FilePlan, known: Mapping[str, FilePlan]) -> None:
        self._plans: dict[str, FilePlan] = {}
        self._new: list[FilePlan] = []
        self._alone: dict[object, Group] = {}
        # Findings of groups that were decided as well before, by the id of the new ones.
        self.settled: dict[int, Finding] = {}
        for path in plan.members:
            if path in known:
                own = known[path]
                self._alone.update({_key(group): group for group in own.groups})
                own.findings, own.groups, own.imports, own.mentions = [], [], [], []
                own.members = plan.members
                self._plans[own.path] = own

    def as_before(self, group: Group) -> Group | None:
        """Return the group as it was decided in its file alone, where that is no worse."""
        old = self._alone.get(_key(group))
        if old is None or old.verdict != group.verdict or not old.edits:
            return None
        self.settled.update(zip(map(id, group.findings), old.findings, strict=True))
        return old

    def of(self, path: str) -> FilePlan:
        """Return the plan of the file shown as ``path``."""
        if path not in self._plans:
            self._plans[path] = FilePlan(path)
            self._new.append(self._plans[path])
        return self._plans[path]

    def added(self) -> list[FilePlan]:
        """Return the plans that are new and change something; what they find nobody asked for."""
        changed = [plan for plan in self._new if any(group.edits for group in plan.groups)]
        for plan in changed:
            plan.findings = []
            plan.imports = []
        return changed


def _key(group: Group) -> object:
    return tuple((finding.code, finding.place.key()) for finding in group.findings)


def _take_apart(group: Group, source: Joined, files: _Files) -> None:
    edits: dict[str, list[Edit]] = {finding.place.path: [] for finding in group.findings}
    for edit in group.edits:
        part = source.part_at(edit.start)
        edits.setdefault(part.source.path, []).append(moved(edit, part.start))
    if len(edits) == 1 and (old := files.as_before(group)) is not None:
        files.of(group.findings[0].place.path).groups.append(old)
        return
    pieces: list[tuple[str, Group]] = []
    for path, own in edits.items():
        piece = Group(group.id)
        piece.verdict = group.verdict
        piece.members = group.members
        piece.findings = group.findings
        piece.edits = own
        pieces.append((path, piece))
        files.of(path).groups.append(piece)
    for path, piece in pieces:
        piece.others = [(other, twin) for other, twin in pieces if other != path]


def moved(edit: Edit, offset: int) -> Edit:
    """Return ``edit`` with its positions ``offset`` bytes further to the front."""
    start, end = edit.start - offset, edit.end - offset
    if isinstance(edit, CallEdit):
        return CallEdit(start, end, edit.changes)
    if isinstance(edit, RemoveStatement):
        return RemoveStatement(start, end)
    if isinstance(edit, ImportChange):
        uses, gone = ([at - offset for at in places] for places in (edit.uses, edit.gone))
        return ImportChange(
            start,
            end,
            edit.origin,
            add=edit.add,
            drop=edit.drop,
            uses=uses,
            gone=gone,
            apart=edit.apart,
        )
    assert isinstance(edit, Splice)
    return (Cut if isinstance(edit, Cut) else Splice)(start, end, edit.text)
