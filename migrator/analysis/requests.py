"""What becomes of the keywords of a call: a ledger, changes, and reasons."""

from __future__ import annotations

from migrator._tables import API
from migrator.analysis import hosts
from migrator.analysis.facts import LedgerRow, Member, Mention, Reason, Reshape
from migrator.analysis.functions import passed_constants
from migrator.analysis.messages import MessageList
from migrator.analysis.scopes import Module
from migrator.analysis.sites import CREATE, PARSE, STREAM, Site
from migrator.analysis.sources import is_omitted
from migrator.analysis.syntax import ast, is_none, literal, walk
from migrator.analysis.values import ask_for, constants

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from migrator.analysis.keywords import Carrier
    from migrator.config import Settings

_ROWS = API["parameters"]["chat"]
_OLD = API["legacy"]["keyword"]
_FEWEST_TOKENS = 16


class Change:
    """One change to the keywords of a call.

    ``op``: rename (``name`` → ``new``), wrap (rename, and put the value into a dict under the key
    ``prefix``), set (the value becomes ``prefix``), remove, add (``new`` = ``prefix``), merge
    (the value moves into the dict that keyword ``new`` is given, under the key ``prefix``).
    """

    __slots__ = ("op", "name", "new", "prefix")

    def __init__(self, op: str, name: str, new: str = "", prefix: str = "") -> None:
        self.op = op
        self.name = name
        self.new = new
        self.prefix = prefix


class Request:
    """The request side of one call."""

    def __init__(self, module: Module, site: Site, settings: Settings) -> None:
        self.module = module
        self.site = site
        self.settings = settings
        self.reasons: list[Reason] = []
        self.mentions: list[Mention] = []
        self.members: list[Member] = []
        self.ledger: list[LedgerRow] = []
        self.changes: list[Change] = []
        self.notes: list[str] = []
        # What is written differently, in the call or elsewhere.
        self.reshapes: list[Reshape] = []
        # Messages that may be parts of a result; the flow of results decides.
        self.pending: list[tuple[ast.expr, Reason]] = []
        # What sees the shape of the messages, and what counts them; a reason only if it changes.
        self.reads: list[Reason] = []
        self.counts: list[Reason] = []
        # Calls that are sent something this one is sent, too: they change together.
        self.calls: list[ast.Call] = []
        self.model = ""
        self.stores = False
        # Every keyword the call is known to be sent; "" for those of a mapping nobody sees into.
        self.names: list[str] = []
        # Where the keyword in hand is written, unless in the call itself.
        self.carrier: Carrier | None = None
        # Whether the answer is streamed, and the usage with it.
        self.streamed = site.operation == STREAM
        # What decides whether the answer is streamed, where that is no constant.
        self.switch: ast.expr | None = None
        self.includes_usage = False
        self._nested: dict[str, list[tuple[str, str]]] = {}
        self._read()

    # -- helpers ------------------------------------------------------------------------

    def reason(self, code: str, message: str, node: ast.AST, effect: str = "block") -> None:
        """Add a reason."""
        ask_for(self.module, node)
        self.reasons.append(Reason(code, message, self.module.source.place(node), effect))

    def row(self, name: str, action: str, node: ast.expr, after: str = "", note: str = "") -> None:
        """Add a ledger row."""
        before = self.module.source.one_line(node)
        self.ledger.append(LedgerRow(name, action, before[:120], after, note))

    def offers_tools(self) -> bool:
        """Return whether the model may call tools or functions."""
        names = ("tools", "functions", "**")
        return any(row.keyword in names and row.action != "dropped" for row in self.ledger)

    def omitted(self, node: ast.expr) -> bool:
        """Return whether a value means that the keyword is not sent."""
        return is_omitted(self.module, node)

    # -- the call -----------------------------------------------------------------------

    def _read(self) -> None:
        call = self.site.call
        for positional in call.args:
            self.reason("CC214", "a positional argument", positional)
        names = [item.arg for item in call.keywords if item.arg is not None]
        self.names = list(names)
        splats = [item.value for item in call.keywords if item.arg is None]
        if splats:
            from migrator.analysis.splats import read_splats

            read_splats(self, splats)
        for item in call.keywords:
            if item.arg is not None and names.count(item.arg) == 1:
                self.keyword(item.arg, item.value)
        for name in ("messages", "model"):
            if name not in self.names and not splats:
                self.reason("CC213", f"the call has no `{name}`", call)
        if "max_tokens" in self.names and "max_completion_tokens" in self.names:
            self.reason("CC212", "both `max_tokens` and `max_completion_tokens` are given", call)
        if self.site.operation == PARSE:
            from migrator.analysis.parsing import look_at_parse

            look_at_parse(self)
        self._nest()
        self._store()

    def keyword(self, name: str, node: ast.expr) -> None:
        """Look at one keyword, wherever it is written."""
        row = (_OLD.get(name) if self.site.legacy else None) or _ROWS.get(name)
        if row is None:
            self.reason("CC209", f"`{name}` is not a Chat Completions parameter", node)
            self.row(name, "refused", node)
            return
        self._actions()[row["action"]](name, node, row)

    def _actions(self) -> dict[str, Callable[[str, ast.expr, dict[str, str]], None]]:
        return {
            "same": self._same,
            "rename": self._rename,
            "seconds": self._seconds,
            "tokens": self._tokens,
            "messages": self._messages,
            "nest": self._shaped,
            "format": self._shaped,
            "tools": self._shaped,
            "choice": self._shaped,
            "body": self._shaped,
            "options": self._shaped,
            "drop": self._drop,
            "refuse": self._refuse,
            "stream": self._stream,
            "store": self._store_keyword,
        }

    # -- one method per action ----------------------------------------------------------

    def _same(self, name: str, node: ast.expr, row: dict[str, str]) -> None:
        if name == "model":
            self._model(node)
        if _inert(node, row):
            self.dropped(name, node, row.get("caveat", "this is the default"))
            return
        self.row(name, "same", node, name)

    def _rename(self, name: str, node: ast.expr, row: dict[str, str]) -> None:
        self.row(name, "renamed", node, row["to"])
        self.changes.append(Change("rename", name, row["to"]))

    def _seconds(self, name: str, node: ast.expr, row: dict[str, str]) -> None:
        """A timeout: openai before 1.0 also took a pair of them."""
        complete, values = constants(self.module, node)
        if complete and all(isinstance(value, (int, float)) for value in values):
            self._rename(name, node, row)
            return
        self.reason(row["code"], f"`{name}` may be more than a number of seconds", node)
        self.row(name, "refused", node)

    def _model(self, node: ast.expr) -> None:
        complete, values = constants(self.module, node)
        texts = [value for value in values if isinstance(value, str)]
        if complete and texts:
            self.model = texts[0]
        for text in texts:
            note = hosts.chat_only(text)
            if note is not None:
                self.reason("CC228", f"`{text}`: {note}", node)
        foreign = {text: vendor for text in texts if (vendor := hosts.vendor_of_model(text))}
        if foreign and complete and len(foreign) == len(texts):
            text, vendor = next(iter(foreign.items()))
            self.reason("CC403", f"`{text}` is a model of {vendor}", node, "keep")
        elif foreign:
            text = next(iter(foreign))
            self.reason("CC407", f"the model may be `{text}`, which is not OpenAI's", node)

    def _tokens(self, name: str, node: ast.expr, row: dict[str, str]) -> None:
        complete, values = constants(self.module, node)
        for value in [*values, *passed_constants(self.module, node)]:
            if isinstance(value, (int, float)) and value < _FEWEST_TOKENS:
                message = f"`{name}={value}`: Responses takes no fewer than {_FEWEST_TOKENS}"
                self.reason("CC212", message, node)
                self.row(name, "refused", node)
                return
        note = "" if complete else f"values below {_FEWEST_TOKENS} are rejected by Responses"
        if note and not self.omitted(node):
            self.notes.append(f"`{name}` is not a constant: {note}")
        self.row(name, "renamed", node, row["to"], note)
        self.changes.append(Change("rename", name, row["to"]))

    def _messages(self, name: str, node: ast.expr, row: dict[str, str]) -> None:
        found = MessageList(self.module, node)
        self.reasons.extend(found.reasons)
        self.mentions.extend(found.mentions)
        self.reshapes.extend(found.reshapes)
        self.pending.extend(found.pending)
        self.reads.extend(found.reads)
        self.counts.extend(found.counts)
        self.calls.extend(found.sinks)
        for builder in found.builders:
            text = self.module.source.one_line(builder)
            place = self.module.source.place(builder)
            self.members.append(Member("builder", place, text[:80]))
        note = ""
        if found.assumed:
            note = "text is assumed where a content can't be seen; no content parts in reach"
        action = "refused" if found.reasons else "renamed"
        self.row(name, action, node, "" if found.reasons else row["to"], note)
        self.changes.append(Change("rename", name, row["to"]))

    def nest(self, name: str, node: ast.expr, to: str, key: str) -> None:
        """Put the value into the dict that the keyword ``to`` is given."""
        self.row(name, "nested", node, f"{to}[{key!r}]".replace("'", '"'))
        if self.carrier is None:
            self._nested.setdefault(to, []).append((name, key))
        else:
            self.changes.append(Change("wrap", name, to, key))

    def _shaped(self, name: str, node: ast.expr, row: dict[str, str]) -> None:
        if is_none(node) or self.omitted(node):
            self.dropped(name, node, "not sent")
            return
        from migrator.analysis.shaped import shaped

        shaped(self, name, node, row)

    def _drop(self, name: str, node: ast.expr, row: dict[str, str]) -> None:
        if is_none(node) or self.omitted(node) or _inert(node, row):
            self.dropped(name, node, "this is the default")
            return
        complete, values = constants(self.module, node)
        if complete and all(value is None or _inert_value(value, row) for value in values):
            self.dropped(name, node, "always the default")
            return
        if name in self.settings.drop and row.get("droppable"):
            self.dropped(name, node, "dropped by the `drop` setting")
            self.notes.append(f"`{name}` was dropped, as the `drop` setting allows")
            return
        shown = self.module.source.one_line(node, 40)
        self.reason(row["code"], f"`{name}={shown}`", node)
        self.row(name, "refused", node)

    def _refuse(self, name: str, node: ast.expr, row: dict[str, str]) -> None:
        self.reason(row["code"], f"`{name}` is a keyword of openai before 1.0", node)
        self.row(name, "refused", node)

    def _stream(self, name: str, node: ast.expr, row: dict[str, str]) -> None:
        known, value = literal(node)
        if self.omitted(node) or (known and value in (False, None)):
            self.row(name, "same", node, name)
            return
        complete, values = constants(self.module, node)
        if complete and all(value in (False, None) for value in values):
            self.row(name, "same", node, name)
            return
        if complete and all(value is True for value in values):
            self.streamed = True
            self.row(name, "same", node, name)
            return
        from migrator.analysis.twomodes import is_switch

        if self.carrier is None and is_switch(node) and self.site.operation == CREATE:
            self.switch = node
            self.row(name, "same", node, name)
            return
        shown = self.module.source.one_line(node, 40)
        self.reason("CC213", f"`stream={shown}` decides what the call returns", node)
        self.row(name, "refused", node)

    def _store_keyword(self, name: str, node: ast.expr, row: dict[str, str]) -> None:
        known, value = literal(node)
        self.stores = not (known and value in (False, None))
        if (is_none(node) or self.omitted(node)) and self.settings.store == "preserve":
            self.changes.append(Change("set", name, prefix="False"))
            self.row(name, "reshaped", node, "store=False", "Responses stores unless told not to")
            return
        note = "the answer is stored as a response, not as a chat completion"
        self.row(name, "same", node, name, note if self.stores else "")

    # -- after the keywords -------------------------------------------------------------

    def dropped(self, name: str, node: ast.expr, note: str) -> None:
        """Leave a keyword out."""
        if any(isinstance(part, (ast.NamedExpr, ast.Await, ast.Yield)) for part in walk(node)):
            self.reason("CC213", f"`{name}` does more than give a value", node)
        self.row(name, "dropped", node, "", note)
        self.changes.append(Change("remove", name))

    def _nest(self) -> None:
        for to, parts in self._nested.items():
            # The format is the larger part, and the one that comments are written for.
            parts.sort(key=lambda part: part[1] != "format")
            first, key = parts[0]
            self.changes.append(Change("wrap", first, to, key))
            for name, other in parts[1:]:
                self.changes.append(Change("merge", name, to, other))

    def _store(self) -> None:
        if "store" in self.names or self.settings.store != "preserve":
            return
        self.changes.append(Change("add", "", "store", "False"))
        self.added("store", "False", "Responses stores answers unless told not to")

    def added(self, name: str, value: str, note: str) -> None:
        """Add the ledger row of a keyword the call did not have."""
        self.ledger.append(LedgerRow(name, "added", "", f"{name}={value}", note))


def _inert_value(value: object, row: dict[str, str]) -> bool:
    return repr(value) in row.get("inert", "").split()


def _inert(node: ast.expr, row: dict[str, str]) -> bool:
    known, value = literal(node)
    return known and _inert_value(value, row)
