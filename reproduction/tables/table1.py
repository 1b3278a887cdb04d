"""The paper's Table 1: what DailyDialog looks like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from reproduction.exhibit import Exhibit
from sentemo.corpora.dailydialog import DAILYDIALOG
from sentemo.corpora.statistics import CorpusStatistics, measure_split
from sentemo.errors import BadInput
from sentemo.types import Conversation, LabelSet


def statistics_of(splits: Mapping[str, Sequence[Conversation]], labels: LabelSet) -> CorpusStatistics:
    """Measure DailyDialog's splits at hand; raise `BadInput` for none, an empty one, or an unknown label."""
    if not splits:
        raise BadInput("No split to measure", "Give at least one")
    measured = {name: measure_split(conversations, labels) for name, conversations in splits.items()}
    missing = tuple(name for name in DAILYDIALOG.splits if name not in splits)
    corpus = DAILYDIALOG
    return CorpusStatistics(corpus.title, corpus.language, labels, measured, missing, corpus.overall)


def table1(splits: Mapping[str, Sequence[Conversation]], labels: LabelSet) -> Exhibit:
    """Lay out the published figures beside those of all splits at hand together, and of each.

    The language is published only. Raises `BadInput` for no split, an empty one, or an unknown label.
    """
    together = statistics_of(splits, labels)
    each = [replace(together, splits={name: split}) for name, split in together.splits.items()]
    columns = [_measured(stats) for stats in (together, *each)]
    published = [(name, _shown(value)) for name, _, value in together.table_1()]
    return Exhibit(
        name="table-1",
        title="Table 1. DailyDialog",
        columns=("", "published", "measured, splits at hand", *splits),
        rows=tuple((name, value, *(column[name] for column in columns)) for name, value in published),
        data=together.to_json(),
        notes=(_note(list(splits), together.missing),),
    )


def _measured(stats: CorpusStatistics) -> dict[str, str]:
    told = {name: _shown(value) for name, value, _ in stats.table_1()}
    return {**told, "Language": "–"}


def _note(present: Sequence[str], missing: Sequence[str]) -> str:
    whole = " + ".join(f"{counts[0].dialogues:,} ({name})" for name, counts in DAILYDIALOG.published.items())
    at_hand = f"Measured on {' and '.join(present)}" + (f"; missing: {', '.join(missing)}" if missing else "")
    return f"The published figures are of all splits together: 13,118 = {whole} conversations. {at_hand}."


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".removesuffix(".00")
    return f"{value:,}" if isinstance(value, int) else str(value)
