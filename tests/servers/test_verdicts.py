"""Who takes what: the emulator, the API description made strict, and a server not ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from migrator.verification.convert import convert_request

from .conftest import Findings, Party
from .requests import KINDS, Kind
from .verdicts import CASES, Case

jsonschema_rs = pytest.importorskip("jsonschema_rs")
pytestmark = pytest.mark.servers

_STRICT = Path(__file__).parents[1] / "verification" / "data" / "strict_requests.json"
_CAPS = {"responses": {"max_output_tokens": 16}, "chat/completions": {"max_tokens": 8}}

every = pytest.mark.parametrize(
    "case", CASES, ids=[f"{case.endpoint}: {case.name}" for case in CASES]
)


def is_valid(endpoint: str, body: dict[str, Any]) -> bool:
    return bool(_VALIDATORS[endpoint.split("/")[0]].is_valid({"model": "gpt-4o", **body}))


def _validators() -> dict[str, Any]:
    spec = json.loads(_STRICT.read_text(encoding="utf-8"))
    components = {"components": spec["components"]}
    return {
        name: jsonschema_rs.Draft202012Validator({**spec[name], **components})
        for name in ("responses", "chat")
    }


_VALIDATORS = _validators()


@every
def test_emulator(case: Case, emulator: Party) -> None:
    assert _taken(emulator, case, case.body)[0] == case.right


@every
def test_description(case: Case) -> None:
    assert is_valid(case.endpoint, case.body) == (case.right != bool(case.schema))


@every
def test_third_party(case: Case, server: Party, findings: Findings) -> None:
    # Short answers, unless the case is about their length.
    body = {**_CAPS[case.endpoint], **case.body}
    taken, status = _taken(server, case, body)
    # To fail over a request is no verdict, even where refusing would be right.
    agrees = taken == case.right and status != 500
    if case.unlike:
        assert not agrees, "it agrees by now: take `unlike` away"
        name = f"{case.name} (chat)" if case.endpoint.startswith("chat") else case.name
        findings.add(name, "takes it" if case.right else "400", str(status), case.unlike)
    else:
        assert agrees, status


def _taken(party: Party, case: Case, body: dict[str, Any]) -> tuple[bool, int]:
    status, _ = party.send(f"/{case.endpoint}", {k: v for k, v in body.items() if v is not None})
    return status == 200, status


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_what_is_sent_is_valid(kind: Kind) -> None:
    """Both requests of every kind stand in the API description."""
    chat = {name: value for name, value in kind.body.items() if value is not None}
    chat = {"model": "gpt-4o", **chat}
    assert is_valid("chat", chat)
    assert is_valid("responses", convert_request(chat))
