"""The transformer, with the real ConvoKit on a corpus made by it."""

from __future__ import annotations

from pathlib import Path

import pytest

import sentemo

convokit = pytest.importorskip("convokit", reason="ConvoKit is not installed: make integrations")

TALKS = {
    "a": [
        ("u1", "Ann", "where is my parcel?", 3),
        ("u0", "Bob", "Sorry, it is late.", 5),
        ("u2", "Ann", "I am furious", 9),
    ],
    "b": [("v0", "Cleo", "I got the job!!", 1), ("v1", "Ann", "", 2), ("v2", "Ann", "No way, congrats!", 3)],
}


@pytest.fixture
def corpus() -> convokit.Corpus:
    speakers = {name: convokit.Speaker(id=name) for name in ("Ann", "Bob", "Cleo")}
    made = []
    for turns in TALKS.values():
        before = None
        for id, name, text, time in turns:
            common = {"id": id, "speaker": speakers[name], "conversation_id": turns[0][0], "text": text}
            made.append(convokit.Utterance(**common, reply_to=before, timestamp=time))
            before = id
    return convokit.Corpus(utterances=made[::-1])


def test_every_utterance_is_annotated_in_its_conversation(corpus: convokit.Corpus, tmp_path: Path) -> None:
    from sentemo.integrations import EmotionTransformer

    model = sentemo.load("static")
    done = EmotionTransformer(model, probabilities=True).fit_transform(corpus)
    assert done is corpus
    for turns in TALKS.values():
        said = [turn for turn in turns if turn[2]]
        for (id, *_), turn in zip(said, model.predict([(name, text) for _, name, text, _ in said]), strict=True):
            meta = done.get_utterance(id).meta
            assert (meta["emotion"], meta["emotion_score"]) == (turn.label, pytest.approx(turn.score))
            assert meta["emotion_probabilities"] == pytest.approx(dict(turn.probabilities))
    assert done.get_utterance("v1").meta["emotion"] is None
    done.dump("written", base_path=str(tmp_path))
    (found,) = [talk for talk in sentemo.read_conversations(tmp_path / "written") if len(talk) == 3]
    assert [turn.label for turn in found] == [done.get_utterance(id).meta["emotion"] for id in ("u1", "u0", "u2")]


def test_a_selector_says_which_and_all_are_context(corpus: convokit.Corpus) -> None:
    from sentemo.integrations import EmotionTransformer

    model = sentemo.load("static")
    EmotionTransformer("static", name="mood").transform(corpus, selector=lambda each: each.speaker.id == "Bob")
    expected = model.predict([(name, text) for _, name, text, _ in TALKS["a"]]).turns[1]
    assert corpus.get_utterance("u0").meta["mood"] == expected.label
    assert "mood" not in corpus.get_utterance("u1").meta and "mood" not in corpus.get_utterance("v0").meta


def test_without_times_turns_come_after_what_they_answer(corpus: convokit.Corpus) -> None:
    from sentemo.integrations.convokit import _ordered

    corpus.get_utterance("u0").timestamp = None
    assert [each.id for each in _ordered(corpus.get_conversation("u1"))] == ["u1", "u0", "u2"]
