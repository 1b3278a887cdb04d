"""Which utterance to label next: one that is like many to which no example is close."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sentemo.heads import Floats, Rows

MOST, MOST_REFERENCES = 10_000, 1_000
"""Texts that may be suggested, and texts that stand for all, evenly chosen of more: memory is their product."""


class Suggester:
    """Choose utterances one after the other by how much nearer they bring a labelled one to all the others.

    That is the greedy choice of facility location (Nemhauser et al. 1978): diverse, for what is near a labelled
    utterance gains nothing, but not led by outliers, as the farthest point first is. The gain of an utterance of which
    the present model is unsure counts up to twice. The first is the most central. A text is suggested once, wherever
    it stands. The same calls give the same suggestions.
    """

    def __init__(self, features: Floats, texts: Sequence[str]) -> None:
        """(N,F) features of length 1 of N utterances, their texts."""
        self._keys = [" ".join(text.casefold().split()) for text in texts]
        first: dict[str, int] = {}
        for place, key in enumerate(self._keys):
            first.setdefault(key, place)
        self._candidates = _evenly(np.array([*first.values()], np.int64), MOST)  # (M,)
        self._references = _evenly(self._candidates, MOST_REFERENCES)  # (R,)
        self._features = features
        self._points = features[self._references]
        self._similarity = self._points @ features[self._candidates].T  # (R, M)
        self._nearest = np.zeros(len(self._references), np.float32)
        self._row = {self._keys[place]: row for row, place in enumerate(self._candidates.tolist())}
        self._is_open = np.ones(len(self._candidates), bool)

    def next(self, probabilities: Floats | None = None) -> int | None:
        """Give the place of the next utterance, which counts as seen from now on; None when all texts are seen.

        (N,C) are the probabilities that the present model gives the labels, where there is one.
        """
        if not self._is_open.any():
            return None
        weight = np.ones_like(self._nearest)
        if probabilities is not None:
            weight = 1 + uncertainty(probabilities[self._references])
        gain = weight @ np.maximum(self._similarity - self._nearest[:, None], 0)
        row = np.where(self._is_open, gain, -np.inf).argmax()
        place = int(self._candidates[row])
        self.see(place)
        return place

    def see(self, place: int) -> None:
        """Take an utterance, and all of its text, as labelled or suggested."""
        row = self._row.get(self._keys[place])
        if row is not None:
            self._is_open[row] = False
        self.cover(self._features[place])

    def cover(self, example: Floats) -> None:
        """Take features (F,) as labelled that need not be among the candidates."""
        self._nearest = np.maximum(self._nearest, self._points @ example)


def uncertainty(probabilities: Floats) -> Floats:
    """(N,C) -> (N,), 1 less the margin between the two most probable labels; C is at least 2."""
    second, first = np.sort(probabilities, -1)[:, -2:].T
    out: Floats = 1 - (first - second)
    return out


def _evenly(places: Rows, most: int) -> Rows:
    """At most so many of the places, spread over all."""
    if len(places) <= most:
        return places
    return places[np.arange(most) * len(places) // most]
