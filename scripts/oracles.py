"""Compare the converter with other people's: install them, run the comparison, print it.

    python scripts/oracles.py [--into DIRECTORY]

Their pins of openai exclude each other, so there are two environments, kept in DIRECTORY
(default: migrator-oracles in the temporary folder) for the next time. Needs pip and a package
index; installs about 800 MB. Exits 1 when there is a difference that the table of
tests/verification/convert/test_oracles.py does not explain.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS = "tests/verification/convert/test_oracles.py"
ENVIRONMENTS = {
    "sdk": [
        "openai==3.54.0",
        "langchain-openai==1.7.3",
        "openai-agents==0.24.0",
        "pydantic-ai-slim[openai]==2.68.0",
        "pytest>=8",
    ],
    "litellm": ["litellm==1.106.2", "pytest>=8"],
}
COMMANDS = {
    "sdk": "langchain or agents or pydantic-ai",
    "litellm": "litellm",
}


def main() -> int:
    """Build, run and print; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    default = Path(tempfile.gettempdir()) / "migrator-oracles"
    parser.add_argument("--into", type=Path, default=default, metavar="DIRECTORY")
    into = parser.parse_args().into
    into.mkdir(parents=True, exist_ok=True)
    report = into / "report.jsonl"
    report.unlink(missing_ok=True)
    status = 0
    for name in ENVIRONMENTS:
        python = environment(into, name)
        status = max(status, compared(python, COMMANDS[name], report))
    if not report.exists():
        print("nothing was compared", file=sys.stderr)
        return 1
    show(report)
    return status


def environment(into: Path, name: str) -> Path:
    """Return the interpreter of an environment, built if it is not there or was another."""
    folder = into / name
    bin_ = "Scripts" if os.name == "nt" else "bin"
    python = folder / bin_ / ("python.exe" if os.name == "nt" else "python")
    wanted = "\n".join(ENVIRONMENTS[name])
    mark = folder / "installed.txt"
    if mark.exists() and mark.read_text() == wanted:
        return python
    print(f"installing {', '.join(ENVIRONMENTS[name])}", file=sys.stderr)
    venv.create(folder, with_pip=True, clear=True)
    subprocess.run([python, "-m", "pip", "install", "-q", *ENVIRONMENTS[name]], check=True)
    mark.write_text(wanted)
    return python


def compared(python: Path, names: str, report: Path) -> int:
    """Run the tests of some oracles and return their exit status."""
    command = [str(python), "-m", "pytest", "-q", "-m", "oracles", "-k", names, TESTS]
    extra = {"MIGRATOR_ORACLES_REPORT": str(report), "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **extra}, check=False).returncode


def show(report: Path) -> None:
    """Print what agreed and every difference as Markdown."""
    lines = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
    print("\n| converter | cases | agree but for `store` |\n| --- | --- | --- |")
    for line in lines:
        print(f"| {line['oracle']} | {line['cases']} | {line['agreed']} |")
    print("\n| converter | case | where | why ours |\n| --- | --- | --- | --- |")
    for line in lines:
        for case, path, reason in sorted(line["differences"]):
            shown = path.replace("[[]", "[")
            print(f"| {line['oracle']} | {case} | `{shown}` | {reason} |")


if __name__ == "__main__":
    sys.exit(main())
