"""What a first pass with the static model keeps of what the whole model finds.

    python benchmarks/first_pass.py --data data/dailydialog

Says how often their labels agree on validation, and how many of the turns that have an emotion (by the model, by the
annotators) are among those that the static model finds least neutral, for several shares of turns passed on.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sentemo.corpora import get_corpus
from sentemo.loading import load
from sentemo.types import Prediction, TurnPrediction

SHARES = (0.1, 0.2, 0.3, 0.4, 0.5)


def main() -> None:
    """Label, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of DailyDialog")
    parser.add_argument("--model", default="default")
    parser.add_argument("--static", default="static")
    asked = parser.parse_args()
    talks = get_corpus("dailydialog").read(asked.data, "validation")
    rough, whole = (turns(load(name).predict(talks)) for name in (asked.static, asked.model))
    gold = np.array([turn.label != "neutral" for talk in talks for turn in talk])
    said = np.array([turn.label != "neutral" for turn in whole])
    same = np.array([a.label == b.label for a, b in zip(rough, whole, strict=True)])
    print(f"labels that agree: {same.mean():.1%}; where the model finds an emotion: {same[said].mean():.1%}\n")
    print("| turns passed on | of the model's emotions | of the annotators' |\n| --: | --: | --: |")
    neutral = np.array([turn.probabilities["neutral"] for turn in rough])
    for share in SHARES:
        passed = neutral <= np.quantile(neutral, share)
        print(f"| {share:.0%} | {passed[said].mean():.1%} | {passed[gold].mean():.1%} |")


def turns(predictions: Sequence[Prediction]) -> list[TurnPrediction]:
    """All turns, one conversation after the other."""
    return [turn for prediction in predictions for turn in prediction]


if __name__ == "__main__":
    main()
