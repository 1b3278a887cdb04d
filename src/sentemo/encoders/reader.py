"""The tuned encoder: reads the utterances of a dialogue together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor

from sentemo.encoders.identity import EncoderIdentity, OnProgress
from sentemo.encoders.pieces import Pieces
from sentemo.encoders.spelling import spell_out
from sentemo.errors import BadModel, UsageError
from sentemo.files import sha256_of
from sentemo.network.reader import Reader, ReaderShape
from sentemo.network.stretches import read

if TYPE_CHECKING:
    from sentemo.encoders.identity import Embeddings

KIND = "reader"
TOKENIZER, WEIGHTS = "tokenizer.json", "model.safetensors"


class DialogueReader:
    """Encode the utterances of dialogues with a reader that is trained together with the network.

    An embedding depends on the turns around (on the turns before, in causal mode), within the reader's reach; so it is
    never cached by text.
    """

    def __init__(self, tokenizer: Tokenizer, module: Reader, identity: EncoderIdentity) -> None:
        self.tokenizer = tokenizer
        self.pieces = Pieces(tokenizer, module.shape.max_tokens)
        self.module = module.eval()
        self.identity = identity
        """Of the sentence encoder that its weights started from."""

    @property
    def mask(self) -> int:
        """The token that stands for a masked word; padding, where the vocabulary has none."""
        return self.tokenizer.token_to_id("[MASK]") or 0

    @classmethod
    def start_from(
        cls, folder: Path, name: str, *, alone: int, window: int, max_tokens: int, spelt: bool = False
    ) -> DialogueReader:
        """Start from the weights of a sentence encoder in a folder; `spelt` has it read emoji and the like in words.

        Raises `UsageError` unless it is a BERT, `BadModel` where it is damaged.
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
            speaker = {"speaker.weight": module.speaker.weight.detach()}  # which BERT has not
            module.load_state_dict(_renamed(tensors, shape.layers) | speaker)
            tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        except Exception as error:  # tokenizers raises plain Exception
            raise BadModel(f"{folder} holds no whole BERT ({error!r:.200})", "Get the encoder again") from error
        tokenizer = spell_out(tokenizer) if spelt else tokenizer
        return cls(tokenizer, module, EncoderIdentity(KIND, name, sha256_of(folder / WEIGHTS), (), shape.width))

    def tuned(self, module: Reader) -> DialogueReader:
        """The same with a module trained from this one's."""
        return DialogueReader(self.tokenizer, module, self.identity)

    def encode(self, texts: Sequence[str], on_progress: OnProgress | None = None) -> Embeddings:
        """N texts -> (N,E) float32, each read as a dialogue of its own."""
        vectors = self.read([[text] for text in texts], [torch.zeros(1, dtype=torch.long)] * len(texts))
        if on_progress:
            on_progress(len(texts), len(texts))
        embeddings: Embeddings = torch.cat(vectors).numpy()
        return embeddings

    @torch.inference_mode()
    def read(
        self, dialogues: Sequence[Sequence[str]], speakers: Sequence[Tensor], *, causal: bool = False
    ) -> list[Tensor]:
        """N dialogues of T texts, N tensors (T,) of speaker numbers -> N tensors (T,E).

        Of a very long utterance the first part is read with its neighbours and the others alone, so that the work grows
        with its length and no faster; its embedding is their mean.
        """
        parts = self.parts(dialogues)
        first = [[utterance[0] for utterance in dialogue] for dialogue in parts]
        vectors = read(self.module, first, speakers, causal=causal)
        for dialogue, utterances in enumerate(parts):
            for turn, utterance in enumerate(utterances):
                if len(utterance) > 1:
                    rest = self.read_parts(utterance[1:], int(speakers[dialogue][turn]))
                    vectors[dialogue][turn] = merged(torch.cat([vectors[dialogue][turn][None], rest]), utterance)
        return vectors

    def read_parts(self, parts: Sequence[Tensor], speaker: int) -> Tensor:
        """P parts of tokens (L,) of one speaker -> (P,E), each read alone."""
        return torch.cat(read(self.module, [[part] for part in parts], [torch.tensor([speaker])] * len(parts)))

    def parts(self, dialogues: Sequence[Sequence[str]]) -> list[list[list[Tensor]]]:
        """The tokens of each part of each utterance of each dialogue; equal texts are tokenised once."""
        texts = list(dict.fromkeys(text for dialogue in dialogues for text in dialogue))
        known = {
            text: [torch.tensor([token for piece in part for token in piece]) for part in parts]
            for text, parts in zip(texts, self.pieces.parts(texts), strict=True)
        }
        return [[known[text] for text in dialogue] for dialogue in dialogues]

    def tokens(self, dialogues: Sequence[Sequence[str]]) -> list[list[Tensor]]:
        """The tokens of each utterance of each dialogue to train on, of very long ones those of the first part."""
        return [[utterance[0] for utterance in dialogue] for dialogue in self.parts(dialogues)]


def merged(vectors: Tensor, parts: Sequence[Tensor]) -> Tensor:
    """(P,E) of the parts of an utterance, P tensors of tokens (L,) -> (E,), their mean by length."""
    lengths = torch.tensor([float(len(part)) for part in parts])
    return (vectors * lengths[:, None]).sum(0) / lengths.sum()


def _read_bert(folder: Path) -> tuple[dict[str, int], dict[str, Tensor]]:
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        if config.get("model_type") != "bert" or config.get("hidden_act") != "gelu":
            raise UsageError(f"{folder} is no BERT", "Tune an encoder that is one, such as all-MiniLM-L6-v2")
        return config, load_file(folder / WEIGHTS)
    except (OSError, ValueError, SafetensorError) as error:
        raise BadModel(f"{folder} can't be read ({error})", "Get the encoder again") from error


def _renamed(tensors: dict[str, Tensor], layers: int) -> dict[str, Tensor]:
    """BERT's tensors under the reader's names; its pooler is left out, its segment 0 goes into the places."""
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
