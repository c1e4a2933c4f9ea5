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


# Words of test doubles, and of what they stand in for; a file with one of each is taken for one.
_DOUBLES = (
    b"return_value", b"side_effect", b"monkeypatch", b"mock.patch", b"@patch", b"with patch",
    b"mocker.", b"MagicMock", b"AsyncMock", b"respx", b"SimpleNamespace", b"httpx_mock",
    b"requests_mock", b"MockTransport", b"class Fake", b"class Mock", b"class Stub",
    b"class Dummy",
)  # fmt: skip
_RESULTS = (b"completions", b"ChatCompletion", b"choices")


def is_double(data: bytes) -> bool:
    """Return whether a file seems to replace chat calls or their results."""
    return any(word in data for word in _RESULTS) and any(word in data for word in _DOUBLES)
