"""What a run over other people's code found: markdown, JSON, diffs, and sites to read."""

from __future__ import annotations

import difflib
import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ecosystem_packages import Project
from ecosystem_run import MODES, VERDICTS, Result

_HEAD = (
    "project", "files", "candidates", "other uses", "calls", *VERDICTS,
    *(f"fixed ({mode})" for mode in MODES),
    "top reasons", "failures", "problems", "check CPU s", "fix CPU s", "peak MiB",
)  # fmt: skip
_LEFT = ("project", "top reasons")
_TOP = 3
_AROUND = 6
_CONTEXT = 8


def table(results: Sequence[Result]) -> str:
    """Return the markdown table, one row for each project and one for all."""
    rows = [_row(result.label, [result], _TOP) for result in results]
    rows.append([f"**{cell}**" for cell in _row(f"all {len(results)}", results, 0)])
    rule = ["---" if name in _LEFT else "---:" for name in _HEAD]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in [list(_HEAD), rule, *rows])


def _row(label: str, results: Sequence[Result], top: int) -> list[str]:
    verdicts = sum((result.verdicts() for result in results), Counter[str]())
    reasons = sum((result.reasons() for result in results), Counter[str]())
    checks = [result.check for result in results if result.check is not None]
    fixes = [done for result in results for done in result.fixed.values()]
    peaks = [check.peak for check in checks] + [done.peak for done in fixes]
    calls = sum(len(result.calls()) for result in results)
    each_fix = sum(done.cpu for done in fixes) / len(MODES)
    return [
        label,
        str(sum(result.files for result in results)),
        str(sum(result.candidates for result in results)),
        str(sum(len(result.findings) for result in results) - calls),
        str(calls),
        *(str(verdicts[verdict]) for verdict in VERDICTS),
        *(str(sum(r.fixed[mode].applied for r in results if mode in r.fixed)) for mode in MODES),
        ", ".join(f"{code} {count}" for code, count in _most(reasons)[:top]) or "–",
        str(sum(len(result.failures) for result in results)),
        str(sum(len(result.problems) for result in results)),
        f"{sum(check.cpu for check in checks):.2f}",
        f"{each_fix:.2f}",
        f"{max(peaks, default=0):.0f}",
    ]


def _most(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))


def reason_table(results: Iterable[Result]) -> str:
    """Return how many calls each reason keeps from being rewritten, and how many it alone does."""
    anywhere, alone, names = Counter[str](), Counter[str](), dict[str, str]()
    for result in results:
        anywhere += result.reasons()
        for finding in result.calls():
            codes = {reason["code"]: reason["name"] for reason in finding["reasons"]}
            names.update(codes)
            if len(codes) == 1 and finding["verdict"] in ("suggest", "blocked"):
                alone.update(list(codes))
    lines = ["| reason | calls | the only one |\n", "| --- | ---: | ---: |\n"]
    for code, count in _most(anywhere):
        lines.append(f"| {code} {names[code]} | {count} | {alone[code]} |\n")
    return "".join(lines)


def change_table(results: Sequence[Result], earlier: dict[str, Any]) -> str:
    """Return what an earlier run, as `as_json` wrote it, and this one found, side by side."""
    now = json.loads(as_json(results))["projects"]
    labels = {project["project"] for project in now}
    then = [project for project in earlier["projects"] if project["project"] in labels]
    lines = ["| calls | before | after |\n", "| --- | ---: | ---: |\n"]
    before, after = _summed(then), _summed(now)
    reasons = [name for name, _ in _most(before + after) if name.startswith("CC")]
    fixed = [f"fixed ({mode})" for mode in MODES]
    for name in ["all", *VERDICTS, *fixed, *reasons]:
        lines.append(f"| {name} | {before[name]} | {after[name]} |\n")
    return "".join(lines)


def _summed(projects: Iterable[dict[str, Any]]) -> Counter[str]:
    counts = Counter[str]()
    for project in projects:
        counts["all"] += project["calls"]
        counts.update(project["verdicts"])
        counts.update(project["reasons"])
        for mode, done in project["fix"].items():
            counts[f"fixed ({mode})"] += done["applied"]
    return counts


def failure_lines(results: Iterable[Result]) -> list[str]:
    """Return one line for each thing that must not happen."""
    return [
        f"{failure.kind}: {result.label}: {failure.where}: {failure.what}"
        for result in results
        for failure in result.failures
    ]


def note_lines(results: Iterable[Result]) -> list[str]:
    """Return what is worth a look but no failure."""
    problems = [
        f"{result.label}: {each['place']['path']}:{each['place']['line']}: {each['code']}"
        f" {each['message']}"
        for result in results
        for each in result.problems
    ]
    return problems + [f"{result.label}: {note}" for result in results for note in result.notes]


def as_json(results: Iterable[Result]) -> str:
    """Return everything but the source and the outputs, as a JSON document."""
    return json.dumps({"version": 1, "projects": [_plain(each) for each in results]}, indent=1)


def _plain(result: Result) -> dict[str, Any]:
    check = result.check
    return {
        "project": result.label,
        "files": result.files,
        "candidates": result.candidates,
        "calls": len(result.calls()),
        "verdicts": {verdict: result.verdicts()[verdict] for verdict in VERDICTS},
        "reasons": dict(_most(result.reasons())),
        "findings": dict(_most(Counter(finding["code"] for finding in result.findings))),
        "check": check and {"cpu": check.cpu, "wall": check.wall, "peak": check.peak},
        "fix": {
            mode: {
                "applied": done.applied,
                "changed": sorted(done.after),
                "cpu": done.cpu,
                "wall": done.wall,
                "peak": done.peak,
            }
            for mode, done in result.fixed.items()
        },
        "failures": [vars(failure) for failure in result.failures],
        "problems": result.problems,
        "notes": result.notes,
    }


def write_diffs(results: Iterable[Result], folder: Path) -> None:
    """Write ``PROJECT.MODE.diff`` files; the second mode holds only what the first did not do."""
    folder.mkdir(parents=True, exist_ok=True)
    for result in results:
        known: dict[str, bytes] = {}
        for mode, done in result.fixed.items():
            parts = [
                difference(name, done.before[name], after)
                for name, after in sorted(done.after.items())
                if known.get(name) != after
            ]
            known.update(done.after)
            if parts:
                (folder / f"{result.label}.{mode}.diff").write_bytes(b"".join(parts))


def difference(name: str, before: bytes, after: bytes) -> bytes:
    """Return a unified diff of one file.

    Not `difflib.unified_diff`: in long files it takes frequent lines for junk and shows them as
    changed.
    """
    old, new = before.split(b"\n"), after.split(b"\n")
    lines = [f"--- a/{name}".encode(), f"+++ b/{name}".encode()]
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for group in matcher.get_grouped_opcodes(_CONTEXT):
        (_, start, _, new_start, _), (_, _, end, _, new_end) = group[0], group[-1]
        span = f"@@ -{start + 1},{end - start} +{new_start + 1},{new_end - new_start} @@"
        lines.append(span.encode())
        for kind, i1, i2, j1, j2 in group:
            if kind == "equal":
                lines += [b" " + line for line in old[i1:i2]]
                continue
            lines += [b"-" + line for line in old[i1:i2]]
            lines += [b"+" + line for line in new[j1:j2]]
    return b"\n".join(lines) + b"\n"


def sample(
    results: Iterable[Result], projects: Iterable[Project], count: int, seed: int
) -> Iterator[str]:
    """Yield random blocked calls with their reasons and source, for a person to judge."""
    folders = {project.label: project.folder for project in projects}
    blocked = [
        (result.label, finding)
        for result in results
        for finding in result.calls()
        if finding["verdict"] == "blocked"
    ]
    for label, finding in random.Random(seed).sample(blocked, min(count, len(blocked))):
        place = finding["place"]
        yield f"== {label}: {place['path']}:{place['line']} {finding['code']}"
        for reason in finding["reasons"]:
            where = reason["place"]
            yield f"   {reason['code']} {where['path']}:{where['line']}: {reason['message']}"
        data = (folders[label] / place["path"]).read_bytes()
        lines = data.decode("utf-8", "replace").splitlines()
        spots = [place["line"], place["end_line"]]
        spots += [r["place"]["line"] for r in finding["reasons"] if _near(r["place"], place)]
        first, last = max(min(spots) - _AROUND, 1), min(max(spots) + _AROUND, len(lines))
        for number in range(first, last + 1):
            yield f"{'>' if number == place['line'] else ' '}{number:5} {lines[number - 1]}"
        yield ""


def _near(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(one["path"] == other["path"] and abs(one["line"] - other["line"]) <= 40)
