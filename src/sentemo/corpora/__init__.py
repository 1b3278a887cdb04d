"""Published corpora: readers, label maps, fetch, statistics."""

from __future__ import annotations

from sentemo.corpora.corpus import Corpus, SplitCounts, SplitNotFound
from sentemo.corpora.labelled import labelled_files
from sentemo.corpora.registry import corpus_names, get_corpus

__all__ = ["Corpus", "SplitCounts", "SplitNotFound", "corpus_names", "get_corpus", "labelled_files"]
