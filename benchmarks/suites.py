"""The measurements behind each goal."""

from __future__ import annotations

import math
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import trees
from benchmarks.measure import Command, Launcher, Turns
from benchmarks.rows import Row, amount, medians, ratio

ROOT = Path(__file__).resolve().parent.parent
_PYTHON = "python -c pass"
_ANY = (0, 1, 2)  # real trees hold files that can't be parsed, which is exit status 2
_MIB = 1024 * 1024


@dataclass(frozen=True)
class Bench:
    """What every suite works with."""

    launcher: Launcher
    migrator: str
    tools: dict[str, str | None]
    scratch: Path
    sources: Sequence[Path]
    files: int
    turns: int
    say: Callable[[str], None]

    def alternate(self, commands: dict[str, Command], turns: int) -> Turns:
        """Let commands take turns and say what they took."""
        started = time.monotonic()
        found = self.launcher.alternate(commands, turns)
        for line in medians(found):
            self.say("  " + line)
        self.say(f"  {turns} turns in {time.monotonic() - started:.0f} s")
        return found


def hook(bench: Bench) -> Iterator[Row]:
    """Measure what pre-commit runs: one clean file, five candidates."""
    folder = bench.scratch / "hook"
    names = trees.generate_candidates(folder, 5, 3_500)
    (folder / "clean.py").write_text(trees.filler(700, 1), encoding="utf-8")
    check, fix = [bench.migrator, "check"], [bench.migrator, "fix", "--diff"]
    turns = bench.alternate(
        {
            _PYTHON: Command([sys.executable, "-c", "pass"], folder),
            "one clean": Command([*check, "clean.py"], folder, statuses=(0,)),
            "five": Command([*check, *names], folder, statuses=(1,)),
            "fix five": Command([*fix, *names], folder, statuses=(1,)),
        },
        bench.turns * 5,
    )
    yield ratio("a", "`check`, one file without a needle", turns, "one clean", _PYTHON, 1.25)
    yield ratio("b", "`check`, five candidates of 3.5 KB", turns, "five", _PYTHON, 2.0)
    yield ratio("b′", "`fix --diff`, five candidates", turns, "fix five", _PYTHON, 28)
    for name, what in (("one clean", "one clean file"), ("five", "five candidates")):
        more = turns.median(name, "peak") - turns.median(_PYTHON, "peak")
        goal = 4 if name == "one clean" else None
        yield amount("e", f"peak memory of `check`, {what}, above", more, " MiB", goal, _PYTHON)


def _laid_out(bench: Bench) -> tuple[Path, int]:
    """Return the tree to measure, made once for all suites, and how many files it has."""
    folder = bench.scratch / "tree"
    if folder.exists():
        return folder, sum(1 for _ in folder.rglob("*.py"))
    if bench.sources:
        return folder, trees.copy_sources(bench.sources, folder)
    trees.generate(folder, bench.files)
    return folder, bench.files


def tree(bench: Bench) -> Iterator[Row]:
    """Measure a whole tree against tools that read all of it."""
    folder, count = _laid_out(bench)
    size = sum(path.stat().st_size for path in folder.rglob("*.py"))
    bench.say(f"tree: {count} files, {size / 1e6:.0f} MB")
    here = str(folder)
    migrator = [bench.migrator, "check", "--quiet", here]
    commands = {"migrator": Command(migrator, folder, statuses=_ANY)}
    peers = {
        "ruff": ["check", "--isolated", "--select=S307", "--no-cache", "--quiet", here],
        "rg": ["-l", "-g", "*.py", "completions|ChatCompletion", here],
        "ast-grep": ["run", "-p", "$C.chat.completions.create($$$A)", "-l", "python", here],
    }
    for name, arguments in peers.items():
        command = bench.tools[name]
        if command is not None:
            commands[name] = Command([command, *arguments], folder, statuses=_ANY)
    turns = bench.alternate(commands, bench.turns)
    what = f"`check` of {count:,} files, {size / 1e6:.0f} MB"
    goals = {"ruff": 0.5, "rg": 7.0, "ast-grep": 0.1}
    bases = {"ruff": "ruff, one rule, no cache", "rg": "rg -l", "ast-grep": "ast-grep, one pattern"}
    for name in peers:
        if name in commands:
            turns.costs[bases[name]] = turns.costs[name]
            yield ratio("c", what, turns, "migrator", bases[name], goals[name])
    yield amount("e", f"peak memory of {what}", turns.median("migrator", "peak"), " MiB", 75)


def codemod(bench: Bench) -> Iterator[Row]:
    """Measure `fix` per candidate against LibCST's own runner with a trivial command."""
    for kind in ("generated", "real") if bench.sources else ("generated",):
        originals = bench.scratch / f"codemod-{kind}"
        if kind == "generated":
            names = trees.generate_candidates(originals, 100)
        else:
            names = trees.real_candidates(_laid_out(bench)[0], originals, 100)
        work = bench.scratch / "codemod-work"

        def prepare(originals: Path = originals, work: Path = work) -> None:
            shutil.rmtree(work, ignore_errors=True)
            shutil.copytree(originals, work)

        fix = [bench.migrator, "fix", "--allow-dirty", "--unsafe-fixes", "--quiet", str(work)]
        runner = [
            sys.executable,
            "-m",
            "libcst.tool",
            "codemod",
            "-x",
            "benchmarks.rename.RenameCommand",
        ]
        runner += ["--jobs=1", "--no-format", "--hide-progress", str(work)]
        base = "LibCST's codemod runner, `-j 1`"
        turns = bench.alternate(
            {
                "fix": Command(fix, ROOT, prepare, _ANY),
                base: Command(runner, ROOT, prepare, _ANY if kind == "real" else (0,)),
            },
            min(bench.turns, 3),
        )
        what = f"{len(names)} {kind} candidates"
        yield ratio("d", f"`fix` of {what}", turns, "fix", base, 0.10)
        largest = max(path.stat().st_size for path in originals.iterdir())
        goal = 45 + 60 * largest / _MIB
        peak = turns.median("fix", "peak")
        yield amount("e", f"peak memory of `fix` of {what}", peak, " MiB", goal)


def growth(bench: Bench) -> Iterator[Row]:
    """Measure how cost grows with files, candidates and the length of a file."""
    for what, steps, make, verb, goal in _GROWTHS:
        empty = bench.scratch / "empty"
        empty.mkdir(exist_ok=True)
        commands = {"start-up": Command([bench.migrator, *_VERBS[verb], str(empty)], empty)}
        for step in steps:
            folder = bench.scratch / f"growth-{what}-{verb}-{step}"
            make(folder, step)
            arguments = [bench.migrator, *_VERBS[verb], str(folder)]
            commands[str(step)] = Command(arguments, folder, statuses=_ANY)
        bench.say(f"growth of `{verb}` in {what}")
        turns = bench.alternate(commands, min(bench.turns, 3))
        costs = [turns.median(str(step)) - turns.median("start-up") for step in steps]
        name = f"growth of `{verb}` in {what}, {steps[0]:,} to {steps[-1]:,}"
        yield amount("f", f"{name}: exponent", exponent(steps, costs), "", goal)
        peaks = [turns.median(str(step), "peak") for step in (steps[0], steps[-1])]
        yield amount("f", f"{name}: peak, last over first", peaks[1] / peaks[0], " ×", None)


def exponent(steps: Sequence[int], costs: Sequence[float]) -> float:
    """Return the slope of a line through the logarithms, by least squares."""
    points = [
        (math.log(step), math.log(max(cost, 1e-4))) for step, cost in zip(steps, costs, strict=True)
    ]
    middle = sum(x for x, _ in points) / len(points)
    above = sum((x - middle) * y for x, y in points)
    return above / sum((x - middle) ** 2 for x, _ in points)


def _files(folder: Path, count: int) -> None:
    trees.generate(folder, count)


def _candidates(folder: Path, count: int) -> None:
    trees.generate_candidates(folder, count)


def _namesakes(folder: Path, count: int) -> None:
    trees.generate_candidates(folder, count, shared=True)


def _length(folder: Path, calls: int) -> None:
    folder.mkdir(parents=True)
    (folder / "long.py").write_text(trees.long_candidate(calls), encoding="utf-8")


_VERBS = {
    "check": ("check", "--quiet"),
    "fix --diff": ("fix", "--diff", "--unsafe-fixes", "--quiet"),
}
_Growth = tuple[str, tuple[int, ...], Callable[[Path, int], None], str, float]
_GROWTHS: tuple[_Growth, ...] = (
    ("files", (1_000, 4_000, 16_000), _files, "check", 1.03),
    ("candidates", (50, 200, 800), _candidates, "check", 1.08),
    ("candidates", (25, 100, 400), _candidates, "fix --diff", 1.08),
    ("candidates with few names", (25, 100, 400), _namesakes, "check", 1.2),
    ("calls of one function", (50, 200, 800), _length, "check", 1.2),
    ("calls of one function", (50, 200, 800), _length, "fix --diff", 1.2),
)
SUITES: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "hook": hook,
    "tree": tree,
    "codemod": codemod,
    "growth": growth,
}
