"""The smallest codemod for LibCST's runner: every called ``create`` becomes ``build``."""

from __future__ import annotations

import libcst
from libcst.codemod import VisitorBasedCodemodCommand


class RenameCommand(VisitorBasedCodemodCommand):
    """Rename one called method, without any metadata."""

    DESCRIPTION = "rename a called method"

    def leave_Call(self, original_node: libcst.Call, updated_node: libcst.Call) -> libcst.Call:
        function = updated_node.func
        if isinstance(function, libcst.Attribute) and function.attr.value == "create":
            renamed = function.with_changes(attr=libcst.Name("build"))
            return updated_node.with_changes(func=renamed)
        return updated_node
