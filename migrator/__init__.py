"""Find OpenAI Chat Completions usage and rewrite it to the Responses API."""

__version__ = "0.1.0"
