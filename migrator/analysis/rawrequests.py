"""The request side of a call without the SDK: keywords are keys of the body that is sent."""

from __future__ import annotations

from migrator.analysis.facts import Mention, Reason, Reshape
from migrator.analysis.holders import known_sites
from migrator.analysis.keywords import keywords_of
from migrator.analysis.rawhttp import Raw, others
from migrator.analysis.requests import Request
from migrator.analysis.sites import RAW
from migrator.analysis.splats import carried, never_streams, one_target
from migrator.analysis.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.keywords import Carrier, Keywords
    from migrator.analysis.scopes import Module
    from migrator.config import Settings

# Keywords of the SDK's method that are no fields of the body.
_SDK_ONLY = {"extra_body", "extra_headers", "extra_query", "timeout"}


class RawRequest(Request):
    """What becomes of the address and the body of one request."""

    def __init__(self, module: Module, site: Raw, settings: Settings, known: list[Raw]) -> None:
        self.raw = site
        self.known = known
        super().__init__(module, site, settings)

    def _read(self) -> None:
        self._address()
        found = keywords_of(self.module, self.raw.body, library=self.settings.library)
        for report in found.reports():
            self.calls.extend(report.calls)
            self.mentions.extend(report.mentions)
            self.reasons.extend([*report.unseen, *report.shared])
        sites = known_sites(self.module)
        if any(sites[call] != RAW for call in self.calls):
            message = "the body is also the keywords of a call of the SDK"
            self.reason("CC225", message, self.raw.body)
        self.names.extend({carrier.name: None for carrier in found.carriers()})
        for carrier in found.carriers():
            self._entry(found, carrier)
        one_target(self, set(), [found])
        for name in ("messages", "model"):
            if name not in self.names and not self.reasons:
                self.reason("CC213", f"the body has no `{name}`", self.raw.body)
        self._store()
        self._add(found)

    def _entry(self, found: Keywords, carrier: Carrier) -> None:
        if carrier.name in _SDK_ONLY:
            message = f"`{carrier.name}` is a keyword of the SDK, not a field of the body"
            self.reason("CC225", message, carrier.value)
        elif carrier.name == "stream" and not never_streams(self, carrier.value):
            self.reason("CC225", "the events of a stream are read by hand", carrier.value)
        else:
            carried(self, found, carrier)

    def _address(self) -> None:
        """Change the path, where nobody but requests like this one sees the address."""
        for use in others(self.module, self.raw, self.known):
            shown = self.module.source.one_line(self.module.statement(use), 60)
            self.reason("CC225", f"the address is also used in `{shown}`", use)
        statement = self.module.parent(self.raw.address)
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        for target in targets:
            name = getattr(target, "id", "") or getattr(target, "attr", "")
            binding = self.module.binding_of.get(target)
            if binding is not None and binding.scope.kind in ("function", "lambda"):
                continue
            place = self.module.source.place(target)
            reason = Reason("CC225", f"the address `{name}` is also used in", place, "block")
            needle = name if isinstance(target, ast.Name) else f".{name}"
            self.mentions.append(Mention((needle.encode(),), reason))
        self.reshapes.append(Reshape("wire.address", self.raw.address))
        self.row("url", "reshaped", self.raw.address, "/v1/responses")

    def _add(self, found: Keywords) -> None:
        """Put what the body lacks where it begins."""
        if any(not isinstance(each, (ast.Dict, ast.Call)) for each in found.begun):
            self.reason("CC225", "where the body begins can't be seen", self.raw.body)
            return
        shrinks = any(reshape.kind == "keywords.remove" for reshape in self.reshapes)
        for change in self.changes:
            for display in found.begun:
                detail = f"{change.new}={change.prefix}"
                kind = "wire.add" if isinstance(display, ast.Dict) else "wire.argument"
                self.reshapes.append(Reshape(kind, display, detail + (";" if shrinks else "")))
        if not found.begun:
            self.reason("CC225", "where the body begins can't be seen", self.raw.body)
        self.changes.clear()
