"""What the shipped model says of things that everybody would label alike."""

from __future__ import annotations

from functools import cache

import pytest

from sentemo.model import SentEmoContext

SHIPPED = cache(SentEmoContext.from_pretrained)
EMOJI = {
    "anger": "😡😠🤬",
    "disgust": "🤮🤢",
    "fear": "😱😨😰",
    "happiness": "😂❤😍🎉😊🥰",
    "sadness": "😢😭😞💔",
    "surprise": "😮😲",
}
"""Twenty everyday emoji by the label that most people would give them."""
PLAIN = ["It will arrive today.", "What time is it?", "ok", "I understand.", "Let's meet at six."]
CLEAR = {
    "My cat died this morning.": "sadness",
    "Finally!!! We got the keys, I'm so happy": "happiness",
    "This is the third time I've called and nobody has fixed it. Unacceptable.": "anger",
    "wait WHAT. no way": "surprise",
    "eww there's a hair in my soup, gross": "disgust",
    "I'm terrified the biopsy comes back bad": "fear",
    "omg that's hilarious 😂😂": "happiness",
    "I miss him so much 💔": "sadness",
}


def test_seventeen_of_twenty_emoji_have_the_label_that_most_people_would_give() -> None:
    right = [
        SHIPPED().predict(emoji).turns[0].label == label
        for label, all_of_them in EMOJI.items()
        for emoji in all_of_them
    ]
    assert len(right) == 20 and sum(right) >= 17


@pytest.mark.parametrize("text", PLAIN)
def test_ordinary_turns_are_neutral(text: str) -> None:
    assert SHIPPED().predict(text).turns[0].label == "neutral"


@pytest.mark.parametrize(("text", "label"), CLEAR.items())
def test_clear_turns_have_their_emotion(text: str, label: str) -> None:
    assert SHIPPED().predict(text).turns[0].label == label


def test_what_is_said_last_in_a_long_message_counts() -> None:
    calm = (
        "We packed the boxes on Monday and the van came on Tuesday at nine. The kitchen is on the ground floor. "
        "There are two rooms upstairs and a small one under the roof. The desk stands by the window now, and the books "
        "are in alphabetical order. The bus stop is on the corner of Mill Street. It runs every twenty minutes, and on "
        "Sundays every hour. The nearest shop opens at seven. Our new address is on the card, below the phone number. "
        "The garden has an apple tree and a shed. The meter readings are in the blue folder. Bins go out on Wednesday, "
        "paper on the first Friday of the month. The key to the cellar hangs behind the door. "
    )
    before, after = (
        SHIPPED().predict(calm + end).turns[0] for end in ("", "And I am absolutely furious about it!!! " * 6)
    )
    assert before.label == "neutral"
    assert after.probabilities["anger"] > 2 * before.probabilities["anger"]


def test_the_label_is_the_most_probable_one() -> None:
    for turn in SHIPPED().predict([("Ann", text) for text in [*PLAIN, *CLEAR]]):
        assert turn.score == max(turn.probabilities.values()) == turn.probabilities[turn.label]
