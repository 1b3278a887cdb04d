"""The fine-tuned encoder, which reads the utterances of a dialogue together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor

from sentemo.encoders.encoder import Encoder, EncoderIdentity
from sentemo.encoders.pieces import Pieces
from sentemo.errors import BadModel, UsageError
from sentemo.files import sha256_of
from sentemo.network.network import Network
from sentemo.network.reader import Reader
from sentemo.network.shape import ReaderShape

KIND = "reader"
TOKENIZER, WEIGHTS = "tokenizer.json", "model.safetensors"


class DialogueReader:
    """Encode the utterances of dialogues with a reader that is trained together with the network.

    An embedding depends on the surrounding turns (only preceding ones in causal mode) within the reader's reach, so it
    is never cached by text.
    """

    def __init__(
        self, tokenizer: Tokenizer, module: Reader, identity: EncoderIdentity, network: Network | None = None
    ) -> None:
        self.tokenizer = tokenizer
        self.pieces = Pieces(tokenizer, module.shape.max_tokens)
        self.module = module.eval()
        self.identity = identity
        """The identity of the sentence encoder that its weights were initialised from."""
        self.network = network
        """The network that was trained with it, from which a training goes on; None for a plain sentence encoder."""

    @property
    def mask(self) -> int:
        """The mask token; padding if the vocabulary has none."""
        return self.tokenizer.token_to_id("[MASK]") or 0

    @classmethod
    def start_from(
        cls, folder: Path, name: str, *, alone: int, window: int, max_tokens: int, spelt: bool = False
    ) -> DialogueReader:
        """Initialise from the weights of a sentence encoder in a folder; `spelt` makes it read emoji etc. as words.

        Raises `UsageError` unless it is a BERT, `BadModel` if it is damaged.
        """
        config, tensors = _read_bert(folder)
        try:
            shape = ReaderShape(
                vocabulary=config["vocab_size"],
                width=config["hidden_size"],
                layers=config["num_hidden_layers"],
                heads=config["num_attention_heads"],
                inner=config["intermediate_size"],
                places=config["max_position_embeddings"],
                max_tokens=min(max_tokens, config["max_position_embeddings"]),
                alone=min(alone, config["num_hidden_layers"]),
                window=window,
            )
            module = Reader(shape)
            speaker = {"speaker.weight": module.speaker.weight.detach()}  # which BERT doesn't have
            module.load_state_dict(_renamed(tensors, shape.layers) | speaker)
            tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        except Exception as error:  # tokenizers raises plain Exception
            raise BadModel(f"{folder} is not a complete BERT ({error!r:.200})", "Get the encoder again") from error
        tokenizer = spell_out(tokenizer) if spelt else tokenizer
        return cls(tokenizer, module, EncoderIdentity(KIND, name, sha256_of(folder / WEIGHTS), (), shape.width))

    def tuned(self, module: Reader) -> DialogueReader:
        """Return the encoder with another module, trained from this one's."""
        return DialogueReader(self.tokenizer, module, self.identity)

    def tokens(self, dialogues: Sequence[Sequence[str]]) -> list[list[Tensor]]:
        """Return each dialogue's utterances as tokens for training; only the first part of very long ones."""
        texts = list(dict.fromkeys(text for dialogue in dialogues for text in dialogue))
        first = (parts[0] for parts in self.pieces.parts(texts))
        known = {
            text: torch.tensor([token for piece in part for token in piece])
            for text, part in zip(texts, first, strict=True)
        }
        return [[known[text] for text in dialogue] for dialogue in dialogues]


AnyEncoder = Encoder | DialogueReader
"""A frozen encoder, or one fine-tuned together with the network."""


def _read_bert(folder: Path) -> tuple[dict[str, int], dict[str, Tensor]]:
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        if config.get("model_type") != "bert" or config.get("hidden_act") != "gelu":
            raise UsageError(f"{folder} is not a BERT model", "Tune an encoder that is one, such as all-MiniLM-L6-v2")
        return config, load_file(folder / WEIGHTS)
    except (OSError, ValueError, SafetensorError) as error:
        raise BadModel(f"{folder} can't be read ({error})", "Get the encoder again") from error


def _renamed(tensors: dict[str, Tensor], layers: int) -> dict[str, Tensor]:
    """Rename BERT's tensors for the reader; drop its pooler and add its segment 0 to the positions."""
    given = {name.removeprefix("bert."): tensor for name, tensor in tensors.items()}
    out = {
        "word.weight": given["embeddings.word_embeddings.weight"],
        "place.weight": given["embeddings.position_embeddings.weight"]
        + given["embeddings.token_type_embeddings.weight"][0],
    }
    for part in ("weight", "bias"):
        out[f"norm.{part}"] = given[f"embeddings.LayerNorm.{part}"]
        for number in range(layers):
            old, new = f"encoder.layer.{number}.", f"layers.{number}."
            projections = [given[f"{old}attention.self.{name}.{part}"] for name in ("query", "key", "value")]
            out[f"{new}query_key_value.{part}"] = torch.cat(projections)
            for ours, theirs in NAMES.items():
                out[f"{new}{ours}.{part}"] = given[f"{old}{theirs}.{part}"]
    return out


NAMES = {
    "attention_out": "attention.output.dense",
    "attention_norm": "attention.output.LayerNorm",
    "widen": "intermediate.dense",
    "narrow": "output.dense",
    "norm": "output.LayerNorm",
}


def spell_out(tokenizer: Tokenizer) -> Tokenizer:
    """Return a tokenizer that reads emoji by Unicode names and keywords, emoticons as words, and marks capitals.

    The rules (`spelling.json`, which `tools/spell_emoji.py` generates from Unicode's CLDR) become part of the
    tokenizer's own file, so that they apply wherever it is loaded.
    """
    steps = json.loads((files("sentemo.encoders") / "spelling.json").read_text(encoding="utf-8"))
    description = json.loads(tokenizer.to_str())
    own = description["normalizer"]
    description["normalizer"] = {"type": "Sequence", "normalizers": [*steps, *([own] if own else [])]}
    return Tokenizer.from_str(json.dumps(description))
