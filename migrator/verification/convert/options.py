"""Choices a caller has where the two APIs differ by default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from migrator.config import Settings


@dataclass(frozen=True)
class Options:
    """How requests are converted; the defaults are the codemod's.

    ``store``: "preserve" sends ``store=False`` where a request says nothing or null, since
    Responses stores answers unless told not to; "api-default" leaves it out.
    ``drop``: parameters without a counterpart that may be left out (``seed`` ...).
    ``system``: "instructions" moves a single leading system message of plain text there, where
    that keeps the meaning; "input" leaves every message where it is.
    ``typed_messages``: give messages ``"type": "message"``, which OpenAI accepts and some other
    servers require.
    """

    store: Literal["preserve", "api-default"] = "preserve"
    drop: frozenset[str] = frozenset()
    system: Literal["input", "instructions"] = "input"
    typed_messages: bool = False

    @classmethod
    def of(cls, settings: Settings) -> Options:
        """Return the options that the settings of a project stand for."""
        return cls(
            store="preserve" if settings.store == "preserve" else "api-default",
            drop=frozenset(settings.drop),
            system="instructions" if settings.system == "instructions" else "input",
        )
