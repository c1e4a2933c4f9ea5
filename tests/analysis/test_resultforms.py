"""Wrapped and dumped results: what is followed, what is edited, what stops."""

from __future__ import annotations

import httpx2
import pytest
from openai._legacy_response import LegacyAPIResponse
from openai._response import APIResponse

from migrator._tables import API

from .support import call, codes, only, plan_of, rewritten

RAW = call().replace("completions.create", "completions.with_raw_response.create")
STREAMED = call().replace("completions.create", "completions.with_streaming_response.create")
WRAPPERS = [
    (kind, name, row) for kind, rows in API["wrappers"].items() for name, row in rows.items()
]


@pytest.mark.parametrize(("kind", "name", "row"), WRAPPERS)
def test_rows(kind: str, name: str, row: dict[str, str]) -> None:
    if kind == "raw":
        types = (LegacyAPIResponse, APIResponse)
        assert any(hasattr(t, name) or name in t.__annotations__ for t in types)
    elif name != "elapsed":  # set when the answer is closed
        assert name in dir(httpx2.Response(200, request=httpx2.Request("POST", "http://x")))
    chain = "r" if kind == "raw" else "r.http_response"
    source = f"r = {RAW}\nprint({chain}.{name})\n"
    if "code" in row:
        assert codes(only(plan_of(source))) == {"CC221"}
    else:
        assert row["to"] == name
        assert f"print({chain}.{name})" in rewritten(source)


# (program behind `r = …`, the same after the rewrite)
DUMPS = [
    ('print(r.model_dump()["choices"][0]["message"]["content"])', "print(r.output_text)"),
    ('d = r.to_dict()\nprint(d["model"], d["id"])', "print(r.model, r.id)"),
    ('d = r.dict()\nprint(d["created"], d["model"])', "print(int(r.created_at), r.model)"),
    ('d = r.model_dump(mode="json")\nm = d["choices"][0]["message"]\nprint(m["content"])',
     "print(r.output_text)"),
    ('import json\nd = json.loads(r.model_dump_json())\nprint(d["id"])', "print(r.id)"),
    ('print(dict(r)["choices"][0].message.content)', "print(r.output_text)"),
    ('print(r.choices[0].message.model_dump().get("content"))', "print(r.output_text)"),
    ('print(r.usage.model_dump().get("total_tokens", 0))', "print(r.usage.total_tokens)"),
    ('c = r.choices[0].model_dump()\nprint(c["message"]["content"])', "print(r.output_text)"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), DUMPS)
def test_dumps_read_by_keys(before: str, after: str) -> None:
    assert rewritten(f"r = {call()}\n{before}\n").endswith(f"store=False)\n{after}\n")


def test_usage_only_where_types_are_not_checked() -> None:
    """The type of `usage` allows None, that of a dump's entries anything."""
    reads = ('r.model_dump()["usage"]["total_tokens"]', 'dict(r.usage)["total_tokens"]')
    for read in reads:
        body = f"    r = {call()}\n    return {read}\n"
        assert "return r.usage.total_tokens" in rewritten(f"def f(x):\n{body}")
        assert codes(only(plan_of(f"def f(x: str):\n{body}"))) == {"CC307"}
        assert codes(only(plan_of(f"r = {call()}\nprint({read})\n"))) == {"CC307"}


# What happens to a dump, and the codes.
STAYS = [
    ("print(r.model_dump())", {"CC307"}),
    ("d = r.model_dump()\nprint(d)", {"CC307"}),
    ('d = r.model_dump()\nd["x"] = 1', {"CC314"}),
    ("d = r.model_dump()\nfor k in d: pass", {"CC307"}),
    ("d = r.model_dump()\nprint(f'{d}')", {"CC307"}),
    ("d = r.model_dump()\nx = [d]", {"CC307"}),
    ("d = r.model_dump()\nd.update(a=1)", {"CC307"}),
    ('d = r.model_dump()\nprint(d.get("error"))', {"CC301"}),
    ('d = r.model_dump()\nprint(d.get("service_tier", "none"))', {"CC307"}),
    ('d = r.model_dump()\nprint(d["choices"][0]["finish_reason"] )', {"CC310"}),
    ('d = r.model_dump(exclude={"usage"})\nprint(d["id"])', {"CC307"}),
    ('d = r.model_dump(**o)\nprint(d["id"])', {"CC307"}),
    ("d = r.model_dump\nprint(d())", {"CC307"}),
    ('print(dict(r, x=1)["choices"][0].message.content)', {"CC307"}),
    ('print(dict(r)["choices"][0]["message"])', {"CC310"}),
    ('print(r["choices"][0])', {"CC310"}),
    ('print(r.get("choices"))', {"CC310"}),
    ('import json\nprint(json.loads(r.to_json(), strict=False)["id"])', {"CC307"}),
    ('d = r.model_dump()\ndel d["id"]', {"CC314"}),
]


@pytest.mark.parametrize(("program", "expected"), STAYS)
def test_dumps_that_stay(program: str, expected: set[str]) -> None:
    finding = only(plan_of(f"r = {call()}\n{program}\n"))
    assert finding.verdict == "blocked" and expected <= codes(finding)


def test_json_goes_with_its_last_use() -> None:
    read = 'd = json.loads(r.model_dump_json())\nprint(d["id"])\n'
    assert "json" not in rewritten(f"import json\nr = {call()}\n{read}")
    assert rewritten(f"import json\nr = {call()}\n{read}json.dumps(1)\n").startswith(
        "import json\n"
    )
    both = rewritten(f"import json, os\nr = {call()}\n{read}print(os.sep)\n")
    assert both.startswith("import os\n")


def test_the_wrapper_stays_in_the_chain() -> None:
    source = f"r = {RAW}\nprint(r.parse().choices[0].message.content, r.headers)\n"
    assert "client.responses.with_raw_response.create(" in rewritten(source)
    source = f"with {STREAMED} as r:\n    print(r.parse().choices[0].message.content)\n"
    assert "client.responses.with_streaming_response.create(" in rewritten(source)


def test_a_stream_is_followed_through_its_wrapper() -> None:
    opened = f"r = {RAW[:-1]}, stream=True)\nprint(r.headers)\n"
    assert ".with_raw_response.create(" in rewritten(opened)
    assert codes(only(plan_of(f"{opened}save(r.parse())\n"))) == {"CC308"}


@pytest.mark.parametrize(
    "program",
    [
        f"r = {RAW}\nprint(r)",
        f"r = {RAW}\nr.parse(to=dict)",
        f"r = {RAW}\np = r.parse",
        f"r = {RAW}\nself.last = r",
        f"r = {RAW}\nlog(r)",
        f"with {STREAMED} as (a, b): pass",
        f"with {STREAMED} as self.r: pass",
        f"with {STREAMED} as r:\n    for line in r.iter_lines(): print(line)",
        f"r = {RAW[:-1]}, stream=True)\nprint(r.text)",
        f"with {STREAMED[:-1]}, stream=True) as r:\n    print(r.headers)",
    ],
)
def test_wrappers_that_stay(program: str) -> None:
    finding = only(plan_of(program + "\n"))
    assert finding.verdict == "blocked" and "CC221" in codes(finding)
