"""What a URL, a key, a model name or a class says of the server behind a client."""

from __future__ import annotations

from migrator._tables import API

_HOSTS = API["hosts"]["host"]
_MODELS = API["hosts"]["model"]
_CHAT_ONLY = API["hosts"]["chat_only"]


def host_of(url: str) -> str:
    """Return the lower-case host of a URL, without user, port and path."""
    rest = url.split("://", 1)[-1]
    for end in "/?#":
        rest = rest.split(end, 1)[0]
    rest = rest.rsplit("@", 1)[-1]
    if rest.startswith("["):
        return rest.split("]", 1)[0] + "]"
    return rest.split(":", 1)[0].lower()


def is_address(text: str) -> bool:
    """Return whether a text can be an address; tests pass words like ``xxx`` for one."""
    return "://" in text


def url_verdict(url: str, trusted: tuple[str, ...]) -> str:
    """Return openai, azure-v1, azure-dated or other for a base URL."""
    host = host_of(url)
    if host in trusted:
        return "openai"
    for name, row in _HOSTS.items():
        if host == name or (name.startswith(".") and host.endswith(name)):
            if row["verdict"] != "azure":
                return row["verdict"]
            return "azure-v1" if "/openai/v1" in url else "azure-dated"
    return "other"


def vendor_of_key(name: str) -> str | None:
    """Return the vendor whose key an environment variable holds, else None."""
    row = API["hosts"]["key"].get(name)
    return row["vendor"] if row else None


_ADDRESS_ENDS = (
    "url", "base_url", "api_url", "api_base", "api_base_url", "base", "host", "endpoint",
    "api_endpoint", "server", "server_url", "openai_base_url",
)  # fmt: skip


def vendor_of_address(name: str) -> str | None:
    """Return the vendor whose address a setting, parameter or variable of that name holds."""
    lower = name.lower().lstrip("_")
    for prefix, row in API["hosts"]["address"].items():
        if lower.startswith(prefix + "_") and lower[len(prefix) + 1 :] in _ADDRESS_ENDS:
            return row["vendor"]
    return None


def vendor_of_literal_key(value: str) -> str | None:
    """Return the server that goes without a key and is given ``value``, else None."""
    row = API["hosts"]["literal_key"].get(value)
    return row["vendor"] if row else None


def vendor_of_model(model: str) -> str | None:
    """Return the vendor a model name belongs to when it is not OpenAI, else None."""
    lower = model.lower()
    for prefix, row in _MODELS.items():
        if lower.startswith(prefix):
            return row["vendor"]
    if "/" in lower and not lower.startswith(("ft:", "http")):
        return lower.split("/", 1)[0]
    if lower.endswith(":free"):
        return "OpenRouter"
    return None


def chat_only(model: str) -> str | None:
    """Return why Responses does not serve ``model``, else None."""
    for prefix, row in _CHAT_ONLY.items():
        if model.startswith(prefix):
            return row["note"]
    return None


def package_vendor(path: str) -> str | None:
    """Return the vendor of an imported path whose package is not openai, else None."""
    row = API["hosts"]["package"].get(path.split(".", 1)[0])
    return row["vendor"] if row else None


def wrapper_vendor(path: str) -> str | None:
    """Return the tracing library that ``path`` belongs to, else None."""
    for prefix, row in API["hosts"]["wrapper"].items():
        if path == prefix or path.startswith(prefix + "."):
            return row["vendor"]
    return None


def patch_vendor(path: str) -> str | None:
    """Return the library that patches the client in a call of ``path``, else None."""
    row = API["hosts"]["patch"].get(path)
    if row:
        return row["vendor"]
    return "instructor" if path.split(".", 1)[0] == "instructor" else None
