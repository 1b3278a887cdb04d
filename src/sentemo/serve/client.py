"""A client with the interface of a model: the same types in and out, no torch needed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from sentemo.adaptation.adaptation import Adaptation
from sentemo.errors import BadInput, MissingExtra, SentemoError, UsageError
from sentemo.explanation.explanation import Explanation, Influence, NearExample, TurnExplanation
from sentemo.labeler import Predicting
from sentemo.shares import check_sensitivity
from sentemo.types import Conversation, LabelSet, Prediction, TurnPrediction, Utterance

if TYPE_CHECKING:
    import httpx2
    from websockets.sync.client import ClientConnection


class Client(Predicting):
    """A served model; it is a `Labeler`. Safe to use from several threads."""

    def __init__(
        self,
        url: str = "http://127.0.0.1:8000",
        *,
        model: str | None = None,
        key: str | None = None,
        causal: bool = False,
        sensitivity: float = 0.0,
        timeout_s: float = 120.0,
        patience_s: float = 30.0,
    ) -> None:
        """Set the server's URL, and one of its models (by default the server's default).

        `sensitivity` is subtracted from the log-odds of neutral in `predict` and in live conversations
        (`sentemo.shares`); explanations ignore it.
        `timeout_s` is the timeout of one reply, `patience_s` how long to retry while the server is busy.
        """
        try:
            import httpx2
        except ModuleNotFoundError:
            raise MissingExtra("The client", "serve") from None
        check_sensitivity(sensitivity)
        self.sensitivity = sensitivity
        self.url, self.model, self.causal = url.rstrip("/"), model, causal
        self.timeout_s, self.patience_s, self._key = timeout_s, patience_s, key
        headers = {} if key is None else {b"Authorization": b"Bearer " + key.encode()}
        self._http = httpx2.Client(base_url=self.url, headers=headers, timeout=timeout_s, trust_env=False)

    @property
    def labels(self) -> LabelSet:
        """The model's labels."""
        card = self._card()
        return LabelSet(tuple(card["labels"]), card["neutral"])

    @property
    def adaptation(self) -> Adaptation | None:
        """The results of the adaptation; None for a model that wasn't adapted."""
        found = self._card()["adapted"]
        return None if found is None else Adaptation.from_json(found)

    def models(self) -> list[str]:
        """Return the names of the server's models."""
        return [each["name"] for each in self._ask("GET", "/v1/models")["models"]]

    def label(self, conversations: Sequence[Conversation]) -> list[Prediction]:
        """Label every turn, in as many requests as needed."""
        found: list[Prediction] = []
        for part in self._parts(conversations):
            asked = {"conversations": [_talk(each) for each in part], "causal": self.causal}
            replies = self._ask("POST", "/v1/predict", asked | self._named() | self._moved)["conversations"]
            found += [_prediction(talk, reply["turns"]) for talk, reply in zip(part, replies, strict=True)]
        return found

    def explain(self, conversation: Conversation, *, neighbours: int = 3, reach: int = 8) -> Explanation:
        """Explain the label of each turn."""
        asked = {"conversation": _talk(conversation), "neighbours": neighbours, "reach": reach, "causal": self.causal}
        reply = self._ask("POST", "/v1/explain", asked | self._named())
        turns = zip(conversation, reply["turns"], strict=True)
        return Explanation(conversation.id, tuple(_explained(said, turn) for said, turn in turns))

    def adapt(
        self,
        name: str,
        examples: Sequence[Conversation],
        *,
        labels: Literal["tags", "extend", "replace"] = "replace",
        descriptions: Mapping[str, str] | None = None,
    ) -> Client:
        """Let the server learn labels or tags from examples; return a client for the new model."""
        asked = {"name": name, "labels": labels, "examples": [_example(each) for each in examples]}
        named = {} if self.model is None else {"base": self.model}
        self._ask("POST", "/v1/adapt", asked | named | {"descriptions": dict(descriptions or {})})
        return Client(
            self.url,
            model=name,
            key=self._key,
            causal=self.causal,
            sensitivity=self.sensitivity,
            timeout_s=self.timeout_s,
            patience_s=self.patience_s,
        )

    def remove(self, name: str) -> None:
        """Remove an adapted model."""
        self._ask("DELETE", f"/v1/models/{quote(name, safe='')}")

    @contextmanager
    def live(self) -> Iterator[LiveClient]:
        """Start a conversation whose turns are labelled as they arrive; it ends with the block."""
        from websockets.exceptions import WebSocketException
        from websockets.sync.client import connect

        address = self.url.replace("http", "ws", 1) + "/v1/live"
        named = "" if self.model is None else f"?model={quote(self.model, safe='')}"
        try:
            with connect(address + named, open_timeout=self.timeout_s, proxy=None) as connection:
                if self._key is not None:
                    connection.send(json.dumps({"key": self._key}))
                yield LiveClient(connection, self.timeout_s, self._moved)
        except (OSError, WebSocketException) as error:
            raise _unreachable(self.url, error) from error

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _card(self) -> dict[str, Any]:
        card: dict[str, Any] = self._ask("GET", "/v1/model", params={} if self.model is None else {"name": self.model})
        return card

    @property
    def _moved(self) -> dict[str, float]:
        return {"sensitivity": self.sensitivity} if self.sensitivity else {}

    def _named(self) -> dict[str, str]:
        return {} if self.model is None else {"model": self.model}

    def _parts(self, conversations: Sequence[Conversation]) -> Iterator[list[Conversation]]:
        limits = self._ask("GET", "/v1/models")["limits"] if len(conversations) > 1 else {}
        part: list[Conversation] = []
        turns = 0
        for talk in conversations:
            if part and (len(part) == limits["conversations"] or turns + len(talk) > limits["turns"]):
                yield part
                part, turns = [], 0
            part.append(talk)
            turns += len(talk)
        if part:
            yield part

    def _ask(self, method: str, path: str, body: Any = None, params: Mapping[str, str] | None = None) -> Any:
        """Send a request, retrying while the server is busy, and return the reply's JSON."""
        import httpx2

        until = time.monotonic() + self.patience_s
        while True:
            try:
                reply = self._http.request(method, path, json=body, params=params)
            except UnicodeEncodeError:
                raise BadInput("A name, id or label contains a lone surrogate", "Decode it as UTF-8 first") from None
            except httpx2.HTTPError as error:
                raise _unreachable(self.url, error) from error
            if reply.status_code != 429 or time.monotonic() > until:
                return _content(reply)
            time.sleep(float(reply.headers.get("Retry-After", 1)))


class LiveClient:
    """One live conversation."""

    def __init__(self, connection: ClientConnection, timeout_s: float, more: Mapping[str, float]) -> None:
        self._connection, self._timeout_s, self._more = connection, timeout_s, more

    def add(self, speaker: str, text: str) -> TurnPrediction:
        """Label the next turn."""
        said = Utterance(text, speaker)
        said.check()
        self._connection.send(json.dumps({"speaker": speaker, "text": text, **self._more}))
        reply = json.loads(self._connection.recv(self._timeout_s))
        if "error" in reply:
            raise _refused(422, reply["error"])
        return _turn(said, reply)


def _content(reply: httpx2.Response) -> Any:
    if reply.status_code == 204:
        return None
    try:
        value = reply.json()
        if reply.is_success:
            return value
        error = value["error"]
    except (ValueError, KeyError, TypeError):
        raise SentemoError(
            f"The server's reply isn't sentemo's (status {reply.status_code})", "Is the address right?"
        ) from None
    raise _refused(reply.status_code, error)


def _refused(status: int, error: Mapping[str, Any]) -> SentemoError:
    cause = f"{error['where']}: {error['cause']}" if error["where"] else str(error["cause"])
    if status in (413, 422):
        return BadInput(cause, error["next_step"])
    return (UsageError if status < 429 else SentemoError)(cause, error["next_step"])


def _unreachable(url: str, error: Exception) -> SentemoError:
    return SentemoError(f"{url} doesn't answer ({type(error).__name__})", "Is the server running? sentemo serve")


def _talk(conversation: Conversation) -> dict[str, Any]:
    conversation.check()
    turns = [{"speaker": turn.speaker, "text": turn.text} for turn in conversation]
    return {"id": conversation.id, "turns": turns}


def _example(conversation: Conversation) -> dict[str, Any]:
    turns = [
        {"speaker": turn.speaker, "text": turn.text} | ({} if turn.label is None else {"label": turn.label})
        for turn in conversation
    ]
    return {"id": conversation.id, "turns": turns}


def _prediction(talk: Conversation, turns: Sequence[Mapping[str, Any]]) -> Prediction:
    pairs = zip(talk, turns, strict=True)
    return Prediction(talk.id, tuple(_turn(said, turn) for said, turn in pairs))


def _turn(said: Utterance, reply: Mapping[str, Any]) -> TurnPrediction:
    label, score, shares = reply["label"], reply["score"], reply["probabilities"]
    return TurnPrediction.of(said, label, score, shares, tags=reply.get("tags", {}))


def _explained(said: Utterance, reply: Mapping[str, Any]) -> TurnExplanation:
    return TurnExplanation(
        _turn(said, reply),
        tuple(NearExample(**near) for near in reply["nearest"]),
        reply["prototypes"],
        tuple(Influence(**other) for other in reply["influences"]),
    )
