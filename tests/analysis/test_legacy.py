"""Files written for openai before 1.0: what moves, and what keeps all of it."""

from __future__ import annotations

import openai
import pytest

from migrator._tables import API
from migrator.config import Settings
from migrator.planning.plan import plan_file
from migrator.rewriting.apply import rewrite

from .support import codes, plan_of

HEAD = "import openai\n"
CALL = 'openai.ChatCompletion.create(model="gpt-4", messages=[{"role": "user", "content": "hi"}])'
NEW = (
    'openai.responses.create(model="gpt-4", input=[{"role": "user", "content": "hi"}], store=False)'
)


def new(text: str) -> str:
    data = (HEAD + text).encode()
    result = rewrite(data, plan_file("m.py", data, Settings()), unsafe=True)
    assert not result.problems
    return result.data.decode()[len(HEAD) :]


def test_successors_exist() -> None:
    for row in API["legacy"]["error"].values():
        assert "code" in row or issubclass(getattr(openai, row["to"]), openai.OpenAIError)


# (program, the same after the rewrite)
MOVES = [
    (f'print({CALL}["choices"][0]["message"]["content"])', f"print({NEW}.output_text)"),
    (f'print({CALL}.choices[0].message["content"])', f"print({NEW}.output_text)"),
    (f'r = {CALL}\nprint(r["usage"]["total_tokens"])', f"r = {NEW}\nprint(r.usage.total_tokens)"),
    (f'r = {CALL}\nprint(r.get("id"))', f"r = {NEW}\nprint(r.id)"),
    (f'r = {CALL}\nprint([c["message"]["content"] for c in r["choices"]])',
     f"r = {NEW}\nprint([r.output_text])"),
    (f"try:\n    {CALL}\nexcept openai.error.Timeout: pass",
     f"try:\n    {NEW}\nexcept openai.APITimeoutError: pass"),
    (f"try:\n    {CALL}\nexcept openai.InvalidRequestError: pass",
     f"try:\n    {NEW}\nexcept openai.BadRequestError: pass"),
    (f"from openai.error import Timeout as Late\ntry:\n    {CALL}\nexcept Late: pass",
     f"from openai import APITimeoutError as Late\ntry:\n    {NEW}\nexcept Late: pass"),
    (f"openai.api_key = 'k'\nopenai.organization = 'o'\n{CALL}",
     f"openai.api_key = 'k'\nopenai.organization = 'o'\n{NEW}"),
    (f"T = 5\n{CALL[:-1]}, request_timeout=T)", f"T = 5\n{NEW[:-14]}, timeout=T, store=False)"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), MOVES)
def test_moves(before: str, after: str) -> None:
    plan = plan_of(before, head=HEAD)
    assert {(f.verdict, *sorted(codes(f))) for f in plan.findings} == {("suggest", "CC509")}
    assert new(before + "\n") == after + "\n"


# Programs that stay, and a code they get.
STAYS = [
    (f"openai.api_base = u\n{CALL}", "CC220"),
    (f"openai.api_type = 'azure'\n{CALL}", "CC220"),
    (f"os.environ['OPENAI_API_BASE'] = u\n{CALL}", "CC220"),
    (f"openai.Embedding.create(input='x')\n{CALL}", "CC220"),
    (f"f = openai.ChatCompletion\n{CALL}", "CC220"),
    (f"import openai.error\n{CALL}", "CC220"),
    (f"from openai import error\n{CALL}", "CC220"),
    (f"from openai import OpenAI\n{CALL}", "CC220"),
    (f"from openai.embeddings_utils import get_embedding\n{CALL}", "CC220"),
    (f"try:\n    {CALL}\nexcept openai.error.TryAgain: pass", "CC220"),
    (f"try:\n    {CALL}\nexcept openai.error.RateLimitError as e: print(e.http_body)", "CC220"),
    (f"try:\n    {CALL}\nexcept openai.error.OpenAIError: pass\n"
     "except openai.error.Timeout: pass", "CC220"),
    (f"try:\n    {CALL}\nexcept openai.error.APIConnectionError: pass\n"
     "except openai.error.Timeout: pass", "CC220"),
    (f"E = (openai.error.APIError, openai.error.ServiceUnavailableError)\n{CALL}", "CC220"),
    (f"class E(openai.error.APIError): pass\n{CALL}", "CC220"),
    (f"def f(): raise openai.error.APIError('x')\n{CALL}", "CC220"),
    (f"g(openai.error)\n{CALL}", "CC220"),
    (f"from openai.error import APIError, ServiceUnavailableError\n{CALL}", "CC220"),
    (f"from openai.error import Timeout\nAPITimeoutError = 1\n{CALL}", "CC220"),
    (f"patch('openai.error.Timeout')\n{CALL}", "CC220"),
    (f"{CALL[:-1]}, api_key='k')", "CC220"),
    (f"{CALL[:-1]}, timeout=3)", "CC220"),
    (f"{CALL[:-1]}, request_timeout=t)", "CC220"),
    (f"{CALL[:-1]}, request_timeout=(1, 2))", "CC220"),
    (f"{CALL[:-1]}, stream=True)", "CC220"),
    (f"{CALL}\nopenai.ChatCompletion.acreate()", "CC220"),
    (f"{CALL}\n{CALL[:-1]}, stop=['x'])", "CC507"),
    (f"r = {CALL}\nr['choices'][0]['message']['content'] = 'x'", "CC314"),
    (f"r = {CALL}\nprint(r['choices'][0]['message'])", "CC305"),
    (f"r = {CALL}\nfor c in r['choices']: print(c)", "CC306"),
    (f"r = {CALL}\nprint(r['choices'][1])", "CC304"),
    (f"r = {CALL}\nprint(r[key])", "CC310"),
    (f"r = {CALL}\nprint(r['choices'][0].get('text', ''))", "CC310"),
    (f"r = {CALL}\nprint('id' in r)", "CC301"),
    (f"r = {CALL}\njson.dumps(r)", "CC307"),
    (f"r: dict = {CALL}\nprint(r['id'])", "CC320"),
]  # fmt: skip


@pytest.mark.parametrize(("program", "code"), STAYS)
def test_stays(program: str, code: str) -> None:
    plan = plan_of(program, head=HEAD)
    found = [f for f in plan.findings if f.code == "CC104"]
    assert found and all(f.verdict == "blocked" for f in found)
    assert any(code in codes(f) for f in found), [codes(f) for f in found]
