"""The price table: what is known, what is not, and that a ceiling is one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from migrator.verification.replay.errors import CannotReplay
from migrator.verification.replay.prices import load_prices, usage_of
from migrator.verification.samples import Answer

PRICES = load_prices(None)


def asking(content: Any = "hi", **more: Any) -> dict[str, Any]:
    return {"model": "gpt-4o", "messages": [{"role": "user", "content": content}], **more}


@pytest.mark.parametrize(
    "model, input_",
    [
        ("gpt-4o", 2.5), ("gpt-4o-2024-08-06", 2.5), ("gpt-4o-2024-05-13", 5.0),
        ("gpt-4-0613", 30.0), ("gpt-5-chat-latest", 1.25), ("o3-mini-2025-01-31", 1.1),
        ("gpt-4o-audio-preview", None), ("ft:gpt-4o:me::x", None), ("", None), ("llama", None),
    ],
)  # fmt: skip
def test_names(model: str, input_: float | None) -> None:
    price = PRICES.price(model)
    assert (price and price.input) == input_


def test_ceilings() -> None:
    capped = PRICES.ceiling(asking(max_tokens=100, n=2))
    assert capped.output_tokens == 200 and capped.usd is not None
    assert capped.usd == pytest.approx((capped.input_tokens * 2.5 + 200 * 10) / 1e6)
    assert PRICES.ceiling(asking()).output_tokens == 16384
    assert PRICES.ceiling(asking("x" * 5000)).input_tokens > 5000
    assert PRICES.ceiling(asking("é" * 5000)).input_tokens > 10000
    tiers = [PRICES.ceiling(asking(service_tier=each)).usd for each in ("default", "priority")]
    assert tiers[1] is not None and tiers[0] is not None and tiers[1] > 1.99 * tiers[0]


def test_attachments() -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 99_000}}
    seen = PRICES.ceiling(asking([{"type": "text", "text": "what?"}, image]))
    assert 50_000 < seen.input_tokens < 51_000 and seen.usd is not None
    file = {"type": "file", "file": {"file_id": "f"}}
    assert PRICES.ceiling(asking([file])).usd is None


def test_costs() -> None:
    usage = {
        "prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100,
        "prompt_tokens_details": {"cached_tokens": 400},
    }  # fmt: skip
    answer = Answer(200, {"choices": [], "usage": usage})
    expected = (600 * 2.5 + 400 * 1.25 + 100 * 10) / 1e6
    assert PRICES.cost(asking(), "chat", answer) == pytest.approx(expected)
    chunks = ({"choices": [], "usage": None}, {"choices": [], "usage": usage})
    assert PRICES.cost(asking(), "chat", Answer(200, None, chunks)) == pytest.approx(expected)
    assert PRICES.cost(asking(), "chat", Answer(200, {"choices": []})) is None
    assert PRICES.cost(asking(model="x"), "chat", answer) is None


@pytest.mark.parametrize("usage", [None, {}, 3, {"prompt_tokens": "x"}, []])
def test_usage_that_makes_no_sense(usage: Any) -> None:
    usage_of("chat", Answer(200, {"usage": usage}))
    usage_of("responses", Answer(200, None, ({"response": {"usage": usage}},)))


def test_own_prices(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(
        'of = "2027-01-01"\n[model]\n'
        "mine = { input = 1, output = 2, longest = 10 }\n"
        '"gpt-4o" = { input = 9.0, output = 9.0, longest = 1 }\n'
    )
    prices = load_prices(str(path))
    own, changed, kept = (prices.price(each) for each in ("mine", "gpt-4o", "o3"))
    assert own is not None and changed is not None and kept is not None
    assert (own.output, changed.input, kept.input) == (2, 9.0, 2.0)
    assert prices.of == f"{path}, 2027-01-01"


@pytest.mark.parametrize(
    "text, why",
    [
        ("x = ", "p.toml"),
        ("model = 3", "`model` must be"),
        ("[model]\nm = 3", "`m` must be"),
        ("[model]\nm = { input = 1, output = 2 }", "`m` must be"),
        ('[model]\nm = { input = "1", output = 2, longest = 3 }', "`m` must be"),
        ("[model]\nm = { input = -1, output = 2, longest = 3 }", "`m` must be"),
        ("[models]\nm = 1", "`models` is no key"),
    ],
)
def test_bad_prices(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "p.toml").write_text(text)
    with pytest.raises(CannotReplay, match=why):
        load_prices(str(tmp_path / "p.toml"))


def test_no_such_table() -> None:
    with pytest.raises(CannotReplay, match="can't be read"):
        load_prices("/nonexistent/p.toml")
