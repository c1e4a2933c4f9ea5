"""Requests read off the source are those that the program sends."""

from __future__ import annotations

from pathlib import Path
from random import Random
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from migrator.config import Settings
from migrator.verification.samples import SampleError
from migrator.verification.samples.extraction import (
    Extraction,
    Fillings,
    extract,
    read_fillings,
    template,
)
from tests.verification.convert.chat_requests import FEATURES, Request, wide
from tests.verification.convert.printing import program
from tests.verification.convert.recording import Recorder

HEAD = "import os\nfrom openai import OpenAI\n\nclient = OpenAI()\n"


def found(source: str, values: dict[str, Any] | None = None, **more: Any) -> Extraction:
    text = HEAD + dedent(source)
    return extract([("app.py", text.encode(), Settings())], Fillings(values), **more)


def body(source: str, values: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    result = found(source, values, **more)
    assert not result.skipped, result.skipped
    (sample,) = result.samples
    return sample.body


def messages(source: str, values: dict[str, Any] | None = None) -> Any:
    return body(source, values)["messages"]


def skipped(source: str, values: dict[str, Any] | None = None) -> tuple[str, tuple[str, ...]]:
    result = found(source, values)
    assert not result.samples
    (only,) = result.skipped
    return only.reason, only.holes


@settings(
    max_examples=25,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(request=st.sampled_from(sorted(FEATURES)).flatmap(wide), seed=st.integers(0, 2**32))
def test_the_same_as_the_program_sends(request: Request, seed: int) -> None:
    source = program(request, Random(seed))
    ((_, sent),) = Recorder().run(source)
    result = extract([("p.py", source.encode(), Settings())], Fillings())
    expected = {**sent, **(sent.get("extra_body") or {})}
    left_out = ("extra_body", "extra_headers", "extra_query", "timeout")
    expected = {k: v for k, v in expected.items() if v is not None and k not in left_out}
    if not sent["messages"]:
        assert [each.reason for each in result.skipped] == ["the messages are empty"]
    else:
        assert [each.body for each in result.samples] == [expected], source


ASK = 'client.chat.completions.create(model="m", messages={})\n'


@pytest.mark.parametrize(
    "source, expected",
    [
        # Names, constants, text built from both.
        ('SYSTEM = "Be brief."\n' + ASK.format('[{"role": "system", "content": SYSTEM}]'), "Be brief."),
        ('N = 3\n' + ASK.format('[{"role": "user", "content": f"{N:02d} words"}]'), "03 words"),
        (ASK.format('[{"role": "user", "content": "a %s" % "b"}]'), "a b"),
        (ASK.format('[{"role": "user", "content": "a {x}".format(x="b")}]'), "a b"),
        (ASK.format('[{"role": "user", "content": " - ".join(["a", "b"]).upper()}]'), "A - B"),
        ('import textwrap\n' + ASK.format('[{"role": "user", "content": textwrap.dedent("  a")}]'), "a"),
        (ASK.format('[{"role": "user", "content": os.getenv("ASK", "what?")}]'), "what?"),
        ('P = {"q": "why?"}\n' + ASK.format('[{"role": "user", "content": P["q"]}]'), "why?"),
        ('def ask(text="hello"):\n    ' + ASK.format('[{"role": "user", "content": text}]'), "hello"),
        ('def ask(text=None):\n    text = text or "hi"\n    ' + ASK.format('[dict(role="user", content=text)]'), "hi"),
    ],
)  # fmt: skip
def test_texts(source: str, expected: str) -> None:
    assert messages(source)[-1]["content"] == expected


@pytest.mark.parametrize(
    "source, expected",
    [
        ('m = [1]\nm.append(2)\nm.extend([3])\nm += [4]\nm.insert(0, 0)\nASK\nm.append(9)', [0, 1, 2, 3, 4]),
        ('m = [1]\nwhile True:\n    m.append(2)\n    ASK\n    m.append(3)', [1, 2]),
        ('m = [1]\nif os.environ:\n    m.append(2)\nASK', [1]),
        ('m = [1]\nfor x in os.listdir():\n    m.append(x)\nm.append(3)\nASK', [1, 3]),
        ('m = [1]\nm.append(2)\nm = [3]\nm.append(4)\nASK', [3, 4]),
        ('def f():\n    m = [1]\n    m.append(2)\n    return ASK', [1, 2]),
        ('m = [1]\ndef f():\n    return ASK', [1]),
        ('m = [1]\ntry:\n    m.append(2)\n    ASK\nexcept Exception:\n    m.append(3)', [1, 2]),
        ('def f(m=[1]):\n    m.append(2)\n    ASK', [1, 2]),
    ],
)  # fmt: skip
def test_lists_that_statements_build(source: str, expected: list[int]) -> None:
    for number in range(10):
        source = source.replace(f"[{number}]", f"[{_message(number)}]")
        source = source.replace(f"append({number})", f"append({_message(number)})")
        source = source.replace(f"insert(0, {number})", f"insert(0, {_message(number)})")
    text = source.replace("ASK", 'client.chat.completions.create(model="m", messages=m)')
    assert [int(each["content"]) for each in messages(text)] == expected


def _message(number: int) -> str:
    return f'{{"role": "user", "content": "{number}"}}'


def test_a_class_that_keeps_its_messages() -> None:
    source = """
        class Bot:
            def __init__(self, model="gpt-4o"):
                self.model = model
                self.messages = [{"role": "system", "content": "Be kind."}]

            def ask(self, text):
                self.messages.append({"role": "user", "content": text})
                return client.chat.completions.create(model=self.model, messages=self.messages)
    """
    assert skipped(source) == ("needs `text`", ("text",))
    found_ = body(source, {"text": "hi"})
    assert found_["model"] == "gpt-4o"
    assert [each["content"] for each in found_["messages"]] == ["Be kind.", "hi"]
    assert body(source, {"text": "hi", "self.model": "o3"})["model"] == "o3"
    assert (
        messages(source, {"self.messages": [{"role": "user", "content": "x"}]})[0]["content"] == "x"
    )


def test_what_is_no_part_of_the_request() -> None:
    source = """
        from openai import NOT_GIVEN
        client.chat.completions.create(
            model="m", messages=[{"role": "user", "content": "x"}], timeout=3, tools=NOT_GIVEN,
            extra_headers={"a": "b"}, extra_body={"top_k": 3}, stop=None, temperature=-1,
        )
    """
    assert body(source) == {
        "model": "m", "messages": [{"role": "user", "content": "x"}], "top_k": 3,
        "temperature": -1,
    }  # fmt: skip


def test_mappings() -> None:
    source = """
        common = {"model": "m", "temperature": 0}
        user = {"role": "user"}
        client.chat.completions.create(messages=[{**user, "content": "x"}], **common)
    """
    assert body(source) == {
        "model": "m", "temperature": 0, "messages": [{"role": "user", "content": "x"}],
    }  # fmt: skip


def test_other_methods_and_old_calls() -> None:
    one = '[{"role": "user", "content": "x"}]'
    assert body(f'client.chat.completions.stream(model="m", messages={one})')["stream"] is True
    old = f'import openai\nopenai.ChatCompletion.create(engine="e", messages={one}, request_timeout=1)'
    assert body(old)["model"] == "e"
    parsed = f'client.beta.chat.completions.parse(model="m", messages={one}, response_format=Step)'
    assert skipped(parsed) == ("needs `Step`", ("Step",))
    assert body(parsed, {"Step": {"type": "json_object"}})["response_format"]
    assert not found("client.chat.completions.list()").samples


def test_holes_are_all_told() -> None:
    source = """
        def ask(model, question, history):
            prompt = f"{question} in {language()}"
            client.chat.completions.create(
                model=model, messages=[*history, {"role": "user", "content": prompt}]
            )
    """
    reason, holes = skipped(source)
    assert holes == ("model", "history", "question", "language()")
    assert reason == "needs `model`, `history`, `question`, `language()`"
    values = {"history": [], "question": "What", "language()": "French"}
    assert body(source, values, model="m") == {
        "model": "m", "messages": [{"role": "user", "content": "What in French"}],
    }  # fmt: skip


@pytest.mark.parametrize(
    "messages_, expected",
    [
        ('[*history, {"role": "user", "content": f"{question:>9}: " + "{}".format(x.y)}]',
         ["question: x.y"]),
        ('[{"role": "user", "content": ask()}, dict(role="user", content=question)]',
         ["ask()", "question"]),
        ('[{"role": "user", "content": "Tell me: " + question}]', ["Tell me: question"]),
        ("history", ["history"]),
    ],
)  # fmt: skip
def test_invented(messages_: str, expected: list[str]) -> None:
    source = (
        "def ask(history, question, x, **more):\n"
        "    return client.chat.completions.create("
        f"model='m', temperature=x.t, messages={messages_}, **more)\n"
    )
    assert skipped(source)
    found_ = body(source, invent=True)
    assert [each["content"] for each in found_["messages"]] == expected
    assert set(found_) == {"model", "messages"}


def test_an_invented_prompt_asks_for_json_where_it_must() -> None:
    source = (
        "def f(m):\n    client.chat.completions.create("
        'model="x", messages=m, response_format={"type": "json_object"})\n'
    )
    texts = [each["content"] for each in body(source, invent=True)["messages"]]
    assert texts == ["m", "Answer in JSON."]


def test_a_request_that_is_all_unknown_is_not_invented() -> None:
    source = "def f(**kwargs):\n    client.chat.completions.create(**kwargs)\n"
    assert found(source, invent=True).skipped[0].reason == "needs `kwargs`"


def test_a_model_is_not_invented() -> None:
    source = "def f(m):\n    client.chat.completions.create(model=m, messages=m, stream=m)\n"
    (only,) = found(source, invent=True).skipped
    assert only.holes == ("m",)
    (only,) = found(source, model="x", invent=True).skipped
    assert only.reason == "needs `m`", "whether it streams is not left to chance"


def test_several_samples_of_one_call() -> None:
    source = "def ask(text):\n    " + ASK.format('[{"role": "user", "content": text}]')
    values = {"app.py:6": [{"text": "a"}, {"text": "b"}], "text": "c"}
    result = found(source, values)
    assert [each.id for each in result.samples] == ["extract-app.py:6", "extract-app.py:6#2"]
    assert [each.body["messages"][0]["content"] for each in result.samples] == ["a", "b"]
    assert {each.site for each in result.samples} == {"app.py:6"}
    assert messages(source, {"text": "c", "app.py": {"text": "d"}})[0]["content"] == "d"


@pytest.mark.parametrize(
    "source, why",
    [
        (ASK.format("[]"), "the messages are empty"),
        ('client.chat.completions.create(messages=[{"role": "user", "content": "x"}])', "no `model`"),
        (ASK.format('["hello"]'), "no mapping with a role"),
        (ASK.format("42"), "the messages are empty"),
        ('x = 1 if os.environ else 2\n' + ASK.format("[x]"), "needs "),
        ("x = x\n" + ASK.format("x"), "needs `x`"),
        ("def f(x):\n    x = f(x)\n    " + ASK.format("x"), "needs `f(x)`"),
        (ASK.format('[{"role": "user", "content": "%d" % "x"}]'), "needs "),
        (ASK.format('[{"role": "user", "content": b"x"}]'), "needs "),
    ],
)  # fmt: skip
def test_skipped(source: str, why: str) -> None:
    assert why in skipped(source)[0]


def test_other_vendors_are_left_out() -> None:
    source = "from groq import Groq\nclient = Groq()\n" + ASK.format(
        '[{"role": "user", "content": "x"}]'
    )
    result = extract([("a.py", source.encode(), Settings())], Fillings())
    assert not result.samples
    assert [each.reason[:16] for each in result.skipped] in ([], ["another vendor's"])


@pytest.mark.parametrize("data", [b"def (", b"\xff\xfe", b"x = '\0'", b""])
def test_files_that_are_no_python(data: bytes) -> None:
    result = extract([("a.py", data, Settings())], Fillings())
    assert (result.samples, result.skipped) == ([], [])


# -- the file of values -------------------------------------------------------------------


def test_fillings_of_files(tmp_path: Path) -> None:
    (tmp_path / "v.toml").write_text('x = "a"\n["a/b.py:3"]\n"self.x" = 1\n["a/b.py"]\ny = 2\n')
    (tmp_path / "v.json").write_text('{"x": "a", "a/b.py:3": {"self.x": 1}, "a/b.py": {"y": 2}}')
    for name in ("v.toml", "v.json"):
        fillings = read_fillings(str(tmp_path / name))
        assert fillings.of("a/b.py", 3) == [{"x": "a", "y": 2, "self.x": 1}]
        assert fillings.of("c.py", 3) == [{"x": "a"}]


@pytest.mark.parametrize(
    "name, text, why",
    [
        ("v.toml", "x = ", "v.toml"),
        ("v.json", "{", "v.json: "),
        ("v.json", "[]", "not a table"),
        ("v.toml", '"a.py:3" = 1', "`a.py:3` is a place, so it must be a table"),
    ],
)
def test_bad_fillings(tmp_path: Path, name: str, text: str, why: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(SampleError, match=why):
        read_fillings(str(tmp_path / name))


def test_the_template_can_be_filled_in(tmp_path: Path) -> None:
    text = template([("a.py:1", "x"), ("a.py:1", "self.y"), ("b.py:2", 'f("z")')])
    (tmp_path / "v.toml").write_text(text.replace("# ", "").split("\n", 1)[1])
    fillings = read_fillings(str(tmp_path / "v.toml"))
    assert fillings.of("a.py", 1) == [{"x": "", "self.y": ""}]
    assert fillings.of("b.py", 2) == [{'f("z")': ""}]
