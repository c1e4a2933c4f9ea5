"""The deployment of an Azure client as the ``model`` of its calls."""

from __future__ import annotations

from migrator.analysis.azureparts import NotMoved, variable_read, written
from migrator.analysis.reaching import bindings_of, owner_of
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast, constant_string, keyword
from migrator.analysis.values import constants, origins


def model_of(module: Module, call: ast.Call, deployment: ast.expr) -> str:
    """Return what ``call`` has to give as ``model``, "" where it does already.

    Raises `NotMoved`.  With a deployment in its constructor, the Azure client overlooks
    ``model``; a literal can give way to the deployment, a variable would lose its meaning.
    """
    model = keyword(call, "model")
    line = module.source.place(call).line
    if model is None:
        raise NotMoved(f"the `model` of the call in line {line} can't be seen")
    if _same(module, model, deployment):
        return ""
    text = _written(module, call, deployment)
    if constant_string(model) is None or not text:
        raise NotMoved(f"`azure_deployment` and the `model` in line {line} may differ")
    return text


def _same(module: Module, first: ast.expr, second: ast.expr) -> bool:
    """Return whether two expressions have the same value for sure."""
    whole, values = constants(module, first)
    known, others = constants(module, second)
    if whole and known:
        return len(set(map(repr, [*values, *others]))) == 1
    here, there = origins(module, first), origins(module, second)
    if len(here) != 1 or len(there) != 1:
        return False
    if here[0].node is there[0].node:
        return here[0].kind in ("expr", "param")
    return _reads_same(module, here[0].node, there[0].node)


def _reads_same(module: Module, first: ast.AST, second: ast.AST) -> bool:
    """Return whether two expressions read one variable of the environment, which stays."""
    read, other = variable_read(module, first), variable_read(module, second)
    if read is None or other is None or read[0] != other[0] or written(module, read[0]):
        return False
    if read[1] is None or other[1] is None:
        return read[1] is other[1]
    default = constant_string(read[1])
    return default is not None and default == constant_string(other[1])


def _written(module: Module, call: ast.Call, deployment: ast.expr) -> str:
    """Return how the deployment is spelled at ``call``, "" where it can't be."""
    text = module.source.segment(deployment)
    if constant_string(deployment):
        return text
    complete, values = constants(module, deployment)
    if isinstance(deployment, ast.Name):
        found = bindings_of(module, deployment)
        owner = owner_of(module, deployment)
        if (
            len(found) == 1
            and owner is not None
            and owner is module.scopes[module.tree_of(call)]
            and len(owner.bindings[deployment.id]) == 1
            and _sees(module, call, deployment.id)
            and (complete or _never_none(module, deployment))
        ):
            return text
    if complete and len(values) == 1 and isinstance(values[0], str) and values[0]:
        quoted = values[0]
        return f'"{quoted}"' if '"' not in quoted and "\\" not in quoted else repr(quoted)
    return ""


def _sees(module: Module, call: ast.Call, name: str) -> bool:
    """Return whether ``name`` at ``call`` is the module's."""
    scope = module.scope(call)
    root = module.scopes[module.tree_of(call)]
    while scope is not root:
        if name in scope.bindings:
            return False
        if scope.parent is None:
            return False
        scope = scope.parent
    return True


def _never_none(module: Module, node: ast.expr) -> bool:
    """Return whether a variable holds a variable of the environment that is there."""
    for origin in origins(module, node):
        read = variable_read(module, origin.node)
        if read is None or not (read[2] or constant_string(read[1])):
            return False
    return True
