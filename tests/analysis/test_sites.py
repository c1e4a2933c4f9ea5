"""Every spelling of a call is found, and nothing that only looks like one."""

from __future__ import annotations

import pytest

from .support import codes, only, plan_of

KW = 'model="gpt-4o", messages=[{"role": "user", "content": "x"}]'

# (source, code, verdict, reasons); api-mapping 1.1
SPELLINGS = [
    (f"client.chat.completions.create({KW})", "CC101", "rewrite", set()),
    (f"await client.chat.completions.create({KW})", "CC101", "rewrite", set()),
    (f"client.beta.chat.completions.create({KW})", "CC101", "rewrite", set()),
    (f"client.with_options(timeout=1).chat.completions.create({KW})", "CC101", "rewrite", set()),
    (f"OpenAI().chat.completions.create({KW})", "CC101", "rewrite", set()),
    (f"client.chat.completions.create({KW}, stream=True)", "CC101", "rewrite", set()),
    (f"client.chat.completions.parse({KW}, response_format=M)", "CC102", "blocked", {"CC222"}),
    (f"class M: pass\nclient.beta.chat.completions.parse({KW}, response_format=M)", "CC102", "rewrite", set()),
    (f"client.beta.chat.completions.parse({KW})", "CC102", "blocked", {"CC222"}),
    (f"client.chat.completions.stream({KW})", "CC103", "blocked", {"CC223"}),
    (f"client.chat.completions.with_raw_response.create({KW})", "CC101", "rewrite", set()),
    (f"client.chat.completions.with_streaming_response.create({KW})", "CC101", "rewrite", set()),
    (f"client.with_raw_response.chat.completions.create({KW})", "CC101", "rewrite", set()),
    (f"client.chat.completions.with_raw_response.parse({KW})", "CC102", "blocked", {"CC221", "CC222"}),
    (f"import openai\nopenai.chat.completions.create({KW})", "CC101", "rewrite", set()),
    (f"from openai import chat\nchat.completions.create({KW})", "CC101", "blocked", {"CC505"}),
    (f"c = client.chat.completions\nc.create({KW})", "CC101", "blocked", {"CC505"}),
    (f"c = client.chat\nc.completions.create({KW})", "CC101", "blocked", {"CC505"}),
    (f"c = client.chat.completions.create\nc({KW})", "CC101", "blocked", {"CC505"}),
    (f"getattr(client.chat.completions, 'create')({KW})", "CC101", "blocked", {"CC505"}),
    (f"getattr(client, 'chat').completions.create({KW})", "CC101", "blocked", {"CC505"}),
    ("import functools\nf = functools.partial(client.chat.completions.create, n=1)", "CC107", "blocked", {"CC505"}),
    ("retry(client.chat.completions.create)", "CC107", "blocked", {"CC505"}),
    ("helper(client.chat.completions)", "CC107", "blocked", {"CC505"}),
    ("client.chat.completions.retrieve('id')", "CC106", "blocked", {"CC224"}),
    ("client.chat.completions.list(limit=1)", "CC106", "blocked", {"CC224"}),
    ("client.chat.completions.update('id', metadata={})", "CC106", "blocked", {"CC224"}),
    ("client.chat.completions.delete('id')", "CC106", "blocked", {"CC224"}),
    ("client.chat.completions.messages.list('id')", "CC106", "blocked", {"CC224"}),
    (f"import openai\nopenai.ChatCompletion.create({KW})", "CC104", "blocked", {"CC220", "CC509"}),
    ("openai.ChatCompletion.create(model='m')", "CC104", "blocked", {"CC220"}),
    ("import openai\nawait openai.ChatCompletion.acreate(model='m')", "CC104", "blocked", {"CC220"}),
    ("from openai import ChatCompletion\nChatCompletion.create(model='m')", "CC104", "blocked", {"CC220"}),
    (f"import openai as ai\nai.ChatCompletion.create({KW}, engine='m')", "CC104", "blocked", {"CC220", "CC509"}),
    ("client.chat.completions.create = fake", "CC109", "blocked", {"CC503"}),
    ("client.chat.completions.create.return_value = x", "CC109", "blocked", {"CC503"}),
    ("client.chat.completions.create.assert_called_once_with(a=1)", "CC109", "blocked", {"CC503"}),
    ("monkeypatch.setattr(client.chat.completions, 'create', f)", "CC109", "blocked", {"CC503"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "code", "verdict", "reasons"),
    SPELLINGS,
    ids=[row[0].replace(KW, "…") for row in SPELLINGS],
)
def test_spellings(source: str, code: str, verdict: str, reasons: set[str]) -> None:
    if "await " in source:
        source = "async def f():\n    " + source.replace("\n", "\n    ")
    finding = only(plan_of(source))
    assert (finding.code, finding.verdict, codes(finding)) == (code, verdict, reasons)


LOOK_ALIKES = [
    "client.completions.create(model='m', prompt='x')",
    "client.embeddings.create(model='m', input='x')",
    "client.responses.create(model='m', input='x')",
    "client.chat.send(completions=1)",
    "client.chat.completion.create(model='m')",
    "parser.completions.create('bash')",
    "readline.completions = []",
    "class Chat:\n    completions = 3",
    "from openai.types import chat_model",
    "from openai.types import ChatModel",
    "text = 'client.chat.completions.create'",
    "'''client.chat.completions.create(model=1)'''",
    "# client.chat.completions.create(model=1)",
    "log.info('calling chat/completions')",
    "PATH = '/v1/chat/completions'",
    "assert route == '/v1/chat/completions'",
    "@app.post('/v1/chat/completions')\nasync def serve(request): pass",
    "def chat_completions(): pass",
    "from openai.resources.embeddings import Embeddings",
    "completions = shell.completions\ncompletions.create('x')",
    "ChatCompletion.create(model='m')",
    "choices = data['choices'][0]['message']['content']",
]


@pytest.mark.parametrize("source", LOOK_ALIKES)
def test_look_alikes_are_silent(source: str) -> None:
    assert [(f.code, f.place.line) for f in plan_of(source).findings] == []


def test_place_is_that_of_the_whole_call() -> None:
    finding = only(plan_of(f'a = "é"; client.chat.completions.create({KW})'))
    assert (finding.place.line, finding.place.column) == (3, 10)
    assert finding.place.end_column == finding.place.column + len(
        f"client.chat.completions.create({KW})"
    )


def test_a_call_is_reported_once_however_it_is_reached() -> None:
    plan = plan_of(f"c = client.chat\nd = c.completions\ne = d.create\ne({KW})\ne({KW})\n")
    assert [finding.place.line for finding in plan.findings] == [6, 7]


@pytest.mark.parametrize(
    ("source", "spelling"),
    [
        (f"client.beta.chat.completions.create({KW})", "beta.chat.completions.create"),
        (f"client.chat.completions.with_raw_response.create({KW})",
         "chat.completions.with_raw_response.create"),
    ],
)  # fmt: skip
def test_spelling_is_told(source: str, spelling: str) -> None:
    assert only(plan_of(source)).spelling == spelling
