"""Journals under stress: full disks, two runs at once, kills, interruptions, resumed runs."""

from __future__ import annotations

import errno
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from migrator.verification.replay import JournalError, load_run
from migrator.verification.replay.engine import Engine
from migrator.verification.replay.planning import Limits
from migrator.verification.replay.writing import Journal

from .conftest import Bench, sample
from .faulty import Asked, Reply, error, events, streamed

SAMPLES = [sample(str(number)) for number in range(4)]


def test_a_second_run_sends_what_the_first_did_not(bench: Bench) -> None:
    first = bench.run(*SAMPLES[:2])
    second = bench.run(*SAMPLES)
    assert (first.plan.requests, second.plan.requests, second.plan.journaled) == (4, 4, 4)
    assert set(bench.sent().values()) == {1}
    assert second.run.complete and load_run(bench.journal) == second.run
    more = bench.run(*SAMPLES, draws=2)
    assert more.plan.requests == 8 and set(bench.sent().values()) == {2}
    assert load_run(bench.journal) == more.run
    fewer = bench.run(*SAMPLES[1:2])
    assert fewer.plan.requests == 0 and len(fewer.run.exchanges) == 2
    assert load_run(bench.journal) == fewer.run


def test_equal_samples_are_asked_each(bench: Bench) -> None:
    twins = [replace(SAMPLES[0], id=name) for name in "ab"]
    assert len(bench.run(*twins).run.exchanges) == 4
    assert bench.sent() == {("chat", "0"): 2, ("responses", "0"): 2}
    assert bench.run(*twins).plan.requests == 0


def test_without_a_journal(bench: Bench) -> None:
    assert bench.run(*SAMPLES, journal=None).run.complete
    assert not bench.journal.exists()


def test_two_runs_on_one_journal(bench: Bench) -> None:
    with Journal(bench.journal), pytest.raises(JournalError, match="another run is writing"):
        bench.run(*SAMPLES)
    assert bench.server.count() == 0
    assert bench.run(*SAMPLES).run.complete


def test_a_killed_run_is_not_paid_for_twice(bench: Bench) -> None:
    bench.run(*SAMPLES[:1])
    lines = bench.journal.read_bytes().splitlines(keepends=True)
    assert lines[-1].startswith(b'{"kind": "exchange"')
    # Killed in the middle of its last line.
    bench.journal.write_bytes(b"".join(lines)[:-20])
    again = bench.run(*SAMPLES[:1])
    assert (again.plan.requests, again.plan.lost, again.plan.journaled) == (0, 1, 1)
    assert again.run.exchanges[-1].failure is not None
    assert again.run.exchanges[-1].failure.kind == "lost"
    assert load_run(bench.journal) == again.run
    assert bench.server.count() == 2
    assert bench.run(*SAMPLES[:1], resend=True).plan.requests == 1
    assert bench.run(*SAMPLES[:1]).run.exchanges[-1].complete


# -- interruptions ------------------------------------------------------------------------


def test_interrupted(bench: Bench) -> None:
    """What is under way is waited for; the next run sends the rest."""

    def script(asked: Asked) -> None:
        if bench.server.count() == 3:
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    result = bench.run(*SAMPLES, script=script)
    assert signal.getsignal(signal.SIGINT) is before
    assert result.stop is not None and result.stop.kind == "interrupted"
    assert len(result.run.exchanges) == bench.server.count() == 3
    assert load_run(bench.journal) == result.run
    assert bench.run(*SAMPLES, script=lambda _: None).run.complete
    assert set(bench.sent().values()) == {1} and bench.server.count() == 8


def test_interrupted_while_it_waits(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def script(asked: Asked) -> Reply:
        os.kill(os.getpid(), signal.SIGTERM)
        return error(429, "slow down", retry_after="100")

    in_real_time = "migrator.verification.replay.session.Engine"
    monkeypatch.setattr(in_real_time, lambda *given: Engine(*given[:5]))
    result = bench.run(*SAMPLES, script=script)
    assert result.stop is not None and result.stop.kind == "interrupted"
    assert bench.server.count() == 1
    assert bench.run(*SAMPLES[:1], script=lambda _: None).run.complete


def test_interrupted_twice(bench: Bench) -> None:
    """What is under way is given up, and known to be lost."""
    enough = threading.Event()

    def script(asked: Asked) -> None:
        if bench.server.count() == 2:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)
            while len(bench.ear.stops) < 1:
                enough.wait(0.01)
            os.kill(os.getpid(), signal.SIGINT)
            enough.wait(5)

    try:
        result = bench.run(*SAMPLES, script=script)
    finally:
        enough.set()
    assert result.stop is not None and len(result.run.exchanges) == 1
    again = bench.run(*SAMPLES, script=lambda _: None)
    assert again.plan.lost == 1 and set(bench.sent().values()) == {1}


# -- the disk -----------------------------------------------------------------------------


class Disk:
    """Lets `os.write` fail as a full disk does, except for what was set aside."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, journal: Path) -> None:
        self.room = 0
        self.tight = False
        self._reserve = journal.with_name(journal.name + ".reserve")
        self._write = os.write
        monkeypatch.setattr("migrator.verification.replay.writing.os.write", self.write)

    def write(self, file: int, data: bytes) -> int:
        if not self.tight or not self._reserve.exists():
            return self._write(file, data)
        if self.room <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        part = data[: self.room]
        self.room -= len(part)
        return self._write(file, part)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch, bench: Bench) -> Disk:
    return Disk(monkeypatch, bench.journal)


def filled(bench: Bench, disk: Disk, room: int, at: int) -> Callable[[Asked], None]:
    """Return a script that fills the disk when that many requests have arrived."""

    def script(asked: Asked) -> None:
        if bench.server.count() == at:
            disk.tight, disk.room = True, room

    return script


@pytest.mark.parametrize("room", [0, 30, 60, 300])
def test_a_full_disk(bench: Bench, disk: Disk, room: int) -> None:
    """Answers under way still find room; nothing more is sent; the journal stays whole."""
    script = filled(bench, disk, room, 3)
    result = bench.run(*SAMPLES, script=script, limits=Limits(concurrency=2))
    assert result.stop is not None and result.stop.kind == "disk"
    assert result.stop.message == f"{bench.journal}: No space left on device"
    assert load_run(bench.journal) == result.run
    assert len(result.run.exchanges) == bench.server.count() < 8
    disk.tight = False
    assert bench.run(*SAMPLES, script=lambda _: None).run.complete
    assert set(bench.sent().values()) == {1}


def test_a_disk_too_full_for_what_is_under_way(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The answer goes elsewhere, and appending it makes the journal whole."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    full = False
    write = os.write

    def failing(file: int, data: bytes) -> int:
        if full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(file, data)

    def script(asked: Asked) -> None:
        nonlocal full
        full = bench.server.count() == 3

    monkeypatch.setattr("migrator.verification.replay.writing.os.write", failing)
    result = bench.run(*SAMPLES, script=script)
    assert result.stop is not None
    (aside,) = scratch.iterdir()
    assert f"answers that found no room are in {aside}: make room" in result.stop.message
    assert len(result.run.exchanges) == 3
    full = False
    with bench.journal.open("ab") as out:
        out.write(aside.read_bytes())
    assert load_run(bench.journal) == result.run
    assert bench.run(*SAMPLES, script=lambda _: None).run.complete
    assert set(bench.sent().values()) == {1}


def test_no_room_to_begin_with(bench: Bench) -> None:
    bench.journal = Path("/dev/full")
    with pytest.raises(JournalError, match="/dev/full: no regular file"):
        bench.run(*SAMPLES)
    assert bench.server.count() == 0


@pytest.mark.parametrize("content", ["hello\n", "hello", '{"custom_id": "a"}\n'])
def test_a_file_that_is_no_journal_is_left_alone(bench: Bench, content: str) -> None:
    bench.journal.write_text(content)
    with pytest.raises(JournalError):
        bench.run(*SAMPLES)
    assert bench.journal.read_text() == content and bench.server.count() == 0


def test_a_folder_that_is_not_there(bench: Bench) -> None:
    bench.journal = bench.journal / "none" / "j"
    with pytest.raises(JournalError, match="can't be written: No such file"):
        bench.run(*SAMPLES)


def test_nothing_is_left_beside_the_journal(bench: Bench) -> None:
    bench.run(sample("hi", stream=True), script=lambda asked: streamed(events(asked)))
    assert os.listdir(bench.journal.parent) == [bench.journal.name]
    assert bench.journal.stat().st_mode & 0o777 == 0o600
