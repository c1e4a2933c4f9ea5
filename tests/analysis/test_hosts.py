"""What URLs, keys, models and packages say of a server."""

from __future__ import annotations

import pytest

from migrator._tables import API
from migrator.analysis import hosts

from .support import codes, only, plan_of


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://API.OpenAI.com/v1", "api.openai.com"),
        ("https://user:pw@a.io:8000/x?y#z", "a.io"),
        ("a.io/v1", "a.io"),
        ("http://[::1]:8000/v1", "[::1]"),
        ("https://a.io?x=@b", "a.io"),
        ("", ""),
    ],
)
def test_host_of(url: str, host: str) -> None:
    assert hosts.host_of(url) == host


@pytest.mark.parametrize(
    ("url", "verdict"),
    [
        ("https://api.openai.com/v1", "openai"),
        ("https://us.api.openai.com/v1", "openai"),
        ("https://openai.com/v1", "other"),
        ("https://notapi.openai.com.x.io/v1", "other"),
        ("https://a.openai.azure.com/openai/v1/", "azure-v1"),
        ("https://a.services.ai.azure.com/openai/v1", "azure-v1"),
        ("https://a.openai.azure.com/openai/deployments/x", "azure-dated"),
        ("https://openai.azure.com.x.io/openai/v1", "other"),
        ("https://api.groq.com/openai/v1", "other"),
    ],
)
def test_url_verdict(url: str, verdict: str) -> None:
    assert hosts.url_verdict(url, ()) == verdict
    assert hosts.url_verdict(url, (hosts.host_of(url),)) == "openai"


@pytest.mark.parametrize("row", sorted(API["hosts"]["key"]))
def test_every_key_name_has_a_vendor(row: str) -> None:
    assert hosts.vendor_of_key(row)
    assert hosts.vendor_of_key("OPENAI_API_KEY") is None


@pytest.mark.parametrize("prefix", sorted(API["hosts"]["model"]))
def test_every_model_prefix_is_foreign(prefix: str) -> None:
    assert hosts.vendor_of_model(prefix + "x") and hosts.vendor_of_model(prefix.upper())


@pytest.mark.parametrize(
    "model",
    ["gpt-4o", "gpt-4.1-mini", "gpt-5", "o1", "o3-mini", "o4-mini", "chatgpt-4o-latest", "codex-mini",
     "ft:gpt-4o-mini:org::id", "gpt-3.5-turbo-0125", "my-deployment"],
)  # fmt: skip
def test_own_models_are_not_foreign(model: str) -> None:
    assert hosts.vendor_of_model(model) is None
    assert hosts.chat_only(model) is None


@pytest.mark.parametrize(
    "model", ["openai/gpt-oss-20b", "meta-llama/Llama-3", "x/y", "gpt-oss:free"]
)
def test_names_with_an_owner_are_foreign(model: str) -> None:
    assert hosts.vendor_of_model(model)


@pytest.mark.parametrize("model", sorted(API["hosts"]["chat_only"]))
def test_chat_only_models_are_blocked(model: str) -> None:
    text = f'client.chat.completions.create(model="{model}", messages=[{{"role": "user", "content": "x"}}])'
    assert codes(only(plan_of(text))) == {"CC228"}


@pytest.mark.parametrize("package", sorted(API["hosts"]["package"]))
def test_clients_of_every_package_are_kept(package: str) -> None:
    text = (
        f"from {package} import Client\nclient = Client()\n"
        'client.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}])\n'
    )
    finding = only(plan_of(text, head=""))
    assert finding.verdict == "keep" and codes(finding) == {"CC401"}


@pytest.mark.parametrize(
    ("model", "verdict", "code"),
    [
        ('"gpt-4o"', "rewrite", ""),
        ('"llama-3"', "keep", "CC403"),
        ('("gpt-4o" if a else "llama-3")', "blocked", "CC407"),
        ('("mistral" if a else "llama-3")', "keep", "CC403"),
        ("name", "rewrite", ""),
    ],
)
def test_models_in_calls(model: str, verdict: str, code: str) -> None:
    text = f'client.chat.completions.create(model={model}, messages=[{{"role": "user", "content": "x"}}])'
    finding = only(plan_of(text))
    assert (finding.verdict, codes(finding)) == (verdict, {code} if code else set())
