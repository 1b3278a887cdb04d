"""SentEmoContext: sentence encoder, network and labels in one object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, overload

import torch
from torch import Tensor

from sentemo.artifacts.parts import ModelParts
from sentemo.artifacts.pretrained import load, push, save
from sentemo.artifacts.weights import Precision
from sentemo.encoders.encoder import Encoder
from sentemo.encoders.reader import DialogueReader
from sentemo.errors import BadInput, UsageError
from sentemo.network.decision import Decision
from sentemo.network.inference import Piece, pieces, run
from sentemo.network.network import NetworkOutput
from sentemo.types import Conversation, Prediction, TurnPrediction

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Head = Literal["classifier", "prototypes", "neighbours"]
GROUP_TURNS = 8192  # turns encoded at once: bounds memory on conversations and files of any length


@dataclass
class SentEmoContext(ModelParts):
    """Recognise the emotion of every utterance of a conversation (Gendron and Guibon 2024, figure 2).

    `causal` reads a conversation as it comes: no later turn matters to a label. `head` chooses what turns a point of
    the emotion space into scores: the trained classifier, the labels' prototypes, or the nearest stored examples.
    """

    head: Head = "classifier"
    causal: bool = False

    def __post_init__(self) -> None:
        self.network.eval()
        self._plain = Decision(len(self.labels))

    @classmethod
    def from_pretrained(
        cls, name: str | Path = "default", *, revision: str | None = None, encoder: Encoder | None = None
    ) -> SentEmoContext:
        """Load the shipped model, a folder, or a hub id at a revision.

        Raises `BadModel` for a damaged checkpoint, and for an encoder other than the one it was trained with.
        """
        parts = load(name, revision=revision, encoder=encoder)
        return cls(**vars(parts))

    def save_pretrained(
        self, folder: str | Path, *, precision: Precision = "float32", carry_encoder: bool = False
    ) -> None:
        """Write the model to a folder, whole or not at all.

        `precision` is that of the stored weights; `carry_encoder` puts a frozen encoder's own files inside. A tuned
        encoder is always there.
        """
        save(self, Path(folder), precision=precision, carry_encoder=carry_encoder)

    def push_to_hub(self, repository: str, *, private: bool = False, message: str = "Upload SentEmoContext") -> str:
        """Save and push the model; give the commit's address. A frozen encoder is named, not carried."""
        return push(self, repository, private=private, message=message)

    @overload
    def predict(self, conversations: Conversation) -> Prediction: ...
    @overload
    def predict(self, conversations: Sequence[Conversation]) -> list[Prediction]: ...
    def predict(self, conversations: Conversation | Sequence[Conversation]) -> Prediction | list[Prediction]:
        """Label every turn. A conversation's labels don't depend on what else is in the call."""
        if isinstance(conversations, Conversation):
            return self.predict([conversations])[0]
        scores: list[list[Tensor]] = [[] for _ in conversations]
        score = self._scorer()
        for piece, output in self._run(conversations):
            scores[piece.dialogue].append(score(output))
        return [
            self._prediction(conversation, torch.cat(parts))
            for conversation, parts in zip(conversations, scores, strict=True)
        ]

    def embed(self, conversations: Sequence[Conversation]) -> list[NDArray[np.float32]]:
        """Give each conversation's points in the emotion space, (T,Z), of length 1."""
        points: list[list[Tensor]] = [[] for _ in conversations]
        for piece, output in self._run(conversations):
            points[piece.dialogue].append(output.points)
        return [torch.cat(parts).numpy() for parts in points]

    def _run(self, conversations: Sequence[Conversation]) -> Iterator[tuple[Piece, NetworkOutput]]:
        """Encode and run pieces of conversations, a bounded number of turns at a time."""
        for conversation in conversations:
            check(conversation)
        reach = self.reach
        group: list[Piece] = []
        turns = 0
        for piece in pieces([len(conversation) for conversation in conversations], reach):
            group.append(piece)
            turns += piece.last - piece.first
            if turns >= GROUP_TURNS:
                yield from self._run_group(conversations, group)
                group, turns = [], 0
        if group:
            yield from self._run_group(conversations, group)

    def _run_group(
        self, conversations: Sequence[Conversation], group: Sequence[Piece]
    ) -> Iterator[tuple[Piece, NetworkOutput]]:
        texts = [[t.text for t in conversations[p.dialogue].turns[p.first : p.last]] for p in group]
        numbers = {p.dialogue: conversations[p.dialogue].speaker_numbers() for p in group}
        speakers = [torch.tensor(numbers[p.dialogue][p.first : p.last]) for p in group]
        outputs = run(
            self.network,
            self._read(texts, speakers),
            speakers,
            causal=self.causal,
            first_turns=[p.first for p in group],
        )
        for piece, output in zip(group, outputs, strict=True):
            kept = slice(piece.start - piece.first, piece.stop - piece.first)
            yield piece, NetworkOutput(output.scores[kept], output.points[kept])

    def _read(self, texts: Sequence[Sequence[str]], speakers: Sequence[Tensor]) -> list[Tensor]:
        """N pieces of T texts, N tensors (T,) -> N tensors (T,E); a frozen encoder sees each distinct text once."""
        if isinstance(self.encoder, DialogueReader):
            return self.encoder.read(texts, speakers, causal=self.causal)
        distinct = list(dict.fromkeys(text for piece in texts for text in piece))
        row = {text: place for place, text in enumerate(distinct)}
        vectors = torch.from_numpy(self.encoder.encode(distinct))
        return [vectors[[row[text] for text in piece]] for piece in texts]

    @property
    def reach(self) -> int:
        """Turns, on either side, that can influence a turn's label."""
        own = self.encoder.module.shape.reach if isinstance(self.encoder, DialogueReader) else 0
        return own + self.network.shape.reach

    def _scorer(self) -> Any:
        """What turns a network's output (T,C), (T,Z) into scores (T,C), by the chosen head."""
        if self.head == "classifier":
            return lambda output: output.scores
        if self.head not in get_args(Head):
            raise UsageError(f"There is no head {self.head!r}", f"Use one of: {', '.join(get_args(Head))}")
        head = self.prototypes if self.head == "prototypes" else self.neighbours
        if head is None:
            raise UsageError(f"This model was saved without {self.head}", "Use head='classifier'")
        return lambda output: head(output.points)

    def _prediction(self, conversation: Conversation, scores: Tensor) -> Prediction:
        decision = self.decision if self.decision is not None and self.head == "classifier" else self._plain
        probabilities = decision.probabilities(scores)
        best = decision.choose(scores).tolist()
        rows = probabilities.tolist()
        names = self.labels.names
        return Prediction(
            conversation.id,
            tuple(
                TurnPrediction(turn.speaker, turn.text, names[top], row[top], dict(zip(names, row, strict=True)))
                for turn, top, row in zip(conversation.turns, best, rows, strict=True)
            ),
        )


def check(conversation: Conversation) -> None:
    """Raise `BadInput` for a conversation that can't be read: no turn, an empty one, or text that is no Unicode."""
    if not conversation.turns:
        raise BadInput(f"Conversation {conversation.id!r} has no turn", "Give it at least one utterance")
    for place, turn in enumerate(conversation.turns, 1):
        if not turn.text.strip():
            raise BadInput(f"Turn {place} of conversation {conversation.id!r} is empty", "Remove it or fill it in")
        try:
            turn.text.encode()
        except UnicodeEncodeError:
            raise BadInput(
                f"Turn {place} of conversation {conversation.id!r} holds half a character (a lone surrogate)",
                "Decode the text as UTF-8 before passing it",
            ) from None
