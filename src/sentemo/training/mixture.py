"""Train on several corpora at once, with one label set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from sentemo.encoders.reader import DialogueReader
from sentemo.training.dialogues import UNLABELLED, TokenisedDialogues, speaker_numbers
from sentemo.training.recipe import Mixture
from sentemo.types import Conversation, LabelSet, Utterance

NEVER = -1e9


@dataclass(frozen=True)
class MappedCorpus:
    """A corpus of a mixture, and the meaning of its labels in the common set."""

    name: str
    conversations: Sequence[Conversation]
    table: Mapping[str, tuple[str, ...]]
    """For each of its labels the common labels of which it means one; labels that are missing are ignored."""
    votes: bool = False
    """Whether several labels of a turn are from several annotators; otherwise all of them apply."""
    own_labels: LabelSet | None = None
    """Its own label set, for a corpus whose labels are learnt in addition to the common ones."""


@dataclass(frozen=True)
class Targets:
    """The training targets of N turns of several corpora."""

    shares: Tensor
    """(N,C): the annotators' label shares, or 1 for each label of a set of which one is right."""
    is_set: Tensor
    """(N,), whether a row is such a set."""
    corpus: Tensor
    """(N,), the corpus of each turn."""
    own: Tensor
    """(N,M), 1 for each own label that applies; the label sets of all multi-label corpora are side by side."""
    counts: Tensor
    """(N,M), whether a turn was labelled with that label set."""


@dataclass(frozen=True, kw_only=True)
class MixedDialogues(TokenisedDialogues):
    """Dialogues of several corpora; `gold` contains rows of `targets`."""

    targets: Targets
    corpus: Tensor
    """The corpus of each dialogue."""
    names: tuple[str, ...]
    """The names of the corpora."""
    own_sets: Mapping[str, slice]
    """The columns of `targets.own` of each multi-label corpus."""
    passes: tuple[float, ...]
    """How often an epoch goes through each corpus."""
    neutral: int

    def label_counts(self) -> NDArray[np.float64]:
        """Return the number of turns of each label, (C,), with fractions for sets and several annotators."""
        shares = self.targets.shares / self.targets.shares.sum(1, keepdim=True)
        return shares.sum(0).double().numpy()

    def hard(self, most: int, seed: int) -> TokenisedDialogues:
        """Return at most `most` random dialogues, with labels where annotators and sets agree on one."""
        chosen = torch.randperm(len(self), generator=torch.Generator().manual_seed(seed))[:most].tolist()
        sure = (self.targets.shares > 0).sum(1) == 1
        label = torch.where(sure, self.targets.shares.argmax(1), UNLABELLED)
        gold = [torch.where(self.gold[i] >= 0, label[self.gold[i].clamp_min(0)], UNLABELLED) for i in chosen]
        return TokenisedDialogues(
            tokens=[self.tokens[i] for i in chosen],
            mask=self.mask,
            embedding_dim=self.embedding_dim,
            speakers=[self.speakers[i] for i in chosen],
            gold=gold,
            n_labels=self.n_labels,
        )


def mix(corpora: Sequence[MappedCorpus], labels: LabelSet, encoder: DialogueReader, rules: Mixture) -> MixedDialogues:
    """Tokenise several corpora together."""
    passes = dict(read_passes(rules.passes))
    conversations = [talk for corpus in corpora for talk in corpus.conversations]
    corpus = torch.tensor([place for place, each in enumerate(corpora) for _ in each.conversations])
    own_sets = _side_by_side(corpora, rules.multi_label)
    width = max((columns.stop for columns in own_sets.values()), default=0)
    rows: list[tuple[list[float], bool, int, list[float], list[bool]]] = []
    gold = []
    for place, each in enumerate(corpora):
        for talk in each.conversations:
            gold.append([UNLABELLED] * len(talk))
            for turn_number, turn in enumerate(talk):
                shares, is_set = target_of(turn, each, labels)
                applies, counts = [0.0] * width, [False] * width
                if each.own_labels and each.name in own_sets and given(turn):
                    columns = own_sets[each.name]
                    applies[columns] = [float(name in given(turn)) for name in each.own_labels.names]
                    counts[columns] = [True] * len(each.own_labels)
                if any(shares) or any(counts):
                    gold[-1][turn_number] = len(rows)
                    rows.append((shares, is_set, place, applies, counts))
    targets = Targets(
        torch.tensor([row[0] for row in rows]),
        torch.tensor([row[1] for row in rows]),
        torch.tensor([row[2] for row in rows]),
        torch.tensor([row[3] for row in rows]),
        torch.tensor([row[4] for row in rows]),
    )
    return MixedDialogues(
        tokens=encoder.tokens([[turn.text for turn in talk] for talk in conversations]),
        mask=encoder.mask,
        embedding_dim=encoder.identity.dimension,
        speakers=speaker_numbers(conversations),
        gold=[torch.tensor(each) for each in gold],
        n_labels=len(labels),
        targets=targets,
        corpus=corpus,
        names=tuple(each.name for each in corpora),
        own_sets=own_sets,
        passes=tuple(passes.get(each.name, 1.0) for each in corpora),
        neutral=-1 if labels.neutral is None else labels.index(labels.neutral),
    )


def _side_by_side(corpora: Sequence[MappedCorpus], names: Sequence[str]) -> dict[str, slice]:
    """Return the columns of each multi-label corpus."""
    found, start = {}, 0
    for each in corpora:
        if each.name in names and each.own_labels is not None:
            found[each.name] = slice(start, start + len(each.own_labels))
            start += len(each.own_labels)
    return found


def given(turn: Utterance) -> tuple[str, ...]:
    """Return all labels of a turn."""
    return turn.labels or (() if turn.label is None else (turn.label,))


def target_of(turn: Utterance, corpus: MappedCorpus, labels: LabelSet) -> tuple[list[float], bool]:
    """Return a share for each common label, zeros if none is covered, and whether they are a set."""
    meant = [corpus.table.get(name, ()) for name in given(turn)]
    shares = [0.0] * len(labels)
    if corpus.votes:
        votes = [names for names in meant if names]
        for names in votes:
            for name in names:
                shares[labels.index(name)] += 1 / len(names) / len(votes)
        return shares, False
    for name in {name for names in meant for name in names}:
        shares[labels.index(name)] = 1.0
    return shares, True


def read_passes(texts: Sequence[str]) -> list[tuple[str, float]]:
    """Parse `NAME=TIMES`."""
    pairs = [text.partition("=") for text in texts]
    return [(name.strip(), float(times)) for name, _, times in pairs]


class MixtureSampler:
    """Draw each epoch's dialogues from all corpora, in batches of similar length and about the same number of turns.

    A corpus is seen as often as its passes say, with a fractional pass redrawn in each epoch; dialogues without an
    emotion are thinned out to the neutral cap. The batches depend only on the seed and the epoch's number.
    """

    def __init__(self, data: MixedDialogues, rules: Mixture, seed: int) -> None:
        self.seed, self.turns = seed, rules.turns
        self.lengths = data.lengths
        self.kept = [(np.flatnonzero(data.corpus.numpy() == place), times) for place, times in enumerate(data.passes)]
        self.chance = keep_chances(data, rules.neutral_cap)
        self.batches_per_epoch = len(self.epoch(0))

    def epoch(self, number: int) -> list[list[int]]:
        """Return the batches of an epoch, each a list of dialogue indices."""
        rng = np.random.default_rng([self.seed, number])
        drawn = []
        for dialogues, times in self.kept:
            dialogues = dialogues[rng.random(len(dialogues)) < self.chance[dialogues]]
            whole, part = int(times), times - int(times)
            drawn += [dialogues] * whole + [rng.permutation(dialogues)[: round(part * len(dialogues))]]
        order = rng.permutation(np.concatenate(drawn))
        near_length = self.lengths[order] + 4 * rng.random(len(order))  # blurred, so that batches differ
        order = order[np.argsort(near_length, kind="stable")]
        places = (np.cumsum(self.lengths[order]) / self.turns).astype(int)
        batches = [part.tolist() for part in np.split(order, np.flatnonzero(np.diff(places)) + 1)]
        return [batches[place] for place in rng.permutation(len(batches))]


def keep_chances(data: MixedDialogues, cap: float) -> NDArray[np.float64]:
    """Return each dialogue's probability of being kept: below 1 if it has no emotion and its corpus exceeds the cap."""
    chances = np.ones(len(data))
    share = data.targets.shares / data.targets.shares.sum(1, keepdim=True).clamp_min(1e-9)
    neutral = share[:, data.neutral] if data.neutral >= 0 else torch.zeros(len(share))
    labelled = [gold[gold >= 0] for gold in data.gold]
    sums = np.array([[float(neutral[rows].sum()), len(rows)] for rows in labelled])
    without = (sums[:, 0] == sums[:, 1]) & (sums[:, 1] > 0)
    for place in range(len(data.names)):
        own = data.corpus.numpy() == place
        all_neutral, turns = sums[own].sum(0)
        spare = sums[own & without, 1].sum()
        emotions = turns - all_neutral
        most = emotions * cap / max(1 - cap, 1e-9)  # neutral turns allowed by the cap
        if all_neutral > most and spare:
            chances[own & without] = np.clip((most - (all_neutral - spare)) / spare, 0.0, 1.0)
    return chances


class MixtureLoss(nn.Module):
    """Cross-entropy over several corpora, each with its own labels and label shares.

    The logarithm of a corpus's label shares is added to its scores (logit adjustment, Menon et al. 2021), so that the
    network learns the evidence for a label, independent of the corpus's composition; labels that a corpus doesn't have
    are excluded. The loss of a turn is the cross-entropy with its annotators' shares or, if a set of labels is right,
    minus the logarithm of their summed probability. Own labels have a binary cross-entropy each, on a separate head.
    """

    def __init__(self, data: MixedDialogues, chance: NDArray[np.float64], space_dim: int, own_weight: float) -> None:
        super().__init__()
        self.targets = data.targets
        self.bias = corpus_bias(data, torch.from_numpy(chance))
        self.own_weight = own_weight
        self.gain = space_dim**0.5
        self.own = nn.Linear(space_dim, data.targets.own.shape[1]) if own_weight and data.targets.own.numel() else None

    def forward(self, scores: Tensor, points: Tensor, rows: Tensor) -> Tensor:
        """(N,C), (N,Z), (N,) rows of the targets -> scalar."""
        targets, rows = self.targets, rows.cpu()
        bias = self.bias[targets.corpus[rows]].to(scores.device)
        shares = targets.shares[rows].to(scores.device)
        logs = (scores + bias).log_softmax(-1)
        of_set = -logs.masked_fill(shares == 0, NEVER).logsumexp(-1)
        losses = torch.where(targets.is_set[rows].to(scores.device), of_set, -(shares * logs).sum(-1))
        says = shares.sum(-1) > 0
        loss = losses[says].sum() / says.sum().clamp_min(1)
        if self.own is None:
            return loss
        own, counts = targets.own[rows].to(scores.device), targets.counts[rows].to(scores.device)
        found = F.binary_cross_entropy_with_logits(self.own(points * self.gain), own, reduction="none")
        return loss + self.own_weight * found[counts].sum() / len(rows)


def corpus_bias(data: MixedDialogues, chance: Tensor) -> Tensor:
    """Return the log label shares of each corpus as drawn, (K,C), with a very low value for labels it doesn't have.

    A set is divided among its labels in proportion to the unambiguous turns.
    """
    targets = data.targets
    weight = torch.zeros(len(targets.shares), dtype=torch.double)
    for gold, kept in zip(data.gold, chance.tolist(), strict=True):
        weight[gold[gold >= 0]] = kept
    bias = torch.full((len(data.names), data.n_labels), NEVER)
    for place in range(len(data.names)):
        own = targets.corpus == place
        shares, weights = targets.shares[own].double(), weight[own, None]
        has = shares.sum(0) > 0
        sure = (weights * shares * ((shares > 0).sum(1, keepdim=True) == 1)).sum(0) + 1e-3 * has
        split = shares * torch.where(targets.is_set[own, None], sure, 1.0)
        counts = (weights * split / split.sum(1, keepdim=True).clamp_min(1e-12)).sum(0)
        bias[place, has] = (counts / counts.sum()).clamp_min(1e-4).log()[has].float()
    return bias
