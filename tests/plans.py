"""Plans built by hand, for tests of what is done with a plan."""

from __future__ import annotations

from migrator.checking.outcome import CheckedFile, Outcome, Target
from migrator.config import Settings
from migrator.planning.model import (
    FilePlan,
    Finding,
    Group,
    Host,
    LedgerRow,
    Member,
    Place,
    Problem,
    Reason,
)

LINE = "    answer = client.chat.completions.create(model=name, messages=messages)"


def finding(
    line: int = 1, verdict: str = "rewrite", *, code: str = "CC101", path: str = "app.py",
    group: str = "", reasons: tuple[str, ...] = (),
) -> Finding:  # fmt: skip
    found = Finding(
        code, "`client.chat.completions.create` is called", Place(path, line, 14, line, 75), verdict
    )
    found.group = group or f"{path}#{line}"
    found.spelling = "client.chat.completions.create"
    found.model = "gpt-4.1"
    found.host = Host("openai", "OpenAI", "no base_url", Place(path, 1, 1))
    found.ledger = [
        LedgerRow("messages", "renamed", "messages=messages", "input=messages"),
        LedgerRow("store", "added", "", "store=False", "answers are not kept"),
    ]
    effects = {"blocked": "block", "suggest": "suggest", "keep": "keep", "rewrite": "suggest"}
    found.reasons = [
        Reason(each, f"because of {each}", Place(path, line + 1, 5, line + 1, 9), effects[verdict])
        for each in reasons
    ]
    return found


def checked(
    *findings: Finding, path: str = "app.py", settings: Settings | None = None,
    problems: tuple[Problem, ...] = (),
) -> CheckedFile:  # fmt: skip
    settings = settings or Settings()
    plan = FilePlan(path)
    plan.findings = list(findings)
    plan.problems = list(problems)
    by_id: dict[str, Group] = {}
    for each in findings:
        group = by_id.setdefault(each.group, Group(each.group))
        group.verdict = each.verdict
        group.findings.append(each)
        group.members.append(Member("call", each.place, LINE.strip()))
    plan.groups = list(by_id.values())
    file = CheckedFile(Target(f"{settings.root}/{path}", path, settings), plan, 0)
    file.lines = {each.place.line: LINE for each in findings}
    return file


def outcome(*files: CheckedFile) -> Outcome:
    made = Outcome()
    made.files = list(files)
    made.seen = len(files)
    return made


def sample() -> Outcome:
    """Every verdict, an unused ignore, and a file that could not be analysed."""
    file = checked(
        finding(2),
        finding(5, "suggest", reasons=("CC322",)),
        finding(9, "blocked", reasons=("CC301", "CC201")),
        finding(14, "keep", reasons=("CC401",)),
        finding(20, "keep", code="CC103", reasons=("CC508",)),
    )
    file.unused = [
        Problem("CC906", "`# migrator: ignore` allows nothing here", Place("app.py", 30, 3))
    ]
    bad = checked(
        path="näßty, file.py",
        problems=(Problem("CC901", "not valid Python: 100% wrong", Place("näßty, file.py", 3, 1)),),
    )
    return outcome(file, bad)
