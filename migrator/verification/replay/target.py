"""Where the two sides of a replay go, and what they are shown: URLs, keys, allowed hosts."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from migrator.verification.samples.sample import JsonObject

from .errors import CannotReplay
from .model import Side

OPENAI = "https://api.openai.com/v1"
# Names that start with a dot stand for everything below them.
ALLOWED_HOSTS = (
    "api.openai.com", ".api.openai.com", ".openai.azure.com", ".services.ai.azure.com",
    ".cognitiveservices.azure.com",
)  # fmt: skip
# The first dated version that has /openai/responses.
_RESPONSES_SINCE = "2025-03-01"


@dataclass(frozen=True)
class Target:
    """Two base URLs and the headers for them; ``version`` is the dated one of Azure.

    ``name`` is ``emulator`` or what a report calls the server.  The headers hold keys: they are
    never printed or written down.
    """

    name: str
    urls: Mapping[Side, str]
    headers: Mapping[str, str] = field(repr=False, default_factory=dict)
    version: str | None = None

    def url(self, side: Side, body: JsonObject) -> str:
        """Return where a request is posted."""
        base = self.urls[side]
        if self.version is None:
            return f"{base}/{'chat/completions' if side == 'chat' else 'responses'}"
        if side == "responses":
            return f"{base}/openai/responses?api-version={self.version}"
        model = quote(str(body.get("model") or ""), safe="")
        return f"{base}/openai/deployments/{model}/chat/completions?api-version={self.version}"

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that are spoken to, each once."""
        return tuple(dict.fromkeys(urlsplit(url).netloc for url in self.urls.values()))

    @property
    def local(self) -> bool:
        """Whether both servers are on this machine."""
        return all(is_loopback(urlsplit(url).hostname or "") for url in self.urls.values())


@dataclass(frozen=True)
class Wanted:
    """What the command line says of the server; the environment says the rest."""

    base_url: str | None = None
    chat_base_url: str | None = None
    responses_base_url: str | None = None
    allow_host: Sequence[str] = ()


def target_of(wanted: Wanted, environment: Mapping[str, str]) -> Target:
    """Return the real server of a live run; raise `CannotReplay`."""
    named = wanted.base_url or wanted.chat_base_url or wanted.responses_base_url
    azure = environment.get("AZURE_OPENAI_ENDPOINT")
    if named or environment.get("OPENAI_BASE_URL") or not azure:
        found = _openai(wanted, environment)
    else:
        found = _azure(azure, environment)
    for url in found.urls.values():
        _check(url, wanted.allow_host)
    _check_key(found)
    return found


def _openai(wanted: Wanted, environment: Mapping[str, str]) -> Target:
    base = wanted.base_url or environment.get("OPENAI_BASE_URL") or OPENAI
    urls: dict[Side, str] = {
        "chat": _cleaned(wanted.chat_base_url or base),
        "responses": _cleaned(wanted.responses_base_url or base),
    }
    headers = {}
    if _is_azure(urls["chat"]):
        headers = _azure_key(environment)
    elif environment.get("OPENAI_API_KEY"):
        headers["authorization"] = f"Bearer {environment['OPENAI_API_KEY']}"
        for name, variable in _SCOPES:
            if environment.get(variable):
                headers[name] = environment[variable]
    return Target(_name(urls), urls, headers)


_SCOPES = (("openai-organization", "OPENAI_ORG_ID"), ("openai-project", "OPENAI_PROJECT_ID"))


def _azure(endpoint: str, environment: Mapping[str, str]) -> Target:
    """Return an Azure resource: the v1 API, or the dated one that the environment names."""
    version = environment.get("OPENAI_API_VERSION")
    root = _cleaned(endpoint).removesuffix("/openai/v1").removesuffix("/openai")
    if version and version[:1].isdigit() and version[:10] < _RESPONSES_SINCE:
        raise CannotReplay(
            f"OPENAI_API_VERSION={version} has no /responses; unset it for the v1 API, or set"
            " 2025-03-01-preview or later"
        )
    base = root if version else f"{root}/openai/v1"
    urls: dict[Side, str] = {"chat": base, "responses": base}
    return Target(_name(urls), urls, _azure_key(environment), version or None)


def _azure_key(environment: Mapping[str, str]) -> dict[str, str]:
    token = environment.get("AZURE_OPENAI_AD_TOKEN")
    key = environment.get("AZURE_OPENAI_API_KEY")
    if key:
        return {"api-key": key}
    return {"authorization": f"Bearer {token}"} if token else {}


def _is_azure(url: str) -> bool:
    return _matches(urlsplit(url).hostname or "", ALLOWED_HOSTS[2:])


def _cleaned(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname
        _ = parts.port
    except ValueError:
        usable = None
    if not usable:
        raise CannotReplay(f"{url}: not an http or https URL")
    if parts.username or parts.password:
        raise CannotReplay(
            "a base URL holds a user name or password; keys belong in OPENAI_API_KEY"
        )
    return url.rstrip("/")


def _name(urls: Mapping[Side, str]) -> str:
    return " and ".join(dict.fromkeys(urlsplit(url).netloc for url in urls.values()))


def _check(url: str, allowed: Iterable[str]) -> None:
    """Raise unless samples may be sent to the host of ``url``."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if is_loopback(host) or _matches(host, allowed):
        return
    if not _matches(host, ALLOWED_HOSTS):
        raise CannotReplay(f"{host} is not a host that samples may be sent to; --allow-host {host}")
    if parts.scheme != "https":
        raise CannotReplay(f"{url}: keys are not sent without https")


def _matches(host: str, names: Iterable[str]) -> bool:
    return any(host == name or (name[:1] == "." and host.endswith(name)) for name in names)


def is_loopback(host: str) -> bool:
    """Return whether ``host`` is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_key(target: Target) -> None:
    """Raise if there is no key for a server that is not on this machine."""
    if target.headers:
        return
    for url in target.urls.values():
        if not is_loopback(urlsplit(url).hostname or ""):
            names = "AZURE_OPENAI_API_KEY or AZURE_OPENAI_AD_TOKEN"
            name = names if _is_azure(url) else "OPENAI_API_KEY"
            raise CannotReplay(f"there is no key for {urlsplit(url).netloc}: set {name}")
