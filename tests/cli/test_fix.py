from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.files.reading import Unreadable
from tests.cli.conftest import BLOCKED, CLEAN, KEPT, PLAIN, REWRITTEN, Project
from tests.marks import needs_git

UNKNOWN = PLAIN.replace("client = OpenAI()", "client = OpenAI(base_url=somewhere())")

AZURE = PLAIN.replace("import OpenAI", "import AzureOpenAI").replace(
    "OpenAI()",
    'AzureOpenAI(\n    azure_endpoint="https://a.openai.azure.com", api_key="k", api_version="2024-06-01"\n)',
)
MOVED = REWRITTEN.replace(
    "OpenAI()", 'OpenAI(base_url="https://a.openai.azure.com/openai/v1/", api_key="k")'
)


def text(project: Project, name: str) -> str:
    return (project.root / name).read_text()


def test_it_rewrites_and_says_so(project: Project) -> None:
    project.write(app=PLAIN, clean=CLEAN)
    done = project.run("fix", ".")
    assert (done.status, done.err) == (0, "")
    assert done.out == "Rewrote 1 use in 1 file.\n"
    assert text(project, "app.py") == REWRITTEN
    assert text(project, "clean.py") == CLEAN


def test_a_second_run_changes_nothing(project: Project) -> None:
    project.write(app=PLAIN)
    project.run("fix", "app.py")
    before = (project.root / "app.py").stat()
    done = project.run("fix", "app.py")
    assert (done.status, done.out) == (0, "Nothing to rewrite.\n")
    after = (project.root / "app.py").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_azure_clients_move_where_asked_to(project: Project) -> None:
    project.write(app=AZURE)
    assert "`--azure-v1` rewrites it together with its client" in project.run("check").out
    assert "CC101 [rewrite]" in project.run("check", "--azure-v1").out
    assert "CC101 [rewrite]" in project.run("check", "--config", "azure-v1 = true").out
    counts = [project.run("report", *more, "--output-format", "json").out
              for more in ((), ("--azure-v1",))]  # fmt: skip
    assert [json.loads(each)["folders"][0]["verdicts"]["rewrite"] for each in counts] == [0, 1]
    project.run("fix")
    assert text(project, "app.py") == AZURE
    project.run("fix", "--azure-v1")
    assert text(project, "app.py") == MOVED


@needs_git
def test_diff_writes_nothing(project: Project) -> None:
    project.write(app=PLAIN, sub__more=PLAIN)
    done = project.run("fix", "--diff")
    assert done.status == 1
    assert done.err == "Would rewrite 2 uses in 2 files.\n"
    assert text(project, "app.py") == PLAIN
    subprocess.run(["git", "apply", "-"], input=done.out, text=True, check=True, cwd=project.root)
    assert text(project, "app.py") == text(project, "sub/more.py") == REWRITTEN


def test_diff_of_nothing(project: Project) -> None:
    project.write(app=CLEAN, blocked=BLOCKED)
    done = project.run("fix", "--diff")
    assert (done.status, done.out) == (0, "")
    assert "Blocked 1" in done.err


def test_what_is_left_decides_the_status(project: Project) -> None:
    project.write(app=PLAIN, blocked=BLOCKED, kept=KEPT)
    done = project.run("fix")
    assert done.status == 1
    assert done.out.splitlines()[0].startswith("blocked.py:7:16: CC101 [blocked: CC202")
    assert done.out.splitlines()[1:] == [
        "Rewrote 1 use in 1 file.",
        "Blocked 1, by reason (`migrator explain CODE`):",
        "     1 × CC202 `stop` has no Responses counterpart",
        "Kept 1 that are fine as they are (`--show-kept` lists them).",
    ]
    assert project.run("fix", "--exit-zero").status == 0


def test_suggestions_only_with_unsafe_fixes(project: Project) -> None:
    project.write(app=UNKNOWN)
    done = project.run("fix", "app.py")
    assert done.status == 1
    assert "Suggested 1 more (apply with `--unsafe-fixes`):" in done.out
    assert text(project, "app.py") == UNKNOWN
    done = project.run("fix", "--unsafe-fixes", "app.py")
    assert done.status == 0
    assert "responses.create" in text(project, "app.py")


def test_exit_non_zero_on_fix(project: Project) -> None:
    project.write(app=PLAIN)
    assert project.run("fix", "--exit-non-zero-on-fix").status == 1
    assert project.run("fix", "--exit-non-zero-on-fix").status == 0


def test_json_marks_what_was_applied(project: Project) -> None:
    project.write(app=PLAIN, blocked=BLOCKED)
    content = json.loads(project.run("fix", "--output-format", "json").out)
    assert [(f["place"]["path"], f["applied"]) for f in content["findings"]] == [
        ("app.py", True),
        ("blocked.py", False),
    ]
    assert content["summary"]["applied"] == 1


@needs_git
def test_a_dirty_tree_is_refused(project: Project) -> None:
    project.write(app=PLAIN, other=CLEAN)
    project.commit()
    project.write(other=CLEAN + "x = 1\n")
    done = project.run("fix", "app.py")
    assert (done.status, done.out) == (2, "")
    assert done.err == (
        "migrator: other.py: uncommitted changes in the work tree; commit or stash them, or pass"
        " --allow-dirty\n"
    )
    assert text(project, "app.py") == PLAIN
    assert project.run("fix", "--diff", "app.py").status == 1
    assert project.run("fix", "--allow-dirty", "app.py").status == 0
    assert text(project, "app.py") == REWRITTEN


@needs_git
def test_staged_changes_are_dirty_too(project: Project) -> None:
    project.write(app=CLEAN)
    project.commit()
    project.write(app=PLAIN)
    project.git("add", "app.py")
    assert project.run("fix").status == 2


@needs_git
def test_a_clean_tree_with_untracked_files_is_fine(project: Project) -> None:
    project.write(app=PLAIN)
    project.commit()
    project.file("notes.txt", "x")
    assert project.run("fix").status == 0


@needs_git
def test_a_dirty_tree_does_not_matter_where_nothing_changes(project: Project) -> None:
    project.write(app=CLEAN)
    project.commit()
    project.write(app=CLEAN + "x = 1\n")
    assert project.run("fix").status == 0


def test_mode_bits_stay(project: Project) -> None:
    path = project.file("app.py", PLAIN)
    path.chmod(0o754)
    project.run("fix")
    assert stat.S_IMODE(path.stat().st_mode) == 0o754


def test_links_are_followed(project: Project) -> None:
    real = project.file("real/app.py", PLAIN)
    (project.root / "link.py").symlink_to("real/app.py")
    project.run("fix", "link.py")
    assert (project.root / "link.py").is_symlink()
    assert real.read_text() == REWRITTEN


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (PLAIN.replace("\n", "\r\n").encode(), REWRITTEN.replace("\n", "\r\n").encode()),
        (b"\xef\xbb\xbf" + PLAIN.encode(), b"\xef\xbb\xbf" + REWRITTEN.encode()),
        (
            ("# coding: latin-1\n# é\n" + PLAIN).encode("latin-1"),
            ("# coding: latin-1\n# é\n" + REWRITTEN).encode("latin-1"),
        ),
        (PLAIN.rstrip().encode(), REWRITTEN.rstrip().encode()),
    ],
)
def test_bytes_stay_what_they_were(project: Project, before: bytes, after: bytes) -> None:
    path = project.file("app.py", before)
    assert project.run("fix").status == 0
    assert path.read_bytes() == after


def test_standard_input_comes_out_rewritten(
    project: Project, feed: Callable[[bytes], None]
) -> None:
    feed(PLAIN.encode())
    done = project.run("fix", "-")
    assert (done.status, done.out) == (0, REWRITTEN)
    feed(BLOCKED.encode())
    done = project.run("fix", "-")
    assert (done.status, done.out) == (1, BLOCKED)
    feed(PLAIN.encode())
    done = project.run("fix", "--stdin-filename", "x.py", "--diff")
    assert done.status == 1
    assert done.out.startswith("--- a/x.py\n+++ b/x.py\n")


def test_suppressed_uses_stay(project: Project) -> None:
    ignored = PLAIN.replace("create(\n", "create(  # migrator: ignore\n")
    project.write(app=ignored)
    assert project.run("fix").status == 0
    assert text(project, "app.py") == ignored


def test_deselected_uses_stay(project: Project) -> None:
    project.write(app=PLAIN)
    assert project.run("fix", "--ignore", "CC101").status == 0
    assert text(project, "app.py") == PLAIN


def test_a_file_that_changes_meanwhile_stays(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write(app=PLAIN)
    monkeypatch.setattr("migrator.checking.fixing.reread", lambda _: b"x = 1\n")
    done = project.run("fix")
    assert done.status == 2
    assert "app.py: changed while it was being read" in done.err
    assert text(project, "app.py") == PLAIN


def test_a_file_that_cannot_be_written_is_told(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str, data: bytes) -> None:
        if path.endswith("bad.py"):
            raise Unreadable("can't be written: Read-only file system", "change its mode")

    project.write(bad=PLAIN, good=PLAIN)
    monkeypatch.setattr("migrator.cli.fix.replace", refuse)
    done = project.run("fix")
    assert done.status == 2
    assert "bad.py: can't be written" in done.err
    assert "Rewrote 1 use in 1 file." in done.out


def test_one_bad_file_does_not_stop_the_others(project: Project) -> None:
    project.write(app=PLAIN, bad=PLAIN + "x = (\n")
    done = project.run("fix")
    assert done.status == 2
    assert text(project, "app.py") == REWRITTEN
    assert text(project, "bad.py") == PLAIN + "x = (\n"


def test_no_temporary_file_is_left(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise KeyboardInterrupt

    project.write(app=PLAIN)
    monkeypatch.setattr(os, "replace", fails)
    assert project.run("fix").status == 130
    assert sorted(os.listdir(project.root)) == ["app.py"]
    assert text(project, "app.py") == PLAIN


def test_a_killed_run_leaves_whole_files(project: Project) -> None:
    """The process ends between two replacements: every file is the old or the new one."""
    project.write(**{f"f{n}": PLAIN for n in range(5)})
    script = (
        "import os, sys\n"
        "from migrator import entry\n"
        "real, calls = os.replace, []\n"
        "def dies(*a):\n"
        "    calls.append(a)\n"
        "    os._exit(9) if len(calls) == 3 else real(*a)\n"
        "os.replace = dies\n"
        "entry.run(['fix'])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=project.root, check=False)
    assert done.returncode == 9
    contents = [Path(project.root / f"f{n}.py").read_text() for n in range(5)]
    assert contents == [REWRITTEN] * 2 + [PLAIN] * 3
