"""f-strings that show parts of a chunk: what is known of them is put into their text."""

from __future__ import annotations

from migrator.analysis.chunkvalues import Refused, Value, same_tree
from migrator.analysis.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.chunks import Reader
    from migrator.analysis.chunkvalues import Edits


def joined(reader: Reader, node: ast.JoinedStr) -> Value:
    """Return what an f-string is worth; raises `Refused`."""
    result = reader.parts(node)
    if not result.derived:
        return result
    texts: list[str] = []
    edits: Edits = []
    known = True
    for part in node.values:
        if not isinstance(part, ast.FormattedValue):
            texts.append(str(getattr(part, "value", "")))
            continue
        value = reader.read(part.value)
        found = reader.parts(part)
        if found.edits and not same_tree(reader.module.source.segment(part.value), part.value):
            raise Refused("CC506", "a field of an f-string can't be located exactly", node)
        plain = part.conversion == -1 and part.format_spec is None
        if plain and value.derived and value.kind == "const":
            texts.append(str(value.data))
            edits.append(_filled(reader, part, str(value.data)))
        else:
            if any("'" in text or '"' in text for _, _, text in found.edits or []):
                # Quotes inside a field are not allowed before Python 3.12.
                raise Refused("CC506", "a constant would stand inside an f-string", part)
            known = False
            edits += found.edits or []
    if known:
        start = reader.module.source.span(node)[0]
        text = reader.module.source.segment(node)
        if text[:1] in "fF" and text.count(text[1]) == 2 and "{{" not in text:
            edits.append((start, start + 1, ""))
        return Value("const", "".join(texts), edits, derived=True, names=result.names)
    return Value("unknown", None, edits, derived=True, names=result.names)


def _filled(reader: Reader, part: ast.FormattedValue, text: str) -> tuple[int, int, str]:
    """Return the edit that puts ``text`` where a field of an f-string stands."""
    source = reader.module.source
    start, end = source.span(part.value)
    before = source.utf8[:start].rstrip(b" (")
    after = source.utf8[end:].lstrip(b" )")
    simple = text.replace("_", "").replace(" ", "").isalnum() or not text
    if not before.endswith(b"{") or not after.startswith(b"}") or not simple:
        raise Refused("CC506", "a field of an f-string can't be located exactly", part)
    return len(before) - 1, len(source.utf8) - len(after) + 1, text
