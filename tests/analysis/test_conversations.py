"""Conversations: which lists may live on the server, and which line keeps the others."""

from __future__ import annotations

import textwrap

import pytest

from migrator.config import Settings
from migrator.planning.model import FilePlan
from migrator.planning.plan import plan_file

from .support import rewritten

HEAD = "import openai\n\nclient = openai.OpenAI()\n"
CREATE = 'client.chat.completions.create(model="gpt-4o", messages=messages)'
ASK = 'messages.append({"role": "user", "content": input()})\n'
SEND = f"response = {CREATE}\n"
TEXT = "response.choices[0].message.content"
KEEP = f'messages.append({{"role": "assistant", "content": {TEXT}}})\n'


def plan_of(
    body: str, before: str = "messages = []\n", *, history: str = "chain", library: bool = False,
    hosts: tuple[str, ...] = (),
) -> FilePlan:  # fmt: skip
    settings = Settings()
    settings.history, settings.library, settings.hosts = history, library, hosts
    plan = plan_file("app.py", (HEAD + before + body).encode(), settings)
    assert not plan.problems
    return plan


def after(body: str, before: str = "messages = []\n") -> str:
    return rewritten(before + body, head=HEAD)


def loop(*lines: str) -> str:
    return "while True:\n" + textwrap.indent("".join(lines), "    ")


def said(plan: FilePlan) -> list[tuple[str, int, str]]:
    """Return the notes about conversations: code, line and message, each once."""
    found = {
        (reason.code, reason.place.line, reason.message)
        for finding in plan.findings
        for reason in finding.reasons
        if reason.effect == "note"
    }
    return sorted(found)


PLAIN = loop(ASK, SEND, KEEP)


def test_a_linear_list_is_kept_on_the_server() -> None:
    plan = plan_of(PLAIN)
    assert [(code, line) for code, line, _ in said(plan)] == [("CC601", 4)]
    (group,) = plan.groups
    (kept,) = group.kept
    assert (kept.name, kept.place.line, [p.line for p in kept.calls]) == ("messages", 4, [7])
    rows = {row.keyword: row.after for row in group.findings[0].ledger}
    assert rows["previous_response_id"] == "previous_response_id=previous_id"
    assert rows["store"] == "store=True"


def test_the_setting_keeps_the_list() -> None:
    plan = plan_of(PLAIN, history="list")
    assert not said(plan) and not plan.groups[0].kept


# (what stands in the loop, what is said of which line)
NEEDED = [
    (loop(ASK, SEND, KEEP, "print(messages)\n"), "the list is needed in `print(messages)`"),
    (loop(ASK, SEND, KEEP, "if len(messages) > 9:\n    break\n"), "the list is needed"),
    (loop(ASK, SEND, KEEP, "messages = messages[-4:]\n"), "becomes a list here"),
    (loop(ASK, SEND, KEEP, "del messages[1:3]\n"), "the list is needed in `del"),
    (loop(ASK, SEND, KEEP, "messages[0]['content'] = input()\n"), "the list is needed"),
    (loop(ASK, SEND, KEEP, "messages.insert(0, {'role': 'system', 'content': 'x'})\n"),
     "the list is needed in `messages.insert"),
    (loop(ASK, SEND, KEEP, "backup = list(messages)\n"), "the list is needed in `backup"),
    (loop(ASK, SEND, KEEP, "for message in messages:\n    pass\n"), "the list is needed in `for"),
    (loop(ASK, SEND, KEEP, "messages.reverse()\n"), "the list is needed"),
    (loop(ASK, SEND, KEEP, "del messages\n"), ""),
    (loop(ASK, SEND, "note = {'role': 'user', 'content': 'x'}\n", "messages.append(note)\n",
          "note['content'] = 'y'\n", KEEP), "the message may be changed later"),
    (loop(ASK, SEND, KEEP, "messages.extend(others)\n"), "the list is needed in `messages.ext"),
    (loop(ASK, f"response = messages and {CREATE}\n", KEEP), "the list is needed"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "message"), [row for row in NEEDED if row[1]])
def test_lists_that_something_else_needs(body: str, message: str) -> None:
    plan = plan_of(body, before="messages = []\nothers = []\n")
    assert [code for code, _, _ in said(plan)] == ["CC602"], said(plan)
    assert message in said(plan)[0][2]
    assert not any(group.kept for group in plan.groups)


# (what stands in the loop, what is said of it)
DIFFERENT = [
    (loop(ASK, SEND, KEEP.replace(TEXT, f"{TEXT}.strip()")), "may differ from what"),
    (loop(ASK, SEND, KEEP.replace(TEXT, f"'AI: ' + {TEXT}")), "may differ from what"),
    (loop(ASK, SEND, ASK, KEEP), "may not be the answer"),
    (loop(ASK, SEND, KEEP, KEEP), "may not be the answer"),
    (loop(ASK, SEND, "if input():\n    messages.pop()\n", KEEP), "may not be the answer"),
    (loop(ASK, SEND, "message = response.choices[0].message\n",
          "messages.extend([message, {'role': 'user', 'content': input()}])\n"), "added together"),
    ("".join(ASK for _ in range(12)) + "while input():\n    messages.pop()\n" + ASK + SEND + KEEP
     + PLAIN, "may be known to the server"),
    (loop(SEND, KEEP), "nothing new may have been said"),
    (loop(ASK, SEND, KEEP, "messages.pop()\n"), "may be known to the server"),
    (loop(ASK, "try:\n    ", SEND, "except openai.APIError:\n    pass\n", KEEP),
     "may not be the answer"),
    (loop(ASK, "with contextlib.suppress(openai.APIError):\n    ", SEND, KEEP),
     "may not be the answer"),
    (loop(ASK, SEND, f"text = {TEXT}\n", "if input():\n    text = 'nothing'\n",
          KEEP.replace(TEXT, "text")), "may differ"),
    (loop(ASK, SEND, "answers = [0]\n", f"answers[0] = {TEXT}\n",
          KEEP.replace(TEXT, "answers[0]")), ""),
]  # fmt: skip


@pytest.mark.parametrize(("body", "message"), [row for row in DIFFERENT if row[1]])
def test_lists_that_may_say_something_else(body: str, message: str) -> None:
    plan = plan_of(body, before="import contextlib\n\nmessages = []\n")
    assert [code for code, _, _ in said(plan)] == ["CC603"], said(plan)
    assert message in said(plan)[0][2]


@pytest.mark.parametrize("body", [row[0] for row in (*NEEDED, *DIFFERENT)])
def test_none_of_them_moves(body: str) -> None:
    if body.endswith("del messages\n"):
        return
    plan = plan_of(body, before="import contextlib\n\nmessages = []\nothers = []\n")
    assert not any(group.kept for group in plan.groups)


# (an argument of the call, what is said of it)
REQUESTS = [
    ("store=False", "`store` says"),
    ("store=keep", "`store` says"),
    ("max_tokens=100", "cuts off"),
    ("max_completion_tokens=100", "cuts off"),
    ("response_format={'type': 'json_object'}", "a refusal has no text"),
    ("extra_body={'service_tier': 'flex'}", "can't be seen"),
]


@pytest.mark.parametrize(("argument", "message"), REQUESTS)
def test_requests_that_are_not_continued(argument: str, message: str) -> None:
    plan = plan_of(PLAIN.replace("messages=messages", f"messages=messages, {argument}"))
    notes = said(plan)
    assert [code for code, _, _ in notes] == ["CC604"], notes
    assert message in notes[0][2]


# (what stands before the loop, the client's or the model's spelling in the call, the message)
CLIENTS = [
    ("client = openai.OpenAI(base_url='http://localhost:1/v1')\n", "hosts", "only OpenAI's own"),
    ("keys = ['a', 'b']\n", "openai.OpenAI(api_key=keys.pop())", "one client"),
    ("models = ['gpt-4o', 'o3']\n", "models.pop()", "the model may change"),
]


@pytest.mark.parametrize(("before", "spelling", "message"), CLIENTS)
def test_turns_that_may_go_elsewhere(before: str, spelling: str, message: str) -> None:
    body = PLAIN
    if "model" in message:
        body = PLAIN.replace('"gpt-4o"', spelling)
    elif spelling != "hosts":
        body = PLAIN.replace("response = client.", f"response = {spelling}.")
    plan = plan_of(body, before=f"{before}messages = []\n", hosts=("localhost",))
    assert [code for code, _, _ in said(plan)] == ["CC604"], said(plan)
    assert message in said(plan)[0][2]


SHARED = f"""\
class Chat:
    def __init__(self):
        self.messages = []

    def say(self, text):
        self.messages.append({{"role": "user", "content": text}})
        response = client.chat.completions.create(model="gpt-4o", messages=self.messages)
        answer = {TEXT}
        self.messages.append({{"role": "assistant", "content": answer}})
        return answer
"""


def test_an_attribute_is_kept_on_the_server() -> None:
    assert [code for code, _, _ in said(plan_of(SHARED))] == ["CC601"]


# (what is replaced in the class, by what, and what is said)
OBJECTS = [
    ("class Chat:", "class Chat(Base):", "derives from another class"),
    ("class Chat:", "@final\nclass Chat:", "by a decorator"),
    ("    def __init__", "    __slots__ = ('messages',)\n\n    def __init__", "of its own kind"),
    ("        self.messages = []", "        self.messages = shared", "becomes a list here"),
    ("    def say", "    @app.route('/say')\n    def say", "a decorator of `say`"),
    ("    def say", "    async def say", "another turn may run"),
    ("        return", "        self.log()\n        return", "the list is needed"),
    ("class Chat:", "import threading\n\n\nclass Chat:", "`threading` may run"),
    ("    def say", "    messages = []\n\n    def say", "all instances share"),
    ("    def say", "    @classmethod\n    def reset(cls):\n        cls.messages = []\n\n    def say",
     "used from outside its class"),
    ("    def say", "    def copy(self):\n        return vars(self)\n\n    def say", "saved whole"),
    ("        response =", "        hook(self)\n        response =", ""),
    ("        answer =", "        self.say('')\n        answer =",
     "may not be the answer"),
    ("        answer =", "        hook()\n        answer =", ""),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), OBJECTS)
def test_attributes(old: str, new: str, message: str) -> None:
    text = SHARED.replace(old, new, 1)
    if "log()" in new:
        text = f"{text}\n    def log(self):\n        print(self.messages)\n"
    if "async" in new:
        text = text.replace("= client.", "= await aclient.")
    before = "aclient = openai.AsyncOpenAI()\nshared = []\n"
    notes = said(plan_of(text, before=before))
    if not message:
        assert [code for code, _, _ in notes] == ["CC601"]
    else:
        assert notes and notes[0][0] in ("CC602", "CC603"), notes
        assert message in notes[0][2]


def test_public_objects_of_a_library_stay() -> None:
    notes = said(plan_of(SHARED, library=True))
    assert [code for code, _, _ in notes] == ["CC604"]


def test_a_list_that_is_sent_once_is_no_conversation() -> None:
    body = "def ask():\n    messages = []\n" + textwrap.indent(ASK + SEND + KEEP, "    ")
    assert not said(plan_of(body, before=""))


def test_certain_answers_need_no_variable() -> None:
    text = after(ASK + SEND + KEEP + ASK + SEND)
    assert "previous_response_id=response.id" in text
    assert "previous_id =" not in text


def test_a_request_nobody_continues_is_not_stored() -> None:
    text = after(ASK + SEND + KEEP + ASK + SEND)
    assert text.count("store=True") == text.count("store=False") == 1


def test_a_list_is_cleared_before_anything_may_raise() -> None:
    asked = after(ASK + SEND + KEEP + ASK + SEND)
    assert "messages.clear()\nmessages.append(" in asked
    known = 'messages.append({"role": "user", "content": "And now?"})\n'
    assert 'messages = [{"role": "user", "content": "And now?"}]' in after(
        ASK + SEND + KEEP + known + SEND
    )


def test_names_that_are_taken() -> None:
    text = after(PLAIN, before="previous_id = 1\nmessages = []\n")
    assert "previous_response_id = response.id" in text


def test_no_name_is_left() -> None:
    text = f"answer = {CREATE}.choices[0].message.content\n"
    body = loop(ASK, text, KEEP.replace(TEXT, "answer"))
    notes = said(plan_of(body, before="response = 1\nmessages = []\n"))
    assert [(code, message) for code, _, message in notes] == [
        ("CC603", "the name `response` is taken")
    ]


def test_two_conversations_in_one_scope() -> None:
    other = PLAIN.replace("messages.", "others.").replace("=messages", "=others")
    text = after(PLAIN.replace("while True", "while input()") + other,
                 before="messages = []\nothers = []\n")  # fmt: skip
    assert "messages_previous_id = response.id\n    messages.clear()" in text
    assert "others_previous_id = response.id\n    others.clear()" in text


def test_comments_stay_or_the_list_does() -> None:
    kept = PLAIN.replace(KEEP, KEEP.rstrip() + "  # remember\n")
    assert "messages.clear()  # remember" in after(kept)
    known = 'messages.append({"role": "user", "content": "And now?"})\n'
    plan = plan_of(ASK + SEND + KEEP.rstrip() + "  # remember\n" + known + SEND)
    assert not any(group.kept for group in plan.groups)


def test_carriage_returns() -> None:
    data = (HEAD + "messages = []\n" + PLAIN).replace("\n", "\r\n").encode()
    from migrator.rewriting.apply import rewrite

    new = rewrite(data, plan_file("app.py", data, Settings())).data
    assert b"previous_id = response.id\r\n    messages.clear()\r\n" in new
    assert new.count(b"\n") == new.count(b"\r\n")


# (what stands before the loop, what in it, whether the list stays)
ELEMENTS = [
    ("note = {'role': 'system', 'content': 'x'}\nmessages = [note]\n", "", False),
    ("note = {'role': 'system', 'content': 'x'}\nmessages = [note]\n", "tweak(note)\n", True),
    ("note = {'role': 'system', 'content': 'x'}\nmessages = [note]\n", "tweak(to=note)\n", True),
    ("note = {'role': 'system', 'content': 'x'}\nmessages = [note]\n", "note.update(a)\n", True),
    ("note = {'role': 'system', 'content': 'x'}\nmessages = [note]\nall_ = [note]\n",
     "all_[0]['content'] = 'y'\n", True),
    ("shots = [{'role': 'user', 'content': 'x'}]\nmessages = list(shots)\n", "", False),
    ("shots = [{'role': 'user', 'content': 'x'}]\nmessages = shots.copy()\n", "", False),
    ("shots = [{'role': 'user', 'content': 'x'}]\nmessages = shots\n", "", True),
    ("shots = load()\nmessages = list(shots)\n", "", True),
    ("parts = [{'type': 'text', 'text': 'x'}]\nmessages = [{'role': 'user', 'content': parts}]\n",
     "", True),
    ("messages = [{'role': 'user', 'content': [{'type': 'text', 'text': 'x'}]}]\n", "", False),
    ("messages = [] if input() else [{'role': 'user', 'content': 'x'}]\n", "", False),
    ("messages = [{'role': 'user', 'content': 'x'}] + []\n", "", False),
    ("messages = other = []\n", "", True),
]  # fmt: skip


@pytest.mark.parametrize(("before", "more", "stays"), ELEMENTS)
def test_messages_that_may_change_later(before: str, more: str, stays: bool) -> None:
    plan = plan_of(loop(ASK, SEND, KEEP, *([more] if more else [])), before=before)
    if any(finding.verdict == "blocked" for finding in plan.findings):
        assert stays
    else:
        assert [code for code, _, _ in said(plan)] == ["CC602" if stays else "CC601"]
