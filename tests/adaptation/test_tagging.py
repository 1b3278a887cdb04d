"""Tags learnt on features that count words."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from sentemo.adaptation.adaptable import changes
from sentemo.adaptation.ordinary import Turns, ordinary
from sentemo.adaptation.tagging import learn_tags
from sentemo.heads import OtherLabels
from sentemo.tags import Tags
from sentemo.types import Conversation, LabelSet, Prediction, TurnPrediction, Utterance

WIDTH = 96
LEAVING = ("i want to leave you", "i will leave and cancel", "please cancel it all", "how do i cancel this")
TIRED = ("so tired tonight", "i am tired and worn out", "worn out again", "tired of being tired")


def featurise(conversations: Sequence[Conversation]) -> list[NDArray[np.float32]]:
    """Hashed words of the turn, and a little of the turns around it."""
    return [rows(talk) for talk in conversations]


def rows(talk: Conversation) -> NDArray[np.float32]:
    own = np.zeros((len(talk), WIDTH), np.float32)
    for place, turn in enumerate(talk):
        for word in turn.text.casefold().split():
            own[place, zlib.crc32(word.encode()) % WIDTH] += 1
    around = own.copy()
    around[1:] += own[:-1] / 2
    return np.asarray(around / np.linalg.norm(around, axis=1, keepdims=True), np.float32)


BACKGROUND = Turns(ordinary(), featurise)


def bare(label: str, *texts: str) -> list[Conversation]:
    return [Conversation("", (Utterance(text, "", label),)) for text in texts]


def log_odds(tags: Tags, *texts: str) -> NDArray[np.float32]:
    alone = np.concatenate(featurise([Conversation.of(text) for text in texts]))
    return tags.log_odds(alone, alone)


def test_a_tag_applies_to_turns_like_its_examples_and_hardly_to_others() -> None:
    tags, found = learn_tags(None, featurise, bare("leaving", *LEAVING) + bare("tired", *TIRED), BACKGROUND)
    assert tags.names == ("leaving", "tired") and not tags.reads_context
    odds = log_odds(tags, "cancel please", "tired and worn out", "see you at nine")
    assert (odds >= 0).tolist() == [[True, False], [False, True], [False, False]]
    passing = (tags.log_odds(BACKGROUND.alone, BACKGROUND.alone) >= 0).mean(0)
    assert (passing <= 0.02).all() and found.examples == {"leaving": 4, "tired": 4}
    expected = found.tags["leaving"]
    assert expected.recall is not None and expected.recall_interval[0] <= expected.recall <= expected.recall_interval[1]
    assert "leaving: finds" in str(found) and type(found).from_json(found.to_json()) == found


def test_counter_examples_and_other_push_away() -> None:
    plain, _ = learn_tags(None, featurise, bare("leaving", *LEAVING), BACKGROUND)
    for label in ("!leaving", "other"):
        told, _ = learn_tags(None, featurise, bare("leaving", *LEAVING) + bare(label, "cancel the meeting"), BACKGROUND)
        assert told.names == ("leaving",)
        assert log_odds(told, "cancel the meeting") < 0 < log_odds(told, "cancel it all")
        assert log_odds(told, "cancel the meeting") < log_odds(plain, "cancel the meeting")


def test_a_description_is_enough_and_says_that_nothing_can_be_expected() -> None:
    words = {"leaving": "wants to leave or cancel"}
    tags, found = learn_tags(None, featurise, [], BACKGROUND, descriptions=words)
    assert log_odds(tags, "leave or cancel")[0, 0] > 0 > log_odds(tags, "see you at nine")[0, 0]
    assert found.tags["leaving"].recall is None and "nothing can be expected" in str(found)


def test_nothing_else_moves_when_a_tag_is_added_or_learns_more() -> None:
    one, _ = learn_tags(None, featurise, bare("leaving", *LEAVING), BACKGROUND)
    two, _ = learn_tags(one, featurise, bare("tired", *TIRED), BACKGROUND)
    assert two.names == ("leaving", "tired") and np.array_equal(two.weights[0], one.weights[0])
    more, found = learn_tags(two, featurise, bare("leaving", "goodbye forever"), BACKGROUND)
    assert more.names == ("tired", "leaving") and found.examples == {"leaving": 5}
    assert np.array_equal(more.weights[0], two.weights[1])
    assert set(more.examples.texts) == {*LEAVING, *TIRED, "goodbye forever"}


def test_shades_help_where_the_model_knows_them() -> None:
    """A shade that notices a word tells the tag in turns that share nothing else with its examples."""
    rare = int(BACKGROUND.alone.sum(0).argmin())
    word = next(word for word in map(str, range(10_000)) if zlib.crc32(word.encode()) % WIDTH == rare)
    weight = np.zeros((2, WIDTH), np.float32)
    weight[1, rare] = 60
    shades = OtherLabels(LabelSet(("none", "noticed")), weight, *np.float32([[0, -10], [0.5, 0.5]]))
    examples = bare("leaving", f"{word} please", f"do {word} this", f"{word} now ok")
    plain, _ = learn_tags(None, featurise, examples, BACKGROUND)
    helped, _ = learn_tags(None, featurise, examples, BACKGROUND, shades=shades)
    assert plain.weights.shape == (1, WIDTH) and helped.weights.shape == (1, WIDTH + 2)
    (far,) = featurise([Conversation.of(f"would you {word} whatever remains of our good old plan")])
    assert plain.log_odds(far, far) < helped.log_odds(far, far, shades) > 0
    more, _ = learn_tags(plain, featurise, bare("tired", *TIRED), BACKGROUND, shades=shades)
    assert more.weights.shape == (2, WIDTH)  # earlier tags know no shades, nor do tags added to them
    assert np.array_equal(more.log_odds(far, far, shades), more.log_odds(far, far))


def test_a_turns_own_words_come_first() -> None:
    before = ("any news", "see you at nine", "the soup is ready", "who took my pen")
    pairs = zip(before, LEAVING, strict=True)
    talks = [Conversation("", (Utterance(one), Utterance(text, "", "leaving"))) for one, text in pairs]
    tags, _ = learn_tags(None, featurise, talks, BACKGROUND)
    assert tags.context.tolist() == [0.0]
    told, _ = learn_tags(None, featurise, talks, BACKGROUND, context=0.5)
    assert told.context.tolist() == [0.5] and told.reads_context


@pytest.mark.parametrize(("share", "said"), [(0.25, "It will miss more than it finds"), (0.75, "finds 75%")])
def test_a_tag_that_finds_little_is_told(share: float, said: str) -> None:
    _, found = learn_tags(None, featurise, bare("leaving", *LEAVING), BACKGROUND)
    values = found.to_json()
    values["tags"]["leaving"]["recall"] = share
    assert said in str(type(found).from_json(values))


def test_changes_are_turns_with_another_label_or_tag() -> None:
    turn = TurnPrediction("", "Bye!", "joy", 0.9, {"joy": 0.9, "rage": 0.1})
    tagged = TurnPrediction("", "Bye!", "joy", 0.9, {"joy": 0.9, "rage": 0.1}, tags={"leaving": 0.7})
    (found,) = changes([Prediction("", (turn, turn))], [Prediction("", (turn, tagged))])
    assert (found.conversation, found.turn) == (0, 1) and str(found) == "joy -> joy #leaving: Bye!"
