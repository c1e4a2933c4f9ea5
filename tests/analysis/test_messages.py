"""What a messages list can hold: every way in, and what each message may look like."""

from __future__ import annotations

import pytest

from .support import call, codes, only, plan_of

# (lines before the call, the messages argument, codes)
LISTS = [
    ("", '[{"role": "user", "content": "a"}]', set()),
    ("", '[dict(role="user", content="a")]', set()),
    ("", '[{"role": "user", "content": "a"}] + [{"role": "user", "content": "b"}]', set()),
    ("", '[*h, {"role": "user", "content": "a"}]', {"CC230"}),
    ('h = [{"role": "user", "content": "a"}]', "h", set()),
    ('h = [{"role": "user", "content": "a"}]', "[*h]", set()),
    ('h = [{"role": "user", "content": "a"}]', "h[-2:]", set()),
    ('h = [{"role": "user", "content": "a"}]', "h.copy()", set()),
    ('h = [{"role": "user", "content": "a"}]', "list(h)", set()),
    ('m = {"role": "user", "content": "a"}', "[m]", set()),
    ("", '[{"role": "user", "content": x} for x in y]', set()),
    ("h = []", "h", {"CC239"}),
    ("", "[]", {"CC239"}),
    ("", "None", {"CC239"}),
    ("", "h", {"CC230"}),
    ("h = f()", "h", {"CC230"}),
    ("def f(): return [{'role': 'user', 'content': 'a'}]", "f()", set()),
    ("def f(): return [{'role': 'tool', 'content': 'a'}]", "f()", {"CC233"}),
    ("", "json.load(f)", {"CC230"}),
    ("h = []\nh.append({'role': 'user', 'content': 'a'})", "h", set()),
    ("h = []\nh.insert(0, {'role': 'user', 'content': 'a'})", "h", set()),
    ("h = []\nh.extend([{'role': 'user', 'content': 'a'}])", "h", set()),
    ("h = []\nh += [{'role': 'user', 'content': 'a'}]", "h", set()),
    ("h = []\nh = h + [{'role': 'user', 'content': 'a'}]", "h", set()),
    ("h = [{'role': 'user', 'content': 'a'}]\nh[0] = {'role': 'user', 'content': 'b'}", "h", set()),
    ("h = [{'role': 'user', 'content': 'a'}]\nh[0]['content'] = 'b'", "h", set()),
    ("h = [{'role': 'user', 'content': 'a'}]\nh[0]['content'] = [1]", "h", {"CC232"}),
    ("h = [{'role': 'user', 'content': 'a'}]\nh[0]['name'] = 'b'", "h", {"CC236"}),
    ("h = [{'role': 'user', 'content': 'a'}]\nh.append(x)", "h", {"CC235"}),
    ("h = [{'role': 'user', 'content': 'a'}]\nh.extend(x)", "h", {"CC230"}),
    ("h = [{'role': 'user', 'content': 'a'}]\nfill(h)", "h", {"CC236"}),
    ("h = [{'role': 'user', 'content': 'a'}]\nx.append(h)", "h", {"CC236"}),
    ("h = [{'role': 'user', 'content': 'a'}]\nx['h'] = h", "h", {"CC236"}),
    ("h = [{'role': 'user', 'content': 'a'}]\nprint(h, len(h))", "h", set()),
    ("def fill(h): h.append({'role': 'tool', 'content': 'a'})\nh = [{'role': 'user', 'content': 'a'}]\nfill(h)",
     "h", {"CC233"}),
    ("h = [{'role': 'user', 'content': 'a'}]\ng = h\ng.append({'role': 'tool', 'content': 'b'})",
     "h", {"CC233"}),
    ("h = [{'role': 'user', 'content': 'a'}]\ndef f(): h.append({'role': 'tool', 'content': 'b'})",
     "h", {"CC233"}),
    ("h = [{'role': 'user', 'content': 'a'}] if x else [{'role': 'tool', 'content': 'a'}]", "h", {"CC233"}),
    ("h: list[ChatCompletionMessageParam] = [{'role': 'user', 'content': 'a'}]", "h", {"CC320"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "argument", "reasons"), LISTS, ids=[f"{a}|{b}" for a, b, _ in LISTS]
)
def test_lists(lines: str, argument: str, reasons: set[str]) -> None:
    finding = only(plan_of(f"{lines}\n{call(messages=argument)}\n"))
    assert codes(finding) == reasons
    assert finding.verdict == ("blocked" if reasons else "rewrite")


# (one message, codes); api-mapping 3.1, 3.2 and 3.4
MESSAGES = [
    ('{"role": "system", "content": "a"}', set()),
    ('{"role": "developer", "content": "a"}', set()),
    ('{"role": "assistant", "content": "a"}', set()),
    ('{"role": role, "content": "a"}', set()),
    ('{"role": "tool", "content": "a", "tool_call_id": "c"}', set()),
    ('{"role": "tool", "content": "a", "tool_call_id": "c", "name": "f"}', set()),
    ('{"role": "tool", "content": "a", "tool_call_id": "c", "name": f()}', {"CC231"}),
    ('{"role": "tool", "content": "a", "tool_call_id": "c", "id": 1}', {"CC238"}),
    ('{"role": "tool", "content": None, "tool_call_id": "c"}', {"CC238"}),
    ('{"role": "tool", "content": "a"}', {"CC233"}),
    ('{"role": "assistant", "content": None, "tool_calls": []}', {"CC234"}),
    ('{"role": "assistant", "content": x, "tool_calls": [call]}', {"CC234"}),
    ('{"role": "function", "content": "a", "name": "f"}', {"CC231", "CC233"}),
    ('{"role": "critic", "content": "a"}', {"CC237"}),
    ('{"content": "a"}', {"CC237"}),
    ('{"role": "user"}', {"CC238"}),
    ('{"role": "user", "content": None}', {"CC238"}),
    ('{"role": "user", "content": 3}', {"CC238"}),
    ('{"role": "user", "content": "a", "name": "bob"}', {"CC231"}),
    ('{"role": "user", "content": "a", "cache_control": {}}', {"CC238"}),
    ('{"role": "assistant", "content": "a", "tool_calls": calls}', {"CC234"}),
    ('{"role": "assistant", "content": "a", "function_call": c}', {"CC234"}),
    ('{"role": "assistant", "content": "a", "refusal": None}', {"CC238"}),
    ('{"role": "user", "content": "a", key: 1}', {"CC238"}),
    ('{**base, "content": "a"}', {"CC238"}),
    ('{"role": "user", "content": [{"type": "text", "text": "a"}]}', set()),
    ('{"role": "user", "content": ["a"]}', {"CC232"}),
    ('{"role": "user", "content": {"type": "text"}}', {"CC232"}),
    ('{"role": "user", "content": f"{a}"}', set()),
    ('{"role": "user", "content": "a" + b}', set()),
    ('{"role": "user", "content": "a %s" % b}', set()),
    ('{"role": "user", "content": "{}".format(b)}', set()),
    ('{"role": "user", "content": str(b)}', set()),
    ('{"role": "user", "content": "a" if x else [1]}', {"CC232"}),
    ('{"role": "user", "content": text or "x"}', set()),
    ("make()", {"CC235"}),
    ("Message(role='user', content='a')", {"CC235"}),
    ("dict(base, content='a')", {"CC235"}),
    ("r.choices[0].message", {"CC235"}),
    ("m.model_dump()", {"CC235"}),
    ('"text"', {"CC235"}),
]  # fmt: skip


@pytest.mark.parametrize(("message", "reasons"), MESSAGES, ids=[row[0] for row in MESSAGES])
def test_messages(message: str, reasons: set[str]) -> None:
    assert codes(only(plan_of(call(messages=f"[{message}]")))) == reasons


# (function with the call, what is called, codes)
PARAMETERS = [
    ("def f(t):", '[{"role": "user", "content": t}]', "f('a')", set()),
    ("def f(t: str):", '[{"role": "user", "content": t}]', "", set()),
    ("def f(t):", '[{"role": "user", "content": t}]', "f([1])", {"CC232"}),
    ("def f(t: list):", '[{"role": "user", "content": t}]', "", {"CC232"}),
    ("def f(t: list[dict]):", '[{"role": "user", "content": t}]', "", {"CC232"}),
    ("def f(h):", "h", "f([{'role': 'user', 'content': 'a'}])", set()),
    ("def f(h):", "h", "f(h=[{'role': 'user', 'content': 'a'}])", set()),
    ("def f(h):", "h", "", {"CC230"}),
    ("def f(h):", "h", "f(load())", {"CC230"}),
    ("def f(h):", "h", "f(*a)", {"CC230"}),
    ("def f(h):", "h", "map(f, x)", {"CC230"}),
    ("def f(*h):", "h", "f({'role': 'user', 'content': 'a'})", {"CC230"}),
    ("def f(h: list[ChatCompletionMessageParam]):", "h", "f([{'role': 'user', 'content': 'a'}])", {"CC320"}),
]  # fmt: skip


@pytest.mark.parametrize(("head", "messages", "use", "reasons"), PARAMETERS)
def test_parameters(head: str, messages: str, use: str, reasons: set[str]) -> None:
    source = f"{head}\n    return {call(messages=messages)}.id\n{use}\n"
    assert codes(only(plan_of(source))) == reasons


def test_what_is_assumed_is_told() -> None:
    finding = only(plan_of(f"def f(t):\n    return {call(messages=MESSAGE)}.id\n"))
    (row,) = [row for row in finding.ledger if row.keyword == "messages"]
    assert row.action == "renamed" and "assumed" in row.note


MESSAGE = '[{"role": "user", "content": t}]'


# (lines with a part, codes of a call whose content can't be seen)
PARTS_ELSEWHERE = [
    ('PART = {"type": "text", "text": "a"}', set()),
    ('PART = {"type": "text", "text": "a"}\nsave(PART)', {"CC232"}),
    ('def g():\n    return [{"type": "text", "text": "a"}]\nx.run(g)', {"CC232"}),
    ('kinds = {"image_url": 1}', {"CC232"}),
    ('print({"type": "text", "text": "a"})', set()),
    ('store["a"] = {"type": "text", "text": "a"}', {"CC232"}),
]


@pytest.mark.parametrize(("lines", "reasons"), PARTS_ELSEWHERE)
def test_parts_that_go_unseen_end_the_assumption(lines: str, reasons: set[str]) -> None:
    source = f"{lines}\ndef f(t):\n    return {call(messages=MESSAGE)}.id\n"
    assert codes(only(plan_of(source))) == reasons


def test_builders_are_members_of_the_group() -> None:
    source = f"h = [{{'role': 'user', 'content': 'a'}}]\nh.append({{'role': 'user', 'content': 'b'}})\n{call(messages='h')}\n"
    (group,) = plan_of(source).groups
    assert [m.place.line for m in group.members if m.role == "builder"] == [3, 4]


def test_reasons_are_given_once_and_have_a_place() -> None:
    source = f"h = [x, y]\n{call(messages='h')}\n{call(messages='h')}\n"
    for finding in plan_of(source).findings:
        keys = [(reason.code, reason.place.key()) for reason in finding.reasons]
        assert len(keys) == len(set(keys)) == 2
