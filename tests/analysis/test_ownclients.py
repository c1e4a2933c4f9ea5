"""Subclasses of OpenAI's clients, and who makes instances of the project's classes."""

from __future__ import annotations

import pytest

from .support import codes, only, plan_of

CALL = 'r = client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "x"}])\n'
LOCAL = "OpenAI(base_url='http://localhost/v1')"

# (source that builds `client`, verdict, code)
CASES = [
    ("class A(OpenAI):\n    pass\nclient = A()", "openai", ""),
    ("class A(OpenAI):\n    pass\nclass B(A):\n    pass\nclient = B()", "openai", ""),
    ("class A(OpenAI):\n    pass\nclient = A(base_url='http://localhost/v1')", "other", "CC402"),
    ("class A(OpenAI):\n    pass\nclient = A(base_url=url)", "unknown", "CC404"),
    ("class A(OpenAI):\n    def __init__(self, **k):\n        super().__init__(**k)\nclient = A()",
     "openai", ""),
    ("class A(OpenAI):\n    def __init__(self, **k):\n        super().__init__(**k)\n"
     "client = A(base_url='http://localhost/v1')", "other", "CC402"),
    ("class A(OpenAI):\n    def __init__(self, **k):\n        super().__init__(**k)\nclient = A(**x)",
     "unknown", "CC404"),
    ("class A(OpenAI):\n    def __init__(self, url=None):\n        super().__init__(base_url=url)\n"
     "client = A()", "openai", ""),
    ("class A(OpenAI):\n    def __init__(self):\n        super().__init__(base_url='http://l/v1')\n"
     "client = A()", "other", "CC402"),
    ("class A(OpenAI):\n    def __init__(self):\n        OpenAI.__init__(self, base_url='http://l/v')\n"
     "client = A()", "other", "CC402"),
    ("class A(OpenAI):\n    base_url = 'http://l/v1'\nclient = A()", "unknown", "CC404"),
    ("class A(OpenAI):\n    def request(self, *a):\n        pass\nclient = A()", "unknown", "CC404"),
    ("class A(OpenAI):\n    @property\n    def chat(self):\n        pass\nclient = A()", "unknown",
     "CC404"),
    ("class A(AzureOpenAI):\n    pass\nclient = A()", "azure-dated", "CC406"),
    ("class A(Base):\n    pass\nclient = A()", "unknown", "CC405"),
    ("class A:\n    pass\nclient = A()", "other", "CC401"),
    # Clients that constructors are given.
    ("class A:\n    def __init__(self, c=None):\n        self.c = c or OpenAI()\nclient = A().c",
     "openai", ""),
    (f"class A:\n    def __init__(self, c=None):\n        self.c = c or OpenAI()\n"
     f"client = A({LOCAL}).c", "unknown", "CC407"),
    (f"class A:\n    def __init__(self, c):\n        self.c = c\nclient = A({LOCAL}).c", "other",
     "CC402"),
    ("class A:\n    def __init__(self, c):\n        self.c = c\nclient = A(OpenAI()).c", "openai", ""),
    ("class A:\n    def __init__(self, c):\n        self.c = c\nclient = A(**x).c", "unknown", "CC405"),
    ("from unittest.mock import Mock\nclass A:\n    def __init__(self, c=None):\n"
     "        self.c = c or OpenAI()\nA(Mock())\nclient = A().c", "openai", ""),
    (f"class A:\n    def __init__(self, c: OpenAI):\n        self.c = c\nclient = A({LOCAL}).c",
     "other", "CC402"),
    ("class A:\n    def __init__(self, c: OpenAI):\n        self.c = c\nclient = A(x).c", "openai", ""),
    # Fields.
    ("@dataclass\nclass A:\n    c: Any = None\n    def __post_init__(self):\n"
     "        self.c = self.c or OpenAI()\nclient = A().c", "openai", ""),
    (f"@dataclass\nclass A:\n    c: Any = None\n    def __post_init__(self):\n"
     f"        self.c = self.c or OpenAI()\nclient = A({LOCAL}).c", "unknown", "CC407"),
    ("class A(BaseModel):\n    _c: Any = PrivateAttr(default=None)\n    def go(self):\n"
     "        self._c = OpenAI()\nclient = A()._c", "openai", ""),
    ("@dataclass\nclass A:\n    c: Any = field(default_factory=OpenAI)\nclient = A().c", "openai", ""),
    # Registries.
    ("C = {'a': OpenAI(), 'b': OpenAI()}\nclient = C[x]", "openai", ""),
    (f"C = {{'a': OpenAI(), 'b': {LOCAL}}}\nclient = C['a']", "openai", ""),
    (f"C = {{'a': OpenAI(), 'b': {LOCAL}}}\nclient = C[x]", "unknown", "CC407"),
    (f"C = {{'a': OpenAI()}}\nC['b'] = {LOCAL}\nclient = C[x]", "unknown", "CC407"),
    ("C = {'a': OpenAI()}\nregister(C)\nclient = C['a']", "unknown", "CC405"),
    # Names of settings and keys.
    ("client = OpenAI(base_url=config.vllm_base_url)", "other", "CC402"),
    ("client = OpenAI(base_url=os.environ['OLLAMA_HOST'])", "other", "CC402"),
    ("client = OpenAI(base_url=config.openai_base_url)", "unknown", "CC404"),
    ("client = OpenAI(api_key=settings.deepseek_api_key)", "other", "CC402"),
    ("client = OpenAI(api_key=os.getenv('OPENAI_API_KEY') or os.getenv('GROQ_API_KEY'))", "openai", ""),
    # Context managers of the project.
    (f"class S:\n    def __enter__(self):\n        return {LOCAL}\nwith S() as client:\n    pass",
     "other", "CC402"),
    ("from fastapi import Depends\ndef get():\n    return OpenAI()\ndef f(c=Depends(get)):\n"
     "    return c\nclient = f()", "openai", ""),
]  # fmt: skip

HEAD = (
    "import os\nfrom dataclasses import dataclass, field\nfrom typing import Any\n"
    "from openai import AzureOpenAI, OpenAI\nfrom pydantic import BaseModel, PrivateAttr\n"
    "from app import Base\n"
)


@pytest.mark.parametrize(("built", "verdict", "code"), CASES, ids=[row[0] for row in CASES])
def test_whose_client_it_is(built: str, verdict: str, code: str) -> None:
    finding = only(plan_of(f"{built}\n{CALL}", head=HEAD))
    assert finding.host is not None and finding.host.verdict == verdict
    assert codes(finding) == ({code} if code else set())


def test_one_factory_makes_two_clients() -> None:
    text = (
        "from openai import OpenAI\n"
        "def make(url=None):\n    return OpenAI(base_url=url)\n"
        "client = make()\nother = make('http://localhost/v1')\n"
    )
    plan = plan_of(text + CALL + CALL.replace("client", "other"), head="")
    assert [f.host and f.host.verdict for f in plan.findings] == ["openai", "other"]


def test_a_singleton_is_what_its_first_call_made() -> None:
    text = (
        "from openai import OpenAI\n_client = None\n"
        "def get(url=None):\n    global _client\n"
        "    if _client is None:\n        _client = OpenAI(base_url=url)\n    return _client\n"
        "get('http://localhost/v1')\nclient = get()\n"
    )
    assert codes(only(plan_of(text + CALL, head=""))) == {"CC407"}
