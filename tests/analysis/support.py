"""Small questions to the analysis, asked of source text."""

from __future__ import annotations

import ast
import textwrap

from migrator.analysis.reaching import bindings_of
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import parse
from migrator.config import Settings
from migrator.documents.source import Source
from migrator.planning.model import FilePlan, Finding
from migrator.planning.plan import plan_file
from migrator.rewriting.apply import rewrite

HEAD = "from openai import OpenAI\nclient = OpenAI()\n"
MESSAGES = '[{"role": "user", "content": "hi"}]'


def module_of(text: str) -> Module:
    """Return the analysed module of ``text``."""
    text = textwrap.dedent(text).lstrip("\n")
    source = Source("m.py", text.encode())
    return Module(source, parse(source.text, "m.py"))


def loads(module: Module, name: str) -> list[ast.Name]:
    """Return the loads of ``name`` in source order."""
    found = [
        node
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
    ]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))


def seen_lines(module: Module, use: ast.Name) -> set[int]:
    """Return the lines of the bindings that a use may see."""
    return {binding.node.lineno for binding in bindings_of(module, use)}  # type: ignore[attr-defined]


def plan_of(text: str, settings: Settings | None = None, head: str = HEAD) -> FilePlan:
    """Return the plan of ``text`` below the usual import and client."""
    data = (head + textwrap.dedent(text).lstrip("\n")).encode()
    plan = plan_file("m.py", data, settings or Settings())
    assert not plan.problems, [problem.message for problem in plan.problems]
    return plan


def only(plan: FilePlan) -> Finding:
    """Return the one finding of a plan."""
    assert len(plan.findings) == 1, [(f.code, f.place.line) for f in plan.findings]
    return plan.findings[0]


def codes(finding: Finding) -> set[str]:
    """Return the codes of a finding's reasons."""
    return {reason.code for reason in finding.reasons}


def rewritten(text: str, settings: Settings | None = None, head: str = HEAD) -> str:
    """Return ``text`` after `fix`; the head is left out."""
    data = (head + textwrap.dedent(text).lstrip("\n")).encode()
    plan = plan_file("m.py", data, settings or Settings())
    result = rewrite(data, plan)
    assert not result.problems, [problem.message for problem in result.problems]
    new = result.data.decode()
    assert new.startswith(head)
    return new[len(head) :]


def call(more: str = "", messages: str = MESSAGES) -> str:
    """Return a call with the usual keywords and ``more``."""
    tail = f", {more}" if more else ""
    return f'client.chat.completions.create(model="gpt-4o", messages={messages}{tail})'
