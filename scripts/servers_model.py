"""Make a tiny language model of random weights: ``python servers_model.py OUT.gguf``.

Runs in the servers' environment (numpy and gguf).  The same file comes out every time.  What it
says is noise; what matters is that any change of the prompt changes it, and that it

* writes letters, digits and JSON's signs only, and ends its turns by itself;
* begins an answer with a tool call exactly when the prompt offers tools and holds no tool's
  result yet.

Both are wired in by hand, on directions of the residual stream that random weights leave alone.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import gguf
import numpy as np

HEADS, HEAD_SIZE, LAYERS, INNER = 6, 16, 2, 192
WIDTH = HEADS * HEAD_SIZE
CONTEXT = 16384

END_OF_TEXT, START, END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
ASSISTANT = f"{START}assistant\n"
CALL = '<tool_call>\n{"name": "'
CALL_END = "</tool_call>"
TOOLS, TOOLS_END = "<tools>", "</tools>"
RESULT, RESULT_END = "<tool_response>", "</tool_response>"
CONTROL = (END_OF_TEXT, START, END)
WORDS = (ASSISTANT, TOOLS, TOOLS_END, CALL, CALL_END, RESULT, RESULT_END)
MERGES = ("t h", "th e", "i n", "a n", "e r", "o n", "Ġ t", "Ġ a")

TEMPLATE = r"""
{%- set first = messages[0] -%}
{%- set system = first.content if first.role == 'system' else none -%}
{%- if tools -%}
  {{- '<|im_start|>system\n' -}}
  {%- if system is not none %}{{ system + '\n\n' }}{% endif -%}
  {{- '# Tools\n<tools>' -}}
  {%- for tool in tools %}{{ '\n' + (tool | tojson) }}{% endfor -%}
  {{- '\n</tools>\nAnswer with\n<tool_call>\n{"name": <name>, "arguments": <object>}\n</tool_call>'
      + '<|im_end|>\n' -}}
{%- elif system is not none -%}
  {{- '<|im_start|>system\n' + system + '<|im_end|>\n' -}}
{%- endif -%}
{%- for message in messages -%}
  {%- if message.role == 'tool' -%}
    {%- if loop.first or messages[loop.index0 - 1].role != 'tool' -%}
      {{- '<|im_start|>user' -}}
    {%- endif -%}
    {{- '\n<tool_response>\n' + message.content + '\n</tool_response>' -}}
    {%- if loop.last or messages[loop.index0 + 1].role != 'tool' %}{{ '<|im_end|>\n' }}{% endif -%}
  {%- elif message.role == 'assistant' and message.tool_calls -%}
    {{- '<|im_start|>assistant' -}}
    {%- if message.content %}{{ '\n' + message.content }}{% endif -%}
    {%- for call in message.tool_calls -%}
      {%- set called = call.function if call.function is defined else call -%}
      {{- '\n<tool_call>\n{"name": "' + called.name + '", "arguments": ' -}}
      {{- called.arguments | tojson -}}
      {{- '}\n</tool_call>' -}}
    {%- endfor -%}
    {{- '<|im_end|>\n' -}}
  {%- elif not (loop.first and message.role == 'system') -%}
    {{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' -}}
  {%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif -%}
""".strip()


class Axis(IntEnum):
    """Directions of the residual stream that mean something; all others are random."""

    ALWAYS = 0  # set for every token
    TOOLS_TOKEN = 1  # this token offers tools
    RESULT_TOKEN = 2  # this token begins a tool's result
    TURN = 3  # this token opens the assistant's turn
    TOOLS_SEEN = 4  # tools were offered before
    RESULT_SEEN = 5  # a result came before
    CALL_DONE = 6  # this token ends a call


FIRST_RANDOM = len(Axis)


def byte_signs() -> list[str]:
    """Return the printable sign that byte-level vocabularies use for each byte."""
    plain = {*range(33, 127), *range(161, 173), *range(174, 256)}
    others = iter(range(256, 512))
    return [chr(byte) if byte in plain else chr(next(others)) for byte in range(256)]


@dataclass
class Vocabulary:
    """All tokens: bytes, a few merges, control tokens, words that the template writes."""

    tokens: list[str] = field(default_factory=byte_signs)

    def __post_init__(self) -> None:
        self.tokens += [merge.replace(" ", "") for merge in MERGES]
        self.texts = len(self.tokens)
        self.tokens += [*CONTROL, *WORDS]
        self.number = {token: n for n, token in enumerate(self.tokens)}

    def types(self) -> list[Any]:
        """Return what each token is, in GGUF's terms."""
        kinds = gguf.TokenType
        return (
            [kinds.NORMAL] * self.texts
            + [kinds.CONTROL] * len(CONTROL)
            + [kinds.USER_DEFINED] * len(WORDS)
        )

    def may_be_said(self, number: int) -> bool:
        """Return whether the model may write this token of its own accord."""
        token = self.tokens[number]
        if number >= self.texts:
            return token == END
        plain = all((sign.isascii() and sign.isalnum()) or sign in "Ġ,.!?" for sign in token)
        return plain or token in '"{}[]:,'


class Weights:
    """The tensors by name, drawn from one generator in one order."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._words = vocabulary
        self._random = np.random.default_rng(0)
        self.tensors: dict[str, Any] = {"token_embd.weight": self._embeddings()}
        for layer in range(LAYERS):
            self._layer(layer)
        self.tensors["output_norm.weight"] = np.ones(WIDTH, np.float32)
        self.tensors["output.weight"] = self._outputs()

    def _drawn(self, *shape: int, spread: float) -> Any:
        return (self._random.standard_normal(shape) * spread).astype(np.float32)

    def _embeddings(self) -> Any:
        table = self._drawn(len(self._words.tokens), WIDTH, spread=1.0)
        table[:, :FIRST_RANDOM] = 0
        table[:, Axis.ALWAYS] = 1
        marks = {TOOLS: Axis.TOOLS_TOKEN, RESULT: Axis.RESULT_TOKEN, ASSISTANT: Axis.TURN,
                 CALL_END: Axis.CALL_DONE}  # fmt: skip
        for token, axis in marks.items():
            table[self._words.number[token], axis] = 1
        return table

    def _layer(self, layer: int) -> None:
        names = ("attn_q", "attn_k", "attn_v", "attn_output")
        part = {name: self._drawn(WIDTH, WIDTH, spread=0.2) for name in names}
        part["ffn_gate"] = self._drawn(INNER, WIDTH, spread=0.2)
        part["ffn_up"] = self._drawn(INNER, WIDTH, spread=0.2)
        part["ffn_down"] = self._drawn(WIDTH, INNER, spread=0.2)
        for name in ("attn_output", "ffn_down"):
            part[name][:FIRST_RANDOM] = 0  # nothing random is written on the meaningful axes
        if layer == 0:
            self._detector(part, 0, Axis.TOOLS_TOKEN, Axis.TOOLS_SEEN)
            self._detector(part, 1, Axis.RESULT_TOKEN, Axis.RESULT_SEEN)
        for name in ("attn_norm", "ffn_norm"):
            part[name] = np.ones(WIDTH, np.float32)
        for name, value in part.items():
            self.tensors[f"blk.{layer}.{name}.weight"] = value

    @staticmethod
    def _detector(part: dict[str, Any], head: int, looked_for: Axis, told: Axis) -> None:
        """Make one attention head tell every later token that ``looked_for`` came before."""
        rows = slice(head * HEAD_SIZE, (head + 1) * HEAD_SIZE)
        for name in ("attn_q", "attn_k", "attn_v"):
            part[name][rows] = 0
        part["attn_output"][:, rows] = 0
        slowest = (head + 1) * HEAD_SIZE - 2  # hardly turned by the rotary embedding
        part["attn_q"][slowest, Axis.ALWAYS] = 12
        part["attn_k"][slowest, looked_for] = 12
        part["attn_v"][head * HEAD_SIZE, looked_for] = 1
        part["attn_output"][told, head * HEAD_SIZE] = 1

    def _outputs(self) -> Any:
        table = self._drawn(len(self._words.tokens), WIDTH, spread=1.0)
        table[:, :FIRST_RANDOM] = 0
        for number in range(len(self._words.tokens)):
            if not self._words.may_be_said(number):
                self._say(table, number, {Axis.ALWAYS: -200})
        quote, end, comma = (self._words.number[token] for token in ('"', END, ","))
        table[quote, FIRST_RANDOM:] *= 3
        table[quote, Axis.ALWAYS] = 40
        self._say(table, comma, {Axis.ALWAYS: -300})  # one call at a time
        sure = 1000
        table[end, Axis.ALWAYS] = 60
        table[end, Axis.CALL_DONE] = sure
        table[end, Axis.TURN] = -sure
        self._say(table, self._words.number[CALL], {
            Axis.TURN: sure, Axis.TOOLS_SEEN: sure, Axis.RESULT_SEEN: -2 * sure,
            Axis.ALWAYS: -1.5 * sure,
        })  # fmt: skip
        self._say(table, self._words.number[CALL_END], {Axis.ALWAYS: -100})
        return table

    @staticmethod
    def _say(table: Any, number: int, when: dict[Axis, float]) -> None:
        """Make a token depend on the meaningful axes alone."""
        table[number] = 0
        for axis, value in when.items():
            table[number, axis] = value


def write(path: str) -> None:
    """Write the model file."""
    vocabulary = Vocabulary()
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("tiny-random")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(HEAD_SIZE)
    writer.add_rope_freq_base(1e8)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_file_type(0)
    writer.add_vocab_size(len(vocabulary.tokens))
    _add_tokenizer(writer, vocabulary)
    for name, value in Weights(vocabulary).tensors.items():
        writer.add_tensor(name, value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_tokenizer(writer: Any, vocabulary: Vocabulary) -> None:
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(vocabulary.tokens)
    writer.add_token_types(vocabulary.types())
    writer.add_token_merges(list(MERGES))
    writer.add_bos_token_id(vocabulary.number[END_OF_TEXT])
    writer.add_eos_token_id(vocabulary.number[END])
    writer.add_pad_token_id(vocabulary.number[END_OF_TEXT])
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)


if __name__ == "__main__":
    write(sys.argv[1])
