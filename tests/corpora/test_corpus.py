from __future__ import annotations

import subprocess
import sys

import pytest

from sentemo.corpora import corpus_names, get_corpus
from sentemo.corpora.corpus import SPLITS
from sentemo.errors import UsageError


def test_names() -> None:
    old = ("dailydialog", "meld", "emorynlp", "iemocap", "goemotions")
    assert corpus_names() == (*old, "empathetic", "xed", "brighter", "everyday", "customers", "shades")
    with pytest.raises(UsageError, match="Use one of: dailydialog, meld, emorynlp, iemocap"):
        get_corpus("switchboard")


@pytest.mark.parametrize("name", corpus_names())
def test_published_figures_are_consistent(name: str) -> None:
    corpus = get_corpus(name)
    assert corpus.name == name
    others = {"empathetic": None, "xed": None, "shades": "none"}
    assert corpus.labels.neutral == others.get(name, "neutral")
    some = {"xed": SPLITS[:1], "customers": SPLITS[:1], "shades": SPLITS[:2]}
    assert tuple(corpus.published) == corpus.splits == some.get(name, SPLITS)
    for editions in corpus.published.values():
        for counts in editions:
            if counts.labels is not None:
                assert tuple(counts.labels) == corpus.labels.names
                total = sum(counts.labels.values())
                assert counts.utterances in (None, total) or (corpus.several == "all" and counts.utterances < total)
    if corpus.overall:
        assert corpus.overall.dialogues == sum(counts.dialogues or 0 for (counts,) in corpus.published.values())


def test_the_import_is_light() -> None:
    heavy = ("torch", "numpy", "pyarrow", "matplotlib", "pydantic")
    code = f"import sys, sentemo.corpora; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
