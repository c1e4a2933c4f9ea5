"""The one-way street between the packages, the size of modules, and what the hook may import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "migrator"
GENERATED = PACKAGE / "_tables.py"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != GENERATED)
# Verification stands beside the others and may use them all.
LAYERED = [path for path in MODULES if "verification" not in path.parts]

# Who may import whom at run time; a layer may always import itself.
BASE = {"_tables", "catalogue", "prefilter", ""}
ALLOWED = {
    "": set(),
    "_tables": set(),
    "prefilter": set(),
    "catalogue": {"_tables"},
    "files": set(),
    "config": {"files", "_tables"},
    "documents": {"files"},
    "analysis": {"documents", "files", "config", *BASE},
    "planning": {"analysis", "documents", "files", "config", *BASE},
    "rewriting": {"planning", "analysis", "documents", "files", "config", *BASE},
    "checking": {"planning", "documents", "files", "config", *BASE},
    "reporting": {"checking", "planning", "documents", "files", "config", *BASE},
    "cli": {"verification", "reporting", "checking", "planning", "files", "config", *BASE},
    "entry": {"cli", "prefilter"},
    "__main__": {"entry"},
}
# The one place where bytes come back from a plan; imported only once something is to change.
EXCEPTIONS = {("migrator/checking/fixing.py", "rewriting")}

LIGHT = [
    "entry.py", "prefilter.py", "config.py", "cli/lane.py", "cli/__init__.py",
    "checking/run.py", "checking/outcome.py", "checking/selection.py", "checking/__init__.py",
    "files/reading.py", "files/patterns.py", "files/__init__.py",
    "reporting/text.py", "reporting/__init__.py", "planning/model.py", "documents/source.py",
]  # fmt: skip
LIGHT_STDLIB = {"__future__", "sys", "os", "gc"}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def layer_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).parts
    return "" if parts == ("__init__.py",) else parts[0].removesuffix(".py")


def run_time_imports(path: Path, *, top_level: bool = False) -> Iterator[str]:
    """Yield the modules that a module imports, type checking aside."""
    pending: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            pending.extend(node.orelse)
            continue
        if top_level and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = path.relative_to(ROOT).parts[: -node.level] if node.level else ()
            module = ".".join((*above, *(node.module or "").split(".")))
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)
        pending.extend(ast.iter_child_nodes(node))


@pytest.mark.parametrize("path", LAYERED, ids=name_of)
def test_nothing_imports_upwards(path: Path) -> None:
    layer = layer_of(path)
    known = {each.name for each in PACKAGE.iterdir()}
    for module in run_time_imports(path):
        if not module.startswith("migrator."):
            continue
        target = module.split(".")[1]
        if target not in known and f"{target}.py" not in known:
            continue
        if target != layer and (name_of(path), target) not in EXCEPTIONS:
            assert target in ALLOWED[layer], f"{name_of(path)} imports {module}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_module_is_too_long(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", LIGHT)
def test_light_modules_import_next_to_nothing(name: str) -> None:
    for module in run_time_imports(PACKAGE / name, top_level=True):
        if not module.startswith("migrator"):
            assert module.split(".")[0] in LIGHT_STDLIB, f"{name} imports {module}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_rewriting_knows_libcst_and_nobody_but_verification_openai(path: Path) -> None:
    for module in run_time_imports(path):
        top = module.split(".")[0]
        if top == "libcst":
            assert layer_of(path) == "rewriting"
        if top == "openai":
            assert layer_of(path) == "verification"
