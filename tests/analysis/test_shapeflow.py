"""Where messages and parts go: what stops a part from being written differently."""

from __future__ import annotations

import pytest

from .support import call, codes, plan_of, rewritten

PART = '{"type": "text", "text": "a"}'
MESSAGE = f'{{"role": "user", "content": [{PART}]}}'

# (lines behind a list with a part, codes)
USES = [
    ("", set()),
    ("len(h)", set()),
    ("if h: pass", set()),
    ("h.clear()", set()),
    ("h.pop()", set()),
    ("h[0]['role']", set()),
    ("h[0].get('role')", set()),
    ("isinstance(h[0]['content'], list)", set()),
    ("h[0]['content'][0]['text']", set()),
    ("g = h[1:] + h", set()),
    ("g = h.copy()", set()),
    ("for m in h: m['role']", set()),
    ("for i, m in enumerate(h): m['role']", set()),
    ("[m for m in h if m['role'] == 'user']", set()),
    ("h is not None", set()),
    ("def show(g): len(g)\nshow(h)", set()),
    ("print(h)", {"CC240"}),
    ("json.dumps(h)", {"CC240"}),
    ("log.info('%s', h)", {"CC240"}),
    ("f'{h}'", {"CC240"}),
    ("h == g", {"CC240"}),
    ("h[0]['content'][0]['type']", {"CC240"}),
    ("h[0]['role'] = 'system'", {"CC240"}),
    ("h[0]['content'] += []", {"CC240"}),
    ("h[0].items()", {"CC240"}),
    ("g = (h, 1)", {"CC240"}),
    ("g = {'messages': h}", {"CC240"}),
    ("sorted(h, key=rank)", {"CC240"}),
    ("for m in map(check, h): pass", {"CC240"}),
    ("def show(g): print(g)\nshow(h)", {"CC240"}),
    ("def give(): return h\nsend(give)", {"CC240"}),
    ("def give(): yield h", {"CC240"}),
    ("g = lambda: h", {"CC240"}),
    ("with open(p) as f: f.write(str(h))", {"CC240"}),
    ("locals()['h']", {"CC240"}),
    ("save(**h[0])", {"CC240"}),
    ("row.insert(**h[0])", {"CC240"}),
    ("litellm.completion(model='m', messages=h)", {"CC240"}),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "reasons"), USES, ids=[row[0] for row in USES])
def test_uses_of_a_list_with_a_part(lines: str, reasons: set[str]) -> None:
    plan = plan_of(f"h = [{MESSAGE}]\n{call(messages='h')}\n{lines}\n")
    found = next(finding for finding in plan.findings if finding.code == "CC101")
    assert reasons <= codes(found) if reasons else codes(found) == set()


# (what the content is, what is put before the call, the content afterwards or None)
CONTENTS = [
    (f"[{PART}]", "", '[{"type": "input_text", "text": "a"}]'),
    (f"[x for x in [{PART}]]", "", '[x for x in [{"type": "input_text", "text": "a"}]]'),
    ("[dict(type='text', text=t)]", "", "[dict(type='input_text', text=t)]"),
    ('[{"type": "image_url", "image_url": {"url": u}}]', "",
     '[{"type": "input_image", "image_url": u, "detail": "auto"}]'),
    ('[{"type": "image_url", "image_url": "https://e.com"}]', "",
     '[{"type": "input_image", "image_url": "https://e.com", "detail": "auto"}]'),
    ('[{"image_url": {"detail": d, "url": u}, "type": "image_url"}]', "",
     '[{"detail": d, "image_url": u, "type": "input_image"}]'),
    ('[{"type": "file", "file": {"file_id": i}}]', "", '[{"type": "input_file", "file_id": i}]'),
    ('[{"type": "image_url", "image_url": u}]', "", None),
    ('[{"type": "image_url", "image_url": {"link": u}}]', "", None),
    ('[{"type": "image_url", "image_url": {"url": u}, "cache_control": {}}]', "", None),
    ('[{"type": "text"}]', "", None),
    ('[{"type": "text", "text": None}]', "", None),
    ('[{"type": kind, "text": "a"}]', "", None),
    ('[{**p, "text": "a"}]', "", None),
    ('["a"]', "", None),
    ("[p]", "p = load()", None),
    ("[*p]", "p = load()", None),
    ("p", f"p = [{PART}]\np.append(load())", None),
    ("p", f"p = [{PART}]\nq = p\nq += load()", None),
    ("p", f"p = [{PART}]\np[0] = load()", None),
    ("p", f"p = [{PART}]\np[0], p[0] = p[0], p[0]", None),
    ("p", f"p = deque()\np.append({PART})", None),
]  # fmt: skip


@pytest.mark.parametrize(("content", "lines", "after"), CONTENTS)
def test_contents(content: str, lines: str, after: str | None) -> None:
    whole = call(messages=f'[{{"role": "user", "content": {content}}}]')
    text = f"{lines}\n{whole}\n".lstrip("\n")
    new = rewritten(text)
    if after is None:
        assert new == text
    else:
        assert f'input=[{{"role": "user", "content": {after}}}], store=False' in new


def test_calls_that_share_a_part_are_one_group() -> None:
    plan = plan_of(
        f"p = {PART}\n"
        + call(messages='[{"role": "user", "content": [p]}]')
        + "\n"
        + call("n=2", messages='[{"role": "user", "content": ["x", p]}]')
    )
    assert len(plan.groups) == 1
    assert {finding.verdict for finding in plan.findings} == {"blocked"}
