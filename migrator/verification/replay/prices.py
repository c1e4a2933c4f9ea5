"""What requests can cost at most, and what answers did cost, by a dated table of list prices."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrator.catalogue import rules_folder
from migrator.config import ConfigError, parse_toml
from migrator.verification.convert.fields import usage_of_completion, usage_of_response
from migrator.verification.convert.view import Usage
from migrator.verification.samples.sample import Answer, JsonObject

from .errors import CannotReplay
from .model import Side

_MILLION = 1_000_000
# What may follow a model's name without changing its price.
_VERSION = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{4}|latest)$")
_NUMBERS = ("input", "output")


@dataclass(frozen=True)
class Price:
    """Dollars for a million tokens; ``longest`` is the most that one answer may have."""

    input: float
    output: float
    longest: int
    cached: float | None = None


@dataclass(frozen=True)
class Ceiling:
    """The most that one request can come to; ``usd`` is ``None`` where nobody knows."""

    input_tokens: int
    output_tokens: int
    usd: float | None


class Prices:
    """The price table, the user's rows before ours."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.of: str = table["of"]
        self._table = table
        self._models: dict[str, Price] = {
            name: Price(**row) for name, row in table["model"].items()
        }

    def price(self, model: str) -> Price | None:
        """Return the price of a model, by its own name or that without a date."""
        name = model
        if name.startswith("ft:"):
            return None
        return self._models.get(name) or self._models.get(_VERSION.sub("", name))

    def ceiling(self, body: JsonObject) -> Ceiling:
        """Return the most that a chat request can cost, on either endpoint.

        No token is shorter than a byte, so the bytes of the request are a bound for its text;
        images count what the largest can; of files and audio nobody knows.
        """
        price = self.price(str(body.get("model") or ""))
        images, unknown = _attachments(body)
        text = len(json.dumps(_without_images(body), ensure_ascii=False).encode("utf-8", "replace"))
        tokens = text + images * int(self._table["image_tokens"])
        most = _cap(body, price.longest if price else 0) * int(body.get("n") or 1)
        if price is None or unknown:
            return Ceiling(tokens, most, None)
        usd = (tokens * price.input + most * price.output) / _MILLION
        return Ceiling(tokens, most, usd * self._factor(body, tokens))

    def _factor(self, body: JsonObject, tokens: int) -> float:
        factor = 1.0
        if tokens > self._table["long_input"]:
            factor *= self._table["long_factor"]
        if body.get("service_tier") == "priority":
            factor *= self._table["priority_factor"]
        return factor

    def cost(self, body: JsonObject, side: Side, answer: Answer) -> float | None:
        """Return what an answer cost; ``None`` if it does not say what it used."""
        price, usage = self.price(str(body.get("model") or "")), usage_of(side, answer)
        if price is None or usage is None:
            return None
        cached = (usage.cached_tokens or 0) if price.cached is not None else 0
        usd = (usage.prompt_tokens - cached) * price.input + cached * (price.cached or 0.0)
        usd += usage.completion_tokens * price.output
        return usd / _MILLION * self._factor(body, usage.prompt_tokens)


def usage_of(side: Side, answer: Answer) -> Usage | None:
    """Return the token counts of an answer, streamed or not."""
    objects: list[JsonObject] = [answer.body] if answer.body else []
    for event in reversed(answer.events or ()):
        inner = event.get("response") if side == "responses" else event
        if isinstance(inner, dict):
            objects.append(inner)
    read = usage_of_completion if side == "chat" else usage_of_response
    try:
        found = (read(each.get("usage")) for each in objects)
        return next((usage for usage in found if usage is not None), None)
    except (TypeError, ValueError, KeyError, AttributeError):
        return None


def load_prices(own: str | None) -> Prices:
    """Return the table, with the rows of the file ``own`` before ours; raise `CannotReplay`."""
    table = _table(Path(rules_folder()) / "prices.toml")
    if own is not None:
        given = _table(Path(own))
        unknown = sorted(set(given) - set(table))
        if unknown:
            raise CannotReplay(f"{own}: `{unknown[0]}` is no key of a price table")
        models = {**table["model"], **_rows(own, given.get("model", {}))}
        table = {**table, **given, "model": models}
        table["of"] = f"{own}, {given['of']}" if "of" in given else own
    return Prices(table)


def _table(path: Path) -> dict[str, Any]:
    try:
        return parse_toml(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise CannotReplay(f"{path}: can't be read: {error.strerror}") from None
    except (ConfigError, UnicodeDecodeError) as error:
        raise CannotReplay(str(error)) from None


def _rows(name: str, rows: Any) -> dict[str, Any]:
    """Return the rows of a user's table; raise `CannotReplay` for one that is no price."""
    known = {"input", "output", "cached", "longest"}
    for model, row in rows.items() if isinstance(rows, dict) else [("model", rows)]:
        if (
            not isinstance(row, dict)
            or not {"input", "output", "longest"} <= set(row) <= known
            or not all(type(value) in (int, float) and value >= 0 for value in row.values())
        ):
            what = "{ input = …, output = …, longest = … }"
            raise CannotReplay(f"{name}: `{model}` must be {what} in numbers")
    return dict(rows)


def _cap(body: JsonObject, longest: int) -> int:
    caps = (body.get("max_completion_tokens"), body.get("max_tokens"))
    given = [cap for cap in caps if isinstance(cap, int) and cap > 0]
    return min(given) if given else longest


def _parts(body: JsonObject) -> Iterator[JsonObject]:
    for message in body.get("messages") or ():
        content = message.get("content") if isinstance(message, dict) else None
        for part in content if isinstance(content, list) else ():
            if isinstance(part, dict):
                yield part


def _attachments(body: JsonObject) -> tuple[int, bool]:
    """Return how many images there are, and whether anything else is that has no bound."""
    kinds = [part.get("type") for part in _parts(body)]
    others = {"text", "refusal", "image_url"}
    return kinds.count("image_url"), any(kind not in others for kind in kinds)


def _without_images(body: JsonObject) -> JsonObject:
    """Return the request without the data of its images, which is no text to the model."""
    messages = []
    for message in body.get("messages") or ():
        content = message.get("content") if isinstance(message, dict) else None
        if isinstance(content, list):
            texts = [p for p in content if not (isinstance(p, dict) and "image_url" in p)]
            message = {**message, "content": texts}
        messages.append(message)
    return {**body, "messages": messages}
