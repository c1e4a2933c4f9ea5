"""One file: from bytes to findings, groups, verdicts and edits."""

from __future__ import annotations

import sys

from migrator.analysis.presence import possible
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import parse
from migrator.documents.place import Place
from migrator.documents.source import Source, Undecodable
from migrator.planning.model import FilePlan, Problem
from migrator.planning.planner import Planner
from migrator.planning.trials import wanted
from migrator.prefilter import worth_parsing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.config import Settings


# Generated code nests deeply, long sums above all; the compiler takes it, so we do.
DEEPEST = 8000


def plan_file(path: str, data: bytes, settings: Settings) -> FilePlan:
    """Return everything known of one file; never raises for what is in ``data``.

    Verdicts that depend on other files are provisional until
    `migrator.planning.project.settle` has run.
    """
    plan = FilePlan(path)
    if len(data) > settings.max_file_size:
        message = f"{len(data)} bytes, more than `max-file-size`"
        plan.problems.append(Problem("CC903", message, Place(path, 1, 1)))
    elif worth_parsing(data):
        module = _module(path, data, plan)
        if module is not None:
            limit = sys.getrecursionlimit()
            sys.setrecursionlimit(max(limit, DEEPEST))
            try:
                Planner(module, settings, plan).run()
            except RecursionError:
                plan = FilePlan(path)
                message = "nested too deeply to be analysed"
                plan.problems.append(Problem("CC901", message, Place(path, 1, 1)))
            finally:
                sys.setrecursionlimit(limit)
                module.release()
    if b"AzureOpenAI" in data and not settings.azure_v1 and wanted(plan):
        plan.trial = plan_file(path, data, settings.updated({"azure-v1": True}, ""))
    return plan


def _module(path: str, data: bytes, plan: FilePlan) -> Module | None:
    if b"\0" in data:
        plan.problems.append(Problem("CC902", "holds NUL bytes", Place(path, 1, 1)))
        return None
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, DEEPEST))
    try:
        source = Source(path, data)
        tree = parse(source.text, path)
        return Module(source, tree) if possible(tree, source.utf8) else None
    except Undecodable as error:
        plan.problems.append(Problem("CC902", str(error), Place(path, 1, 1)))
    except SyntaxError as error:
        place = Place(path, error.lineno or 1, error.offset or 1)
        plan.problems.append(Problem("CC901", error.msg or "invalid syntax", place))
    except (RecursionError, MemoryError, ValueError) as error:
        message = str(error) or "nested too deeply to be parsed"
        plan.problems.append(Problem("CC901", message, Place(path, 1, 1)))
    finally:
        sys.setrecursionlimit(limit)
    return None
