"""Azure clients: what they are made of decides whether they move, and the finding says why not."""

from __future__ import annotations

import pytest

from migrator.config import Settings
from migrator.planning.model import Finding

from .support import only, plan_of

MOVING = Settings().updated({"azure-v1": True}, "test")
HEAD = "import os\nfrom openai import AsyncAzureOpenAI, AzureOpenAI, OpenAI\n"
CALL = 'r = client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "x"}])\n'
END = "azure_endpoint='https://a.openai.azure.com'"
KEY = "api_key='k', api_version='2024-06-01'"


def finding_of(built: str, after: str = "", settings: Settings = MOVING) -> Finding:
    return only(plan_of(f"{HEAD}{built}\n{CALL}{after}", settings, head=""))


MOVED = [
    f"client = AzureOpenAI({END}, {KEY})",
    f"client = AzureOpenAI({END}, {KEY}, azure_deployment=None)",
    f"client = AzureOpenAI({END}, {KEY}, azure_deployment='gpt-4o')",
    f"client = AzureOpenAI({END}, {KEY}, azure_deployment='prod')",
    f"D = 'gpt-4o'\nclient = AzureOpenAI({END}, {KEY}, azure_deployment=D)",
    f"client = AzureOpenAI({END}, azure_ad_token='t', api_version='v')",
    f"client = AzureOpenAI({END}, api_key=None, azure_ad_token_provider=lambda: 't')",
    f"client = AzureOpenAI(azure_endpoint=None, {KEY})",
    f"client = AzureOpenAI(azure_endpoint=f'https://{{name}}.openai.azure.com/', {KEY})",
    f"client = AzureOpenAI(azure_endpoint=os.getenv('E', 'https://a.openai.azure.com'), {KEY})",
    f"e = None\nclient = AzureOpenAI(azure_endpoint=e or os.environ['E'], {KEY})",
    f"client = AzureOpenAI({END}, {KEY}, default_headers={{'x-team': 'a'}}, timeout=3)",
    f"async def p():\n    return 't'\nclient = AsyncAzureOpenAI({END}, azure_ad_token_provider=p)",
]  # fmt: skip


@pytest.mark.parametrize("built", MOVED)
def test_moves(built: str) -> None:
    finding = finding_of(built)
    assert finding.host is not None and finding.host.verdict == "azure-v1"
    assert not finding.reasons


STAYS = [
    (f"client = AzureOpenAI({END}, {KEY}, **more)", "mapping"),
    (f"client = AzureOpenAI(base_url='https://a.openai.azure.com', {KEY})", "`base_url`"),
    (f"client = AzureOpenAI({END}, {KEY}, default_query={{'a': 'b'}})", "`default_query`"),
    (f"client = AzureOpenAI({END}, {KEY}, azure_deployment=(d := 'x'))", "more than give"),
    (f"client = AzureOpenAI({END}, {KEY}, default_headers={{'api-key': 'x'}})", "gateway"),
    (f"client = AzureOpenAI(azure_endpoint='https://a.example.com', {KEY})", "not Azure's"),
    (f"client = AzureOpenAI(azure_endpoint='https://a.openai.azure.com/x', {KEY})", "a path"),
    (f"e = 'https://a.openai.azure.com' if x else None\nclient = AzureOpenAI(azure_endpoint=e, {KEY})", "None"),
    (f"client = AzureOpenAI({END}, api_key=k, azure_ad_token=t)", "a key and a token"),
    (f"T = 'AZURE_OPENAI_AD_TOKEN'\nclient = AzureOpenAI({END}, api_version='2024-06-01')", "a token in"),
    (f"client = AsyncAzureOpenAI({END}, azure_ad_token_provider=lambda: 't')", "awaits"),
    (f"client = AzureOpenAI({END}, {KEY}, azure_deployment=os.environ['D'])", "may differ"),
    (f"Class = AzureOpenAI\nclient = Class({END}, {KEY})", "another name"),
    (f"try:\n    client = AzureOpenAI({END}, {KEY})\nexcept (KeyError, ValueError):\n    raise", "handled"),
    (f"client: 'AzureOpenAI' = AzureOpenAI({END}, {KEY})", "string"),
]  # fmt: skip


@pytest.mark.parametrize(("built", "why"), STAYS)
def test_stays_with_the_reason(built: str, why: str) -> None:
    (reason,) = finding_of(built).reasons
    assert reason.code == "CC406" and reason.effect == "block"
    assert why in reason.message


USED = [
    ("client.images.generate(prompt='x')\n", "`.images.generate`"),
    ("client.models.list()\n", "`.models.list`"),
    ("client.beta.threads.create()\n", "`.beta.threads.create`"),
    ("client.base_url = 'x'\n", "`.base_url`"),
    ("print(client)\n", "can't be seen"),
    ("clients = [client]\n", "can't be followed"),
    ("c = client.with_options(timeout=3)\n", "`.with_options`"),
    ("chat = client.chat\n", "`.chat`"),
]


@pytest.mark.parametrize(("after", "why"), USED)
def test_other_uses_of_the_client_keep_it(after: str, why: str) -> None:
    (reason,) = finding_of(f"client = AzureOpenAI({END}, {KEY})", after).reasons
    assert reason.code == "CC406" and why in reason.message


@pytest.mark.parametrize(
    "after",
    [
        "client.close()\n",
        "client.embeddings.create(model='e', input='x')\n",
        "client.responses.create(model='m', input='x')\n",
        "if client is None:\n    raise SystemExit\n",
        "with client:\n    pass\n",
    ],
)
def test_uses_that_go_on_as_they_were(after: str) -> None:
    assert not finding_of(f"client = AzureOpenAI({END}, {KEY})", after).reasons


def test_an_address_nobody_knows_follows_the_setting() -> None:
    (reason,) = finding_of(f"client = AzureOpenAI(azure_endpoint=url(), {KEY})").reasons
    assert (reason.code, reason.effect) == ("CC404", "unknown")


def test_a_recent_version_that_can_not_move_is_rewritten_where_it_is() -> None:
    built = f"client = AzureOpenAI({END}, api_key='k', api_version='2025-04-01-preview')"
    finding = finding_of(built, "client.models.list()\n")
    assert finding.host is not None and finding.host.verdict == "azure-dated"
    assert not finding.reasons


def test_nothing_moves_without_the_setting() -> None:
    (reason,) = finding_of(f"client = AzureOpenAI({END}, {KEY})", settings=Settings()).reasons
    assert reason.code == "CC406" and "2024-06-01" in reason.message


BODIES = [
    ("def f(k=None):\n    if k is None:\n        k = os.environ['K']\n", True),
    ("def f(k=None):\n    k = k or 'x'\n    if not k:\n        raise SystemExit\n", True),
    ("def f(k=None):\n    assert k, 'a key'\n", True),
    ("def f(k=None):\n    assert k is not None\n", True),
    ("def f(k=None):\n    if not k:\n        return None\n", True),
    ("def f(k='x'):\n", True),
    ("def f(k):\n", True),
    ("def f(k=None):\n", False),
    ("def f(k=None):\n    if k is None:\n        print('none')\n", False),
    ("def f(k=None):\n    if k is None:\n        k = None\n", False),
    ("def f(k=None, j=None):\n    if not j:\n        return None\n", False),
    ("def f(k=None):\n    if k is not None:\n        return None\n", False),
    ("def f(k='x'):\n    assert k\n    k = None\n", False),
    ("def f(k=None):\n    if k is None:\n        return None\n    else:\n        k = None\n", False),
    ("def f(k=None):\n    for _ in 'ab':\n        assert k\n", False),
]  # fmt: skip


@pytest.mark.parametrize(("body", "moves"), BODIES)
def test_keys_that_may_be_none(body: str, moves: bool) -> None:
    text = f"{HEAD}{body}    client = AzureOpenAI({END}, api_key=k)\n    {CALL}    return r.choices[0].message.content\n"
    reasons = only(plan_of(text, MOVING, head="")).reasons
    assert [reason.code for reason in reasons] == ([] if moves else ["CC406"])


BUILT = f"AzureOpenAI({END}, {KEY})"
ASKED = CALL.removeprefix("r = client").strip() + ".choices[0].message.content"
# (a program, the verdict of its call)
PROGRAMS = [
    (f"client = None\ndef get():\n    global client\n    if client is None:\n        client = {BUILT}\n    return client\nprint(get(){ASKED})\n", "rewrite"),
    (f"client = None\ndef get():\n    global client\n    client = {BUILT}\n    return client\nprint(get(){ASKED})\nclient.models.list()\n", "blocked"),
    (f"class A:\n    c = {BUILT}\n    def ask(self):\n        return self.c{ASKED}\n", "rewrite"),
    (f"class A:\n    c = {BUILT}\n    def ask(self):\n        return self.c{ASKED}\nA.c.models.list()\n", "blocked"),
    (f"class A:\n    def __init__(self):\n        self.c = {BUILT}\n    def ask(self):\n        return self.c{ASKED}\ndef f(a):\n    a.c.models.list()\n", "blocked"),
    (f"class A:\n    def __init__(self):\n        self._c = {BUILT}\n    @property\n    def c(self):\n        return self._c\n    def ask(self):\n        return self.c{ASKED}\n", "rewrite"),
    (f"class A:\n    def __init__(self):\n        self.c = {BUILT}\n    def ask(self):\n        return getattr(self, 'c'){ASKED}\n", "suggest"),
    (f"def f():\n    c = {BUILT}\n    def g():\n        return c{ASKED}\n    return g\n", "rewrite"),
    (f"def f():\n    c = {BUILT}\n    def g():\n        return c{ASKED}\n    return g, lambda: c.images\n", "blocked"),
    (f"def deco(f):\n    def w(*a):\n        a[0].models.list()\n        return f(*a)\n    return w\n@deco\ndef ask(c):\n    return c{ASKED}\nask({BUILT})\n", "blocked"),
    (f"def ask(c):\n    return c{ASKED}\nask({BUILT}), ask(OpenAI())\n", "rewrite"),
    (f"def ask(c):\n    return c{ASKED}\nask({BUILT}), ask(OpenAI(base_url='http://localhost:11434/v1'))\n", "blocked"),
    (f"def ask(c):\n    return c{ASKED}\nask(AzureOpenAI({END}, {KEY}, azure_deployment='a'))\nask(AzureOpenAI({END}, {KEY}, azure_deployment='b'))\n", "blocked"),
    (f"os.environ['D'] = 'x'\nc = AzureOpenAI({END}, {KEY}, azure_deployment=os.environ['D'])\nos.environ['D'] = 'y'\nc{ASKED.replace(chr(34) + 'gpt-4o' + chr(34), 'os.environ[' + repr('D') + ']')}\n", "blocked"),
    (f"os.environ['AZURE_OPENAI_ENDPOINT'] = 'https://gateway.example'\nprint(AzureOpenAI({KEY}){ASKED})\n", "blocked"),
    (f"os.environ['AZURE_OPENAI_ENDPOINT'] = url()\nprint(AzureOpenAI({KEY}){ASKED})\n", "suggest"),
    (f"class Azure(AzureOpenAI):\n    pass\nprint(Azure({END}, {KEY}){ASKED})\n", "blocked"),
]  # fmt: skip


@pytest.mark.parametrize(("program", "verdict"), PROGRAMS)
def test_where_a_client_goes(program: str, verdict: str) -> None:
    assert only(plan_of(HEAD + program, MOVING, head="")).verdict == verdict
