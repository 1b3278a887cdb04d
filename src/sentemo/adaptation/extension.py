"""New labels beside old ones: a new label must stand out from examples of all that the model knew."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from sentemo.adaptation.candidates import linear
from sentemo.adaptation.choice import folds
from sentemo.adaptation.threads import one_thread
from sentemo.network.adapted import Adapted, AdaptedShape

MISTAKEN_SHARE = 0.01
"""Of each old label's examples, how many may be taken for a new label (left out when that is counted)."""
NEW_SHARE = 0.05
"""How much of what is said is taken to be of the new labels together, for their probabilities; nobody knows it."""
SCALES = [2.0**power for power in range(-1, 6)]


@one_thread()
def extend(
    features: Tensor, gold: Tensor, labels: int, known: Tensor, known_best: Tensor, known_gold: Tensor
) -> tuple[Adapted, float, float]:
    """Learn labels against examples of the old ones.

    (N,F), (N,) new examples of C labels; (M,F) examples of the old ones, (M,) log p of each one's best old label, (M,)
    their labels.
    Gives the module, whose scores are log odds against all old labels together; the share of new examples that get
    their label when left out; and the share of old ones that are taken for new.
    """
    together = torch.cat([known, features])
    target = torch.cat([torch.zeros(len(known), dtype=torch.long), gold + 1])
    odds = _left_out_odds(together, target, labels)
    scale, offset = _calibrated(odds, target > 0)
    odds = scale * odds + offset
    lead = odds[: len(known)].amax(1) - known_best
    shift = max(lead[known_gold == label].quantile(1 - MISTAKEN_SHARE) for label in known_gold.unique())
    mistaken = (lead > shift).float().mean().item()
    new = odds[len(known) :]
    right = ((new.argmax(1) == gold) & (new.amax(1) > shift)).float().mean().item()
    adapted = Adapted(AdaptedShape("linear", labels, features.shape[1], len(features), extends=True))
    weight, bias = _odds(together, target, labels)
    adapted.examples.copy_(features)
    adapted.gold.copy_(gold)
    adapted.weight.copy_(weight)
    adapted.bias.copy_(bias + offset / scale)
    adapted.scale.fill_(scale)
    adapted.threshold.fill_(shift)
    return adapted, right, mistaken


def _calibrated(odds: Tensor, is_new: Tensor) -> tuple[float, float]:
    """(N,C), (N,) -> the scale and offset with the least loss of telling new from old at the assumed share of new."""
    weight = torch.where(is_new, NEW_SHARE / is_new.sum(), (1 - NEW_SHARE) / (~is_new).sum())
    best = (float("inf"), 1.0, 0.0)
    for scale in SCALES:
        together = (scale * odds).logsumexp(1)
        for offset in (-together.quantile(torch.linspace(0.5, 1.0, 26))).tolist():
            loss = F.binary_cross_entropy_with_logits(together + offset, is_new.float(), weight, reduction="sum")
            best = min(best, (loss.item(), scale, offset))
    return best[1:]


def _odds(features: Tensor, target: Tensor, labels: int) -> tuple[Tensor, Tensor]:
    """(N,F), (N,) with 0 for all old labels -> weights (C,F) and biases (C,) of log odds against 0."""
    weight, bias = linear(features, target, labels + 1)
    return weight[1:] - weight[0], bias[1:] - bias[0]


def _left_out_odds(features: Tensor, target: Tensor, labels: int) -> Tensor:
    """(N,F), (N,) -> (N,C), log odds of examples that were left out; a label without others has none."""
    fold = folds(target)
    odds = torch.full((len(target), labels), -1e4)
    for number in fold.unique():
        out = fold == number
        present, numbered = target[~out].unique(return_inverse=True)
        if len(present) > 1:
            weight, bias = _odds(features[~out], numbered, len(present) - 1)
            odds[out.nonzero(), present[1:] - 1] = features[out] @ weight.T + bias
    return odds
