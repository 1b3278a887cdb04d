"""The labeler that runs an exported model; needs onnxruntime, tokenizers and numpy, no torch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentemo.artifacts.manifest import AGAIN
from sentemo.errors import BadModel
from sentemo.export.folder import DIALOGUES, HEADS, NETWORK, TOKENIZER, UTTERANCES, Exported, open_exported
from sentemo.export.sessions import Array, Graph, padded
from sentemo.export.static_network import read_numbers
from sentemo.export.tokenizer import read_tokenizer
from sentemo.judgement import Judgement, as_prediction, judge
from sentemo.label_sets import several
from sentemo.labeler import ReadingModel
from sentemo.network.cuts import Piece, alike, grouped, pieces, stretches
from sentemo.types import Conversation, LabelSet, Prediction

BATCH_TOKENS = 512  # tokens of one batch, padding counted; larger ones leave the processor's cache
BATCH_TURNS = 1024  # turns of one batch of the network
GROUP_TURNS = 2048  # turns read at once: bounds memory on conversations and files of any length


class OnnxModel(ReadingModel):
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
        self._heads = _read_heads(folder / HEADS, self.exported) if self.exported.heads else {}

    def __repr__(self) -> str:
        return f"OnnxModel({', '.join(self.labels)}; {self.form})"

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

    def label(self, conversations: Sequence[Conversation]) -> list[Prediction]:
        """Label every turn of conversations that were checked."""
        rule = self.exported.rule
        judged: list[list[Judgement]] = [[] for _ in conversations]
        for dialogue, (_, scores, *added) in self._outputs(conversations):
            judged[dialogue].append(judge(scores, added[0] if added else None, rule))
        return [as_prediction(*each, self.labels) for each in zip(conversations, judged, strict=True)]

    @property
    def label_sets(self) -> tuple[str, ...]:
        """The names of the label sets beside its own."""
        return tuple(self._heads)

    def label_as(self, conversations: Sequence[Conversation], labels: str) -> list[Prediction]:
        """Label by another label set, of which several labels may apply to a turn."""
        weight, bias, threshold = self._heads[labels]
        found: list[list[Array]] = [[] for _ in conversations]
        for dialogue, (features, *_) in self._outputs(conversations):
            found[dialogue].append(1 / (1 + np.exp(-(features @ weight.T + bias))))
        known, thresholds = self.exported.label_sets[labels], threshold.tolist()
        return [
            several(talk, known, np.concatenate(parts).tolist(), thresholds)
            for talk, parts in zip(conversations, found, strict=True)
        ]

    def features(self, conversations: Sequence[Conversation]) -> list[NDArray[np.float32]]:
        """Return what few-shot labels are learnt on (`network/features.py`), an array (T,F) for each conversation."""
        for talk in conversations:
            talk.check()
        found: list[list[Array]] = [[] for _ in conversations]
        for dialogue, (features, *_) in self._outputs(conversations):
            found[dialogue].append(features)
        return [np.concatenate(parts) for parts in found]

    def _outputs(self, conversations: Sequence[Conversation]) -> Iterator[tuple[int, list[Array]]]:
        """Yield which conversation a piece is of, and the network's outputs for the turns that it answers."""
        for group in grouped(pieces([len(each) for each in conversations], self.reach), GROUP_TURNS):
            for piece, outputs in zip(group, self._score(conversations, group), strict=True):
                kept = slice(piece.start - piece.first, piece.stop - piece.first)
                yield piece.dialogue, [output[kept] for output in outputs]

    def _score(self, conversations: Sequence[Conversation], group: Sequence[Piece]) -> list[list[Array]]:
        """N pieces -> N lists of the network's outputs, (T,F), (T,O) and (T,A)."""
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
        if self.dialogues is None:
            cut = [np.array(tokens) for tokens in self.tokenizer.truncated(texts)]
            first = dict(zip(texts, self._read_alone(cut), strict=True))
            return [np.stack([first[text] for text in dialogue]) for dialogue in dialogues]
        parts = self.tokenizer.parts(texts)
        pieces = list(dict.fromkeys(tuple(piece) for each in parts for part in each for piece in part))
        alone = dict(zip(pieces, self._read_alone([np.array(piece) for piece in pieces]), strict=True))
        states = {
            text: [np.concatenate([alone[tuple(piece)] for piece in part]) for part in each]
            for text, each in zip(texts, parts, strict=True)
        }
        begins = [[states[text][0] for text in dialogue] for dialogue in dialogues]
        vectors = self._read_jointly(self.dialogues, begins, speakers)
        for dialogue, said in enumerate(dialogues):
            for turn, text in enumerate(said):
                if len(states[text]) > 1:  # very long: what comes after its first part is read alone
                    rest, speaker = states[text][1:], speakers[dialogue][turn : turn + 1]
                    found = self._read_jointly(self.dialogues, [[part] for part in rest], [speaker] * len(rest))
                    lengths = np.array([len(part) for part in states[text]], np.float32)
                    rows = np.concatenate([vectors[dialogue][turn : turn + 1], *found])
                    vectors[dialogue][turn] = (rows * lengths[:, None]).sum(0) / lengths.sum()
        return vectors

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


def _read_heads(path: Path, exported: Exported) -> dict[str, tuple[Array, Array, Array]]:
    """Weights (M,F), biases (M,) and thresholds (M,) of each label set beside the model's own."""
    sizes = {name: len(each) for name, each in exported.label_sets.items()}
    shapes: dict[str, tuple[int, ...]] = {}
    for name, size in sizes.items():
        shapes |= {f"{name}.weight": (size, exported.features), f"{name}.bias": (size,), f"{name}.threshold": (size,)}
    numbers = read_numbers(path, shapes)
    return {name: (numbers[f"{name}.weight"], numbers[f"{name}.bias"], numbers[f"{name}.threshold"]) for name in sizes}
