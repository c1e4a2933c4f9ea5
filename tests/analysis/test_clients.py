"""Every spelling of a client: constructor, wrapper, parameter, attribute → host verdict."""

from __future__ import annotations

import pytest

from migrator.config import Settings

from .support import codes, only, plan_of

CALL = 'r = client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "x"}])\n'

# (what builds `client`, the host's verdict, the code of the reason or "")
CONSTRUCTORS = [
    ("from openai import OpenAI\nclient = OpenAI()", "openai", ""),
    ("from openai import AsyncOpenAI\nclient = AsyncOpenAI(api_key=k)", "openai", ""),
    ("from openai import Client\nclient = Client()", "openai", ""),
    ("import openai\nclient = openai.OpenAI(max_retries=1)", "openai", ""),
    ("import openai as o\nclient = o.AsyncClient()", "openai", ""),
    ("from openai import OpenAI as Api\nclient = Api(organization='o', project='p')", "openai", ""),
    ("import openai\nclient = openai", "openai", ""),
    ("import openai\nClass = openai.OpenAI\nclient = Class()", "openai", ""),
    ("from openai import OpenAI\nclient = OpenAI(base_url=None)", "openai", ""),
    ("from openai import OpenAI\nclient = OpenAI(base_url='https://api.openai.com/v1')", "openai", ""),
    ("from openai import OpenAI\nclient = OpenAI(base_url='https://eu.api.openai.com/v1')", "openai", ""),
    ("from openai import OpenAI\nclient = OpenAI(**{'api_key': 'k'})", "openai", ""),
    ("from openai import OpenAI\nclient = OpenAI(base_url='https://api.deepseek.com')", "other", "CC402"),
    ("from openai import OpenAI\nclient = OpenAI(base_url='http://localhost:11434/v1')", "other", "CC402"),
    ("from openai import OpenAI\nclient = OpenAI(base_url='http://[::1]:8000/v1')", "other", "CC402"),
    ("from openai import OpenAI\nclient = OpenAI(base_url='https://api.openai.com.evil.io/v1')", "other", "CC402"),
    ("from openai import OpenAI\nclient = OpenAI(base_url='https://api.openai.com@evil.io/v1')", "other", "CC402"),
    ("from openai import OpenAI\nclient = OpenAI(base_url=f'http://127.0.0.1:{port}/v1')", "other", "CC402"),
    ("from openai import OpenAI\nURL = 'https://openrouter.ai/api/v1'\nclient = OpenAI(base_url=URL)", "other", "CC402"),
    ("from openai import OpenAI\nclient = OpenAI(**{'base_url': 'http://x.io'})", "other", "CC402"),
    ("from openai import OpenAI\nclient = OpenAI(api_key='ollama')", "other", "CC402"),
    ("import os\nfrom openai import OpenAI\nclient = OpenAI(api_key=os.environ['GROQ_API_KEY'])", "other", "CC402"),
    ("import os\nfrom openai import OpenAI\nclient = OpenAI(api_key=os.getenv('DEEPSEEK_API_KEY'))", "other", "CC402"),
    ("from openai import OpenAI\nclient = OpenAI(base_url=url)", "unknown", "CC404"),
    ("import os\nfrom openai import OpenAI\nclient = OpenAI(base_url=os.environ.get('URL'))", "unknown", "CC404"),
    ("from openai import OpenAI\nclient = OpenAI(base_url=f'{host}/v1')", "unknown", "CC404"),
    ("from openai import OpenAI\nclient = OpenAI(**options)", "unknown", "CC404"),
    ("from openai import OpenAI\nclient = OpenAI(provider=bedrock())", "unknown", "CC404"),
    ("from openai import AzureOpenAI\nclient = AzureOpenAI(api_version='2025-04-01-preview')", "azure-dated", ""),
    ("from openai import AsyncAzureOpenAI\nclient = AsyncAzureOpenAI(api_version='2025-03-01-preview')", "azure-dated", ""),
    ("from openai.lib.azure import AzureOpenAI\nclient = AzureOpenAI(api_version='2024-10-21')", "azure-dated", "CC406"),
    ("from openai import AzureOpenAI\nclient = AzureOpenAI(api_version='2025-04-01-preview', azure_deployment='d')", "azure-dated", "CC406"),
    ("from openai import AzureOpenAI\nclient = AzureOpenAI(api_version='2025-04-01-preview', base_url='https://a.openai.azure.com/openai')", "azure-dated", "CC406"),
    ("from openai import AzureOpenAI\nclient = AzureOpenAI(**options)", "azure-dated", "CC406"),
    ("from openai import AzureOpenAI\nclient = AzureOpenAI()", "azure-dated", "CC406"),
    ("from openai import OpenAI\nclient = OpenAI(base_url='https://me.openai.azure.com/openai/v1/')", "azure-v1", ""),
    ("from openai import OpenAI\nclient = OpenAI(base_url='https://me.openai.azure.com/openai/deployments/d')", "azure-dated", "CC406"),
    ("from groq import Groq\nclient = Groq()", "other", "CC401"),
    ("import groq\nclient = groq.AsyncGroq()", "other", "CC401"),
    ("from together import Together\nclient = Together()", "other", "CC401"),
    ("from mistralai import Mistral\nclient = Mistral()", "other", "CC401"),
    ("from zhipuai import ZhipuAI\nclient = ZhipuAI()", "other", "CC401"),
    ("from huggingface_hub import InferenceClient\nclient = InferenceClient()", "other", "CC401"),
    ("from cerebras.cloud.sdk import Cerebras\nclient = Cerebras()", "other", "CC401"),
    ("from portkey_ai import Portkey\nclient = Portkey()", "other", "CC401"),
    ("from azure.ai.inference import ChatCompletionsClient\nclient = ChatCompletionsClient()", "other", "CC401"),
    ("import litellm\nclient = litellm", "other", "CC401"),
    ("class Fake: pass\nclient = Fake()", "other", "CC401"),
    ("from unittest.mock import MagicMock\nclient = MagicMock()", "other", "CC401"),
    ("import instructor\nfrom openai import OpenAI\nclient = instructor.patch(OpenAI())", "other", "CC408"),
    ("import instructor\nfrom openai import OpenAI\nclient = instructor.from_openai(OpenAI())", "other", "CC408"),
    ("from instructor import from_provider\nclient = from_provider('openai/x')", "other", "CC408"),
    ("from langsmith.wrappers import wrap_openai\nfrom openai import OpenAI\nclient = wrap_openai(OpenAI())", "unknown", "CC409"),
    ("from langfuse.openai import OpenAI\nclient = OpenAI()", "unknown", "CC409"),
    ("from langfuse.openai import openai\nclient = openai", "unknown", "CC409"),
    ("from app.clients import client", "unknown", "CC405"),
    ("from app.clients import make\nclient = make()", "unknown", "CC405"),
    ("client = CLIENTS['a']", "unknown", "CC405"),
    ("for client in clients: pass", "unknown", "CC405"),
    ("from openai import OpenAI\nclass Mine(OpenAI): pass\nclient = Mine()", "openai", ""),
    ("from other import Base\nclass Mine(Base): pass\nclient = Mine()", "unknown", "CC405"),
    ("from openai import OpenAI\ndef make():\n    return OpenAI()\nclient = make()", "openai", ""),
    ("from openai import OpenAI\ndef make(u):\n    return OpenAI(base_url=u)\nclient = make(x)", "unknown", "CC404"),
    ("from openai import OpenAI\ndef make() -> OpenAI:\n    return pool.get()\nclient = make()", "openai", ""),
    ("from openai import OpenAI\nclient = OpenAI().with_options(timeout=1)", "openai", ""),
    ("from openai import OpenAI\nclient = OpenAI().copy(base_url='http://a.io')", "other", "CC402"),
    ("from openai import OpenAI\nwith OpenAI() as client: pass", "openai", ""),
    ("from openai import OpenAI\nclient = None\nclient = client or OpenAI()", "openai", ""),
    ("from openai import OpenAI\nfrom groq import Groq\nclient = OpenAI() if x else Groq()", "unknown", "CC407"),
    ("from openai import OpenAI, AzureOpenAI\nclient = OpenAI() if x else AzureOpenAI(api_version='2023-05-15')", "azure-dated", "CC406"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("built", "verdict", "code"),
    CONSTRUCTORS,
    ids=[row[0].split("\n", 1)[-1] for row in CONSTRUCTORS],
)
def test_constructors(built: str, verdict: str, code: str) -> None:
    plan = plan_of(f"{built}\n{CALL}", head="")
    finding = next(f for f in plan.findings if f.code == "CC101")
    assert finding.host is not None and finding.host.verdict == verdict
    assert codes(finding) == ({code} if code else set())


PARAMETERS = [
    ("client: openai.OpenAI", "openai"),
    ("client: 'openai.OpenAI'", "openai"),
    ("client: openai.OpenAI | None = None", "openai"),
    ("client: Optional[openai.AsyncOpenAI]", "openai"),
    ("client: Annotated[openai.OpenAI, 1]", "openai"),
    ("client: groq.Groq", "other"),
    ("client: openai.AzureOpenAI", "azure-dated"),
    ("client: Any", "unknown"),
    ("client", "unknown"),
]


@pytest.mark.parametrize(("parameter", "verdict"), PARAMETERS)
def test_annotated_parameters(parameter: str, verdict: str) -> None:
    plan = plan_of(f"import groq\nimport openai\ndef f({parameter}):\n    {CALL}", head="")
    host = only(plan).host
    assert host is not None and host.verdict == verdict


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ("class A:\n    def __init__(self):\n        self.client = OpenAI()\n", "openai"),
        ("class A:\n    client = OpenAI()\n", "openai"),
        ("class A:\n    client: OpenAI\n", "openai"),
        (
            "class B:\n    def __init__(self):\n        self.client = OpenAI()\nclass A(B):\n",
            "openai",
        ),
        ("class A:\n    @property\n    def client(self):\n        return OpenAI()\n", "openai"),
        ("class A:\n    def __init__(self, client):\n        self.client = client\n", "unknown"),
        (
            "class A:\n    def __init__(self, client: OpenAI):\n        self.client = client\n",
            "openai",
        ),
        (
            "class A:\n    def __init__(self, c=None):\n        self.client = c or OpenAI()\n",
            "openai",
        ),
        ("class A:\n", "unknown"),
    ],
)
def test_clients_on_self(body: str, verdict: str) -> None:
    text = f"from openai import OpenAI\n{body}\n    def go(self):\n        {CALL.replace('client', 'self.client', 1)}"
    host = only(plan_of(text, head="")).host
    assert host is not None and host.verdict == verdict


@pytest.mark.parametrize(
    ("policy", "verdict"), [("suggest", "suggest"), ("rewrite", "rewrite"), ("block", "blocked")]
)
def test_unknown_hosts_follow_the_setting(policy: str, verdict: str) -> None:
    settings = Settings().updated({"unknown-hosts": policy}, "test")
    text = f"from openai import OpenAI\nclient = OpenAI(base_url=url)\n{CALL}"
    assert only(plan_of(text, settings, head="")).verdict == verdict


@pytest.mark.parametrize(
    ("built", "trusted"),
    [
        ("from app import make_client\nclient = make_client()", "make_client"),
        ("from app import Client\nclient = Client()", "app.Client"),
        ("from openai import OpenAI\nclient = OpenAI(base_url='https://llm.corp.example/v1')", "llm.corp.example"),
    ],
)  # fmt: skip
def test_hosts_setting_names_more(built: str, trusted: str) -> None:
    settings = Settings().updated({"hosts": [trusted]}, "test")
    finding = only(plan_of(f"{built}\n{CALL}", settings, head=""))
    assert finding.host is not None and finding.host.verdict == "openai"
    assert finding.verdict == "rewrite"


def test_cycles_end() -> None:
    text = f"def a():\n    return b()\ndef b():\n    return a()\nclient = a()\n{CALL}"
    host = only(plan_of(text, head="")).host
    assert host is not None and host.verdict == "unknown"
