"""Which handlers look into the text of an error, and which don't."""

from __future__ import annotations

import openai
import pytest

from migrator._tables import API

from .support import call, codes, only, plan_of

HEAD = "import openai, re, json\nfrom openai import OpenAI\nclient = OpenAI()\n"


def handled(body: str, caught: str = "openai.APIError as e") -> set[str]:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    plan = plan_of(f"try:\n    {call()}\nexcept {caught}:\n{lines}\n", head=HEAD)
    return codes(only(plan))


def test_classes_exist() -> None:
    assert all(
        issubclass(getattr(openai, name), openai.APIError) for name in API["errors"]["class"]
    )


@pytest.mark.parametrize(
    "body",
    [
        "print(e)",
        "raise RuntimeError(str(e)) from e",
        "if e.status_code == 400: raise",
        "if e.code == 'bad': raise",
        "if e.body['code'] == 'bad': raise",
        "if e.body.get('type') == 'bad': raise",
        "if 'rate limit' in str(e).lower(): raise",
        "if 'context_length_exceeded' in e.message: raise",
        "if isinstance(e, openai.NotFoundError): raise",
        "if re.search('429|503', str(e)): raise",
        "log(e.param)",
        "e.add_note('x')",
    ],
)
def test_same_on_both_endpoints(body: str) -> None:
    assert handled(body) == set()


@pytest.mark.parametrize(
    "body",
    [
        "if 'messages' in str(e): raise",
        "if e.param == 'messages': raise",
        "if 'max_tokens' in e.message.lower(): raise",
        "if e.args[0].startswith('Invalid'): raise",
        "if word in f'{e}': raise",
        "if re.search(pattern, repr(e)): raise",
        "if e.body['message'] == 'no': raise",
        "if e.response.json()['error']['message'] == 'no': raise",
        "if 'rate limit' in str(e) or 'length' in str(e): raise",
        "text = str(e)\nif 'tokens' in text: raise",
        "if getattr(e, 'message', '').endswith('tokens'): raise",
    ],
)
def test_examined(body: str) -> None:
    assert handled(body) == {"CC510"}


@pytest.mark.parametrize(
    ("caught", "expected"),
    [
        ("Exception as e", {"CC510"}),
        ("openai.BadRequestError as e", {"CC510"}),
        ("(ValueError, openai.NotFoundError) as e", {"CC510"}),
        ("OwnError as e", set()),
        ("ValueError as e", set()),
        ("json.JSONDecodeError as e", {"CC510"}),
        ("openai.RateLimitError as e", set()),
        ("(openai.APITimeoutError, openai.APIConnectionError) as e", set()),
    ],
)
def test_who_is_caught(caught: str, expected: set[str]) -> None:
    assert handled("if 'x' in str(e): raise", caught) == expected


def test_only_around_the_call() -> None:
    text = "try:\n    f()\nexcept Exception as e:\n    if 'x' in str(e): raise\n"
    assert codes(only(plan_of(f"{text}{call()}\n", head=HEAD))) == set()
    nested = f"def g():\n    return {call()}.choices[0].message.content\n"
    assert codes(only(plan_of(nested + text.replace("f()", "g()"), head=HEAD))) == {"CC510"}
    assert codes(only(plan_of(nested + text, head=HEAD))) == set()
