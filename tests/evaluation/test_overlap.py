from __future__ import annotations

from sentemo.evaluation.repeats import long_lines, without_shared_scenes
from sentemo.types import Conversation

SEEN = [
    Conversation.of("We were supposed to meet at the harbour.", "Oh no.", id="a"),
    Conversation.of("Nobody told me about the green umbrella!", "Well, well.", id="b"),
]


def talks(*texts: str) -> list[Conversation]:
    return [Conversation.of(*texts)]


def test_two_long_lines_make_a_shared_scene_wherever_they_stand() -> None:
    both = talks("we were SUPPOSED to meet, at the harbour", "Hm.", "Nobody told me about the green umbrella.")
    assert without_shared_scenes(both, SEEN) == []


def test_one_long_line_or_short_ones_do_not() -> None:
    one = talks("We were supposed to meet at the harbour.", "But she never came, of course.")
    twice = talks("We were supposed to meet at the harbour.", "We were supposed to meet at the harbour!")
    short = talks("Oh no.", "Well, well.")
    for kept in (one, twice, short):
        assert without_shared_scenes(kept, SEEN) == kept
    assert without_shared_scenes(one, []) == one


def test_a_line_is_long_from_20_characters_on_punctuation_aside() -> None:
    assert long_lines(Conversation.of("a" * 19 + "!!!", "B" * 20, "c c" + "c" * 17)) == {"b" * 20, "c c" + "c" * 17}
