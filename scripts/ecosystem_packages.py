"""Third-party packages as input: pins, download by pip, hash check, unpacking.

Nothing of a package is installed, imported or run here.  Pip is told the hash, so it refuses
another file before it looks inside; for an sdist it then asks the build backend for metadata,
for a wheel it runs nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_LINE = re.compile(
    r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>\S+)\s+(?P<kind>wheel|sdist)\s"
)
_HASH = re.compile(r"\bsha256=([0-9a-f]{64})\b")
_HOW = {
    "wheel": [
        "--only-binary=:all:", "--platform=any", "--platform=manylinux2014_x86_64",
        "--python-version=3.11", "--implementation=py", "--abi=none",
    ],
    "sdist": ["--no-binary=:all:"],
}  # fmt: skip
_DONE = ".complete"


class PackageError(Exception):
    """A package that can't be had as pinned; one line says why."""


@dataclass(frozen=True)
class Pin:
    """One line of a list of packages."""

    name: str
    version: str
    kind: str
    sha256: str

    @property
    def label(self) -> str:
        """Return ``name==version``."""
        return f"{self.name}=={self.version}"


@dataclass(frozen=True)
class Project:
    """A folder of somebody's source, and what to call it."""

    label: str
    folder: Path


def read_pins(listing: Path) -> list[Pin]:
    """Return the pins of a list; raises `PackageError` for a line that is none."""
    pins = []
    for number, line in enumerate(listing.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        found, digest = _LINE.match(line), _HASH.search(line)
        if found is None or digest is None:
            wanted = "`name==version wheel|sdist … sha256=…`"
            raise PackageError(f"{listing.name}:{number}: not {wanted}: {line[:60]}")
        pins.append(Pin(found["name"], found["version"], found["kind"], digest[1]))
    return pins


def fetched(pin: Pin, cache: Path) -> Project:
    """Return the unpacked package, downloaded unless the cache holds it.

    Raises `PackageError`.
    """
    folder = cache / pin.label
    done = folder / _DONE
    if not done.is_file() or done.read_text(encoding="ascii") != pin.sha256:
        shutil.rmtree(folder, ignore_errors=True)
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix=".download-") as temporary:
            archive = _download(pin, Path(temporary))
            unpacked = Path(temporary) / "unpacked"
            unpack(archive, unpacked)
            unpacked.rename(folder)
        done.write_text(pin.sha256, encoding="ascii")
    return Project(pin.label, folder)


def _download(pin: Pin, into: Path) -> Path:
    wanted = into / "wanted.txt"
    wanted.write_text(f"{pin.label} --hash=sha256:{pin.sha256}\n", encoding="ascii")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    options = ["--no-deps", "--ignore-requires-python", *_HOW[pin.kind]]
    done = subprocess.run(
        [*pip, *options, "--require-hashes", "--dest", str(into), "--requirement", str(wanted)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if "error" in line.lower()]
        raise PackageError(f"{pin.label}: {(errors or ['pip download failed'])[0]}")
    archives = [path for path in into.iterdir() if path != wanted and path.is_file()]
    if len(archives) != 1:
        raise PackageError(f"{pin.label}: pip left {len(archives)} files, not one")
    got = hashlib.sha256(archives[0].read_bytes()).hexdigest()
    if got != pin.sha256:
        raise PackageError(f"{pin.label}: sha256 is {got}, not {pin.sha256}")
    return archives[0]


def unpack(archive: Path, into: Path) -> None:
    """Write the regular files of a wheel or sdist below ``into``.

    Links, devices and modes are left out.  Raises `PackageError` for a name that would lead
    out of ``into``, before anything is written.
    """
    opener = _from_tar if archive.name.endswith((".tar.gz", ".tgz", ".tar")) else _from_zip
    root = os.path.normpath(into)
    names: list[tuple[str, bytes]] = []
    for name, data in opener(archive):
        target = os.path.normpath(os.path.join(root, name))
        if not target.startswith(root + os.sep):
            raise PackageError(f"{archive.name}: unsafe path in archive: {name}")
        names.append((target, data))
    for target, data in names:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as stream:
            stream.write(data)


def _from_tar(archive: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(archive) as tar:
        for member in tar:
            stream = tar.extractfile(member) if member.isfile() else None
            if stream is not None:
                # Everything in an sdist lies in one folder, `name-version`.
                yield member.name.partition("/")[2] or member.name, stream.read()


def _from_zip(archive: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(archive) as wheel:
        for info in wheel.infolist():
            if not info.is_dir():
                yield info.filename, wheel.read(info)


def projects_in(folder: Path) -> list[Project]:
    """Return the projects of a folder of checkouts, one for each visible subfolder."""
    return [
        Project(entry.name, entry)
        for entry in sorted(folder.iterdir())
        if entry.is_dir() and not entry.name.startswith(".")
    ]
