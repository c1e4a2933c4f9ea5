"""The environments that the real servers and their tests run in: found, or made by venv and pip."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# llama-stack 0.7.3 imports a name that mcp 2 no longer has, and what it runs on it doesn't require.
PINS = (
    "llama-stack==0.7.3", "xllamacpp==2026.10.11549", "mcp<2", "aiosqlite", "sqlalchemy[asyncio]",
    "gguf", "numpy",
)  # fmt: skip
OLDEST = (3, 12)
_NEWEST = (3, 14)
_TESTING = ("migrator", "openai", "uvicorn", "starlette", "pytest", "jsonschema_rs")


class EnvironmentFault(Exception):
    """Something that is needed can't be had; one line says what."""


def servers_python(folder: Path, wanted: str | None) -> Path:
    """Return the Python of the servers' environment below ``folder``, made if it is not there."""
    venv = folder / "venv"
    mark = folder / "installed.txt"
    if not mark.exists() or mark.read_text(encoding="utf-8") != "\n".join(PINS):
        shutil.rmtree(venv, ignore_errors=True)
        _make(venv, new_enough(wanted), PINS)
        mark.write_text("\n".join(PINS), encoding="utf-8")
    return _python_of(venv)


def testing_python(folder: Path) -> Path:
    """Return a Python that can run the tests: this one, or one made below ``folder``."""
    if all(importlib.util.find_spec(name) for name in _TESTING):
        return Path(sys.executable)
    venv = folder / "testing"
    if not venv.exists():
        _make(venv, sys.executable, ["-e", f"{ROOT}[verify]", "pytest", "jsonschema-rs"])
    return _python_of(venv)


def new_enough(wanted: str | None) -> str:
    """Return an interpreter that llama-stack runs on; raise `EnvironmentFault`."""
    for candidate in [wanted] if wanted else _candidates():
        if _version(candidate) >= OLDEST:
            return candidate
    least = ".".join(map(str, OLDEST))
    what = f"{wanted} is older, or does not run" if wanted else "none was found"
    raise EnvironmentFault(f"a Python of {least} or later is needed: {what}; pass --python")


def _candidates() -> Iterator[str]:
    yield sys.executable
    names = [f"python{OLDEST[0]}.{minor}" for minor in range(OLDEST[1], _NEWEST[1] + 1)]
    for name in (*names, "python3"):
        found = shutil.which(name)
        if found:
            yield found
    for place in (os.environ.get("PYENV_ROOT"), "~/.pyenv", "~/.local/share/uv", "~/.asdf"):
        if place:
            yield from _below(Path(place).expanduser(), names)


def _below(place: Path, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        for pattern in (f"versions/*/bin/{name}", f"python/*/bin/{name}",
                        f"installs/python/*/bin/{name}"):  # fmt: skip
            yield from map(str, sorted(place.glob(pattern)))


def _version(python: str) -> tuple[int, ...]:
    code = "import sys; print(*sys.version_info[:2])"
    try:
        done = subprocess.run(
            [python, "-c", code], capture_output=True, text=True, check=True, timeout=30
        )
    except (OSError, subprocess.SubprocessError):
        return (0,)
    return tuple(map(int, done.stdout.split()))


def _make(venv: Path, python: str, requirements: Iterable[str]) -> None:
    print(f"servers: making {venv} (a minute or two) ...", file=sys.stderr, flush=True)
    venv.parent.mkdir(parents=True, exist_ok=True)
    for command in (
        [python, "-m", "venv", str(venv)],
        [str(_python_of(venv)), "-m", "pip", "install", "--quiet", *requirements],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            last = (done.stderr.strip() or "no message").splitlines()[-1]
            shutil.rmtree(venv, ignore_errors=True)
            raise EnvironmentFault(f"`{' '.join(command[:5])} ...` failed: {last}")


def _python_of(venv: Path) -> Path:
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
