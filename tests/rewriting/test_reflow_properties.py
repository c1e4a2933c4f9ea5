"""What holds for every statement: it stays what it was, and formatters leave it alone."""

from __future__ import annotations

import ast
import random
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.rewriting.breaking import broken
from migrator.rewriting.leaves import Unsuited
from migrator.rewriting.reflow import reflowed
from migrator.rewriting.statements import statement_of

WIDTH = 56
NAMES = ["a", "client", "response", "messages", "max_output_tokens", "is_a_rather_long_name"]
ATOMS = ["1", "None", "'text'", '"a longer text of some words"', 'f"{a} and {messages}"', "b''"]


class Writer:
    """Writes random programs on one line a statement, with the spaces formatters write."""

    def __init__(self, chooser: random.Random) -> None:
        self.chooser = chooser

    def expression(self, depth: int) -> str:
        if depth <= 0:
            return self.chooser.choice(NAMES + ATOMS)
        kind = self.chooser.choice(
            [
                "call",
                "call",
                "chain",
                "dict",
                "list",
                "logic",
                "compare",
                "choice",
                "loop",
                "index",
                "add",
                "atom",
            ]
        )
        return str(getattr(self, kind)(depth - 1))

    def atom(self, depth: int) -> str:
        return self.expression(0)

    def operand(self, depth: int) -> str:
        """Return an expression that needs no parentheses wherever it stands."""
        return self.chooser.choice([self.call, self.chain, self.index, self.atom])(depth)

    def call(self, depth: int) -> str:
        values = [self.expression(depth) for _ in range(self.chooser.randint(0, 3))]
        values += [
            f"{name}={self.expression(depth)}"
            for name in self.chooser.sample(NAMES, self.chooser.randint(0, 3))
        ]
        if self.chooser.random() < 0.2:
            values.append("**a")
        return f"{self.dotted()}({', '.join(values)})"

    def dotted(self) -> str:
        return ".".join(self.chooser.choices(NAMES, k=self.chooser.randint(1, 3)))

    def chain(self, depth: int) -> str:
        return f"{self.call(depth)}.{self.dotted()}"

    def dict(self, depth: int) -> str:
        entries = [
            f'"{name}": {self.expression(depth)}'
            for name in self.chooser.sample(NAMES, self.chooser.randint(0, 3))
        ]
        return "{" + ", ".join(entries) + "}"

    def list(self, depth: int) -> str:
        return (
            "[" + ", ".join(self.expression(depth) for _ in range(self.chooser.randint(0, 3))) + "]"
        )

    def logic(self, depth: int) -> str:
        word = self.chooser.choice([" and ", " or "])
        return word.join(self.operand(depth) for _ in range(self.chooser.randint(2, 3)))

    def compare(self, depth: int) -> str:
        word = self.chooser.choice(["==", "is not", "in", "not in", ">="])
        return f"{self.operand(depth)} {word} {self.operand(depth)}"

    def choice(self, depth: int) -> str:
        return f"({self.operand(depth)} if {self.operand(depth)} else {self.operand(depth)})"

    def loop(self, depth: int) -> str:
        tail = f" if {self.operand(depth)}" if self.chooser.random() < 0.5 else ""
        return f"[{self.operand(depth)} for a in {self.operand(depth)}{tail}]"

    def index(self, depth: int) -> str:
        return f"{self.dotted()}[{self.operand(min(depth, 1))}]"

    def add(self, depth: int) -> str:
        return f"{self.operand(depth)} + {self.operand(depth)}"

    def statement(self) -> str:
        value = self.expression(2)
        form = self.chooser.choice(["{}", "a = {}", "client.a = {}", "return {}", "if {}:", "while not {}:",
                                    "for a in {}:", "messages += {}", "a: str = {}"])  # fmt: skip
        return form.format(value)


programs = st.integers(0, 10**9).map(lambda seed: Writer(random.Random(seed)))


def _laid_out(text: str) -> list[str]:
    try:
        lines = broken(statement_of(text), "", WIDTH)
        again = broken(statement_of("\n".join(lines)), "", WIDTH)
    except Unsuited:
        return [text]
    return lines if lines == again else [text]


def _closed(lines: list[str]) -> list[str]:
    return [*lines, "    pass"] if lines[-1].endswith(":") else lines


@settings(max_examples=200, deadline=None)
@given(programs)
def test_the_statement_and_its_layout_stay(writer: Writer) -> None:
    text = writer.statement()
    lines = _laid_out(text)
    assert ast.dump(ast.parse("\n".join(_closed(lines)))) == ast.dump(
        ast.parse("\n".join(_closed([text])))
    )
    assert _laid_out("\n".join(lines)) == lines


@settings(max_examples=60, deadline=None)
@given(programs, st.integers(0, 5), st.booleans())
def test_only_statements_with_an_edit_change(writer: Writer, number: int, crlf: bool) -> None:
    chunks = [_closed(_laid_out(writer.statement())) for _ in range(6)]
    for at in range(0, 6, 2):
        chunks[at] = [f"# {at}  why", *chunks[at]]
    other = _closed([writer.statement()])
    newline = "\r\n" if crlf else "\n"
    parts = [newline.join(chunk) + newline for chunk in chunks]
    start = len("".join(parts[:number]).encode())
    old = "".join(parts)
    changed = newline.join(other) + newline
    ranges = [(start, start + len(parts[number].encode()), start, start + len(changed.encode()))]
    new = "".join([*parts[:number], changed, *parts[number + 1 :]])
    result = reflowed(old.encode(), new.encode(), ranges).decode()
    assert result.startswith("".join(parts[:number]))
    assert result.endswith("".join(parts[number + 1 :]))
    assert ast.dump(ast.parse(result)) == ast.dump(ast.parse(new))
    assert result.count("\r") == (result.count("\n") if crlf else 0)


FORMATTERS = {
    "ruff": ["format", "--isolated", "--config", 'format.quote-style="preserve"', "--line-length"],
    "black": ["-q", "-S", "-l"],
}


@pytest.mark.parametrize("name", FORMATTERS)
def test_formatters_leave_it_alone(name: str) -> None:
    pytest.importorskip(name)
    writer = Writer(random.Random(1))
    head = "def f():\n"
    texts = []
    while len(texts) < 300:
        text = writer.statement()
        found = _laid_out(text)
        if len(text) > WIDTH and len(found) == 1:
            continue
        lines = _closed(found)
        texts.append("".join(f"    {line}\n" for line in lines) + "\n\n")
    source = head + head.join(texts)
    command = [sys.executable, "-m", name, *FORMATTERS[name], str(WIDTH + 4), "-"]
    done = subprocess.run(command, input=source, capture_output=True, text=True, check=True)
    found = (done.stdout + "\n\n").split(head)[1:]
    assert len(found) == len(texts)
    differ = [old for old, new in zip(texts, found, strict=True) if old.strip() != new.strip()]
    # Where operators join long brackets the formatters do not agree with each other either.
    assert len(differ) <= len(texts) // 50, "\n".join(differ)
