"""Raw HTTP, batches, patch targets and chat types show as strings and imports."""

from __future__ import annotations

import pytest

from .support import codes, only, plan_of

URL = '"https://api.openai.com/v1/chat/completions"'

# (source, code, verdict, reason)
MARKS = [
    (f"requests.post({URL}, json=body)", "CC105", "blocked", "CC225"),
    (f"requests.request('POST', {URL})", "CC105", "blocked", "CC225"),
    (f"requests.post(url={URL})", "CC105", "blocked", "CC225"),
    (f"httpx.Client().post({URL})", "CC105", "blocked", "CC225"),
    (f"session.stream('POST', {URL})", "CC105", "blocked", "CC225"),
    (f"urllib.request.Request({URL}, data=d)", "CC105", "blocked", "CC225"),
    (f"url = {URL}\nrequests.post(url)", "CC105", "blocked", "CC225"),
    ('requests.post(base + "/chat/completions")', "CC105", "blocked", "CC225"),
    ('requests.post(f"{base}/v1/chat/completions")', "CC105", "blocked", "CC225"),
    ('requests.post("%s/chat/completions" % base)', "CC105", "blocked", "CC225"),
    ('requests.post("{}/chat/completions".format(base))', "CC105", "blocked", "CC225"),
    ('requests.post(urljoin(base, "chat/completions"))', "CC105", "blocked", "CC225"),
    ('client.post("/chat/completions", cast_to=X, body={})', "CC105", "blocked", "CC225"),
    ('requests.post("https://api.groq.com/openai/v1/chat/completions")', "CC105", "keep", "CC402"),
    ('requests.post("http://localhost:8000/v1/chat/completions")', "CC105", "keep", "CC402"),
    ('client.batches.create(endpoint="/v1/chat/completions", input_file_id=i)', "CC110", "blocked", "CC226"),
    ('line = {"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": {}}',
     "CC110", "blocked", "CC226"),
    ("from openai.types.chat import ChatCompletion", "CC108", "blocked", "CC227"),
    ("import openai.types.chat", "CC108", "blocked", "CC227"),
    ("from openai.types.chat.chat_completion import Choice", "CC108", "blocked", "CC227"),
    ("from openai.types import chat", "CC108", "blocked", "CC227"),
    ("from openai.resources.chat.completions import Completions", "CC108", "blocked", "CC227"),
    ('mock.patch("openai.resources.chat.completions.Completions.create")', "CC109", "blocked", "CC503"),
    ('monkeypatch.setattr("openai.ChatCompletion.create", f)', "CC109", "blocked", "CC503"),
    ('import respx\nrespx.post("https://api.openai.com/v1/chat/completions")', "CC109", "blocked", "CC503"),
    ('httpx_mock.add_response(url="https://api.openai.com/v1/chat/completions")', "CC109", "blocked", "CC503"),
    ('import responses\nresponses.add(responses.POST, "https://api.openai.com/v1/chat/completions")',
     "CC109", "blocked", "CC503"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "code", "verdict", "reason"), MARKS, ids=[row[0] for row in MARKS]
)
def test_marks(source: str, code: str, verdict: str, reason: str) -> None:
    finding = only(plan_of(source))
    assert (finding.code, finding.verdict) == (code, verdict)
    assert reason in codes(finding)


SILENT = [
    f'"""Posts to {URL[1:-1]}."""',
    f"x = {URL}",
    f"log.info({URL})",
    f"assert path in ({URL},)",
    f"@app.post({URL})\ndef f(): pass",
    'TestClient(app).post("/v1/chat/completions")',
    'tester = TestClient(app)\ntester.post("/v1/chat/completions")',
    'app.add_route("/v1/chat/completions", f)',
    'x = {"url": "/v1/chat/completions"}',
    'print("openai.resources.chat.completions.Completions.create")',
    "from openai.types.chat_model import ChatModel",
    "from openai.types import Embedding",
    "from other.types.chat import ChatCompletion",
]


@pytest.mark.parametrize("source", SILENT)
def test_silent(source: str) -> None:
    assert [(f.code, f.place.line) for f in plan_of(source).findings] == []


def test_one_import_statement_is_one_finding() -> None:
    plan = plan_of(
        "from openai.types.chat import (\n    ChatCompletion,\n    ChatCompletionChunk,\n)\n"
    )
    assert only(plan).place.line == 3
