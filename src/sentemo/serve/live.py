"""`/v1/live`: turns in, labels out, over a WebSocket."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import ValidationError

from sentemo.live import LiveConversation
from sentemo.serve import keys, strict_json
from sentemo.serve.errors import Refusal, from_validation
from sentemo.serve.labelling import factors, labelled
from sentemo.serve.limits import MAX_LIVE_TURNS
from sentemo.serve.models import Served
from sentemo.serve.schemas import LiveTurn
from sentemo.serve.service import Service
from sentemo.serve.worker import Job
from sentemo.shares import reweigh_turn

KEY_S = 10.0
"""Timeout for the first message, with the key."""
POLICY = 1008
"""The code for closing a WebSocket that may not continue."""
ENOUGH = Refusal(422, f"A live conversation ends after {MAX_LIVE_TURNS:,} turns", "Reconnect")


def router(service: Service) -> APIRouter:
    """Make the route."""
    routes = APIRouter()

    @routes.websocket("/v1/live")
    async def live(socket: WebSocket, model: str | None = None) -> None:
        """Label each turn as it arrives; bad input is reported, and the conversation continues."""
        try:
            served = service.models.get(model)
            talk = served.model.live()
        except Refusal as error:
            await socket.send_denial_response(error.response())
            return
        await socket.accept()
        with contextlib.suppress(WebSocketDisconnect):
            if await _has_key(service, socket):
                await _talk(service, socket, served, talk)

    return routes


async def _has_key(service: Service, socket: WebSocket) -> bool:
    """Return whether the client has the key, in its headers or its first message."""
    header = dict(socket.headers.raw).get(b"authorization")
    if service.key is None or keys.is_right(keys.of_header(header), service.key):
        return True
    try:
        async with asyncio.timeout(KEY_S):
            first = strict_json.parse(await _text(socket))
        given = first.get("key") if isinstance(first, dict) else None
    except (Refusal, TimeoutError):
        given = None
    if keys.is_right(given if isinstance(given, str) else None, service.key):
        return True
    await _send(socket, wrong_key().body())
    await socket.close(POLICY)
    return False


async def _talk(service: Service, socket: WebSocket, served: Served, talk: LiveConversation) -> None:
    while True:
        try:
            message = await _text(socket)
            if talk.turns >= MAX_LIVE_TURNS:
                await _send(socket, ENOUGH.body())
                return await socket.close(POLICY)
            reply = await _turn(service, served, talk, message)
        except Refusal as error:
            reply = error.body()
        await _send(socket, reply)


async def _turn(service: Service, served: Served, talk: LiveConversation, message: str) -> dict[str, Any]:
    try:
        said = LiveTurn.model_validate(strict_json.parse(message))
    except ValidationError as error:
        raise from_validation(error.errors(include_url=False)) from None

    factor = factors(served, said.sensitivity)

    def run(payloads: Sequence[LiveTurn]) -> list[dict[str, Any]]:
        return [_record(served, talk, turn, factor) for turn in payloads]

    job = Job(id(talk), run, said, 1)
    service.quick.submit([job])
    record: dict[str, Any] = await asyncio.wrap_future(job.future)
    return record


def _record(served: Served, talk: LiveConversation, said: LiveTurn, factor: Mapping[str, float]) -> dict[str, Any]:
    place, turn = talk.turns, talk.add(said.speaker, said.text)
    found = {"turn": place} | labelled(reweigh_turn(turn, factor) if factor else turn)
    return found if served.map is None else found | {"point": served.map.places(talk.features[None])[0]}


async def _text(socket: WebSocket) -> str:
    """Wait for a message; refuse one that is not text."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1000))
    text: str | None = message.get("text")
    if text is None:
        raise Refusal(422, "The message is binary", "Send JSON as text")
    return text


async def _send(socket: WebSocket, value: dict[str, Any]) -> None:
    await socket.send_text(json.dumps(value, ensure_ascii=False, allow_nan=False))


def wrong_key() -> Refusal:
    """401."""
    return Refusal(401, "The key is missing or wrong", "Send the operator's key", None, {"WWW-Authenticate": "Bearer"})
