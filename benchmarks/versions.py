"""Speed of labelling, live turns and explanations in any version of the package.

    PYTHONPATH=CHECKOUT/src python benchmarks/versions.py MODEL

Run it for two checkouts in turn, a few times, and compare within a round.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sentemo.model import SentEmoContext
from sentemo.types import Conversation, Utterance

TALKS = Path(__file__).resolve().parents[1] / "src" / "sentemo" / "corpora" / "everyday_data" / "test.jsonl"


def talks(count: int) -> list[Conversation]:
    """Read the first conversations of the project's own test split, by what every version of the package has."""
    lines = TALKS.read_text(encoding="utf-8").splitlines()[:count]
    turns = [[Utterance(turn["text"], turn["speaker"]) for turn in json.loads(line)["turns"]] for line in lines]
    return [Conversation(str(number), tuple(each)) for number, each in enumerate(turns)]


def seconds(act: Callable[[], Any]) -> float:
    """Time an action."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def main() -> None:
    """Print the figures."""
    model, spoken = SentEmoContext.from_pretrained(sys.argv[1]), talks(240)
    model.predict(spoken[:5])
    taken_s, live_s = seconds(lambda: model.predict(spoken)), []
    for talk in spoken[:20]:
        live = model.live()
        live_s += [seconds(lambda live=live, turn=turn: live.add(turn.speaker, turn.text)) for turn in talk.turns]
    explained_s = [seconds(lambda talk=talk: model.explain(talk)) / len(talk.turns) for talk in spoken[:6]]
    found = {
        "turns a second": round(sum(len(talk.turns) for talk in spoken) / taken_s),
        "live turn, ms": round(1000 * statistics.median(live_s), 1),
        "explained turn, ms": round(1000 * statistics.median(explained_s), 1),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
