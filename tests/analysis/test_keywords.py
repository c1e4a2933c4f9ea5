"""Mappings of keywords: every way to fill one, and every way somebody else may see it."""

from __future__ import annotations

import pytest

from .support import MESSAGES, codes, only, plan_of, rewritten

BASE = f"'model': 'gpt-4o', 'messages': {MESSAGES}"
P = f"p = {{{BASE}}}"

# (how the mapping is made, the same afterwards)
MADE = [
    (P, "'input': ["),
    (f"{P}\np['max_tokens'] = 20", "p['max_output_tokens'] = 20"),
    (f"{P}\np['reasoning_effort'] = e", "p['reasoning'] = {\"effort\": e}"),
    (f"{P}\np.update({{'max_tokens': 20}})", "p.update({'max_output_tokens': 20})"),
    (f"{P}\np.update(max_tokens=20, verbosity='low')",
     'p.update(max_output_tokens=20, text={"verbosity": \'low\'})'),
    (f"{P}\np = p | {{'max_tokens': 20}}", "p = p | {'max_output_tokens': 20}"),
    (f"{P}\np |= {{'max_tokens': 20}}", "p |= {'max_output_tokens': 20}"),
    (f"b = {{{BASE}, 'n': 1}}\np = {{**b, 'max_tokens': 20}}", "p = {**b, 'max_output_tokens': 20}"),
    (f"b = {{{BASE}}}\np = dict(b, max_tokens=20, n=1)", "p = dict(b, max_output_tokens=20)"),
    (f"b = {{{BASE}}}\np = b.copy()\np['max_tokens'] = 20", "p['max_output_tokens'] = 20"),
    (f"p = dict(model='gpt-4o', messages={MESSAGES}, n=1)", "p = dict(model='gpt-4o', input=["),
    (f"p = dict(n=1, model='gpt-4o', messages={MESSAGES})", "p = dict(model='gpt-4o', input=["),
    (f"{P}\nif p['model'] == 'x': pass\nprint(p.get('temperature'), 'user' in p)", "'input': ["),
    (f"{P}\np['response_format'] = {{'type': 'json_object'}}",
     "p['text'] = {\"format\": {'type': 'json_object'}}"),
    (f"{P}\nx = 1\np['n'] = 1\ny = 2", "x = 1\ny = 2"),
    (f"p = {{{BASE}, 'store': None}}", "'store': False}"),
    (f"def make(): return {{{BASE}, 'max_tokens': 20}}\np = make()", "'max_output_tokens': 20"),
]  # fmt: skip

# (how it is made and seen, the code)
STAYS = [
    ("from x import p", "CC210"),
    ("p = load()", "CC210"),
    (f"{P}\nprint(p)", "CC210"),
    (f"{P}\np['messages'].append(x)", "CC210"),
    (f"{P}\np.pop('model')", "CC210"),
    (f"{P}\nx = p['max_tokens']", "CC210"),
    (f"{P}\nx = p.get('max_tokens')", "CC210"),
    (f"{P}\nx = 'messages' in p", "CC210"),
    (f"{P}\nfor k in p: pass", "CC210"),
    (f"{P}\ndel p['n']", "CC210"),
    (f"{P}\np[key] = 1", "CC210"),
    (f"{P}\np['max_tokens'] += 1", "CC210"),
    (f"{P}\np['a'], p['b'] = 1, 2", "CC210"),
    (f"{P}\np.setdefault('n', 1)", "CC210"),
    (f"{P}\np.update(more)", "CC210"),
    (f"{P}\np.update(**more)", "CC210"),
    (f"{P}\nother(**p)", "CC210"),
    (f"{P}\nx = {{**p}}\nprint(x)", "CC210"),
    (f"{P}\nq = [p]", "CC210"),
    (f"p = {{{BASE}, key: 1}}", "CC210"),
    (f"{P}\np['store'] = True", "CC210"),
    (f"{P}\np['response_format'] = {{'type': 'text'}}\np['verbosity'] = 'low'", "CC210"),
    (f"{P}\np['stop'] = 'x'", "CC202"),
    (f"{P}\nif x: p['stream'] = True", "CC215"),
    (f"{P}\np['stream'] = x", "CC215"),
    (f"{P}\np['top_k'] = 3", "CC209"),
    (f"{P}\np['max_tokens'] = 3", "CC212"),
    (f"{P}\nif x:\n    p['n'] = 1", "CC506"),
    (f"{P}\np['n'] = 1  # one", "CC506"),
]


@pytest.mark.parametrize(("made", "after"), MADE)
def test_filled(made: str, after: str) -> None:
    new = rewritten(f"{made}\nclient.chat.completions.create(**p)\n")
    assert after in new and "messages" not in new and "'n'" not in new
    store = "" if "'store'" in made else ", store=False"
    assert f"client.responses.create(**p{store})" in new


@pytest.mark.parametrize(("made", "code"), STAYS)
def test_stays(made: str, code: str) -> None:
    finding = only(plan_of(f"{made}\nclient.chat.completions.create(**p)\n"))
    assert finding.verdict == "blocked" and code in codes(finding)


def test_keywords_beside_the_mapping() -> None:
    made = f"p = {{'temperature': 0}}\nclient.chat.completions.create(model='gpt-4o', messages={MESSAGES}, max_tokens=20, **p)\n"
    new = rewritten(made)
    assert (
        f"create(model='gpt-4o', input={MESSAGES}, max_output_tokens=20, **p, store=False)" in new
    )
    twice = made.replace("'temperature': 0", "'max_tokens': 0")
    assert "CC210" in codes(only(plan_of(twice)))
    both = made.replace("'temperature': 0", "'max_completion_tokens': 30")
    assert "CC212" in codes(only(plan_of(both)))


def test_lines_are_laid_out_as_they_were() -> None:
    source = f"""
p = {{
    {BASE},
    "response_format": {{
        "type": "json_schema",
        "json_schema": {{"name": "a", "schema": {{}}}},
    }},
}}
client.chat.completions.create(**p)
"""
    expected = """    "text": {
        "format": {
            "type": "json_schema",
            "name": "a",
            "schema": {},
            "strict": False,
        },
    },
"""
    assert expected in rewritten(source)
