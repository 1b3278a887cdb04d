"""Run a model on conversations of any number and length, with any runner. No torch.

Results depend neither on the other conversations in a call nor on where a long conversation is cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sentemo.batching import Array, Piece, alike, grouped, padded, pieces, stretches
from sentemo.encoders.pieces import Pieces
from sentemo.heads import Floats
from sentemo.inference.runner import Runner
from sentemo.types import Conversation

BATCH_TOKENS = 512  # tokens of one batch including padding; larger ones exceed the processor's cache
BATCH_TURNS = 1024  # turns of one batch of the network
GROUP_TURNS = 2048  # turns read at once, which limits memory on conversations and files of any length


class Output(NamedTuple):
    """The network's output for T turns."""

    features: Floats
    """(T,F), of length 1, the features that few-shot labels are learnt from."""
    scores: Floats
    """(T,C)."""

    def at(self, turns: slice) -> Output:
        """Return the output of some of the turns."""
        return Output(self.features[turns], self.scores[turns])


@dataclass(frozen=True)
class Engine:
    """Run a model on conversations, whole or causally."""

    runner: Runner
    causal: bool

    @property
    def reach(self) -> int:
        """How many turns on either side can influence a turn's label."""
        return self.runner.architecture.reach

    @property
    def reading_reach(self) -> int:
        """How many turns on either side can influence a turn's embedding."""
        return self.runner.architecture.reader_reach

    def outputs(self, conversations: Sequence[Conversation]) -> Iterator[tuple[int, Output]]:
        """Yield for each piece the position of its conversation, and the network's output for its turns."""
        for group in grouped(pieces([len(each) for each in conversations], self.reach), GROUP_TURNS):
            texts = [[turn.text for turn in conversations[p.dialogue].turns[p.first : p.last]] for p in group]
            numbers = {p.dialogue: np.array(conversations[p.dialogue].speaker_numbers()) for p in group}
            speakers = [numbers[p.dialogue][p.first : p.last] for p in group]
            found = self.score(self.read(texts, speakers), speakers, [p.first for p in group])
            for piece, output in zip(group, found, strict=True):
                yield piece.dialogue, output.at(slice(piece.start - piece.first, piece.stop - piece.first))

    def score(self, embeddings: Sequence[Array], speakers: Sequence[Array], first_turns: Sequence[int]) -> list[Output]:
        """N arrays (T,E), N arrays (T,), the positions of their first turns in their conversations -> N outputs."""
        found: dict[int, Output] = {}
        for rows in alike([len(each) for each in embeddings], BATCH_TURNS):
            features, scores = self.runner.run(
                "network",
                utterances=padded([embeddings[row] for row in rows]),
                speakers=padded([speakers[row] for row in rows]),
                lengths=np.array([len(embeddings[row]) for row in rows]),
                first_turn=np.array([first_turns[row] for row in rows]),
                causal=np.array(self.causal),
            )
            for place, row in enumerate(rows):
                length = len(embeddings[row])
                found[row] = Output(features[place, :length], scores[place, :length])
        return [found[row] for row in range(len(embeddings))]

    def read(self, dialogues: Sequence[Sequence[str]], speakers: Sequence[Array]) -> list[Array]:
        """N dialogues of T texts, N arrays (T,) of speaker numbers -> N arrays (T,E)."""
        texts = list(dict.fromkeys(text for dialogue in dialogues for text in dialogue))
        tokenizer = self.runner.tokenizer
        if tokenizer is not None and self.runner.architecture.reader is not None:
            return self._read_together(tokenizer, texts, dialogues, speakers)
        if tokenizer is None:
            vectors = self.runner.encode(texts)
        else:
            vectors = np.stack(self.read_alone([np.array(tokens) for tokens in tokenizer.truncated(texts)]))
        row = {text: place for place, text in enumerate(texts)}
        return [vectors[[row[text] for text in dialogue]] for dialogue in dialogues]

    def _read_together(
        self, tokenizer: Pieces, texts: Sequence[str], dialogues: Sequence[Sequence[str]], speakers: Sequence[Array]
    ) -> list[Array]:
        """Read dialogues jointly; a very long text is the mean of its first part, read in context, and the rest."""
        states = dict(zip(texts, self.states(tokenizer, texts), strict=True))
        begins = [[states[text][0] for text in dialogue] for dialogue in dialogues]
        vectors = self.read_jointly(begins, speakers)
        for dialogue, said in enumerate(dialogues):
            for turn, text in enumerate(said):
                if len(states[text]) > 1:
                    speaker = speakers[dialogue][turn : turn + 1]
                    vectors[dialogue][turn] = self.merged(vectors[dialogue][turn], states[text], speaker)
        return vectors

    def states(self, tokenizer: Pieces, texts: Sequence[str]) -> list[list[Array]]:
        """N texts -> the parts of each, states (L,E) of tokens read alone; equal pieces are read once."""
        parts = tokenizer.parts(texts)
        distinct = list(dict.fromkeys(tuple(piece) for each in parts for part in each for piece in part))
        alone = dict(zip(distinct, self.read_alone([np.array(piece) for piece in distinct]), strict=True))
        return [[_joined([alone[tuple(piece)] for piece in part]) for part in each] for each in parts]

    def merged(self, first: Array, parts: Sequence[Array], speaker: Array) -> Array:
        """(E,) of the first part, all parts (L,E), (1,) who says them -> (E,), their mean by length."""
        rest = self.read_jointly([[part] for part in parts[1:]], [speaker] * (len(parts) - 1))
        lengths = np.array([len(part) for part in parts], np.float32)
        mean: Array = (np.concatenate([first[None], *rest]) * lengths[:, None]).sum(0) / lengths.sum()
        return mean

    def read_alone(self, tokens: Sequence[Array]) -> list[Array]:
        """N utterances, arrays (L,) -> their tokens' states (L,E), or their embeddings (E,)."""
        found: dict[int, Array] = {}
        lengths = [len(each) for each in tokens]
        for rows in alike(lengths, BATCH_TOKENS):
            counts = np.array([lengths[row] for row in rows])
            [batch] = self.runner.run("utterances", tokens=padded([tokens[row] for row in rows]), lengths=counts)
            for row, states in zip(rows, batch, strict=True):
                found[row] = states[: lengths[row]] if states.ndim == 2 else states
        return [found[row] for row in range(len(tokens))]

    def read_jointly(self, dialogues: Sequence[Sequence[Array]], speakers: Sequence[Array]) -> list[Array]:
        """N dialogues of T utterances, states (L,E) of their tokens, N arrays (T,) -> N arrays (T,E)."""
        lengths = [[len(states) for states in dialogue] for dialogue in dialogues]
        reach = self.reading_reach
        cuts = [cut for place, each in enumerate(lengths) for cut in stretches(place, each, reach, self.causal)]
        sizes = [sum(lengths[cut.dialogue][cut.first : cut.last]) for cut in cuts]
        width = self.runner.architecture.encoder.dimension
        found = [np.empty((len(dialogue), width), np.float32) for dialogue in dialogues]
        for places in alike(sizes, BATCH_TOKENS):
            batch = [cuts[place] for place in places]
            for cut, rows in zip(batch, self._joint(batch, dialogues, lengths, speakers), strict=True):
                found[cut.dialogue][cut.start : cut.stop] = rows[cut.start - cut.first : cut.stop - cut.first]
        return found

    def _joint(
        self,
        batch: Sequence[Piece],
        dialogues: Sequence[Sequence[Array]],
        lengths: Sequence[Sequence[int]],
        speakers: Sequence[Array],
    ) -> Array:
        """B pieces -> (B,T,E)."""
        turns = [lengths[cut.dialogue][cut.first : cut.last] for cut in batch]
        [embeddings] = self.runner.run(
            "dialogues",
            states=padded([np.concatenate(dialogues[cut.dialogue][cut.first : cut.last]) for cut in batch]),
            turns=padded([np.repeat(np.arange(len(each)), each) for each in turns], -1),
            speakers=padded([speakers[cut.dialogue][cut.first : cut.last] for cut in batch]),
            causal=np.array(self.causal),
        )
        return embeddings


def _joined(pieces: Sequence[Array]) -> Array:
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)  # without a copy where texts are shared
