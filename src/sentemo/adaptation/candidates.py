"""The ways to learn labels from a few examples; each gives a module that scores features."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

from sentemo.adaptation.threads import one_thread
from sentemo.network.adapted import Adapted, AdaptedShape, Method

STRENGTH = 5.0
"""Of the logistic regression: the inverse of its regularisation."""
METRIC_STEPS, METRIC_RATE, MARGIN = 20, 5e-4, 0.3
LABEL_FREE_STEPS, BATCH = 60, 128
ENOUGH_FOR_METRIC = 5
"""Examples of each label from which on a metric is trained."""


def fit(method: Method, features: Tensor, gold: Tensor, labels: int, mapping: Tensor | None = None) -> Adapted:
    """(N,F), (N,) -> labels learnt by one method. Every label has an example; `label-free` needs its map (F,F)."""
    stored, width = features.shape
    adapted = Adapted(AdaptedShape(method, labels, width, stored, extends=False))
    adapted.examples.copy_(features)
    adapted.gold.copy_(gold)
    if mapping is not None:
        weight, bias = prototypes(features @ mapping.T, gold, labels)
        adapted.weight.copy_(weight @ mapping)
        adapted.bias.copy_(bias)
    elif method in LINEAR:
        basis = span(features)
        weight, bias = LINEAR[method](features @ basis, gold, labels)
        adapted.weight.copy_(weight @ basis.T)
        adapted.bias.copy_(bias)
    return adapted


def span(features: Tensor) -> Tensor:
    """(N,F) -> (F,R), an orthonormal basis of the examples' span; what is learnt lies in it, and R is at most N."""
    if len(features) >= features.shape[1]:
        return torch.eye(features.shape[1])
    basis: Tensor = torch.linalg.qr(features.T).Q
    return basis


def prototypes(features: Tensor, gold: Tensor, labels: int) -> tuple[Tensor, Tensor]:
    """(N,F), (N,) -> weights (C,F) and biases (C,) of -d^2 to each label's mean, up to what all labels share.

    The mean of few examples lies farther from everything than the true mean, by the variance over their number; that is
    taken back, so that labels with few examples are not at a loss.
    """
    of_label = F.one_hot(gold, labels).to(features.dtype)  # (N, C)
    counts = of_label.sum(0)
    means = of_label.T @ features / counts[:, None]
    spread = (features - means[gold]).square().sum() / (len(gold) - labels) if len(gold) > labels else 0.0
    return 2 * means, spread / counts - means.square().sum(1)


def linear(features: Tensor, gold: Tensor, labels: int) -> tuple[Tensor, Tensor]:
    """(N,F), (N,) -> weights (C,F) and biases (C,) of a logistic regression in which all labels weigh the same."""
    from sklearn.linear_model import LogisticRegression

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # few steps are enough
        fitted = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=100, tol=1e-3)
        fitted.fit(features.numpy(), gold.numpy())
    weight, bias = (torch.from_numpy(part) for part in (fitted.coef_, fitted.intercept_))
    if labels == 2:  # scikit-learn keeps the second label's row alone
        weight, bias = torch.cat([-weight, weight]) / 2, torch.cat([-bias, bias]) / 2
    return weight.to(features.dtype), bias.to(features.dtype)


def metric(features: Tensor, gold: Tensor, labels: int) -> tuple[Tensor, Tensor]:
    """Prototypes after a linear map that batch-hard triplets have trained (Hermans et al. 2017; paper, section 3)."""
    mapping = train_metric(features, gold)
    weight, bias = prototypes(features @ mapping.T, gold, labels)
    return weight @ mapping, bias


def train_metric(features: Tensor, gold: Tensor) -> Tensor:
    """(N,F), (N,) -> (F,F), from the identity on, by batch-hard triplets of all examples."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own imports
        from pytorch_metric_learning import distances, losses, miners
    distance = distances.LpDistance(normalize_embeddings=False, p=2)
    miner = miners.BatchHardMiner(distance=distance)
    loss_of = losses.TripletMarginLoss(margin=MARGIN, distance=distance)

    def loss(mapping: Tensor, step: int) -> Tensor:
        points = features @ mapping.T
        found: Tensor = loss_of(points, gold, miner(points, gold))
        return found

    return _descended(features.shape[1], METRIC_STEPS, loss)


@one_thread()
def train_label_free(views: Tensor, others: Tensor) -> Tensor:
    """(N,F), (N,F), two views of N utterances -> (F,F), by triplets that need no label (paper, section 6.3).

    The like pair are two views of one utterance: as it is read in its whole conversation, and after what came before
    it alone. The other utterances of a batch are the negatives.
    """
    order = torch.randperm(len(views), generator=torch.Generator().manual_seed(0))
    batches = order.split(BATCH)

    def loss(mapping: Tensor, step: int) -> Tensor:
        rows = batches[step % len(batches)]
        anchors, likes = views[rows] @ mapping.T, others[rows] @ mapping.T
        near = (anchors - likes).norm(dim=1)
        far = torch.cdist(anchors, likes).masked_fill(torch.eye(len(rows), dtype=torch.bool), torch.inf).amin(1)
        found: Tensor = (near - far + MARGIN).clamp_min(0).mean()
        return found

    return _descended(views.shape[1], LABEL_FREE_STEPS, loss)


def _descended(width: int, steps: int, loss_of: Callable[[Tensor, int], Tensor]) -> Tensor:
    """Minimise a loss of a linear map (F,F), from the identity on."""
    mapping = torch.eye(width, requires_grad=True)
    optimiser = torch.optim.Adam([mapping], lr=METRIC_RATE)
    for step in range(steps):
        loss = loss_of(mapping, step)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return mapping.detach()


LINEAR: Mapping[Method, Callable[[Tensor, Tensor, int], tuple[Tensor, Tensor]]] = {
    "prototypes": prototypes,
    "linear": linear,
    "metric": metric,
}
