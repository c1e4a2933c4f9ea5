from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import ecosystem
import pytest
from ecosystem_packages import PackageError, projects_in, read_pins, unpack

DIGEST = "0" * 64


def tarball(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("pkg-1.0/link.py")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    return path


def wheel(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def files(folder: Path) -> set[str]:
    return {each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()}


def test_the_pins_of_the_repository_are_complete() -> None:
    pins = read_pins(ecosystem.PINS)
    assert len(pins) == len({pin.name for pin in pins}) >= 20


def test_the_small_run_runs_nothing_of_its_packages() -> None:
    kinds = {pin.name: pin.kind for pin in read_pins(ecosystem.PINS)}
    assert {kinds[name] for name in ecosystem.SMALL} == {"wheel"}


def test_columns_between_kind_and_hash_are_allowed(tmp_path: Path) -> None:
    listing = tmp_path / "list.txt"
    listing.write_text(f"# note\n\nsome-pkg==1.0  sdist  sites=3  sha256={DIGEST}\n")
    (pin,) = read_pins(listing)
    assert (pin.label, pin.kind, pin.sha256) == ("some-pkg==1.0", "sdist", DIGEST)


@pytest.mark.parametrize(
    "line",
    [
        "some-pkg==1.0 wheel",
        f"some-pkg wheel sha256={DIGEST}",
        f"some-pkg==1.0 egg sha256={DIGEST}",
        f"--index-url==x wheel sha256={DIGEST}",
        "some-pkg==1.0 wheel sha256=12",
    ],
)
def test_a_line_that_is_no_pin_is_refused(tmp_path: Path, line: str) -> None:
    listing = tmp_path / "list.txt"
    listing.write_text(line + "\n")
    with pytest.raises(PackageError, match=r"list\.txt:1"):
        read_pins(listing)


def test_an_sdist_loses_its_top_folder_and_its_links(tmp_path: Path) -> None:
    archive = tarball(tmp_path / "pkg-1.0.tar.gz", {"pkg-1.0/pkg/a.py": b"1", "pkg-1.0/b": b"2"})
    unpack(archive, tmp_path / "out")
    assert files(tmp_path / "out") == {"pkg/a.py", "b"}


def test_a_wheel_is_unpacked_as_it_is(tmp_path: Path) -> None:
    archive = wheel(tmp_path / "pkg-1.0-py3-none-any.whl", {"pkg/a.py": b"1", "pkg/": b""})
    unpack(archive, tmp_path / "out")
    assert files(tmp_path / "out") == {"pkg/a.py"}


@pytest.mark.parametrize("name", ["../evil.py", "pkg/../../evil.py", "/evil.py"])
def test_a_name_that_leads_out_leaves_nothing_behind(tmp_path: Path, name: str) -> None:
    archive = wheel(tmp_path / "pkg.whl", {"pkg/a.py": b"1", name: b"2"})
    with pytest.raises(PackageError, match="unsafe path"):
        unpack(archive, tmp_path / "in" / "out")
    assert files(tmp_path) == {"pkg.whl"}


def test_every_visible_subfolder_is_a_project(tmp_path: Path) -> None:
    for name in ("b", "a", ".git"):
        (tmp_path / name).mkdir()
    (tmp_path / "notes.txt").write_text("")
    assert [project.label for project in projects_in(tmp_path)] == ["a", "b"]
