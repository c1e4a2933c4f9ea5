"""The machine-readable outputs, against their schemas."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from migrator.checking.outcome import Outcome
from migrator.reporting.coverage import as_json as coverage_json
from migrator.reporting.coverage import as_text as coverage_text
from migrator.reporting.github import commands
from migrator.reporting.json import document
from migrator.reporting.sarif import document as sarif
from migrator.reporting.statistics import statistics
from tests.plans import checked, finding, outcome, sample

ROOT = Path(__file__).resolve().parents[2]
OURS = json.loads((ROOT / "docs/json-schema/findings-1.json").read_text())
# From the npm package @microsoft/jest-sarif 1.0.0-beta.0 (MIT).
SARIF = json.loads((ROOT / "tests/data/sarif-2.1.0.schema.json").read_text())

OUTCOMES = [sample(), outcome(), outcome(checked(finding(1), path="/elsewhere/a b.py"))]


@pytest.mark.parametrize("found", OUTCOMES)
def test_json_follows_its_schema(found: Outcome) -> None:
    content = json.loads(document(found))
    jsonschema.validate(content, OURS, cls=jsonschema.Draft202012Validator)


def test_json_says_everything() -> None:
    found = sample()
    first = next(each for _, each in found.findings())
    content = json.loads(document(found, [first]))
    assert [each["verdict"] for each in content["findings"]] == [
        "rewrite", "suggest", "blocked", "keep", "keep",
    ]  # fmt: skip
    assert [each["applied"] for each in content["findings"]] == [True] + [False] * 4
    one = content["findings"][0]
    assert one["ledger"][1] == {
        "keyword": "store",
        "action": "added",
        "before": "",
        "after": "store=False",
        "note": "answers are not kept",
    }
    assert one["host"]["built"]["line"] == 1
    assert one["members"][0]["role"] == "call"
    assert content["findings"][2]["reasons"][0]["name"] == "result-unknown-use"
    assert [(p["code"], p["incomplete"]) for p in content["problems"]] == [
        ("CC906", False),
        ("CC901", True),
    ]
    assert content["summary"]["verdicts"] == {"rewrite": 1, "suggest": 1, "blocked": 1, "keep": 2}
    assert content["summary"]["codes"] == {"CC101": 4, "CC103": 1}
    assert content["summary"]["applied"] == 1
    assert content["policies"][0]["unknown-hosts"] == "suggest"


@pytest.mark.parametrize("found", OUTCOMES)
@pytest.mark.parametrize("show_kept", [False, True])
def test_sarif_follows_the_official_schema(found: Outcome, show_kept: bool) -> None:
    log = json.loads(sarif(found, show_kept=show_kept))
    jsonschema.validate(log, SARIF, cls=jsonschema.Draft4Validator)


def run_of(found: Outcome, **given: bool) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(sarif(found, **given))["runs"][0]
    return run


def test_sarif_results() -> None:
    run = run_of(sample())
    assert [each["ruleId"] for each in run["results"]] == ["CC101"] * 3 + ["CC906"]
    for each in run["results"]:
        assert run["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] == each["ruleId"]
    blocked = run["results"][2]
    assert blocked["locations"][0]["physicalLocation"]["region"]["startLine"] == 9
    assert blocked["relatedLocations"][0]["message"]["text"].endswith(
        "does not know: because of CC301"
    )
    assert not run["invocations"][0]["executionSuccessful"]
    notification = run["invocations"][0]["toolExecutionNotifications"][0]
    where = notification["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert where == "n%C3%A4%C3%9Fty%2C%20file.py"


def test_sarif_shows_kept_findings_as_such() -> None:
    kept = run_of(sample(), show_kept=True)["results"][3:5]
    assert kept[0]["kind"] == "notApplicable"
    assert kept[1]["suppressions"][0]["kind"] == "inSource"


def test_sarif_fingerprints_do_not_depend_on_the_line_number() -> None:
    def fingerprints(*lines: int) -> list[str]:
        run = run_of(outcome(checked(*(finding(line) for line in lines))))
        return [each["partialFingerprints"]["migrator/v1"] for each in run["results"]]

    assert fingerprints(2, 5) == fingerprints(12, 15)
    assert len(set(fingerprints(2, 5))) == 2


def test_github_commands() -> None:
    lines = commands(sample(), show_kept=False).splitlines()
    assert lines[2] == (
        "::error title=migrator (CC101 chat-completions-create),file=app.py,line=9,col=14,"
        "endLine=9,endColumn=75::app.py:9:14: CC101 [blocked] `client.chat.completions.create`"
        " is called%0Aapp.py:10:5: CC301 The result is used in a way migrator does not know:"
        " because of CC301%0Aapp.py:10:5: CC201 `n` asks for several answers; Responses gives"
        " one: because of CC201"
    )
    assert "file=näßty%2C file.py" in lines[4]
    assert "100%25 wrong" in lines[4]
    assert all(line.startswith("::error ") for line in lines)


def test_github_shows_kept_findings_as_notices_on_request() -> None:
    lines = commands(sample(), show_kept=True).splitlines()
    assert sum(line.startswith("::notice ") for line in lines) == 2


def test_github_columns_are_left_out_over_several_lines() -> None:
    call = finding(2)
    call.place.end_line = 4
    assert "col=" not in commands(outcome(checked(call)), show_kept=False)


def test_statistics() -> None:
    assert statistics(sample(), as_json=False).splitlines() == [
        "4\tCC101\tchat-completions-create\t[1 rewrite, 1 suggest, 1 blocked, 1 keep]",
        "1\tCC103\tchat-completions-stream\t[1 keep]",
        "1\tCC201\tparameter-n",
        "1\tCC301\tresult-unknown-use",
        "1\tCC322\tresult-printed",
        "1\tCC401\tother-vendor-client",
        "1\tCC508\tsuppressed",
    ]
    content = json.loads(statistics(sample(), as_json=True))
    assert content["findings"][0]["count"] == 4
    assert content["reasons"][0] == {"code": "CC201", "name": "parameter-n", "count": 1}


def test_coverage_counts_per_folder() -> None:
    found = outcome(
        checked(finding(1, path="a/x.py"), path="a/x.py"),
        checked(finding(1, "blocked", path="a/y.py", reasons=("CC301",)), path="a/y.py"),
        checked(finding(1, "keep", path="z.py", reasons=("CC401",)), path="z.py"),
    )
    rows = json.loads(coverage_json(found))["folders"]
    assert [(row["folder"], row["uses"]) for row in rows] == [(".", 1), ("a", 2)]
    assert rows[1]["verdicts"] == {"rewrite": 1, "suggest": 0, "blocked": 1, "keep": 0}
    table = coverage_text(found).splitlines()
    assert table[2].split() == ["a", "2", "1", "0", "1", "0", "CC301"]
    assert table[3].split() == ["all", "3", "1", "0", "1", "1"]
