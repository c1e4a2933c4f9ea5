"""Comments at a constructor that settle whose client it builds: ``# migrator: host=openai``."""

from __future__ import annotations

from migrator.analysis.constructors import Client
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import FUNCTIONS, ast
from migrator.documents.hostwords import WORDS, host_word, may_hold

# An Azure address, or a library in between, is no question of the host.
_NOT_HOSTS = ("CC406", "CC408")


def said(module: Module, client: Client) -> Client | None:
    """Return the client that a comment where it is built says it is, else None.

    A comment with another word becomes part of the evidence, so that its author sees it.
    """
    node = client.node
    if not hasattr(node, "lineno"):
        return None
    data = module.source.file_of(node)
    if not may_hold(data):
        return None
    place = module.source.place(node)
    last = place.line if isinstance(node, (*FUNCTIONS, ast.ClassDef)) else place.end_line
    table = _table(module, place.path, data)
    word = next((table[line] for line in range(place.line, last + 1) if line in table), "")
    detail = f"the comment `# migrator: host={word}` says so"
    if word == "other":
        return Client("other", client.name, detail, node, "CC402", "keep")
    if word and word not in WORDS:
        client.detail += f" (`# migrator: host={word}` says neither openai nor other)"
    if word == "openai" and client.code not in _NOT_HOSTS:
        azure = client.verdict.startswith("azure")
        return Client(client.verdict if azure else "openai", client.name, detail, node)
    return None


def _table(module: Module, path: str, data: bytes) -> dict[int, str]:
    """Return what comments say of each line of one file."""
    key = ("host comments", path)
    table = module.memo.get(key)
    if table is None:
        # Few files hold such a comment.
        from migrator.documents.comments import comments

        table = {
            line: word
            for comment in comments(data.decode("utf-8"))
            if (word := host_word(comment.text)) is not None
            for line in comment.lines
        }
        module.memo[key] = table
    assert isinstance(table, dict)
    return table
