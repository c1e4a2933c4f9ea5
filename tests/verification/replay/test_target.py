"""Where a live run goes, with which key, and where it does not go."""

from __future__ import annotations

import pytest

from migrator.verification.replay.errors import CannotReplay
from migrator.verification.replay.target import Target, Wanted, target_of

KEY = {"OPENAI_API_KEY": "k"}
AZURE = {"AZURE_OPENAI_ENDPOINT": "https://x.openai.azure.com/", "AZURE_OPENAI_API_KEY": "a"}
BODY = {"model": "my model"}


def urls(target: Target) -> tuple[str, str]:
    return target.url("chat", BODY), target.url("responses", BODY)


def of(environment: dict[str, str], **wanted: object) -> Target:
    return target_of(Wanted(**wanted), environment)  # type: ignore[arg-type]


def test_openai() -> None:
    scopes = {"OPENAI_ORG_ID": "o", "OPENAI_PROJECT_ID": "p"}
    target = of({**KEY, **scopes})
    assert urls(target) == (
        "https://api.openai.com/v1/chat/completions",
        "https://api.openai.com/v1/responses",
    )
    assert dict(target.headers) == {
        "authorization": "Bearer k", "openai-organization": "o", "openai-project": "p",
    }  # fmt: skip
    assert target.name == "api.openai.com" and not target.local
    assert "Bearer" not in repr(target)


def test_other_servers() -> None:
    target = of({"OPENAI_BASE_URL": "http://localhost:8321/v1/"})
    assert urls(target)[1] == "http://localhost:8321/v1/responses"
    assert target.local and not target.headers
    target = of(KEY, base_url="http://127.0.0.1:1/v1", responses_base_url="http://[::1]:2/v1")
    assert urls(target) == ("http://127.0.0.1:1/v1/chat/completions", "http://[::1]:2/v1/responses")
    assert target.hosts == ("127.0.0.1:1", "[::1]:2") and target.name == "127.0.0.1:1 and [::1]:2"


def test_azure_of_today() -> None:
    target = of(AZURE)
    assert urls(target) == (
        "https://x.openai.azure.com/openai/v1/chat/completions",
        "https://x.openai.azure.com/openai/v1/responses",
    )
    assert dict(target.headers) == {"api-key": "a"}
    token = {"AZURE_OPENAI_ENDPOINT": AZURE["AZURE_OPENAI_ENDPOINT"], "AZURE_OPENAI_AD_TOKEN": "t"}
    assert dict(of(token).headers) == {"authorization": "Bearer t"}


def test_azure_by_base_url() -> None:
    target = of({**AZURE, **KEY, "OPENAI_BASE_URL": "https://x.openai.azure.com/openai/v1"})
    assert dict(target.headers) == {"api-key": "a"}


def test_azure_with_a_dated_version() -> None:
    version = "2025-04-01-preview"
    target = of({**AZURE, "OPENAI_API_VERSION": version})
    root = "https://x.openai.azure.com/openai"
    assert urls(target) == (
        f"{root}/deployments/my%20model/chat/completions?api-version={version}",
        f"{root}/responses?api-version={version}",
    )
    with pytest.raises(CannotReplay, match="OPENAI_API_VERSION=2024-10-21 has no /responses"):
        of({**AZURE, "OPENAI_API_VERSION": "2024-10-21"})


def test_openai_goes_before_azure() -> None:
    target = of({**AZURE, **KEY, "OPENAI_BASE_URL": "https://api.openai.com/v1"})
    assert target.name == "api.openai.com"


@pytest.mark.parametrize(
    "environment, wanted, why",
    [
        ({}, {}, "there is no key for api.openai.com: set OPENAI_API_KEY"),
        ({"OPENAI_API_KEY": ""}, {}, "there is no key"),
        ({"AZURE_OPENAI_ENDPOINT": "https://x.openai.azure.com"}, {}, "set AZURE_OPENAI_API_KEY"),
        (KEY, {"base_url": "https://evil.example/v1"}, "--allow-host evil.example"),
        (KEY, {"base_url": "https://api.openai.com.evil.example/v1"}, "--allow-host api"),
        (KEY, {"base_url": "https://evilapi.openai.com/v1"}, "--allow-host evil"),
        (KEY, {"chat_base_url": "https://evil.example/v1"}, "--allow-host evil.example"),
        (KEY, {"base_url": "https://localhost.evil.example"}, "--allow-host localhost"),
        (KEY, {"base_url": "http://api.openai.com/v1"}, "keys are not sent without https"),
        (KEY, {"base_url": "ftp://x"}, "not an http or https URL"),
        (KEY, {"base_url": "api.openai.com"}, "not an http or https URL"),
        (KEY, {"base_url": "http://x:99999999"}, "not an http or https URL"),
        (KEY, {"base_url": "http://[x"}, "not an http or https URL"),
        (KEY, {"base_url": "https://me:pw@api.openai.com/v1"}, "a base URL holds a user name"),
    ],
)
def test_refused(environment: dict[str, str], wanted: dict[str, str], why: str) -> None:
    with pytest.raises(CannotReplay, match=why) as error:
        of(environment, **wanted)
    assert "pw" not in str(error.value)


def test_allowed_hosts() -> None:
    target = of(KEY, base_url="http://gpu.internal:8000/v1", allow_host=["gpu.internal"])
    assert target.hosts == ("gpu.internal:8000",)
    assert of(KEY, base_url="https://a.corp/v1", allow_host=[".corp"]).name == "a.corp"
