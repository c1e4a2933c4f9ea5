"""Loops over streams: what stays for which event, and what can't be told apart."""

from __future__ import annotations

import textwrap

import pytest

from .support import HEAD, call, codes, only, plan_of, rewritten

TEXT = 'if event.type == "response.output_text.delta":'
END = 'event.type == "response.completed" or event.type == "response.incomplete":'
FAILED = (
    'elif event.type == "response.failed":\n'
    "    raise openai.OpenAIError(event.response.error and event.response.error.message)\n"
    'elif event.type == "error":\n'
    "    raise openai.OpenAIError(event.message)\n"
)
IMPORT = "import openai\n"


def loop_source(body: str, before: str = "", after: str = "", usage: bool = False) -> str:
    more = "stream=True" + (", stream_options={'include_usage': True}" if usage else "")
    inner = textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")
    return f"{IMPORT}{before}for chunk in {call(more)}:\n{inner}\n{after}"


def body_of(text: str) -> str:
    """Return what stands in the loop of a rewritten text, without the branches for failures."""
    assert "for event in " in text, text
    lines = text[text.index("for event in ") :].splitlines()[1:]
    inner = []
    for line in lines:
        if not line.startswith("    "):
            break
        inner.append(line[4:])
    joined = "\n".join(inner) + "\n"
    assert joined.endswith(FAILED), joined
    return joined.removesuffix(FAILED)


def text_branch(body: str) -> str:
    return f"{TEXT}\n{textwrap.indent(body, '    ')}\n"


CONTENT = "chunk.choices[0].delta.content"

# (loop body, what stays for a piece of text)
ONLY_TEXT = [
    (f"print({CONTENT} or '', end='')", "print(event.delta, end='')"),
    (f"if {CONTENT}: print({CONTENT})", "print(event.delta)"),
    (f"if {CONTENT} is not None and {CONTENT} != '': f({CONTENT})", "f(event.delta)"),
    (f"if not {CONTENT}: continue\nf({CONTENT})", "f(event.delta)"),
    (f"c = {CONTENT}\nif c:\n    f(c)", "c = event.delta\nf(c)"),
    (f"c = {CONTENT}\nif c is None or c == '':\n    continue\nf(c)", "c = event.delta\nf(c)"),
    (f"if (c := {CONTENT}):\n    f(c, c)", "f(event.delta, event.delta)"),
    ("d = chunk.choices[0].delta\nif d and d.content:\n    f(d.content)", "f(event.delta)"),
    ("for ch in chunk.choices:\n    if ch.delta.content:\n        f(ch.delta.content)",
     "f(event.delta)"),
    ("if len(chunk.choices) and getattr(chunk.choices[0].delta, 'content', None):\n"
     f"    f({CONTENT})", "f(event.delta)"),
    (f"if hasattr(chunk.choices[0].delta, 'content') and {CONTENT}: f({CONTENT})",
     "f(event.delta)"),
    (f"if bool({CONTENT}) and isinstance({CONTENT}, str): f({CONTENT})", "f(event.delta)"),
    (f"f({CONTENT}) if {CONTENT} else None\nif {CONTENT}: f(1)", None),
    (f"t.append({CONTENT} if {CONTENT} is not None else '')", "t.append(event.delta)"),
    (f"t.append(({CONTENT} or '').replace('a', 'b'))", "t.append(event.delta.replace('a', 'b'))"),
    (f"if {CONTENT}:\n    f(x[{CONTENT}], k={CONTENT})", "f(x[event.delta], k=event.delta)"),
    (f"if {CONTENT}:\n    d['a'] += {CONTENT}", "d['a'] += event.delta"),
    (f"if quiet and not {CONTENT}: continue\nif {CONTENT}: f({CONTENT})", "f(event.delta)"),
    (f"if {CONTENT} and loud:\n    f({CONTENT})\nelif {CONTENT}:\n    g()",
     "if loud:\n    f(event.delta)\nelse:\n    g()"),
    (f"if {CONTENT}:\n    if a:\n        pass\n    else:\n        f({CONTENT})",
     "if not a:\n    f(event.delta)"),
    (f"if {CONTENT}:\n    with lock:\n        f({CONTENT})", "with lock:\n    f(event.delta)"),
    (f"if {CONTENT}:\n    while busy():\n        f({CONTENT})",
     "while busy():\n    f(event.delta)"),
    (f"if {CONTENT}:\n    if a: break\n    f({CONTENT})", "if a: break\nf(event.delta)"),
    (f"assert chunk.choices\nf({CONTENT} or '')", None),
    (f"f({CONTENT} or '')\nsys.stdout.flush()", "f(event.delta)\nsys.stdout.flush()"),
    (f"if {CONTENT}:\n    now = time.time()\n    f(now, {CONTENT})",
     "now = time.time()\nf(now, event.delta)"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "stays"), ONLY_TEXT)
def test_text(body: str, stays: str | None) -> None:
    source = loop_source(body)
    if stays is None:
        assert only(plan_of(source)).verdict == "blocked"
        return
    stays = stays.replace("if a: break", "if a:\n    break")
    assert body_of(rewritten(source)) == text_branch(stays)


def test_usage_and_reason_at_the_end() -> None:
    source = loop_source(
        """
        if chunk.usage:
            f(chunk.usage.prompt_tokens)
        if chunk.choices and chunk.choices[0].finish_reason:
            g()
        """,
        usage=True,
    )
    assert body_of(rewritten(source)) == (
        f"if {END}\n"
        "    g()\n"
        "    if event.response.usage:\n"
        "        f(event.response.usage.input_tokens)\n"
    )


def test_a_loop_that_does_nothing_still_raises() -> None:
    text = rewritten(loop_source("pass"))
    assert text.endswith(
        "    " + FAILED.replace("elif", "if", 1).replace("\n", "\n    ").rstrip(" ")
    )


# (what the loop does, the codes)
REFUSED = [
    (f"n += 1\nf({CONTENT} or '')", {"CC215"}),
    ("f(chunk)", {"CC316"}),
    ("yield chunk, 1", {"CC316"}),
    ("f(chunk.choices)", {"CC306"}),
    ("f(chunk.choices[0])", {"CC306"}),
    ("f(chunk.choices[0].delta)", {"CC305"}),
    ("f(chunk.choices[1].delta.content)", {"CC304"}),
    ("f(chunk['choices'])", {"CC310"}),
    ("f(chunk.id)", {"CC313"}),
    ("f(chunk.model_dump())", {"CC307"}),
    ("f(chunk.choices[0].logprobs)", {"CC219"}),
    ("if chunk.choices[0].delta.tool_calls: f()", {"CC303"}),
    ("f(chunk.choices[0].delta.refusal)", {"CC311"}),
    ("f(chunk.choices[0].delta.reasoning_content)", {"CC313"}),
    ("f(getattr(chunk.choices[0].delta, name))", {"CC305"}),
    (f"text += {CONTENT}", {"CC215"}),
    (f"f({CONTENT})", {"CC215"}),
    (f"print({CONTENT})", {"CC215"}),
    (f"self.last = {CONTENT}", {"CC215"}),
    ("a, b = chunk.choices[0], 1", {"CC306"}),
    (f"g(lambda: {CONTENT})", {"CC215"}),
    (f"def g():\n    return {CONTENT}", {"CC215"}),
    (f"try:\n    f({CONTENT})\nexcept TypeError:\n    pass", {"CC215"}),
    (f"match {CONTENT}:\n    case None:\n        pass", {"CC215"}),
    (f"if {CONTENT}: f({CONTENT})\nelse: g()", {"CC215"}),
    ("chunk = chunk.choices[0]", {"CC316"}),
    (f"with open({CONTENT} or '') as file: pass", {"CC215"}),
    (f"if a:\n    c = {CONTENT}\nif {CONTENT}:\n    f(c)", {"CC315"}),
    (f"'''{CONTENT}'''", {"CC506"}),
    (f"label.set_text({CONTENT} or '')", {"CC215"}),
    (f"if chunk.usage: f()\nif {CONTENT}: f({CONTENT})", {"CC215"}),
]


@pytest.mark.parametrize(("body", "expected"), REFUSED)
def test_refused(body: str, expected: set[str]) -> None:
    source = loop_source(body)
    if "yield" in body:
        indented = textwrap.indent(source.removeprefix(IMPORT), "    ")
        source = f"{IMPORT}def g():\n{indented}"
    finding = only(plan_of(source))
    assert (finding.verdict, codes(finding)) == ("blocked", expected)


@pytest.mark.parametrize(
    "body", [f"if (c := {CONTENT}): f(c)", "if (d := chunk.choices[0].delta): f(d.content)"]
)
def test_set_in_a_test_and_used_behind(body: str) -> None:
    source = loop_source(body, after="print(c, d)\n")
    assert only(plan_of(source)).verdict == "blocked"


@pytest.mark.parametrize("use", ["len(t)", "t[0]", "t or 1", "not t"])
def test_pieces_that_are_counted(use: str) -> None:
    body = f"t.append({CONTENT} or '')"
    counted = loop_source(body, before="t = []\n", after=f"print({use})\n")
    assert codes(only(plan_of(counted))) == {"CC215"}
    joined = loop_source(body, before="t = []\n", after="print(''.join(t))\n")
    assert only(plan_of(joined)).verdict == "rewrite"


def test_inner_loops_are_not_judged_by_their_first_round() -> None:
    body = f"""
        c = {CONTENT}
        while c:
            if not c:
                break
            f(c[0])
            c = c[1:]
    """
    stays = "c = event.delta\nwhile c:\n    if not c:\n        break\n    f(c[0])\n    c = c[1:]"
    source = loop_source(body)
    finding = only(plan_of(source))
    assert finding.verdict == "blocked" or body_of(rewritten(source)) == text_branch(stays)


def test_a_part_of_one_chunk_is_kept_for_the_next() -> None:
    source = loop_source(f"if last: f(last)\nlast = {CONTENT}")
    assert only(plan_of(source)).verdict == "blocked"


def test_whole_chunks_are_printed_on_demand() -> None:
    for body in ("print(chunk)", "log.debug('got %s', chunk)", "print(f'a {chunk} b', chunk)"):
        finding = only(plan_of(loop_source(body)))
        assert (finding.verdict, codes(finding)) == ("suggest", {"CC322"})
    for body in ("f(chunk)", "t.append(str(chunk))", "print(chunk.model_dump())", "print([chunk])"):
        assert only(plan_of(loop_source(body))).verdict == "blocked"


def test_variable_in_use_keeps_its_name() -> None:
    source = "event = 1\n" + loop_source(f"if {CONTENT}: f({CONTENT}, event)")
    text = rewritten(source.replace(IMPORT, "", 1), head=HEAD + IMPORT)
    assert "for chunk in " in text and "f(chunk.delta, event)" in text


def test_unsafe_none() -> None:
    finding = only(plan_of(loop_source(f"print({CONTENT}, end='')")))
    assert (finding.verdict, codes(finding)) == ("suggest", {"CC330"})


ENDINGS = [
    ("if c.finish_reason == 'length': f()", ["response.incomplete", "max_output_tokens"]),
    ("if c.finish_reason == 'content_filter': f()", ["response.incomplete", "content_filter"]),
    ("if c.finish_reason in ('length', 'content_filter'): f()", ["response.incomplete"]),
    ("if c.finish_reason == 'stop': f()", ["response.completed"]),
    ("if c.finish_reason not in (None, 'stop'): f()", ["response.incomplete"]),
    ("if c.finish_reason is not None: f()", ["response.completed", "response.incomplete"]),
    ("if c.finish_reason == 'tool_calls': f()", None),
    ("if c.finish_reason == 'stop': break", []),
]


@pytest.mark.parametrize(("test", "names"), ENDINGS)
def test_endings(test: str, names: list[str] | None) -> None:
    source = loop_source(f"c = chunk.choices[0]\n{test}\nif c.delta.content: g(c.delta.content)")
    if names is None:
        assert codes(only(plan_of(source))) == {"CC303"}
        return
    body = body_of(rewritten(source))
    known = ("response.completed", "response.incomplete", "max_output_tokens", "content_filter")
    assert [name for name in known if f'"{name}"' in body] == names
