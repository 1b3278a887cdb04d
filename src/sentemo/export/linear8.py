"""Linear layers with 8-bit integer multiplication."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from torch.onnx.ops import symbolic

from sentemo.artifacts.weights import LEAST_ENTRIES


class Linear8(nn.Module):
    """A linear layer for export: 8-bit weights with a scale per output, 8-bit inputs with a scale per row.

    ONNX's own dynamic quantisation has one scale for a whole batch, so that results would depend on the rest of the
    batch and on padding (microsoft/onnxruntime#10111). Here each row has its own scale, computed on the fly without
    calibration. Inputs and weights are unsigned around 128: for unsigned by signed, onnxruntime's kernels for x86
    without VNNI saturate sums at 16 bits, so that labels would depend on the processor.
    """

    weight: Tensor
    scale: Tensor
    bias: Tensor
    one: Tensor
    zero: Tensor

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        weight, scale = in_8_bits(linear.weight)
        self.register_buffer("weight", weight.T.contiguous())  # (in, out)
        self.register_buffer("scale", scale)
        self.register_buffer("bias", linear.bias.detach())
        self.register_buffer("one", torch.tensor(1.0))
        self.register_buffer("zero", torch.tensor(128, dtype=torch.uint8))

    def forward(self, inputs: Tensor) -> Tensor:
        """(...,in) -> (...,out); computes in the exported graph only."""
        rows = inputs.reshape(-1, inputs.shape[-1])
        step = torch.maximum(rows.amax(1), -rows.amin(1)).clamp_min(1e-12) / 127  # (N,)
        whole = symbolic(
            "QuantizeLinear",
            (rows, step, self.zero.expand(step.shape[0])),
            {"axis": 0},
            dtype=torch.uint8,
            shape=rows.shape,
        )
        weight = (self.weight.int() + 128).to(torch.uint8)  # done once, when the graph is loaded
        product = symbolic(
            "com.microsoft::MatMulIntegerToFloat",
            (whole, weight, self.one, self.scale, self.zero, self.zero),
            dtype=torch.float32,
            shape=(rows.shape[0], self.scale.shape[0]),
            version=1,
        )
        return (product * step[:, None] + self.bias).reshape(*inputs.shape[:-1], -1)


class Embedding8(nn.Module):
    """An embedding for export, with rows in 8 bits."""

    weight: Tensor
    scale: Tensor

    def __init__(self, embedding: nn.Embedding) -> None:
        super().__init__()
        weight, scale = in_8_bits(embedding.weight)
        self.register_buffer("weight", weight)
        self.register_buffer("scale", scale)

    def forward(self, numbers: Tensor) -> Tensor:
        """(...) -> (...,E)."""
        return self.weight[numbers].float() * self.scale[numbers][..., None]


def in_8_bits(weight: Tensor) -> tuple[Tensor, Tensor]:
    """(R,I) -> (R,I) whole numbers from -127 to 127 and (R,) scales, as weights are stored in 8 bits."""
    scale = weight.detach().abs().amax(1).clamp_min(1e-12) / 127
    return (weight.detach() / scale[:, None]).round().to(torch.int8), scale


def with_8_bits(module: nn.Module) -> nn.Module:
    """Return a copy of a module with its large linear layers and embeddings in 8 bits."""
    module = copy.deepcopy(module)
    for parent in list(module.modules()):
        for name, child in parent.named_children():
            if isinstance(child, nn.Linear) and child.weight.numel() >= LEAST_ENTRIES:
                setattr(parent, name, Linear8(child))
            elif isinstance(child, nn.Embedding) and child.weight.numel() >= LEAST_ENTRIES:
                setattr(parent, name, Embedding8(child))
    return module
