"""How other files of a project name a module."""

from __future__ import annotations

import os

# How far before a dotted string the function that takes it is looked for.
_REACH = 80
# What finds modules whose names a file need not spell out.
_LOADERS = (
    b"import_module(", b"__import__(", b"sys.modules[", b"sys.modules.get(", b"exec_module(",
    b"load_module(", b"run_path(", b"run_module(",
)  # fmt: skip


class Home:
    """The module at one path, as imports and dotted strings spell it."""

    __slots__ = ("stem", "package", "packaged", "is_package", "word")

    def __init__(self, path: str) -> None:
        folder, name = os.path.split(path)
        stem = name[:-3] if name.endswith(".py") else name
        self.is_package = stem == "__init__"
        if self.is_package:
            folder, stem = os.path.split(folder)
        self.stem = os.fsencode(stem)
        self.package = os.fsencode(os.path.basename(folder))
        self.packaged = os.path.exists(os.path.join(folder, "__init__.py"))
        # Every file that names the module holds this.
        self.word = b"import" if self.is_package else self.stem

    def named_in(self, data: bytes) -> bool:
        """Return whether ``data`` imports the module or names it in a dotted path."""
        if self.is_package and b"from . import" in data:
            return True
        if self.stem not in data:
            return False
        if any(
            self._in_line(line.strip(), data) for line in data.splitlines() if self.stem in line
        ):
            return True
        return not self.packaged and self._patched(data)

    def loaded_in(self, data: bytes) -> bool:
        """Return whether ``data``, which loads modules by name, may mean this one.

        The name may be put together; its own or its package's part stands somewhere.
        """
        return holds(data, self.stem) or (bool(self.package) and holds(data, self.package))

    def _in_line(self, text: bytes, data: bytes) -> bool:
        if holds(text, self.package + b"." + self.stem):
            return True
        if text.startswith(b"from .") and holds(text, b"." + self.stem):
            return True
        if text.rstrip(b",") == self.stem:
            # One line of an import list in parentheses.
            return holds(data, self.package) or b"from . import" in data
        words = text.replace(b",", b" ").split()
        if len(words) < 2 or words[0] not in (b"from", b"import"):
            return False
        if words[0] == b"import":
            firsts = [word.split(b".", 1)[0] for word in words[1:]]
            return not self.packaged and self.stem in firsts
        if words[1] == self.stem:
            return not self.packaged
        source = words[1].rsplit(b".", 1)[-1]
        return source in (self.package, b"") and holds(text, self.stem)

    def _patched(self, data: bytes) -> bool:
        """Return whether a dotted string that begins with the module is a patch target."""
        for mark in (b"'", b'"'):
            for end in (b".", mark):
                at = data.find(mark + self.stem + end)
                while at >= 0:
                    before = data[max(0, at - _REACH) : at]
                    if any(word in before for word in (b"patch", b"setattr", b"import_module")):
                        return True
                    at = data.find(mark + self.stem + end, at + 1)
        return False


def name_in(needle: bytes) -> bytes:
    """Return the name that a needle asks for, without what has to stand around it."""
    return word_of(needle).strip(b".\"', =(").split(b" ")[0]


def loads_modules(data: bytes) -> bool:
    """Return whether ``data`` may use modules that it does not import by a statement."""
    return any(word in data for word in _LOADERS)


def reads(data: bytes, name: bytes) -> bool:
    """Return whether ``data`` reads an attribute called ``name``, or has it in quotes."""
    return holds(data, b"." + name) or b'"' + name + b'"' in data or b"'" + name + b"'" in data


def word_of(needle: bytes) -> bytes:
    """Return what a file that ``holds`` a needle must contain."""
    return needle.lstrip(b"*<")


def holds(data: bytes, needle: bytes) -> bool:
    """Return whether ``needle`` stands in ``data`` as a word of its own.

    A star in front of it asks for a receiver other than ``self`` before it; ``<`` for a class
    that derives from what is called so, here or under another name.
    """
    if needle.startswith(b"<"):
        return _derives(data, needle[1:])
    foreign = needle.startswith(b"*")
    needle = word_of(needle)
    at = data.find(needle)
    while at >= 0:
        if foreign and data[max(0, at - 4) : at].endswith((b"self", b"cls")):
            at = data.find(needle, at + 1)
            continue
        before, after = data[at - 1 : at], data[at + len(needle) : at + len(needle) + 1]
        starts = not (needle[:1].isalnum() and (before.isalnum() or before == b"_"))
        ends = not (needle[-1:].isalnum() and (after.isalnum() or after == b"_"))
        if starts and ends:
            return True
        at = data.find(needle, at + 1)
    return False


def _derives(data: bytes, name: bytes) -> bool:
    """Return whether a class in ``data`` derives from one called ``name``."""
    if not holds(data, name):
        return False
    if holds(data, name + b" as") or _handed(data, name):
        return True
    at = data.find(b"class ")
    while at >= 0:
        opened, end = data.find(b"(", at), data.find(b":", at)
        if at < opened < end and holds(data[opened:end], name):
            return True
        at = data.find(b"class ", at + 1)
    return False


def _handed(data: bytes, name: bytes) -> bool:
    """Return whether a line of ``data`` gives the class another name."""
    return any(
        b" = " in line and line.endswith((b" " + name, b"." + name))
        for line in map(bytes.rstrip, data.splitlines())
        if name in line
    )
