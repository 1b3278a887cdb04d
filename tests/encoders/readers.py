"""Small readers with random weights, which know the words of the templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from sentemo.encoders.encoder import EncoderIdentity
from sentemo.encoders.reader import KIND, DialogueReader
from sentemo.inference.engine import Engine
from sentemo.inference.modules import Modules
from sentemo.network.network import Network
from sentemo.network.reader import Reader
from sentemo.network.shape import NetworkShape, ReaderShape
from tests.dialogues import ECHOES, OPENERS, THINGS

SHAPE = ReaderShape(vocabulary=200, width=16, layers=3, heads=2, inner=32, places=16, max_tokens=12, alone=1, window=2)


def tiny_tokenizer() -> Tokenizer:
    """Make a tokenizer of whole words, with a mark before and after an utterance."""
    texts = [*(text for texts in OPENERS.values() for text in texts), *THINGS, *ECHOES]
    words = sorted({word for text in texts for word in text.lower().replace(",", " , ").replace("?", " ? ").split()})
    vocabulary = {word: number for number, word in enumerate(["[PAD]", "[CLS]", "[SEP]", "[UNK]", *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    return tokenizer


def random_reader(seed: int = 0, *, std: float = 0.3, **sizes: int) -> Reader:
    """Draw every tensor at random, those that start at zero too."""
    torch.manual_seed(seed)
    reader = Reader(replace(SHAPE, **sizes)).eval()
    with torch.no_grad():
        for name, parameter in reader.named_parameters():
            parameter.normal_(mean=float("norm.weight" in name), std=std)
    return reader


def tiny_reader(seed: int = 0, *, std: float = 0.3, **sizes: int) -> DialogueReader:
    """Make an encoder of a random reader."""
    module = random_reader(seed, std=std, **sizes)
    identity = EncoderIdentity(KIND, f"tiny-{seed}", f"{seed:064d}", (), module.shape.width)
    return DialogueReader(tiny_tokenizer(), module, identity)


def engine_of(reader: DialogueReader, *, causal: bool = False) -> Engine:
    """What reads with a reader; the network above it doesn't matter."""
    shape = NetworkShape(embedding_dim=reader.module.shape.width, labels=2, context_dim=8, space_dim=8, heads=2)
    return Engine(Modules(reader, Network(shape)), causal)


def embedded(reader: DialogueReader, texts: Sequence[str]) -> NDArray[np.float32]:
    """(N,E), each text read as a dialogue of its own."""
    return np.concatenate(engine_of(reader).read([[text] for text in texts], [np.zeros(1, np.int64)] * len(texts)))
