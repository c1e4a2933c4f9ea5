"""A conversation whose rewrite fails the checks keeps its list; the calls are rewritten."""

from __future__ import annotations

from migrator.config import Settings
from migrator.planning.model import Splice
from migrator.planning.plan import plan_file
from migrator.rewriting.apply import rewrite

SOURCE = b"""\
from openai import OpenAI

client = OpenAI()
messages = []
while True:
    messages.append({"role": "user", "content": input()})
    response = client.chat.completions.create(model="gpt-4o", messages=messages)
    messages.append(response.choices[0].message)
"""


def test_a_failed_check_keeps_the_list() -> None:
    plan = plan_file("app.py", SOURCE, Settings())
    (group,) = plan.groups
    (kept,) = group.kept
    wrong = Splice(0, 0, "this does not parse\n")
    group.edits.append(wrong)
    kept.swap[0].append(wrong)
    result = rewrite(SOURCE, plan)
    assert result.applied == [group.id]
    assert not result.problems and not group.kept
    assert b"messages.extend(response.output)" in result.data
    assert b"store=False" in result.data
    assert [reason.code for reason in plan.findings[0].reasons] == ["CC603"]
    rows = {row.keyword: row.after for row in plan.findings[0].ledger}
    assert rows["store"] == "store=False" and "previous_response_id" not in rows


def test_other_groups_are_not_in_the_way() -> None:
    other = b"""\
print(
    client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "x"}])
    .choices[0]
    .message.content
)
"""
    data = SOURCE.replace(b"while True:", b"while input():") + other
    plan = plan_file("app.py", data, Settings())
    assert len(plan.groups) == 2
    result = rewrite(data, plan)
    assert len(result.applied) == 2 and not result.problems
    assert b"previous_id = response.id" in result.data
