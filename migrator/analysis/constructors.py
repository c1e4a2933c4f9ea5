"""What the arguments of a client's constructor say of the server it talks to."""

from __future__ import annotations

from migrator.analysis import hosts
from migrator.analysis.reaching import bindings_of
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast, constant_string, is_none, keyword, walk
from migrator.analysis.uses import uses_of
from migrator.analysis.values import constants, origins

_OLDEST_AZURE = "2025-03-01"


class Client:
    """One client a receiver may be.

    ``verdict`` as in `Host`; ``code`` and ``effect`` say what that means for its calls (empty
    for OpenAI's own host).
    """

    __slots__ = ("verdict", "name", "detail", "node", "code", "effect")

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


class Constructors:
    """Reads constructor calls of one module."""

    def __init__(self, module: Module, trusted: tuple[str, ...]) -> None:
        self.module = module
        self.trusted = trusted

    def constructed(self, call: ast.Call, name: str, row: dict[str, str]) -> Client:
        """Return the client that a call of a class of the openai package builds."""
        return self._azure(call, name) if row["family"] == "azure" else self._openai(call, name)

    def _openai(self, call: ast.Call, name: str) -> Client:
        url = keyword(call, "base_url")
        for item in call.keywords:
            if item.arg is None:
                known, url = self._splat(item.value, url)
                if not known:
                    detail = "keywords from a `**` mapping may set `base_url`"
                    return Client("unknown", name, detail, call, "CC404", "unknown")
        if keyword(call, "provider") is not None:
            detail = "a cloud provider decides per model which endpoints exist"
            return Client("unknown", name, detail, call, "CC404", "unknown")
        if url is not None:
            client = self.addressed(call, url, name)
            if client.verdict != "openai" or not is_none(url):
                return client
        vendor = self._key_vendor(keyword(call, "api_key"))
        if vendor is not None:
            detail = f"the key belongs to {vendor}"
            return Client("other", name, detail, call, "CC402", "keep")
        return Client("openai", name, "built without `base_url`", call)

    def _splat(self, node: ast.expr, url: ast.expr | None) -> tuple[bool, ast.expr | None]:
        """Return (True, base_url) when every origin of a ``**`` mapping is a plain dict."""
        if isinstance(node, ast.Name):
            for binding in bindings_of(self.module, node):
                if any(use is not node for use in uses_of(self.module, binding)):
                    return False, None
        for origin in origins(self.module, node):
            if origin.kind != "expr" or not isinstance(origin.node, ast.Dict):
                return False, None
            for key, value in zip(origin.node.keys, origin.node.values, strict=True):
                name = constant_string(key)
                if name is None:
                    return False, None
                if name == "base_url":
                    url = value
        return True, url

    def addressed(self, call: ast.Call, url: ast.expr, name: str) -> Client:
        """Return the client that a base URL makes."""
        complete, values = constants(self.module, url)
        if not complete:
            prefix = self._prefix(url)
            if prefix is not None:
                complete, values = True, [prefix]
        if not complete:
            detail = f"`base_url` is `{shown(self.module, url)}`, which is not a constant"
            return Client("unknown", name, detail, call, "CC404", "unknown")
        for value in values:
            if value is None or value == "":
                continue
            verdict = hosts.url_verdict(str(value), self.trusted)
            if verdict == "other":
                detail = f"`base_url` names {hosts.host_of(str(value))}"
                return Client("other", name, detail, call, "CC402", "keep")
            if verdict == "azure-dated":
                detail = "`base_url` is an Azure address outside `/openai/v1`"
                return Client("azure-dated", name, detail, call, "CC406", "block")
            if verdict == "azure-v1":
                return Client("azure-v1", name, "Azure's v1 address", call)
        return Client("openai", name, "`base_url` names OpenAI", call)

    def _prefix(self, url: ast.expr) -> str | None:
        """Return the constant beginning of a URL when it holds the whole host."""
        found = origins(self.module, url)
        node = found[0].node if len(found) == 1 and found[0].kind == "expr" else None
        while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            node = node.left
        if isinstance(node, ast.JoinedStr) and node.values:
            node = node.values[0]
        text = constant_string(node)
        if text is None or "://" not in text:
            return None
        after = text.split("://", 1)[1]
        return text if any(end in after for end in "/:") else None

    def _key_vendor(self, node: ast.expr | None) -> str | None:
        if node is None:
            return None
        for origin in origins(self.module, node):
            if origin.kind != "expr":
                continue
            text = constant_string(origin.node)
            if text is not None and (vendor := hosts.vendor_of_literal_key(text)):
                return vendor
            for part in walk(origin.node):
                name = constant_string(part)
                if name is not None and (vendor := hosts.vendor_of_key(name)):
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


def shown(module: Module, node: ast.AST) -> str:
    """Return the text of a node on one line, shortened."""
    text = module.source.one_line(node) if hasattr(node, "lineno") else "?"
    return text if len(text) <= 60 else text[:57] + "..."
