"""A caught request is taken to be from the one call that it fits."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest

from migrator.config import Settings
from migrator.verification.samples import Sample
from migrator.verification.samples.extraction import known_calls, with_sites

HEAD = "from openai import OpenAI\n\nclient = OpenAI()\n"
SOURCE = """
    SYSTEM = "You translate everything to French."
    LONG_PROMPT = "Summarise the following article: "


    def translate(text, model="gpt-4o"):
        return client.chat.completions.create(
            model=model,
            messages=[{"role": "system", "content": SYSTEM}, {"role": "user", "content": text}],
        )


    def summarise(text):
        messages = []
        messages.append({"role": "user", "content": f"{LONG_PROMPT}{text} In three sentences."})
        return client.chat.completions.create(model="gpt-4o", messages=messages, max_tokens=99)


    def anything(**kwargs):
        return client.chat.completions.create(**kwargs)


    def stream(messages):
        return client.chat.completions.create(model="o3", messages=messages, stream=True)


    def twin_one(messages):
        return client.chat.completions.create(model="gpt-5", messages=messages, seed=1)


    def twin_two(messages):
        return client.chat.completions.create(model="gpt-5", messages=messages, seed=1)
"""
TRANSLATE, SUMMARISE, ANYTHING, STREAM = "a.py:10", "a.py:19", "a.py:23", "a.py:27"


def site(body: dict[str, Any], source: str = SOURCE) -> str | None:
    text = (HEAD + dedent(source)).encode()
    calls = known_calls([("a.py", text, Settings())])
    (found,) = with_sites([Sample("x", body)], calls)
    return found.site


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


FRENCH = {"role": "system", "content": "You translate everything to French."}
SUMMARY = user("Summarise the following article: It rained. In three sentences.")


@pytest.mark.parametrize(
    "body, expected",
    [
        ({"model": "gpt-4o", "messages": [FRENCH, user("hello")]}, TRANSLATE),
        ({"model": "other", "messages": [FRENCH, user("hello")]}, TRANSLATE),
        ({"model": "gpt-4o", "messages": [FRENCH, user("hello")], "n": 2}, ANYTHING),
        ({"model": "gpt-4o", "messages": [SUMMARY], "max_tokens": 99}, SUMMARISE),
        ({"model": "gpt-4o", "messages": [SUMMARY], "max_tokens": 98}, ANYTHING),
        ({"model": "gpt-4o", "messages": [user("hi")], "max_tokens": 99}, ANYTHING),
        ({"model": "o3", "messages": [user("hi")], "stream": True}, STREAM),
        ({"model": "o3", "messages": [user("hi")], "stream": True, "stream_options": {}}, STREAM),
        ({"model": "o3", "messages": [user("hi")]}, ANYTHING),
        ({"model": "gpt-5", "messages": [user("hi")], "seed": 1}, None),
    ],
)
def test_sites(body: dict[str, Any], expected: str | None) -> None:
    assert site(body) == expected


def test_known_sites_stay_and_no_call_is_no_site() -> None:
    sample = Sample("x", {"messages": []}, "b.py:3")
    assert with_sites([sample], []) == [sample]
    assert site({"model": "m", "messages": [user("hi")]}, "x = 1") is None


@pytest.mark.parametrize(
    "call, body",
    [
        ('create(model="m", messages=m, extra_body={"top_k": 1})', {"top_k": 1}),
        ('create(model="m", messages=m, timeout=3)', {}),
        ('create(model="m", messages=m, tools=None)', {"tools": None}),
        ('stream(model="m", messages=m)', {"stream": True}),
    ],
)
def test_keywords_that_are_not_what_they_seem(call: str, body: dict[str, Any]) -> None:
    source = f"def f(m):\n    client.chat.completions.{call}\n"
    assert site({"model": "m", "messages": [user("hi")], **body}, source) == "a.py:5"
