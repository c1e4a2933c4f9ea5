"""Prints a request as the Python call that would send it, in the layouts people write."""

from __future__ import annotations

import json
from random import Random
from typing import Any


def program(request: dict[str, Any], dice: Random) -> str:
    """Return a program that makes one chat call with ``request`` and prints its answer."""
    printer = Printer(dice)
    before: list[str] = []
    arguments: list[str] = []
    for name, value in printer.shuffled(list(request.items())):
        text = printer.value(value, 1)
        if name == "messages" and dice.random() < 0.3:
            before.append(f"messages = {text}")
            text = "messages"
        arguments.append(f"{name}={text}")
    receiver = dice.choice(["client", "client", "OpenAI()", "openai.OpenAI()", "make()"])
    body = [
        *before,
        f"response = {receiver}.chat.completions.create({printer.joined(arguments, 0)})",
        "print(response.choices[0].message.content)",
    ]
    head = "import openai\nfrom openai import OpenAI\n\nclient = OpenAI()\n"
    if receiver == "make()":
        head += "\n\ndef make() -> OpenAI:\n    return OpenAI()\n"
    return head + "\n\n" + "\n".join(body) + "\n"


class Printer:
    """Prints values; every choice of layout is the dice's."""

    def __init__(self, dice: Random) -> None:
        self.dice = dice

    def shuffled(self, values: list[Any]) -> list[Any]:
        """Return ``values`` in another order."""
        return self.dice.sample(values, len(values))

    def joined(self, texts: list[str], depth: int) -> str:
        """Return the inside of brackets: on one line, or one element a line with comments."""
        if not texts:
            return ""
        if self.dice.random() < 0.5:
            return ", ".join(texts) + self.dice.choice(["", "", ",", ", "])
        step = "    " * (depth + 1)
        lines = []
        for text in texts[:-1]:
            lines.append(f"{step}{text},{self._comment()}")
        if self.dice.random() < 0.15:
            lines.append(f"{step}# the last one")
        lines.append(f"{step}{texts[-1]}{self.dice.choice([',', ',', ''])}{self._comment()}")
        return "\n" + "\n".join(lines) + "\n" + "    " * depth

    def _comment(self) -> str:
        return self.dice.choice(["  # why, oh why", "  # messages=[]", *([""] * 8)])

    def value(self, value: Any, depth: int) -> str:
        """Return an expression for ``value``."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, dict):
            return self._dict(value, depth)
        if isinstance(value, list):
            return f"[{self.joined([self.value(each, depth + 1) for each in value], depth)}]"
        return repr(value)

    def _dict(self, value: dict[str, Any], depth: int) -> str:
        items = self.shuffled(list(value.items()))
        if set(value) == {"role", "content"} and self.dice.random() < 0.15:
            texts = [f"{name}={self.value(inner, depth + 1)}" for name, inner in items]
            return f"dict({self.joined(texts, depth)})"
        texts = [f"{self._text(name)}: {self.value(inner, depth + 1)}" for name, inner in items]
        return f"{{{self.joined(texts, depth)}}}"

    def _text(self, text: str) -> str:
        chance = self.dice.random()
        if chance < 0.4:
            return repr(text)
        if chance < 0.9 or len(text) < 2:
            return json.dumps(text) if text.isascii() else repr(text)
        half = len(text) // 2
        return f"({text[:half]!r} {text[half:]!r})"
