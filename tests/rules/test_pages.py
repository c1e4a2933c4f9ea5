"""The pages of ``rules/``: one per code, in one form, and everything in them is true.

Each page's programs are checked (the example has the code, the replacement has nothing), fixed
(exactly what the page says, or not at all) and run against the emulator (same output, same
conversations).  What can't be so for a page stands in a table below, with the reason.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import re
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from migrator._tables import CODES
from migrator.checking.fixing import change_of
from migrator.checking.outcome import Outcome
from migrator.checking.run import check_paths
from migrator.config import Resolver
from migrator.verification.emulator import Conversation, Emulator

RULES = Path(__file__).resolve().parents[2] / "rules"
BEFORE, AFTER = "Example", "Use instead"

# -- what a page may have instead of the rule ------------------------------------------------

# Pages whose replacement is what `fix` makes of the example: the settings, and whether it
# takes `--unsafe-fixes`.  `fix` leaves the examples of all other pages alone.
FIXED: dict[str, tuple[dict[str, Any], bool]] = {
    "CC101": ({}, False),
    "CC102": ({}, False),
    "CC103": ({}, False),
    "CC108": ({}, False),
    "CC203": ({"drop": ["seed"]}, False),
    "CC205": ({"drop": ["frequency_penalty"]}, False),
    "CC207": ({"drop": ["prediction"]}, False),
    "CC322": ({}, True),
    "CC330": ({}, True),
    "CC331": ({}, True),
    "CC404": ({}, True),
    "CC405": ({}, True),
    "CC409": ({}, True),
    "CC104": ({}, True),
    "CC509": ({}, True),
    "CC601": ({}, False),
    "CC602": ({}, False),
    "CC603": ({}, False),
    "CC604": ({}, False),
}
# The setting under which `fix` does it without `--unsafe-fixes`.
ALSO_FIXED: dict[str, dict[str, Any]] = {
    "CC402": {"hosts": ["localhost"]},
    "CC404": {"unknown-hosts": "rewrite"},
    "CC405": {"unknown-hosts": "rewrite"},
    "CC406": {"azure-v1": True},
    "CC409": {"unknown-hosts": "rewrite"},
}
# Settings without which the example does not have the code.
CHECKED_WITH: dict[str, dict[str, Any]] = {
    "CC903": {"max-file-size": 100},  # instead of a page of 10 MB
}
NOT_CHECKED = {
    "CC905": "no program is known to fail migrator's own checks",
}
EXAMPLE_FAILS = {
    "CC104": "APIRemovedInV1",  # written for openai < 1
    "CC209": "TypeError",  # the page says so
    "CC214": "TypeError",  # the page says so
    "CC220": "APIRemovedInV1",  # written for openai < 1
    "CC237": "BadRequestError",  # the page says so
    "CC310": "TypeError",  # the page says so
    "CC509": "AttributeError",  # written for openai < 1
    "CC901": "SyntaxError",
    "CC902": "SyntaxError",
}
NOT_RUN = {
    ("CC110", BEFORE): "the emulator has no files and batches",
    ("CC110", AFTER): "the emulator has no files and batches",
    ("CC206", BEFORE): "the emulator does not speak",
    ("CC206", AFTER): "the emulator does not speak",
    ("CC226", BEFORE): "the emulator has no files and batches",
    ("CC226", AFTER): "the emulator has no files and batches",
    ("CC401", BEFORE): "needs another vendor's package",
    ("CC408", BEFORE): "needs another vendor's package",
    ("CC409", BEFORE): "needs another vendor's package",
    ("CC409", AFTER): "needs another vendor's package",
}
NOT_COMPARED = {
    "CC322": "prints the objects themselves",
    "CC330": "the word None is the difference",
    "CC904": "is about files, the two programs print different things",
}
# Pages that give up or change a sampling setting: the emulator overlooks it.
OVERLOOKED = {
    "CC202": {"stop", "max_tokens"},
    "CC203": {"seed"},
    "CC205": {"frequency_penalty"},
    "CC207": {"prediction"},
    "CC212": {"max_tokens"},
    "CC507": {"seed"},
}
# Pages whose replacement sends another conversation: the emulator says this in both.
SAID = {
    "CC201": ("Blue Cup", "Blue Cup"),
    "CC204": ("no", '{\\"answer\\": \\"no\\"}'),
    "CC208": ("Hieroglyphs.", "Hieroglyphs."),
    "CC228": ("Hieroglyphs.", "Hieroglyphs."),
    "CC231": ("Alice wants pizza.", "Alice wants pizza."),
    "CC403": ("Red, green, blue.", "Red, green, blue."),
}
ELSEWHERE = (
    "https://api.groq.com/openai/v1",
    "http://localhost:11434/v1",
    "https://contoso.openai.azure.com",
)

# -- pages -----------------------------------------------------------------------------------


class Page:
    """One page: its code, and its sections by heading."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        self.code = path.name.split("-", 1)[0]
        head, *rest = re.split(r"^## (.+)\n", self.text, flags=re.MULTILINE)
        self.head = [line for line in head.splitlines() if line]
        self.headings = rest[::2]
        self.sections = dict(zip(rest[::2], rest[1::2], strict=True))

    def blocks(self, heading: str) -> list[str]:
        """Return the programs of a section; a program of several files has several."""
        return re.findall(r"^```python\n(.*?)^```$", self.sections[heading], re.M | re.S)

    def files(self, heading: str) -> dict[str, str]:
        """Return the files of a section by name; a first line like ``# app/llm.py`` names one."""
        named: dict[str, str] = {}
        for block in self.blocks(heading):
            match = re.match(r"# (\S+\.py)\n", block)
            named[match[1] if match else "example.py"] = block
        return named


PAGES = {page.code: page for page in map(Page, sorted(RULES.glob("CC*.md")))}
BOTH = [(code, heading) for code in PAGES for heading in (BEFORE, AFTER)]


def write(folder: Path, files: dict[str, str]) -> None:
    # The marker of a project, so that questions to other files stay inside.
    for name, text in {"pyproject.toml": "", **files}.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


# -- form ------------------------------------------------------------------------------------


def test_one_page_per_code() -> None:
    expected = {f"{code}-{row['name']}.md" for code, row in CODES.items()}
    assert {path.name for path in RULES.glob("*.md")} == expected


def headings_of(row: dict[str, str]) -> list[str]:
    why = {
        "finding": "Why is this bad?",
        "file": "What to do",
        "block": "Why it stops the rewrite",
        "suggest": "Why it stops the rewrite",
        "keep": "Why the call is kept",
        "unknown": "Why migrator asks",
        "note": "Why you should know",
    }[row.get("effect", row["role"])]
    return ["What it does", why, BEFORE, AFTER, "Fix safety", "References"]


@pytest.mark.parametrize("code", PAGES)
def test_form(code: str) -> None:
    page, row = PAGES[code], CODES[code]
    assert page.head == [f"# {row['name']} ({code})", f"{row['summary']}."]
    assert [h for h in page.headings if h != "Options"] == headings_of(row)
    assert "Options" not in page.headings or page.headings[-2] == "Options"
    assert all(section.strip() for section in page.sections.values())
    assert not [line for line in page.text.splitlines() if len(line) > 100 and "](" not in line]


@pytest.mark.parametrize(("code", "heading"), BOTH)
def test_programs_compile(code: str, heading: str) -> None:
    blocks = PAGES[code].blocks(heading)
    assert blocks
    for block in blocks:
        # Bytes, so that the declared encoding counts.
        if heading == BEFORE and EXAMPLE_FAILS.get(code) == "SyntaxError":
            with pytest.raises(SyntaxError):
                compile(block.encode(), code, "exec")
        else:
            compile(block.encode(), code, "exec")


@pytest.mark.parametrize("code", PAGES)
def test_references_exist(code: str) -> None:
    """Every code, and every ``openai.…`` among the references, can be looked up."""
    page = PAGES[code]
    assert set(re.findall(r"CC\d{3}", page.text)) <= set(CODES)
    for name in re.findall(r"`(openai(?:\.\w+)+)`", page.sections["References"]):
        found = importlib.import_module("openai")
        for step in name.split(".")[1:]:
            if not hasattr(found, step):
                importlib.import_module(f"{found.__name__}.{step}")
            found = getattr(found, step)


# -- check and fix ---------------------------------------------------------------------------


def checked(folder: Path, settings: dict[str, Any]) -> Outcome:
    return check_paths([str(folder)], Resolver([("test", settings)], isolated=True))


def codes_in(outcome: Outcome) -> set[str]:
    found = {problem.code for problem in outcome.problems()}
    for _, finding in outcome.findings():
        found |= {finding.code, *(reason.code for reason in finding.reasons)}
    return found


@pytest.mark.parametrize("code", [code for code in PAGES if code not in NOT_CHECKED])
def test_example_has_the_code(code: str, tmp_path: Path) -> None:
    write(tmp_path, PAGES[code].files(BEFORE))
    if code == "CC904":
        (tmp_path / "prompts.py").symlink_to("moved-away.py")
    outcome = checked(tmp_path, CHECKED_WITH.get(code, {}))
    if CODES[code]["role"] == "reason":
        reasons = {r.code: r.effect for _, f in outcome.findings() for r in f.reasons}
        assert reasons.get(code) == CODES[code]["effect"], codes_in(outcome)
    else:
        assert code in codes_in(outcome)
    kept = CODES[code].get("effect") == "keep"
    assert outcome.status() == (0 if kept else 2 if code in "CC901 CC902 CC903 CC904" else 1)


@pytest.mark.parametrize("code", PAGES)
def test_replacement_is_clean(code: str, tmp_path: Path) -> None:
    write(tmp_path, PAGES[code].files(AFTER))
    outcome = checked(tmp_path, CHECKED_WITH.get(code, {}))
    assert code not in codes_in(outcome)
    assert outcome.status() == 0, codes_in(outcome)


def fixed(folder: Path, settings: dict[str, Any], *, unsafe: bool) -> dict[str, str]:
    """Return what ``fix`` makes of the files that it changes, by name."""
    result: dict[str, str] = {}
    for file in checked(folder, settings).files:
        path = Path(file.target.full)
        change = change_of(file, path.read_bytes(), unsafe=unsafe)
        assert not [p.code for p in file.plan.problems if p.code == "CC905"]
        if change is not None:
            result[path.relative_to(folder).as_posix()] = change.after.decode("utf-8")
    return result


@pytest.mark.parametrize("code", [code for code in PAGES if code not in NOT_CHECKED])
def test_fix_by_default(code: str, tmp_path: Path) -> None:
    """Without settings and ``--unsafe-fixes`` only plain calls change."""
    write(tmp_path, PAGES[code].files(BEFORE))
    expected = PAGES[code].files(AFTER) if FIXED.get(code) == ({}, False) else {}
    assert fixed(tmp_path, CHECKED_WITH.get(code, {}), unsafe=False) == expected


@pytest.mark.parametrize("code", FIXED)
def test_fix_gives_the_replacement(code: str, tmp_path: Path) -> None:
    settings, unsafe = FIXED[code]
    write(tmp_path, PAGES[code].files(BEFORE))
    assert fixed(tmp_path, settings, unsafe=unsafe) == PAGES[code].files(AFTER)


@pytest.mark.parametrize("code", ALSO_FIXED)
def test_setting_that_allows_the_fix(code: str, tmp_path: Path) -> None:
    write(tmp_path, PAGES[code].files(BEFORE))
    assert fixed(tmp_path, ALSO_FIXED[code], unsafe=False)


# -- run -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


def ran(
    files: dict[str, str], folder: Path, server: Emulator, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, list[Conversation]]:
    """Run the last of ``files``; return its output and the conversations that it held."""
    for url in ELSEWHERE:
        here = server.root_url if "azure" in url else server.base_url
        files = {name: text.replace(url, here) for name, text in files.items()}
    write(folder, files)
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GROQ_API_KEY", "emulator")
    # The module-level client is made once; it has to find this server.
    monkeypatch.setattr(openai, "_client", None)
    monkeypatch.setattr(openai, "api_type", "openai")
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(str(folder))
    for module in [m for m in sys.modules if m.split(".")[0] == "app"]:
        monkeypatch.delitem(sys.modules, module)
    importlib.invalidate_caches()
    server.reset()
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        runpy.run_path(str(folder / list(files)[-1]), run_name="__main__")
    for module in [m for m in sys.modules if m.split(".")[0] == "app"]:
        del sys.modules[module]
    held = [entry.conversation for entry in server.journal if entry.conversation]
    return output.getvalue(), held


def saying(files: dict[str, str], reply: str) -> dict[str, str]:
    """Return ``files`` with the emulator's ``[[say:…]]`` in the last message of each."""
    last = re.compile(r'(.*"content": "[^"]*)(")', re.DOTALL)
    return {name: last.sub(rf"\1 [[say:{reply}]]\2", text, 1) for name, text in files.items()}


def meaning(held: list[Conversation], overlooked: frozenset[str]) -> list[str]:
    # Some programs send requests at the same time, so the order says nothing.
    return sorted(conversation.without(overlooked).digest for conversation in held)


@pytest.mark.servers
@pytest.mark.parametrize("code", [code for code in PAGES if (code, AFTER) not in NOT_RUN])
def test_programs_do_the_same(
    code: str, tmp_path: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = PAGES[code].files(BEFORE), PAGES[code].files(AFTER)
    if code in SAID:
        before, after = saying(before, SAID[code][0]), saying(after, SAID[code][1])
    overlooked = frozenset(OVERLOOKED.get(code, ()))
    with contextlib.ExitStack() as stack:
        server = emulator
        if overlooked:
            server = stack.enter_context(Emulator(ignored_settings=overlooked))
        output, held = ran(after, tmp_path / "after", server, monkeypatch)
        assert output.strip()
        if code in EXAMPLE_FAILS:
            with pytest.raises(Exception) as raised:
                ran(before, tmp_path / "before", server, monkeypatch)
            assert type(raised.value).__name__ == EXAMPLE_FAILS[code]
        elif (code, BEFORE) not in NOT_RUN:
            was, had = ran(before, tmp_path / "before", server, monkeypatch)
            if code not in NOT_COMPARED:
                assert output == was
            if code not in SAID:
                assert meaning(held, overlooked) == meaning(had, overlooked)
