"""From the clients a receiver may be to one verdict."""

from __future__ import annotations

from migrator.analysis.constructors import Client
from migrator.analysis.facts import Host, Reason
from migrator.analysis.redirects import redirect
from migrator.analysis.scopes import Module

_WIDEST = 60


def combined(
    module: Module, found: list[Client], trusted: tuple[str, ...], settled: bool
) -> tuple[Host, list[Reason]]:
    """Return the verdict on what a receiver may be, and the reasons.

    ``settled``: comments where the clients are built say whose they are.
    """
    place = module.source.place
    if settled and len({client.verdict for client in found}) == 1:
        first = found[0]
        here = place(first.node)
        host = Host(first.verdict, first.name, first.detail, here)
        host.settled = True
        return host, [Reason(first.code, first.detail, here, first.effect)] if first.code else []
    moved = redirect(module, trusted, {client.node for client in found})
    if moved is not None and any(client.verdict == "openai" for client in found):
        reason = Reason(moved.code, moved.detail, place(moved.node), moved.effect)
        return Host(moved.verdict, found[0].name, moved.detail, place(found[0].node)), [reason]
    first = found[0]
    ours = [client for client in found if client.verdict not in ("other", "unknown")]
    foreign = [client for client in found if client.effect == "keep"]
    if foreign and len(foreign) < len(found):
        may = _alternatives(found)
        reason = Reason("CC407", f"the receiver may be {may}", place(first.node), "block")
        names = " or ".join(sorted({client.name for client in found}))
        return Host("unknown", names, f"one of several: {may}", place(first.node)), [reason]
    worst = next((c for c in found if c.effect == "block"), None) or next(
        (c for c in found if c.effect), first
    )
    reasons: list[Reason] = []
    for client in found:
        if client.code and not any(
            r.code == client.code and r.message == client.detail for r in reasons
        ):
            reasons.append(Reason(client.code, client.detail, place(client.node), client.effect))
    chosen = worst if worst.code else (ours or found)[0]
    host = Host(chosen.verdict, chosen.name, chosen.detail, place(chosen.node))
    host.trust = chosen.trust
    return host, reasons


def _alternatives(found: list[Client]) -> str:
    """Return what a receiver may be, in a line."""
    names = sorted({client.name for client in found})
    if len(names) > 1:
        return " or ".join(names)
    details = list(dict.fromkeys(_cut(client.detail) for client in found))
    return f"{names[0]}: {' or '.join(details)}"


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else text[: _WIDEST - 3] + "..."
