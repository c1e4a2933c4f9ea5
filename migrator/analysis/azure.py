"""What Azure clients are made of, and whether they can move to Azure's v1 address.

The dated address puts the deployment into the path of a chat request; at ``/openai/v1/`` the
plain client of OpenAI is used and ``model`` names the deployment.
"""

from __future__ import annotations

from migrator.analysis.azureparts import (
    Credential,
    Endpoint,
    NotMoved,
    credential_of,
    endpoint_of,
)
from migrator.analysis.clientflow import ClientFlow
from migrator.analysis.clients import clients_of
from migrator.analysis.constructors import Client, shown
from migrator.analysis.deployments import model_of
from migrator.analysis.facts import Member, Mention, Reason
from migrator.analysis.reaching import bindings_of
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast, constant_string, is_none, keyword, last_name, walk
from migrator.analysis.values import qualified_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from migrator.analysis.grouping import Groups
    from migrator.analysis.requests import Request
    from migrator.analysis.sites import Site
    from migrator.planning.model import Finding

    Call = tuple[int, Site, Request, Finding]

CLASSES = {"AzureOpenAI": "OpenAI", "AsyncAzureOpenAI": "AsyncOpenAI"}
# What both constructors take and do the same with.
_KEPT = ("api_key", "organization", "project", "timeout", "max_retries", "default_headers",
         "http_client", "webhook_secret")  # fmt: skip
_ENDPOINT = ("azure_endpoint",)
_CREDENTIALS = ("azure_ad_token", "azure_ad_token_provider")
GONE = ("api_version", "azure_deployment")
# Headers of gateways, which have addresses of their own.
_GATEWAY = ("api-key", "authorization", "ocp-apim-subscription-key")
# What the two constructors raise where a setting is missing is not the same.
_RAISED = ("ValueError", "OpenAIError", "KeyError", "LookupError", "AttributeError", "TypeError")


class Move:
    """One constructor of an Azure client that becomes one of OpenAI's.

    ``models`` says what the calls have to name as ``model`` where they don't yet.
    """

    __slots__ = ("call", "to", "endpoint", "credential", "deployment", "flow", "models", "root")

    def __init__(
        self, call: ast.Call, to: str, endpoint: Endpoint, credential: Credential, flow: ClientFlow
    ) -> None:
        self.call = call
        self.to = to
        self.endpoint = endpoint
        self.credential = credential
        self.flow = flow
        deployment = keyword(call, "azure_deployment")
        self.deployment = None if is_none(deployment) else deployment
        self.models: list[tuple[ast.Call, str]] = []
        self.root: int | None = None


class Fleet:
    """The Azure clients of one module; kept in ``module.memo`` where they are to move."""

    def __init__(self, module: Module, trusted: tuple[str, ...]) -> None:
        self.module = module
        self.trusted = trusted
        self.moves: dict[ast.Call, Move] = {}
        self._refused: dict[ast.Call, str] = {}

    def client(self, call: ast.Call, name: str, dated: Client) -> Client:
        """Return the client after the move; ``dated`` is what it is without one."""
        if call not in self.moves and call not in self._refused:
            try:
                self.moves[call] = self._move(call, name)
            except NotMoved as error:
                self._refused[call] = str(error)
        if call not in self.moves:
            if not dated.code:
                return dated
            return Client("azure-dated", name, self._refused[call], call, "CC406", "block")
        unseen = self.moves[call].endpoint.unseen
        if unseen:
            return Client("azure-v1", name, unseen, call, "CC404", "unknown")
        return Client("azure-v1", name, "moves to Azure's v1 address", call)

    # -- one constructor ----------------------------------------------------------------

    def _move(self, call: ast.Call, name: str) -> Move:
        self._keywords(call)
        flow = ClientFlow(self.module, call)
        endpoint = endpoint_of(self.module, call, self.trusted)
        credential = credential_of(self.module, call, name)
        move = Move(call, CLASSES[name], endpoint, credential, flow)
        self._class_of(call)
        self._uses(move)
        self._handled(flow)
        return move

    def _keywords(self, call: ast.Call) -> None:
        for item in call.keywords:
            if item.arg is None:
                raise NotMoved("keywords of the Azure client come from a `**` mapping")
            if item.arg == "base_url":
                raise NotMoved("`base_url` of an Azure client has another path on Responses")
            if item.arg not in (*_KEPT, *_ENDPOINT, *_CREDENTIALS, *GONE):
                raise NotMoved(f"`{item.arg}` has no counterpart at Azure's v1 address")
            if item.arg in GONE and any(
                isinstance(part, (ast.NamedExpr, ast.Await, ast.Yield)) for part in walk(item.value)
            ):
                raise NotMoved(f"`{item.arg}` does more than give a value")
        if call.args:
            raise NotMoved("a positional argument")
        headers = keyword(call, "default_headers")
        for part in walk(headers) if headers is not None else ():
            text = constant_string(part)
            if text is not None and text.lower() in _GATEWAY:
                raise NotMoved(f"the header `{text}` is that of a gateway")

    def _class_of(self, call: ast.Call) -> None:
        """Refuse a class that is reached in a way nobody can rename."""
        func = call.func
        if isinstance(func, ast.Attribute):
            if qualified_names(self.module, func.value) != {"openai"}:
                raise NotMoved("the client's class is not read from `openai` itself")
        elif not isinstance(func, ast.Name) or len(bindings_of(self.module, func)) != 1:
            raise NotMoved("the client's class may be another one")
        elif bindings_of(self.module, func)[0].kind != "from":
            raise NotMoved("the client's class has another name here")

    def _uses(self, move: Move) -> None:
        for message, node in move.flow.escapes:
            line = self.module.source.place(node).line
            raise NotMoved(f"{message} (line {line})")
        if move.deployment is not None and move.flow.embeddings:
            raise NotMoved("embeddings go to the deployment of the client, too")
        for annotation in move.flow.annotations:
            for part in walk(annotation):
                text = constant_string(part)
                if text is not None and "Azure" in text:
                    raise NotMoved("the client is annotated with a string")
        if move.deployment is None:
            return
        for call in move.flow.calls:
            spelled = model_of(self.module, call, move.deployment)
            if spelled:
                move.models.append((call, spelled))

    def _handled(self, flow: ClientFlow) -> None:
        """Refuse a constructor whose errors are handled by their class."""
        for value in flow.values:
            if not isinstance(value, ast.Call):
                continue
            current = self.module.parents.get(value)
            inner: ast.AST = value
            while current is not None:
                if isinstance(current, ast.Try) and inner in current.body:
                    for handler in current.handlers:
                        self._handler(handler)
                inner, current = current, self.module.parents.get(current)

    def _handler(self, handler: ast.ExceptHandler) -> None:
        for part in walk(handler.type) if handler.type is not None else ():
            if last_name(part) in _RAISED:
                name = shown(self.module, part)
                raise NotMoved(f"`{name}`, which the constructor may raise, is handled")

    # -- with the calls -----------------------------------------------------------------

    def join(self, groups: Groups, calls: list[Call]) -> None:
        """Decide each client together with all of its calls, and write down their models."""
        known = {site.call: (number, site, request, finding)
                 for number, site, request, finding in calls}  # fmt: skip
        self._astray(calls)
        for move in self.moves.values():
            found = [known[call] for call in move.flow.calls if call in known]
            for number, site, _, finding in found:
                groups.join(found[0][0], number)
                move.root = number
                if move.deployment is not None and site.receiver is not None:
                    self._mixed(move, site, finding)
            if len(found) != len(move.flow.calls):
                message = "a call of the client is not seen as one"
                for _, _, _, finding in found:
                    self._stop(finding, message, move)
        self._shared(groups)
        for move in self.moves.values():
            for call, text in move.models:
                if call in known:
                    _renamed(known[call][2], text)

    def _shared(self, groups: Groups) -> None:
        """Decide clients together that go through the same code: its annotations change once."""
        owners: dict[ast.AST, int] = {}
        for move in self.moves.values():
            for node in (*move.flow.annotations, *move.flow.values):
                if move.root is not None:
                    groups.join(owners.setdefault(node, move.root), move.root)

    def _astray(self, calls: list[Call]) -> None:
        """Refuse clients that make a call which was not found by following them."""
        for _, site, _, finding in calls:
            if site.receiver is None:
                continue
            for client in clients_of(self.module, site.receiver, self.trusted):
                move = self.moves.get(client.node) if isinstance(client.node, ast.Call) else None
                if move is not None and site.call not in move.flow.calls:
                    for _, other, _, its in calls:
                        if other.call in move.flow.calls or its is finding:
                            self._stop(its, "not every call of the client is followed", move)

    def _mixed(self, move: Move, site: Site, finding: Finding) -> None:
        """Refuse a deployment in the place of ``model`` where other clients make the call, too."""
        assert site.receiver is not None
        for client in clients_of(self.module, site.receiver, self.trusted):
            other = self.moves.get(client.node) if isinstance(client.node, ast.Call) else None
            if other is not move and any(call is site.call for call, _ in move.models):
                self._stop(finding, "another client without the deployment makes this call", move)
                return

    def _stop(self, finding: Finding, message: str, move: Move) -> None:
        place = self.module.source.place(move.call)
        finding.reasons.append(Reason("CC406", message, place, "block"))

    def moved(self, groups: Groups, root: int) -> list[Move]:
        """Return the clients that move with a group."""
        return [
            move
            for move in self.moves.values()
            if move.root is not None and groups.find(move.root) == root
        ]


def note(calls: Iterable[tuple[Site, Request, Finding]], moves: Iterable[Move]) -> None:
    """Tell the calls of clients that move what is different."""
    for move in moves:
        for site, _, finding in calls:
            if site.call in move.flow.calls:
                finding.notes.extend(each for each in _notes(move) if each not in finding.notes)


def members(module: Module, moves: Iterable[Move]) -> list[Member]:
    """Return the constructors as members of their group."""
    return [
        Member("client", module.source.place(move.call), module.source.one_line(move.call)[:80])
        for move in moves
    ]


def mentions(module: Module, moves: Iterable[Move]) -> list[Mention]:
    """Return what the rest of the project is asked before clients move."""
    result: list[Mention] = []
    for move in moves:
        result.extend(Mention(m.needles, m.reason, anywhere=m.anywhere) for m in move.flow.mentions)
        place = module.source.place(move.call)
        replaced = Reason("CC503", "the client's class is replaced in", place, "block")
        for name in CLASSES:
            for form in (f'.{name}"', f".{name}'", f'"{name}"', f"'{name}'"):
                result.append(Mention((form.encode(),), replaced))
            for form in (f'openai.{name}"', f"openai.{name}'"):
                result.append(Mention((form.encode(),), replaced, anywhere=True))
        if move.credential.kind == "environment":
            token = Reason("CC406", "`AZURE_OPENAI_AD_TOKEN` is used in", place, "block")
            result.append(Mention((b"AZURE_OPENAI_AD_TOKEN",), token, anywhere=True))
    return result


def _renamed(request: Request, text: str) -> None:
    """Have the call name the deployment of its client."""
    from migrator.analysis.requests import Change

    request.changes.append(Change("set", "model", prefix=text))
    for row in request.ledger:
        if row.keyword == "model":
            row.action, row.after = "reshaped", f"model={text}"
            row.note = "the client's deployment; Azure overlooked this `model`"


def _notes(move: Move) -> list[str]:
    result = ["the client moves to Azure's v1 address, where `model` names the deployment"]
    if move.credential.kind == "provider":
        result.append("a token provider as `api_key` needs openai 1.106 or later")
    if move.credential.kind == "environment":
        result.append("`AZURE_OPENAI_AD_TOKEN` is not read any more")
    if move.credential.variable or move.endpoint.variable:
        result.append("where a variable of the environment is missing, `KeyError` is raised")
    if move.credential.optional:
        result.append("without its own key, the new client would take `OPENAI_API_KEY`")
    return result
