"""Labelers of others for `throughput.py`, built for speed alone: what they learn or answer is left out."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sentemo.types import Conversation, LabelSet

Label = Callable[[Sequence[Conversation]], Any]
AT_ONCE = 8
"""Utterances of a batch, sorted by length: the fastest on one core; 64 take half as long again, out of its cache."""
SEVEN = LabelSet(("neutral", "anger", "disgust", "fear", "happiness", "sadness", "surprise"), "neutral")


def minilm_row(model: str, threads: int) -> tuple[Label, int]:
    """all-MiniLM-L6-v2 on isolated utterances, and a logistic regression of random labels on top."""
    encoder, head, size = _minilm(threads)

    def label(talks: Sequence[Conversation]) -> Any:
        return head.predict_proba(encoder.encode(texts(talks), batch_size=AT_ONCE))

    return label, size


def setfit_row(model: str, threads: int) -> tuple[Label, int]:
    """SetFit's own model class with the same parts."""
    from setfit import SetFitModel

    encoder, head, size = _minilm(threads)
    fitted = SetFitModel(model_body=encoder, model_head=head, labels=list(SEVEN.names))
    return lambda talks: fitted.predict_proba(texts(talks), batch_size=AT_ONCE, show_progress_bar=False), size


def distilroberta_row(model: str, threads: int) -> tuple[Label, int]:
    """A text-classification model of DistilRoBERTa-base's size with random weights, batches by length.

    Its tokens are all-MiniLM-L6-v2's, as many as a tokenizer of its own would make, or nearly.
    """
    import torch
    from transformers import AutoTokenizer, RobertaConfig, RobertaForSequenceClassification

    from sentemo.encoders.packaged import packaged_folder

    torch.set_num_threads(threads)
    tokenizer = AutoTokenizer.from_pretrained(str(packaged_folder()))
    config = RobertaConfig(vocab_size=50265, num_hidden_layers=6, max_position_embeddings=514, num_labels=7)
    network = RobertaForSequenceClassification(config).eval()

    @torch.inference_mode()
    def label(talks: Sequence[Conversation]) -> Any:
        sorted_texts = sorted(texts(talks), key=len)
        for start in range(0, len(sorted_texts), AT_ONCE):
            some = sorted_texts[start : start + AT_ONCE]
            batch = tokenizer(some, padding=True, truncation=True, max_length=96, return_tensors="pt")
            network(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits.softmax(-1)

    return label, 4 * sum(parameter.numel() for parameter in network.parameters())


def smollm2_row(model: str, threads: int) -> tuple[Label, int]:
    """SmolLM2-135M-Instruct (Q4_1) behind llama.cpp's server in this process, asked as `llm:...` is."""
    import xllamacpp
    from llm_server import packaged

    from sentemo.llm.spec import Outfit, Spec

    params = xllamacpp.CommonParams()
    params.model.path = packaged()
    params.verbosity = 0
    params.hostnames, params.port = ["127.0.0.1"], free_port()
    params.n_ctx, params.n_parallel, params.cpuparams.n_threads = 4096, 1, threads
    server = xllamacpp.Server(params)
    labeler = Outfit(["concurrency=1"]).labeler(Spec("smollm2-135m", f"{server.listening_address}/v1"), SEVEN)

    def label(talks: Sequence[Conversation], server: Any = server) -> Any:  # which lives as long as this does
        return labeler.predict(talks)

    return label, Path(packaged()).stat().st_size


def texts(talks: Sequence[Conversation]) -> list[str]:
    """Every utterance."""
    return [turn.text for talk in talks for turn in talk]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _minilm(threads: int) -> tuple[Any, Any, int]:
    import numpy as np
    import torch
    from sentence_transformers import SentenceTransformer
    from sklearn.linear_model import LogisticRegression

    from sentemo.encoders.packaged import packaged_folder

    torch.set_num_threads(threads)
    rng = np.random.default_rng(0)
    head = LogisticRegression().fit(rng.standard_normal((700, 384)), np.arange(700) % 7)
    size = sum(path.stat().st_size for path in packaged_folder().rglob("*") if path.is_file())
    return SentenceTransformer(str(packaged_folder()), device="cpu"), head, size
