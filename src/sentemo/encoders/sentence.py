"""The sentence-transformers encoder, and loading any encoder by name."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from sentemo.encoders.encoder import Encoder, EncoderIdentity, OnProgress
from sentemo.encoders.hashing import HashingEncoder
from sentemo.encoders.packaged import is_packaged, packaged_folder
from sentemo.errors import BadModel, MissingExtra, UsageError
from sentemo.files import sha256_of

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from sentemo.encoders.encoder import Embeddings

BATCH = 64
HUB_FILES = ["*.json", "*.txt", "*.model", "*/config.json", "*.safetensors"]
HUB_SKIPPED = ["onnx/*", "openvino/*", "*.bin", "*.h5", "*.msgpack"]
NOT_SAVED = (".*", "onnx", "openvino", "*.bin", "*.h5", "*.msgpack")


class SentenceEncoder:
    """Encode texts with a frozen sentence-transformers model.

    An embedding is the model's sentence embedding, followed, for each of `layers` (0 is the word embeddings), by that
    Transformer layer's states averaged over the text's tokens: lower layers keep what a model tuned on meaning drops,
    such as exclamation marks. Texts beyond the model's sequence length are truncated.
    """

    def __init__(self, model: SentenceTransformer, identity: EncoderIdentity, folder: Path) -> None:
        self.model = model.eval()
        self.identity = identity
        self.folder = folder

    @classmethod
    def load(cls, name: str, layers: tuple[int, ...] = ()) -> SentenceEncoder:
        """Load a hub name or a folder; raise `BadModel` if there is no such model, or only a pickled one."""
        folder = find_folder(name)
        weights = _weights(folder, name)
        model = _load_model(folder)
        transformer = getattr(model[0], "auto_model", None)
        if transformer is None:
            raise BadModel(f"{name} is not a Transformer", "Use a sentence-transformers model that is one")
        depth, width = transformer.config.num_hidden_layers, transformer.config.hidden_size
        if any(not 0 <= layer <= depth for layer in layers):
            raise UsageError(f"{name} has no layers {list(layers)}", f"Choose layers from 0 to {depth}")
        if layers:
            transformer.config.output_hidden_states = True
        dimension = int(model.get_embedding_dimension() or width) + len(layers) * width
        return cls(model, EncoderIdentity("sentence-transformers", name, digest(weights), layers, dimension), folder)

    def encode(self, texts: Sequence[str], on_progress: OnProgress | None = None) -> Embeddings:
        """N texts -> (N,E) float32, in the order of the texts; texts of similar length are batched together."""
        vectors = np.empty((len(texts), self.identity.dimension), dtype=np.float32)
        by_length = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        for start in range(0, len(texts), BATCH):
            rows = by_length[start : start + BATCH]
            vectors[rows] = self._encode_batch([texts[row] for row in rows])
            if on_progress:
                on_progress(start + len(rows), len(texts))
        return vectors

    @torch.inference_mode()
    def _encode_batch(self, texts: list[str]) -> Embeddings:
        features = self.model(self.model.preprocess(texts))
        parts = [features["sentence_embedding"]]
        if self.identity.layers:
            is_token = features["attention_mask"][..., None].float()  # (N, tokens, 1)
            states = features["all_layer_embeddings"]
            parts += [(states[k] * is_token).sum(1) / is_token.sum(1) for k in self.identity.layers]
        vectors: Embeddings = torch.cat([part.float() for part in parts], dim=1).numpy()
        return vectors

    def save(self, folder: Path) -> None:
        """Copy the encoder's files. Saving the same weights again would change their hash."""
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns(*NOT_SAVED))


def find_folder(name: str) -> Path:
    """Return the folder of a packaged model, a local one, or one from the hub (downloaded on first use)."""
    if Path(name).is_dir():
        return Path(name)
    if is_packaged(name):
        return packaged_folder()
    from huggingface_hub import snapshot_download

    repository = name if "/" in name else f"sentence-transformers/{name}"
    try:
        found = snapshot_download(repository, allow_patterns=HUB_FILES, ignore_patterns=HUB_SKIPPED)
    except Exception as error:  # the hub's client raises many types, which all mean the same to users
        raise BadModel(
            f"The encoder {name} is no folder and could not be fetched from the hub ({type(error).__name__})",
            "Check the name and the network, or give a folder that contains the model",
        ) from error
    return Path(found)


def digest(weights: Sequence[Path]) -> str:
    """Hash weight files: the SHA-256 of a single file, else that of all their hashes."""
    sums = [sha256_of(path) for path in weights]
    return sums[0] if len(sums) == 1 else hashlib.sha256("".join(sums).encode()).hexdigest()


def _weights(folder: Path, name: str) -> list[Path]:
    """List the weight files of a model and of the modules in its folder; raise `BadModel` for pickled ones."""
    weights = sorted(folder.glob("**/*.safetensors"))
    pickled = [path.parent for path in folder.glob("*/pytorch_model.bin")]
    if not weights or any(not (module / "model.safetensors").is_file() for module in pickled):
        raise BadModel(f"{name} has no weights as *.safetensors", "Use a model saved as safetensors")
    return weights


def _load_model(folder: Path) -> Any:
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise MissingExtra("The library sentence-transformers", "train") from error

    kwargs = {"use_safetensors": True}
    try:
        with _quiet():
            return SentenceTransformer(str(folder), device="cpu", local_files_only=True, model_kwargs=kwargs)
    except Exception as error:  # transformers, tokenizers and safetensors each raise their own types
        raise BadModel(f"{folder} is not a sentence-transformers model ({error})", "Give another folder") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Hide the loading bars of transformers."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


def load_encoder(name: str, layers: Sequence[int] = ()) -> Encoder:
    """Load an encoder by name: `hashing`, `hashing-DIM`, a folder, or a sentence-transformers hub name.

    all-MiniLM-L6-v2 is installed with the package and needs no network.
    """
    if name == "hashing" or name.startswith("hashing-"):
        return HashingEncoder.from_name(name)
    return SentenceEncoder.load(name, tuple(layers))
