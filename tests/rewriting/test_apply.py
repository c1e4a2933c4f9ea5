"""Edits applied to bytes: nesting, overlap, and groups that are taken back alone."""

from __future__ import annotations

import pytest

from migrator.analysis.requests import Change
from migrator.documents.place import Place
from migrator.documents.source import Source
from migrator.planning.model import (
    CallEdit,
    FilePlan,
    Finding,
    Group,
    RemoveStatement,
    Splice,
)
from migrator.rewriting.apply import render, rewrite
from migrator.rewriting.selfcheck import Failed, check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.planning.model import Edit


def _at(text: str, part: str, number: int = 0) -> tuple[int, int]:
    start = -1
    for _ in range(number + 1):
        start = text.index(part, start + 1)
    return start, start + len(part)


def _group(name: str, *edits: Edit, verdict: str = "rewrite") -> Group:
    group = Group(name)
    group.verdict = verdict
    finding = Finding("CC101", "a call", Place("a.py", 1, 1), verdict)
    finding.group = name
    group.findings.append(finding)
    group.edits = list(edits)
    return group


def _plan(*groups: Group) -> FilePlan:
    plan = FilePlan("a.py")
    plan.groups = list(groups)
    plan.findings = [finding for group in groups for finding in group.findings]
    return plan


def test_splices_in_any_order() -> None:
    text = "a + b + c\n"
    edits: list[Edit] = [Splice(*_at(text, "c"), "z"), Splice(*_at(text, "a"), "x")]
    assert render(Source("a.py", text.encode()), edits) == b"x + b + z\n"


def test_insertions_at_one_place_keep_their_order() -> None:
    source = Source("a.py", b"ab\n")
    assert render(source, [Splice(1, 1, "1"), Splice(1, 1, "2")]) == b"a12b\n"


def test_edits_inside_a_call_come_first() -> None:
    text = "r = f(f(x=1, y=a.b), x=c)\n"
    inner, outer = _at(text, "f(x=1, y=a.b)"), _at(text, "f(f(x=1, y=a.b), x=c)")
    edits: list[Edit] = [
        CallEdit(*outer, [Change("rename", "x", "z")]),
        CallEdit(*inner, [Change("rename", "x", "w")]),
        Splice(*_at(text, ".b"), ".new"),
        Splice(*_at(text, "c"), "d"),
    ]
    assert render(Source("a.py", text.encode()), edits) == b"r = f(f(w=1, y=a.new), z=d)\n"


@pytest.mark.parametrize(
    "edits",
    [
        [Splice(0, 3, "x"), Splice(2, 5, "y")],
        [Splice(0, 5, "x"), Splice(1, 2, "y")],
        [Splice(0, 5, "x"), Splice(0, 5, "y")],
        [CallEdit(0, 4, []), Splice(3, 6, "y")],
    ],
)
def test_overlap_is_refused(edits: list[Edit]) -> None:
    with pytest.raises(Failed):
        render(Source("a.py", b"f(a) + b\n"), edits)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_statements_go_with_their_line(end: str) -> None:
    text = f"a = 1{end}    b = 2  {end}c = 3{end}"
    edit = RemoveStatement(*_at(text, "b = 2"))
    assert render(Source("a.py", text.encode()), [edit]) == f"a = 1{end}c = 3{end}".encode()


def test_the_last_statement_without_a_line_end() -> None:
    assert render(Source("a.py", b"a = 1\nb = 2"), [RemoveStatement(6, 11)]) == b"a = 1\n"


def test_a_group_that_fails_is_taken_back_alone() -> None:
    text = "a = 1\nb = 2\nc = 3\n"
    good = _group("good", Splice(*_at(text, "a"), "x"))
    bad = _group("bad", Splice(*_at(text, "b = 2"), "b = ("))
    last = _group("last", Splice(*_at(text, "c"), "z"))
    result = rewrite(text.encode(), _plan(good, bad, last))
    assert result.data == b"x = 1\nb = 2\nz = 3\n"
    assert result.applied == ["good", "last"]
    assert [problem.code for problem in result.problems] == ["CC905"]


def test_only_bad_groups_leave_the_bytes() -> None:
    data = b"a = 1\n"
    result = rewrite(data, _plan(_group("a", Splice(0, 1, "(")), _group("b", Splice(4, 5, ")"))))
    assert (result.data, result.applied, len(result.problems)) == (data, [], 2)


@pytest.mark.parametrize(
    ("verdict", "unsafe", "applied"),
    [("rewrite", False, True), ("suggest", False, False), ("suggest", True, True),
     ("blocked", True, False), ("keep", True, False)],
)  # fmt: skip
def test_which_groups_are_applied(verdict: str, unsafe: bool, applied: bool) -> None:
    plan = _plan(_group("a", Splice(0, 1, "x"), verdict=verdict))
    assert (rewrite(b"a = 1\n", plan, unsafe=unsafe).data == b"x = 1\n") is applied


def test_a_finding_that_was_kept_stops_its_group() -> None:
    group = _group("a", Splice(0, 1, "x"))
    group.findings[0].verdict = "keep"
    assert rewrite(b"a = 1\n", _plan(group)).data == b"a = 1\n"


def test_characters_the_encoding_lacks_are_a_problem() -> None:
    data = b"# coding: latin-1\na = 1\n"
    result = rewrite(data, _plan(_group("a", Splice(22, 23, "'€'"))))
    assert result.data == data and [p.code for p in result.problems] == ["CC905"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a = 1\n", b"a = (\n"),
        (b"a = 1  # one\n", b"a = 1\n"),
        (b"a = 1  # one\nb = 2  # one\n", b"a = 1  # one\nb = 2\n"),
    ],
)
def test_self_check_refuses(before: bytes, after: bytes) -> None:
    with pytest.raises(Failed):
        check(Source("a.py", before), after, [Splice(0, len(before), "")])


def test_self_check_refuses_changes_of_other_lines() -> None:
    source = Source("a.py", b"a = 1\nb = 2\nc = 3\n")
    check(source, b"x = 1\nb = 2\nc = 3\n", [Splice(0, 1, "x")])
    with pytest.raises(Failed):
        check(source, b"x = 1\nb = 4\nc = 3\n", [Splice(0, 1, "x")])
    with pytest.raises(Failed):
        check(source, b"x = 1\nb = 2\n", [Splice(0, 1, "x")])
