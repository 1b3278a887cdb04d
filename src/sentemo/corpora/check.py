"""Compare a split on disk with its published counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from os import PathLike

from sentemo.corpora.corpus import Corpus, SplitCounts
from sentemo.formats.turns import counted


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a split holds, what it should hold, and each difference as a sentence."""

    corpus: str
    split: str
    dialogues: int
    utterances: int
    labels: Mapping[str, int]
    """Turns of each label, in the order of the label set, zeros included; one with several counts for each."""
    expected: SplitCounts | None
    """The published counts, of the edition that is nearest; None where none are known."""
    problems: list[str]
    """Empty if all is as published."""

    @property
    def ok(self) -> bool:
        """Tell whether all known counts are as published."""
        return not self.problems

    def to_json(self) -> dict[str, object]:
        """Return plain values for `json.dumps`."""
        return asdict(self) | {"ok": self.ok}


def check(corpus: Corpus, path: str | PathLike[str], split: str) -> CheckReport:
    """Read a split and count it; raise `BadInput` for files that cannot be read, but not for wrong counts."""
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
