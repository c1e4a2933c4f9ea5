"""An in-process server that speaks Chat Completions and Responses, strictly and repeatably.

    with Emulator() as emulator:
        client = OpenAI(base_url=emulator.base_url, api_key="test")

Its answer is a function of the *meaning* of a request (:mod:`.canonical`): equal meaning gives
equal text, tool calls and token counts on both endpoints. Marks in the last user message force
branches: the grammar is in :mod:`.directives`.
"""

from .canonical import Conversation, Delivery
from .from_chat import conversation_from_chat
from .from_responses import conversation_from_responses
from .journal import Entry
from .server import Emulator, EmulatorError

__all__ = [
    "Conversation",
    "Delivery",
    "Emulator",
    "EmulatorError",
    "Entry",
    "conversation_from_chat",
    "conversation_from_responses",
]
