"""What tools and tool choices hold, and everybody who looks at them."""

from __future__ import annotations

import pytest

from migrator.config import Settings

from .support import MESSAGES, codes, only, plan_of, rewritten

T = '{"type": "function", "function": {"name": "f", "strict": True, "parameters": P}}'
FLAT = '{"type": "function", "name": "f", "strict": True, "parameters": P}'
HEAD = "from openai import OpenAI\nclient = OpenAI()\nP = {'type': 'object', 'properties': {}}\n"


def sent(value: str, keyword: str = "tools") -> str:
    call = f"client.chat.completions.create(model='gpt-4o', messages={MESSAGES}, {keyword}={value})"
    return f"{call}\n"


# (statements before the call, what the call is sent): everything is seen, and rewritten
SEEN = [
    ("", f"[{T}]"),
    ("", f"({T},)"),
    (f"tools = [{T}]", "tools"),
    (f"tools = []\ntools.append({T})", "tools"),
    (f"tools = []\ntools.insert(0, {T})\ntools.extend([{T}])", "tools"),
    (f"tools = list()\ntools += [{T}]", "tools"),
    (f"a = [{T}]\nb = [{T}]", "a + b"),
    (f"a = [{T}]", "[*a]"),
    (f"a = [{T}]", "a[:1]"),
    (f"a = [{T}]\nb = a.copy()", "b"),
    (f"one = {T}", "[one]"),
    (f"one = {T}\nother = one", "[other, one]"),
    (f"one = {T}", "[one] if one else None"),
    (f"a = [{T}]", "[t for t in a if t]"),
    (f"def make(): return [{T}]", "make()"),
    (f"def make(): return {T}", "[make(), make()]"),
    (f"class A:\n    def __init__(self): self.x = [{T}]\n    def get(self): return self.x", "A().x"),
    (f"tools = [{T}]\nif tools: pass\nwhile not tools: pass\nprint(len(tools))", "tools"),
    (f"tools = [{T}]\nnames = [t['function']['name'] for t in tools]", "tools"),
    (f"tools = [{T}]\nx = tools[0]['function'].get('description')", "tools"),
    (f"import copy\ntools = copy.deepcopy([{T}])", "tools"),
    (f"tools = [{T}] if x else [{T}]", "tools"),
    (f"(tools := [{T}])", "tools"),
]  # fmt: skip

# the same, but somebody else sees them, or a source is not known
UNSEEN = [
    (f"tools = [{T}]\nprint(tools)", "tools"),
    (f"tools = [{T}]\nimport json\njson.dumps(tools)", "tools"),
    (f"tools = [{T}]\nother.create(tools=tools)", "tools"),
    (f"tools = [{T}]\ncheck(tools)", "tools"),
    (f"tools = [{T}]\nx = {T} in tools", "tools"),
    (f"tools = [{T}]\nfor name, t in tools: pass", "tools"),
    (f"tools = [{T}]\nx = tools[0]['function']", "tools"),
    (f"tools = [{T}]\nx = tools[0]['function']['strict']", "tools"),
    (f"tools = [{T}]\ntools[0]['function']['name'] = 'g'", "tools"),
    (f"tools = [{T}]\ntools[0].update(x=1)", "tools"),
    (f"tools = [{T}]\nx = [*map(str, tools)]", "tools"),
    (f"tools = [{T}]\nx = lambda: tools", "tools"),
    (f"tools = [{T}]\ndef f(a=tools): pass", "tools"),
    (f"tools = [{T}]\nx = {{'a': tools}}", "tools"),
    (f"tools = [{T}]\n__all__ = ['tools']", "tools"),
    (f"tools = [{T}]\nx = globals()['tools']", "tools"),
    (f"tools = [{T}]\ndel tools[0]['function']", "tools"),
    (f"one = {T}\nx = {{'one': one}}", "[one]"),
    (f"one = {T}\none['function']['name'] = 'g'", "[one]"),
    (f"def make(): return [{T}]\nprint(make())", "make()"),
    (f"def make(): return [{T}]\nx = make", "make()"),
    (f"def make(): yield {T}", "make()"),
    ("from elsewhere import tools", "tools"),
    ("import json\ntools = json.loads(x)", "tools"),
    ("def call(tools):\n    pass", "x"),
    ("", "[make_tool(f)]"),
    ("", '[{"type": "function", "function": P}]'),
    ("", '[{"type": "function", "function": {"name": "f", **P}}]'),
    ("", '[{"type": "function", "function": {"name": "f", "x": 1}}]'),
    ("", '[{"type": "function", "function": {"description": "f"}}]'),
    ("", '[{"type": "function", "function": {"name": "f"}, "strict": True}]'),
    ("", '[{"type": "function", "name": "f"}]'),
    ("", '[{"type": "web_search"}]'),
    ("", '[{"type": kind, "function": {"name": "f"}}]'),
    ("", '[{"type": "function", "function": {"name": "f", "strict": flag}}]'),
    ("", '[{"type": "custom", "custom": {"name": "f", "format": {"type": "x"}}}]'),
]


@pytest.mark.parametrize(("before", "value"), SEEN)
def test_seen(before: str, value: str) -> None:
    source = f"{before}\n{sent(value)}"
    new = rewritten(source, head=HEAD)
    assert "responses.create(" in new and "'function': {" not in new and '"function": {' not in new
    assert FLAT in new and "['function']" not in new


@pytest.mark.parametrize(("before", "value"), UNSEEN)
def test_unseen(before: str, value: str) -> None:
    finding = only(plan_of(f"{before}\n{sent(value)}", head=HEAD))
    assert (finding.verdict, codes(finding)) == ("blocked", {"CC216"})


def test_a_method_and_its_callers() -> None:
    source = f"""
class A:
    def ask(self, tools=None):
        return client.chat.completions.create(model='gpt-4o', messages={MESSAGES}, tools=tools)
A().ask([{T}])
A().ask()
"""
    assert FLAT in rewritten(source, head=HEAD)
    finding = only(plan_of(source + "x = A().ask\n", head=HEAD))
    assert "CC216" in codes(finding)


def test_library_constants_are_left_alone() -> None:
    settings = Settings().updated({"library": True}, "test")
    for name, expected in (("TOOLS", {"CC216"}), ("_TOOLS", set())):
        source = f"{name} = [{T}]\ndef _f():\n    {sent(name)}"
        assert codes(only(plan_of(source, settings, HEAD))) == expected


def test_calls_that_share_tools_change_together() -> None:
    source = f"tools = [{T}]\n{sent('tools')}{sent('tools')}"
    plan = plan_of(source, head=HEAD)
    assert len({finding.group for finding in plan.findings}) == 1
    stays = plan_of(source + sent("tools, stop='x'"), head=HEAD)
    assert {finding.verdict for finding in stays.findings} == {"blocked"}


CHOICES = {
    '"auto"': '"auto"',
    '"none" if x else "required"': '"none" if x else "required"',
    '{"type": "function", "function": {"name": n}}': '{"type": "function", "name": n}',
    '{"type": "custom", "custom": {"name": "q"}}': '{"type": "custom", "name": "q"}',
    '{"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": '
    '[{"type": "function", "function": {"name": "f"}}]}}': '{"type": "allowed_tools", '
    '"mode": "auto", "tools": [{"type": "function", "name": "f"}]}',
}


@pytest.mark.parametrize("value", CHOICES)
def test_choices(value: str) -> None:
    new = rewritten(f"n = 'f'\n{sent(value, 'tool_choice')}", head=HEAD)
    assert f"tool_choice={CHOICES[value]}, store=False" in new


@pytest.mark.parametrize("value", ["choice", '"any"', "f(x)", '{"type": "function"}', "{}", "1"])
def test_choices_that_stay(value: str) -> None:
    finding = only(plan_of(sent(value, "tool_choice"), head=HEAD))
    assert (finding.verdict, codes(finding)) == ("blocked", {"CC216"})


@pytest.mark.parametrize(
    "value", ["functions", "[]", "None or []", "[f]", '[{"name": "f", "strict": True}]']
)
def test_functions_that_stay(value: str) -> None:
    finding = only(plan_of(sent(value, "functions"), head=HEAD))
    assert (finding.verdict, codes(finding)) == ("blocked", {"CC217"})
