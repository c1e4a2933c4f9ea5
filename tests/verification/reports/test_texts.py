"""Markdown, JSON, JUnit and the terminal."""

from __future__ import annotations

import io
import json
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from markdown_it import MarkdownIt
from rich.console import Console

from migrator.verification.comparing import Verification, compare_run
from migrator.verification.reports import (
    json_report,
    junit_report,
    markdown_report,
    print_report,
)
from migrator.verification.reports.wording import first_words, headline, number, pretty, shortened
from tests.verification.comparing.runs import CHAT, completion, error, prepared, response, run_of
from tests.verification.comparing.test_compare import WORDS, noisy

SCHEMA = json.loads(
    (Path(__file__).parents[3] / "docs/json-schema/verification-1.json").read_text("utf-8")
)


def test_json_follows_its_schema(compared: Verification) -> None:
    content = json.loads(json_report(compared))
    jsonschema.validate(content, SCHEMA, cls=jsonschema.Draft202012Validator)
    assert content["verdict"] == "failed" and content["exit_status"] == 1
    assert sum(content["counts"].values()) == len(compared.samples)
    sample = content["sites"][0]["samples"][0]
    assert len(sample["words"]["chat_chat"]) == 6 and len(sample["words"]["chat_responses"]) == 16
    assert sample["tests"]["words"]["p"] is not None


def test_every_property_of_the_schema_is_written(compared: Verification) -> None:
    content = json.loads(json_report(compared))
    assert set(content) == set(SCHEMA["properties"])
    sample = content["sites"][0]["samples"][0]
    for name, value in (
        ("site", content["sites"][0]),
        ("sample", sample),
        ("draw", sample["chat"][0]),
        ("test", sample["tests"]["words"]),
        ("measure", content["measures"][0]),
    ):
        assert set(value) == set(SCHEMA["$defs"][name]["properties"]), name


def test_junit_counts_what_it_holds(compared: Verification) -> None:
    root = ElementTree.fromstring(junit_report(compared))
    cases = root.findall("./testsuite/testcase")
    assert len(cases) == len(compared.samples) == int(root.attrib["tests"])
    verdicts = [sample.verdict for sample in compared.samples]
    failures = sum(verdict in ("failed", "outside") for verdict in verdicts)
    assert len(root.findall(".//failure")) == failures == int(root.attrib["failures"])
    assert len(root.findall(".//error")) == verdicts.count("inconclusive")
    assert len(root.findall(".//skipped")) == verdicts.count("skipped")
    assert any("<script>" in case.attrib["name"] for case in cases)


@pytest.mark.parametrize("sites", [1, 12])
def test_junit_names_what_only_all_together_show(sites: int) -> None:
    shouted = [*WORDS[:6], *(word.upper() for word in WORDS[:6])]
    found = noisy(12, 2, shouted, sites=sites)
    root = ElementTree.fromstring(junit_report(found))
    assert found.verdict == "outside"
    cases = root.findall(".//testcase[failure]")
    assert [each.attrib["name"] for each in cases] == ["all samples together"]
    assert root.attrib["failures"] == "1"


def test_markdown_tables_are_tables(compared: Verification) -> None:
    text = markdown_report(compared)
    assert text.startswith("## ❌ migrator verify: failed\n")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    heads = [n for n, row in enumerate(rows) if set(row) <= set("| -")]
    assert len(heads) == 4
    for n, row in enumerate(rows):
        cells = row.replace("\\|", "").count("|")
        head = max((at for at in heads if at <= n + 1), default=0)
        assert cells == rows[head].count("|")


def test_markdown_shows_texts_as_they_are(compared: Verification) -> None:
    text = markdown_report(compared)
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    every = [*tokens, *(child for token in tokens for child in token.children or ())]
    html = [token.content for token in every if token.type.startswith("html")]
    assert all("details" in each for each in html)
    assert not {token.type for token in every} & {"link_open", "image", "em_open", "s_open"}
    assert "<script>alert(1)</script>" in "".join(token.content for token in every)
    assert "@team" not in "".join(token.content for token in every if token.type == "text")
    text.encode("utf-8")


@pytest.mark.parametrize("width", [40, 100, 200])
def test_terminal(compared: Verification, width: int) -> None:
    out = io.StringIO()
    print_report(compared, Console(file=out, width=width, highlight=False))
    text = out.getvalue()
    assert "\x1b" not in text and "\x00" not in text
    assert max(map(len, text.splitlines())) <= width
    for word in ("app/old.py:1", "Failed:", "refused", "cost"):
        assert word in text


def test_long_tables_keep_the_worst() -> None:
    rows = [
        (prepared(CHAT, id=f"s{n}", site=f"a.py:{n}"), [completion()], [response()])
        for n in range(50)
    ]
    rows.append((prepared(CHAT, id="bad", site="z.py:1"), [completion()], [error(400)]))
    out = io.StringIO()
    print_report(compare_run(run_of(*rows)), Console(file=out, width=100))
    assert "z.py:1" in out.getvalue() and "and 11 more, none worse" in out.getvalue()


def test_the_headline_counts_what_was_sent() -> None:
    rows = [
        (prepared(CHAT, id="a", site="a.py:1"), [completion()], [response()]),
        (prepared({**CHAT, "stop": ["x"]}, id="b", site="b.py:1"), [], []),
    ]
    found = headline(compare_run(run_of(*rows)))
    assert found == "Same contract: 1 sample at 1 call site, 1 draw a side, against api.example."


def test_colours_are_only_for_terminals(compared: Verification) -> None:
    out = io.StringIO()
    print_report(compared, Console(file=out, force_terminal=True, color_system="truecolor"))
    assert "\x1b[" in out.getvalue()


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0, "s", "0 ms"),
        (0.0123, "s", "12 ms"),
        (0.0012, "s", "1.2 ms"),
        (1.26, "s", "1.3 s"),
        (-0.06, "s", "-60 ms"),
        (312.4, "s", "312 s"),
        (0.0, "$", "$0.00"),
        (0.000468, "$", "$0.00047"),
        (-0.02, "$", "-$0.020"),
        (12.345, "$", "$12.35"),
        (26.0, "", "26"),
        (26.5, "", "26.5"),
        (1234.56, "", "1235"),
    ],
)
def test_numbers(value: float, unit: str, text: str) -> None:
    assert number(value, unit) == text


def test_words_of_a_sample() -> None:
    parts = [{"type": "text", "text": "look  at\nthis"}, {"type": "image_url", "image_url": {}}]
    body = {**CHAT, "messages": [{"role": "user", "content": parts}, {"role": "assistant"}]}
    (sample,) = compare_run(run_of((prepared(body), [completion()], [response()]))).samples
    assert first_words(sample) == "look at this"
    assert first_words(sample, 6) == "look…"
    assert shortened("abc", 3) == "abc"


def test_long_data_is_shortened() -> None:
    assert "1000 more characters" in pretty({"url": ["x" * 3000]})
