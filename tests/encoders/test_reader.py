from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file, save_file

from sentemo.encoders.packaged import packaged_folder
from sentemo.encoders.reader import DialogueReader
from sentemo.encoders.sentence import SentenceEncoder
from sentemo.errors import BadModel, UsageError
from sentemo.heads import unit

from .readers import embedded, engine_of, tiny_reader

TEXTS = ["Hello!", "I can't believe that you did this.", "Ωmega ☕ and 漢字", "no " * 200]


def test_starts_as_the_sentence_encoder_it_starts_from(minilm: SentenceEncoder) -> None:
    reader = DialogueReader.start_from(packaged_folder(), "all-MiniLM-L6-v2", alone=6, window=3, max_tokens=256)
    assert reader.identity.dimension == 384 and reader.identity.sha256 == minilm.identity.sha256
    found = unit(embedded(reader, TEXTS))
    np.testing.assert_allclose(found, minilm.encode(TEXTS)[:, :384], atol=2e-5)


def test_equal_texts_in_other_company_have_other_embeddings() -> None:
    reader, two = engine_of(tiny_reader()), [np.array([0, 1])] * 2
    one, other = reader.read([["I love Rome", "oh, I see"], ["I hate Rome so much", "oh, I see"]], two)
    assert np.abs(one[1] - other[1]).max() > 1e-3
    alone = engine_of(tiny_reader(alone=3))
    one, other = alone.read([["I love Rome", "oh, I see"], ["I hate Rome so much", "oh, I see"]], two)
    np.testing.assert_allclose(one[1], other[1], rtol=1e-5, atol=1e-6)


def test_long_utterances_and_odd_ones_are_read() -> None:
    reader = tiny_reader()
    assert np.isfinite(embedded(reader, ["rome " * 5000])).all()
    assert np.isfinite(embedded(reader, ["☕", "漢字", "?", " x "])).all()


def test_only_a_sound_bert_is_tuned(tiny_roberta: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a BERT model"):
        DialogueReader.start_from(tiny_roberta, "roberta", alone=3, window=3, max_tokens=96)
    with pytest.raises(BadModel, match="can't be read"):
        DialogueReader.start_from(tmp_path, "nothing", alone=3, window=3, max_tokens=96)
    for name in ("config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes((packaged_folder() / name).read_bytes())
    (tmp_path / "model.safetensors").write_bytes(b"no tensors")
    with pytest.raises(BadModel, match="can't be read"):
        DialogueReader.start_from(tmp_path, "damaged", alone=3, window=3, max_tokens=96)
    tensors = load_file(packaged_folder() / "model.safetensors")
    del tensors["encoder.layer.2.output.dense.weight"]
    save_file(tensors, tmp_path / "model.safetensors")
    with pytest.raises(BadModel, match="not a complete BERT"):
        DialogueReader.start_from(tmp_path, "partial", alone=3, window=3, max_tokens=96)
