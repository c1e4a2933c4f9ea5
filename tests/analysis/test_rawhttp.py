"""Requests without the SDK: which are followed, and what stops them."""

from __future__ import annotations

import pytest

from .support import codes, only, plan_of

URL = '"https://api.openai.com/v1/chat/completions"'
BODY = '{"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}'
READ = 'print(r.json()["choices"][0]["message"]["content"])'

FOLLOWED = [
    f"import requests\nr = requests.post({URL}, json={BODY})\n{READ}",
    f"import requests\nr = requests.post(url={URL}, json={BODY}, headers=h, timeout=3)\n{READ}",
    f"import requests\nr = requests.request('POST', {URL}, json={BODY})\n{READ}",
    f"from requests import post\nr = post({URL}, json={BODY})\n{READ}",
    f"import json, requests\nr = requests.post({URL}, data=json.dumps({BODY}))\n{READ}",
    f"import json, httpx\nr = httpx.post({URL}, content=json.dumps({BODY}).encode())\n{READ}",
    f"import requests\ns = requests.Session()\nr = s.post({URL}, json={BODY})\n{READ}",
    f"import httpx\nwith httpx.Client() as c:\n    r = c.post({URL}, json={BODY})\n    {READ}",
    f"import httpx\ndef f(c: httpx.Client):\n    r = c.post({URL}, json={BODY})\n    {READ}",
    f'import requests\nB = "https://api.openai.com"\nr = requests.post(B + "/v1/chat/completions",'
    f" json={BODY})\n{READ}",
    f'import requests\nb = dict({BODY})\nb["temperature"] = 0\nr = requests.post({URL}, json=b)\n'
    + READ,
    f"import requests\nr = requests.post({URL}, json={BODY})\nif r.status_code != 200:\n"
    f"    print(r.text)\n{READ}",
    f'import requests\nd = requests.post({URL}, json={BODY}).json()\nif "error" not in d:\n'
    '    print(d["choices"][0]["message"]["content"], d["usage"]["prompt_tokens"])',
]


@pytest.mark.parametrize("source", FOLLOWED)
def test_followed(source: str) -> None:
    finding = only(plan_of(source + "\n"))
    assert (finding.code, finding.verdict) == ("CC105", "rewrite"), codes(finding)


STOPPED = [
    # who sends it, where to, and what
    (f"r = post({URL}, json={BODY})", "CC225"),
    (f"r = requests.put({URL}, json={BODY})", "CC225"),
    (f"r = requests.request(verb, {URL}, json={BODY})", "CC225"),
    (f"r = session.post({URL}, json={BODY})", "CC225"),
    (f"r = httpx.Client(transport=t).post({URL}, json={BODY})", "CC225"),
    (f"r = requests.post({URL}, json={BODY}, stream=True)", "CC225"),
    (f"r = requests.post({URL}, json={BODY}, **more)", "CC225"),
    (f"r = requests.post({URL}, data={BODY})", "CC225"),
    (f"r = requests.post({URL}, json=make())", "CC210"),
    (f'r = requests.post(base + "/v1/chat/completions", json={BODY})', "CC225"),
    (f'r = requests.post("http://api.openai.com/v1/chat/completions", json={BODY})', "CC225"),
    (f'r = requests.post("https://api.openai.com/v1/chat/completions?x=1", json={BODY})', "CC225"),
    (f"u = {URL}\nprint(u)\nr = requests.post(u, json={BODY})", "CC225"),
    (f"b = {BODY}\nlog(b)\nr = requests.post({URL}, json=b)", "CC210"),
    (f'b = {BODY}\nb["stream"] = True\nr = requests.post({URL}, json=b)', "CC225"),
    (f'b = {BODY}\nb["extra_body"] = {{}}\nr = requests.post({URL}, json=b)', "CC225"),
    (f"t = json.dumps({BODY})\nprint(t)\nr = requests.post({URL}, data=t)", "CC225"),
    (f'r = requests.post({URL}, json={{"model": "gpt-4o"}})', "CC213"),
]


@pytest.mark.parametrize(("source", "code"), STOPPED)
def test_stopped_by_the_request(source: str, code: str) -> None:
    finding = only(plan_of(f"import json, requests, httpx\n{source}\n{READ}\n"))
    assert (finding.code, finding.verdict) == ("CC105", "blocked")
    assert code in codes(finding)


READS = [
    ("return r", ""),
    ("keep(r)", "CC225"),
    ("r.iter_lines()", "CC225"),
    ("body = r.text\nkeep(body)", "CC225"),
    ("x = r.url", "CC225"),
    ("for part in r: pass", "CC225"),
    ("print(r.text)", "CC322"),
    ("d = r.json()\nkeep(d)", "CC308"),
    ("d = r.json()\nd['x'] = 1", "CC314"),
    ("d = r.json()\nd.pop('id')", "CC310"),
    ("d = r.json()\nprint(d[name])", "CC310"),
    ("d = r.json()\nprint(d['error'])", "CC225"),
    ("d = r.json()\nprint('object' in d)", "CC310"),
    ("d = r.json()\nfine = 'choices' in d", "CC310"),
    ("d = r.json()\nprint(d['choices'][1])", "CC304"),
    ("d = r.json()\nprint(d.get('choices')[0]['message']['content'])", "CC310"),
    ("d = r.json()\nprint(d['choices'][0]['message'])", "CC305"),
    ("d = r.json()\nprint(d['choices'][0]['message'].get('content', '?'))", ""),
    ("d = r.json()\nprint(d['system_fingerprint'])", "CC313"),
    ("d = r.json()\nprint(d['choices'][0]['logprobs'])", "CC219"),
    ("d = r.json()\ntry:\n    m = d['choices'][0]\nexcept KeyError:\n    m = None\n"
     "print(m['message']['content'])", "CC225"),
    ("d = r.json()\nprint(f(), r.json()['choices'][0]['message']['content'])", "CC506"),
    ("d = r.json()\nprint(x and d['choices'][0]['message']['content'])", "CC506"),
]  # fmt: skip


@pytest.mark.parametrize(("reads", "code"), READS)
def test_stopped_by_what_is_read(reads: str, code: str) -> None:
    source = f"import requests\ndef ask():\n    r = requests.post({URL}, json={BODY})\n"
    source += "".join(f"    {line}\n" for line in reads.split("\n"))
    finding = only(plan_of(source))
    if code:
        assert finding.verdict in ("blocked", "suggest")
        assert code in codes(finding)
    else:
        assert finding.verdict == "rewrite", codes(finding)
