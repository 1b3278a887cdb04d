"""Corpus statistics: figures per split, and the paper's Table 1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from os import PathLike
from statistics import mean, median

from sentemo.corpora.corpus import Corpus, Overall, SplitCounts
from sentemo.errors import BadInput
from sentemo.formats.turns import counted
from sentemo.types import Conversation, LabelSet


@dataclass(frozen=True, slots=True)
class SplitStatistics:
    """The figures of one split; turns are counted per dialogue, words by whitespace."""

    dialogues: int
    utterances: int
    distinct_utterances: int
    max_turns: int
    mean_turns: float
    median_turns: float
    mean_words: float
    max_words: int
    mean_speakers: float
    """Distinct speakers of a dialogue."""
    share_without_emotion: float
    """Share of dialogues in which no turn has a label other than neutral."""
    labels: Mapping[str, int]
    """Turns of each label, in label set order; a turn with several counts for each."""


@dataclass(frozen=True, slots=True)
class CorpusStatistics:
    """The figures of all available splits, and the published ones of the whole corpus."""

    name: str
    language: str
    labels: LabelSet
    splits: Mapping[str, SplitStatistics]
    missing: tuple[str, ...] = ()
    """Splits of the corpus that are not available."""
    published: Overall | None = None

    def to_json(self) -> dict[str, object]:
        """Return plain values for `json.dumps`."""
        return {
            "corpus": self.name,
            "table_1": [dict(zip(("figure", "measured", "published"), row, strict=True)) for row in self.table_1()],
            "splits": {name: asdict(split) for name, split in self.splits.items()},
            "missing": list(self.missing),
        }

    def table_1(self) -> list[tuple[str, object, object]]:
        """Return name, measured value and published value (None where unknown) of the paper's Table 1.

        The measured values cover only the available splits.
        """
        splits, published = list(self.splits.values()), self.published or Overall(0)
        dialogues = sum(split.dialogues for split in splits)
        turns = sum(split.utterances for split in splits) / dialogues
        return [
            ("Language", self.language, self.language if self.published else None),
            ("Max Msg/Conv", max(split.max_turns for split in splits), published.max_turns),
            ("Avg Msg/Conv", round(turns, 2), published.mean_turns),
            ("Labels", len(self._seen(self.labels.names)), len(self.labels) if self.published else None),
            ("Emotion Labels", len(self._seen(self.labels.emotions)), self._published_emotions()),
            ("Nb. Conv.", dialogues, published.dialogues or None),
        ]

    def _seen(self, names: Iterable[str]) -> list[str]:
        return [name for name in names if any(split.labels[name] for split in self.splits.values())]

    def _published_emotions(self) -> int | None:
        return len(self.labels.emotions) if self.published else None

    def to_markdown(self) -> str:
        """Return Table 1 and a table of all figures per split as Markdown."""
        present = ", ".join(self.splits)
        note = f"Measured on: {present}." + (f" Missing: {', '.join(self.missing)}." if self.missing else "")
        rows = [(name, _shown(measured), _shown(published)) for name, measured, published in self.table_1()]
        one = _table((f"{self.name} (Table 1)", "measured", "published"), rows)
        return f"{one}\n\n{note}\n\n{_table(('', *self.splits), self._split_rows())}\n"

    def _split_rows(self) -> list[tuple[str, ...]]:
        figures = [name for name in SplitStatistics.__dataclass_fields__ if name != "labels"]
        splits = list(self.splits.values())
        rows = [(name.replace("_", " "), *(_shown(getattr(split, name)) for split in splits)) for name in figures]
        return rows + [(name, *(_shown(split.labels[name]) for split in splits)) for name in self.labels.names]


def measure(corpus: Corpus, path: str | PathLike[str]) -> CorpusStatistics:
    """Measure every split of a published corpus found in a folder; raise `BadInput` if there is none."""
    present = corpus.present(path)
    if not present:
        raise BadInput(f"No split of {corpus.title} there", f"Fetch it from {corpus.homepage}", path=path)
    splits = {split: measure_split(corpus.iter(path, split), corpus.labels) for split in present}
    missing = tuple(split for split in corpus.splits if split not in splits)
    return CorpusStatistics(corpus.title, corpus.language, corpus.labels, splits, missing, corpus.overall)


def measure_split(conversations: Iterable[Conversation], labels: LabelSet) -> SplitStatistics:
    """Measure a stream of conversations, keeping only a hash of each distinct text in memory.

    Raises `BadInput` if there are no conversations, or a label is not in the set.
    """
    turns, speakers, words, texts = [], [], Counter[int](), set[int]()
    found, unmoved = Counter[str](), 0
    for conversation in conversations:
        turns.append(len(conversation))
        speakers.append(len({turn.speaker for turn in conversation}))
        words.update(len(turn.text.split()) for turn in conversation)
        texts.update(hash(turn.text) for turn in conversation)
        gold = [label for turn in conversation for label in counted(turn)]
        found.update(gold)
        unmoved += all(label == labels.neutral for label in gold)
    _refuse_unknown(turns, found, labels)
    return SplitStatistics(
        dialogues=len(turns),
        utterances=sum(turns),
        distinct_utterances=len(texts),
        max_turns=max(turns),
        mean_turns=mean(turns),
        median_turns=median(turns),
        mean_words=sum(length * count for length, count in words.items()) / sum(turns),
        max_words=max(words),
        mean_speakers=mean(speakers),
        share_without_emotion=unmoved / len(turns),
        labels={name: found[name] for name in labels.names},
    )


def _refuse_unknown(turns: list[int], found: Mapping[str, int], labels: LabelSet) -> None:
    if not turns:
        raise BadInput("No conversations to measure", "Give at least one")
    for name in found:
        labels.index(name)


def _shown(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.2f}".removesuffix(".00")
    return f"{value:,}" if isinstance(value, int) else str(value)


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    rule = ("---", *("---:" for _ in header[1:]))
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, rule, *rows))


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The counts of a split, the published counts, and a sentence for each difference."""

    corpus: str
    split: str
    dialogues: int
    utterances: int
    labels: Mapping[str, int]
    """Turns of each label, in label set order, including zeros; a turn with several counts for each."""
    expected: SplitCounts | None
    """The published counts of the closest edition; None if unknown."""
    problems: list[str]
    """Empty if all counts are as published."""

    @property
    def ok(self) -> bool:
        """Whether all known counts are as published."""
        return not self.problems

    def to_json(self) -> dict[str, object]:
        """Return plain values for `json.dumps`."""
        return asdict(self) | {"ok": self.ok}


def check(corpus: Corpus, path: str | PathLike[str], split: str) -> CheckReport:
    """Read and count a split; raise `BadInput` for unreadable files, but not for wrong counts."""
    name = corpus.split(split)
    dialogues, utterances, found = 0, 0, Counter[str]()
    for conversation in corpus.iter(path, name):
        dialogues += 1
        utterances += len(conversation)
        found.update(label for turn in conversation for label in counted(turn))
    labels = {label: found[label] for label in corpus.labels.names}
    expected = _nearest(corpus.published.get(name, ()), utterances)
    problems = _problems(name, expected, dialogues, utterances, labels) if expected else []
    return CheckReport(corpus.name, name, dialogues, utterances, labels, expected, problems)


def _nearest(editions: tuple[SplitCounts, ...], utterances: int) -> SplitCounts | None:
    return min(editions, key=lambda each: abs((each.utterances or 0) - utterances), default=None)


def _problems(
    split: str, expected: SplitCounts, dialogues: int, utterances: int, labels: Mapping[str, int]
) -> list[str]:
    pairs = [("dialogues", dialogues, expected.dialogues), ("utterances", utterances, expected.utterances)]
    pairs += [(f"{label} utterances", labels.get(label, 0), count) for label, count in (expected.labels or {}).items()]
    edition = f" of the {expected.edition}" if expected.edition else ""
    return [
        f"The {split} split has {found:,} {what}, not the {wanted:,}{edition} that are published. "
        "Fetch the corpus again, or name it a subset when you report figures."
        for what, found, wanted in pairs
        if wanted is not None and found != wanted
    ]
