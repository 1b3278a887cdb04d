"""Utterances as words, by NLTK's tokenizer for tweets: emoticons, emojis and runs of marks stay what they are."""

from __future__ import annotations

from functools import cache
from typing import Any

from sentemo.errors import MissingExtra

WORDS = 20
"""W, words of an utterance that are read."""
CHARACTERS = 2000
"""Characters of an utterance that are read: the tokenizer takes long over a run of many digits."""


def tweet_words(text: str) -> list[str]:
    """Split a text and give its first 20 words in lower case; raise `MissingExtra` where NLTK is not installed.

    HTML entities are resolved. What no file of word vectors could hold, null bytes and lone surrogates, becomes `?`.
    """
    words = _tokenizer().tokenize(text[:CHARACTERS])[:WORDS]
    return [word.replace("\0", "?").encode("utf-8", "replace").decode() for word in words]


@cache
def _tokenizer() -> Any:
    try:
        from nltk.tokenize import TweetTokenizer
    except ImportError as error:
        raise MissingExtra("nltk", "reproduction") from error
    return TweetTokenizer(preserve_case=False)
