"""The labeler that runs an exported model; needs onnxruntime, tokenizers and numpy, no torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np

from sentemo.artifacts.manifest import AGAIN
from sentemo.errors import BadModel
from sentemo.export.folder import DIALOGUES, NETWORK, TOKENIZER, UTTERANCES, Exported, open_exported
from sentemo.export.judge import Floats, judge
from sentemo.export.sessions import Array, Graph, padded
from sentemo.export.tokenizer import read_tokenizer
from sentemo.network.cuts import Piece, alike, grouped, pieces, stretches
from sentemo.types import Conversation, LabelSet, Prediction

BATCH_TOKENS = 512  # tokens of one batch, padding counted; larger ones leave the processor's cache
BATCH_TURNS = 1024  # turns of one batch of the network
GROUP_TURNS = 2048  # turns read at once: bounds memory on conversations and files of any length


class OnnxModel:
    """Recognise the emotion of every utterance of a conversation, with an exported model.

    `causal` reads a conversation as it comes: no later turn matters to a label.
    """

    def __init__(self, folder: Path, *, threads: int = 1, causal: bool = False, profile: Path | None = None) -> None:
        self.exported: Exported = open_exported(folder)
        self.causal = causal
        self.utterances = Graph(folder / UTTERANCES, threads, profile)
        reads = self.exported.reader_reach is not None
        self.dialogues = Graph(folder / DIALOGUES, threads, profile) if reads else None
        self.network = Graph(folder / NETWORK, threads, profile)
        if self.network.widths != self.exported.outputs:
            raise BadModel(f"{folder} has graphs that don't fit its configuration", AGAIN)
        self.tokenizer = read_tokenizer(folder / TOKENIZER, self.exported.max_tokens)

    @classmethod
    def from_pretrained(cls, folder: str | Path, *, threads: int = 1, causal: bool = False) -> OnnxModel:
        """Load a folder that `sentemo export` made; `threads` 0 takes every core.

        Raises `BadModel` for a damaged one, `MissingExtra` where onnxruntime is not installed.
        """
        return cls(Path(folder), threads=threads, causal=causal)

    @property
    def labels(self) -> LabelSet:
        """The labels that it gives."""
        return self.exported.label_set

    @property
    def facts(self) -> dict[str, Any]:
        """What the training of the model that it was made of recorded."""
        return self.exported.facts

    @property
    def form(self) -> str:
        """The form in a few words."""
        return f"exported in {self.exported.precision}"

    @property
    def reach(self) -> int:
        """Turns, on either side, that can influence a turn's label."""
        return (self.exported.reader_reach or 0) + self.exported.network_reach

    @overload
    def predict(self, conversations: Conversation) -> Prediction: ...
    @overload
    def predict(self, conversations: Sequence[Conversation]) -> list[Prediction]: ...
    def predict(self, conversations: Conversation | Sequence[Conversation]) -> Prediction | list[Prediction]:
        """Label every turn. A conversation's labels don't depend on what else is in the call."""
        if isinstance(conversations, Conversation):
            return self.predict([conversations])[0]
        for conversation in conversations:
            conversation.check()
        rule = self.exported.rule
        judged: list[list[tuple[Floats, Array]]] = [[] for _ in conversations]
        for group in grouped(pieces([len(each) for each in conversations], self.reach), GROUP_TURNS):
            for piece, outputs in zip(group, self._score(conversations, group), strict=True):
                kept = slice(piece.start - piece.first, piece.stop - piece.first)
                scores, *added = (output[kept] for output in outputs)
                judged[piece.dialogue].append(judge(scores, added[0] if added else None, rule))
        return [
            Prediction.of(conversation, self.labels, shares.tolist(), tops.tolist())
            for conversation, parts in zip(conversations, judged, strict=True)
            for shares, tops in [map(np.concatenate, zip(*parts, strict=True))]
        ]

    def _score(self, conversations: Sequence[Conversation], group: Sequence[Piece]) -> list[list[Array]]:
        """N pieces -> N lists of the network's outputs, (T,O) and (T,A)."""
        texts = [[turn.text for turn in conversations[p.dialogue].turns[p.first : p.last]] for p in group]
        numbers = {p.dialogue: np.array(conversations[p.dialogue].speaker_numbers()) for p in group}
        speakers = [numbers[p.dialogue][p.first : p.last] for p in group]
        embeddings = self._embed(texts, speakers)
        found: list[list[Array]] = [[] for _ in group]
        for rows in alike([len(each) for each in embeddings], BATCH_TURNS):
            outputs = self.network(
                utterances=padded([embeddings[row] for row in rows]),
                speakers=padded([speakers[row] for row in rows]),
                lengths=np.array([len(embeddings[row]) for row in rows]),
                first_turn=np.array([group[row].first for row in rows]),
                causal=np.array(self.causal),
            )
            for place, row in enumerate(rows):
                found[row] = [output[place, : len(embeddings[row])] for output in outputs]
        return found

    def _embed(self, dialogues: Sequence[Sequence[str]], speakers: Sequence[Array]) -> list[Array]:
        """N dialogues of T texts, N arrays (T,) -> N arrays (T,E); each distinct text is read alone once."""
        texts = list(dict.fromkeys(text for dialogue in dialogues for text in dialogue))
        place = {text: number for number, text in enumerate(texts)}
        tokens = [np.array(encoding.ids) for encoding in self.tokenizer.encode_batch(texts)]
        alone = self._read_alone(tokens)
        states = [[alone[place[text]] for text in dialogue] for dialogue in dialogues]
        if self.dialogues is None:
            return [np.stack(each) for each in states]
        return self._read_jointly(self.dialogues, states, speakers)

    def _read_alone(self, tokens: Sequence[Array]) -> list[Array]:
        """N utterances, arrays (L,) -> their tokens' states (L,E), or their embeddings (E,)."""
        found: list[Array] = [np.empty(0)] * len(tokens)
        lengths = [len(each) for each in tokens]
        for rows in alike(lengths, BATCH_TOKENS):
            counts = np.array([lengths[row] for row in rows])
            [batch] = self.utterances(tokens=padded([tokens[row] for row in rows]), lengths=counts)
            for row, states in zip(rows, batch, strict=True):
                found[row] = states[: lengths[row]] if states.ndim == 2 else states
        return found

    def _read_jointly(
        self, graph: Graph, dialogues: Sequence[Sequence[Array]], speakers: Sequence[Array]
    ) -> list[Array]:
        """N dialogues of T utterances, states (L,E) of their tokens, N arrays (T,) -> N arrays (T,E)."""
        lengths = [[len(states) for states in dialogue] for dialogue in dialogues]
        reach = self.exported.reader_reach or 0
        cuts = [cut for place, each in enumerate(lengths) for cut in stretches(place, each, reach, self.causal)]
        sizes = [sum(lengths[cut.dialogue][cut.first : cut.last]) for cut in cuts]
        found = [np.empty((len(dialogue), self.exported.width), np.float32) for dialogue in dialogues]
        for places in alike(sizes, BATCH_TOKENS):
            batch = [cuts[place] for place in places]
            turns = [lengths[c.dialogue][c.first : c.last] for c in batch]
            [embeddings] = graph(
                states=padded([np.concatenate(dialogues[c.dialogue][c.first : c.last]) for c in batch]),
                turns=padded([np.repeat(np.arange(len(each)), each) for each in turns], -1),
                speakers=padded([speakers[c.dialogue][c.first : c.last] for c in batch]),
                causal=np.array(self.causal),
            )
            for cut, rows in zip(batch, embeddings, strict=True):
                found[cut.dialogue][cut.start : cut.stop] = rows[cut.start - cut.first : cut.stop - cut.first]
        return found
