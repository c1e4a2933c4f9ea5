"""State: what the server remembers, and the real errors when it does not."""

from __future__ import annotations

from typing import Any

import openai
import pytest

from migrator.verification.emulator import Emulator

MODEL = "gpt-4o"
TOOL: Any = {
    "type": "function",
    "name": "f",
    "parameters": {"type": "object", "properties": {}},
    "strict": False,
}


def test_chain_means_the_full_history(emulator: Emulator, client: openai.OpenAI) -> None:
    first = client.responses.create(
        model=MODEL, input=[{"role": "system", "content": "S"}, {"role": "user", "content": "one"}]
    )
    second = client.responses.create(model=MODEL, input="two", previous_response_id=first.id)
    third = client.responses.create(model=MODEL, input="three", previous_response_id=second.id)
    messages: Any = [
        {"role": "system", "content": "S"},
        {"role": "user", "content": "one"},
        {"role": "assistant", "content": first.output_text},
        {"role": "user", "content": "two"},
        {"role": "assistant", "content": second.output_text},
        {"role": "user", "content": "three"},
    ]
    chat = client.chat.completions.create(model=MODEL, messages=messages)
    assert third.output_text == chat.choices[0].message.content
    assert third.previous_response_id == second.id
    assert emulator.journal[2].conversation == emulator.journal[3].conversation


def test_a_response_may_have_several_successors(client: openai.OpenAI) -> None:
    root = client.responses.create(model=MODEL, input="root")
    texts = [
        client.responses.create(model=MODEL, input=text, previous_response_id=root.id).output_text
        for text in ("a", "b", "a")
    ]
    assert texts[0] == texts[2] != texts[1]


def test_instructions_and_tools_are_not_remembered(
    emulator: Emulator, client: openai.OpenAI
) -> None:
    first = client.responses.create(model=MODEL, input="one", instructions="S", tools=[TOOL])
    client.responses.create(model=MODEL, input="two", previous_response_id=first.id)
    meaning = emulator.journal[1].conversation
    assert meaning is not None
    assert [turn.role for turn in meaning.turns] == ["user", "assistant", "user"]  # type: ignore
    assert meaning.tools == ()


def test_unknown_or_unstored_previous_response_is_a_400(client: openai.OpenAI) -> None:
    unstored = client.responses.create(model=MODEL, input="x", store=False)
    assert unstored.store is False  # type: ignore[attr-defined]
    for id_ in ("resp_nope", unstored.id):
        with pytest.raises(openai.BadRequestError) as caught:
            client.responses.create(model=MODEL, input="y", previous_response_id=id_)
        assert caught.value.code == "previous_response_not_found"
        assert caught.value.param == "previous_response_id"
        assert f"Previous response with id '{id_}' not found." in caught.value.message
        with pytest.raises(openai.NotFoundError, match=f"Response with id '{id_}' not found"):
            client.responses.retrieve(id_)


def test_retrieve_input_items_delete(client: openai.OpenAI) -> None:
    made = client.responses.create(
        model=MODEL, input=[{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]
    )
    assert client.responses.retrieve(made.id).to_dict() == made.to_dict()
    items = client.responses.input_items.list(made.id).data
    assert [item.content[0].text for item in items] == ["b", "a"]  # type: ignore[union-attr]
    ordered = client.responses.input_items.list(made.id, order="asc").data
    assert [item.id for item in ordered] == [item.id for item in reversed(items)]
    client.responses.delete(made.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(made.id)
    with pytest.raises(openai.BadRequestError):
        client.responses.create(model=MODEL, input="y", previous_response_id=made.id)


def test_tool_loop_through_a_chain(client: openai.OpenAI) -> None:
    first = client.responses.create(model=MODEL, input="[[call:f]]", tools=[TOOL])
    (call,) = first.output
    assert call.type == "function_call"
    with pytest.raises(openai.BadRequestError, match="No tool output found for function call"):
        client.responses.create(
            model=MODEL, input="go on", previous_response_id=first.id, tools=[TOOL]
        )
    output: Any = {"type": "function_call_output", "call_id": call.call_id, "output": "7"}
    second = client.responses.create(
        model=MODEL, input=[output], previous_response_id=first.id, tools=[TOOL]
    )
    assert second.output_text
    bad: Any = {**output, "call_id": call.id}
    with pytest.raises(openai.BadRequestError, match="No tool call found for function call output"):
        client.responses.create(
            model=MODEL, input=[bad], previous_response_id=first.id, tools=[TOOL]
        )


def test_manual_tool_loop_of_a_reasoning_model(emulator: Emulator, client: openai.OpenAI) -> None:
    """``input += response.output`` works without storage, and means what the chat loop means."""
    items: Any = [{"role": "user", "content": "[[call:f]]"}]
    first = client.responses.create(model="o4-mini", input=items, tools=[TOOL], store=False)
    assert [item.type for item in first.output] == ["reasoning", "function_call"]
    items += first.output
    items.append(
        {"type": "function_call_output", "call_id": first.output[1].call_id, "output": "7"}  # type: ignore
    )
    second = client.responses.create(model="o4-mini", input=items, tools=[TOOL], store=False)
    assert second.output_text
    messages: Any = [{"role": "user", "content": "[[call:f]]"}]
    tools: Any = [{"type": "function", "function": {k: TOOL[k] for k in ("name", "parameters")}}]
    chat = client.chat.completions.create(model="o4-mini", messages=messages, tools=tools)
    message = chat.choices[0].message
    messages.append(message)
    messages.append({"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "7"})  # type: ignore
    answer = client.chat.completions.create(model="o4-mini", messages=messages, tools=tools)
    assert answer.choices[0].message.content == second.output_text
    digests = [entry.conversation.digest for entry in emulator.journal if entry.conversation]
    assert digests[:2] == digests[2:]


def test_reasoning_items_are_kept_with_what_follows(client: openai.OpenAI) -> None:
    first = client.responses.create(model="o4-mini", input="[[call:f]]", tools=[TOOL])
    reasoning, call = (item.to_dict() for item in first.output)
    output: Any = {"type": "function_call_output", "call_id": call["call_id"], "output": "7"}

    def follow_up(*items: Any) -> Any:
        return client.responses.create(
            model="o4-mini", input=[{"role": "user", "content": "x"}, *items], tools=[TOOL]
        )

    assert follow_up(reasoning, call, output).output_text
    with pytest.raises(openai.BadRequestError, match="without its required 'reasoning' item"):
        follow_up(call, output)
    with pytest.raises(openai.BadRequestError, match="without its required following item"):
        follow_up(reasoning)
    without_id = {key: value for key, value in call.items() if key != "id"}
    assert follow_up(without_id, output).output_text


def test_unstored_reasoning_needs_its_encrypted_content(client: openai.OpenAI) -> None:
    first = client.responses.create(model="o4-mini", input="hi", store=False)
    reasoning, message = (item.to_dict() for item in first.output)
    assert reasoning.pop("encrypted_content")
    with pytest.raises(openai.NotFoundError, match="Items are not persisted when `store`"):
        client.responses.create(model="o4-mini", input=[reasoning, message], store=False)  # type: ignore


def test_item_references(client: openai.OpenAI) -> None:
    first = client.responses.create(model=MODEL, input="one")
    message: Any = first.output[0]
    user: Any = {"role": "user", "content": "two"}
    by_id = client.responses.create(
        model=MODEL, input=[{"type": "item_reference", "id": message.id}, user]
    )
    bare: Any = {"id": message.id}
    assert client.responses.create(model=MODEL, input=[bare, user]).output_text == by_id.output_text
    spelled: Any = {"role": "assistant", "content": first.output_text}
    in_full = client.responses.create(model=MODEL, input=[spelled, user])
    assert in_full.output_text == by_id.output_text
    with pytest.raises(openai.NotFoundError, match="Item with id 'msg_nope' not found"):
        client.responses.create(model=MODEL, input=[{"type": "item_reference", "id": "msg_nope"}])


def conversations(client: openai.OpenAI) -> Any:
    resource = getattr(client, "conversations", None)
    if resource is None:
        pytest.skip("this SDK has no conversations")
    return resource


def test_conversation(emulator: Emulator, client: openai.OpenAI) -> None:
    resource = conversations(client)
    conversation = resource.create(
        metadata={"a": "b"}, items=[{"role": "system", "content": "S", "type": "message"}]
    )
    assert resource.retrieve(conversation.id).metadata == {"a": "b"}
    first = client.responses.create(model=MODEL, input="one", conversation=conversation.id)
    assert first.conversation is not None and first.conversation.id == conversation.id
    client.responses.create(model=MODEL, input="two", conversation={"id": conversation.id})
    roles = [turn.role for turn in emulator.journal[-1].conversation.turns]  # type: ignore
    assert roles == ["system", "user", "assistant", "user"]
    assert len(resource.items.list(conversation.id, order="asc").data) == 5
    with pytest.raises(openai.NotFoundError, match="Conversation with id 'conv_x' not found"):
        client.responses.create(model=MODEL, input="x", conversation="conv_x")
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.create(
            model=MODEL, input="x", conversation="conv_x", previous_response_id="resp_x"
        )
    assert caught.value.code == "mutually_exclusive_parameters"
    resource.delete(conversation.id)
    with pytest.raises(openai.NotFoundError):
        resource.retrieve(conversation.id)


def test_unknown_prompt_is_a_404(client: openai.OpenAI) -> None:
    if openai.VERSION < "2":
        pytest.skip("not in this SDK's types")
    with pytest.raises(openai.NotFoundError, match="Prompt with id 'pmpt_x' not found"):
        client.responses.create(model=MODEL, prompt={"id": "pmpt_x"})


def test_background(client: openai.OpenAI) -> None:
    if openai.VERSION < "2":
        pytest.skip("not in this SDK's types")
    queued = client.responses.create(model=MODEL, input="hi", background=True)
    assert (queued.status, queued.output) == ("queued", [])
    assert client.responses.retrieve(queued.id).status == "completed"
    with pytest.raises(openai.BadRequestError, match="Background mode requires"):
        client.responses.create(model=MODEL, input="hi", background=True, store=False)
    replay = list(client.responses.retrieve(queued.id, stream=True, starting_after=2))
    assert replay[0].sequence_number == 3
    assert replay[-1].type == "response.completed"


def test_stored_chat_completions(client: openai.OpenAI) -> None:
    if not hasattr(client.chat.completions, "retrieve"):
        pytest.skip("this SDK has no stored chat completions")
    messages: Any = [{"role": "user", "content": "hi"}]
    kept = client.chat.completions.create(
        model=MODEL, messages=messages, store=True, metadata={"k": "v"}
    )
    dropped = client.chat.completions.create(model=MODEL, messages=messages)
    listed = client.chat.completions.list(metadata={"k": "v"}).data
    assert [entry.id for entry in listed] == [kept.id]
    client.chat.completions.update(kept.id, metadata={"k": "w"})
    assert client.chat.completions.list(metadata={"k": "v"}).data == []
    sent = client.chat.completions.messages.list(kept.id).data
    assert [message.content for message in sent] == ["hi"]
    assert client.chat.completions.delete(kept.id).deleted
    for id_ in (kept.id, dropped.id):
        with pytest.raises(openai.NotFoundError):
            client.chat.completions.retrieve(id_)


def test_models(client: openai.OpenAI) -> None:
    assert "gpt-4o" in [model.id for model in client.models.list()]
    assert client.models.retrieve("ft:gpt-4o:me::1").id == "ft:gpt-4o:me::1"
