"""VCR cassettes of several writers."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from migrator.verification.samples import SampleError
from migrator.verification.samples.cassettes import read_cassette
from migrator.verification.samples.traffic import samples_of

BODY = {"model": "m", "messages": [{"role": "user", "content": "hé"}]}
SENT = json.dumps(BODY)
GOT = json.dumps({"id": "c", "choices": []})
URL = "https://api.openai.com/v1/chat/completions"

YAML = f"""\
interactions:
- request:
    body: '{SENT}'
    headers:
      authorization: [Bearer abc]
    method: POST
    uri: {URL}
  response:
    body:
      string: '{GOT}'
    headers:
      Content-Type: [application/json]
    status:
      code: 200
      message: OK
- request: {{body: null, headers: {{}}, method: GET, uri: https://example.com/}}
  response: {{body: {{string: ''}}, headers: {{}}, status: {{code: 200, message: OK}}}}
version: 1
"""
BINARY = f"""\
interactions:
- request:
    body: !!binary |
      {base64.b64encode(SENT.encode()).decode()}
    method: POST
    uri: {URL}
  response:
    body: !!python/object:some.Body
      string: !!python/unicode '{GOT}'
    status: {{code: 200}}
"""


def check(path: Path) -> None:
    (sample,) = samples_of(read_cassette(path), "cassette")
    assert sample.body == BODY and sample.source == "cassette"
    assert sample.recorded is not None and sample.recorded.body == json.loads(GOT)
    assert "abc" not in json.dumps(sample.to_json())


@pytest.mark.parametrize("text", [YAML, BINARY], ids=["plain", "binary"])
def test_yaml(tmp_path: Path, text: str) -> None:
    (tmp_path / "c.yaml").write_text(text)
    check(tmp_path / "c.yaml")


@pytest.mark.parametrize(
    "request_, response",
    [
        ({"body": SENT}, {"body": {"string": GOT}, "status": {"code": 200}}),
        ({"body": {"string": SENT}}, {"content": GOT, "status_code": 200}),
        ({"body": BODY}, {"body": json.loads(GOT), "status": 200}),
        ({"parsed_body": BODY}, {"parsed_body": json.loads(GOT), "status": {"code": 200}}),
        (
            {"body": {"base64_string": base64.b64encode(SENT.encode()).decode()}},
            {"body": {"base64_string": base64.b64encode(GOT.encode()).decode()}, "status": 200},
        ),
    ],
)
def test_json(tmp_path: Path, request_: Any, response: Any) -> None:
    one = {"request": {**request_, "method": "POST", "uri": URL}, "response": response}
    (tmp_path / "c.json").write_text(json.dumps({"interactions": [one, {}, None]}))
    check(tmp_path / "c.json")


@pytest.mark.parametrize(
    "name, text, why",
    [
        ("c.json", "{", "no cassette"),
        ("c.json", "{}", "no cassette: it has no `interactions`"),
        ("c.yaml", "a: [", "no YAML: "),
        ("c.yaml", "hello", "no cassette"),
        ("c.yaml", "!!python/object/apply:os.system ['true']", "no cassette"),
    ],
)
def test_what_is_no_cassette(tmp_path: Path, name: str, text: str, why: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(SampleError, match=why):
        read_cassette(tmp_path / name)


def test_without_yaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "c.yaml").write_text(YAML)
    monkeypatch.setitem(__import__("sys").modules, "yaml", None)
    with pytest.raises(SampleError, match="pip install pyyaml"):
        read_cassette(tmp_path / "c.yaml")
