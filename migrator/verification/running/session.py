"""Before and after: copy, run, rewrite the copy, run again, compare."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from migrator.config import Resolver

from .compare import Comparison, compare
from .errors import CannotRun
from .files import Written, digests, written
from .observation import Observation, requests_of
from .passthrough import PassThrough
from .process import Finished, run_command, shown
from .project import Project, find_project
from .rewrite import Rewrite, apply_fix
from .serving import Emulated, Server

_NAME = "project"


@dataclass(frozen=True)
class Options:
    """What to run and how; ``paths`` are relative to ``folder``, where the command is run."""

    command: Sequence[str]
    folder: Path
    base_url: str | None = None
    port: int = 0
    paths: Sequence[str] = ()
    include: Sequence[str] = ()
    ignored_files: Sequence[str] = ()
    timeout: float = 300.0
    stdin: bytes = b""
    unsafe: bool = False
    keep: bool = False


@dataclass
class Result:
    """Two runs compared; ``before`` and ``after`` are ``None`` if there was nothing to rewrite."""

    command: Sequence[str]
    rewrite: Rewrite
    server: str
    before: Observation | None = None
    after: Observation | None = None
    comparison: Comparison = field(default_factory=Comparison)
    kept: Path | None = None

    @property
    def same(self) -> bool:
        """Whether the rewritten program did what the program did."""
        return self.comparison.same


@contextmanager
def verified(options: Options, resolver: Resolver) -> Iterator[Result]:
    """Run the command before and after the rewrite and yield the result.

    The files that the result names exist until the block ends.  Raises `CannotRun`, and
    `migrator.config.ConfigError` for a bad configuration file.  The project itself is only read.
    """
    project = find_project(options.folder, tuple(options.include))
    with _scratch(options.keep) as scratch:
        run = _Session(options, resolver, project, scratch)
        yield run.result()


@contextmanager
def _scratch(keep: bool) -> Iterator[Path]:
    try:
        folder = Path(tempfile.mkdtemp(prefix="migrator-verify-")).resolve()
    except OSError as error:
        raise CannotRun(f"no temporary folder can be made: {error}") from None
    try:
        yield folder
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


class _Session:
    """One verification; both runs happen at the same path, so that paths in outputs agree."""

    def __init__(
        self, options: Options, resolver: Resolver, project: Project, scratch: Path
    ) -> None:
        self._options = options
        self._resolver = resolver
        self._project = project
        self._scratch = scratch
        self._work = scratch / _NAME

    def result(self) -> Result:
        """Return what came out; raise `CannotRun`."""
        untouched = self._project.state()
        self._project.copy_to(self._work)
        rewrite = self._rewritten()
        result = Result(self._options.command, rewrite, self._options.base_url or "emulator")
        result.kept = self._scratch if self._options.keep else None
        if not rewrite.files:
            result.comparison.notes.append(
                "fix changes nothing here, so there is nothing to compare; the command was not run"
            )
            return result
        shutil.move(self._work, self._scratch / "rewritten")
        with self._server(rewrite) as server:
            self._both(server, rewrite, result)
        if self._project.state() != untouched:
            result.comparison.notes.append(
                "files of your own tree changed during the runs: the command names them by an"
                " absolute path, or something else wrote there"
            )
        return result

    def _rewritten(self) -> Rewrite:
        inside = self._project.inside
        paths = [(inside / path).as_posix() for path in self._options.paths]
        for path in paths:
            if not (self._work / path).exists():
                raise CannotRun(f"--paths {path}: no such file or folder in the project")
        return apply_fix(self._work, paths, self._resolver, unsafe=self._options.unsafe)

    def _server(self, rewrite: Rewrite) -> Server:
        if self._options.base_url is not None:
            return PassThrough(self._options.base_url, self._options.port)
        return Emulated(self._options.port, rewrite.dropped)

    def _both(self, server: Server, rewrite: Rewrite, result: Result) -> None:
        self._project.copy_to(self._work)
        result.before = before = self._observed(server, rewrite, "before")
        if not before.requests:
            raise CannotRun(
                f"`{shown(self._options.command)}` sent no request to {_named(result.server)}"
                f"{_ending(before)}"
            )
        shutil.move(self._scratch / "rewritten", self._work)
        result.after = after = self._observed(server, rewrite, "after")
        result.comparison = compare(before, after)
        self._question(result, server, rewrite)

    def _question(self, result: Result, server: Server, rewrite: Rewrite) -> None:
        """Say where the comparison proves less than it seems to."""
        assert result.before is not None and result.after is not None
        reached = any(request.endpoint == "responses" for request in result.after.requests)
        already = any(request.endpoint == "responses" for request in result.before.requests)
        if result.same and not reached and not already:
            raise CannotRun(
                f"`{shown(self._options.command)}` ran no rewritten call: all its requests still"
                f" went to Chat Completions; {_ADVICE}"
            )
        if not result.same and self._options.base_url is None:
            self._project.copy_to(self._work)
            again = compare(result.before, self._observed(server, rewrite, "again"))
            unsteady = {each.what.split(" ")[0] for each in again.differences}
            if unsteady:
                result.comparison.notes.append(
                    f"the unchanged program differs from itself in {', '.join(sorted(unsteady))}"
                    " when it is run twice; make it repeatable (times, random numbers, threads)"
                    " before you trust this difference"
                )

    def _observed(self, server: Server, rewrite: Rewrite, which: str) -> Observation:
        """Run the command in the working copy, which is then put aside as ``which``."""
        server.reset()
        start = digests(self._work)
        try:
            finished = run_command(
                self._command(),
                folder=self._work / self._project.inside,
                environment=self._environment(server),
                timeout=self._options.timeout,
                stdin=self._options.stdin,
            )
        except CannotRun as error:
            server.check()  # a lost server is the better explanation
            raise CannotRun(f"{error}{_WHICH[which]}") from None
        server.check()
        aside = self._scratch / which
        shutil.move(self._work, aside)
        leave_out = (*rewrite.files, *self._options.ignored_files)
        return _observation(finished, server, rewrite, written(start, aside, leave_out=leave_out))

    def _command(self) -> list[str]:
        """Return the command for the copy: absolute paths into the project lead there as well."""
        command = [self._moved(part) for part in self._options.command]
        here = self._options.folder / command[0]
        copied = self._work / self._project.inside / command[0]
        if os.sep in command[0] and not copied.exists() and here.exists():
            command[0] = str(here.absolute())  # an interpreter in an ignored environment
        return command

    def _moved(self, part: str) -> str:
        path = Path(part)
        if path.is_absolute() and path.is_relative_to(self._project.root):
            copied = self._work / path.relative_to(self._project.root)
            if copied.exists():
                return str(copied)
        return part

    def _environment(self, server: Server) -> dict[str, str]:
        found = {"OPENAI_API_KEY": "unused", "PYTHONHASHSEED": "0", **os.environ}
        hosts = [found.get("NO_PROXY") or found.get("no_proxy") or ""]
        found.update(server.environment())
        for name in ("NO_PROXY", "no_proxy"):
            found[name] = ",".join(filter(None, [found[name], *hosts]))
        # Ahead of an editable install, which would run the user's own tree in both runs.
        own = [self._work / self._project.inside, self._work, self._work / "src"]
        given = [self._moved(p) for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p]
        paths = [*(str(path) for path in own if path.is_dir()), *given]
        found["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(paths))
        found["PYTHONDONTWRITEBYTECODE"] = "1"
        return found


_ADVICE = "check that it runs the code of the project it is started in"
_WHICH = {
    "before": "",
    "after": " after the rewrite; before it, it did",
    "again": " when it was run a second time",
}


def _named(server: str) -> str:
    return "the emulator" if server == "emulator" else server


def _ending(observation: Observation) -> str:
    """Return how a run ended, for a program that may have failed before its first request."""
    if observation.exit == 0:
        return ""
    last = [line for line in observation.stderr.splitlines() if line.strip()][-1:]
    return f": it ended with status {observation.exit}" + "".join(f", {line}" for line in last)


def _observation(
    finished: Finished, server: Server, rewrite: Rewrite, files: dict[str, Written]
) -> Observation:
    return Observation(
        finished.code,
        finished.stdout.decode("utf-8", "backslashreplace"),
        finished.stderr.decode("utf-8", "backslashreplace"),
        tuple(requests_of(server.entries(), rewrite.dropped)),
        files,
        finished.seconds,
    )
