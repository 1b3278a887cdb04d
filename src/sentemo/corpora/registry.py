"""The published corpora by name."""

from __future__ import annotations

from sentemo.corpora.brighter import BRIGHTER
from sentemo.corpora.corpus import Corpus
from sentemo.corpora.dailydialog import DAILYDIALOG
from sentemo.corpora.emorynlp import EMORYNLP
from sentemo.corpora.empathetic import EMPATHETIC
from sentemo.corpora.everyday import CUSTOMERS, EVERYDAY
from sentemo.corpora.goemotions import GOEMOTIONS
from sentemo.corpora.iemocap import IEMOCAP
from sentemo.corpora.meld import MELD
from sentemo.corpora.relabelled import SUFFIX, relabelled
from sentemo.corpora.shades import SHADES
from sentemo.corpora.xed import XED
from sentemo.errors import UsageError

CORPORA = {
    corpus.name: corpus
    for corpus in (
        *(DAILYDIALOG, MELD, EMORYNLP, IEMOCAP, GOEMOTIONS, EMPATHETIC, XED, BRIGHTER),
        *(EVERYDAY, CUSTOMERS, SHADES),
    )
}

RELABELLED = (EMORYNLP, GOEMOTIONS, XED, BRIGHTER)
"""Corpora that are also available with everyday's labels, as NAME-everyday."""


def corpus_names() -> tuple[str, ...]:
    """List the known corpora."""
    return tuple(CORPORA)


def get_corpus(name: str) -> Corpus:
    """Return a corpus by its short name, ignoring case; raise `UsageError` with the known names."""
    texts = next((each for each in RELABELLED if name.lower() == each.name + SUFFIX), None)
    if texts is not None:
        return relabelled(texts)
    try:
        return CORPORA[name.lower()]
    except KeyError:
        raise UsageError(f"Unknown corpus {name!r}", f"Use one of: {', '.join(CORPORA)}") from None
