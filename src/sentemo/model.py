"""SentEmoContext: sentence encoder, network and labels in one object."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import numpy as np
import torch
from torch import Tensor

from sentemo.adaptation.adaptation import Adaptation
from sentemo.adaptation.learn import Keeping, learn, renamed
from sentemo.artifacts.parts import ModelParts
from sentemo.artifacts.pretrained import load, push, save
from sentemo.artifacts.weights import Precision
from sentemo.encoders.encoder import Encoder
from sentemo.encoders.reader import DialogueReader
from sentemo.errors import UsageError
from sentemo.explanation.bank import Bank, collect
from sentemo.explanation.explain import check_asked, explain
from sentemo.explanation.explanation import Explanation
from sentemo.explanation.influence import Engine
from sentemo.judgement import PLAIN, Judgement, Rule, as_prediction, judge
from sentemo.label_sets import several
from sentemo.labeler import ReadingModel
from sentemo.live import LiveConversation
from sentemo.network.adapted import Method
from sentemo.network.cuts import Piece, grouped, pieces
from sentemo.network.inference import run
from sentemo.network.network import NetworkOutput
from sentemo.types import Conversation, Head, Prediction, TurnPrediction, Utterance

if TYPE_CHECKING:
    from numpy.typing import NDArray

GROUP_TURNS = 8192  # turns encoded at once: bounds memory on conversations and files of any length


@dataclass(repr=False)
class SentEmoContext(ModelParts, ReadingModel):
    """Recognise the emotion of every utterance of a conversation (Gendron and Guibon 2024, figure 2).

    `causal` reads a conversation as it comes: no later turn matters to a label. `head` chooses what turns a point of
    the emotion space into scores: the trained classifier, the labels' prototypes, or the nearest stored examples.
    """

    head: Head = "classifier"
    causal: bool = False

    def __post_init__(self) -> None:
        self.network.eval()
        self._bank: tuple[object, Bank] | None = None  # the last that `explain` used, and what it was made of

    def __repr__(self) -> str:
        made = ", ".join(f"{name}={self.facts[name]!r}" for name in ("recipe", "seed", "date") if name in self.facts)
        return f"SentEmoContext({', '.join(self.labels)}{'; ' + made if made else ''})"

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

    def label(self, conversations: Sequence[Conversation]) -> list[Prediction]:
        """Label every turn of conversations that were checked."""
        judged: list[list[Judgement]] = [[] for _ in conversations]
        judge = self._judge()
        for piece, output in self._run(conversations):
            judged[piece.dialogue].append(judge(output))
        return [as_prediction(*each, self.labels) for each in zip(conversations, judged, strict=True)]

    @property
    def label_sets(self) -> tuple[str, ...]:
        """The names of the label sets beside its own."""
        return tuple(self.heads)

    @torch.inference_mode()
    def label_as(self, conversations: Sequence[Conversation], labels: str) -> list[Prediction]:
        """Label by one of `heads`, of whose labels several may apply to a turn."""
        other = self.heads[labels]
        thresholds = other.head.threshold.tolist()
        return [
            several(talk, other.labels, other.head(features).tolist(), thresholds)
            for talk, features in zip(conversations, self._features(conversations), strict=True)
        ]

    def predict_with_features(self, conversations: Sequence[Conversation]) -> list[tuple[Prediction, Tensor]]:
        """Label every turn and give its features (T,E+Z), in one pass."""
        judged: list[list[Judgement]] = [[] for _ in conversations]
        found: list[list[Tensor]] = [[] for _ in conversations]
        judge = self._judge()
        for piece, output in self._run(conversations):
            judged[piece.dialogue].append(judge(output))
            found[piece.dialogue].append(output.features)
        said = [as_prediction(*each, self.labels) for each in zip(conversations, judged, strict=True)]
        return [*zip(said, map(torch.cat, found), strict=True)]

    def live(self) -> LiveConversation:
        """Begin a conversation whose turns are labelled as they are said, each by what was said before it."""
        judge = self._judge()

        def label(turn: Utterance, output: NetworkOutput) -> TurnPrediction:
            return as_prediction(Conversation("", (turn,)), [judge(output)], self.labels).turns[0]

        return LiveConversation(self.encoder, self.network, label)

    def embed(self, conversations: Sequence[Conversation]) -> list[NDArray[np.float32]]:
        """Give each conversation's points in the emotion space, (T,Z), of length 1."""
        return [points.numpy() for points in self._gathered(conversations, "points")]

    def _gathered(self, conversations: Sequence[Conversation], name: str) -> list[Tensor]:
        """One of the network's outputs for all turns of each conversation."""
        found: list[list[Tensor]] = [[] for _ in conversations]
        for piece, output in self._run(conversations):
            found[piece.dialogue].append(getattr(output, name))
        return [torch.cat(parts) for parts in found]

    def _run(self, conversations: Sequence[Conversation]) -> Iterator[tuple[Piece, NetworkOutput]]:
        """Encode and run pieces of conversations, a bounded number of turns at a time."""
        for talk in conversations:
            talk.check()
        for group in grouped(pieces([len(conversation) for conversation in conversations], self.reach), GROUP_TURNS):
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
            yield piece, NetworkOutput(*(tensor[kept] for tensor in output))

    def _read(self, texts: Sequence[Sequence[str]], speakers: Sequence[Tensor]) -> list[Tensor]:
        """N pieces of T texts, N tensors (T,) -> N tensors (T,E); a frozen encoder sees each distinct text once."""
        if isinstance(self.encoder, DialogueReader):
            return self.encoder.read(texts, speakers, causal=self.causal)
        distinct = list(dict.fromkeys(text for piece in texts for text in piece))
        row = {text: place for place, text in enumerate(distinct)}
        vectors = torch.from_numpy(self.encoder.encode(distinct))
        return [vectors[[row[text] for text in piece]] for piece in texts]

    @torch.inference_mode()
    def explain(
        self,
        conversation: Conversation,
        *,
        neighbours: int = 3,
        bank: Sequence[Conversation] | None = None,
        reach: int = 8,
        turn: int | None = None,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> Explanation:
        """Say what each label rests on: near examples, labels' prototypes, what leaving other turns out changes.

        Examples are the labelled turns of `bank`; without one, those that labels were learnt from, else a small bank
        written for the package. Other turns are looked at up to `reach` turns away, and only for `turn` (from 0) where
        one is named, which takes no longer in a long conversation than in a short one. Raises `BadInput` for a
        conversation that can't be read and a bank without labels, `UsageError` for numbers that can't be meant.
        """
        check_asked(neighbours, reach, turn, len(conversation))
        parts = [output for _, output in self._run([conversation])]
        output = NetworkOutput(*map(torch.cat, zip(*parts, strict=True)))
        source = (self.causal, None if bank is None else tuple(bank))
        if self._bank is None or self._bank[0] != source:
            self._bank = source, collect(self, self._features, bank)
        engine = Engine(self.network, self._read, self._judge(), self.reach, self.causal)
        prediction = as_prediction(conversation, [engine.judge(output)], self.labels)
        given = (conversation, output, prediction, neighbours, reach, on_progress, turn)
        return explain(self, engine, self._bank[1], *given)

    def adapt(
        self,
        examples: Sequence[Conversation] | Mapping[str, Sequence[str]],
        *,
        labels: Keeping = "replace",
        names: Sequence[str] = (),
        descriptions: Mapping[str, str] | None = None,
        method: Method | None = None,
        unlabelled: Sequence[Conversation] = (),
    ) -> SentEmoContext:
        """Learn labels from a few examples; return a new model, this one stays.

        Examples are conversations in which some turns have a label, or texts by label: `{"relief": ["Phew!", ...]}`.

        `labels` says whether they replace this model's or extend them. `names` are labels that must be there, in their
        order; a label with a description (a few words) needs no example. `unlabelled` conversations shape a metric
        before any label is seen (paper, section 6.3), used where it does better. The method is chosen by leaving
        examples out, unless named; the new model's `adaptation` says what was found. Raises `BadInput` for examples
        that contradict each other, are too few or too many.
        """
        if isinstance(examples, Mapping):
            examples = [
                Conversation("", (Utterance(t, "", label),)) for label, texts in examples.items() for t in texts
            ]
        views = self._views(unlabelled) if unlabelled else None
        parts, found = learn(
            self, self._features, examples, labels, names=names, descriptions=descriptions, method=method, views=views
        )
        facts = {name: fact for name, fact in self.facts.items() if name != "label shares"}  # those of other labels
        facts |= {"adapted": found.to_json()}
        return replace(self, **parts, facts=facts)

    def _views(self, conversations: Sequence[Conversation]) -> tuple[Tensor, Tensor]:
        """Read utterances in their whole conversations, and after what came before them: (N,F), (N,F)."""
        whole, before = (replace(self, causal=causal)._features(conversations) for causal in (False, True))
        return torch.cat(whole), torch.cat(before)

    @property
    def adaptation(self) -> Adaptation | None:
        """What `adapt` found: method, examples, expected accuracy with its interval; None where nothing was adapted."""
        found = self.facts.get("adapted")
        return None if found is None else Adaptation.from_json(found)

    def rename(self, new: Mapping[str, str]) -> SentEmoContext:
        """Give labels other names, the same to several to merge them (their probabilities are added)."""
        return replace(self, **renamed(self, new))

    def features(self, conversations: Sequence[Conversation]) -> list[NDArray[np.float32]]:
        """Return what few-shot labels are learnt on (`network/features.py`), an array (T,F) for each conversation."""
        return [features.numpy() for features in self._features(conversations)]

    @torch.inference_mode()
    def _features(self, conversations: Sequence[Conversation]) -> list[Tensor]:
        return self._gathered(conversations, "features")

    @property
    def reach(self) -> int:
        """Turns, on either side, that can influence a turn's label."""
        own = self.encoder.module.shape.reach if isinstance(self.encoder, DialogueReader) else 0
        return own + self.network.shape.reach

    def _judge(self) -> Callable[[NetworkOutput], Judgement]:
        """What turns a network's output into probabilities and labels: the chosen head, and what was adapted."""
        own = PLAIN
        if self.decision is not None and self.head == "classifier":
            own = Rule(self.decision.prior.tolist(), self.decision.temperature.item())
        if self.adapted is None:
            score, rule = self._scorer(), replace(own, label_of=self.label_of)
            return lambda output: judge(score(output).numpy(), None, rule)
        if self.head != "classifier":
            raise UsageError("Labels learnt from a few examples have one head", "Use head='classifier'")
        adapted = self.adapted
        if not adapted.shape.extends:
            plain = replace(PLAIN, label_of=self.label_of)
            return lambda output: judge(adapted(output.features).numpy(), None, plain)
        beside = replace(own, label_of=self.label_of, threshold=adapted.threshold.item())
        return lambda output: judge(output.scores.numpy(), adapted(output.features).numpy(), beside)

    def _scorer(self) -> Callable[[NetworkOutput], Tensor]:
        """What turns a network's output (T,C), (T,Z), (T,F) into scores (T,C), by the chosen head."""
        if self.head == "classifier":
            return lambda output: output.scores
        if self.head not in get_args(Head):
            raise UsageError(f"There is no head {self.head!r}", f"Use one of: {', '.join(get_args(Head))}")
        prototypes, neighbours = self.prototypes, self.neighbours
        if self.head == "prototypes" and prototypes is not None:
            return lambda output: prototypes(output.points)
        if self.head == "neighbours" and neighbours is not None:
            return lambda output: neighbours(output.features)
        raise UsageError(f"This model was saved without {self.head}", "Use head='classifier'")
