"""Run a model's parts as torch modules, for models that are not exported, and on a GPU."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import torch
from torch import nn

from sentemo.batching import Array
from sentemo.encoders.pieces import Pieces
from sentemo.encoders.reader import AnyEncoder, DialogueReader
from sentemo.errors import UsageError
from sentemo.inference.runner import Architecture, Part, Runner
from sentemo.network.network import Network
from sentemo.network.parts import Alone, Joint, NetworkTurn, ReaderTurn, Scores


class Modules:
    """A runner with a trained encoder and network."""

    form = "torch"

    def __init__(self, encoder: AnyEncoder, network: Network, key: str = "") -> None:
        self.encoder, self.network, self.key = encoder, network.eval(), key

    @property
    def architecture(self) -> Architecture:
        """The encoder's identity and the sizes."""
        reader = self.encoder.module.shape if isinstance(self.encoder, DialogueReader) else None
        return Architecture(self.encoder.identity, reader, self.network.shape)

    @property
    def tokenizer(self) -> Pieces | None:
        """The tokenizer of a tuned encoder; None for a frozen one, which takes texts."""
        return self.encoder.pieces if isinstance(self.encoder, DialogueReader) else None

    @property
    def parameters(self) -> int:
        """The number of trained parameters."""
        return sum(each.numel() for module in self.trained.values() for each in module.parameters())

    @property
    def trained(self) -> dict[str, nn.Module]:
        """The modules with weights, by the prefix of their names in a file."""
        reader = {"reader.": self.encoder.module} if isinstance(self.encoder, DialogueReader) else {}
        return {**reader, "network.": self.network}

    @cached_property
    def parts(self) -> dict[Part, nn.Module]:
        """The parts to run."""
        found: dict[Part, nn.Module] = {"network": Scores(self.network), "network-turn": NetworkTurn(self.network)}
        if isinstance(self.encoder, DialogueReader):
            reader = self.encoder.module
            found |= {"utterances": Alone(reader), "dialogues": Joint(reader), "reader-turn": ReaderTurn(reader)}
        return found

    def encode(self, texts: Sequence[str]) -> Array:
        """N texts -> (N,E), by a frozen encoder."""
        if isinstance(self.encoder, DialogueReader):
            raise TypeError("a reader takes tokens")
        return self.encoder.encode(texts)

    @torch.inference_mode()
    def run(self, part: Part, **inputs: Array) -> list[Array]:
        """Run a part on the device of its weights."""
        module = self.parts[part].eval()
        device = next(self.network.parameters()).device
        found = module(**{name: torch.from_numpy(array).to(device) for name, array in inputs.items()})
        outputs = found if isinstance(found, tuple) else (found,)
        return [output.float().cpu().numpy() for output in outputs]


def modules_of(runner: Runner) -> Modules:
    """Return the torch modules; raise `UsageError` if the model runs as graphs."""
    if not isinstance(runner, Modules):
        raise UsageError("This model runs as graphs", "Load it with engine='torch'")
    return runner
