"""Every row of ``rules/api/results.toml``: what becomes of a read, and the SDK has the fields."""

from __future__ import annotations

import pytest
from openai import AsyncStream, _models
from openai.lib.streaming.chat import AsyncChatCompletionStream
from openai.lib.streaming.responses import AsyncResponseStream
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletion, ParsedChatCompletionMessage
from openai.types.chat.chat_completion import Choice
from openai.types.chat.chat_completion_message import FunctionCall
from openai.types.chat.chat_completion_message_function_tool_call import (
    ChatCompletionMessageFunctionToolCall,
    Function,
)
from openai.types.completion_usage import CompletionTokensDetails, PromptTokensDetails
from openai.types.responses import ParsedResponse, Response, ResponseFunctionToolCall
from openai.types.responses.response_usage import (
    InputTokensDetails,
    OutputTokensDetails,
    ResponseUsage,
)

from migrator._tables import API

from .support import call, codes, only, plan_of, rewritten

RESULTS = API["results"]
ROWS = [(kind, name) for kind, rows in RESULTS.items() for name in rows]
CHAT_TYPES = {
    "completion": ChatCompletion,
    "choice": Choice,
    "message": ParsedChatCompletionMessage,
    "usage": CompletionUsage,
    "input_details": PromptTokensDetails,
    "output_details": CompletionTokensDetails,
    "call": ChatCompletionMessageFunctionToolCall,
    "function": Function,
    "legacy": FunctionCall,
    "stream": AsyncStream,
    "helper": AsyncChatCompletionStream,
}
RESPONSE_TYPES = {
    "completion": Response,
    "choice": Response,
    "message": ParsedResponse,
    "usage": ResponseUsage,
    "input_details": InputTokensDetails,
    "output_details": OutputTokensDetails,
    "call": ResponseFunctionToolCall,
    "function": ResponseFunctionToolCall,
    "legacy": ResponseFunctionToolCall,
    "stream": AsyncStream,
    "helper": AsyncResponseStream,
}
CHAINS = {
    "completion": "r",
    "choice": "r.choices[0]",
    "message": "r.choices[0].message",
    "usage": "r.usage",
    "input_details": "r.usage.prompt_tokens_details",
    "output_details": "r.usage.completion_tokens_details",
    "call": "c",
    "function": "c.function",
    "legacy": "c",
    "stream": "r",
    "helper": "r",
}
# What comes before a read of kinds that are not reached by a chain alone.
BEFORE = {
    "call": "cs = r.choices[0].message.tool_calls\nc = cs[0]\n",
    "function": "cs = r.choices[0].message.tool_calls\nc = cs[0]\n",
    "legacy": "c = r.choices[0].message.function_call\n",
}
AFTER = {
    "completion": "r",
    "choice": "r",
    "message": "r",
    "usage": "r.usage",
    "input_details": "r.usage.input_tokens_details",
    "output_details": "r.usage.output_tokens_details",
    "call": "c",
    "function": "c",
    "legacy": "c",
    "stream": "r",
    "helper": "r",
}
# How `r` is made, where it is not the answer itself.
OPENED = {
    "stream": f"r = {call('stream=True')}\n",
    "helper": f"with {call().replace('create', 'stream')} as r:\n    pass\n",
}
# Reads of openai < 1, of other servers, of streams and of raw responses: no field of the types.
NOT_TYPED = {
    ("completion", "to_dict_recursive"), ("completion", "headers"), ("completion", "parse"),
    ("completion", "http_response"), ("completion", "get"), ("completion", "close"),
    ("completion", "response"), ("choice", "delta"), ("choice", "text"),
    ("message", "reasoning_content"), ("message", "reasoning"),
    ("message", "get"), ("usage", "get"),
    # Fields of custom tool calls, of chunks, and of parsed answers.
    ("call", "custom"), ("call", "index"), ("function", "parsed_arguments"),
    # Other servers add it.
    ("completion", "error"),
    ("message", "get"), ("usage", "get"), ("choice", "get"), ("input_details", "get"),
    ("output_details", "get"), ("choice", "content_filter_results"),
}  # fmt: skip


PARSED = call("response_format=M").replace("create(", "parse(")


def _has(kind: type, name: str) -> bool:
    if name == "_request_id":
        # Set on every answer from its headers.
        return issubclass(kind, _models.BaseModel) and hasattr(_models, "add_request_id")
    annotated = any(name in getattr(base, "__annotations__", {}) for base in kind.__mro__)
    return annotated or hasattr(kind, name)


@pytest.mark.parametrize(("kind", "name"), ROWS)
def test_fields_exist_in_the_sdk(kind: str, name: str) -> None:
    row = RESULTS[kind][name]
    if (kind, name) not in NOT_TYPED:
        assert _has(CHAT_TYPES[kind], name)
    if row.get("to") and (kind, name) not in NOT_TYPED:
        assert _has(RESPONSE_TYPES[kind], row["to"])
    if row.get("becomes") == "plain" and name not in ("parsed_arguments", "error"):
        assert (kind, name) not in NOT_TYPED


def _single_line(text: str) -> str:
    """Undo the layout over lines of what `next` is given."""
    return text.replace("next((part", "next(part").replace(" == \"refusal\" ), None, )", " == \"refusal\"), None)").replace('next(part.refusal', 'next((part.refusal')  # fmt: skip


@pytest.mark.parametrize(("kind", "name"), ROWS)
def test_reads(kind: str, name: str) -> None:
    row = RESULTS[kind][name]
    made = PARSED if row.get("only") == "parse" else call()
    opened = OPENED.get(kind, f"r = {made}\n")
    source = f"class M: pass\n{opened}{BEFORE.get(kind, '')}x = {CHAINS[kind]}.{name}\nprint(x)\n"
    if "code" in row:
        finding = only(plan_of(source))
        assert finding.verdict == "blocked" and codes(finding) == {row["code"]}
    elif row["becomes"] == "plain":
        expected = f"{AFTER[kind]}.{row['to']}" if "to" in row else row["text"].format(AFTER[kind])
        flat = " ".join(rewritten(source).split()).replace("( ", "(").replace(", ), ", "), ")
        assert f" x = {' '.join(expected.split())} print(x)" in _single_line(flat)
    else:
        assert only(plan_of(source)).verdict in ("rewrite", "blocked", "suggest")


def test_create_parses_nothing() -> None:
    both = f"if x:\n    r = {call()}\nelse:\n    r = {PARSED}\n"
    for made in (f"r = {call()}\n", both):
        plan = plan_of("class M: pass\n" + made + "print(r.choices[0].message.parsed)\n")
        assert {finding.verdict for finding in plan.findings} == {"blocked"}
        assert all("CC318" in codes(finding) for finding in plan.findings)


@pytest.mark.parametrize("kind", sorted(CHAINS))
def test_unknown_fields_are_blockers(kind: str) -> None:
    opened = OPENED.get(kind, R)
    source = f"{opened}{BEFORE.get(kind, '')}print({CHAINS[kind]}.something_new)\n"
    finding = only(plan_of(source))
    assert finding.verdict == "blocked" and codes(finding) == {"CC301"}


R = f"r = {call()}\n"
CALLS = '[item for item in r.output if item.type == "function_call"]'
CALLED = 'any(item.type == "function_call" for item in r.output)'
WORD = """(
    "stop"
    if r.status == "completed"
    else "content_filter"
    if r.incomplete_details is not None
    and r.incomplete_details.reason == "content_filter"
    else "length"
)"""
CUT = 'r.incomplete_details is not None and r.incomplete_details.reason == "max_output_tokens"'
BROKEN = CUT.replace(" and ", "\n    and ")
WHOLE = CUT.replace("is not", "is").replace("and r", "or r").replace("==", "!=")

# (uses of `r`, the same after the rewrite); api-mapping 5.1
REWRITTEN = [
    ("print(r.choices[0].message.content)", "print(r.output_text)"),
    ("print(r.choices[-1].message.content)", "print(r.output_text)"),
    ("print(r.choices[0].message.content.strip())", "print(r.output_text.strip())"),
    ('x = r.choices[0].message.content or ""', "x = r.output_text"),
    ('x = (r.choices[0].message.content or "").strip()', "x = r.output_text.strip()"),
    ('x = r.choices[0].message.content or "?"', 'x = r.output_text or "?"'),
    ("if r.choices and r.choices[0].message: pass", "if r.output: pass"),
    ("x = r.choices[0].message and r.choices[0].message.content", "x = r.output_text"),
    ("x = a and r.choices[0].message", "x = a and r"),
    ("if r.choices[0].message.content: pass", "if r.output_text: pass"),
    ("if r.choices[0].message.content is None: pass", "if not r.output_text: pass"),
    ("if r.choices[0].message.content is not None: pass", "if r.output_text: pass"),
    ("if r.choices[0].message.content == None: pass", "if not r.output_text: pass"),
    ("ok = r.choices[0].message.content is not None", "ok = bool(r.output_text)"),
    ("print(getattr(r.choices[0].message, 'content'))", "print(getattr(r, 'output_text'))"),
    ("print(getattr(r.choices[0], 'message').content)", "print(r.output_text)"),
    ("print(r.usage.total_tokens)", "print(r.usage.total_tokens)"),
    ("print(r.created)", "print(int(r.created_at))"),
    ("print(f'{r.created} {r.id}')", "print(f'{int(r.created_at)} {r.id}')"),
    ("m = r.choices[0].message\nprint(m.content)", "print(r.output_text)"),
    ("c = r.choices[0]\nm = c.message\nprint(m.content)", "print(r.output_text)"),
    ("cs = r.choices\nprint(cs[0].message.content)", "print(r.output_text)"),
    ("u = r.usage\nprint(u.prompt_tokens)", "u = r.usage\nprint(u.input_tokens)"),
    ("print([c.message.content for c in r.choices])", "print([r.output_text])"),
    ("if r: print(r.id)", "if r: print(r.id)"),
    ("if r is not None and r.usage: pass", "if r is not None and r.usage: pass"),
    ("assert r.usage is not None", "assert r.usage is not None"),
    ("r.choices[0].message.content", "r.output_text"),
    ("print((r or None).choices[0].message.content)", "print((r or None).output_text)"),
    ("if r.choices: pass", "if r.output: pass"),
    ("if not r.choices: pass", "if not r.output: pass"),
    ("if r.choices and r.choices[0].message.content: pass", "if r.output and r.output_text: pass"),
    ("if len(r.choices) > 0: pass", "if len(r.output) > 0: pass"),
    (
        "x = r.choices[0].message.content if r.choices else None",
        "x = r.output_text if r.output else None",
    ),
    ("x = r.choices[0].message.role", 'x = "assistant"'),
    ("x = r.choices[0].index", "x = 0"),
    (
        "cs = r.choices[0].message.tool_calls\nfor c in cs: print(c.id)",
        f"cs = {CALLS}\nfor c in cs: print(c.call_id)",
    ),
    (
        "for c in r.choices[0].message.tool_calls: print(c.function.name)",
        f"tool_calls = {CALLS}\nfor c in tool_calls: print(c.name)",
    ),
    (
        "for c in r.choices[0].message.tool_calls or []: print(c.id)",
        f"for c in {CALLS}: print(c.call_id)",
    ),
    (
        "for i, c in enumerate(r.choices[0].message.tool_calls): print(c.id)",
        f"tool_calls = {CALLS}\nfor i, c in enumerate(tool_calls): print(c.call_id)",
    ),
    ("if r.choices[0].message.tool_calls: pass", f"if {CALLED}: pass"),
    ("if r.choices[0].message.tool_calls is None: pass", f"if not {CALLED}: pass"),
    ("if r.choices[0].message.tool_calls is not None: pass", f"if {CALLED}: pass"),
    ("n = len(r.choices[0].message.tool_calls or [])", f"n = len({CALLS})"),
    (
        "cs = r.choices[0].message.tool_calls\nif cs is None: pass",
        f"cs = {CALLS} or None\nif cs is None: pass",
    ),
    (
        "c = r.choices[0].message.tool_calls[0]\nf = c.function\nprint(f.name)",
        f"c = {CALLS}[0]\nprint(c.name)",
    ),
    (
        "if r.choices[0].message.tool_calls[0].type == 'function': pass",
        f'tool_calls = {CALLS}\nif tool_calls[0].type == "function_call": pass',
    ),
    (
        "m = r.choices[0].message\nif m.tool_calls:\n    for c in m.tool_calls: print(c.id)",
        f"tool_calls = {CALLS}\nif tool_calls:\n    for c in tool_calls: print(c.call_id)",
    ),
    (
        "if r.choices[0].message.tool_calls:\n    for c in r.choices[0].message.tool_calls: print(c.id)",
        f"tool_calls = {CALLS}\nif tool_calls:\n    for c in tool_calls: print(c.call_id)",
    ),
    ("if r.choices[0].message.function_call: pass", f"if {CALLED}: pass"),
    ("if r.choices[0].finish_reason == 'stop': pass", 'if r.status == "completed": pass'),
    ("if r.choices[0].finish_reason != 'stop': pass", 'if r.status != "completed": pass'),
    ("if r.choices[0].finish_reason == 'length': pass", f"if (\n    {BROKEN}\n): pass"),
    ("if r.choices[0].finish_reason != 'length': pass", f"if (\n    {WHOLE}\n): pass"),
    ("if x and r.choices[0].finish_reason == 'length': pass", f"if x and {CUT}: pass"),
    (
        "if r.choices[0].finish_reason in ('stop', 'length'): pass",
        f'if r.status == "completed" or (\n    {BROKEN}\n): pass',
    ),
    ("f = r.choices[0].finish_reason\nif f == 'stop': pass", 'if r.status == "completed": pass'),
    ("save(r.choices[0].finish_reason)", f"finish_reason = {WORD}\nsave(finish_reason)"),
    ("f = r.choices[0].finish_reason\nsave(f)", f"f = {WORD}\nsave(f)"),
]


@pytest.mark.parametrize(("before", "after"), REWRITTEN, ids=[row[0] for row in REWRITTEN])
def test_rewritten_reads(before: str, after: str) -> None:
    new = rewritten(f"{R}{before}\n")
    assert new.split("\n", 1)[1] == after + "\n"


# (uses of `r`, the codes)
BLOCKED = [
    ("print(r['choices'])", {"CC310"}),
    ("print(r.choices[1])", {"CC304"}),
    ("print(r.choices[i].message.content)", {"CC304"}),
    ("print(r.choices[0:1])", {"CC304"}),
    ("for c in r.choices: print(c.message.content)", {"CC304"}),
    ("print([c.message.content for c in r.choices if c])", {"CC304"}),
    ("print({c.message.content for c in r.choices})", {"CC304"}),
    ("print(len(r.choices))", {"CC304"}),
    ("x = r.choices or []", {"CC319"}),
    ("if len(r.choices) > 1: pass", {"CC304"}),
    ("cs = r.choices\nif cs: pass", {"CC319"}),
    ("save(r.choices[0].message.tool_calls)", {"CC303"}),
    ("log.append(r.choices[0].message.tool_calls[0])", {"CC303"}),
    ("for c in r.choices[0].message.tool_calls: print(c)", {"CC303"}),
    ("for c in r.choices[0].message.tool_calls: print(c.function)", {"CC303"}),
    ("for c in r.choices[0].message.tool_calls: print(c.type)", {"CC303"}),
    ("for c in r.choices[0].message.tool_calls: print(c.model_dump())", {"CC307"}),
    ("for c in r.choices[0].message.tool_calls + x: print(c.id)", {"CC301"}),
    ("log.append(r.choices[0].message)", {"CC305"}),
    ("x = [r.choices[0].message]", {"CC305"}),
    ("x = r.choices[0].finish_reason.upper()", {"CC302"}),
    ("save(r.choices[0].finish_reason.lower())", {"CC302"}),
    ("x = y or r.choices[0].finish_reason", {"CC506"}),
    ("if r.choices[0].finish_reason == 'eos': pass", {"CC302"}),
    ("f = r.choices[0].finish_reason\nr = None\nif f == 'stop': pass", {"CC302"}),
    ("a, = r.choices", {"CC304"}),
    ("print(r.choices[0].message)", {"CC305"}),
    ("print(r.choices[0])", {"CC306"}),
    ("print(r.choices)", {"CC306"}),
    ("print(r.usage)", {"CC312"}),
    ("log.append(r)", {"CC309"}),
    ("log['a'] = r", {"CC309"}),
    ("log.x = r", {"CC309"}),
    ("pair = (r, 1)", {"CC309"}),
    ("save(r)", {"CC308"}),
    ("save(r.choices[0].message)", {"CC305"}),
    ("save(r.choices[0])", {"CC306"}),
    ("save(r.usage)", {"CC312"}),
    ("json.dumps(r)", {"CC307"}),
    ("vars(r)", {"CC307"}),
    ("isinstance(r, X)", {"CC321"}),
    ("type(r)", {"CC321"}),
    ("hasattr(r, 'choices')", {"CC317"}),
    ("getattr(r, name)", {"CC317"}),
    ("list(r)", {"CC316"}),
    ("for x in r: pass", {"CC316"}),
    ("with r: pass", {"CC316"}),
    ("r.choices[0].message.content = 'x'", {"CC314"}),
    ("r.choices[0] = x", {"CC314"}),
    ("del r.usage", {"CC314"}),
    ("r == other", {"CC301"}),
    ("r()", {"CC301"}),
    ("a, b = r", {"CC301"}),
    ("x: ChatCompletion = r", {"CC320"}),
    ("f = lambda: r", {"CC502"}),
    ("r = other()\nprint(r.id)", set()),
    ("if x: r = other()\nprint(r.id)", {"CC315"}),
    ("y = r if x else other()\nprint(y.id)", {"CC315"}),
    ("y = other() or r\nprint(y.id)", {"CC315"}),
]


@pytest.mark.parametrize(("use", "reasons"), BLOCKED, ids=[row[0] for row in BLOCKED])
def test_blocked_uses(use: str, reasons: set[str]) -> None:
    finding = only(plan_of(f"{R}{use}\n"))
    assert codes(finding) == reasons
    assert finding.verdict == ("blocked" if reasons else "rewrite")


@pytest.mark.parametrize("use", ["print(r)", "log.info('%s', r)", "x = str(r)", "y = f'{r}'"])
def test_whole_results_that_are_shown_are_suggestions(use: str) -> None:
    finding = only(plan_of(f"{R}{use}\n"))
    assert (finding.verdict, codes(finding)) == ("suggest", {"CC322"})


# (a function around the call, the codes)
FUNCTIONS = [
    (f"def f():\n    return {call()}\nprint(f().id)", set()),
    (f"def f():\n    return {call()}\n@g\ndef h(): return f()\nprint(h().id)", {"CC502"}),
    (f"def f():\n    yield {call()}\nfor r in f(): print(r.id)", {"CC504"}),
    (f"def f():\n    return {call()}\ng = f\nprint(g().id)", {"CC502"}),
    (f"def f(x):\n    if x:\n        return {call()}\n    return x\nprint(f(1).id)", {"CC315"}),
    (f"def f(x):\n    if x:\n        return {call()}\n    return None\nprint(f(1).id)", set()),
    (f"def f() -> ChatCompletion:\n    return {call()}\nprint(f().id)", {"CC320"}),
    (f"def show(r):\n    print(r.id)\nshow({call()})", set()),
    (f"def show(r):\n    print(r.id)\nshow({call()})\nshow(3)", {"CC315"}),
    (f"def show(r):\n    print(r.id)\nshow({call()})\nshow(*a)", {"CC315"}),
    (f"def show(*r):\n    print(r[0].id)\nshow({call()})", {"CC308"}),
    (f"f = lambda: {call()}\nprint(f().id)", {"CC502"}),
    (f"class A:\n    def f(self):\n        return {call()}\n    def g(self):\n        return self.f().id", set()),
    (f"class A:\n    def f(self):\n        return {call()}\nprint(unknown.f().id)", {"CC502"}),
    (f"class A:\n    def __enter__(self):\n        return {call()}\nwith A() as r: print(r.id)", {"CC502"}),
    (f"def f():\n    global r\n    r = {call()}\nprint(r.id)", {"CC323"}),
    (f"import asyncio\nasync def f():\n    t = asyncio.create_task({call()})\n    return (await t).id", {"CC504"}),
    (f"import asyncio\nasync def f():\n    return await {call()}\nprint(asyncio.run(f()).id)", set()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "reasons"), FUNCTIONS, ids=[str(n) for n in range(len(FUNCTIONS))]
)
def test_results_through_functions(source: str, reasons: set[str]) -> None:
    finding = only(plan_of(source))
    assert codes(finding) == reasons
    assert finding.verdict == ("blocked" if reasons else "rewrite")


def test_one_blocked_reader_blocks_every_call_that_reaches_it() -> None:
    source = f"def show(r):\n    save(r.choices[0].logprobs)\nshow({call()})\nshow({call()})\n"
    plan = plan_of(source)
    assert len(plan.groups) == 1
    assert [(f.verdict, codes(f)) for f in plan.findings] == [("blocked", {"CC219"})] * 2


def test_a_blocked_call_blocks_the_ones_that_share_its_reader() -> None:
    source = f"def show(r):\n    print(r.id)\nshow({call('n=2')})\nshow({call()})\n"
    first, second = plan_of(source).findings
    assert (codes(first), codes(second)) == ({"CC201"}, {"CC507"})
    assert second.verdict == "blocked"


def test_calls_that_share_nothing_are_apart() -> None:
    plan = plan_of(f"a = {call('n=2')}\nb = {call()}\nprint(a.id, b.id)\n")
    assert [f.verdict for f in plan.findings] == ["blocked", "rewrite"]
    assert len({f.group for f in plan.findings}) == 2


def test_edits_of_a_blocked_group_are_empty() -> None:
    plan = plan_of(f"r = {call('n=2')}\nprint(r.choices[0].message.content)\n")
    assert [group.edits for group in plan.groups] == [[]]
