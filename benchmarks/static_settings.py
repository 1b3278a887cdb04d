"""Static models distilled with different settings, measured on a held-out fold of DailyDialog's train split.

    python benchmarks/static_settings.py "" reach=16 gold=1 epochs=10,width=128 alone --data data/dailydialog

A row is a list of settings (`static/distil.py`), over those of --base; `alone` reads each utterance without
its dialogue. The fold is the first of five, with near-duplicates kept together. The model that teaches has seen it.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory

from sentemo.corpora import get_corpus
from sentemo.evaluation.duplicates import dialogue_folds
from sentemo.evaluation.evaluate import evaluate_predictions
from sentemo.loading import load
from sentemo.model import SentEmoContext
from sentemo.static.distillation import Distillation, distil
from sentemo.static.folder import write_static
from sentemo.static.model import StaticModel
from sentemo.types import Conversation, Prediction

KINDS = {field.name: type(field.default) for field in fields(Distillation)}


def main() -> None:
    """Let the model label the dialogues to learn from, distil once for each row, print each row as it comes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="+")
    parser.add_argument("--data", type=Path, required=True, help="the folder of DailyDialog")
    parser.add_argument("--base", default="epochs=5")
    asked = parser.parse_args()
    talks = get_corpus("dailydialog").read(asked.data, "train")
    kept, held_out = ([talks[place] for place in part] for part in dialogue_folds(talks, 5, 0)[0])
    model = SentEmoContext.from_pretrained(engine="torch")
    teacher = load(threads=1)
    answers = [answer for at in range(0, len(kept), 100) for answer in teacher.predict(kept[at : at + 100])]
    print("| settings | macro-F1* | micro-F1* | MCC | calibration error | CPU s |\n| :-- |" + " --: |" * 5, flush=True)
    for row in asked.rows:
        start = time.process_time()
        figures = measure(model, (kept, answers, held_out), row, asked.base)
        print(f"| {row or asked.base} | {figures} | {time.process_time() - start:.0f} |", flush=True)
    print(f"load {os.getloadavg()[0]:.0f}", file=sys.stderr)


def measure(
    model: SentEmoContext, data: tuple[list[Conversation], list[Prediction], list[Conversation]], row: str, base: str
) -> str:
    """Distil and evaluate."""
    kept, answers, held_out = data
    words = [word for word in f"{base},{row}".split(",") if word and word != "alone"]
    chosen = {name: KINDS[name](value) for name, _, value in (word.partition("=") for word in words)}
    if "alone" in row.split(","):
        kept, held_out = split(kept), split(held_out)
        answers = [Prediction("", (turn,)) for answer in answers for turn in answer]
        chosen["dialogues"] = 8 * Distillation.dialogues  # as many turns a batch
    found = distil(model, kept, answers, Distillation(**chosen))
    with TemporaryDirectory() as folder:
        write_static(Path(folder) / "model", found.static, found.module.state_dict(), found.tokenizer)
        predictions = StaticModel.from_pretrained(Path(folder) / "model").predict(held_out)
    report = evaluate_predictions(held_out, predictions, model.labels, resamples=1)
    figures, error = report.metrics.figures, report.calibration.ece if report.calibration else float("nan")
    shown = [f"{figures[name]:.1f}" for name in ("macro_f1_no_neutral", "micro_f1_no_neutral")]
    return " | ".join([*shown, f"{figures['mcc']:.3f}", f"{error:.3f}"])


def split(talks: Sequence[Conversation]) -> list[Conversation]:
    """Every turn as a conversation of its own."""
    return [Conversation("", (turn,)) for talk in talks for turn in talk]


if __name__ == "__main__":
    main()
