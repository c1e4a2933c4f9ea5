"""Samples survive their file, and what is no sample is refused with its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.verification.samples import Answer, Sample, SampleError, read_samples, write_samples
from migrator.verification.samples.files import parse_samples, sample_lines

BODY = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}
TEXT = st.text(st.characters(), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)
OBJECTS = st.dictionaries(TEXT, VALUES, max_size=3)
ANSWERS = st.builds(
    Answer,
    status=st.integers(200, 599),
    body=st.none() | OBJECTS,
    events=st.none() | st.lists(OBJECTS, max_size=2).map(tuple),
    headers=st.dictionaries(TEXT, TEXT, max_size=2),
)
SAMPLES = st.builds(
    Sample,
    id=TEXT.filter(bool),
    body=OBJECTS.map(lambda rest: {**rest, **BODY}),
    site=st.none() | TEXT,
    recorded=st.none() | ANSWERS,
    source=st.sampled_from(["extract", "record", "batch", "cassette", "stored"]),
    url=st.sampled_from(["/v1/chat/completions", "/openai/deployments/x/chat/completions?a=b"]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(SAMPLES, max_size=3, unique_by=lambda each: each.id))
def test_round_trip(samples: list[Sample]) -> None:
    text = sample_lines(samples)
    assert parse_samples(text.encode("utf-8"), "x") == samples
    assert len(text.splitlines()) == len(samples)


def test_a_file(tmp_path: Path) -> None:
    samples = [
        Sample("a", {**BODY, "stream": True}, "src/app.py:3", source="extract"),
        Sample("b", {"messages": []}, recorded=Answer(200, {"id": "é\ud800"})),
    ]
    write_samples(tmp_path / "s.jsonl", samples)
    assert read_samples(tmp_path / "s.jsonl") == samples
    assert [each.stream for each in samples] == [True, False]
    assert [each.model for each in samples] == ["gpt-4o", ""]


def test_plain_is_what_batch_takes(tmp_path: Path) -> None:
    sample = Sample("a", BODY, "x.py:1", Answer(200, {}), "record", "/openai/chat/completions")
    write_samples(tmp_path / "s.jsonl", [sample], plain=True)
    (line,) = (tmp_path / "s.jsonl").read_text().splitlines()
    assert json.loads(line) == {
        "custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": BODY,
    }  # fmt: skip
    assert read_samples(tmp_path / "s.jsonl") == [Sample("a", BODY)]


def test_blank_lines_and_a_byte_order_mark() -> None:
    line = sample_lines([Sample("a", BODY)]).replace("\n", "\r\n")
    assert parse_samples(b"\xef\xbb\xbf\n" + line.encode() + b"\n", "x") == [Sample("a", BODY)]


LINE: dict[str, Any] = {"custom_id": "a", "url": "/v1/chat/completions", "body": BODY}


@pytest.mark.parametrize(
    "line, why",
    [
        ("{", "no JSON: "),
        ("[]", "no JSON object"),
        ({**LINE, "custom_id": ""}, "`custom_id` is missing"),
        ({**LINE, "url": "/v1/responses"}, "`url` is '/v1/responses', not that of Chat"),
        ({**LINE, "body": {"messages": "hi"}}, "no chat request"),
        ({**LINE, "migrator": {"version": 2}}, "version 2 of the format is not known"),
        ({**LINE, "migrator": 3}, "version 3"),
        ({**LINE, "migrator": {"version": 1, "recorded": {}}}, "no answer: KeyError"),
    ],
)
def test_what_is_no_sample(line: Any, why: str) -> None:
    text = line if isinstance(line, str) else json.dumps(line)
    with pytest.raises(SampleError) as error:
        parse_samples(f"\n{text}\n".encode(), "s.jsonl")
    assert str(error.value).startswith("s.jsonl:2: ")
    assert why in str(error.value)


def test_ids_are_unique() -> None:
    with pytest.raises(SampleError, match=r"x:2: `custom_id` 'a' was there before"):
        parse_samples((json.dumps(LINE) + "\n").encode() * 2, "x")
