from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.cli.conftest import BLOCKED, CLEAN, KEPT, PLAIN, Project


def test_a_finding_with_its_place_and_verdict(project: Project) -> None:
    project.write(app=PLAIN)
    done = project.run("check", "app.py")
    assert done.status == 1
    first, place, *_ = done.out.splitlines()
    assert first.startswith("CC101 [rewrite] ")
    assert place.strip() == "--> app.py:7:16"
    assert done.out.endswith("1 to rewrite with `migrator fix`.\n")
    assert done.err == ""


def test_a_blocked_finding_names_its_reason_and_where(project: Project) -> None:
    project.write(app=BLOCKED)
    done = project.run("check", "app.py", "--output-format", "concise")
    assert done.out.startswith("app.py:7:16: CC101 [blocked: CC202 at 8:")


@pytest.mark.parametrize("arguments", [("clean.py",), (".",), ()])
def test_nothing_to_report(project: Project, arguments: tuple[str, ...]) -> None:
    project.write(clean=CLEAN)
    done = project.run("check", *arguments)
    assert (done.status, done.out, done.err) == (0, "All checks passed!\n", "")


def test_kept_findings_are_no_violations(project: Project) -> None:
    project.write(app=KEPT)
    done = project.run("check", "app.py")
    assert (done.status, done.out) == (0, "All checks passed!\n")
    done = project.run("check", "app.py", "--show-kept")
    assert done.status == 0
    assert "CC101 [keep]" in done.out
    assert "CC401" in done.out
    content = json.loads(project.run("check", "app.py", "--output-format", "json").out)
    assert [each["verdict"] for each in content["findings"]] == ["keep"]
    assert "keep" in project.run("check", "app.py", "--statistics").out


def test_quiet(project: Project) -> None:
    project.write(app=PLAIN, clean=CLEAN)
    assert project.run("check", "-q", "clean.py").out == ""
    done = project.run("check", "--quiet", "app.py")
    assert "Found" not in done.out
    assert "CC101" in done.out


def test_exit_zero(project: Project) -> None:
    project.write(app=PLAIN)
    assert project.run("check", "--exit-zero", "app.py").status == 0
    assert project.run("check", "-e", "nowhere.py").status == 2


def test_order_does_not_depend_on_arguments_or_folders(project: Project) -> None:
    project.write(b=PLAIN, a__x=PLAIN, c=PLAIN)
    orders = [(".",), ("c.py", "b.py", "a/x.py"), ("a", "b.py", "c.py", "b.py"), ("b.py", ".")]
    outputs = {project.run("check", "--output-format", "concise", *order).out for order in orders}
    assert len(outputs) == 1
    assert [line.split(":")[0] for line in outputs.pop().splitlines()[:-1]] == [
        "a/x.py", "b.py", "c.py",
    ]  # fmt: skip


@pytest.mark.parametrize("style", ["text", "full", "concise", "json", "github", "sarif"])
def test_every_format_carries_the_status(project: Project, style: str) -> None:
    project.write(app=PLAIN)
    assert project.run("check", "--output-format", style, "app.py").status == 1
    assert "CC101" in project.run("check", f"--output-format={style}", ".").out


def test_text_is_full(project: Project) -> None:
    project.write(app=PLAIN)
    outputs = {
        project.run("check", *given, "app.py").out
        for given in ((), ("--output-format", "text"), ("--output-format", "full"))
    }
    assert len(outputs) == 1


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (("--select", "CC101"), 1),
        (("--select", "CC102,CC103"), 0),
        (("--select", "CC1", "--ignore", "CC101"), 0),
        (("--ignore", "CC1"), 0),
        (("--ignore", "ALL", "--extend-select", "CC101"), 1),
        (("--config", "ignore = ['CC101']"), 0),
        (("--config", "per-file-ignores = {'app.py' = ['CC101']}"), 0),
    ],
)
def test_selection(project: Project, given: tuple[str, ...], status: int) -> None:
    project.write(app=PLAIN)
    assert project.run("check", "app.py", *given).status == status


def test_inline_ignores(project: Project) -> None:
    ignored = PLAIN.replace("create(\n", "create(  # migrator: ignore[CC101]\n")
    project.write(app=ignored)
    assert project.run("check", "app.py").status == 0
    assert "CC508" in project.run("check", "app.py", "--show-kept").out


def test_an_unused_ignore_is_a_violation_even_in_a_file_without_uses(project: Project) -> None:
    project.write(app="x = 1  # migrator: ignore[CC101]\n", quoted="x = '# migrator: ignore'\n")
    done = project.run("check", "app.py", "quoted.py")
    assert done.status == 1
    assert done.out.splitlines() == [
        "app.py:1:8: CC906 `# migrator: ignore[CC101]` allows nothing here: no CC101 to allow",
        "Found 1 unused ignore.",
    ]


def test_statistics(project: Project) -> None:
    project.write(a=PLAIN, b=BLOCKED)
    done = project.run("check", "--statistics")
    assert done.status == 1
    assert done.out.splitlines()[0] == ("2\tCC101\tchat-completions-create\t[1 rewrite, 1 blocked]")


def test_standard_input(project: Project, feed: Callable[[bytes], None]) -> None:
    feed(PLAIN.encode())
    done = project.run("check", "-", "--stdin-filename", "src/app.py")
    assert done.status == 1
    assert "--> src/app.py:7:16" in done.out
    feed(CLEAN.encode())
    assert project.run("check", "-").out == "All checks passed!\n"


def test_standard_input_takes_the_configuration_of_its_name(
    project: Project, feed: Callable[[bytes], None]
) -> None:
    project.configure("ignore = ['CC101']", "src")
    feed(PLAIN.encode())
    assert project.run("check", "--stdin-filename", "src/app.py").status == 0


def test_standard_input_is_excluded_by_its_name(
    project: Project, feed: Callable[[bytes], None]
) -> None:
    project.configure("extend-exclude = ['old']")
    feed(PLAIN.encode())
    arguments = ("check", "--stdin-filename", "old/app.py")
    assert project.run(*arguments).status == 1
    feed(PLAIN.encode())
    assert project.run(*arguments, "--force-exclude").status == 0


def test_force_exclude_applies_to_named_files(project: Project) -> None:
    project.configure("extend-exclude = ['old', 'sub/x_*.py']")
    project.write(old__deep__app=PLAIN, sub__x_1=PLAIN, sub__y=CLEAN)
    names = ("old/deep/app.py", "sub/x_1.py", "sub/y.py")
    assert project.run("check", *names).status == 1
    assert project.run("check", "--force-exclude", *names).status == 0
    assert project.run("check", "--force-exclude", "--show-kept", *names).status == 0
    assert project.run("check", "--config", "force-exclude = true", *names).status == 0
    assert project.run("check").status == 0


def test_standard_input_that_is_no_text(project: Project, feed: Callable[[bytes], None]) -> None:
    feed(b"\xff" + PLAIN.encode())
    done = project.run("check", "-")
    assert done.status == 2
    assert "CC902" in done.err


def test_progress_leaves_no_trace_off_a_terminal(project: Project) -> None:
    project.write(**{f"f{n}": CLEAN for n in range(100)})
    assert project.run("check").err == ""


def test_many_candidates_go_to_workers_and_come_back_the_same(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write(**{f"f{n:03}": PLAIN if n % 3 else BLOCKED + "#" * n for n in range(60)})
    alone = project.run("check", *(f"f{n:03}.py" for n in range(60)))
    from migrator.checking import workers

    monkeypatch.setattr(workers, "worker_count", lambda: 3)
    together = project.run("check", ".")
    assert together.out == alone.out
    assert together.status == 1


def test_names_that_no_encoding_has(project: Project) -> None:
    name = b"caf\xe9 \xff.py".decode("utf-8", "surrogateescape")
    (project.root / name).write_text(PLAIN)
    done = project.spawn("check", ".")
    assert done.status == 1
    assert "Traceback" not in done.err
    for style in ("json", "sarif", "github", "concise"):
        done = project.spawn("check", "--output-format", style)
        assert (done.status, done.err) == (1, "")
