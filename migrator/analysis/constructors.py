"""What the arguments of a client's constructor say of the server it talks to."""

from __future__ import annotations

from migrator.analysis import hosts
from migrator.analysis.addresses import Addresses, Possible
from migrator.analysis.scopes import Module
from migrator.analysis.spreads import Spreads
from migrator.analysis.syntax import ast, is_none, keyword, last_name
from migrator.analysis.values import constants

_OLDEST_AZURE = "2025-03-01"
_NAMED = "`base_url` names OpenAI"


class Client:
    """One client a receiver may be.

    ``verdict`` as in `Host`; ``code`` and ``effect`` say what that means for its calls (empty
    for OpenAI's own host).
    """

    __slots__ = ("verdict", "name", "detail", "node", "code", "effect", "trust")

    def __init__(
        self,
        verdict: str,
        name: str,
        detail: str,
        node: ast.AST,
        code: str = "",
        effect: str = "",
    ) -> None:
        self.verdict = verdict
        self.name = name
        self.detail = detail
        self.node = node
        self.code = code
        self.effect = effect
        # The name that settles it in the setting `hosts`, if one can.
        self.trust = ""


class Constructors:
    """Reads constructor calls of one module."""

    def __init__(self, module: Module, trusted: tuple[str, ...]) -> None:
        self.module = module
        self.trusted = trusted
        self.addresses = Addresses(module)

    def constructed(self, call: ast.Call, name: str, row: dict[str, str]) -> Client:
        """Return the client that a call of a class of the openai package builds."""
        return self._azure(call, name) if row["family"] == "azure" else self._openai(call, name)

    def _openai(self, call: ast.Call, name: str) -> Client:
        return self.made(call, name, [call])

    def made(self, call: ast.Call, name: str, passed: list[ast.Call]) -> Client:
        """Return the client that ``call`` builds; ``passed`` are what OpenAI's class is given."""
        urls: list[ast.expr] = []
        keys: list[ast.expr] = []
        absent, unseen = False, ""
        for given in passed:
            if keyword(given, "provider") is not None:
                detail = "a cloud provider decides per model which endpoints exist"
                return Client("unknown", name, detail, call, "CC404", "unknown")
            keys.extend(key for key in [keyword(given, "api_key")] if key is not None)
            here = [url for url in [keyword(given, "base_url")] if url is not None]
            missing = not here
            for item in given.keywords:
                if item.arg is None:
                    spread = Spreads(self.module, "base_url").of(item.value)
                    here.extend(spread.values)
                    missing = missing and (spread.absent or not spread.values)
                    if spread.open:
                        unseen = unseen or f"`**{shown(self.module, item.value)}`: {spread.open}"
            urls.extend(here)
            absent = absent or missing
        client = self.addressed(call, urls, name, absent) if urls else None
        if client is not None and client.verdict not in ("openai", "unknown"):
            return client
        vendor = self._key_vendor(call, keys)
        if vendor is not None and not (client is not None and client.detail == _NAMED):
            detail = f"the key belongs to {vendor}"
            return Client("other", name, detail, call, "CC402", "keep")
        if unseen and (client is None or client.verdict == "openai"):
            detail = f"`base_url` depends on {unseen}"
            return Client("unknown", name, detail, call, "CC404", "unknown")
        return client or Client("openai", name, "built without `base_url`", call)

    def addressed(
        self, call: ast.Call, urls: list[ast.expr], name: str, absent: bool = False
    ) -> Client:
        """Return the client that a base URL makes; ``absent`` where there may be none."""
        found = Possible()
        for url in urls:
            found.add(self.addresses.of(url))
        if absent:
            found.values.append(None)
        self._without_strangers(found)
        verdicts = {hosts.url_verdict(str(value), self.trusted): value
                    for value in found.values if value}  # fmt: skip
        if any(not value for value in found.values):
            verdicts.setdefault("openai", "")
        if "other" in verdicts:
            return self._foreign(call, name, verdicts, found)
        if "azure-dated" in verdicts:
            detail = "`base_url` is an Azure address outside `/openai/v1`"
            return Client("azure-dated", name, detail, call, "CC406", "block")
        owner = self._owner(call, found)
        if owner is not None and not any(found.values):
            detail = f"`base_url` is the address of {owner}"
            return Client("other", name, detail, call, "CC402", "keep")
        if found.open or not verdicts:
            return self._unclear(call, urls[0], name, found.open)
        if "azure-v1" in verdicts:
            return Client("azure-v1", name, "Azure's v1 address", call)
        detail = _NAMED if all(found.values) else "no `base_url` reaches it"
        return Client("openai", name, detail, call)

    def _foreign(
        self, call: ast.Call, name: str, verdicts: dict[str, object], found: Possible
    ) -> Client:
        """Return the client for which an address of another vendor is seen."""
        detail = f"`base_url` names {hosts.host_of(str(verdicts['other']))}"
        if len(verdicts) > 1:
            return Client("unknown", name, f"{detail} or OpenAI", call, "CC407", "block")
        if found.split:
            detail += f" or depends on {found.open[0]}"
            return Client("unknown", name, detail, call, "CC404", "unknown")
        if found.open:
            detail += f" unless {found.open[0]} says otherwise"
        return Client("other", name, detail, call, "CC402", "keep")

    def _owner(self, call: ast.Call, found: Possible) -> str | None:
        """Return the vendor whose address the names of settings say it is, if all agree."""
        file = self.module.tree_of(call)
        owners = {
            hosts.vendor_of_address(name)
            for name, node in found.names
            if name and self.module.tree_of(node) is file
        } - {None}
        return owners.pop() if len(owners) == 1 else None

    def _without_strangers(self, found: Possible) -> None:
        """Leave out what is no address, and what only tests give where the program gives some."""
        place = self.module.source.place
        own = [value for value, node in found.literals if not is_test(place(node).path)]
        kept: list[object] = []
        for value in found.values:
            literal = any(value == other for other, _ in found.literals)
            if value and not hosts.is_address(str(value)):
                found.open.append(f"`{value}`")
            elif literal and own and value not in own:
                found.open.append("what tests give")
            else:
                kept.append(value)
        found.values = kept

    def _unclear(self, call: ast.Call, url: ast.expr, name: str, causes: list[str]) -> Client:
        text = f"`{shown(self.module, url)}`"
        detail = f"`base_url` is {text}, which is not a constant"
        if causes and causes[0] != text:
            detail = f"`base_url` is {text}, which depends on {causes[0]}"
        return Client("unknown", name, detail, call, "CC404", "unknown")

    def _key_vendor(self, call: ast.Call, nodes: list[ast.expr]) -> str | None:
        """Return the vendor that a key belongs to by its name or value, if all agree.

        Only what stands in the file of the constructor is evidence of this client.
        """
        found = Possible()
        for node in nodes:
            found.add(self.addresses.of(node))
            found.names.append((last_name(node), node))
        file = self.module.tree_of(call)
        literals = {
            hosts.vendor_of_literal_key(str(value))
            for value, node in found.literals
            if value and self.module.tree_of(node) is file
        }
        named = {
            hosts.vendor_of_key(name.upper())
            for name, node in found.names
            if name.lower().endswith(("_key", "_token"))
            and (name.isupper() or hosts.vendor_of_key(name.upper()))
            and self.module.tree_of(node) is file
        }
        for vendors in (literals, named):
            if len(vendors) == 1 and (vendor := vendors.pop()) is not None:
                return vendor
        return None

    def _azure(self, call: ast.Call, name: str) -> Client:
        fleet: object = self.module.memo.get("azure")
        dated = self._dated(call, name)
        if fleet is None:
            return dated
        from migrator.analysis.azure import Fleet

        assert isinstance(fleet, Fleet)
        return fleet.client(call, name, dated)

    def _dated(self, call: ast.Call, name: str) -> Client:
        """Return what an Azure client is at its dated address."""

        def blocked(detail: str) -> Client:
            return Client("azure-dated", name, detail, call, "CC406", "block")

        if any(item.arg is None for item in call.keywords):
            return blocked("keywords of the Azure client come from a `**` mapping")
        deployment = keyword(call, "azure_deployment")
        if deployment is not None and not is_none(deployment):
            return blocked("`azure_deployment` is ignored by Responses, which uses `model`")
        if keyword(call, "base_url") is not None:
            return blocked("`base_url` of an Azure client has another path on Responses")
        version = keyword(call, "api_version")
        complete, values = constants(self.module, version) if version is not None else (False, [])
        if complete and all(_recent(value) for value in values):
            return Client("azure-dated", name, f"api-version {values[0]}", call)
        if complete:
            return blocked(f"api-version {values[0]} is none that has Responses on Azure")
        detail = "the Azure api-version is not a constant"
        return Client("azure-dated", name, detail, call, "CC406", "unknown")


def _recent(version: object) -> bool:
    """Return whether a dated api-version has Responses; words like ``preview`` are none."""
    if not isinstance(version, str) or not version[:1].isdigit():
        return False
    return version[:10] >= _OLDEST_AZURE


def is_test(path: str) -> bool:
    """Return whether a path is one of a test."""
    name = path.rsplit("/", 1)[-1]
    return name.startswith(("test_", "conftest")) or "/tests/" in f"/{path}"


def shown(module: Module, node: ast.AST) -> str:
    """Return the text of a node on one line, shortened."""
    text = module.source.one_line(node) if hasattr(node, "lineno") else "?"
    return text if len(text) <= 60 else text[:57] + "..."
