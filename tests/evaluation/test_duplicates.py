from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentemo.evaluation.duplicates import dialogue_groups, near_duplicates, normalise
from sentemo.types import Conversation

POOL = [f"this is long line {letter}" for letter in "abcdefghij"] + ["yes", "oh no"]


def naive_groups(talks: list[Conversation]) -> list[list[int]]:
    """Compare all pairs by the rule, and spread group numbers until nothing changes."""
    texts = [[normalise(turn.text) for turn in talk] for talk in talks]
    longer = [{text for text in talk if len(text.split()) >= 4} for talk in texts]

    def alike(a: int, b: int) -> bool:
        fewest = min(len(longer[a]), len(longer[b]))
        if fewest < 2:
            return longer[a] == longer[b] and (fewest == 1 or texts[a] == texts[b])
        shared = len(longer[a] & longer[b])
        return shared >= 2 and 2 * shared >= fewest

    number = list(range(len(talks)))
    for _ in talks:
        for a, b in itertools.combinations(range(len(talks)), 2):
            if alike(a, b):
                number[a] = number[b] = min(number[a], number[b])
    return [[i for i in range(len(talks)) if number[i] == n] for n in sorted(set(number))]


@given(st.lists(st.lists(st.sampled_from(POOL), max_size=6), max_size=12))
@settings(max_examples=100, deadline=None)
def test_groups_equal_those_of_comparing_all_pairs(lines: list[list[str]]) -> None:
    talks = [Conversation.of(*texts) for texts in lines]
    groups = dialogue_groups(talks)
    assert groups == naive_groups(talks)
    assert sorted(itertools.chain(*groups)) == list(range(len(talks)))
    assert near_duplicates(talks) == [group for group in groups if len(group) > 1]


def test_case_and_punctuation_do_not_matter() -> None:
    one = Conversation.of("Where did you put it?", "Under the old table, dear.", "Oh.")
    other = Conversation.of("where did you put it", "Under the OLD table -- dear!", "Thank you, that helps a lot.")
    assert near_duplicates([one, Conversation.of("Nothing of the kind here"), other]) == [[0, 2]]


def test_four_words_are_long_and_three_are_not() -> None:
    for texts, alike in ((("we met last may", "it was so warm"), True), (("we met then", "it was warm"), False)):
        talks = [Conversation.of(*texts, f"and then we went to place {place}") for place in range(2)]
        assert bool(near_duplicates(talks)) is alike


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        ("abcd", "abxy", True),  # half
        ("abcde", "abxyz", False),  # two of five
        ("ab", "abvwxyz", True),  # a short one inside a long one
        ("ab", "axyz", False),  # one shared line says nothing
        ("a", "ab", False),
        ("a", "a", True),
    ],
)
def test_half_of_the_shorter_and_at_least_two(first: str, second: str, alike: bool) -> None:
    talks = [Conversation.of(*(f"a long line about {letter}" for letter in part)) for part in (first, second)]
    assert bool(near_duplicates(talks)) is alike


def test_a_greeting_in_every_dialogue_joins_none_and_costs_little() -> None:
    rng = random.Random(0)
    talks = [
        Conversation.of(
            "how may i help you", *(f"i want number {rng.randrange(10**9)} please" for _ in range(4)), "bye"
        )
        for _ in range(5000)
    ]
    assert near_duplicates(talks) == []


def test_many_copies_are_one_group() -> None:
    talks = [Conversation.of("the train is late again", "it is late every day") for _ in range(5000)]
    assert near_duplicates(talks) == [list(range(5000))]
