"""The network in plain loops, from its weights and the words that describe it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sentemo.network.network import Network
from sentemo.network.shape import NetworkShape

Vector = NDArray[np.float64]


def random_network(shape: NetworkShape, seed: int = 0) -> Network:
    """Draw every tensor at random, those that start at zero too; 64 bits, without dropout."""
    torch.manual_seed(seed)
    network = Network(shape).double().eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.normal_(std=0.5)
        network.context.standardize.mean.normal_()
        network.context.standardize.scale.uniform_(0.5, 2)
    return network


def naive_run(
    network: Network, utterances: Tensor, speakers: Sequence[int], causal: bool = False
) -> tuple[Vector, Vector]:
    """(T,E), T speakers -> (T,C), (T,Z)."""
    shape = network.shape
    w = {name: tensor.double().numpy() for name, tensor in network.state_dict().items()}
    raw = utterances.double().numpy()
    own = [(row - w["context.standardize.mean"]) * w["context.standardize.scale"] for row in raw]
    if "context.project.weight" in w:
        own = [linear(w, "context.project", row) for row in own]
    turns = own
    if shape.layers:
        turns = [
            row + w["context.position.weight"][min(place, 63)] + w["context.speaker.weight"][min(speakers[place], 7)]
            for place, row in enumerate(own)
        ]
    for number in range(shape.layers):
        attend = [
            [
                (other, bias(w, shape, place, other, speakers))
                for other in range(len(turns))
                if abs(other - place) <= shape.window and not (causal and other > place)
            ]
            for place in range(len(turns))
        ]
        turns = layer(w, f"context.layers.{number}", turns, attend, shape.heads)
    points = []
    for place, turn in enumerate(turns):
        context = normalise(turn, w["context.norm.weight"], w["context.norm.bias"])
        if shape.keep_own:
            context = np.concatenate([context, normalise(own[place])])
        point = context
        if len(context) != shape.space_dim:
            point = linear(w, "space.project.3", gelu(linear(w, "space.project.0", context)))
        points.append(point / np.sqrt((point**2).sum()))
    return np.array([classify(w, shape, point) for point in points]), np.array(points)


def classify(w: Mapping[str, Vector], shape: NetworkShape, point: Vector) -> Vector:
    state = point * math.sqrt(shape.space_dim)
    if shape.paper_classifier:
        [state] = layer(w, "head.layer", [state], [[(0, np.zeros(shape.heads))]], shape.heads)
    return linear(w, "head.linear", state)


def bias(w: Mapping[str, Vector], shape: NetworkShape, place: int, other: int, speakers: Sequence[int]) -> Vector:
    same = int(speakers[place] == speakers[other])
    return w["context.bias.distance.weight"][other - place + shape.window] + w["context.bias.same_speaker.weight"][same]


def layer(
    w: Mapping[str, Vector],
    name: str,
    turns: Sequence[Vector],
    attend: Sequence[Sequence[tuple[int, Vector]]],
    heads: int,
) -> list[Vector]:
    """Attend as told (for each turn: which others, with which bias a head), then transform each turn."""
    size = len(turns[0]) // heads
    normed = [normalise(turn, w[f"{name}.attention_norm.weight"], w[f"{name}.attention_norm.bias"]) for turn in turns]
    projected = [linear(w, f"{name}.query_key_value", turn).reshape(3, heads, size) for turn in normed]
    after = []
    for place, turn in enumerate(turns):
        seen = []
        for head in range(heads):
            logits = [
                projected[place][0, head] @ projected[other][1, head] / math.sqrt(size) + added[head]
                for other, added in attend[place]
            ]
            shares = np.exp(np.array(logits) - max(logits))
            shares /= shares.sum()
            values = [projected[other][2, head] for other, _ in attend[place]]
            seen.append(sum(share * value for share, value in zip(shares, values, strict=True)))
        turn = turn + linear(w, f"{name}.attention_out", np.concatenate(seen))
        hidden = linear(
            w,
            f"{name}.transform.1",
            normalise(turn, w[f"{name}.transform.0.weight"], w[f"{name}.transform.0.bias"]),
        )
        after.append(turn + linear(w, f"{name}.transform.4", gelu(hidden)))
    return after


def linear(w: Mapping[str, Vector], name: str, vector: Vector) -> Vector:
    result: Vector = w[f"{name}.weight"] @ vector + w[f"{name}.bias"]
    return result


def gelu(vector: Vector) -> Vector:
    return np.array([0.5 * value * (1 + math.erf(value / math.sqrt(2))) for value in vector])


def normalise(vector: Vector, weight: Vector | float = 1.0, shift: Vector | float = 0.0, eps: float = 1e-5) -> Vector:
    result: Vector = (vector - vector.mean()) / np.sqrt(vector.var() + eps) * weight + shift
    return result
