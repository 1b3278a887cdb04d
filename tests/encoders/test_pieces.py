from __future__ import annotations

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sentemo.encoders.pieces import PART_TOKENS, Pieces
from sentemo.network.batch import pad_tokens, places_of
from sentemo.training.running import read_alone

from .readers import embedded, tiny_reader, tiny_tokenizer

CLS, SEP = 1, 2


@given(st.lists(st.sampled_from(["rome", "love", "?", "ok ."]), max_size=60), st.integers(4, 20))
@settings(deadline=None)
def test_pieces_hold_every_token_once_and_none_is_too_long(words: list[str], most: int) -> None:
    pieces = Pieces(tiny_tokenizer(), most)
    whole = tiny_tokenizer().encode(" ".join(words)).ids[1:-1]
    [found] = pieces.encode([" ".join(words)])
    assert [token for piece in found for token in piece[1:-1]] == whole
    assert all((piece[0], piece[-1]) == (CLS, SEP) and len(piece) <= most for piece in found)
    [parts] = pieces.parts([" ".join(words)])
    assert [piece for part in parts for piece in part] == found
    assert all(sum(map(len, part)) <= PART_TOKENS or len(part) == 1 for part in parts)


def test_a_piece_ends_with_a_sentence_where_one_ends_in_its_second_half() -> None:
    tokenizer = tiny_tokenizer()
    question = tokenizer.token_to_id("?")
    [found] = Pieces(tokenizer, 12).encode(["rome rome rome rome rome rome ? rome rome rome rome rome"])
    assert len(found) == 2 and found[0][-2] == question
    [full] = Pieces(tokenizer, 12).encode(["rome ? " + "rome " * 20])
    assert len(full[0]) == 12  # a sentence that ends early would leave a piece half empty


def test_a_text_that_names_a_mark_means_its_letters() -> None:
    [[tokens]] = Pieces(tiny_tokenizer(), 12).encode(["[CLS] rome [SEP]"])
    assert tokens.count(CLS) == tokens.count(SEP) == 1


def test_places_begin_again_in_each_piece() -> None:
    tokens = torch.tensor([CLS, 7, 8, SEP, CLS, 9, SEP])
    assert places_of(tokens).tolist() == [0, 1, 2, 3, 0, 1, 2]
    assert places_of(torch.zeros(4, 16)).tolist() == [0, 1, 2, 3]


def test_what_comes_last_in_a_long_message_is_read() -> None:
    reader = tiny_reader()
    calm, other = "rome " * 30, "rome " * 29 + "hate"
    vectors = embedded(reader, [calm, other])
    assert np.abs(vectors[0] - vectors[1]).max() > 1e-3


def test_pieces_are_read_alone_as_they_are_together() -> None:
    reader = tiny_reader()
    tokens = reader.tokens([["I love Rome " * 9, "oh, I see"]])
    states = read_alone(reader.module, tokens)
    speakers = [torch.tensor([0, 1])]
    with torch.no_grad():
        whole = reader.module(*pad_tokens(tokens, speakers)[:4])
        joined = reader.module(*pad_tokens(states, speakers)[:4])
    torch.testing.assert_close(whole, joined, atol=1e-5, rtol=1e-5)


def test_a_very_long_message_is_the_mean_of_its_parts() -> None:
    reader = tiny_reader(window=0)
    text = "I love Rome and hate it . " * 200
    [found] = reader.pieces.parts([text])
    parts = [torch.tensor([token for piece in part for token in piece]) for part in found]
    assert len(parts) > 1
    alone = torch.stack([reader.module(*pad_tokens([[part]], [torch.tensor([0])])[:4])[0, 0] for part in parts])
    lengths = torch.tensor([float(len(part)) for part in parts])
    wanted = (alone * lengths[:, None]).sum(0) / lengths.sum()
    np.testing.assert_allclose(embedded(reader, [text])[0], wanted.detach().numpy(), atol=1e-5)


def test_the_work_grows_with_the_length_and_no_faster() -> None:
    reader, read = tiny_reader(), []
    for layer in reader.module.layers:
        layer.register_forward_pre_hook(lambda module, inputs: read.append(inputs[0].numel()))
    for times in (1000, 8000):
        embedded(reader, ["rome love " * times])
        read.append(0)
    short, long = (sum(read[: read.index(0)]), sum(read[read.index(0) :]))
    assert long < 10 * short
