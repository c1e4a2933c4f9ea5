"""Whether a file records, replays or replaces HTTP, so that its calls never reach a server."""

from __future__ import annotations

# Names that only stand in files whose HTTP is intercepted: recorders, mock transports, fixtures.
INTERCEPTORS = (
    b"MockTransport", b"cassette", b"mark.vcr", b"import vcr", b"from vcr", b"respx",
    b"httpx_mock", b"httpx2_mock", b"pytest_httpx", b"requests_mock", b"aioresponses",
    b"import responses", b"responses.activate", b"pytest_recording", b"vcr_config",
    b"httpserver", b"betamax", b"aimock",
)  # fmt: skip


def interception(data: bytes) -> tuple[int, str] | None:
    """Return (line, name) of the first sign that HTTP is intercepted in ``data``, else None."""
    best: tuple[int, bytes] | None = None
    for name in INTERCEPTORS:
        at = data.find(name)
        if at >= 0 and (best is None or at < best[0]):
            best = (at, name)
    if best is None:
        return None
    return data.count(b"\n", 0, best[0]) + 1, best[1].decode()
