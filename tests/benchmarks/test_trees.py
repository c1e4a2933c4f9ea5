from __future__ import annotations

import ast
from pathlib import Path

from benchmarks import trees
from migrator.config import Settings
from migrator.planning.plan import plan_file
from migrator.prefilter import has_needle, worth_parsing


def content(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.py")}


def test_a_generated_tree_is_the_same_every_time(tmp_path: Path) -> None:
    trees.generate(tmp_path / "a", 120)
    trees.generate(tmp_path / "b", 120)
    assert content(tmp_path / "a") == content(tmp_path / "b")
    assert len(content(tmp_path / "a")) == 120


def test_as_many_files_are_candidates_as_asked_for(tmp_path: Path) -> None:
    trees.generate(tmp_path, 200, 5)
    assert sum(worth_parsing(data) for data in content(tmp_path).values()) == 10


def test_filler_holds_nothing_for_us() -> None:
    source = trees.filler(4_000, 1)
    ast.parse(source)
    assert not has_needle(source.encode())
    assert 4_000 <= len(source) < 5_000


def test_a_candidate_is_rewritten(tmp_path: Path) -> None:
    (name, *_) = trees.generate_candidates(tmp_path, 10)
    data = (tmp_path / name).read_bytes()
    plan = plan_file(str(tmp_path / name), data, Settings())
    assert [finding.verdict for finding in plan.findings] == ["rewrite"]


def test_candidates_have_the_size_asked_for(tmp_path: Path) -> None:
    names = trees.generate_candidates(tmp_path, 5, 3_500)
    assert all(3_400 < (tmp_path / name).stat().st_size < 4_200 for name in names)


def test_a_long_candidate_has_as_many_calls(tmp_path: Path) -> None:
    data = trees.long_candidate(7).encode()
    assert len(plan_file(str(tmp_path / "long.py"), data, Settings()).findings) == 7


def test_only_what_every_tool_reads_is_copied(tmp_path: Path) -> None:
    names = ("a.py", "b.txt", ".c.py", ".git/d.py", "build/e.py", "p/f.py", "pyproject.toml")
    for name in names:
        (tmp_path / "from" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "from" / name).write_text("")
    (tmp_path / "from" / "link.py").symlink_to("a.py")
    assert trees.copy_sources([tmp_path / "from"], tmp_path / "to") == 2
    assert set(content(tmp_path / "to")) == {"tree_0/a.py", "tree_0/p/f.py"}


def test_real_candidates_are_chosen_by_the_filter(tmp_path: Path) -> None:
    trees.generate(tmp_path / "tree", 100, 10)
    names = trees.real_candidates(tmp_path / "tree", tmp_path / "out", 4)
    assert len(names) == 4
    assert all(worth_parsing((tmp_path / "out" / name).read_bytes()) for name in names)
