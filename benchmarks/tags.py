"""Tags beside the emotions: how many turns they find, how many ordinary ones they are given to, what else changes.

    python benchmarks/tags.py [--model default]

The conversations, the six examples of each of eight tags and the descriptions in `benchmarks/tagged` were written for
this, the examples apart from the conversations; no setting was chosen on them.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sentemo.formats.examples import read_examples
from sentemo.model import SentEmoContext
from sentemo.types import Conversation, Prediction, Utterance

HERE = Path(__file__).parent / "tagged"
MOST = 0.03
"""The share of ordinary turns that may be given any tag."""
Marks = NDArray[np.bool_]


def main() -> None:
    """Learn by examples, by descriptions and by both; print a table of each."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--model", default="default")
    model = SentEmoContext.from_pretrained(asked.parse_args().model)
    talks, gold = conversations()
    alone = np.concatenate(model.features([Conversation.of(turn.text) for talk in talks for turn in talk]))
    examples = read_examples(HERE / "examples.jsonl")
    described = json.loads((HERE / "descriptions.json").read_text(encoding="utf-8"))
    start = time.perf_counter()
    print(f"{len(model.ordinary.alone)} turns are the background; read once, in {time.perf_counter() - start:.1f} s")
    for name, support, words in (
        ("examples", examples, {}),
        ("descriptions", [], described),
        ("both", examples, described),
    ):
        start = time.perf_counter()
        tags = model.adapt(support, labels="tags", descriptions=words).tags
        print(f"\n{name}: learnt in {time.perf_counter() - start:.2f} s")
        if tags is not None:
            # bare examples tell nothing of neighbours, so that none of these tags looks at them
            report(tags.names, tags.log_odds(alone, alone, model.shades), gold)
    some = talks[:20]
    start = time.perf_counter()
    tagged = model.adapt(examples[:24], labels="tags")
    print(f"\n4 tags from 24 examples: {time.perf_counter() - start:.2f} s")
    same = unchanged(model.predict(some), tagged.predict(some))
    print(f"labels and probabilities of {sum(map(len, some))} turns unchanged: {same}")


def conversations() -> tuple[list[Conversation], list[frozenset[str]]]:
    """Read the conversations, and the tags of each of their turns."""
    lines = (HERE / "conversations.jsonl").read_text(encoding="utf-8").splitlines()
    talks = [json.loads(line) for line in lines]
    gold = [frozenset(turn.get("tags", ())) for talk in talks for turn in talk["turns"]]
    made = [Conversation(t["id"], tuple(Utterance(u["text"], u["speaker"]) for u in t["turns"])) for t in talks]
    return made, gold


def unchanged(before: list[Prediction], after: list[Prediction]) -> bool:
    """Tell whether labels and probabilities are the same to the last digit."""
    pairs = zip((t for p in before for t in p), (t for p in after for t in p), strict=True)
    return all(a.label == b.label and dict(a.probabilities) == dict(b.probabilities) for a, b in pairs)


def report(names: tuple[str, ...], odds: NDArray[np.float32], gold: list[frozenset[str]]) -> None:
    """Print what is found as delivered, and with one sensitivity for all tags at which `MOST` is falsely found."""
    bears = np.array([[name in tags for name in names] for tags in gold])
    ordinary = ~bears.any(1)
    moved = odds - np.quantile(odds[ordinary].max(1), 1 - MOST)
    print(f"{ordinary.sum()} ordinary turns; as delivered, and moved so that {MOST:.0%} of them have a tag")
    for place, name in enumerate(names):
        one, two = ((each[bears[:, place], place] >= 0).mean() for each in (odds, moved))
        print(f"  {name:18} {bears[:, place].sum():3} turns, found {one:4.0%} {two:4.0%}")
    for title, each in (("as delivered", odds), ("moved", moved)):
        found = np.mean([(each[bears[:, place], place] >= 0).mean() for place in range(len(names))])
        tagged = each[ordinary] >= 0
        print(
            f"  {title}: found {found:.1%} (mean of the tags); ordinary turns with any tag {tagged.any(1).mean():.1%}, "
            f"with a given one {tagged.mean():.2%}"
        )


if __name__ == "__main__":
    main()
