from __future__ import annotations

from sentemo.evaluation.repeats import find_repeats
from sentemo.types import Conversation, LabelSet, Utterance

LABELS = LabelSet(("neutral", "joy"), "neutral")


def talk(*turns: tuple[str, str | None]) -> Conversation:
    return Conversation("", tuple(Utterance(text, "", label) for text, label in turns))


ONE = talk(("We found the dog in the end.", "joy"), ("He sat behind the old shed.", "neutral"), ("Oh!", "joy"))
AGAIN = talk(("we found the dog, in the end", "joy"), ("He sat behind the old shed!", "joy"), ("Well.", "joy"))
OTHER = talk(("The train leaves at half past nine.", "neutral"), ("Then we have to hurry up.", None))


def test_counts_and_agreement_within_and_across() -> None:
    train, validation = [ONE, OTHER, AGAIN], [AGAIN, OTHER, talk(("Something else altogether, this.", "joy"))]
    within, alone, across = find_repeats({"train": train, "validation": validation}, LABELS)
    assert (within.name, within.dialogues, within.repeated, within.turns) == ("train", 3, 2, 2)
    assert within.agreement is not None and within.agreement.counts == ((0, 0), (1, 1))
    assert (alone.name, alone.repeated, alone.turns, alone.agreement) == ("validation", 0, 0, None)
    assert (across.name, across.dialogues, across.repeated) == ("validation in train", 3, 2)
    assert across.turns == 4  # two of AGAIN as ONE has them, one as it has itself, one of OTHER
    assert across.agreement is not None and across.agreement.counts == ((1, 0), (1, 2))
    assert across.to_json()["agreement"] == dict(across.agreement.figures)
