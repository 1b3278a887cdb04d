"""Choose the utterance to label next: one that resembles many others without a similar example."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sentemo.heads import Floats, Rows

MOST, MOST_REFERENCES = 10_000, 1_000
"""Limits on candidate and reference texts, beyond which they are thinned evenly: memory is their product."""


class Suggester:
    """Choose utterances one by one, each bringing a labelled utterance as near as possible to all the others.

    This is the greedy algorithm for facility location (Nemhauser et al. 1978): diverse, because utterances near a
    labelled one gain nothing, but not driven by outliers, as farthest-point-first is. The gain of an utterance that the
    current model is unsure of counts up to twice. The first choice is the most central utterance. Each distinct text is
    suggested once. Suggestions are deterministic.
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
        """Return the position of the next utterance and mark it as seen; None when all texts are seen.

        `probabilities` (N,C) are the current model's, if there is one.
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
        """Mark an utterance, and all with the same text, as labelled or suggested."""
        row = self._row.get(self._keys[place])
        if row is not None:
            self._is_open[row] = False
        self.cover(self._features[place])

    def cover(self, example: Floats) -> None:
        """Count features (F,) as labelled, even if they are not among the candidates."""
        self._nearest = np.maximum(self._nearest, self._points @ example)


def uncertainty(probabilities: Floats) -> Floats:
    """(N,C) -> (N,), 1 less the margin between the two most probable labels; C is at least 2."""
    second, first = np.sort(probabilities, -1)[:, -2:].T
    out: Floats = 1 - (first - second)
    return out


def _evenly(places: Rows, most: int) -> Rows:
    """Return at most `most` of the positions, evenly spaced."""
    if len(places) <= most:
        return places
    return places[np.arange(most) * len(places) // most]
