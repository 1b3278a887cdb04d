"""Which utterance to label next: one that is like many to which no example is close."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

MOST, MOST_REFERENCES = 10_000, 1_000
"""Texts that may be suggested, and texts that stand for all, evenly chosen of more: memory is their product."""


class Suggester:
    """Choose utterances one after the other by how much nearer they bring a labelled one to all the others.

    That is the greedy choice of facility location (Nemhauser et al. 1978): diverse, for what is near a labelled
    utterance gains nothing, but not led by outliers, as the farthest point first is. The gain of an utterance of which
    the present model is unsure counts up to twice. The first is the most central. A text is suggested once, wherever
    it stands. The same calls give the same suggestions.
    """

    def __init__(self, features: Tensor, texts: Sequence[str]) -> None:
        """(N,F) features of length 1 of N utterances, their texts."""
        self._keys = [" ".join(text.casefold().split()) for text in texts]
        first: dict[str, int] = {}
        for place, key in enumerate(self._keys):
            first.setdefault(key, place)
        self._candidates = _evenly(torch.tensor([*first.values()], dtype=torch.long), MOST)  # (M,)
        self._references = _evenly(self._candidates, MOST_REFERENCES)  # (R,)
        self._features = features
        self._points = features[self._references]
        self._similarity = self._points @ features[self._candidates].T  # (R, M)
        self._nearest = torch.zeros(len(self._references))
        self._row = {self._keys[place]: row for row, place in enumerate(self._candidates.tolist())}
        self._is_open = torch.ones(len(self._candidates), dtype=torch.bool)

    def next(self, probabilities: Tensor | None = None) -> int | None:
        """Give the place of the next utterance, which counts as seen from now on; None when all texts are seen.

        (N,C) are the probabilities that the present model gives the labels, where there is one.
        """
        if not self._is_open.any():
            return None
        weight = torch.ones_like(self._nearest)
        if probabilities is not None:
            weight = 1 + uncertainty(probabilities[self._references])
        gain = weight @ (self._similarity - self._nearest[:, None]).clamp_min(0)
        row = gain.masked_fill(~self._is_open, -torch.inf).argmax()
        place = int(self._candidates[row])
        self.see(place)
        return place

    def see(self, place: int) -> None:
        """Take an utterance, and all of its text, as labelled or suggested."""
        row = self._row.get(self._keys[place])
        if row is not None:
            self._is_open[row] = False
        self.cover(self._features[place])

    def cover(self, example: Tensor) -> None:
        """Take features (F,) as labelled that need not be among the candidates."""
        self._nearest = self._nearest.maximum(self._points @ example)


def uncertainty(probabilities: Tensor) -> Tensor:
    """(N,C) -> (N,), 1 less the margin between the two most probable labels; C is at least 2."""
    top = probabilities.topk(2, dim=-1).values
    return 1 - (top[:, 0] - top[:, 1])


def _evenly(places: Tensor, most: int) -> Tensor:
    """At most so many of the places, spread over all."""
    if len(places) <= most:
        return places
    return places[torch.arange(most) * len(places) // most]
