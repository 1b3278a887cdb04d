"""Published corpora and users' files to conversations and back; statistics."""

from __future__ import annotations

from sentemo.corpora.convokit_writer import write_convokit
from sentemo.corpora.corpus import Corpus, SplitCounts, SplitNotFound
from sentemo.corpora.files import read_bytes, read_conversations
from sentemo.corpora.jsonl import write_jsonl
from sentemo.corpora.labelled import labelled_files
from sentemo.corpora.registry import corpus_names, get_corpus

__all__ = [
    "Corpus",
    "SplitCounts",
    "SplitNotFound",
    "corpus_names",
    "get_corpus",
    "labelled_files",
    "read_bytes",
    "read_conversations",
    "write_convokit",
    "write_jsonl",
]
