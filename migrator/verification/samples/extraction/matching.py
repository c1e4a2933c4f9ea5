"""Which call of the source a caught request comes from, as far as the two tell.

Traffic has no line numbers.  But a call says which keywords it sends, what some of them are and
what its prompts are made of; a request that fits one call, and no other as well, is taken to be
from there.  Only reports are grouped by it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from migrator.analysis.scopes import Module
from migrator.analysis.sites import STREAM, Site
from migrator.analysis.sources import is_omitted
from migrator.analysis.values import origins
from migrator.config import Settings
from migrator.verification.samples.sample import JsonObject, Sample

from .building import added_to
from .evaluating import Evaluator, Unknown
from .sites import NOT_SENT, RENAMED, calls_of

# Shorter pieces of text stand in any prompt.
_SHORTEST = 8
_DEEPEST = 12


@dataclass
class KnownCall:
    """What the source says of one call's requests.

    ``names``: every keyword it may send, ``None`` where a mapping hides some; ``values``: those
    it sends every time; ``pieces``: texts that are in its messages every time.
    """

    site: str
    names: set[str] | None = field(default_factory=set)
    values: JsonObject = field(default_factory=dict)
    pieces: list[str] = field(default_factory=list)

    def fits(self, body: JsonObject) -> bool:
        """Return whether ``body`` may come from this call."""
        if self.names is not None and not set(body) <= self.names:
            return False
        if any(name not in body or body[name] != value for name, value in self.values.items()):
            return False
        said = "\n".join(_texts(body.get("messages")))
        return all(piece in said for piece in self.pieces)

    @property
    def weight(self) -> int:
        """How much there is that had to fit."""
        texts = sum(len(text) for text in _texts(self.values.get("messages")))
        return len(self.values) + sum(map(len, self.pieces)) + texts


def known_calls(files: Iterable[tuple[str, bytes, Settings]]) -> list[KnownCall]:
    """Return what the calls of files are known to send."""
    return [_known(module, site) for module, site, _ in calls_of(files)]


def with_sites(samples: Iterable[Sample], calls: Iterable[KnownCall]) -> list[Sample]:
    """Return the samples, those without a call site with the one call they fit."""
    every = list(calls)
    return [
        sample if sample.site is not None else sample.with_site(_site(sample.body, every))
        for sample in samples
    ]


def _site(body: JsonObject, calls: list[KnownCall]) -> str | None:
    fitting = sorted((each for each in calls if each.fits(body)), key=lambda each: -each.weight)
    if not fitting or (len(fitting) > 1 and fitting[0].weight == fitting[1].weight):
        return None
    return fitting[0].site


def _known(module: Module, site: Site) -> KnownCall:
    known = KnownCall(f"{module.source.path}:{site.call.lineno}")
    names: set[str] = set()
    hidden = False
    for item in site.call.keywords:
        if item.arg is None or item.arg in ("extra_body", "stream_options"):
            hidden = hidden or item.arg != "stream_options"
            names.add("stream_options")
            continue
        name = RENAMED.get(item.arg, item.arg) if site.legacy else item.arg
        if name in NOT_SENT or is_omitted(module, item.value):
            continue
        names.add(name)
        _keyword(module, site, name, item.value, known)
    if site.operation == STREAM:
        names.add("stream")
        known.values["stream"] = True
    if "stream" in names:
        names.add("stream_options")
    known.names = None if hidden else names
    return known


def _keyword(module: Module, site: Site, name: str, node: ast.expr, known: KnownCall) -> None:
    try:
        value: Any = Evaluator(module, {}, defaults=False).value(node, at=site.call)
    except Unknown:
        if name == "messages":
            known.pieces = list(dict.fromkeys(_pieces(module, node, site.call, 0)))
        return
    if name == "messages" and not isinstance(node, ast.List):
        # In a variable, it may hold more another time.
        known.pieces = [text for text in _texts(value) if len(text) >= _SHORTEST]
    elif value is not None:
        known.values[name] = value


def _pieces(module: Module, node: ast.AST, call: ast.Call, depth: int) -> Iterator[str]:
    """Yield the texts that are part of a value whenever it is made."""
    if depth > _DEEPEST:
        return
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str) and len(node.value.strip()) >= _SHORTEST:
            yield node.value.strip()
        return
    inner: list[ast.AST] = []
    if isinstance(node, (ast.List, ast.Tuple)):
        inner = list(node.elts)
    elif isinstance(node, ast.Dict):
        inner = list(node.values)
    elif isinstance(node, ast.JoinedStr):
        inner = [each for each in node.values if isinstance(each, ast.Constant)]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        inner = [node.left, node.right]
    elif isinstance(node, (ast.Name, ast.Attribute)):
        inner = _sources(module, node, call)
    for each in inner:
        yield from _pieces(module, each, call, depth + 1)


def _sources(module: Module, node: ast.Name | ast.Attribute, call: ast.Call) -> list[ast.AST]:
    steps = added_to(module, node, call)
    if steps is not None:
        return [value for _, value in steps]
    found = origins(module, node)
    return [found[0].node] if len(found) == 1 and found[0].kind == "expr" else []


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
